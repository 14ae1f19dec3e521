"""S3 over a socket, as clients meet it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cheroot.wsgi import Server

from benchtop.desks.objects import ObjectsDesk
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """A WSGI application on a free port."""
    server = Server(("127.0.0.1", 0), app, numthreads=8)
    server.expiration_interval = 0.01  # how long it takes to notice a stop
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    """The code with which S3 refused."""
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture
def code() -> Callable[[pytest.ExceptionInfo[ClientError]], str]:
    """The code with which S3 refused."""
    return code_of


@pytest.fixture
def served() -> Callable[[Any], AbstractContextManager[str]]:
    """Puts a WSGI application on a port."""
    return serving


@dataclass
class Front:
    """A port that outlives a test; each test puts its own S3 behind it."""

    url: str = ""
    app: Any = None

    def __call__(self, environ: Any, start_response: Any) -> Any:
        """Answer as the S3 of the test."""
        return self.app(environ, start_response)


@pytest.fixture(scope="session")
def front() -> Iterator[Front]:
    """The port, for all tests."""
    front = Front()
    with serving(front) as front.url:
        yield front


@pytest.fixture
def endpoint(objects: Objects, records: Records, front: Front) -> str:
    """S3 on a port; it has one bucket, ``bucket``."""
    front.app = ObjectsDesk(objects, records, account="000000000000")
    return front.url


def client(url: str) -> Any:
    """A real client for S3 at some address."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
    return session.client("s3", endpoint_url=url, config=config)


@pytest.fixture
def client_of() -> Callable[[str], Any]:
    """Makes a real client for S3 at some address."""
    return client


@pytest.fixture(scope="session")
def fronted(front: Front) -> Iterator[Any]:
    """A real client of the port."""
    fronted = client(front.url)
    yield fronted
    fronted.close()


@pytest.fixture
def s3(endpoint: str, fronted: Any) -> Any:  # noqa: ARG001 - puts this test's S3 behind the port
    """A real client of this test's S3."""
    return fronted

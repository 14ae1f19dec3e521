"""S3 over a socket, as clients meet it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.config import Config
from cheroot.wsgi import Server

from benchtop.desks.objects import ObjectsDesk
from benchtop.store.objects import Objects
from benchtop.store.records import Records


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """A WSGI application on a free port."""
    server = Server(("127.0.0.1", 0), app, numthreads=8)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


@pytest.fixture
def endpoint(objects: Objects, records: Records) -> Iterator[str]:
    """S3 on a port; it has one bucket, ``bucket``."""
    with serving(ObjectsDesk(objects, records, account="000000000000")) as url:
        yield url


@pytest.fixture
def client_of() -> Callable[[str], Any]:
    """A real client for S3 at some address."""

    def client(url: str) -> Any:
        session = boto3.Session("test", "test", region_name="us-east-1")
        config = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
        return session.client("s3", endpoint_url=url, config=config)

    return client


@pytest.fixture
def s3(endpoint: str, client_of: Callable[[str], Any]) -> Iterator[Any]:
    """A real S3 client."""
    client = client_of(endpoint)
    yield client
    client.close()

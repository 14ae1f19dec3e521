"""Test vocabulary shared by all houses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import pytest
from botocore.awsrequest import AWSResponse
from botocore.model import ServiceModel

from benchtop.door.json11 import Door, read
from benchtop.door.refusals import Refusal
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """An empty store of records."""
    store = Records(tmp_path / "benchtop.db")
    yield store
    store.close()


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    """An empty object store with one bucket, ``bucket``."""
    store = Objects(tmp_path / "buckets")
    store.make_bucket("bucket")
    yield store
    store.close()


@pytest.fixture
def sagemaker_door() -> Callable[..., Door]:
    """A SageMaker door before the desks that a test gives it."""

    return lambda *desks: Door(sagemaker_model(), desks)


@cache
def sagemaker_model() -> ServiceModel:
    """Botocore's description of SageMaker, loaded once."""
    loader = botocore.loaders.create_loader()
    return ServiceModel(loader.load_service_model("sagemaker", "service-2"), "sagemaker")


@cache
def session() -> boto3.Session:
    """One session for all clients of a test run: it keeps the models it has loaded."""
    return boto3.Session("test", "test", region_name="us-east-1")


@pytest.fixture
def connect() -> Callable[[Door], Any]:
    """A real boto3 client whose requests are answered by a door in this process."""
    return connected


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._content


def connected(door: Door) -> Any:
    """A boto3 client for a JSON 1.1 door; no socket is opened."""
    client = session().client(door.model.service_name, endpoint_url="http://benchtop.test")

    def answer(request: Any, **_: object) -> AWSResponse:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        try:
            status, body = 200, door.ask(operation, read(request.body))
        except Refusal as no:
            status, body = no.status, {"__type": no.code, "message": no.message}
        raw = json.dumps(body).encode()
        return AWSResponse(request.url, status, {"content-type": "application/json"}, _Body(raw))

    client.meta.events.register(f"before-send.{door.model.service_name}", answer)
    return client

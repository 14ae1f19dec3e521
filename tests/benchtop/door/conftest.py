"""A whole front behind a port, with small desks of its own."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.loaders
import pytest
from botocore.config import Config
from botocore.model import ServiceModel

from benchtop.desks.identity import IdentityDesk
from benchtop.desks.metrics import MetricsDesk
from benchtop.desks.place import Place
from benchtop.door.front import Front
from benchtop.door.json11 import Door
from benchtop.door.neighbours import Neighbours
from benchtop.door.query import QueryDoor
from benchtop.door.refusals import Refusal, ResourceNotFound
from benchtop.door.rest import RestDoor
from benchtop.door.server import Server
from benchtop.store.records import Records
from benchtop.wire import Json

LOADER = botocore.loaders.create_loader()


def model(service: str) -> ServiceModel:
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


class ModelError(Refusal):
    """The container failed."""

    code = "ModelError"
    status = 400


class Jobs:
    def describe_training_job(self, training_job_name: str) -> Json:
        if training_job_name == "missing":
            raise ResourceNotFound("Requested resource not found.")
        if training_job_name == "broken":
            raise ZeroDivisionError
        return {"TrainingJobName": training_job_name, "CreationTime": 1.5, "_private": 1}

    def create_model(self, model_name: str) -> Json:
        return {"ModelArn": f"arn:aws:sagemaker:us-east-1:000000000000:model/{model_name}"}


class Streams:
    def describe_log_groups(self, log_group_name_prefix: str = "") -> Json:
        return {"logGroups": [{"logGroupName": log_group_name_prefix, "creationTime": 12}]}


class Endpoints:
    def invoke_endpoint(
        self, endpoint_name: str, body: bytes, content_type: str = "", custom_attributes: str = ""
    ) -> Json:
        if endpoint_name == "failing":
            raise ModelError("It failed.", OriginalStatusCode=500, OriginalMessage="oh")
        return {
            "Body": body[::-1],
            "ContentType": content_type,
            "InvokedProductionVariant": "AllTraffic",
            "CustomAttributes": custom_attributes,
        }


class Functions:
    def create_function(self, function_name: str, role: str, code: Json) -> Json:
        """Answers with the size of the archive, which travels as base64."""
        return {"FunctionName": function_name, "Role": role, "CodeSize": len(code["ZipFile"])}

    def invoke(self, function_name: str, payload: bytes = b"") -> Json:
        said = function_name.encode() + payload
        return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": said}

    def list_functions(self, max_items: int = 50, marker: str = "") -> Json:
        return {"Functions": [{"FunctionName": f"{marker}{max_items}"}]}

    def list_tags(self, resource: str) -> Json:
        return {"Tags": {"arn": resource}}


def objects(environ: Json, start_response: Any) -> list[bytes]:
    """Stands in for S3: says what it was asked."""
    said = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}".encode()
    start_response("200 OK", [("Content-Length", str(len(said)))])
    return [said]


def page(_: Json, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Length", "4")])
    return [b"page"]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """What the front's desks keep."""
    store = Records(tmp_path_factory.mktemp("front") / "benchtop.db")
    yield store
    store.close()


@pytest.fixture(scope="session")
def front(kept: Records) -> Front:
    """All doors side by side."""
    identity = IdentityDesk(Place())
    doors = {
        "sagemaker": Door(model("sagemaker"), [Jobs()]),
        "logs": Door(model("logs"), [Streams()]),
    }
    rest = {
        "sagemaker-runtime": RestDoor(model("sagemaker-runtime"), [Endpoints()]),
        "sagemaker-metrics": RestDoor(model("sagemaker-metrics"), [MetricsDesk(kept)]),
        "lambda": RestDoor(model("lambda"), [Functions()]),
    }
    queries = {name: QueryDoor(model(name), [identity]) for name in ("iam", "sts")}
    neighbours = Neighbours("000000000000")
    pages = {"/_benchtop/": page}
    return Front(doors, rest, objects, neighbours, queries=queries, pages=pages)


@pytest.fixture(scope="session")
def server(front: Front) -> Iterator[Server]:
    """The front behind a port of its own."""
    listening = Server(front, port=0)
    listening.start()
    yield listening
    listening.stop()


@pytest.fixture
def client(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Real boto3 clients, which know benchtop by AWS_ENDPOINT_URL alone."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    session = boto3.Session("test", "test", region_name="us-east-1")
    made: list[Any] = []

    def connect(service: str, **options: Any) -> Any:
        once = Config(retries={"total_max_attempts": 1}, **options)
        made.append(session.client(service, config=once))
        return made[-1]

    yield connect
    for each in made:
        each.close()


@pytest.fixture
def wire(server: Server) -> Iterator[http.client.HTTPConnection]:
    """One kept-alive connection for requests that no client would write."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    yield connection
    connection.close()

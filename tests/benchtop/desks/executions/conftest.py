"""A bench for executions: real desks, records and foreman's book; jobs that end on command."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest
from botocore.model import ServiceModel

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.pipelines.executions import ExecutionsDesk
from benchtop.desks.sagemaker.pipelines.pipelines import PipelinesDesk
from benchtop.door.constraints import check
from benchtop.door.json11 import Door
from benchtop.door.refusals import Refusal, ResourceInUse, ResourceNotFound
from benchtop.door.sieve import sieve
from benchtop.foreman import Foreman, kind
from benchtop.store.records import Duplicate, Record, Records, Search
from benchtop.store.s3.objects import Objects
from benchtop.wire import Json

ROLE = "arn:aws:iam::000000000000:role/benchtop"

THINGS = {
    "ProcessingJob": ("processing-job", "InProgress"),
    "TrainingJob": ("training-job", "InProgress"),
    "HyperParameterTuningJob": ("hyper-parameter-tuning-job", "InProgress"),
    "Model": ("model", ""),
    "EndpointConfig": ("endpoint-config", ""),
    "Endpoint": ("endpoint", "Creating"),
    "ModelPackageGroup": ("model-package-group", "Completed"),
}


@cache
def service_model() -> ServiceModel:
    """The SageMaker model, loaded once."""
    loader = botocore.loaders.create_loader()
    return ServiceModel(loader.load_service_model("sagemaker", "service-2"), "sagemaker")


class FakeSageMaker:
    """Accepts any request that the service model accepts; what it makes ends when told to."""

    def __init__(self, records: Records, place: Place) -> None:
        self.records = records
        self.place = place
        self.asked: list[tuple[str, Json]] = []
        self.refuse: dict[str, list[Refusal]] = {}
        self.die_after: str | None = None
        self.model = service_model()

    def ask(self, operation: str, request: Json) -> Json:
        shape = self.model.operation_model(operation)
        check(request, shape.input_shape)
        self.asked.append((operation, request))
        if self.refuse.get(operation):
            raise self.refuse[operation].pop(0)
        answer = self._answer(operation, request)
        if self.die_after == operation:
            self.die_after = None
            raise KeyboardInterrupt
        return sieve(answer, shape.output_shape) or {}

    def requests(self, operation: str) -> list[Json]:
        return [request for name, request in self.asked if name == operation]

    def end(self, word: str, status: str = "Completed", **members: Any) -> Record:
        """End the newest unfinished thing whose name contains *word*."""
        open_ones = [
            record
            for kind_, beginning in THINGS.values()
            for record in self.records.search(Search(kind=kind_, descending=True))
            if beginning and word.lower() in record.name.lower()
            and record.status in {"InProgress", "Creating", "Updating", "Stopping"}
        ]  # fmt: skip
        record = open_ones[0]
        status = "InService" if record.kind == "endpoint" and status == "Completed" else status
        return self.records.change(
            record.kind, record.name, lambda r: r.evolve(status=status, **members)
        )

    def _answer(self, operation: str, request: Json) -> Json:
        if operation == "ListTrainingJobsForHyperParameterTuningJob":
            return self._trials(request)
        if operation == "CreateModelPackage":
            return self._package(request)
        if operation == "DescribeModelPackage":
            return self._body(self.records.at(request["ModelPackageName"]))
        verb = next(v for v in ("Create", "Describe", "Stop", "Update") if operation.startswith(v))
        thing = operation.removeprefix(verb)
        name = request[f"{thing}Name"]
        return getattr(self, f"_{verb.lower()}")(thing, name, request)

    def _create(self, thing: str, name: str, request: Json) -> Json:
        kind_, status = THINGS[thing]
        arn = self.place.arn(kind_, name)
        body = {**request, f"{thing}Arn": arn}
        try:
            self.records.add(Record(kind=kind_, name=name, arn=arn, status=status, body=body))
        except Duplicate:
            raise ResourceInUse(f"{thing} {name} already exists.") from None
        return body

    def _describe(self, thing: str, name: str, request: Json) -> Json:  # noqa: ARG002
        return self._body(self.records.find(THINGS[thing][0], name))

    def _update(self, thing: str, name: str, request: Json) -> Json:
        return self.records.change(
            THINGS[thing][0], name, lambda r: r.evolve(status="Updating", **request)
        ).body

    def _stop(self, thing: str, name: str, request: Json) -> Json:  # noqa: ARG002
        self.records.change(THINGS[thing][0], name, lambda r: r.evolve(status="Stopping"))
        return {}

    def _package(self, request: Json) -> Json:
        group = request["ModelPackageGroupName"]
        for made in self.records.search(Search(kind="model-package")):
            if made.body["ClientToken"] == request["ClientToken"]:
                return made.body
        version = self.records.count("model-package") + 1
        arn = self.place.arn("model-package", f"{group}/{version}")
        body = {**request, "ModelPackageArn": arn, "ModelPackageStatus": "Completed"}
        record = Record(kind="model-package", name=f"{group}/{version}", arn=arn, body=body)
        return self.records.add(record).body

    def _trials(self, request: Json) -> Json:
        parent = self.place.arn(
            "hyper-parameter-tuning-job", request["HyperParameterTuningJobName"]
        )
        found = self.records.search(
            Search(
                kind="training-job", parent=parent, scored=True, sort_by="Score",
                descending=request["SortOrder"] == "Descending",
            )
        )  # fmt: skip
        return {"TrainingJobSummaries": [record.body for record in found]}

    def _body(self, record: Record | None) -> Json:
        if record is None:
            raise ResourceNotFound
        return {"CreationTime": record.created, **record.body}


class FakeClients:
    """The other services: a queue that keeps messages, and functions that are Python callables."""

    def __init__(self) -> None:
        self.messages: list[Json] = []
        self.functions: dict[str, Callable[[Json], Any]] = {}

    def __call__(self, service: str) -> FakeClients:  # noqa: ARG002
        return self

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803
        self.messages.append({"queue": QueueUrl, **json.loads(MessageBody)})

    def invoke(self, FunctionName: str, Payload: bytes) -> Json:  # noqa: N803
        answer = self.functions[FunctionName](json.loads(Payload))
        return {"Payload": _Read(json.dumps(answer).encode())}


class _Read:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self) -> bytes:
        return self.content


class Bench:
    """Everything an execution touches; ``settle`` does what the foreman's thread would."""

    def __init__(self, records: Records, objects: Objects, connect: Any, door: Any) -> None:
        self.records = records
        self.objects = objects
        self.place = Place()
        self.fake = FakeSageMaker(records, self.place)
        self.clients = FakeClients()
        self._connect, self._door = connect, door
        self.restart()

    def restart(self) -> None:
        """New desks and a new foreman over the same records, as after a crash."""
        self.foreman = Foreman()
        self.records._listeners.clear()
        self.records.listen(self.foreman.heard)
        self.desk = ExecutionsDesk(
            self.records, self.objects, self.place, self.fake.ask, self.foreman, self.clients
        )
        pipelines = PipelinesDesk(self.records, self.objects, self.place)
        self.door: Door = self._door(pipelines, self.desk)
        self.client = self._connect(self.door)
        self.desk.resume()

    def settle(self, until: float | None = None) -> None:
        """Advance whatever is due, until nothing is."""
        while due := [a for a, at in self.foreman._due.items() if at <= (until or time.time())]:
            del self.foreman._due[due[0]]
            again = self.foreman._advance[kind(due[0])](due[0])
            if again is not None:
                self.foreman.wake(due[0], again)

    def create(self, steps: list[Json], name: str = "p", **more: Any) -> None:
        """Create a pipeline of these steps."""
        document = {"Version": "2020-12-01", "Steps": steps, **more}
        self.client.create_pipeline(
            PipelineName=name, RoleArn=ROLE, PipelineDefinition=json.dumps(document)
        )

    def start(self, name: str = "p", **parameters: str) -> str:
        """Start an execution, and let it go as far as it can."""
        given = [{"Name": each, "Value": value} for each, value in parameters.items()]
        arn: str = self.client.start_pipeline_execution(
            PipelineName=name, PipelineParameters=given
        )["PipelineExecutionArn"]
        self.settle()
        return arn

    def end(self, word: str, status: str = "Completed", **members: Any) -> None:
        """End a job, and let its execution go as far as it can."""
        self.fake.end(word, status, **members)
        self.settle()

    def status(self, arn: str) -> str:
        found = self.client.describe_pipeline_execution(PipelineExecutionArn=arn)
        return str(found["PipelineExecutionStatus"])

    def steps(self, arn: str) -> dict[str, Json]:
        found = self.client.list_pipeline_execution_steps(
            PipelineExecutionArn=arn, MaxResults=100, SortOrder="Ascending"
        )
        return {each["StepName"]: each for each in found["PipelineExecutionSteps"]}

    def statuses(self, arn: str) -> dict[str, str]:
        return {name: each["StepStatus"] for name, each in self.steps(arn).items()}

    def put(self, uri: str, content: str, folder: Path) -> None:
        """Put an object where a job would have."""
        file = folder / "content"
        file.write_text(content)
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        self.objects.make_bucket(bucket)
        self.objects.put_file(bucket, key, file)


@pytest.fixture
def bench(records: Records, objects: Objects, connect: Any, sagemaker_door: Any) -> Bench:
    """Desks for pipelines and executions over fake jobs."""
    return Bench(records, objects, connect, sagemaker_door)


def processing(name: str, **more: Any) -> Json:
    """A Processing step."""
    arguments = {
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1,
            }
        },
        "AppSpecification": {"ImageUri": "image"},
        "RoleArn": ROLE,
        **more.pop("arguments", {}),
    }  # fmt: skip
    return {"Name": name, "Type": "Processing", "Arguments": arguments, **more}


@pytest.fixture
def step() -> Callable[..., Json]:
    """Writes a Processing step."""
    return processing

"""A small SageMaker of jobs alone: desks, runner and stores, and words to ask them with."""

# fixtures are many, and come by name:
# ruff: noqa: PLR0917

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.processing import ProcessingDesk
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation, choose
from benchtop.runner.jobs.runner import Runner
from benchtop.store.logs import Logs
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
ROLE = "arn:aws:iam::000000000000:role/benchtop"
OVER = ("Completed", "Failed", "Stopped")


@pytest.fixture(scope="session")
def isolation() -> Isolation:
    """The best isolation of this machine."""
    return choose()


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    """An empty store of logs."""
    return Logs(tmp_path / "logs")


@pytest.fixture
def hire(
    tmp_path: Path, objects: Objects, logs: Logs, isolation: Isolation
) -> Iterator[Callable[..., Runner]]:
    """Makes runners over one and the same folder; jobs that still run at the end are killed."""
    runners: list[Runner] = []

    def make(**settings: Any) -> Runner:
        settings = {"isolation": isolation, "grace": 5.0, **settings}
        known = Images({"sagemaker-*": "project", "xgboost": "project"})
        images = settings.pop("images", known)
        runner = Runner(
            tmp_path / "jobs", objects, logs, images,
            surroundings={"AWS_REGION": "us-east-1"}, **settings,
        )  # fmt: skip
        runners.append(runner)
        return runner

    yield make
    for stop in tmp_path.glob("jobs/*/*/launch.json"):
        stop.with_name("stop").touch()
    for runner in runners:
        runner.means = replace(runner.means, grace=0.1)
        runner.close()


@pytest.fixture
def runner(hire: Callable[..., Runner]) -> Runner:
    """A runner."""
    return hire()


@pytest.fixture
def training(records: Records, objects: Objects, runner: Runner) -> TrainingDesk:
    """The desk for training jobs."""
    return TrainingDesk(records, objects, Place(), runner)


@pytest.fixture
def sagemaker(
    training: TrainingDesk, records: Records, objects: Objects, runner: Runner,
    sagemaker_door: Any, connect: Any,
) -> Any:  # fmt: skip
    """A boto3 client of the desks for jobs."""
    processing = ProcessingDesk(records, objects, Place(), runner)
    return connect(sagemaker_door(training, processing))


@pytest.fixture
def put(objects: Objects) -> Callable[[str, str | bytes], str]:
    """Stores an object in the bucket; its URI."""

    def store(key: str, content: str | bytes) -> str:
        raw = content.encode() if isinstance(content, str) else content
        objects.put("bucket", key, io.BytesIO(raw))
        return f"s3://bucket/{key}"

    return store


@pytest.fixture
def read(objects: Objects) -> Callable[[str], bytes]:
    """The bytes of an object in the bucket."""
    return lambda key: objects.get("bucket", key).path.read_bytes()


def archive(**files: str) -> bytes:
    """A tar.gz of files; in their names, ``__`` stands for a dot."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return raw.getvalue()


@pytest.fixture
def packed() -> Callable[..., bytes]:
    """Makes a tar.gz of files."""
    return archive


@pytest.fixture
def until() -> Callable[..., Any]:
    """Asks until the answer is as wished."""
    return wait_for


@pytest.fixture
def script(put: Callable[..., str]) -> Callable[..., dict[str, Any]]:
    """A request for a training job that runs a script; further members as given."""

    def request(text: str = "", name: str = "job", **members: Any) -> dict[str, Any]:
        files = members.pop("files", {"train__py": text})
        more = members.pop("hyperparameters", {})
        program = members.pop("program", "train.py")
        code = put(f"{name}/sourcedir.tar.gz", archive(**files))
        return {
            "TrainingJobName": name,
            "RoleArn": ROLE,
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "MetricDefinitions": members.pop("metrics", []),
            },
            "HyperParameters": {
                "sagemaker_program": program, "sagemaker_submit_directory": code, **more
            },
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/out/"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            **members,
        }  # fmt: skip

    return request


@pytest.fixture
def finished(sagemaker: Any) -> Callable[..., dict[str, Any]]:
    """Waits for a training job to be over, or for another condition; its description."""

    def wait(name: str = "job", until: Callable[[Any], bool] | None = None) -> dict[str, Any]:
        reached = until or (lambda job: job["TrainingJobStatus"] in OVER)
        return wait_for(lambda: sagemaker.describe_training_job(TrainingJobName=name), reached)

    return wait


@pytest.fixture
def ran(sagemaker: Any, finished: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Runs a training job to its end; its description."""

    def run(request: dict[str, Any]) -> dict[str, Any]:
        sagemaker.create_training_job(**request)
        job: dict[str, Any] = finished(request["TrainingJobName"])
        return job

    return run


def wait_for(ask: Callable[[], Any], reached: Callable[[Any], bool], seconds: float = 20) -> Any:
    """Ask until the answer is as wished."""
    end = time.monotonic() + seconds
    while not reached(answer := ask()):
        assert time.monotonic() < end, answer
        time.sleep(0.01)
    return answer


@pytest.fixture
def said(logs: Logs) -> Callable[..., list[str]]:
    """What a job has printed, line by line."""

    def lines(name: str = "job", group: str = "/aws/sagemaker/TrainingJobs") -> list[str]:
        streams = logs.streams(group, f"{name}/") if group in logs.groups() else []
        return [event.text for each in streams for event in logs.events(group, each.name)]

    return lines

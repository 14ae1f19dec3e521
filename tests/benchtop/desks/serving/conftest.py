"""A bench with only what serves: real model server processes behind a real client."""

from __future__ import annotations

import io
import sys
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchtop.desks.place import Place
from benchtop.desks.runtime import RuntimeDesk
from benchtop.desks.sagemaker.endpoints.endpoint_configs import EndpointConfigsDesk
from benchtop.desks.sagemaker.endpoints.endpoints import EndpointsDesk
from benchtop.desks.sagemaker.endpoints.models import ModelsDesk
from benchtop.desks.sagemaker.registry.registry import RegistryDesk
from benchtop.desks.sagemaker.search.search import SearchDesk
from benchtop.desks.sagemaker.tags import TagsDesk
from benchtop.runner.endpoints.serving import Serving
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/anything:1"
DOUBLE = """
def model_fn(model_dir):
    return 2
def input_fn(body, content_type):
    return float(body)
def predict_fn(data, model):
    return data * model
"""


@dataclass
class FakeLogs:
    """What CloudWatch Logs would have been told."""

    lines: dict[str, list[str]] = field(default_factory=dict)

    def append(self, group: str, stream: str, events: Iterable[tuple[int, str]]) -> None:
        self.lines.setdefault(f"{group}:{stream}", []).extend(line for _, line in events)

    def text(self) -> str:
        return "\n".join(line for lines in self.lines.values() for line in lines)


class ThisPython:
    """Every image is this interpreter."""

    def python(self, image_uri: str) -> str:
        if "unknown" in image_uri:
            raise LookupError(f"No environment stands in for {image_uri}.")
        return sys.executable


class NoWalls:
    """A process that sees its /opt/ml at the real path."""

    def wrap(self, command: list[str], opt_ml: Path) -> list[str]:  # noqa: ARG002
        return command

    def root(self, opt_ml: Path) -> str:
        return str(opt_ml)

    def environment(self, opt_ml: Path) -> dict[str, str]:
        return {"SAGEMAKER_BASE_DIR": str(opt_ml)}


def archive(files: dict[str, str]) -> io.BytesIO:
    """A model.tar.gz."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    out.seek(0)
    return out


def until(true: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait for something that another thread brings about."""
    pause = threading.Event()
    for _ in range(int(seconds * 100)):
        if true():
            return
        pause.wait(0.01)
    raise AssertionError("it did not come true in time")


@dataclass
class House:
    """The client, what answers it, and words to say in tests."""

    client: Any
    records: Records
    objects: Objects
    logs: FakeLogs
    serving: Serving
    endpoints: EndpointsDesk
    runtime: RuntimeDesk

    def model(self, name: str, script: str = DOUBLE, image: str = IMAGE, **environment: str) -> str:
        """Upload an archive with a script, and create a model and a configuration of its name."""
        self.upload(f"{name}.tar.gz", {"code/inference.py": script})
        self.client.create_model(
            ModelName=name,
            PrimaryContainer={"Image": image, "ModelDataUrl": f"s3://bucket/{name}.tar.gz",
                              "Environment": environment},
        )  # fmt: skip
        self.config(name, {name: 1.0})
        return name

    def upload(self, key: str, files: dict[str, str]) -> None:
        """Upload an archive of these files."""
        self.objects.put("bucket", key, archive(files))

    def put(self, key: str, content: bytes) -> None:
        """Upload an object."""
        self.objects.put("bucket", key, io.BytesIO(content))

    def config(self, name: str, weights: dict[str, float], **members: Any) -> str:
        """Create a configuration with a variant for each model, named as the model is."""
        self.client.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {"VariantName": model, "ModelName": model, "InstanceType": "ml.m5.large",
                 "InitialInstanceCount": 1, "InitialVariantWeight": weight, **members}
                for model, weight in weights.items()
            ],
        )  # fmt: skip
        return name

    def endpoint(self, config: str, name: str = "endpoint") -> dict[str, Any]:
        """Create an endpoint and describe it once it has settled."""
        self.client.create_endpoint(EndpointName=name, EndpointConfigName=config)
        return self.settled(name)

    def settled(self, name: str = "endpoint") -> dict[str, Any]:
        """Describe an endpoint once nothing is under way."""
        busy = ("Creating", "Updating", "Deleting")
        until(lambda: self.records.get("endpoint", name).status not in busy)
        return dict(self.client.describe_endpoint(EndpointName=name))

    def gone(self, name: str = "endpoint") -> None:
        """Wait until an endpoint has been deleted."""
        until(lambda: self.records.find("endpoint", name) is None)

    def ask(self, body: str, name: str = "endpoint", **members: Any) -> dict[str, Any]:
        """Invoke an endpoint with CSV."""
        given = {"content_type": "text/csv", **members}
        return self.runtime.invoke_endpoint(endpoint_name=name, body=body.encode(), **given)


@pytest.fixture
def build(
    tmp_path: Path,
    records: Records,
    objects: Objects,
    sagemaker_door: Callable[..., Any],
    connect: Callable[..., Any],
) -> Iterator[Callable[[], House]]:
    """Builds the house; building it again is what a restart does."""
    logs, built = FakeLogs(), []

    def again() -> House:
        place = Place()
        serving = Serving(
            tmp_path / "endpoints", objects, logs, ThisPython(), NoWalls(), {"AROUND": "us"}
        )
        endpoints = EndpointsDesk(records, objects, place, serving)
        desks = (
            ModelsDesk(records, place), EndpointConfigsDesk(records, place), endpoints,
            RegistryDesk(records, place), TagsDesk(records, place), SearchDesk(records),
        )  # fmt: skip
        house = House(connect(sagemaker_door(*desks)), records, objects, logs, serving, endpoints,
                      RuntimeDesk(records, serving))  # fmt: skip
        built.append(house)
        return house

    yield again
    for house in built:
        house.endpoints.close()
        house.serving.close()


@pytest.fixture
def house(build: Callable[[], House]) -> House:
    """A fresh house."""
    return build()

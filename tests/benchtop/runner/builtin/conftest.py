"""Requests for the built-in algorithm, and small data for it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.benchtop.runner.conftest import IMAGE, ROLE

BINARY = {"num_round": "3", "objective": "binary:logistic", "max_depth": "2", "nthread": "1"}


def rows(count: int = 60, *, classes: int = 2, seed: int = 0) -> list[list[float]]:
    """A label, which the first of three features gives away, and the features."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        label = number % classes
        given = (label + dice.random() * 1.2, dice.random(), dice.random())
        found.append([label, *(round(each, 4) for each in given)])
    return found


def csv_text(table: list[list[float]]) -> str:
    """CSV as the algorithm wants it: no header, label first."""
    return "".join(",".join(f"{cell:.4f}" for cell in row) + "\n" for row in table)


def libsvm_text(table: list[list[float]]) -> str:
    """The same rows as libsvm."""
    return "".join(
        f"{row[0]:g} "
        + " ".join(f"{place}:{cell:.4f}" for place, cell in enumerate(row[1:]))
        + "\n"
        for row in table
    )


def channel(name: str, content_type: str | None = "text/csv", **members: Any) -> dict[str, Any]:
    """A channel whose data lies under its name."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://bucket/data/{name}/"}
    kind = {"ContentType": content_type} if content_type else {}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **kind, **members}


@pytest.fixture
def asked() -> Callable[..., dict[str, Any]]:
    """A request for a job of the image without a script."""

    def request(name: str = "job", image: str = IMAGE, **members: Any) -> dict[str, Any]:
        return {
            "TrainingJobName": name,
            "RoleArn": ROLE,
            "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
            "HyperParameters": BINARY,
            "InputDataConfig": [channel("train"), channel("validation")],
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            **members,
        }  # fmt: skip

    return request


@pytest.fixture
def data(put: Any) -> None:
    """CSV in both channels."""
    put("data/train/a.csv", csv_text(rows()))
    put("data/validation/b.csv", csv_text(rows(30, seed=1)))

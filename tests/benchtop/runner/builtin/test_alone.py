"""That the built-in algorithm needs nothing but its image."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner import algorithms
from benchtop.runner.isolation import Isolation
from tests.benchtop.runner.builtin.conftest import BINARY, channel

FOLDER = algorithms.folder("000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1")


def test_the_algorithm_imports_the_standard_library_and_itself() -> None:
    """What needs numpy or xgboost asks for it when it is needed; nothing asks for benchtop."""
    for path in Path(str(FOLDER)).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert {each.name.partition(".")[0] for each in node.names} <= STANDARD, path
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert str(node.module).partition(".")[0] in STANDARD, path


STANDARD = set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("xgboost:1", "xgboost"),
        ("x.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost@sha256:0", "xgboost"),
        ("mine/my-xgboost:1", None),
        ("sagemaker-scikit-learn:1", None),
    ],
)
def test_an_image_is_known_by_its_name(image: str, name: str | None) -> None:
    """§9: sagemaker-xgboost and the old xgboost have the algorithm; others do not."""
    folder = algorithms.folder(image)

    assert (folder.name if folder else None) == name


@pytest.mark.usefixtures("data")
def test_it_trains_where_paths_are_rewritten(
    hire: Callable[..., Any], records: Any, objects: Any, asked: Any, until: Any
) -> None:
    """Without any isolation, as on macOS, its /opt/ml is the job's folder."""

    desk = TrainingDesk(records, objects, Place(), hire(isolation=Isolation(name="rewrite")))
    config = {"S3Uri": "s3://bucket/checkpoints"}
    desk.create(asked(CheckpointConfig=config, InputDataConfig=[channel("train")]))

    job = until(
        lambda: desk.describe_training_job("job"),
        lambda job: job["TrainingJobStatus"] != "InProgress",
    )
    assert job["TrainingJobStatus"] == "Completed"
    kept = [each.key for each in objects.each("bucket", "checkpoints/")]
    assert len(kept) == int(BINARY["num_round"])

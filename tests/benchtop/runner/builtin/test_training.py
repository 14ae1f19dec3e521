"""The built-in algorithm as a job: amt.md section 9."""

from __future__ import annotations

import tarfile
from typing import Any

import pytest

from benchtop.store.s3.objects import Objects
from tests.benchtop.runner.builtin.conftest import (
    BINARY, channel, csv_text, libsvm_text, rows,
)  # fmt: skip


def members(objects: Objects, name: str = "job") -> list[str]:
    """What a job's model archive holds."""
    with tarfile.open(objects.get("bucket", f"out/{name}/output/model.tar.gz").path) as tar:
        return sorted(tar.getnames())


@pytest.mark.usefixtures("data")
def test_a_job_without_a_script_trains_the_images_own_algorithm(
    ran: Any, asked: Any, said: Any, objects: Objects
) -> None:
    """§9.3, §6.8: a model file, a line for each round, and the service's own metric definitions."""
    job = ran(asked(HyperParameters={**BINARY, "eval_metric": "auc,error"}))

    assert job["TrainingJobStatus"] == "Completed", said()
    assert members(objects) == ["xgboost-model"]
    assert said()[0] == "Arguments: train"
    lines = [line for line in said() if line.startswith("[0]")]
    assert len(lines) == 1, said()
    assert lines[0].count("#011") == 4, lines
    finals = {each["MetricName"] for each in job["FinalMetricDataList"]}
    assert finals == {"train:auc", "train:error", "validation:auc", "validation:error"}
    definitions = job["AlgorithmSpecification"]["MetricDefinitions"]
    assert len(definitions) == 18
    assert definitions[0]["Regex"].startswith(r".*\[[0-9]+\].*#011train-auc:(")

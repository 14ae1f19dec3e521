"""A search through the public API: CreateHyperParameterTuningJob, Describe until it ends, List."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from benchmarks.search.free import METRIC
from benchmarks.search.problem import Problem

ROLE = "arn:aws:iam::000000000000:role/benchtop"
BUCKET = "sagemaker-us-east-1-000000000000"
IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-base-python:1"
STATIC = ("problem", "workers", "in_all", "durations")
SCRIPT = {
    "sagemaker_program": "train.py",
    "sagemaker_submit_directory": f"s3://{BUCKET}/never-fetched.tar.gz",
}
POLL = 0.02
IDENTICAL = "IdenticalDataAndAlgorithm"
TRANSFER = "TransferLearning"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One tuning job."""

    name: str
    problem: Problem
    strategy: str
    seed: int
    durations: int
    """The seed of how long each training job takes.

    As a static hyperparameter it must be that of a parent: results of others do not count.
    """
    workers: int
    jobs: int
    parent: str = ""
    warm: str = IDENTICAL


@dataclass(frozen=True, kw_only=True)
class Ended:
    """One configuration that was tried, and what came of it."""

    values: dict[str, str]
    loss: float


def begin(client: Any, asked: Asked) -> None:
    """Create a tuning job."""
    client.create_hyper_parameter_tuning_job(**_request(asked))


def found(client: Any, name: str) -> list[Ended]:
    """Everything that a tuning job tried, in the order in which it ended; waits for the end."""
    while (status := _status(client, name)) == "InProgress":
        time.sleep(POLL)
    if status != "Completed":
        raise RuntimeError(f"the tuning job {name} ended {status}")
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=name, PaginationConfig={"PageSize": 100}
    )
    jobs = [each for page in pages for each in page["TrainingJobSummaries"]]
    return [
        Ended(
            values=each["TunedHyperParameters"],
            loss=each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"],
        )
        for each in sorted(jobs, key=lambda job: job["TrainingEndTime"])
    ]


def _status(client: Any, name: str) -> str:
    job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    return str(job["HyperParameterTuningJobStatus"])


def _request(asked: Asked) -> dict[str, Any]:
    request = {
        "HyperParameterTuningJobName": asked.name,
        "HyperParameterTuningJobConfig": {
            "Strategy": asked.strategy,
            "RandomSeed": asked.seed,
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": METRIC},
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": asked.jobs,
                "MaxParallelTrainingJobs": asked.workers,
            },
            "ParameterRanges": asked.problem.ranges,
        },
        "TrainingJobDefinition": _definition(asked),
    }
    if asked.parent:
        parents = [{"HyperParameterTuningJobName": asked.parent}]
        request["WarmStartConfig"] = {
            "WarmStartType": asked.warm, "ParentHyperParameterTuningJobs": parents,
        }  # fmt: skip
    return request


def _definition(asked: Asked) -> dict[str, Any]:
    told = (asked.problem.name, asked.workers, asked.jobs, asked.durations)
    return {
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": METRIC, "Regex": "loss=(.*)"}],
        },
        "StaticHyperParameters": {**dict(zip(STATIC, map(str, told), strict=True)), **SCRIPT},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }

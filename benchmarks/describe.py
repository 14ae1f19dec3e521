"""DescribeTrainingJob by boto3 over HTTP, beside moto's own server in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3

from benchmarks.bench import running
from benchmarks.row import Row

CALLS = 500
NAME = "described"
PROMISE_MS = 2.0


def measure(folder: Path) -> Iterator[Row]:
    """The median round trip, in milliseconds."""
    with running(folder / "state") as bench:
        client: Any = bench.client("sagemaker")
        _create(client, bench.settings.bucket)
        ours = _median(client)
    yield Row(
        what="DescribeTrainingJob, median round trip", value=ours, unit="ms",
        against="moto's server", yardstick=_moto(folder), limit_value=PROMISE_MS,
    )  # fmt: skip


def _create(client: Any, bucket: str) -> None:
    client.create_training_job(
        TrainingJobName=NAME,
        RoleArn="arn:aws:iam::000000000000:role/benchtop",
        AlgorithmSpecification={
            "TrainingImage": "000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5",
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["true"],
        },
        OutputDataConfig={"S3OutputPath": f"s3://{bucket}/out"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


def _median(client: Any) -> float:
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        client.describe_training_job(TrainingJobName=NAME)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _moto(folder: Path) -> float:
    log = (folder / "moto.log").open("w")
    command = [str(Path(sys.executable).parent / "moto_server"), "-p", "0", "-H", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ})
    try:
        client = boto3.client(
            "sagemaker", endpoint_url=_address(folder / "moto.log"), region_name="us-east-1",
            aws_access_key_id="x", aws_secret_access_key="x",
        )  # fmt: skip
        _create(client, "bucket")
        return _median(client)
    finally:
        process.terminate()
        process.wait()
        log.close()


def _address(log: Path) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        words = log.read_text().split()
        if found := [word for word in words if word.startswith("http://127.0.0.1:")]:
            return found[0]
        time.sleep(0.05)
    raise RuntimeError(f"moto's server did not start: {log.read_text()}")

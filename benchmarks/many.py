"""Ten thousand Random jobs with a script that prints one line: what the first and the last cost.

Cost is processor time of benchtop and all it starts, which other programs on the machine change
little.
"""

from __future__ import annotations

import io
import os
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bench import Bench, running
from benchmarks.row import Row
from benchtop.store.lock import holder

JOBS = 10_000
PART = 1000
AT_ONCE = 10
PROMISE = 1.2
NAME = "many"
IMAGE = "000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-base-python:1"
SCRIPT = b"echo objective=0.5\n"
POLL = 0.2
TICKS = os.sysconf("SC_CLK_TCK")
MEGABYTE = 2**20
QUOTA = "random search"
"""Part of the name of the quota of how many jobs a random search may have."""


def measure(folder: Path) -> Iterator[Row]:
    """Processor time for a job of the first and of the last thousand, jobs per second, memory."""
    with running(folder / "state") as bench:
        _raise_quota(bench)
        _upload(bench)
        began = time.perf_counter()
        marks = _tuned(bench)
        seconds = time.perf_counter() - began
    first, last = _each(marks, 0, PART), _each(marks, JOBS - PART, JOBS)
    yield Row(
        what=f"processor time of a job, last {PART} of {JOBS}", value=last[0], unit="ms",
        against=f"first {PART}", yardstick=first[0], limit=PROMISE,
    )  # fmt: skip
    yield Row(
        what=f"memory of benchtop after {JOBS} jobs", value=last[1], unit="MB",
        against=f"after {PART}", yardstick=first[1],
    )  # fmt: skip
    yield Row(
        what=f"jobs per second, {JOBS} Random jobs, {AT_ONCE} at once", value=JOBS / seconds,
        unit="/s", against="one processor's, by their cost", yardstick=1000 / first[0],
    )  # fmt: skip


Spent = tuple[float, float]
"""Processor seconds so far, and megabytes held."""


def _tuned(bench: Bench) -> dict[int, Spent]:
    """What had been spent when so many jobs were over."""
    client: Any = bench.client("sagemaker")
    pid = _pid(bench)
    marks = {0: _spent(pid)}
    client.create_hyper_parameter_tuning_job(**_request(bench.settings.bucket, bench.settings.role))
    while True:
        job = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=NAME)
        marks[job["TrainingJobStatusCounters"]["Completed"]] = _spent(pid)
        if job["HyperParameterTuningJobStatus"] != "InProgress":
            break
        time.sleep(POLL)
    if job["TrainingJobStatusCounters"]["Completed"] != JOBS:
        raise RuntimeError(f"the tuning job ended otherwise: {job}")
    return marks


def _each(marks: dict[int, Spent], low: int, high: int) -> Spent:
    """Milliseconds of processor time for each job between two counts, and megabytes at the end."""
    counts, times = list(marks), [spent for spent, _ in marks.values()]
    before, after = np.interp([low, high], counts, times)
    memory = np.interp(high, counts, [held for _, held in marks.values()])
    return float(after - before) * 1000 / (high - low), float(memory)


def _spent(pid: int) -> Spent:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    times = sum(int(each) for each in fields[11:15]) / TICKS
    return times, pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


def _pid(bench: Bench) -> int:
    found = holder(bench.settings.state)
    if found is None:
        raise RuntimeError("benchtop is gone")
    return found.pid


def _raise_quota(bench: Bench) -> None:
    """Ask for more jobs, as one has to on AWS."""
    if JOBS <= 750:
        return
    client: Any = bench.client("service-quotas")
    pages = client.get_paginator("list_service_quotas").paginate(ServiceCode="sagemaker")
    quotas = [each for page in pages for each in page["Quotas"] if QUOTA in each["QuotaName"]]
    client.request_service_quota_increase(
        ServiceCode="sagemaker", QuotaCode=quotas[0]["QuotaCode"], DesiredValue=JOBS
    )


def _upload(bench: Bench) -> None:
    s3: Any = bench.client("s3")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("train.sh")
        entry.size, entry.mode = len(SCRIPT), 0o755
        archive.addfile(entry, io.BytesIO(SCRIPT))
    s3.put_object(Bucket=bench.settings.bucket, Key="code.tar.gz", Body=packed.getvalue())


def _request(bucket: str, role: str) -> dict[str, Any]:
    ranges = [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]
    return {
        "HyperParameterTuningJobName": NAME,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "objective"},
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": JOBS, "MaxParallelTrainingJobs": AT_ONCE,
            },
            "ParameterRanges": {"ContinuousParameterRanges": ranges},
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "objective", "Regex": "objective=(.*)"}],
            },
            "StaticHyperParameters": {
                "sagemaker_program": "train.sh",
                "sagemaker_submit_directory": f"s3://{bucket}/code.tar.gz",
            },
            "RoleArn": role,
            "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        },
    }  # fmt: skip

"""Twenty flight trainings through a tuning job, beside the same twenty from a bare pool."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, running
from benchmarks.row import Row
from pipelines.arrivals import raw_month

TRIALS = 20
AT_ONCE = 2
PROMISE = 0.4
NAME = "trials"
CHANNELS = ("train", "validation", "encoder")
SCRIPTS = Path(__file__).parent.parent / "training_scripts" / "flights"
RANGES = {
    "ContinuousParameterRanges": [
        {"Name": "eta", "MinValue": "0.02", "MaxValue": "0.5", "ScalingType": "Logarithmic"},
        {"Name": "subsample", "MinValue": "0.5", "MaxValue": "1"},
    ],
    "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "2", "MaxValue": "10"}],
}


def measure(folder: Path) -> Iterator[Row]:
    """Seconds from asking for the first training to the end of the last."""
    data = _prepared(folder)
    with running(folder / "state") as bench:
        client: Any = bench.client("sagemaker")
        _upload(bench, data)
        tuned = _tuned(bench, client)
        tried = _tried(client)
    bare = _bare(data, tried)
    yield Row(
        what=f"{TRIALS} flight trainings through a tuning job", value=tuned, unit="s",
        against=f"a bare pool of {AT_ONCE}, `python train.py`", yardstick=bare, limit=PROMISE,
    )  # fmt: skip


def _prepared(folder: Path) -> Path:
    raw = folder / "raw"
    raw.mkdir()
    (raw / "flights.csv").write_bytes(raw_month(1))
    command = [sys.executable, "preprocess.py", "--input", str(raw), "--output", f"{folder}/data"]
    subprocess.run(command, cwd=SCRIPTS, check=True, stdout=subprocess.DEVNULL)
    return folder / "data"


def _upload(bench: Bench, data: Path) -> None:
    s3: Any = bench.client("s3")
    for channel in CHANNELS:
        for path in (data / channel).iterdir():
            s3.upload_file(str(path), bench.settings.bucket, f"{channel}/{path.name}")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path in SCRIPTS.glob("*.py"):
            archive.add(path, path.name)
    s3.put_object(Bucket=bench.settings.bucket, Key="code.tar.gz", Body=packed.getvalue())


def _tuned(bench: Bench, client: Any) -> float:
    began = time.perf_counter()
    client.create_hyper_parameter_tuning_job(**_request(bench.settings.bucket, bench.settings.role))
    while (status := _described(client)["HyperParameterTuningJobStatus"]) == "InProgress":
        time.sleep(0.02)
    if status != "Completed":
        raise RuntimeError(f"the tuning job ended {status}: {_described(client)}")
    return time.perf_counter() - began


def _described(client: Any) -> Any:
    return client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=NAME)


def _request(bucket: str, role: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3DataDistributionType": "FullyReplicated"}
    return {
        "HyperParameterTuningJobName": NAME,
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "RandomSeed": 2013,
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "auc"},
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": TRIALS,
                "MaxParallelTrainingJobs": AT_ONCE,
            },
            "ParameterRanges": RANGES,
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": {
                "TrainingImage": "000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "auc", "Regex": r"validation-auc:([0-9\.]+)"}],
            },
            "StaticHyperParameters": {
                "sagemaker_program": "train.py",
                "sagemaker_submit_directory": f"s3://{bucket}/code.tar.gz",
            },
            "InputDataConfig": [
                {
                    "ChannelName": name,
                    "DataSource": {"S3DataSource": {**source, "S3Uri": f"s3://{bucket}/{name}/"}},
                }
                for name in CHANNELS
            ],
            "RoleArn": role,
            "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        },
    }  # fmt: skip


def _tried(client: Any) -> list[dict[str, str]]:
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=NAME
    )
    return [each["TunedHyperParameters"] for page in pages for each in page["TrainingJobSummaries"]]


def _bare(data: Path, tried: list[dict[str, str]]) -> float:
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda trial: _train(data, *trial), enumerate(tried)))
    return time.perf_counter() - began


def _train(data: Path, number: int, tried: dict[str, str]) -> None:
    home = data.parent / "bare" / str(number)
    (home / "model").mkdir(parents=True)
    folders = {f"SM_CHANNEL_{name.upper()}": str(data / name) for name in CHANNELS}
    given = [word for name, value in tried.items() for word in (f"--{name}", value)]
    subprocess.run(
        [sys.executable, str(SCRIPTS / "train.py"), *given],
        env={**os.environ, **folders, "SM_MODEL_DIR": str(home / "model")},
        cwd=home, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip

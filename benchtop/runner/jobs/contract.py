"""What SageMaker promises a container: the folders of ``/opt/ml``, its files and variables.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
and what is on real instances (``resourceconfig.json`` in its long form).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchtop.runner.isolation import Isolation
from benchtop.wire import Json

HOST = "algo-1"
GROUP = "homogeneousCluster"
INSIDE = Path(__file__).parent / "inside"
PASSED_ON = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "TZ")
"""Variables of benchtop's own environment that a job may see: nothing that could be a secret."""
INSTALLERS = ("PIP_", "UV_")
SCRIPTS_OWN = ("SM_", "TRAINING_JOB_", "PROCESSING_JOB_")
"""Prefixes of the variables that tell a script about its job."""
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def lay_out_training(opt_ml: Path, request: Json) -> None:
    """Make the folders and configuration files of a training job."""
    for name in ("input/data", "model", "output/data", "code", "checkpoints"):
        (opt_ml / name).mkdir(parents=True, exist_ok=True)
    config = opt_ml / "input" / "config"
    algorithm = request["AlgorithmSpecification"]
    contents: dict[str, Any] = {
        "hyperparameters": request.get("HyperParameters", {}),
        "inputdataconfig": channels_config(request),
        "resourceconfig": resource_config(instance_type(request)),
        "checkpointconfig": checkpoint_config(request),
        "metric-definition-regex": algorithm.get("MetricDefinitions"),
        "debughookconfig": request.get("DebugHookConfig"),
        "profilerconfig": request.get("ProfilerConfig"),
        "trainingjobconfig": request,
    }
    for name, content in contents.items():
        if content is not None:
            write(config / f"{name}.json", content)


def lay_out_processing(opt_ml: Path, request: Json) -> None:
    """Make the folders and configuration files of a processing job."""
    for name in ("processing", "output"):
        (opt_ml / name).mkdir(parents=True, exist_ok=True)
    cluster = request["ProcessingResources"]["ClusterConfig"]
    write(opt_ml / "config" / "processingjobconfig.json", request)
    resources = resource_config(cluster.get("InstanceType", "ml.m5.large"))
    write(opt_ml / "config" / "resourceconfig.json", resources)


def write(path: Path, content: object) -> None:
    """Write a configuration file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def channels_config(request: Json) -> Json:
    """What inputdataconfig.json says of each channel."""
    algorithm = request["AlgorithmSpecification"]
    return {each["ChannelName"]: _channel(each, algorithm) for each in inputs(request)}


def _channel(channel: Json, algorithm: Json) -> Json:
    source = channel["DataSource"]["S3DataSource"]
    content_type = channel.get("ContentType")
    return {
        **({"ContentType": content_type} if content_type else {}),
        "TrainingInputMode": channel.get("InputMode") or algorithm["TrainingInputMode"],
        "S3DistributionType": source.get("S3DataDistributionType") or "FullyReplicated",
        "RecordWrapperType": channel.get("RecordWrapperType") or "None",
    }


def inputs(request: Json) -> list[Json]:
    """A training job's channels."""
    return list(request.get("InputDataConfig") or [])


def instance_type(request: Json) -> str:
    """The instance type that a training job asks for."""
    return str((request.get("ResourceConfig") or {}).get("InstanceType") or "ml.m5.large")


def resource_config(instance: str) -> Json:
    """What resourceconfig.json says of a cluster of one."""
    group = {"instance_group_name": GROUP, "instance_type": instance, "hosts": [HOST]}
    return {
        "current_host": HOST,
        "current_instance_type": instance,
        "current_group_name": GROUP,
        "hosts": [HOST],
        "instance_groups": [group],
        "network_interface_name": "eth0",
        "topology": None,
    }


def checkpoint_config(request: Json) -> Json | None:
    """Where checkpoints are, inside and in S3."""
    asked = request.get("CheckpointConfig")
    return {"LocalPath": "/opt/ml/checkpoints", **asked} if asked else None


def local(opt_ml: Path, path: str) -> Path:
    """The place on this machine of a path that a job sees below ``/opt/ml``.

    Raises:
        ValueError: when the path is not below ``/opt/ml``.
    """
    clean = os.path.normpath(path)
    if not clean.startswith("/opt/ml/"):
        raise ValueError(f"{path} is not below /opt/ml.")
    return opt_ml / clean.removeprefix("/opt/ml/")


def environment(
    python: str, folder: Path, isolation: Isolation, surroundings: dict[str, str], asked: Json
) -> dict[str, str]:
    """The variables of a contained process: none of benchtop's own, but what makes it run.

    Args:
        python: the interpreter that stands in for the job's image.
        folder: the job's folder; packages that the job installs stay in it.
        isolation: how the job is isolated.
        surroundings: what every job sees: endpoint, credentials, region.
        asked: the request's own Environment, which comes last.
    """
    opt_ml = folder / "opt" / "ml"
    packages = folder / "packages"
    tools = _tools(folder / "bin", python)
    given = {name: isolation.rewrite(str(value), opt_ml) for name, value in asked.items()}
    return {
        "PATH": os.pathsep.join([str(tools), str(Path(python).parent), SYSTEM_PATH]),
        "HOME": os.environ.get("HOME", "/root"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": search_path(packages),
        "PIP_TARGET": str(packages),
        **_passed_on(),
        **surroundings,
        **isolation.environment(opt_ml),
        **given,
    }


def search_path(packages: Path, *first: str) -> str:
    """PYTHONPATH: the job's code, what it installed, and the pip that installs for it alone."""
    return os.pathsep.join([*first, str(packages), str(INSIDE)])


def _passed_on() -> dict[str, str]:
    names: Iterable[str] = os.environ
    return {
        name: os.environ[name]
        for name in names
        if name.upper() in PASSED_ON or name.startswith(INSTALLERS)
    }


def _tools(folder: Path, python: str) -> Path:
    """Commands that every image has, whether or not the environment that stands in has them."""
    folder.mkdir(parents=True, exist_ok=True)
    commands = {"pip": f'"{python}" -m pip', "pip3": f'"{python}" -m pip'}
    for name in ("python", "python3"):
        if not (Path(python).parent / name).exists():
            commands[name] = f'"{python}"'
    for name, command in commands.items():
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)
    return folder


def processors() -> int:
    """How many processors a job may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

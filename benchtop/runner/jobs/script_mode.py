"""How the SageMaker training toolkit starts a script: hyperparameters, arguments and variables.

Pure functions. Source: https://github.com/aws/sagemaker-training-toolkit (``environment.py``,
``mapping.py``, ``entry_point.py``), which framework images run as their ``train`` command.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from benchtop.runner.jobs import contract
from benchtop.wire import Json

PROGRAM = "sagemaker_program"
ARCHIVE = "sagemaker_submit_directory"
RESERVED = {"_tuning_objective_metric", "default_user_module_name"}


def decode(hyperparameters: dict[str, str]) -> Json:
    """Hyperparameters as scripts see them: JSON where it is JSON, text where not."""
    return {name: _decoded(value) for name, value in hyperparameters.items()}


def _decoded(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def own(hyperparameters: Json) -> Json:
    """The hyperparameters that are the script's, not the toolkit's."""
    return {name: value for name, value in hyperparameters.items() if not _reserved(name)}


def _reserved(name: str) -> bool:
    return name in RESERVED or name.startswith("sagemaker_")


def arguments(hyperparameters: Json) -> list[str]:
    """The command line: sorted, ``--name value``, one dash for a name of one letter."""
    parts: list[str] = []
    for name in sorted(hyperparameters):
        dashes = ("--" if len(name) > 1 else "-") if name else ""
        parts += [dashes + name, _argument(hyperparameters[name])]
    return parts


def _argument(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}={inner}" for name, inner in sorted(value.items()))
    return "" if value is None else str(value)


def variables(settings: Json) -> dict[str, str]:
    """Environment variables: ``SM_`` and the name in capitals; text as it is, the rest as JSON.

    A name with ``=`` or NUL cannot be a variable's; the script finds it in SM_HPS.
    """
    possible = {name: value for name, value in settings.items() if not {"=", "\0"} & set(name)}
    return {f"SM_{name.upper()}": _variable(value) for name, value in possible.items()}


def _variable(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def program(request: Json) -> str | None:
    """The script that a training job brings along, if it brings one."""
    hyperparameters = decode(request.get("HyperParameters") or {})
    name = hyperparameters.get(PROGRAM) or _setting(request, PROGRAM)
    return str(name) if name else None


def archive(request: Json) -> str | None:
    """Where the script's folder is: an S3 URI, or a folder or archive below ``/opt/ml``."""
    hyperparameters = decode(request.get("HyperParameters") or {})
    place = hyperparameters.get(ARCHIVE) or _setting(request, ARCHIVE)
    return str(place) if place else None


def _setting(request: Json, name: str) -> Any:
    return (request.get("Environment") or {}).get(name.upper())


@dataclass(frozen=True, kw_only=True)
class Script:
    """One training script about to be started: everything its variables are made of."""

    request: Json
    program: str
    root: str

    @property
    def hyperparameters(self) -> Json:
        """What the script is to be trained with."""
        return own(decode(self.request.get("HyperParameters") or {}))

    @property
    def arguments(self) -> list[str]:
        """The script's command line."""
        return arguments(self.hyperparameters)

    @property
    def framework(self) -> Json:
        """The hyperparameters that are the toolkit's."""
        decoded = decode(self.request.get("HyperParameters") or {})
        return {name: value for name, value in decoded.items() if name.startswith("sagemaker_")}

    @property
    def module(self) -> str:
        """The script's name as a module."""
        return self.program.removesuffix(".py")

    def environment(self) -> dict[str, str]:
        """Every ``SM_*`` variable."""
        settings = self.settings()
        channels = {f"channel_{name}": path for name, path in self.channels().items()}
        given = {f"hp_{name}": value for name, value in self.hyperparameters.items()}
        extra = {"training_env": self.summary(settings), "user_args": self.arguments}
        return variables({**settings, **channels, **given, **extra})

    def channels(self) -> dict[str, str]:
        """Where each channel's data is."""
        names = sorted(each["ChannelName"] for each in contract.inputs(self.request))
        return {name: f"{self.root}/input/data/{name}" for name in names}

    def settings(self) -> Json:
        """What the toolkit calls its environment, by its own names."""
        root = self.root
        return {
            **self.cluster(),
            "hps": self.hyperparameters,
            "user_entry_point": self.program,
            "framework_params": self.framework,
            "resource_config": contract.resource_config(contract.instance_type(self.request)),
            "input_data_config": contract.channels_config(self.request),
            "channels": list(self.channels()),
            "module_name": self.module,
            "module_dir": archive(self.request) or f"{root}/code",
            "log_level": self.framework.get("sagemaker_container_log_level", 20),
            "framework_module": None,
            "input_dir": f"{root}/input",
            "input_config_dir": f"{root}/input/config",
            "output_dir": f"{root}/output",
            "output_data_dir": f"{root}/output/data",
            "output_intermediate_dir": f"{root}/output/intermediate",
            "model_dir": f"{root}/model",
            "num_cpus": contract.processors(),
            "num_gpus": 0,
            "num_neurons": 0,
        }

    def cluster(self) -> Json:
        """A cluster of one, in the toolkit's words."""
        resources = contract.resource_config(contract.instance_type(self.request))
        groups = resources["instance_groups"]
        return {
            "hosts": resources["hosts"],
            "current_host": contract.HOST,
            "network_interface_name": resources["network_interface_name"],
            "current_instance_type": resources["current_instance_type"],
            "current_instance_group": contract.GROUP,
            "current_instance_group_hosts": [contract.HOST],
            "instance_groups": [contract.GROUP],
            "instance_groups_dict": {contract.GROUP: groups[0]},
            "distribution_instance_groups": [],
            "is_hetero": False,
        }

    def summary(self, settings: Json) -> Json:
        """The whole environment as one object, in the toolkit's longer names."""
        renamed = {"hps", "framework_params", "channels"}
        kept = {name: value for name, value in settings.items() if name not in renamed}
        return {
            **kept,
            "hyperparameters": self.hyperparameters,
            "additional_framework_parameters": self.framework,
            "channel_input_dirs": self.channels(),
            "job_name": self.framework.get("sagemaker_job_name"),
            "is_master": True,
            "master_hostname": contract.HOST,
        }

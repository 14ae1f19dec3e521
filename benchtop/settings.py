"""Benchtop's own settings: ``[tool.benchtop]`` of pyproject.toml, read once into one value."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

PROJECT_PYTHON = "project"
"""In the image table: the interpreter that benchtop itself runs on."""

BAYESIAN_ENGINES = ("tpe", "gp")

IMAGES = {
    "sagemaker-xgboost": PROJECT_PYTHON,
    "xgboost": PROJECT_PYTHON,
    "sagemaker-scikit-learn": PROJECT_PYTHON,
    "pytorch-training": PROJECT_PYTHON,
    "pytorch-inference": PROJECT_PYTHON,
    "sagemaker-base-python": PROJECT_PYTHON,
}

FAULTS = {
    "capacity": "jobs fail with CapacityError; spot jobs wait for an instance",
    "internal": "jobs fail with InternalServerError",
    "throttling": "Create calls are refused with ThrottlingException",
    "limit": "Create calls that take instances are refused with ResourceLimitExceeded",
}
"""Faults on request: what they do at a rate from 0 to 1."""


class SettingsError(ValueError):
    """A setting is wrong; the message says which, and what it may be."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a benchtop is started with."""

    state: Path = Path(".benchtop")
    port: int = 4747
    account: str = "000000000000"
    region: str = "us-east-1"
    isolation: str = "auto"
    memory_limit_gib: float = 0.0
    spot_interruptions: float = 0.0
    """How often a spot job is interrupted in a minute of running, on average."""
    faults: dict[str, float] = field(default_factory=dict)
    """Kinds of faults (see FAULTS), and the share of cases that they befall, 0 to 1."""
    enforce_quotas: bool = False
    """Whether quotas of instances are enforced; a table of quotas enforces them too."""
    quotas: dict[str, float] = field(default_factory=dict)
    """Quotas that are not AWS's defaults, by name or code."""
    warm_workers: bool = True
    images: dict[str, str] = field(default_factory=lambda: dict(IMAGES))
    bayesian_engine: str = "tpe"
    """What Bayesian tuning computes with: ``tpe``, or ``gp``, which is an extra."""

    @property
    def endpoint(self) -> str:
        """Where clients reach this benchtop."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def bucket(self) -> str:
        """The bucket that clients use when they name none, as the SDK would name it."""
        return f"sagemaker-{self.region}-{self.account}"

    @property
    def role(self) -> str:
        """The role that clients use when they name none."""
        return f"arn:aws:iam::{self.account}:role/benchtop"


def read_settings(folder: Path | None = None, **given: Any) -> Settings:
    """The settings of the project in *folder*, overridden by what is *given*.

    Raises:
        SettingsError: names the setting that is wrong.
    """
    table = _table((folder or Path.cwd()) / "pyproject.toml")
    known = {each.name for each in fields(Settings)}
    for name in table:
        if name not in known:
            raise SettingsError(f"[tool.benchtop] has no setting {name!r}; it has {sorted(known)}.")
    images = {**IMAGES, **table.pop("images", {})}
    wanted = {**table, **{name: value for name, value in given.items() if value is not None}}
    if (engine := wanted.get("bayesian_engine", "tpe")) not in BAYESIAN_ENGINES:
        raise SettingsError(f"bayesian_engine is {engine!r}; it may be {BAYESIAN_ENGINES}.")
    if "state" in wanted:
        wanted["state"] = Path(wanted["state"])
    settings = replace(Settings(images=images), **wanted)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    for kind, rate in settings.faults.items():
        if kind not in FAULTS:
            raise SettingsError(f"There is no fault {kind!r}; there are {sorted(FAULTS)}.")
        if not _number(rate) or rate > 1:
            raise SettingsError(f"The rate of the fault {kind} is {rate!r}; it may be 0 to 1.")
    if not _number(settings.spot_interruptions):
        raise SettingsError(
            f"spot_interruptions is {settings.spot_interruptions!r}; it is a number of "
            "interruptions per minute, from 0."
        )
    for name, value in settings.quotas.items():
        if not _number(value):
            raise SettingsError(f"The quota {name!r} is {value!r}; it may be a number from 0.")


def _number(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < float("inf")


def _table(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    table: dict[str, Any] = tomllib.loads(path.read_text()).get("tool", {}).get("benchtop", {})
    return dict(table)


def project_python() -> str:
    """The interpreter that stands in for an image mapped to ``project``."""
    return sys.executable

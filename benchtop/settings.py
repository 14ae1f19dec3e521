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
    "sagemaker-scikit-learn": PROJECT_PYTHON,
    "pytorch-training": PROJECT_PYTHON,
    "pytorch-inference": PROJECT_PYTHON,
    "sagemaker-base-python": PROJECT_PYTHON,
}


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
    return replace(Settings(images=images), **wanted)


def _table(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    table: dict[str, Any] = tomllib.loads(path.read_text()).get("tool", {}).get("benchtop", {})
    return dict(table)


def project_python() -> str:
    """The interpreter that stands in for an image mapped to ``project``."""
    return sys.executable

"""What is tuned: ranges as a request has them, and a loss of what a training job is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Loss: TypeAlias = Callable[[Mapping[str, str]], float]

LINEAR = "Linear"
LOG = "Logarithmic"
REVERSE = "ReverseLogarithmic"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem, to be minimised."""

    name: str
    kind: str
    """``synthetic`` or ``real``."""
    ranges: dict[str, Any]
    """ParameterRanges."""
    loss: Loss
    optimum: float | None = None
    """The least loss there is, where it is known."""


def real(name: str, low: float, high: float, scale: str = LINEAR) -> tuple[str, dict[str, str]]:
    """A continuous range."""
    ends = {"MinValue": repr(low), "MaxValue": repr(high)}
    return "ContinuousParameterRanges", {"Name": name, **ends, "ScalingType": scale}


def whole(name: str, low: int, high: int, scale: str = LINEAR) -> tuple[str, dict[str, str]]:
    """An integer range."""
    ends = {"MinValue": str(low), "MaxValue": str(high)}
    return "IntegerParameterRanges", {"Name": name, **ends, "ScalingType": scale}


def choice(name: str, *values: str) -> tuple[str, dict[str, Any]]:
    """A categorical range."""
    return "CategoricalParameterRanges", {"Name": name, "Values": list(values)}


def ranges(*given: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """The ParameterRanges of a request."""
    found: dict[str, Any] = {}
    for member, one in given:
        found.setdefault(member, []).append(one)
    return found


def remembering(loss: Loss) -> Loss:
    """A loss that is computed once for the same values: methods start with the same points."""
    known: dict[str, float] = {}

    def remembered(values: Mapping[str, str]) -> float:
        key = json.dumps(dict(values), sort_keys=True)
        if key not in known:
            known[key] = loss(values)
        return known[key]

    return remembered

"""What a tuning job may vary, as values; nothing here needs the SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("Continuous", "Integer", "Categorical")


@dataclass(frozen=True, kw_only=True)
class Range:
    """What one hyperparameter may be."""

    kind: str
    low: float | None = None
    high: float | None = None
    scaling: str = "Auto"
    values: tuple[str, ...] = ()

    def request(self, name: str) -> dict[str, Any]:
        """The member of ParameterRanges that says so; AWS wants numbers as strings."""
        if self.kind == "Categorical":
            return {"Name": name, "Values": list(self.values)}
        return {
            "Name": name,
            "MinValue": str(self.low),
            "MaxValue": str(self.high),
            "ScalingType": self.scaling,
        }


def continuous(low: float, high: float, *, scaling: str = "Linear") -> Range:
    """A number; Logarithmic scaling for one that spans magnitudes."""
    return Range(kind="Continuous", low=low, high=high, scaling=scaling)


def whole(low: int, high: int, *, scaling: str = "Linear") -> Range:
    """A whole number."""
    return Range(kind="Integer", low=low, high=high, scaling=scaling)


def choice(*values: object) -> Range:
    """One of a few values; the only kind that Grid takes."""
    return Range(kind="Categorical", values=tuple(str(value) for value in values))


def parameter_ranges(ranges: Mapping[str, Range]) -> dict[str, list[dict[str, Any]]]:
    """All ranges as AWS groups them."""
    return {
        f"{kind}ParameterRanges": [
            each.request(name) for name, each in ranges.items() if each.kind == kind
        ]
        for kind in KINDS
    }

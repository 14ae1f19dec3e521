"""Reading the ParameterRanges of a request, and naming the hyperparameter that is wrong.

# AWS: the wording of most of these refusals is unknown; each names the hyperparameter.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from benchtop.tuner.space import (
    WIDE,
    Categorical,
    Continuous,
    Dimension,
    Integer,
    Scale,
    Space,
)

Range: TypeAlias = Mapping[str, Any]

MOST = 30
"""AWS's limit of searchable hyperparameters."""
MOST_TOGETHER = 100
"""AWS's limit of hyperparameters, static, tuned and injected."""
LARGEST = 2**53
"""Whole numbers beyond this are not exact as doubles."""
WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)


class RangeError(ValueError):
    """The ranges are wrong; the message says which hyperparameter, and how."""


def read_space(ranges: Mapping[str, Any], static: Mapping[str, str]) -> Space:
    """The space that a request's ranges describe.

    Raises:
        RangeError: names the hyperparameter that is wrong.
    """
    dimensions = [
        read(each)
        for member, read in READERS.items()
        for each in ranges.get(member) or []
    ]  # fmt: skip
    _check_names([each.name for each in dimensions], static)
    return Space(tuple(dimensions))


def check_enough(size: float, jobs: int) -> None:
    """Refuse fewer configurations than jobs, as AWS does.

    Raises:
        RangeError: in AWS's observed wording.
    """
    if size < jobs:
        raise RangeError(
            "You don't have enough combinations of hyperparameter ranges. The total number of "
            f"hyperparameter combinations for the provided ranges [{size:.1f}] must be equal "
            f"or greater than the value of MaxNumberOfJobs, [{jobs}]. Provide additional ranges."
        )


def _check_names(names: list[str], static: Mapping[str, str]) -> None:
    if not names:
        raise RangeError("ParameterRanges names no hyperparameter to tune. Provide a range.")
    if len(names) > MOST:
        raise RangeError(
            f"ParameterRanges names {len(names)} hyperparameters; at most {MOST} can be tuned."
        )
    for name, times in Counter(names).items():
        if times > 1:
            raise RangeError(f"The hyperparameter [{name}] has more than one range.")
        if name in static:
            raise RangeError(
                f"The hyperparameter [{name}] is both static and tunable. Remove it from "
                "StaticHyperParameters or from ParameterRanges."
            )
    together = len({*names, *static, "_tuning_objective_metric"})
    if together > MOST_TOGETHER:
        raise RangeError(
            f"The job has {together} hyperparameters, static and tunable and "
            f"_tuning_objective_metric together; at most {MOST_TOGETHER} are possible."
        )


def _continuous(given: Range) -> Dimension:
    low, high = (_real(given, bound) for bound in ("MinValue", "MaxValue"))
    _check_order(given, low, high)
    if math.isinf(high - low):
        raise RangeError(f"The range of hyperparameter [{given['Name']}] is too wide.")
    return Continuous(name=given["Name"], low=low, high=high, scale=_scale(given, low, high))


def _integer(given: Range) -> Dimension:
    low, high = (_whole(given, bound) for bound in ("MinValue", "MaxValue"))
    _check_order(given, low, high)
    if given.get("ScalingType") == Scale.REVERSE_LOGARITHMIC.value:
        raise RangeError(
            f"ReverseLogarithmic scaling is not possible for the integer hyperparameter "
            f"[{given['Name']}]; it is for continuous hyperparameters."
        )
    return Integer(name=given["Name"], low=low, high=high, scale=_scale(given, low, high))


def _categorical(given: Range) -> Dimension:
    choices = tuple(dict.fromkeys(given["Values"]))
    if len(choices) > MOST:
        raise RangeError(f"The hyperparameter [{given['Name']}] has more than {MOST} values.")
    return Categorical(name=given["Name"], choices=choices)


READERS: dict[str, Callable[[Range], Dimension]] = {
    "ContinuousParameterRanges": _continuous,
    "IntegerParameterRanges": _integer,
    "CategoricalParameterRanges": _categorical,
}


def _scale(given: Range, low: float, high: float) -> Scale:
    name, wanted = given["Name"], given.get("ScalingType") or "Auto"
    if wanted == "Auto":
        # AWS: its detection of a logarithmic scale is unknown.
        return Scale.LOGARITHMIC if low > 0 and high / low >= WIDE else Scale.LINEAR
    scale = Scale(wanted)
    if scale is Scale.LOGARITHMIC and low <= 0:
        raise RangeError(
            f"Logarithmic scaling of hyperparameter [{name}] needs values greater than 0, "
            f"but MinValue is [{given['MinValue']}]."
        )
    if scale is Scale.REVERSE_LOGARITHMIC and not 0 <= low <= high < 1:
        raise RangeError(
            f"ReverseLogarithmic scaling of hyperparameter [{name}] needs 0 <= x < 1, but its "
            f"range is [{given['MinValue']}, {given['MaxValue']}]."
        )
    return scale


def real(text: str) -> float | None:
    """The finite number that a text is, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in text else None


def _real(given: Range, bound: str) -> float:
    value = real(given[bound])
    if value is None:
        raise RangeError(f"{bound} [{given[bound]}] of hyperparameter [{given['Name']}] is not a "
                         "number.")  # fmt: skip
    return value


def _whole(given: Range, bound: str) -> int:
    text = given[bound].strip()
    if not WHOLE.fullmatch(text) or abs(int(text)) > LARGEST:
        raise RangeError(
            f"{bound} [{given[bound]}] of the integer hyperparameter [{given['Name']}] is not a "
            f"whole number between -{LARGEST} and {LARGEST}."
        )
    return int(text)


def _check_order(given: Range, low: float, high: float) -> None:
    if low > high:
        raise RangeError(
            f"MinValue [{given['MinValue']}] of hyperparameter [{given['Name']}] is greater than "
            f"its MaxValue [{given['MaxValue']}]."
        )

"""Autotune: from a hyperparameter's name and an example of its value to a range.

https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html gives one
example, max_depth with the hint 4, which became the integers from 2 to 8.
# AWS: unknown, the general rule; here half to double the hint, and no scaling type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchtop.tuner.ranges import LARGEST, WHOLE, RangeError, real
from benchtop.tuner.space import written

WIDEST = 1e300
"""A hint of larger magnitude has no double."""
Ranges = dict[str, list[dict[str, str]]]


def ranges_of(hints: Sequence[Mapping[str, str]]) -> Ranges:
    """The typed ranges that AutoParameters stand for.

    Raises:
        RangeError: names the hyperparameter whose hint is not a number.
    """
    found: Ranges = {"IntegerParameterRanges": [], "ContinuousParameterRanges": []}
    for each in hints:
        text = each["ValueHint"].strip()
        kind = "IntegerParameterRanges" if WHOLE.fullmatch(text) else "ContinuousParameterRanges"
        low, high = _whole(each, text) if WHOLE.fullmatch(text) else _real(each, text)
        found[kind].append({"Name": each["Name"], "MinValue": low, "MaxValue": high})
    return found


def _whole(hint: Mapping[str, str], text: str) -> tuple[str, str]:
    value = int(text)
    if abs(value) > LARGEST // 2:
        raise _unfit(hint)
    if value == 0:
        return "0", "1"
    low, high = max(abs(value) // 2, 1), 2 * abs(value)
    return (str(low), str(high)) if value > 0 else (str(-high), str(-low))


def _real(hint: Mapping[str, str], text: str) -> tuple[str, str]:
    value = real(text)
    if value is None or abs(value) > WIDEST:
        raise _unfit(hint)
    if value == 0:
        return "0.0", "1.0"
    low, high = abs(value) / 2, 2 * abs(value)
    if abs(value) < 1:
        high = min(high, 1.0)  # What is less than 1 is mostly a share, or a rate.
    return (written(low), written(high)) if value > 0 else (written(-high), written(-low))


def _unfit(hint: Mapping[str, str]) -> RangeError:
    return RangeError(
        f"ValueHint [{hint['ValueHint']}] of hyperparameter [{hint['Name']}] is not a number from "
        "which a range can be made: keep it static, or give it a range."
    )

"""What ranges may be, and how a wrong one is named."""

from __future__ import annotations

from typing import Any

import pytest

from benchtop.tuner.ranges import RangeError, check_enough, read_space
from benchtop.tuner.space import written


def real(low: str, high: str, scale: str = "Auto") -> dict[str, Any]:
    one = {"Name": "eta", "MinValue": low, "MaxValue": high, "ScalingType": scale}
    return {"ContinuousParameterRanges": [one]}


def whole(low: str, high: str, scale: str = "Auto") -> dict[str, Any]:
    one = {"Name": "eta", "MinValue": low, "MaxValue": high, "ScalingType": scale}
    return {"IntegerParameterRanges": [one]}


WRONG = [
    (real("a", "1"), "is not a number"),
    (real("nan", "1"), "is not a number"),
    (real("0", "inf"), "is not a number"),
    (real("1_0", "20"), "is not a number"),
    (real("2", "1"), "greater than"),
    (real("-1e308", "1e308"), "too wide"),
    (real("0", "1", "Logarithmic"), "greater than 0"),
    (real("0", "1", "ReverseLogarithmic"), "0 <= x < 1"),
    (real("-0.1", "0.5", "ReverseLogarithmic"), "0 <= x < 1"),
    (whole("1.5", "2"), "whole number"),
    (whole("1", "9" * 19), "whole number"),
    (whole("1", "9" * 5000), "whole number"),
    (whole("0", "5", "Logarithmic"), "greater than 0"),
    (whole("1", "5", "ReverseLogarithmic"), "ReverseLogarithmic"),
    ({**real("0", "1"), **whole("0", "1")}, "more than one range"),
    ({"CategoricalParameterRanges": [{"Name": "eta", "Values": [str(i) for i in range(31)]}]},
     "more than 30 values"),
]  # fmt: skip


@pytest.mark.parametrize(("ranges", "why"), WRONG)
def test_a_wrong_range_is_named(ranges: dict[str, Any], why: str) -> None:
    """A range that cannot be is refused with its hyperparameter's name and the reason."""
    with pytest.raises(RangeError, match=r"\[eta\]") as refusal:
        read_space(ranges, {})

    assert why in str(refusal.value)


def test_a_name_is_static_or_tunable() -> None:
    """A hyperparameter that is both is refused."""
    with pytest.raises(RangeError, match="both static and tunable"):
        read_space(real("0", "1"), {"eta": "1"})


def test_there_must_be_ranges_but_not_too_many() -> None:
    """One range at least, 30 at most, and 100 hyperparameters with the static ones."""
    many = [{"Name": str(i), "MinValue": "0", "MaxValue": "1"} for i in range(31)]
    with pytest.raises(RangeError, match="at most 30"):
        read_space({"ContinuousParameterRanges": many}, {})
    with pytest.raises(RangeError, match="names no hyperparameter"):
        read_space({}, {})
    with pytest.raises(RangeError, match="at most 100"):
        read_space(real("0", "1"), {f"s{i}": "" for i in range(99)})


def test_too_few_combinations_are_refused_as_on_aws() -> None:
    """The sentence is the service's own, with the count as a decimal."""
    with pytest.raises(RangeError, match=r"provided ranges \[3.0\] must .* \[10\]"):
        check_enough(read_space(whole("1", "3"), {}).size, 10)

    check_enough(read_space(real("1", "3"), {}).size, 10)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (2.5e-05, "0.000025"), (1e-06, "1e-06"), (3e20, "300000000000000000000.0"),
     (0.0, "0.0"), (-2e-05, "-0.00002")],
)  # fmt: skip
def test_numbers_are_plain_and_exact(value: float, text: str) -> None:
    """A value is written without an exponent unless it is tiny, and reads back the same."""
    assert written(value) == text
    assert float(written(value)) == value

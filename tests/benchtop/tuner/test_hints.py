"""From a hint to a range (§2.9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchtop.tuner.hints import ranges_of
from benchtop.tuner.ranges import RangeError, read_space


def test_the_guide_s_example() -> None:
    """max_depth with the hint 4 becomes the integers from 2 to 8, without a scaling type."""
    found = ranges_of([{"Name": "max_depth", "ValueHint": "4"}])

    assert found["IntegerParameterRanges"] == [
        {"Name": "max_depth", "MinValue": "2", "MaxValue": "8"}
    ]
    assert found["ContinuousParameterRanges"] == []


@given(st.one_of(st.integers(-(2**52), 2**52), st.floats(-1e300, 1e300)))
def test_a_number_lies_in_its_range(hint: float) -> None:
    """Every number becomes a range that can be searched, and that holds the number."""
    found = ranges_of([{"Name": "x", "ValueHint": repr(hint)}])

    assert read_space(found, {}).holds({"x": repr(hint)})


@pytest.mark.parametrize("hint", ["", "sgd", '"4"', "nan", "inf", "1e301", "9" * 20, "1_0"])
def test_what_is_no_number_has_no_range(hint: str) -> None:
    """A hint that is no number is refused with the hyperparameter's name."""
    with pytest.raises(RangeError, match=r"\[optimizer\] is not a number"):
        ranges_of([{"Name": "optimizer", "ValueHint": hint}])

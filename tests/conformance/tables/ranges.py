"""§2.4, §2.5: ranges and scales."""

from __future__ import annotations

from typing import Any

from benchtop.wire import Json
from tests.conformance.rule import GONE, Rule, accepted, refused
from tests.conformance.valid import SCRIPT, X, categorical

REALS, WHOLES, TEXTS = (
    "R.ContinuousParameterRanges", "R.IntegerParameterRanges", "R.CategoricalParameterRanges",
)  # fmt: skip
ENOUGH = (
    "You don't have enough combinations of hyperparameter ranges. The total number of "
    "hyperparameter combinations for the provided ranges "
)


def real(low: str, high: str, scale: str | None = None, name: str = "x") -> Json:
    """The change to one continuous range."""
    scaled = {"ScalingType": scale} if scale else {}
    return {REALS: [{"Name": name, "MinValue": low, "MaxValue": high, **scaled}]}


def whole(low: str, high: str, scale: str | None = None) -> Json:
    """The change to one range of whole numbers, beside a continuous one."""
    scaled = {"ScalingType": scale} if scale else {}
    return {WHOLES: [{"Name": "n", "MinValue": low, "MaxValue": high, **scaled}]}


def only(ranges: Json, jobs: int = 4) -> Json:
    """The change to no other ranges than these."""
    return {"R": ranges, "L.MaxNumberOfTrainingJobs": jobs}


def texts(*values: str) -> Json:
    """The change to one categorical range beside a continuous one."""
    return {TEXTS: [{"Name": "c", "Values": list(values)}]}


def statics(count: int) -> Json:
    """The change to so many static hyperparameters, the script's two included."""
    return {"D.StaticHyperParameters": SCRIPT | {str(n): "" for n in range(count - 2)}}


def many(count: int) -> list[Json]:
    """So many continuous ranges."""
    return [X | {"Name": f"x{n}"} for n in range(count)]


def _scale(name: str, what: str, change: Json, message: str = "") -> Rule:
    if message:
        return refused(name, "2.5", what, message, change)
    return accepted(name, "2.5", what, dict(change), change)


def _range(name: str, what: str, change: Json, message: str = "", **more: Any) -> Rule:
    if message:
        return refused(name, "2.4", what, message, change, **more)
    return accepted(name, "2.4", what, dict(change), change, **more)


RULES: list[Rule] = [
    _range("range-negative", "Bounds may be negative", real("-2.5", "-1e-3")),
    _range("range-equal", "MinValue may equal MaxValue", whole("3", "3")),
    _range("range-exponent", "Bounds may have exponents", real("1e-5", "1E2")),
    _range("one-category", "A categorical range may have one value", texts("a")),
    _range("thirty-categories", "A categorical range may have 30 values",
           texts(*(str(n) for n in range(30)))),
    _range("empty-text", "A categorical value may be empty", texts("", "a")),
    _range("range-reversed", "MinValue must not exceed MaxValue", real("2", "1"),
           "MinValue [2] of hyperparameter [x] is greater than its MaxValue [1]."),
    _range("range-reversed-whole", "MinValue must not exceed MaxValue for integers",
           whole("2", "1"), "MinValue [2] of hyperparameter [n] is greater"),
    _range("range-text", "Bounds must be numbers", real("low", "1"),
           "MinValue [low] of hyperparameter [x] is not a number."),
    _range("range-nan", "Bounds must not be NaN", real("nan", "1"), "is not a number"),
    _range("range-infinite", "Bounds must be finite", real("0", "inf"), "is not a number"),
    _range("range-underscore", "Bounds are no Python literals", real("1_0", "20"),
           "is not a number"),
    _range("range-empty-bound", "Bounds must not be empty", real("", "1"), "is not a number"),
    _range("range-wide", "A range must have a width that is a number", real("-1e308", "1e308"),
           "The range of hyperparameter [x] is too wide."),
    _range("fraction-as-integer", "Bounds of integers must be whole", whole("1.5", "3"),
           "MinValue [1.5] of the integer hyperparameter [n] is not a whole number"),
    _range("exponent-as-integer", "Bounds of integers have no exponent", whole("1", "1e3"),
           "MaxValue [1e3] of the integer hyperparameter [n] is not a whole number"),
    _range("integer-huge", "Bounds of integers must be exact as doubles", whole("0", "9" * 17),
           "of the integer hyperparameter [n] is not a whole number between"),
    _range("no-ranges", "Something must be tuned", {"R": GONE}, "names no hyperparameter"),
    _range("empty-ranges", "Empty lists tune nothing", {"R": {"IntegerParameterRanges": []}},
           "names no hyperparameter"),
    _range("ranges-31", "At most 30 hyperparameters are tuned, over all kinds of ranges",
           {REALS: many(30), WHOLES: [{"Name": "n", "MinValue": "1", "MaxValue": "2"}]},
           "names 31 hyperparameters; at most 30 can be tuned."),
    _range("range-list-31", "A list of ranges has at most 30 items", {REALS: many(31)},
           "Member must have length less than or equal to 30"),
    accepted("ranges-30", "2.4", "30 hyperparameters can be tuned", {f"{REALS}.#": 30},
             {REALS: many(30)}),
    _range("categories-31", "A categorical range has at most 30 values",
           texts(*(str(n) for n in range(31))), "Member must have length less than or equal to 30"),
    _range("no-categories", "A categorical range has a value", texts(),
           "Member must have length greater than or equal to 1", by="boto3"),
    _range("range-twice", "A hyperparameter has one range", {REALS: [X, X]},
           "The hyperparameter [x] has more than one range."),
    _range("range-twice-over-kinds", "A hyperparameter has one range, of whichever kind",
           {TEXTS: [{"Name": "x", "Values": ["1"]}]}, "has more than one range."),
    _range("static-and-tuned", "A hyperparameter is static or tuned, not both",
           {"D.StaticHyperParameters.x": "1"}, "The hyperparameter [x] is both static"),
    refused("together-101", "2.10", "Static, tuned and injected ones together are at most 100",
            "The job has 101 hyperparameters", statics(99)),
    accepted("together-100", "2.10", "100 hyperparameters with the injected one are accepted",
             {"N": "job"}, statics(98)),
    _range("too-few-integers", "Integers alone must give enough combinations",
           only({"IntegerParameterRanges": [{"Name": "n", "MinValue": "1", "MaxValue": "3"}]}, 10),
           f"{ENOUGH}[3.0] must be equal or greater than the value of MaxNumberOfJobs, [10]. "
           "Provide additional ranges."),
    _range("too-few-categories", "Categories alone must give enough combinations",
           only(categorical(2, 3), 7), f"{ENOUGH}[6.0] must be equal or greater"),
    _range("duplicates-count-once", "Equal categories count once",
           only({"CategoricalParameterRanges": [{"Name": "c", "Values": ["a", "a", "b"]}]}, 3),
           f"{ENOUGH}[2.0]"),
    _range("too-few-equal-bounds", "A continuous range of one value gives one combination",
           {**real("1", "1"), "L.MaxNumberOfTrainingJobs": 2}, f"{ENOUGH}[1.0]"),
    accepted("just-enough", "2.4", "As many combinations as jobs are enough", {"N": "job"},
             only(categorical(2, 3), 6)),
    accepted("continuous-lifts", "2.4", "One continuous range gives combinations without end",
             {"L.MaxNumberOfTrainingJobs": 99}, {**texts("a"), "L.MaxNumberOfTrainingJobs": 99}),
    _scale("log", "Logarithmic suits positive ranges", real("1e-4", "1", "Logarithmic")),
    _scale("log-whole", "Logarithmic suits positive integers", whole("1", "1000", "Logarithmic")),
    _scale("auto", "Auto suits every range", real("-1", "1", "Auto")),
    _scale("linear", "Linear suits every range", real("-1", "1", "Linear")),
    _scale("reverse", "ReverseLogarithmic suits ranges inside [0, 1)",
           real("0", "0.999", "ReverseLogarithmic")),
    _scale("log-zero", "Logarithmic needs values greater than 0", real("0", "1", "Logarithmic"),
           "Logarithmic scaling of hyperparameter [x] needs values greater than 0"),
    _scale("log-negative", "Logarithmic integers must be greater than 0",
           whole("-1", "9", "Logarithmic"), "needs values greater than 0"),
    _scale("reverse-one", "ReverseLogarithmic excludes 1", real("0", "1", "ReverseLogarithmic"),
           "ReverseLogarithmic scaling of hyperparameter [x] needs 0 <= x < 1"),
    _scale("reverse-negative", "ReverseLogarithmic excludes what is less than 0",
           real("-0.1", "0.5", "ReverseLogarithmic"), "needs 0 <= x < 1"),
    _scale("reverse-whole", "ReverseLogarithmic is not for integers",
           whole("0", "0", "ReverseLogarithmic"), "is not possible for the integer"),
    _scale("scale-unknown", "A scale is one of four", real("1", "2", "Log"),
           "Member must satisfy enum value set: [Auto, Linear, Logarithmic, ReverseLogarithmic]"),
    accepted("scale-omitted", "2.5", "A scale that was left out is not shown",
             {f"{REALS}.0.ScalingType": GONE}),
]  # fmt: skip

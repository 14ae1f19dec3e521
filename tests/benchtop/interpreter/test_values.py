"""Expressions are worth what they refer to, with its type."""

from __future__ import annotations

from typing import Any

import pytest

from benchtop.interpreter import conditions, retries
from benchtop.interpreter.faults import ParameterFault, ValueFault
from benchtop.interpreter.parameters import bind, read_parameter
from benchtop.interpreter.values import Scope, references, resolve

TEST = {"S3Uri": "s3://b/test"}
SCOPE = Scope(
    parameters={"N": 3, "Rate": 0.5, "On": True, "Word": "w"},
    execution={"PipelineExecutionId": "abc"},
    steps={
        "Prepare-1": {
            "ProcessingOutputConfig": {
                "Outputs": [
                    {"OutputName": "train", "S3Output": {"S3Uri": "s3://b/train"}},
                    {"OutputName": "test", "S3Output": TEST},
                ]
            },
            "PropertyFiles": {"Report": {"a.b": 1, "scores": [{"auc": 0.9}], "none": None}},
        },
        "Tune": {"TrainingJobSummaries": [{"TrainingJobName": "best"}, {"TrainingJobName": "2nd"}]},
        "Ask": {"OutputParameters": {"sure": 0.7}},
        "Check": {"Outcome": "True"},
    },
    document={"s3://b/doc.json": {"k": [1, 2]}}.__getitem__,
)


def get(path: str) -> dict[str, str]:
    return {"Get": path}


def join(glue: str, *parts: Any) -> dict[str, Any]:
    return {"Std:Join": {"On": glue, "Values": list(parts)}}


def json_get(path: str, **source: Any) -> dict[str, Any]:
    where = source or {"PropertyFile": get("Steps.Prepare-1.PropertyFiles.Report")}
    return {"Std:JsonGet": {**where, "Path": path}}


@pytest.mark.parametrize(
    ("expression", "worth"),
    [
        (get("Parameters.N"), 3),
        (get("Execution.PipelineExecutionId"), "abc"),
        (get("Steps.Prepare-1.ProcessingOutputConfig.Outputs['test'].S3Output"), TEST),
        (get("Steps.Tune.TrainingJobSummaries[1].TrainingJobName"), "2nd"),
        (get("Steps.Ask.OutputParameters['sure']"), 0.7),
        (get("Steps.Check.Outcome"), "True"),
        (join("/", "a", get("Parameters.N"), get("Parameters.On")), "a/3/true"),
        (join("", get("Parameters.Rate")), "0.5"),
        (json_get("scores[0].auc"), 0.9),
        (json_get("$.scores[0]['auc']"), 0.9),
        (json_get("['a.b']"), 1),
        (json_get("k[1]", S3Uri="s3://b/doc.json"), 2),
        ({"x": [get("Parameters.Word"), {"y": 1}]}, {"x": ["w", {"y": 1}]}),
        ({"Get": "Parameters.N", "Other": 1}, {"Get": "Parameters.N", "Other": 1}),
    ],
)  # fmt: skip
def test_an_expression_is_worth_what_it_refers_to(expression: Any, worth: Any) -> None:
    """Parameters, variables, properties, joins and files are resolved wherever they are."""
    assert resolve(expression, SCOPE) == worth


@pytest.mark.parametrize(
    "expression",
    [
        get("Steps.Tune.TrainingJobSummaries[9].TrainingJobName"),
        get("Steps.Prepare-1.PropertyFiles.Missing"),
        get("Steps.Never.Arn"),
        json_get("scores[0].loss"),
        json_get("scores..auc"),
    ],
)
def test_what_has_no_value_is_named(expression: Any) -> None:
    """A reference that leads nowhere is a sentence with its path, not a guess."""
    with pytest.raises(ValueFault, match=r"(Steps|Path)"):
        resolve(expression, SCOPE)


def test_references_are_found_at_any_depth() -> None:
    """Every Get counts, inside joins and property files too."""
    nested = {"a": [{"Std:Join": {"Values": [get("x"), json_get("p", PropertyFile=get("y"))]}}]}

    assert sorted(references(nested)) == ["x", "y"]


@pytest.mark.parametrize(
    ("kind", "left", "right", "holds"),
    [
        ("Equals", 1, 1.0, True),
        ("Equals", "1.0", 1, True),
        ("Equals", "a", 1, False),
        ("Equals", True, "True", True),
        ("GreaterThan", 0.9, "0.8", True),
        ("GreaterThanOrEqualTo", 1, 1, True),
        ("LessThan", "a", "b", True),
        ("LessThanOrEqualTo", 2, 1, False),
    ],
)
def test_values_are_compared_as_numbers_where_one_is(
    kind: str, left: Any, right: Any, holds: bool
) -> None:
    """Numeric text counts as its number; booleans equal their names."""
    assert conditions.compare(kind, left, right) is holds


def test_what_has_no_order_is_not_ordered() -> None:
    """Comparing text with a number by size is refused."""
    with pytest.raises(ValueFault, match="cannot be compared"):
        conditions.compare("LessThan", "a", 1)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("Integer", "20", 20), ("Float", "1e-3", 0.001), ("Boolean", "False", False),
        ("String", "5", "5"),
    ],
)  # fmt: skip
def test_given_text_becomes_the_declared_type(kind: str, given: str, value: Any) -> None:
    """What StartPipelineExecution gives as text is used as a value."""
    declared = {"P": read_parameter({"Name": "P", "Type": kind})}

    assert bind(declared, {"P": given}) == {"P": value}


@pytest.mark.parametrize("given", ["1.5", "", "one", "9" * 5000])
def test_text_of_another_type_is_refused(given: str) -> None:
    """An Integer is an integer, and nothing near one."""
    declared = {"P": read_parameter({"Name": "P", "Type": "Integer"})}

    with pytest.raises(ParameterFault, match="is not an Integer"):
        bind(declared, {"P": given})


@pytest.mark.parametrize(
    ("duration", "length"),
    [("P7D", 604800.0), ("PT1H30M", 5400.0), ("P1M", 2592000.0), ("30d", 2592000.0)],
)
def test_durations_are_read_as_iso_8601(duration: str, length: float) -> None:
    """ExpireAfter is a duration; the samples' short form counts too."""
    assert retries.seconds(duration) == length


def test_retries_wait_longer_each_time_and_end() -> None:
    """BackoffRate multiplies IntervalSeconds; MaxAttempts and ExpireAfterMin end it."""
    often = [{"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 2, "MaxAttempts": 3}]
    soon = [{"ExceptionType": "Step.THROTTLING", "IntervalSeconds": 90, "ExpireAfterMin": 1}]

    waits = [retries.try_again(often, "Step.THROTTLING", n, 0.0, 0.0) for n in (1, 2, 3, 4)]

    assert waits == [2.0, 4.0, 8.0, None]
    assert retries.try_again(soon, "Step.THROTTLING", 1, 0.0, 0.0) is None
    assert retries.try_again(often, None, 1, 0.0, 0.0) is None

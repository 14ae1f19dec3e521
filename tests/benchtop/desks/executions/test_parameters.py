"""Parameters are checked at the start, and reach the API with the type it wants."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"Other": "1"}, "no parameter Other"),
        ({"N": "three"}, "not an Integer"),
        ({"N": "1", "Colour": "green"}, "is not one of"),
        ({}, "has no default"),
    ],
)
def test_wrong_parameters_are_refused_at_the_start(
    bench: Any, step: Any, given: dict[str, str], says: str
) -> None:
    """Unknown names, wrong types, values not allowed and missing values start nothing."""
    declared = [
        {"Name": "N", "Type": "Integer"},
        {"Name": "Colour", "Type": "String", "DefaultValue": "red", "EnumValues": ["red"]},
    ]
    bench.create([step("a")], Parameters=declared)

    with pytest.raises(ClientError, match=says):
        bench.start(**given)
    assert bench.records.count("pipeline-execution") == 0


def test_parameters_of_an_execution_are_shown_with_their_defaults(bench: Any, step: Any) -> None:
    """Given values and defaults are listed as text."""
    declared = [
        {"Name": "N", "Type": "Integer"},
        {"Name": "Yes", "Type": "Boolean", "DefaultValue": True},
    ]
    bench.create([step("a")], Parameters=declared)
    arn = bench.start(N="4")

    shown = bench.client.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)

    assert shown["PipelineParameters"] == [
        {"Name": "N", "Value": "4"},
        {"Name": "Yes", "Value": "true"},
    ]


def test_an_integer_parameter_reaches_text_members_as_text(bench: Any, step: Any) -> None:
    """An environment variable, a container argument and a count each get their own type."""
    number = {"Get": "Parameters.N"}
    arguments = {
        "Environment": {"N": number},
        "AppSpecification": {"ImageUri": "i", "ContainerArguments": ["--n", number]},
        "StoppingCondition": {"MaxRuntimeInSeconds": number},
    }
    declared = [{"Name": "N", "Type": "Integer", "DefaultValue": 7}]
    bench.create([step("a", arguments=arguments)], Parameters=declared)
    bench.start()

    asked = bench.fake.requests("CreateProcessingJob")[0]
    assert asked["Environment"] == {"N": "7"}
    assert asked["AppSpecification"]["ContainerArguments"] == ["--n", "7"]
    assert asked["StoppingCondition"] == {"MaxRuntimeInSeconds": 7}

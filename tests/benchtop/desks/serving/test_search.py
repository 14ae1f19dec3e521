"""What Search promises."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.store.records import Record


@pytest.fixture
def jobs(house: Any) -> Any:
    """A client of a house with three training jobs, of seconds 10, 20 and 30."""
    for number, (name, team) in enumerate([("one", "red"), ("two", "red"), ("three", "blue")], 1):
        house.records.add(Record(
            kind="training-job", name=name, arn=f"arn:{name}",
            body={
                "TrainingJobName": name, "TrainingTimeInSeconds": number * 10,
                "Tags": [{"Key": "team", "Value": team}],
                "HyperParameters": {"max.depth": str(number)},
                "ResourceConfig": {"InstanceType": "ml.m5.large"},
                "InputDataConfig": [
                    {"ChannelName": "train", "CompressionType": "None"},
                    {"ChannelName": f"extra{number}", "CompressionType": "Gzip"},
                ],
            },
        ))  # fmt: skip
    return house.client


def names(jobs: Any, **members: Any) -> list[str]:
    request = {"Resource": "TrainingJob", "SortBy": "TrainingTimeInSeconds",
               "SortOrder": "Ascending", **members}  # fmt: skip
    return [each["TrainingJob"]["TrainingJobName"] for each in jobs.search(**request)["Results"]]


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("TrainingJobName", "Equals", "one", ["one"]),
        ("TrainingJobName", "NotEquals", "one", ["two", "three"]),
        ("TrainingJobName", "Contains", "t", ["two", "three"]),
        ("TrainingJobName", "In", "one,three", ["one", "three"]),
        ("TrainingTimeInSeconds", "GreaterThan", "10", ["two", "three"]),
        ("TrainingTimeInSeconds", "GreaterThanOrEqualTo", "20", ["two", "three"]),
        ("TrainingTimeInSeconds", "LessThan", "9", []),
        ("TrainingTimeInSeconds", "LessThanOrEqualTo", "1e1", ["one"]),
        ("CreationTime", "GreaterThan", "2020-01-01T00:00:00Z", ["one", "two", "three"]),
        ("Tags.team", "Equals", "red", ["one", "two"]),
        ("HyperParameters.max.depth", "Equals", "3", ["three"]),
        ("ResourceConfig.InstanceType", "Contains", "m5", ["one", "two", "three"]),
        ("InputDataConfig.ChannelName", "Equals", "extra2", ["two"]),
        ("Tags.team", "Exists", None, ["one", "two", "three"]),
        ("FailureReason", "NotExists", None, ["one", "two", "three"]),
    ],
)
def test_filters_compare_properties(
    jobs: Any, name: str, operator: str, value: str | None, found: list[str]
) -> None:
    """Each operator means what the API reference says, on any path."""
    test = {"Name": name, "Operator": operator, **({} if value is None else {"Value": value})}

    assert names(jobs, SearchExpression={"Filters": [test]}) == found


def test_expressions_combine(jobs: Any) -> None:
    """Or takes either, And takes both, and expressions nest."""
    one = {"Filters": [{"Name": "TrainingJobName", "Operator": "Equals", "Value": "one"}]}
    blue = {"Filters": [{"Name": "Tags.team", "Operator": "Equals", "Value": "blue"}]}

    either = {"SubExpressions": [one, blue], "Operator": "Or"}
    both = {"SubExpressions": [one, blue], "Operator": "And"}

    assert names(jobs, SearchExpression=either) == ["one", "three"]
    assert names(jobs, SearchExpression=both) == []


def test_nested_filters_look_at_one_element(jobs: Any) -> None:
    """All filters of a nested one must hold for the same element of the list."""
    prefix = "InputDataConfig"
    nested = {"NestedPropertyName": prefix, "Filters": [
        {"Name": f"{prefix}.ChannelName", "Operator": "Contains", "Value": "extra"},
        {"Name": f"{prefix}.CompressionType", "Operator": "Equals", "Value": "None"},
    ]}  # fmt: skip

    assert names(jobs, SearchExpression={"NestedFilters": [nested]}) == []


def test_results_are_sorted_and_paged(jobs: Any) -> None:
    """Pages follow the order asked for, and count every hit."""
    first = jobs.search(Resource="TrainingJob", SortBy="TrainingTimeInSeconds",
                        SortOrder="Descending", MaxResults=2)  # fmt: skip

    rest = names(jobs, SortOrder="Descending", MaxResults=2, NextToken=first["NextToken"])

    assert first["Results"][0]["TrainingJob"]["TrainingJobName"] == "three"
    assert first["TotalHits"] == {"Value": 3, "Relation": "EqualTo"}
    assert rest == ["one"]


def test_a_resource_that_is_not_kept_is_refused(jobs: Any) -> None:
    """An empty answer for what benchtop does not have would be a lie."""
    with pytest.raises(ClientError, match="Search for FeatureGroup is not honoured"):
        jobs.search(Resource="FeatureGroup")

"""What the check of a request against its model promises."""

from __future__ import annotations

import timeit
from typing import Any

import botocore.loaders
import pytest
from botocore.model import ServiceModel

from benchtop.door.constraints import check
from benchtop.door.limits import matches
from benchtop.door.refusals import NotHonoured, SerializationException, ValidationException

SHAPES = {
    "Input": {
        "type": "structure",
        "required": ["Name"],
        "members": {
            "Name": {"shape": "Name"}, "Kind": {"shape": "Kind"}, "Count": {"shape": "Count"},
            "Big": {"shape": "Big"}, "Share": {"shape": "Share"}, "Flag": {"shape": "Flag"},
            "At": {"shape": "At"}, "Names": {"shape": "Names"}, "Inputs": {"shape": "Inputs"},
            "Settings": {"shape": "Settings"}, "Secret": {"shape": "Secret"},
            "One": {"shape": "One"},
        },
    },
    "Name": {"type": "string", "max": 5, "min": 1, "pattern": "[a-z]+"},
    "Kind": {"type": "string", "enum": ["Slow", "Fast"]},
    "Count": {"type": "integer", "min": 1, "max": 9},
    "Big": {"type": "long"},
    "Share": {"type": "double"},
    "Flag": {"type": "boolean"},
    "At": {"type": "timestamp"},
    "Secret": {"type": "string", "max": 2, "sensitive": True},
    "Names": {"type": "list", "member": {"shape": "Name"}, "max": 2},
    "Inputs": {"type": "list", "member": {"shape": "Input"}},
    "Settings": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Kind"}, "max": 2},
    "One": {
        "type": "structure", "union": True,
        "members": {"Left": {"shape": "Flag"}, "Right": {"shape": "Flag"}},
    },
}  # fmt: skip

SHAPE = ServiceModel({"metadata": {}, "shapes": SHAPES}, "small").shape_for("Input")

NAME = "Member must have length less than or equal to 5"
PATTERN = "Member must satisfy regular expression pattern: [a-z]+"
ALL = f"{NAME}, Member must have length greater than or equal to 1, {PATTERN}"
TWO = "Member must have length less than or equal to 2"
KIND = "Member must satisfy enum value set: [Slow, Fast]"
OF_VALUES = f"Map value must satisfy constraint: [{KIND}]"
OF_KEYS = f"Map keys must satisfy constraint: [{ALL}]"

NULL = "Member must not be null"

# What is asked (with a good Name, if it has none), the values told with their places, and why.
WORDINGS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"Name": None}, [(" null at 'name'", NULL)]),
    ({"Name": "abcdef"}, [(" 'abcdef' at 'name'", NAME)]),
    ({"Name": "ABCDEF"}, [(" 'ABCDEF' at 'name'", NAME), (" 'ABCDEF' at 'name'", PATTERN)]),
    ({"Name": "a\n"}, [(" 'a\n' at 'name'", PATTERN)]),
    ({"Kind": "slow"}, [(" 'slow' at 'kind'", KIND)]),
    ({"Count": 0}, [(" '0' at 'count'", "Member must have value greater than or equal to 1")]),
    ({"Count": 10}, [(" '10' at 'count'", "Member must have value less than or equal to 9")]),
    ({"Names": ["a", "b", "c"]}, [(" '[a, b, c]' at 'names'", TWO)]),
    ({"Names": ["A", "B"]}, [(" '[A, B]' at 'names'", f"Member must satisfy constraint: [{ALL}]")]),
    ({"Inputs": [{"Name": "a"}, {}]}, [(" null at 'inputs.2.member.name'", NULL)]),
    ({"Inputs": [None]}, [(" null at 'inputs.1.member'", NULL)]),
    ({"Settings": {"a": "x"}}, [(" '{a=x}' at 'settings'", OF_VALUES)]),
    ({"Settings": {"A": "Slow"}}, [(" '{A=Slow}' at 'settings'", OF_KEYS)]),
    ({"Secret": "abc"}, [(" at 'secret'", TWO)]),
]


@pytest.mark.parametrize(("request_", "expected"), WORDINGS)
def test_broken_constraints_are_told_in_the_wording_of_aws(
    request_: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """
    Every violation is listed, counted and joined as AWS does.
    """
    with pytest.raises(ValidationException) as no:
        check({"Name": "a", **request_}, SHAPE)

    told = "; ".join(f"Value{v} failed to satisfy constraint: {why}" for v, why in expected)
    count = "1 validation error" if len(expected) == 1 else f"{len(expected)} validation errors"
    assert f"{count} detected: {told}" == no.value.message


@pytest.mark.parametrize(
    ("request_", "token", "type_", "place"),
    [
        ({"Name": 1}, "NUMBER_VALUE", "a String", "name"),
        ({"Count": "1"}, "STRING_VALUE", "an Integer", "count"),
        ({"Count": True}, "TRUE_VALUE", "an Integer", "count"),
        ({"Count": 1.5}, "DECIMAL_VALUE", "an Integer", "count"),
        ({"Count": 2**31}, "NUMBER_VALUE", "an Integer", "count"),
        ({"Big": 2**63}, "NUMBER_VALUE", "a Long", "big"),
        ({"Share": 10**400}, "NUMBER_VALUE", "a Double", "share"),
        ({"Share": 1e999}, "DECIMAL_VALUE", "a Double", "share"),
        ({"Flag": 1}, "NUMBER_VALUE", "a Boolean", "flag"),
        ({"At": "now"}, "STRING_VALUE", "a Timestamp", "at"),
        ({"At": 1e300}, "DECIMAL_VALUE", "a Timestamp", "at"),
    ],
)
def test_a_value_of_the_wrong_type_cannot_be_read(
    request_: dict[str, Any], token: str, type_: str, place: str
) -> None:
    """
    A wrong JSON type is a serialization error, which names type and place.
    """
    with pytest.raises(SerializationException) as no:
        check({"Name": "a", **request_}, SHAPE)

    assert f"{token} can not be converted to {type_} at '{place}'." == no.value.message


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"Name": ["a"]}, "Start of list found where not expected at 'name'."),
        ({"Name": {}}, "Start of structure or map found where not expected at 'name'."),
        ({"Inputs": {}}, "Expected a list at 'inputs', not a structure."),
        ({"One": []}, "Expected a structure or map at 'one', not a list."),
        ({"One": {}}, "Exactly one member of 'one' must be given."),
    ],
)
def test_a_value_of_the_wrong_form_cannot_be_read(request_: dict[str, Any], expected: str) -> None:
    """
    A list, a structure or a union that is not what the model has is a serialization error.
    """
    with pytest.raises(SerializationException) as no:
        check({"Name": "a", **request_}, SHAPE)

    assert expected == no.value.message


@pytest.mark.parametrize(
    ("request_", "where"),
    [
        ({"Name": "a", "Colour": 1}, "The member Colour is"),
        ({"Name": "a", "Inputs": [{"Name": "b", "Colour": 1}]}, "Colour at 'inputs.1.member' is"),
    ],
)
def test_an_unknown_member_is_refused_by_name(request_: dict[str, Any], where: str) -> None:
    """
    A member that the model lacks is named, with its place.
    """
    with pytest.raises(NotHonoured, match=where):
        check(request_, SHAPE)


def test_what_the_model_allows_passes() -> None:
    """
    A request within all constraints is not refused, whole numbers count as fractions too.
    """
    one = {"Name": "abc", "Kind": "Fast", "Count": 9, "Big": 2**62, "Share": 1, "Flag": False,
           "At": 1.5, "Names": ["a"], "Settings": {"a": "Slow"}, "One": {"Left": True}}  # fmt: skip

    check({**one, "Inputs": [one, one]}, SHAPE)


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        (r"[\p{L}\p{N}]+", "Äß9", True),
        (r"[\p{L}\p{N}]+", "a b", False),
        (r"[\w&&[^\d]]+", "ab", True),
        (r"[\w&&[^\d]]+", "a1", False),
        (r"a++b", "aab", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "plain 😀", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "\x01", False),
        (r"(?!^\d+$)^[0-9a-z]+", "12", False),
    ],
)
def test_patterns_written_for_java_are_understood(pattern: str, value: str, expected: bool) -> None:
    """
    Unicode classes, intersections, possessive repeats and surrogate ranges mean what Java means.
    """
    assert expected == matches(pattern)(value)


def test_an_unreadable_pattern_accepts_everything() -> None:
    """
    A pattern that cannot be compiled does not stand in anybody's way.
    """
    assert matches("(")("anything")


def test_every_pattern_of_our_services_can_be_checked(caplog: pytest.LogCaptureFixture) -> None:
    """
    No pattern of the models that benchtop answers is left unchecked.
    """
    for service in ("sagemaker", "logs", "lambda", "sagemaker-runtime", "sagemaker-metrics"):
        found = model(service)
        for name in found.shape_names:
            matches(found.shape_for(name).metadata.get("pattern", ""))

    assert caplog.records == []


def test_a_large_request_is_checked_quickly(sagemaker: ServiceModel) -> None:
    """
    A training job with fifty hyperparameters is checked in well under ten milliseconds.
    """
    shape = sagemaker.operation_model("CreateTrainingJob").input_shape
    asked = {
        "TrainingJobName": "a" * 63,
        "RoleArn": "arn:aws:iam::000000000000:role/benchtop",
        "HyperParameters": {f"k{i}": "v" * 20 for i in range(50)},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    }
    asked["AlgorithmSpecification"] = {"TrainingInputMode": "File"}
    asked["StoppingCondition"] = {"MaxRuntimeInSeconds": 60}
    check(asked, shape)

    assert min(timeit.repeat(lambda: check(asked, shape), number=1, repeat=20)) < 0.01


@pytest.fixture(scope="module")
def sagemaker() -> ServiceModel:
    return model("sagemaker")


def model(service: str) -> ServiceModel:
    loader = botocore.loaders.create_loader()
    return ServiceModel(loader.load_service_model(service, "service-2"), service)

"""Definitions are read whole, and mistakes are named before anything runs."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchtop.interpreter.definition import read
from benchtop.interpreter.faults import DefinitionFault, NotBuilt

FOLDER = Path(__file__).parent / "definitions"


def written(*steps: dict[str, Any], **members: Any) -> str:
    return json.dumps({"Version": "2020-12-01", "Steps": steps, **members})


def step(name: str = "a", kind: str = "Training", **members: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "Arguments": {}, **members}


def get(path: str) -> dict[str, Any]:
    return {"x": {"Get": path}}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_what_the_sdk_compiles_can_be_read(path: Path) -> None:
    """Real definitions have no mistakes."""
    assert read(path.read_text()).steps


def test_branches_and_references_become_an_order() -> None:
    """A step knows the branch around it and the steps that its arguments refer to."""
    steps = read((FOLDER / "tune_and_deploy.json").read_text()).steps

    assert steps["EndpointConfig"].within == ("ShouldDeploy", True)
    assert steps["Fail"].within == ("CheckAuc", False)
    assert steps["Evaluate"].depends_on == {"Tune"}
    assert steps["CheckAuc"].depends_on == {"Evaluate"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"Version": "1", "Steps": []}', "must be '2020-12-01'"),
        (written(), "no Steps"),
        (written(step(), step()), "Two steps are called a"),
        (written(step("a b")), "letters, digits"),
        (written(step(kind="Magic")), "unknown type 'Magic'"),
        (written({"Name": "a", "Type": "Training"}), "Step a has no Arguments"),
        (written(step(kind="Fail")), "needs ErrorMessage"),
        (written(step(kind="Lambda")), "needs FunctionArn"),
        (written(step(DependsOn=["b"])), "refers to step b, which is not there"),
        (written(step(Arguments=get("Steps.b.X"))), "refers to step b"),
        (written(step(Arguments=get("Parameters.P"))), "refers to Parameters.P"),
        (written(step(Arguments=get("Execution.Nothing"))), "refers to Execution.Nothing"),
        (written(step(Arguments=get("nonsense"))), "which is no reference"),
        (
            written(step("b"), step(Arguments=get("Steps.b.PropertyFiles.R"))),
            "property file R of step b",
        ),
        (written(step(DependsOn=["b"]), step("b", DependsOn=["a"])), "in a circle"),
        (written(step(RetryPolicies=[{"ExceptionType": ["No"]}])), "retries 'No'"),
        (written(step(CacheConfig={"Enabled": True, "ExpireAfter": "soon"})), "ISO 8601"),
        (
            written(step(), Parameters=[{"Name": "P", "Type": "Integer", "DefaultValue": "x"}]),
            "default of parameter P",
        ),
        (written(step(), Parameters=[{"Name": "P", "Type": "List"}]), "has Type 'List'"),
        (
            written(step(kind="Condition", Arguments={"Conditions": [{"Type": "Maybe"}]})),
            "Type 'Maybe'",
        ),
    ],
)
def test_a_mistake_is_named_in_one_sentence(text: str, says: str) -> None:
    """What is wrong is refused when the pipeline is created."""
    with pytest.raises(DefinitionFault, match=says) as refused:
        read(text)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        written(step(kind="Transform")),
        written(step(kind="ForEach")),
        written(step(Selector={})),
        written(step(DependsOn=[{"Step": "b", "Trigger": "Failed"}])),
        written(step(), MlflowConfig={"a": 1}),
    ],
)
def test_what_only_aws_does_is_refused_by_name(text: str) -> None:
    """Step types, members and triggers that would not be honoured are not accepted silently."""
    with pytest.raises(NotBuilt, match="is not honoured by benchtop"):
        read(text)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value))
    inner = [each for _, item in items if isinstance(item, (dict, list)) for each in places(item)]
    return [(value, key) for key, _ in items] + inner


ANYTHING = (
    "null", "true", "5", '""', '"x"', "[]", "{}", "[1]", "[null]", '[{"Name": "a"}]',
    '{"Get": 1}', '{"Get": "Steps.a"}', '{"Std:Join": 1}', '{"Std:JsonGet": {"Path": "x"}}',
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(FOLDER.glob("*.json"))), st.data())
def test_no_document_is_a_surprise(path: Path, data: st.DataObject) -> None:
    """A definition with anything in the wrong place is read or refused, never a fault of ours."""
    document = json.loads(path.read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        everywhere = places(document)
        container, key = everywhere[data.draw(st.integers(0, len(everywhere) - 1))]
        container[key] = json.loads(data.draw(st.sampled_from(ANYTHING)))

    with contextlib.suppress(DefinitionFault):
        read(json.dumps(document))

"""Whatever the pipeline and whatever happens, an execution ends, and in order."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchtop.interpreter import graph
from benchtop.interpreter.definition import Definition, read
from benchtop.interpreter.execution import FAILURE, RUNNING, what_next


def definition(steps: Iterable[dict[str, Any]]) -> Definition:
    return read(json.dumps({"Version": "2020-12-01", "Steps": list(steps)}))


def training(name: str, *after: str) -> dict[str, Any]:
    return {"Name": name, "Type": "Training", "Arguments": {}, "DependsOn": list(after)}


def condition(name: str, yes: list[Any], no: list[Any], *after: str) -> dict[str, Any]:
    always = {"Type": "Equals", "LeftValue": 1, "RightValue": 1}
    arguments = {"Conditions": [always], "IfSteps": yes, "ElseSteps": no}
    return {"Name": name, "Type": "Condition", "Arguments": arguments, "DependsOn": list(after)}


@st.composite
def pipelines(draw: st.DrawFn) -> Definition:
    """A pipeline of up to twelve steps in any order, some of them inside branches."""
    count = draw(st.integers(1, 12))
    top: list[dict[str, Any]] = []
    branches: list[list[dict[str, Any]]] = []
    for number in range(count):
        earlier = [f"s{n}" for n in range(number)]
        after = draw(st.lists(st.sampled_from(earlier), max_size=3)) if earlier else []
        home = draw(st.sampled_from([top, *branches]))
        if draw(st.booleans()):
            home.append(training(f"s{number}", *after))
        else:
            yes, no = [], []
            home.append(condition(f"s{number}", yes, no, *after))
            branches += [yes, no]
    draw(st.randoms(use_true_random=False)).shuffle(top)
    return definition(top)


def played(pipeline: Definition, dice: random.Random, limit: int | None) -> dict[str, Any]:
    """Run a pipeline whose jobs end as the dice say; the history, the order, and the ending."""
    history: dict[str, Any] = {}
    order: list[str] = []
    for _ in range(10 * len(pipeline.steps) + 10):
        plan = what_next(pipeline, history, now=0.0, limit=limit)
        if plan.ended:
            return {"history": history, "order": order, "ended": plan.ended}
        for name in plan.start:
            assert all(
                history.get(each, {}).get("StepStatus") == "Succeeded"
                for each in graph.waits_for(pipeline.steps[name])
            )
            history[name] = {"StepStatus": "Executing"}
            order.append(name)
        running = [n for n, state in history.items() if state["StepStatus"] in RUNNING]
        assert limit is None or len(running) <= limit
        ends = dice.choice(running)
        outcome = dice.choice(["True", "False"])
        status = dice.choice(["Succeeded", "Succeeded", "Succeeded", "Failed"])
        history[ends] = {"StepStatus": status, "_properties": {"Outcome": outcome}}
    raise AssertionError("The execution did not end.")


@settings(max_examples=150, deadline=None)
@given(pipelines(), st.randoms(use_true_random=False), st.none() | st.integers(1, 3))
def test_every_execution_ends_and_keeps_the_order(
    pipeline: Definition, dice: random.Random, limit: int | None
) -> None:
    """No step starts early or twice, never more run than the limit, and it ends."""
    game = played(pipeline, dice, limit)

    statuses = {state["StepStatus"] for state in game["history"].values()}
    assert len(game["order"]) == len(set(game["order"]))
    assert game["ended"] == ("Failed" if "Failed" in statuses else "Succeeded")


@settings(max_examples=50, deadline=None)
@given(pipelines(), st.randoms(use_true_random=False))
def test_a_stopped_execution_starts_nothing(pipeline: Definition, dice: random.Random) -> None:
    """Once stopping, what runs is stopped, and the end is Stopped."""
    first = what_next(pipeline, {}, now=0.0).start
    history = {name: {"StepStatus": "Executing"} for name in first}

    plan = what_next(pipeline, history, now=0.0, stopping=True)
    ended = {
        n: {"StepStatus": dice.choice(["Stopped", "Succeeded"]), "_properties": {"Outcome": "True"}}
        for n in first
    }

    assert (plan.start, set(plan.stop)) == ((), set(first))
    assert what_next(pipeline, ended, now=0.0, stopping=True).ended == "Stopped"


def test_a_branch_that_is_not_taken_takes_its_dependants_along() -> None:
    """A step that waits for a skipped one is left out, and the execution succeeds."""
    pipeline = definition(
        [condition("c", [training("yes")], [training("no")]), training("later", "no")]
    )
    history = {
        "c": {"StepStatus": "Succeeded", "_properties": {"Outcome": "True"}},
        "yes": {"StepStatus": "Succeeded"},
    }

    assert what_next(pipeline, history, now=0.0).ended == "Succeeded"


def test_a_failed_step_leaves_its_dependants_out() -> None:
    """The reason is in the service's words."""
    pipeline = definition([training("a"), training("b", "a")])

    plan = what_next(pipeline, {"a": {"StepStatus": "Failed"}}, now=0.0)

    assert (plan.ended, plan.reason) == ("Failed", FAILURE)


@pytest.mark.parametrize(("now", "start", "wake"), [(1.0, (), 5.0), (5.0, ("a",), None)])
def test_a_retry_keeps_its_place_until_it_is_due(
    now: float, start: tuple[str, ...], wake: float | None
) -> None:
    """The waiting step counts as running, and starts again at its time."""
    pipeline = definition([training("a"), training("b")])
    history = {"a": {"StepStatus": "Executing", "_retry_at": 5.0}}

    plan = what_next(pipeline, history, now=now, limit=1)

    assert (plan.start, plan.wake) == (start, wake)


def test_a_thousand_steps_in_a_row_are_no_problem() -> None:
    """A long chain is walked without recursion."""
    steps = [training(f"s{n}", *([f"s{n - 1}"] if n else [])) for n in range(1000)]

    assert what_next(definition(steps), {}, now=0.0).start == ("s0",)

"""Given what has happened, what happens next: the heart of a pipeline execution.

An execution is a history: one state for each step that was ever started, and nothing else. From
the definition and that history alone, :func:`what_next` says which steps to start, which to stop,
when to look again, or how the execution ended. It keeps nothing, so a server that was killed asks
again and gets the same answer; and since it neither reads a clock nor starts anything, all rules
below are tested by thousands of made-up histories in milliseconds.

**When a step starts.** It waits for every step that its ``DependsOn`` names, and for every step
that its arguments refer to, be it by a property, an output parameter or a property file. A step
inside a Condition step waits for that Condition too, and starts only if its branch was taken.
Steps that are ready start in the order of the definition, as many at a time as
``MaxParallelExecutionSteps`` allows.

**When a step never starts.** Its branch was not taken; or a step that it waits for failed, was
stopped, or will itself never start. Such a step has no state: the service lists only steps that
were started. A step outside a branch that refers to a step inside one is left out together with
it.

**When a step fails.** Steps that do not wait for it go on to their end; then the execution is
Failed, in the service's words "Step failure: One or multiple steps failed." A failure that a
retry policy covers is not one yet: the step keeps its place among those running until its next
attempt (``_retry_at``). A Fail step is stronger: it ends the execution, so nothing new starts and
what runs is stopped.

**When an execution is stopped.** Nothing new starts, what runs is asked to stop, and when all of
it has ended the execution is Stopped.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-build.html and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchtop.interpreter import graph
from benchtop.interpreter.definition import Definition, Step
from benchtop.wire import Json

RUNNING = frozenset({"Starting", "Executing", "Stopping"})
FAILURE = "Step failure: One or multiple steps failed."

History = Mapping[str, Json]
"""The state of each step that was started, by step name: ``StepStatus``, and what came of it."""


@dataclass(frozen=True, kw_only=True)
class Next:
    """What to do now.

    Attributes:
        start: the steps to start or to try again, in order.
        stop: the running steps to stop.
        wake: when to ask again even if nothing happens, in seconds since 1970.
        ended: the status the execution ends with, when it is over.
        reason: why, when it failed.
    """

    start: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    wake: float | None = None
    ended: str | None = None
    reason: str | None = None


def what_next(
    definition: Definition,
    history: History,
    *,
    now: float,
    limit: int | None = None,
    stopping: bool = False,
) -> Next:
    """Say what happens next in an execution.

    Args:
        definition: the pipeline.
        history: what has happened.
        now: seconds since 1970.
        limit: MaxParallelExecutionSteps, if any.
        stopping: whether somebody asked the execution to stop.
    """
    running = [name for name, state in history.items() if state["StepStatus"] in RUNNING]
    if stopping or _failed_by_step(definition, history):
        if not running:
            return _end(history, stopping=stopping)
        return Next(stop=tuple(n for n in running if history[n]["StepStatus"] != "Stopping"))
    again = {name: at for name in running if (at := history[name].get("_retry_at")) is not None}
    fresh = ready(definition, history)
    slots = len(fresh) if limit is None else max(limit - len(running), 0)
    start = (*(name for name, at in again.items() if at <= now), *fresh[:slots])
    if not start and not running:
        return _end(history, stopping=False)
    later = [at for at in again.values() if at > now]
    return Next(start=start, wake=min(later, default=None))


def ready(definition: Definition, history: History) -> list[str]:
    """The steps that could start now, in the order of the definition."""
    never: set[str] = set()
    waiting: set[str] = set()
    for name in graph.order(definition.steps):
        if name in history:
            continue
        match _stands(definition.steps[name], history, never):
            case "never":
                never.add(name)
            case "waits":
                waiting.add(name)
    return [n for n in definition.steps if n not in history and n not in never | waiting]


def _stands(step: Step, history: History, never: set[str]) -> str:
    """Whether a step is ``ready``, ``waits``, or will ``never`` start."""
    if step.within and _ended(step.within[0], history) == "Succeeded":
        outcome = history[step.within[0]]["_properties"]["Outcome"]
        if (outcome == "True") != step.within[1]:
            return "never"
    standing = {_ended(name, history) for name in graph.waits_for(step)}
    if standing & {"Failed", "Stopped"} or graph.waits_for(step) & never:
        return "never"
    return "ready" if standing <= {"Succeeded"} else "waits"


def _ended(name: str, history: History) -> str | None:
    status: str | None = history.get(name, {}).get("StepStatus")
    return status


def _failed_by_step(definition: Definition, history: History) -> bool:
    return any(
        definition.steps[name].type == "Fail" and state["StepStatus"] == "Failed"
        for name, state in history.items()
        if name in definition.steps
    )


def _end(history: History, *, stopping: bool) -> Next:
    if stopping:
        return Next(ended="Stopped")
    if all(state["StepStatus"] == "Succeeded" for state in history.values()):
        return Next(ended="Succeeded")
    return Next(ended="Failed", reason=FAILURE)

"""Condition and Fail: steps that are over as soon as they start."""

from __future__ import annotations

from benchtop.desks.sagemaker.pipelines.steps import Ending
from benchtop.interpreter.conditions import all_hold
from benchtop.interpreter.definition import Step
from benchtop.interpreter.parameters import text
from benchtop.interpreter.values import Scope, resolve
from benchtop.store.records import Record
from benchtop.wire import Json

LONGEST_MESSAGE = 3072


class ConditionSteps:
    """Decides which branch is taken."""

    def name(self, execution: Record, step: Step) -> str:  # noqa: ARG002 - a Doer
        """Nothing is made, so nothing is named."""
        return ""

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The outcome, True or False."""
        return {"Outcome": str(all_hold(step.arguments["Conditions"], scope))}

    def launch(self, execution: Record, step: Step, state: Json) -> Json:  # noqa: ARG002 - a Doer
        """Note the outcome."""
        return {"Metadata": {"Condition": dict(state["_request"])}}

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:  # noqa: ARG002 - a Doer
        """A condition always succeeds; its outcome is its property."""
        return Ending(status="Succeeded", properties=dict(state["_request"]))

    def stop(self, execution: Record, step: Step, state: Json) -> None:
        """There is nothing to stop."""


class FailSteps:
    """Ends the execution, with the author's message."""

    def name(self, execution: Record, step: Step) -> str:  # noqa: ARG002 - a Doer
        """Nothing is made, so nothing is named."""
        return ""

    def prepare(self, step: Step, scope: Scope) -> Json:
        """The message."""
        message = text(resolve(step.arguments["ErrorMessage"], scope))
        return {"ErrorMessage": message[:LONGEST_MESSAGE]}

    def launch(self, execution: Record, step: Step, state: Json) -> Json:  # noqa: ARG002 - a Doer
        """Note the message."""
        return {"Metadata": {"Fail": dict(state["_request"])}}

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:  # noqa: ARG002 - a Doer
        """A Fail step always fails."""
        return Ending(status="Failed", reason=state["_request"]["ErrorMessage"])

    def stop(self, execution: Record, step: Step, state: Json) -> None:
        """There is nothing to stop."""

"""How each type of pipeline step is started, watched and stopped: one kind of doer each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from benchtop.interpreter.definition import Step
from benchtop.interpreter.values import Scope
from benchtop.store.records import Record
from benchtop.wire import Json

Ask: TypeAlias = Callable[[str, Json], Json]
"""Asks the SageMaker door for an operation; what boto3 does too."""


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a step's attempt ended; *metadata* replaces what was noted when it started."""

    status: str
    reason: str = ""
    properties: Json = field(default_factory=dict)
    metadata: Json | None = None


class Doer(Protocol):
    """What can run the steps of one type.

    The conductor saves what ``prepare`` and ``name`` chose before it calls ``launch``; it may call
    ``launch`` again after a crash, with the same request and name, which must then find its own
    work.
    """

    def name(self, execution: Record, step: Step) -> str:
        """A name nobody has yet for what the step will start."""

    def prepare(self, step: Step, scope: Scope) -> Json:
        """What the step asks for, all expressions resolved; raises ``ValueFault``."""

    def launch(self, execution: Record, step: Step, state: Json) -> Json:
        """Start the attempt; the members to note in the step's state. Raises ``Refusal``."""

    def look(self, execution: Record, step: Step, state: Json) -> Ending | None:
        """How the attempt ended, or None while it runs."""

    def stop(self, execution: Record, step: Step, state: Json) -> None:
        """Ask what runs to stop; stopping twice changes nothing."""

"""The states of an execution's steps, changed one at a time in the execution's record."""

from __future__ import annotations

from collections.abc import Callable

from benchtop.store.records import Missing, Record, Records
from benchtop.wire import Json

KIND = "pipeline-execution"


class States:
    """Writes what happened into executions; each change is one transaction."""

    def __init__(self, records: Records, wake: Callable[[str], None]) -> None:
        self._records = records
        self._wake = wake

    def put(self, execution: str, step: str, state: Json) -> None:
        """Begin a step's attempt: this is its whole state."""
        self._change(execution, lambda steps: {**steps, step: state})

    def note(self, execution: str, step: str, members: Json) -> None:
        """Change some members of a step's state; None drops one."""
        self._change(execution, lambda steps: _noted(steps, step, members))

    def tell(self, execution: str, step: str, attempt: str, members: Json) -> None:
        """Note something of an attempt from outside, unless another attempt has taken its place."""

        def edit(steps: Json) -> Json:
            mine = steps.get(step, {}).get("_name") == attempt
            return _noted(steps, step, members) if mine else steps

        try:
            self._change(execution, edit)
            self._wake(self._records.get(KIND, execution).arn)
        except Missing:
            return  # the pipeline was deleted meanwhile

    def end(self, execution: str, status: str, reason: str | None) -> None:
        """Record how the execution ended."""
        self._records.change(
            KIND,
            execution,
            lambda record: record.evolve(
                status=status, PipelineExecutionStatus=status, FailureReason=reason
            ),
        )

    def _change(self, execution: str, edit: Callable[[Json], Json]) -> None:
        def edited(record: Record) -> Record:
            return record.evolve(_steps=edit(record.body["_steps"]))

        self._records.change(KIND, execution, edited)


def _noted(steps: Json, step: str, members: Json) -> Json:
    merged = {**steps.get(step, {}), **members}
    return {**steps, step: {name: value for name, value in merged.items() if value is not None}}

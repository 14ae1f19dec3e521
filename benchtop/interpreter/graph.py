"""The order of a pipeline's steps: what each waits for, and that no step waits for itself."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from benchtop.interpreter.faults import DefinitionFault


class Waiting(Protocol):
    """What the order needs to know of a step."""

    @property
    def within(self) -> tuple[str, bool] | None:
        """The Condition step around it, and the branch."""

    @property
    def depends_on(self) -> frozenset[str]:
        """The steps it names."""


def check(steps: Mapping[str, Waiting]) -> None:
    """Refuse steps that wait for each other in a circle.

    Raises:
        DefinitionFault: with the circle.
    """
    try:
        TopologicalSorter({name: waits_for(step) for name, step in steps.items()}).prepare()
    except CycleError as fault:
        circle = " → ".join(reversed(fault.args[1]))
        raise DefinitionFault(f"The steps wait for each other in a circle: {circle}.") from None


def order(steps: Mapping[str, Waiting]) -> list[str]:
    """The steps' names, each after those it waits for."""
    return list(
        TopologicalSorter({name: waits_for(step) for name, step in steps.items()}).static_order()
    )


def waits_for(step: Waiting) -> set[str]:
    """The steps that must end before this one can start."""
    return {*step.depends_on, *([step.within[0]] if step.within else [])}

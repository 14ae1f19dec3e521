"""Hyperband: random configurations, and asynchronous halving of what they may use.

A job that emits its objective at a rung (MinResource, three times that, nine times …) goes on if
it is among the best third of all jobs that came so far. Stopped jobs make room for new ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchtop.tuner.strategies.uniform import Uniform

ETA = 3
"""One of so many jobs goes on at each rung.  # AWS: unknown."""
NAMES = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")
"""Static hyperparameters that tell the largest resource where MaxResource is absent."""


class Hyperband(Uniform):
    """Draws as random search does; what is special is when a job is stopped."""

    engine = "benchtop hyperband 1"


@dataclass(frozen=True, kw_only=True)
class Resources:
    """How many epochs a job may use: never stopped before the least, always after the most."""

    least: int
    most: int

    def rungs(self) -> list[int]:
        """The epochs at which jobs are compared."""
        found, rung = [], self.least
        while rung < self.most:
            found.append(rung)
            rung *= ETA
        return found

    def should_stop(
        self, curve: Sequence[float], judged: int, others: Iterable[Sequence[float]]
    ) -> bool:
        """Whether a job that has been judged up to an epoch should stop at one after it.

        Args:
            curve: the job's losses, one for each epoch.
            judged: so many of them were looked at before.
            others: the curves of all other jobs, running, stopped or completed.
        """
        # AWS: stops a job that "reaches" the most; here it may end by itself after its last epoch,
        # because that is when it saves its model.
        if len(curve) > self.most:
            return True
        peers = list(others)
        return any(
            _falls_behind(curve[rung - 1], [each[rung - 1] for each in peers if len(each) >= rung])
            for rung in self.rungs()
            if judged < rung <= len(curve)
        )


def _falls_behind(loss: float, others: list[float]) -> bool:
    """Whether a loss is not among the best third; ties go on, and so do the first few."""
    together = len(others) + 1
    if together < ETA:
        return False
    return sum(each < loss for each in others) >= together // ETA


def inferred(static: dict[str, str]) -> int | None:
    """The largest resource that static hyperparameters tell, if one of them does."""
    for name in NAMES:
        text = static.get(name, "").strip('"')
        if text.isascii() and text.isdecimal() and len(text) < len(str(2**31)):
            return int(text)
    return None

"""What every search strategy promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from random import Random
from typing import Protocol

from benchtop.tuner.space import Space, Values
from benchtop.tuner.trials import Trial

ATTEMPTS = 64
"""So often a draw is repeated before the unseen points of a countable space are listed."""
LISTABLE = 100_000
"""A space with more points than this is not listed."""


class EngineMissing(RuntimeError):
    """What a strategy computes with is not installed; the message says what to install."""


class Strategy(Protocol):
    """Says which hyperparameters to try next; remembers nothing between calls."""

    @property
    def engine(self) -> str:
        """What searches, and its version: recorded in the job at its creation."""

    def learns(self, space: Space) -> bool:
        """Whether a suggestion depends on the trials so far; if not, none need to be given."""

    def suggest(
        self,
        space: Space,
        finished: Sequence[Trial],
        running: Sequence[Trial],
        seed: int,
        number: int,
    ) -> Values | None:
        """The configuration of trial *number* (from 1), or None when nothing is left to try."""


def dice(seed: int, number: int) -> Random:
    """The random numbers of one trial: the same for the same seed and number, wherever it runs."""
    return Random(mixed(seed, number))  # noqa: S311  a search needs no secrets


def mixed(seed: int, number: int) -> int:
    """One 32-bit seed from a job's seed and a trial's number."""
    return int.from_bytes(sha256(f"{seed}/{number}".encode()).digest()[:4], "big")


def unseen(
    space: Space,
    trials: Iterable[Trial],
    draw: Callable[[], Values],
    rolls: Random,
    *,
    attempts: int = ATTEMPTS,
) -> Values | None:
    """A draw that no trial has had, where the space is countable and such a point is left.

    Args:
        space: where to draw from; in an uncountable one the first draw is taken.
        trials: what was tried; a parent job's trials, whose numbers are below 1, may be repeated.
        draw: gives another point at each call.
        rolls: for the choice among the few points left.
        attempts: so often a draw is repeated before that.

    Returns:
        None when every point was tried.
    """
    if not space.countable:
        return draw()
    taken = {space.key(each.values) for each in trials if each.number > 0}
    if len(taken) >= space.size:
        return None
    for _ in range(attempts):
        point = draw()
        if space.key(point) not in taken:
            return point
    if space.size > LISTABLE:
        return point
    return rolls.choice([each for each in space.points() if space.key(each) not in taken])

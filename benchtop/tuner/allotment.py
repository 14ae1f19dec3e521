"""Whose turn it is, where a tuning job has several training job definitions.

# AWS: how it shares its training jobs among definitions is unknown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchtop.tuner.strategies.strategy import dice, mixed
from benchtop.tuner.trials import Trial

ROUNDS = 3
"""So many trials of each definition come before results decide."""
GOOD = 0.25
"""This share of the trials counts as good; each definition's part of them is its promise."""


@dataclass(frozen=True)
class Turn:
    """The definition that a trial belongs to, and the trial's number among that one's, from 1."""

    definition: int
    place: int


def in_turn(sizes: Sequence[float], number: int) -> Turn | None:
    """One after another; a definition with nothing left to try is passed over.

    Args:
        sizes: how many configurations each definition has.
        number: the trial's number in the job, from 1.

    Returns:
        None when every configuration of every definition had its turn.
    """
    done, left = 0, number - 1
    while going := [index for index, size in enumerate(sizes) if size > done]:
        least = min(sizes[index] for index in going)
        rounds = least - done
        if left < rounds * len(going):
            return Turn(going[left % len(going)], done + left // len(going) + 1)
        left -= int(rounds) * len(going)
        done = int(least)
    return None


def by_results(
    names: Sequence[str],
    sizes: Sequence[float],
    trials: Sequence[Trial],
    seed: int,
    number: int,
) -> Turn | None:
    """First in turn; then by chance, the likelier the more of a definition's trials were good.

    Args:
        names: of the definitions.
        sizes: how many configurations each has.
        trials: all of the job, finished and running, each with its definition.
        seed: of the job.
        number: the trial's number in the job, from 1.
    """
    if number <= ROUNDS * len(names):
        return in_turn(sizes, number)
    had = Counter(each.definition for each in trials)
    going = [index for index, name in enumerate(names) if had[name] < sizes[index]]
    if not going:
        return None
    good = Counter(_good(trials))
    promise = [(good[names[i]] + 1) / (had[names[i]] + len(names)) for i in going]
    chosen = dice(mixed(seed, -number), 0).choices(going, promise)[0]
    return Turn(chosen, had[names[chosen]] + 1)


def own_seed(seed: int, definition: int) -> int:
    """A definition's seed: equal ranges in two definitions are not searched in step."""
    return mixed(mixed(seed, 0), definition)


def _good(trials: Sequence[Trial]) -> list[str]:
    """The definitions of the best quarter of the trials that have a loss."""
    scored = sorted(
        (each for each in trials if each.loss is not None),
        key=lambda each: (each.loss, each.number),
    )
    return [each.definition for each in scored[: math.ceil(GOOD * len(scored))]]

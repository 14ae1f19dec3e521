"""Random search: independent draws, uniform on each hyperparameter's scale."""

from __future__ import annotations

from collections.abc import Sequence

from benchtop.tuner.space import Space, Values
from benchtop.tuner.strategies.strategy import dice, unseen
from benchtop.tuner.trials import Trial


class Uniform:
    """Draws each trial from its own dice; earlier trials matter only where points can repeat."""

    engine = "benchtop uniform 1"

    def learns(self, space: Space) -> bool:
        """Only a countable space can hand out a point twice."""
        return space.countable

    def suggest(
        self,
        space: Space,
        finished: Sequence[Trial],
        running: Sequence[Trial],
        seed: int,
        number: int,
    ) -> Values | None:
        """A point that is uniform in the scaled space."""
        rolls = dice(seed, number)
        return unseen(
            space,
            (*finished, *running),
            lambda: space.at([rolls.random() for _ in space.dimensions]),
            rolls,
        )

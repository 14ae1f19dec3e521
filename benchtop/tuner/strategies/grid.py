"""Grid search: every combination of categorical values, once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from benchtop.tuner.space import Space, Values
from benchtop.tuner.trials import Trial


class Grid:
    """Goes through the combinations in the order of their values.

    # AWS: its order is unknown; the points are the same.
    """

    engine = "benchtop grid 1"

    def learns(self, space: Space) -> bool:  # noqa: ARG002  the protocol asks per space
        """Never: the number of a trial says which point it is."""
        return False

    def suggest(
        self,
        space: Space,
        finished: Sequence[Trial],  # noqa: ARG002
        running: Sequence[Trial],  # noqa: ARG002
        seed: int,  # noqa: ARG002
        number: int,
    ) -> Values | None:
        """The point of this number, the last hyperparameter changing fastest."""
        return next(islice(space.points(), number - 1, None), None)

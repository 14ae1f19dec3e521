"""Bayesian search: a model of all trials so far, rebuilt for every suggestion.

A fresh sampler, seeded by the job's seed and the trial's number, sees all trials as they stand.
This is Optuna's tree-structured Parzen estimator; ``gaussian`` is the other engine.
"""

from __future__ import annotations

from collections.abc import Sequence

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial

from benchtop.tuner.space import Space, Values
from benchtop.tuner.strategies.recollection import (
    distributions_of,
    found_values,
    frozen,
    scored,
    study_of,
)
from benchtop.tuner.strategies.strategy import ATTEMPTS, dice, mixed, unseen
from benchtop.tuner.trials import Trial


class Bayesian:
    """Learns from finished trials, and keeps away from those that run."""

    attempts = ATTEMPTS

    @property
    def engine(self) -> str:
        """The library and its sampler."""
        return f"optuna {optuna.__version__} TPESampler"

    def learns(self, space: Space) -> bool:  # noqa: ARG002  the protocol asks per space
        """Always."""
        return True

    def suggest(
        self,
        space: Space,
        finished: Sequence[Trial],
        running: Sequence[Trial],
        seed: int,
        number: int,
    ) -> Values | None:
        """The most promising of a few candidates."""
        distributions = distributions_of(space)
        losses = self._losses(finished)
        known = [
            frozen(space, each, distributions, losses.get(each.number))
            for each in sorted((*finished, *running), key=lambda each: each.number)
            if space.holds(each.values)
        ]
        study = study_of(self._sampler(distributions, mixed(seed, number)), known)
        return unseen(
            space,
            (*finished, *running),
            lambda: found_values(space, study.ask(distributions).params),
            dice(seed, number),
            attempts=self.attempts,
        )

    def _losses(self, finished: Sequence[Trial]) -> dict[int, float]:
        """What each trial is worth; one that failed counts as running, and running ones as bad."""
        return {
            each.number: each.loss for each in finished if scored(each) and each.loss is not None
        }

    def _sampler(
        self, space: dict[str, BaseDistribution], seed: int
    ) -> optuna.samplers.BaseSampler:
        return _Parzen(space, seed)


class _Parzen(optuna.samplers.TPESampler):  # type: ignore[misc]  # optuna is untyped
    """Knows the space, instead of inferring it from all trials at each suggestion."""

    def __init__(self, space: dict[str, BaseDistribution], seed: int) -> None:
        super().__init__(seed=seed)
        self._known_space = {name: each for name, each in space.items() if not each.single()}

    def infer_relative_search_space(
        self,
        study: optuna.Study,  # noqa: ARG002  optuna's signature
        trial: FrozenTrial,  # noqa: ARG002
    ) -> dict[str, BaseDistribution]:
        return self._known_space

"""Bayesian search: Optuna's tree-structured Parzen estimator, rebuilt for every suggestion.

A fresh sampler, seeded by the job's seed and the trial's number, sees all trials as they stand:
nothing is kept in memory, so a restart forgets nothing and a seed reproduces. Failed trials
count as running ones, which the sampler takes for bad, so that it looks elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Any

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.trial import FrozenTrial, TrialState, create_trial

from benchtop.tuner.space import (
    Categorical,
    Continuous,
    Dimension,
    Integer,
    Scale,
    Space,
    Values,
    written,
)
from benchtop.tuner.strategies.strategy import dice, mixed, unseen
from benchtop.tuner.trials import Trial

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Bayesian:
    """Learns from finished trials, and keeps away from those that run."""

    engine = f"optuna {optuna.__version__} TPESampler"

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
        study = _study(space, finished, running, mixed(seed, number))
        distributions = _distributions(space)
        return unseen(
            space,
            (*finished, *running),
            lambda: _values(space, study.ask(distributions).params),
            dice(seed, number),
        )


class _Recollection(optuna.storages.InMemoryStorage):  # type: ignore[misc]  # optuna is untyped
    """Puts known trials before the new ones, without the copies that ``add_trials`` makes."""

    def __init__(self, known: list[FrozenTrial]) -> None:
        super().__init__()
        self._known = known

    def get_all_trials(
        self,
        study_id: int,
        deepcopy: bool = True,
        states: Container[TrialState] | None = None,
    ) -> list[FrozenTrial]:
        asked: list[FrozenTrial] = super().get_all_trials(study_id, deepcopy, states)
        return [*(each for each in self._known if not states or each.state in states), *asked]


class _Sampler(optuna.samplers.TPESampler):  # type: ignore[misc]  # optuna is untyped
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


def _study(
    space: Space, finished: Sequence[Trial], running: Sequence[Trial], seed: int
) -> optuna.Study:
    distributions = _distributions(space)
    known = sorted((*finished, *running), key=lambda each: each.number)
    trials = [_frozen(space, each, distributions) for each in known if space.holds(each.values)]
    for place, each in enumerate(trials, start=1):
        # The sampler leaves out the trial it is asked for by its number: ours must differ from it.
        each.number = -place
    return optuna.create_study(
        storage=_Recollection(trials),
        sampler=_Sampler(distributions, seed),
        direction="minimize",
    )


def _frozen(space: Space, trial: Trial, distributions: dict[str, BaseDistribution]) -> FrozenTrial:
    scored = trial.loss is not None and math.isfinite(trial.loss)
    return create_trial(
        state=TrialState.COMPLETE if scored else TrialState.RUNNING,
        value=trial.loss if scored else None,
        params={each.name: _searched(each, trial.values[each.name]) for each in space.dimensions},
        distributions=distributions,
    )


def _distributions(space: Space) -> dict[str, BaseDistribution]:
    return {each.name: _distribution(each) for each in space.dimensions}


def _distribution(dimension: Dimension) -> BaseDistribution:
    match dimension:
        case Continuous(low=low, high=high, scale=Scale.REVERSE_LOGARITHMIC):
            return FloatDistribution(1 - high, 1 - low, log=True)
        case Continuous(low=low, high=high, scale=scale):
            return FloatDistribution(low, high, log=scale is Scale.LOGARITHMIC)
        case Integer(low=low, high=high, scale=scale):
            return IntDistribution(low, high, log=scale is Scale.LOGARITHMIC)
        case Categorical(choices=choices):
            return CategoricalDistribution(choices)
    raise TypeError(dimension)


def _searched(dimension: Dimension, value: str) -> Any:
    """A value as the sampler knows it; a reversed logarithm is searched from the other end."""
    match dimension:
        case Continuous(low=low, high=high, scale=Scale.REVERSE_LOGARITHMIC):
            return min(max(1 - float(value), 1 - high), 1 - low)
        case Continuous():
            return float(value)
        case Integer():
            return int(value)
    return value


def _values(space: Space, params: dict[str, Any]) -> Values:
    return {each.name: _found(each, params[each.name]) for each in space.dimensions}


def _found(dimension: Dimension, value: Any) -> str:
    match dimension:
        case Continuous(low=low, high=high, scale=scale):
            plain = 1 - value if scale is Scale.REVERSE_LOGARITHMIC else value
            return written(float(min(max(plain, low), high)))
        case _:
            return str(value)

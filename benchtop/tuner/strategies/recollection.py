"""A search's past as Optuna knows it: trials put before a sampler, and values translated.

Nothing outlives a suggestion, so a restart forgets nothing and a seed reproduces.
"""

from __future__ import annotations

import math
from collections.abc import Container
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
from benchtop.tuner.trials import Trial

optuna.logging.set_verbosity(optuna.logging.ERROR)


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


def study_of(sampler: optuna.samplers.BaseSampler, known: list[FrozenTrial]) -> optuna.Study:
    """A study in which a sampler finds these trials, oldest first."""
    for place, each in enumerate(known, start=1):
        # The sampler leaves out the trial it is asked for by its number: ours must differ from it.
        each.number = -place
    return optuna.create_study(storage=_Recollection(known), sampler=sampler, direction="minimize")


def scored(trial: Trial) -> bool:
    """Whether a trial has an objective that a model can learn from."""
    return trial.loss is not None and math.isfinite(trial.loss)


def frozen(
    space: Space, trial: Trial, distributions: dict[str, BaseDistribution], loss: float | None
) -> FrozenTrial:
    """A trial as Optuna knows it; without a loss it is one that runs."""
    return create_trial(
        state=TrialState.RUNNING if loss is None else TrialState.COMPLETE,
        value=loss,
        params={each.name: _searched(each, trial.values[each.name]) for each in space.dimensions},
        distributions=distributions,
    )


def distributions_of(space: Space) -> dict[str, BaseDistribution]:
    """What a sampler may choose from."""
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


def found_values(space: Space, params: dict[str, Any]) -> Values:
    """What a sampler chose, as a job is told."""
    return {each.name: _found(each, params[each.name]) for each in space.dimensions}


def _found(dimension: Dimension, value: Any) -> str:
    match dimension:
        case Continuous(low=low, high=high, scale=scale):
            plain = 1 - value if scale is Scale.REVERSE_LOGARITHMIC else value
            return written(float(min(max(plain, low), high)))
        case _:
            return str(value)

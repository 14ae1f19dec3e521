"""Bayesian search by a Gaussian process: Optuna's other sampler, which needs torch and scipy.

For smooth objectives of expensive jobs; it is an optional extra, and never chosen by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial

from benchtop.tuner.strategies.bayesian import Bayesian
from benchtop.tuner.strategies.strategy import EngineMissing
from benchtop.tuner.trials import Trial

NEEDED = ("torch", "scipy")
LARGEST = 1e100
"""Losses beyond this are taken for it: their squares would be infinite."""


class Gaussian(Bayesian):
    """Models the objective as a smooth function, and expects improvement over what runs too."""

    attempts = 4
    """Each costs a tenth of a second; after that an unseen point is drawn."""

    @property
    def engine(self) -> str:
        """The library, its sampler, and what computes.

        Raises:
            EngineMissing: when that is not installed.
        """
        _check_installed()
        computing = ", ".join(f"{each} {version(each)}" for each in NEEDED)
        return f"optuna {optuna.__version__} GPSampler, {computing}"

    def _losses(self, finished: Sequence[Trial]) -> dict[int, float]:
        """What each trial is worth; one that failed is as bad as the worst.

        A model that did not hear of failures would try them again and again.
        """
        losses = {
            number: min(max(loss, -LARGEST), LARGEST)
            for number, loss in super()._losses(finished).items()
        }
        if not losses:
            return {}
        return {each.number: max(losses.values()) for each in finished} | losses

    def _sampler(
        self, space: dict[str, BaseDistribution], seed: int
    ) -> optuna.samplers.BaseSampler:
        _check_installed()
        return _Process(space, seed)


class _Process(optuna.samplers.GPSampler):  # type: ignore[misc]  # optuna is untyped
    """Knows the space, instead of inferring it from all trials at each suggestion."""

    def __init__(self, space: dict[str, BaseDistribution], seed: int) -> None:
        super().__init__(seed=seed, warn_independent_sampling=False)
        self._known_space = {name: each for name, each in space.items() if not each.single()}

    def infer_relative_search_space(
        self,
        study: optuna.Study,  # noqa: ARG002  optuna's signature
        trial: FrozenTrial,  # noqa: ARG002
    ) -> dict[str, BaseDistribution]:
        return self._known_space


def _check_installed() -> None:
    missing = [each for each in NEEDED if find_spec(each) is None]
    if missing:
        raise EngineMissing(
            f"Bayesian search by a Gaussian process needs {' and '.join(missing)}: install the "
            "extra, benchtop[gp], or set bayesian_engine to tpe."
        )

"""The search strategies, by AWS's names."""

from __future__ import annotations

from benchtop.tuner.strategies.bayesian import Bayesian
from benchtop.tuner.strategies.gaussian import Gaussian
from benchtop.tuner.strategies.grid import Grid
from benchtop.tuner.strategies.hyperband import Hyperband
from benchtop.tuner.strategies.strategy import Strategy
from benchtop.tuner.strategies.uniform import Uniform

STRATEGIES: dict[str, Strategy] = {
    "Bayesian": Bayesian(),
    "Random": Uniform(),
    "Grid": Grid(),
    "Hyperband": Hyperband(),
}

BAYESIAN: dict[str, Strategy] = {"tpe": Bayesian(), "gp": Gaussian()}
"""What Bayesian search may compute with, by the setting ``bayesian_engine``."""


def strategy_of(name: str, bayesian: str = "tpe") -> Strategy:
    """The strategy of AWS's name; Bayesian search has a choice of engines."""
    return BAYESIAN[bayesian] if name == "Bayesian" else STRATEGIES[name]

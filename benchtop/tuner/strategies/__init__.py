"""The search strategies, by AWS's names."""

from __future__ import annotations

from benchtop.tuner.strategies.bayesian import Bayesian
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

"""The promises of each search strategy."""

from __future__ import annotations

import math
import statistics
from importlib.util import find_spec

import pytest

from benchtop.tuner.ranges import read_space
from benchtop.tuner.strategies.bayesian import Bayesian
from benchtop.tuner.strategies.gaussian import Gaussian
from benchtop.tuner.strategies.grid import Grid
from benchtop.tuner.strategies.hyperband import Hyperband, Resources
from benchtop.tuner.strategies.strategy import Strategy
from benchtop.tuner.strategies.uniform import Uniform
from benchtop.tuner.trials import Trial
from tests.kits.searches import CATEGORICAL, MIXED, play
from tests.kits.strategy_kit import StrategyKit


class TestUniform(StrategyKit):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return Uniform()

    def test_is_uniform_on_each_scale(self, strategy: Strategy) -> None:
        """
        Half of the draws lie below the middle of the scale, whatever the scale is.
        """
        space = read_space(MIXED, {})

        drawn = [strategy.suggest(space, [], [], 1, number) for number in range(1, 2001)]

        def below(name: str, middle: float) -> float:
            return statistics.fmean(float(each[name]) < middle for each in drawn if each)

        assert below("plain", 0.5) == pytest.approx(0.5, abs=0.05)
        assert below("log", 1e-3) == pytest.approx(0.5, abs=0.05)
        assert below("near", 1 - math.sqrt(0.001)) == pytest.approx(0.5, abs=0.05)
        assert below("depth", 1.5) == pytest.approx(1 / 9, abs=0.03)
        assert below("rounds", 31.5) == pytest.approx(0.55, abs=0.06)


class TestBayesian(StrategyKit):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return Bayesian()

    def test_learns_where_losses_are_small(self, strategy: Strategy) -> None:
        """
        After some trials the suggestions come much closer to the best point than random ones.
        """
        learnt = [each for seed in range(3) for each in distances(strategy, seed)[20:]]
        random = [each for seed in range(3) for each in distances(Uniform(), seed)[20:]]

        assert statistics.median(learnt) < statistics.median(random) / 2

    def test_running_trials_matter(self, strategy: Strategy) -> None:
        """
        What runs already changes what is suggested next.
        """
        space = read_space(MIXED, {})
        past = play(strategy, space, 20)
        alone = strategy.suggest(space, past, [], 3, 21)
        assert alone is not None
        running = [Trial(number=21 + each, values=alone) for each in range(5)]

        crowded = strategy.suggest(space, past, running, 3, 21)

        assert crowded != alone


@pytest.mark.skipif(find_spec("torch") is None, reason="the extra gp (torch) is not installed")
class TestGaussian(TestBayesian):
    trials = 13
    """Three more than it starts with at random."""

    @pytest.fixture
    def strategy(self) -> Strategy:
        return Gaussian()

    def test_failures_are_not_tried_again(self, strategy: Strategy) -> None:
        """
        A trial that failed is as bad as the worst: suggestions stay away from where it was.
        """
        ranges = [{"Name": "x", "MinValue": "0", "MaxValue": "1"}]
        space = read_space({"ContinuousParameterRanges": ranges}, {})
        good = [Trial(number=n, values={"x": str(n / 20)}, loss=n / 20) for n in range(5, 17)]
        first = strategy.suggest(space, good, [], 1, 20)
        assert first is not None
        failed = [Trial(number=20 + n, values=first) for n in range(3)]

        again = strategy.suggest(space, [*good, *failed], [], 1, 23)

        assert again is not None
        assert abs(float(again["x"]) - float(first["x"])) > 0.01


class TestGrid(StrategyKit):
    spaces = (CATEGORICAL,)
    countable = CATEGORICAL
    kinds = ("categorical",)

    @pytest.fixture
    def strategy(self) -> Strategy:
        return Grid()


class TestHyperband(StrategyKit):
    @pytest.fixture
    def strategy(self) -> Strategy:
        return Hyperband()

    def test_the_best_third_goes_on_at_each_rung(self) -> None:
        """
        A job is compared at one, three and nine epochs, and stopped at the last one of all.
        """
        resources = Resources(least=1, most=20)
        others = [(1.0, 1.0, 1.0), (2.0, 2.0, 2.0)]

        assert resources.rungs() == [1, 3, 9]
        assert not resources.should_stop([0.5], 0, others)
        assert resources.should_stop([1.5], 0, others)
        assert not resources.should_stop([1.0], 0, others)
        assert not resources.should_stop([1.5, 1.5], 1, others)
        assert not resources.should_stop([0.0] * 20, 19, others)
        assert resources.should_stop([0.0] * 21, 20, others)


def distances(strategy: Strategy, seed: int) -> list[float]:
    """The losses of 30 trials, one after another, of a bowl in three dimensions."""
    ranges = [{"Name": name, "MinValue": "0", "MaxValue": "1"} for name in ("x", "y", "z")]
    space = read_space({"ContinuousParameterRanges": ranges}, {})
    trials: list[Trial] = []
    for number in range(1, 31):
        found = strategy.suggest(space, trials, [], seed, number) or {}
        loss = sum((float(each) - 0.3) ** 2 for each in found.values())
        trials.append(Trial(number=number, values=found, loss=loss))
    return [each.loss or 0 for each in trials]


def test_seeds_differ() -> None:
    """Another seed gives other trials."""
    space = read_space(MIXED, {})

    one, other = (Uniform().suggest(space, [], [], seed, 1) for seed in (1, 2))

    assert one != other

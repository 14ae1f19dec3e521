"""What every search strategy promises; subclasses only say which one."""

from __future__ import annotations

from typing import Any

import pytest

from benchtop.tuner.ranges import read_space
from benchtop.tuner.space import Space, Values
from benchtop.tuner.strategies.strategy import Strategy
from benchtop.tuner.trials import Trial

MIXED: dict[str, Any] = {
    "ContinuousParameterRanges": [
        {"Name": "plain", "MinValue": "-1", "MaxValue": "2"},
        {"Name": "log", "MinValue": "1e-6", "MaxValue": "1", "ScalingType": "Logarithmic"},
        {"Name": "near", "MinValue": "0", "MaxValue": "0.999", "ScalingType": "ReverseLogarithmic"},
        {"Name": "fixed", "MinValue": "0.5", "MaxValue": "0.5"},
    ],
    "IntegerParameterRanges": [
        {"Name": "depth", "MinValue": "1", "MaxValue": "9"},
        {"Name": "rounds", "MinValue": "1", "MaxValue": "1000", "ScalingType": "Logarithmic"},
    ],
    "CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b", "b", '"c"']}],
}
SMALL: dict[str, Any] = {
    "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "4"}],
    "CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b", "c"]}],
}
CATEGORICAL: dict[str, Any] = {
    "CategoricalParameterRanges": [
        {"Name": "kind", "Values": ["a", "b", "c", "a"]},
        {"Name": "size", "Values": ["1", "2", "3", "4"]},
    ]
}


class StrategyKit:
    """Drives a strategy as a tuning job does: one suggestion at a time, some trials running."""

    spaces: tuple[dict[str, Any], ...] = (MIXED, SMALL)
    countable = SMALL

    @pytest.fixture
    def strategy(self) -> Strategy:
        raise NotImplementedError

    def test_stays_inside_the_space(self, strategy: Strategy) -> None:
        """
        No suggestion leaves its range, has a name too many, or one too few.
        """
        for ranges in self.spaces:
            space = read_space(ranges, {})

            assert all(space.holds(each.values) for each in play(strategy, space, 12))

    def test_repeats_no_point_while_one_is_left(self, strategy: Strategy) -> None:
        """
        A countable space is tried to its last point, and then nothing is suggested.
        """
        space = read_space(self.countable, {})
        size = int(space.size)

        trials = play(strategy, space, size + 1)

        assert len(trials) == size
        assert len({space.key(each.values) for each in trials}) == size

    def test_the_same_seed_gives_the_same_trials(self, strategy: Strategy) -> None:
        """
        A job with the seed of another repeats it; one with another seed may not.
        """
        space = read_space(self.spaces[0], {})

        assert values(play(strategy, space, 12)) == values(play(strategy, space, 12))

    def test_a_rebuild_from_history_changes_nothing(self, strategy: Strategy) -> None:
        """
        A suggestion depends on what happened, not on who asked before.
        """
        space = read_space(self.spaces[0], {})
        trials = play(strategy, space, 12)

        for cut in (0, 5, 11):
            again = type(strategy)().suggest(space, *split(trials[:cut]), 3, cut + 1)

            assert again == trials[cut].values

    def test_copes_with_trials_that_failed(self, strategy: Strategy) -> None:
        """
        Trials without an objective, all or some of them, end no search.
        """
        space = read_space(self.spaces[0], {})

        assert len(play(strategy, space, 12, fails=lambda _: True)) == 12
        assert len(play(strategy, space, 12, fails=lambda number: number % 2 == 0)) == 12


def play(strategy: Strategy, space: Space, count: int, *, fails: Any = None) -> list[Trial]:
    """As many trials as a job would start, with the last three running at each suggestion."""
    trials: list[Trial] = []
    for number in range(1, count + 1):
        found = strategy.suggest(space, *split(trials), 3, number)
        if found is None:
            break
        failed = fails is not None and fails(number)
        trials.append(Trial(number=number, values=found, loss=None if failed else loss(found)))
    return trials


def split(trials: list[Trial]) -> tuple[list[Trial], list[Trial]]:
    """The finished trials, and the last three as if they were running."""
    pending = [Trial(number=each.number, values=each.values) for each in trials[-3:]]
    return trials[:-3], pending


def loss(found: Values) -> float:
    """Something to minimise."""
    return sum(len(each) + ord(each[-1]) for each in found.values()) / 100


def values(trials: list[Trial]) -> list[Any]:
    return [each.values for each in trials]

"""What every search strategy promises; subclasses only say which one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from benchtop.tuner.ranges import read_space
from benchtop.tuner.strategies.strategy import Strategy
from benchtop.tuner.trials import Trial
from tests.kits.searches import MIXED, SEED, SMALL, play, spaces, split, values

FEW = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class StrategyKit:
    """Drives a strategy as a tuning job does: one suggestion at a time, some trials running."""

    spaces: tuple[dict[str, Any], ...] = (MIXED, SMALL)
    countable = SMALL
    kinds: tuple[str, ...] = ("continuous", "integer", "categorical")
    """What the strategy can search."""
    trials = 12

    @pytest.fixture
    def strategy(self) -> Strategy:
        raise NotImplementedError

    def test_stays_inside_the_space(self, strategy: Strategy) -> None:
        """
        No suggestion leaves its range, has a name too many, or one too few.
        """
        for ranges in self.spaces:
            space = read_space(ranges, {})

            assert all(space.holds(each.values) for each in play(strategy, space, self.trials))

    @FEW
    @given(data=some.data())
    def test_stays_inside_any_space(self, strategy: Strategy, data: some.DataObject) -> None:
        """
        Whatever the ranges and their scales, each suggestion lies in them, and no point of a
        countable space comes twice.
        """
        space = data.draw(spaces(self.kinds))

        trials = play(strategy, space, self.trials, seed=data.draw(some.integers(0, 2**31)))

        assert all(space.holds(each.values) for each in trials)
        assert len(trials) == min(self.trials, space.size)
        if space.countable:
            assert len({space.key(each.values) for each in trials}) == len(trials)

    def test_repeats_no_point_while_one_is_left(self, strategy: Strategy) -> None:
        """
        A countable space is tried to its last point, and then nothing is suggested.
        """
        space = read_space(self.countable, {})
        size = int(space.size)

        trials = play(strategy, space, size + 1)

        assert len(trials) == size
        assert len({space.key(each.values) for each in trials}) == size

    def test_respects_what_runs(self, strategy: Strategy) -> None:
        """
        With all points but one running, and nothing finished, the one left is suggested.
        """
        space = read_space(self.countable, {})
        points = list(space.points())
        running = [Trial(number=n, values=each) for n, each in enumerate(points[:-1], start=1)]

        assert strategy.suggest(space, [], running, SEED, len(points)) == points[-1]

    def test_the_same_seed_gives_the_same_trials(self, strategy: Strategy) -> None:
        """
        A job with the seed of another repeats it; one with another seed may not.
        """
        space = read_space(self.spaces[0], {})

        first, second = (values(play(strategy, space, self.trials)) for _ in range(2))

        assert first == second

    def test_a_rebuild_from_history_changes_nothing(self, strategy: Strategy) -> None:
        """
        A suggestion depends on what happened, not on who asked before, nor in which order it is
        told: at any point of the search a new strategy says what the old one said.
        """
        for ranges in self.spaces:
            space = read_space(ranges, {})
            trials = play(strategy, space, self.trials)
            for cut in range(len(trials)):
                finished, running = split(trials[:cut])
                again = type(strategy)().suggest(
                    space, finished[::-1], running[::-1], SEED, cut + 1
                )

                assert again == trials[cut].values

    def test_copes_with_trials_that_failed(self, strategy: Strategy) -> None:
        """
        Trials without an objective, all or some of them, end no search.
        """
        space = read_space(self.spaces[0], {})
        count = self.trials

        assert len(play(strategy, space, count, fails=lambda _: True)) == count
        assert len(play(strategy, space, count, fails=lambda number: number % 2 == 0)) == count

    def test_copes_with_any_objective(self, strategy: Strategy) -> None:
        """
        Losses that are all the same, huge, or not finite, end no search.
        """
        space = read_space(self.spaces[0], {})
        past = play(strategy, space, self.trials)
        for loss in (0.0, 1e300, float("inf"), float("nan")):
            trials = [*past[:-1], replace(past[-1], loss=loss)]
            flat = [replace(each, loss=loss) for each in past]

            for known in (trials, flat):
                found = strategy.suggest(space, known, [], SEED, len(known) + 1)
                assert found is None or space.holds(found)

    def test_parents_trials_are_no_trials_of_its_own(self, strategy: Strategy) -> None:
        """
        What parents tried may be tried again: all points of a countable space are left.
        """
        space = read_space(self.countable, {})
        parents = [
            Trial(number=-n, values=each, loss=float(n)) for n, each in enumerate(space.points())
        ]

        trials = play(strategy, space, int(space.size) + 1, parents=parents)

        assert len({space.key(each.values) for each in trials}) == space.size

"""Whose turn it is among several training job definitions (§2.10)."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from benchtop.tuner.allotment import Turn, by_results, in_turn, own_seed
from benchtop.tuner.trials import Trial

NAMES = ("a", "b")
ENDLESS = (math.inf, math.inf)


def trial(number: int, definition: str, loss: float | None) -> Trial:
    return Trial(number=number, values={}, loss=loss, definition=definition)


@pytest.mark.parametrize("sizes", [(1,), (3, 1, 2), (5, 5), (1, 1, 9)])
def test_every_configuration_has_one_turn(sizes: tuple[int, ...]) -> None:
    """Turns cover each definition's places once, in order, and then there are none."""
    turns = [in_turn(sizes, number) for number in range(1, sum(sizes) + 1)]

    expected = {Turn(index, place + 1) for index, size in enumerate(sizes) for place in range(size)}
    assert set(turns) == expected
    assert in_turn(sizes, sum(sizes) + 1) is None


def test_turns_alternate() -> None:
    """Definitions without end take turns for ever."""
    assert [in_turn(ENDLESS, n) for n in (1, 2, 3, 10_000)] == [
        Turn(0, 1), Turn(1, 1), Turn(0, 2), Turn(1, 5000),
    ]  # fmt: skip


def test_the_better_definition_is_tried_more() -> None:
    """After the first rounds the definition with the better results has most of the trials."""
    trials: list[Trial] = []
    for number in range(1, 61):
        turn = by_results(NAMES, ENDLESS, trials, 7, number)
        assert turn
        trials.append(trial(number, NAMES[turn.definition], float(turn.definition) + number / 1e3))

    had = Counter(each.definition for each in trials)
    assert had["a"] > 2 * had["b"] > 0


def test_the_same_history_gives_the_same_turn() -> None:
    """A turn follows from seed, number and trials alone, in whatever order they are told."""
    trials = [trial(n, NAMES[n % 2], None if n == 4 else 1.0 / n) for n in range(1, 12)]

    turns = {by_results(NAMES, ENDLESS, order, 3, 12) for order in (trials, trials[::-1])}

    assert len(turns) == 1


def test_an_exhausted_definition_is_passed_over() -> None:
    """A definition that was tried whole gets no more turns, and neither does any in the end."""
    trials = [trial(n, "a", 0.0) for n in range(1, 7)] + [trial(7, "b", 1.0)]

    assert by_results(NAMES, (6, math.inf), trials, 1, 8) == Turn(1, 2)
    assert by_results(NAMES, (6, 1), trials, 1, 8) is None


def test_definitions_have_seeds_of_their_own() -> None:
    """Equal ranges in two definitions are not searched in step."""
    assert own_seed(1, 0) != own_seed(1, 1) != own_seed(2, 1)

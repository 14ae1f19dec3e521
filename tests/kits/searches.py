"""Spaces to search, drawn and fixed, and how a tuning job plays a strategy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as some

from benchtop.tuner.ranges import read_space
from benchtop.tuner.space import Space, Values
from benchtop.tuner.strategies.strategy import Strategy
from benchtop.tuner.trials import Trial

SEED = 3
PENDING = 3
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


def play(
    strategy: Strategy,
    space: Space,
    count: int,
    *,
    fails: Callable[[int], bool] = lambda _: False,
    seed: int = SEED,
    parents: Sequence[Trial] = (),
) -> list[Trial]:
    """As many trials as a job would start, with the last three running at each suggestion."""
    trials: list[Trial] = []
    for number in range(1, count + 1):
        finished, running = split(trials)
        found = strategy.suggest(space, [*parents, *finished], running, seed, number)
        if found is None:
            break
        value = None if fails(number) else loss(found)
        trials.append(Trial(number=number, values=found, loss=value))
    return trials


def split(trials: list[Trial]) -> tuple[list[Trial], list[Trial]]:
    """The finished trials, and the last three as if they were running."""
    pending = [Trial(number=each.number, values=each.values) for each in trials[-PENDING:]]
    return trials[:-PENDING], pending


def loss(found: Values) -> float:
    """Something to minimise."""
    return sum(len(each) + sum(map(ord, each[-1:])) for each in found.values()) / 100


def values(trials: list[Trial]) -> list[Any]:
    return [each.values for each in trials]


@some.composite
def spaces(draw: some.DrawFn, kinds: Sequence[str]) -> Space:
    """A space of one to four hyperparameters, as a request would describe it."""
    members: dict[str, list[dict[str, Any]]] = {}
    for place in range(draw(some.integers(1, 4))):
        kind = draw(some.sampled_from(kinds))
        member = f"{kind.capitalize()}ParameterRanges"
        one = draw({"continuous": reals, "integer": wholes, "categorical": choices}[kind]())
        members.setdefault(member, []).append({"Name": f"p{place}", **one})
    return read_space(members, {})


@some.composite
def reals(draw: some.DrawFn) -> dict[str, Any]:
    scale = draw(some.sampled_from(["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"]))
    low, high = {"Logarithmic": (1e-9, 1e9), "ReverseLogarithmic": (0.0, 0.9999)}.get(
        scale, (-1e9, 1e9)
    )
    ends = sorted(draw(some.floats(low, high, allow_subnormal=False)) for _ in range(2))
    return {"MinValue": repr(ends[0]), "MaxValue": repr(ends[1]), "ScalingType": scale}


@some.composite
def wholes(draw: some.DrawFn) -> dict[str, Any]:
    scale = draw(some.sampled_from(["Auto", "Linear", "Logarithmic"]))
    low = draw(some.integers(1 if scale == "Logarithmic" else -1000, 1000))
    high = low + draw(some.integers(0, 10**6))
    return {"MinValue": str(low), "MaxValue": str(high), "ScalingType": scale}


@some.composite
def choices(draw: some.DrawFn) -> dict[str, Any]:
    return {"Values": draw(some.lists(some.text(max_size=3), min_size=1, max_size=6))}

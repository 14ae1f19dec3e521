"""What a tuning job tries next: whose turn it is among its definitions, and which values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from benchtop.desks.sagemaker.tuning.body import ENGINE
from benchtop.desks.sagemaker.tuning.plans import CONFIG, Plan, plans_of
from benchtop.desks.sagemaker.tuning.rules import space_of
from benchtop.tuner.allotment import Turn, by_results, in_turn, own_seed
from benchtop.tuner.space import Space, Values
from benchtop.tuner.strategies import strategy_of
from benchtop.tuner.strategies.strategy import Strategy
from benchtop.tuner.trials import Trial
from benchtop.wire import Json

Next: TypeAlias = tuple[Plan, Values]
Trials: TypeAlias = Callable[[], Sequence[Trial]]


def next_trial(body: Json, number: int, finished: Trials, running: Trials) -> Next | None:
    """The next trial's definition and values, or None when nothing is left to try.

    Args:
        body: of the tuning job.
        number: the trial's, from 1.
        finished: reads the trials that are over; asked only if they matter.
        running: reads those that are not.
    """
    plans = plans_of(body)
    if len(plans) > 1:
        return _among(body, plans, number, finished, running)
    first = body.get("_first") or []
    if body[CONFIG]["Strategy"] == "Bayesian" and number <= len(first):
        return plans[0], dict(first[number - 1])
    strategy, space = _strategy(body), space_of(plans[0])
    learns = strategy.learns(space)
    known = (finished(), running()) if learns else ((), ())
    values = strategy.suggest(space, *known, int(body["_seed"]), number)
    return None if values is None else (plans[0], values)


def _strategy(body: Json) -> Strategy:
    """The job's own, with the engine that it was created with."""
    return strategy_of(body[CONFIG]["Strategy"], body.get(ENGINE, "tpe"))


def _among(
    body: Json, plans: list[Plan], number: int, finished: Trials, running: Trials
) -> Next | None:
    spaces = [space_of(each) for each in plans]
    strategy = _strategy(body)
    learns = any(strategy.learns(each) for each in spaces)
    over, under_way = (finished(), running()) if learns else ((), ())
    turn = _turn(body, plans, spaces, number, [*over, *under_way])
    if turn is None:
        return None
    plan = plans[turn.definition]
    values = strategy.suggest(
        spaces[turn.definition],
        [each for each in over if each.definition == plan.name],
        [each for each in under_way if each.definition == plan.name],
        own_seed(int(body["_seed"]), turn.definition),
        turn.place,
    )
    return None if values is None else (plan, values)


def _turn(
    body: Json, plans: list[Plan], spaces: list[Space], number: int, trials: list[Trial]
) -> Turn | None:
    sizes = [each.size for each in spaces]
    if body[CONFIG]["Strategy"] != "Bayesian":
        # Results never influence what these strategies try; a seed alone reproduces them.
        return in_turn(sizes, number)
    names = [each.name for each in plans]
    return by_results(names, sizes, trials, int(body["_seed"]), number)

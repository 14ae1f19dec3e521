"""Six real XGBoost tunings, small enough to train thousands of times, on data that is installed.

Each loss is that of a validation set, after a training on other rows with one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, TypeAlias

import numpy as np
import xgboost
from sklearn import datasets  # type: ignore[import-untyped]

from benchmarks.search.problem import LOG, Problem, ranges, real, remembering, whole
from pipelines.arrivals import flights

Data: TypeAlias = tuple[Any, Any]

RANGES = ranges(
    real("eta", 0.01, 1, LOG),
    whole("max_depth", 1, 8),
    real("min_child_weight", 0.1, 30, LOG),
    real("subsample", 0.3, 1),
    real("colsample_bytree", 0.3, 1),
    real("lambda", 1e-3, 100, LOG),
    whole("num_round", 3, 40, LOG),
)
FIXED = {"nthread": 1, "seed": 1, "tree_method": "hist", "max_bin": 32, "verbosity": 0}
TRAIN = 0.6
SHUFFLE = 2013
LATE = 15
NUMBERS = ("day", "sched_dep_time", "dep_delay", "distance", "temp", "wind_speed", "visib")
FLIGHTS = 900


def loss(data: Callable[[], Data], objective: str, metric: str, at: Mapping[str, str]) -> float:
    """Train as told, and evaluate."""
    train, validation = _split(data)
    given: dict[str, Any] = {name: at[name] for name in at if name != "num_round"}
    if objective.startswith("multi:"):
        given["num_class"] = 3
    found: dict[str, Any] = {}
    xgboost.train(
        {**FIXED, **given, "objective": objective, "eval_metric": metric},
        train, int(at["num_round"]), evals=[(validation, "v")], evals_result=found,
        verbose_eval=False,
    )  # fmt: skip
    return float(found["v"][metric][-1])


@cache
def _split(data: Callable[[], Data]) -> tuple[Any, Any]:
    x, y = data()
    order = np.random.default_rng(SHUFFLE).permutation(len(y))
    cut = int(len(y) * TRAIN)
    parts = (order[:cut], order[cut:])
    train, validation = (xgboost.DMatrix(x[rows], y[rows]) for rows in parts)
    return train, validation


def cancer() -> Data:
    """Benign or not: 569 rows, 10 columns."""
    found = datasets.load_breast_cancer()
    return found.data[:, :10], found.target


def wine() -> Data:
    """Which of three growers: 178 rows, noise added so that it is not too easy."""
    found = datasets.load_wine()
    noise = np.random.default_rng(1).normal(0, 1.5, found.data.shape)
    return found.data + noise * found.data.std(axis=0), found.target


def diabetes() -> Data:
    """How a disease goes on: 442 rows, 10 columns."""
    found = datasets.load_diabetes()
    return found.data, found.target


def digits() -> Data:
    """Odd or even, of 700 digits of which only every fourth pixel is seen."""
    found = datasets.load_digits()
    return found.data[:700, ::4], found.target[:700] % 2


@cache
def _january() -> tuple[dict[str, str], ...]:
    return tuple(flights(1))


def late(origin: str) -> Data:
    """Whether a flight from an airport arrives late: 900 of January 2013."""
    rows = [each for each in _january() if each["origin"] == origin and each["arr_delay"] != "NA"]
    rows = rows[:: len(rows) // FLIGHTS][:FLIGHTS]
    x = [[_number(each[column]) for column in NUMBERS] for each in rows]
    return np.array(x), np.array([float(each["arr_delay"]) > LATE for each in rows])


def _number(text: str) -> float:
    return float("nan") if text == "NA" else float(text)


def _problem(name: str, data: Callable[[], Data], objective: str, metric: str) -> Problem:
    trained = remembering(partial(loss, data, objective, metric))
    return Problem(name=name, kind="real", ranges=RANGES, loss=trained)


REAL = (
    _problem("cancer", cancer, "binary:logistic", "logloss"),
    _problem("wine", wine, "multi:softprob", "mlogloss"),
    _problem("diabetes", diabetes, "reg:squarederror", "rmse"),
    _problem("digits", digits, "binary:logistic", "logloss"),
    _problem("newark", partial(late, "EWR"), "binary:logistic", "logloss"),
    _problem("kennedy", partial(late, "JFK"), "binary:logistic", "logloss"),
)

"""The yardstick: Optuna used directly, with its defaults, the same budget and the same workers."""

from __future__ import annotations

from typing import Any

import optuna

from benchmarks.search.clockwork import Clockwork
from benchmarks.search.problem import LOG, REVERSE, Problem


def losses(problem: Problem, seed: int, workers: int, jobs: int) -> list[float]:
    """What a study asked and told by hand finds, in the order in which trials end."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    clock = Clockwork(workers, jobs, seed)
    found = []
    for _ in range(jobs):
        trial = study.ask()
        for ended, values in clock.begin((trial, _asked(trial, problem.ranges))):
            loss = problem.loss(values)
            study.tell(ended, loss)
            found.append(loss)
    return found


def _asked(trial: optuna.Trial, ranges: dict[str, Any]) -> dict[str, str]:
    found = {}
    for each in ranges.get("ContinuousParameterRanges", []):
        found[each["Name"]] = repr(_real(trial, each))
    for each in ranges.get("IntegerParameterRanges", []):
        low, high = int(each["MinValue"]), int(each["MaxValue"])
        log = each["ScalingType"] == LOG
        found[each["Name"]] = str(trial.suggest_int(each["Name"], low, high, log=log))
    for each in ranges.get("CategoricalParameterRanges", []):
        found[each["Name"]] = str(trial.suggest_categorical(each["Name"], each["Values"]))
    return found


def _real(trial: optuna.Trial, given: dict[str, str]) -> float:
    """A real number; Optuna knows no reversed logarithm, so it is searched from the other end."""
    low, high = float(given["MinValue"]), float(given["MaxValue"])
    if given["ScalingType"] == REVERSE:
        return float(1 - trial.suggest_float(given["Name"], 1 - high, 1 - low, log=True))
    return float(trial.suggest_float(given["Name"], low, high, log=given["ScalingType"] == LOG))

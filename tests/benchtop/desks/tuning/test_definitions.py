"""Tuning jobs of several training job definitions (§2.10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from benchtop.wire import Json
from tests.benchtop.desks.tuning.tuning_bench import CONFIG, REQUEST, TuningBench, asked

Start = Callable[..., TuningBench]


def several(strategy: str, jobs: int, **changes: Any) -> Json:
    """A job of two definitions: x between 0 and 1, and x between 5 and 6."""
    request = asked(
        TrainingJobDefinition=None,
        **{
            f"{CONFIG}__HyperParameterTuningJobObjective": None,
            f"{CONFIG}__ParameterRanges": None,
            f"{CONFIG}__Strategy": strategy,
            f"{CONFIG}__ResourceLimits": {"MaxNumberOfTrainingJobs": jobs,
                                          "MaxParallelTrainingJobs": 1},
            **changes,
        },
    )  # fmt: skip
    return {**request, "TrainingJobDefinitions": [one("low", "0", "1"), one("high", "5", "6")]}


def one(name: str, low: str, high: str) -> Json:
    return {
        **deepcopy(REQUEST["TrainingJobDefinition"]),
        "DefinitionName": name,
        "TuningObjective": {"Type": "Minimize", "MetricName": "loss"},
        "HyperParameterRanges": {
            "ContinuousParameterRanges": [{"Name": "x", "MinValue": low, "MaxValue": high}]
        },
    }


def test_the_better_algorithm_is_trained_more_often(tuning: Start) -> None:
    """Bayesian gives most jobs to the definition with the better results, which has the best."""
    bench = tuning()

    job = bench.run(several("Bayesian", 30))

    had = Counter(each["TrainingJobDefinitionName"] for each in bench.trials())
    assert had["low"] > had["high"] > 0
    assert job["BestTrainingJob"]["TrainingJobDefinitionName"] == "low"
    assert job["TrainingJobStatusCounters"]["Completed"] == 30


@pytest.mark.parametrize("strategy", ["Random", "Bayesian", "Hyperband"])
def test_a_seed_reproduces_definitions_and_values(tuning: Start, strategy: str) -> None:
    """Two jobs of the same seed try the same values of the same definitions."""
    bench = tuning()
    shown = ("TrainingJobDefinitionName", "TunedHyperParameters")
    tried = []
    for name in ("one", "two"):
        bench.run(several(strategy, 12, HyperParameterTuningJobName=name))
        tried.append([[each[member] for member in shown] for each in bench.trials(name)])

    assert tried[0] == tried[1]


def test_a_restart_changes_nothing(tuning: Start) -> None:
    """A job that is killed in the middle goes on as the same job does without."""
    bench = tuning()
    bench.run(several("Bayesian", 10, HyperParameterTuningJobName="whole"))
    bench.training.held = True
    bench.client.create_hyper_parameter_tuning_job(**several("Bayesian", 10))
    for _ in range(5):
        bench.training.finish(bench.started(1)[0])
    bench.started(1)
    bench.kill()

    again = tuning()
    again.training.finish(again.started(1)[0])
    again.end()

    tried = [[each["TunedHyperParameters"] for each in again.trials(n)] for n in ("whole", "job")]
    assert tried[0] == tried[1]


def test_children_are_those_of_their_definition(tuning: Start) -> None:
    """A training job has the static values, the metric and the name of its own definition."""
    bench = tuning()
    request = several("Random", 2)
    request["TrainingJobDefinitions"][1]["StaticHyperParameters"] = {"depth": "3"}

    bench.run(request)

    low, high = (set(each["HyperParameters"]) for each in bench.training.asked)
    assert low == {"x", "epochs", "_tuning_objective_metric"}
    assert high == {"x", "depth", "_tuning_objective_metric"}

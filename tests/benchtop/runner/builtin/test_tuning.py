"""The built-in algorithm tuned: amt.md sections 3.3 and 9.3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.desks.sagemaker.tuning.tuning import TuningDesk
from benchtop.foreman import Foreman
from benchtop.store.records import Records
from tests.benchtop.runner.builtin.conftest import BINARY

NAME = {"HyperParameterTuningJobName": "tune"}


@pytest.fixture
def tuner(
    training: TrainingDesk, records: Records, sagemaker_door: Any, connect: Any
) -> Iterator[Any]:
    """A boto3 client of a real tuning desk over real training jobs."""
    foreman = Foreman()
    records.listen(foreman.heard)
    desk = TuningDesk(records, Place(), training, foreman)
    foreman.start()
    yield connect(sagemaker_door(desk, training))
    foreman.stop()


@pytest.fixture
def tuned(tuner: Any, asked: Any, until: Any) -> Callable[..., Any]:
    """Tunes num_round and eta to the end; its description."""

    def run(objective: str, kind: str = "Maximize") -> Any:
        job = asked()
        static = {name: value for name, value in BINARY.items() if name != "num_round"}
        integer = {"Name": "num_round", "MinValue": "1", "MaxValue": "4"}
        real = {"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}
        members = ("RoleArn", "AlgorithmSpecification", "InputDataConfig", "OutputDataConfig",
                   "ResourceConfig", "StoppingCondition")  # fmt: skip
        tuner.create_hyper_parameter_tuning_job(
            **NAME,
            HyperParameterTuningJobConfig={
                "Strategy": "Random",
                "HyperParameterTuningJobObjective": {"Type": kind, "MetricName": objective},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 2},
                "ParameterRanges": {
                    "IntegerParameterRanges": [integer], "ContinuousParameterRanges": [real]
                },
            },
            TrainingJobDefinition={
                **{member: job[member] for member in members}, "StaticHyperParameters": static
            },
        )  # fmt: skip
        return until(
            lambda: tuner.describe_hyper_parameter_tuning_job(**NAME),
            lambda found: found["HyperParameterTuningJobStatus"] == "Completed",
        )

    return run


@pytest.mark.usefixtures("data")
def test_the_objective_is_added_to_the_metrics_and_found(tuned: Any, tuner: Any) -> None:
    """§3.3, §9.3: no metric is asked for, and the objective of each training job is known."""
    objective = "validation:auc"
    found = tuned(objective)

    assert found["ObjectiveStatusCounters"] == {"Succeeded": 3, "Pending": 0, "Failed": 0}
    best = found["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert best["MetricName"] == objective
    definition = found["TrainingJobDefinition"]
    assert definition["StaticHyperParameters"]["_tuning_objective_metric"] == objective
    shown = definition["AlgorithmSpecification"]["MetricDefinitions"]
    assert len(shown) == 19
    assert shown[-1]["Name"] == "ObjectiveMetric"
    child = tuner.describe_training_job(TrainingJobName=found["BestTrainingJob"]["TrainingJobName"])
    assert child["AlgorithmSpecification"]["MetricDefinitions"] == shown
    values = {each["MetricName"]: each["Value"] for each in child["FinalMetricDataList"]}
    assert values["ObjectiveMetric"] == values[objective] == pytest.approx(best["Value"])

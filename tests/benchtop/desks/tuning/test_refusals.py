"""What is no tuning job, and that asking for one leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.benchtop.desks.tuning.tuning_bench import CONFIG, TuningBench, asked

Start = Callable[..., TuningBench]
DEFINITION = "TrainingJobDefinition"
STOPPING = f"{DEFINITION}__StoppingCondition"
LIMITS = f"{CONFIG}__ResourceLimits"
RANGE = {"Name": "x", "MinValue": "1", "MaxValue": "3"}
TUNED = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
GRID = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["1", "2"]}]}


def band(least: int, most: int) -> dict[str, Any]:
    return {"HyperbandStrategyConfig": {"MinResource": least, "MaxResource": most}}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({DEFINITION: None}, "ValidationException", "exactly one of TrainingJobDefinition"),
    ({"TrainingJobDefinitions": [asked()[DEFINITION]]}, "ValidationException",
     "exactly one of TrainingJobDefinition"),
    ({f"{CONFIG}__ParameterRanges__AutoParameters": [{"Name": "a", "ValueHint": "1"}]},
     "ValidationException", "only supported with Autotune"),
    ({f"{DEFINITION}__AlgorithmSpecification__AlgorithmName": "mine"},
     "ValidationException", "AlgorithmName"),
    ({f"{CONFIG}__HyperParameterTuningJobObjective": None}, "ValidationException",
     "HyperParameterTuningJobObjective is required"),
    ({f"{CONFIG}__HyperParameterTuningJobObjective__MetricName": "auc"}, "ValidationException",
     "A metric is required for this hyperparameter tuning job objective."),
    ({f"{CONFIG}__ParameterRanges": {"IntegerParameterRanges": [RANGE]}},
     "ValidationException", r"provided ranges \[3.0\]"),
    ({f"{CONFIG}__ParameterRanges": None}, "ValidationException", "names no hyperparameter"),
    ({f"{DEFINITION}__StaticHyperParameters": {"x": "1"}}, "ValidationException", "both static"),
    ({f"{LIMITS}__MaxNumberOfTrainingJobs": None}, "ValidationException",
     "MaxNumberOfTrainingJobs is required"),
    ({f"{LIMITS}__MaxParallelTrainingJobs": 11}, "ResourceLimitExceeded", "is 10 Jobs"),
    ({f"{LIMITS}__MaxNumberOfTrainingJobs": 10_001}, "ResourceLimitExceeded", "is 10000 Jobs"),
    ({f"{STOPPING}__MaxWaitTimeInSeconds": 9}, "ValidationException",
     "Invalid MaxWaitTimeInSeconds. It is only supported when"),
    ({f"{DEFINITION}__EnableManagedSpotTraining": True}, "ValidationException",
     "MaxWaitTimeInSeconds is required"),
    ({f"{DEFINITION}__EnableManagedSpotTraining": True, f"{STOPPING}__MaxWaitTimeInSeconds": 59},
     "ValidationException", "at least MaxRuntimeInSeconds"),
    ({f"{DEFINITION}__ResourceConfig": None}, "ValidationException", "exactly one of Resource"),
    ({f"{DEFINITION}__HyperParameterTuningResourceConfig": TUNED}, "ValidationException",
     "exactly one of Resource"),
    ({f"{DEFINITION}__Environment": {f"A{i}": "" for i in range(49)}}, "ValidationException",
     "(?i)environment"),
    ({f"{CONFIG}__Strategy": "Grid"}, "ValidationException", "only categorical"),
    ({f"{CONFIG}__Strategy": "Grid", f"{CONFIG}__ParameterRanges": GRID}, "ValidationException",
     r"must be the number of combinations of the grid, \[2\]"),
    ({f"{CONFIG}__Strategy": "Hyperband", f"{CONFIG}__TrainingJobEarlyStoppingType": "Auto"},
     "ValidationException", "must be Off with strategy Hyperband"),
    ({f"{CONFIG}__Strategy": "Hyperband", f"{DEFINITION}__StaticHyperParameters": {}},
     "ValidationException", "MaxResource parameter is not provided and could not be inferred"),
    ({f"{CONFIG}__Strategy": "Hyperband", f"{CONFIG}__StrategyConfig": band(1, 20_001)},
     "ValidationException", "greater than 20000"),
    ({f"{CONFIG}__Strategy": "Hyperband", f"{CONFIG}__StrategyConfig": band(3, 2)},
     "ValidationException", "greater than MaxResource"),
    ({f"{CONFIG}__StrategyConfig": band(1, 2)}, "ValidationException", "only supported with"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "message"), WRONG)
def test_what_is_wrong_is_refused(
    tuning: Start, changes: dict[str, Any], code: str, message: str
) -> None:
    """A request that contradicts itself is refused by name, and nothing is kept of it."""
    bench = tuning()

    with pytest.raises(ClientError, match=message) as refusal:
        bench.client.create_hyper_parameter_tuning_job(**asked(**changes))

    assert refusal.value.response["Error"]["Code"] == code
    assert bench.records.count("hyper-parameter-tuning-job") == 0
    assert bench.training.asked == []


def test_a_name_is_taken_in_any_case(tuning: Start) -> None:
    """A second job of the same name is refused in AWS's words."""
    bench = tuning()
    bench.run(asked())

    with pytest.raises(bench.client.exceptions.ResourceInUse, match="with the name, JOB, already"):
        bench.client.create_hyper_parameter_tuning_job(**asked(HyperParameterTuningJobName="JOB"))


@pytest.mark.parametrize("verb", ["describe", "stop", "delete"])
def test_an_unknown_job_cannot_be_found(tuning: Start, verb: str) -> None:
    """Every operation on a job that is not there says so in AWS's words."""
    client = tuning().client

    with pytest.raises(client.exceptions.ResourceNotFound, match="can't find a tuning job called"):
        getattr(client, f"{verb}_hyper_parameter_tuning_job")(HyperParameterTuningJobName="none")

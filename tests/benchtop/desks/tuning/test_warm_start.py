"""What a tuning job takes from those before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.benchtop.desks.tuning.tuning_bench import CONFIG, TuningBench, asked

Start = Callable[..., TuningBench]
STATIC = "TrainingJobDefinition__StaticHyperParameters"


def child(kind: str, *parents: str, **changes: Any) -> dict[str, Any]:
    """A Bayesian job of one training job, with parents."""
    warm = {
        "WarmStartType": kind,
        "ParentHyperParameterTuningJobs": [
            {"HyperParameterTuningJobName": name} for name in parents or ("job",)
        ],
    }
    one = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
    settings = {f"{CONFIG}__Strategy": "Bayesian", f"{CONFIG}__ResourceLimits": one}
    return asked(HyperParameterTuningJobName="child", WarmStartConfig=warm, **settings | changes)


def test_transfer_begins_with_the_parents_best(tuning: Start) -> None:
    """With other data, the best configurations before are the first to be tried."""
    bench = tuning()
    best = bench.run(asked())["BestTrainingJob"]["TunedHyperParameters"]

    job = bench.run(child("TransferLearning"))

    assert bench.trials("child")[0]["TunedHyperParameters"] == best
    assert "OverallBestTrainingJob" not in job
    assert job["WarmStartConfig"]["WarmStartType"] == "TransferLearning"


def test_identical_data_make_one_search_of_two(tuning: Start) -> None:
    """With the same data the model starts from all results before, and the best of all is told."""
    bench = tuning()
    limits = {"MaxNumberOfTrainingJobs": 15, "MaxParallelTrainingJobs": 1}
    parent = bench.run(asked(**{f"{CONFIG}__ResourceLimits": limits}))

    job = bench.run(child("IdenticalDataAndAlgorithm"))

    overall = job["OverallBestTrainingJob"]
    own = job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    before = parent["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    assert overall["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == min(own, before)
    assert (overall.get("TuningJobName") == "job") == (before <= own)
    assert own < 0.5


def test_a_deleted_parent_is_still_inherited_from(tuning: Start) -> None:
    """What was taken over at the start does not depend on what becomes of the parent."""
    bench = tuning()
    bench.run(asked())
    bench.training.held = True
    bench.client.create_hyper_parameter_tuning_job(**child("IdenticalDataAndAlgorithm"))

    bench.client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")

    heritage = bench.records.get("tuning-heritage", "child").body["observations"]
    assert len(heritage) == 4


WRONG: list[tuple[dict[str, Any], str]] = [
    (child("TransferLearning", "none"), "can't find a tuning job called none"),
    (child("TransferLearning", "job", "JOB"), "each named once"),
    (child("TransferLearning", **{f"{CONFIG}__Strategy": "Hyperband"}), "only supported with"),
    (child("TransferLearning", **{f"{CONFIG}__HyperParameterTuningJobObjective__Type": "Maximize"}),
     "The objective must be that of the parent tuning job job: Minimize loss"),
    (child("TransferLearning", **{STATIC: {"epochs": "3", "more": "1"}}),
     "The set of tunable plus static HyperParameter names is not the same"),
    (child("TransferLearning", TrainingJobDefinition__Environment={"A": "1"}),
     "Only the following fields in TrainingJobDefinition are allowed to change"),
    (child("TransferLearning", **{f"{CONFIG}__ParameterRanges": {
        "CategoricalParameterRanges": [{"Name": "x", "Values": ["0", "1"]}]}}),
     r"type of hyperparameter \[x\]"),
]  # fmt: skip


@pytest.mark.parametrize(("request_", "message"), WRONG)
def test_an_unfit_parent_is_refused(tuning: Start, request_: dict[str, Any], message: str) -> None:
    """A job that does not fit its parents is refused by AWS's rules, and leaves no trace."""
    bench = tuning()
    bench.run(asked())

    with pytest.raises(ClientError, match=message):
        bench.client.create_hyper_parameter_tuning_job(**request_)

    assert bench.records.count("hyper-parameter-tuning-job") == 1
    assert bench.records.count("tuning-heritage") == 0


def test_a_running_job_is_no_parent(tuning: Start) -> None:
    """Only what is over can be inherited from."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(**asked())

    with pytest.raises(ClientError, match="is in status InProgress"):
        bench.client.create_hyper_parameter_tuning_job(**child("TransferLearning"))

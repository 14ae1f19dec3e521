"""What tuning jobs promise to those who start and watch them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.desks.sagemaker.tuning.tally import single
from benchtop.door.refusals import ValidationException
from tests.benchtop.desks.tuning.tuning_bench import CONFIG, TuningBench, asked

Start = Callable[..., TuningBench]
LIMITS = f"{CONFIG}__ResourceLimits"
DEFINITION = "TrainingJobDefinition"


@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
def test_a_job_runs_to_its_count_and_names_the_best(tuning: Start, strategy: str) -> None:
    """Every training job is counted, and the best is the one with the least objective."""
    bench = tuning()

    job = bench.run(asked(**{f"{CONFIG}__Strategy": strategy}))

    values = [float(each["TunedHyperParameters"]["x"]) for each in bench.trials()]
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"] == {
        "Completed": 4, "InProgress": 0, "RetryableError": 0, "NonRetryableError": 0, "Stopped": 0,
    }  # fmt: skip
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 4, "Pending": 0, "Failed": 0}
    best = job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert best == {"MetricName": "loss", "Value": single(min(values))}
    assert job["HyperParameterTuningEndTime"] == job["LastModifiedTime"]


def test_the_best_follows_the_direction(tuning: Start) -> None:
    """What is maximised has the greatest objective as its best."""
    bench = tuning()

    job = bench.run(asked(**{f"{CONFIG}__HyperParameterTuningJobObjective__Type": "Maximize"}))

    values = [float(each["TunedHyperParameters"]["x"]) for each in bench.trials()]
    best = job["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]
    assert best["Value"] == single(max(values))


def test_training_jobs_are_asked_for_in_full(tuning: Start) -> None:
    """A training job gets what is static, what is tuned, the objective's name, tags and limits."""
    bench = tuning()
    bench.run(
        asked(
            Tags=[{"Key": "team", "Value": "x"}],
            TrainingJobDefinition__Environment={"A": "1"},
        )
    )

    first = bench.training.asked[0]

    assert first["TrainingJobName"].startswith("job-001-")
    assert set(first["HyperParameters"]) == {"epochs", "x", "_tuning_objective_metric"}
    assert first["HyperParameters"]["_tuning_objective_metric"] == "loss"
    assert first["Environment"] == {"A": "1"}
    assert first["Tags"] == [{"Key": "team", "Value": "x"}]
    assert "KmsKeyId" not in first["OutputDataConfig"]


def test_describe_gives_back_what_was_asked_and_what_the_service_adds(tuning: Start) -> None:
    """SDKs find the members that they read without asking whether they are there."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(
        **asked(
            TrainingJobDefinition__StaticHyperParameters={"sagemaker_program": '"train.py"'},
            TrainingJobDefinition__ResourceConfig=None,
            TrainingJobDefinition__HyperParameterTuningResourceConfig={
                "InstanceConfigs": [
                    {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 9}
                ]
            },
        )
    )

    job = bench.describe()

    definition, config = job[DEFINITION], job[CONFIG]
    assert definition["StaticHyperParameters"]["_tuning_objective_metric"] == '"loss"'
    assert definition["ResourceConfig"]["VolumeSizeInGB"] == 9
    assert definition["OutputDataConfig"]["KmsKeyId"] == ""
    assert definition["EnableNetworkIsolation"] is False
    assert config["TrainingJobEarlyStoppingType"] == "Off"
    assert config["ParameterRanges"]["CategoricalParameterRanges"] == []
    assert "ScalingType" not in config["ParameterRanges"]["ContinuousParameterRanges"][0]
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 0
    assert "BestTrainingJob" not in job
    assert "HyperParameterTuningEndTime" not in job


def test_a_built_in_algorithm_brings_its_metrics(tuning: Start) -> None:
    """XGBoost needs no metric definitions; its objective is found by its known names."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(
        **asked(
            TrainingJobDefinition__AlgorithmSpecification={
                "TrainingImage": "0.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
                "TrainingInputMode": "File",
            },
            **{f"{CONFIG}__HyperParameterTuningJobObjective__MetricName": "validation:auc"},
        )
    )

    metrics = bench.describe()[DEFINITION]["AlgorithmSpecification"]["MetricDefinitions"]

    regexes = {each["Name"]: each["Regex"] for each in metrics}
    assert len(metrics) == 19
    assert regexes["ObjectiveMetric"] == regexes["validation:auc"]


def test_parallel_jobs_are_limited(tuning: Start) -> None:
    """No more training jobs run than may run, and an end makes room for one."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(**asked())
    first, second = bench.started(2)

    bench.training.finish(first)
    bench.until(lambda: bench.records.count("training-job") == 3)

    assert bench.training.asked[2]["TrainingJobName"] in bench.started(2)
    assert second in bench.running()


def test_failed_jobs_are_counted_and_survived(tuning: Start) -> None:
    """A job with failures and one success completes."""
    bench = tuning(lambda given: None if float(given["x"]) < 0.5 else 1.0)

    job = bench.run(asked(**{f"{LIMITS}__MaxNumberOfTrainingJobs": 12}))

    counters = job["TrainingJobStatusCounters"]
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert counters["Completed"] > 0
    assert counters["NonRetryableError"] == 12 - counters["Completed"]
    assert job["ObjectiveStatusCounters"]["Failed"] == counters["NonRetryableError"]


def test_five_failures_without_success_fail_the_job(tuning: Start) -> None:
    """The fifth failure stops the launching, and the reason is AWS's sentence."""
    bench = tuning(lambda _: None)

    job = bench.run(asked(**{LIMITS: {"MaxNumberOfTrainingJobs": 20,
                                      "MaxParallelTrainingJobs": 1}}))  # fmt: skip

    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("No training job succeeded after 5 attempts.")
    assert job["TrainingJobStatusCounters"]["NonRetryableError"] == 5


def test_jobs_without_objective_have_no_best(tuning: Start) -> None:
    """What completed without printing its objective is completed, and cannot be the best."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(
        **asked(**{LIMITS: {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2}})
    )
    for name in bench.started(2):
        bench.training._end(name, "Completed")

    job = bench.end()

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 0, "Pending": 0, "Failed": 2}
    assert "BestTrainingJob" not in job


def test_the_service_s_own_faults_are_counted_apart(tuning: Start) -> None:
    """InternalServerError is retryable, everything else is not."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(
        **asked(**{LIMITS: {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2}})
    )
    first, second = bench.started(2)
    bench.training._end(first, "Failed", FailureReason="InternalServerError: We encountered …")
    bench.training.finish(second, 1.0)

    assert bench.end()["TrainingJobStatusCounters"]["RetryableError"] == 1


def test_a_deleted_training_job_holds_nothing_up(tuning: Start) -> None:
    """A training job whose record is gone counts as stopped without an objective."""
    bench = tuning(held=True)
    one = {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2}
    bench.client.create_hyper_parameter_tuning_job(**asked(**{LIMITS: one}))
    first, second = bench.started(2)

    bench.records.remove("training-job", first)
    bench.training.finish(second, 1.0)
    job = bench.end()

    assert job["TrainingJobStatusCounters"]["Stopped"] == 1
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 1, "Pending": 0, "Failed": 1}


def test_a_stopped_job_stops_what_runs(tuning: Start) -> None:
    """Stopping is seen at once; then the training jobs stop, and then the job."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(**asked())
    bench.started(2)

    bench.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")
    seen = bench.status()
    job = bench.end()

    assert seen in ("Stopping", "Stopped")
    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    with pytest.raises(ClientError, match="already"):
        bench.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")


def test_a_deleted_job_frees_its_name(tuning: Start) -> None:
    """Only what is over can be deleted; a later job of the same name starts from nothing."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(**asked())
    with pytest.raises(ClientError, match="not in a terminal state"):
        bench.client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")
    bench.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")
    bench.end()

    bench.client.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")
    with pytest.raises(ClientError, match="can't find a tuning job called job"):
        bench.describe()
    bench.training.held = False
    bench.run(asked())

    assert len(bench.trials()) == 4


def test_a_refused_training_job_fails_the_tuning_job(tuning: Start) -> None:
    """What the training desk does not accept is told in the reason."""
    bench = tuning(held=True)
    bench.training.refusal = ValidationException("No S3 objects found.")

    job = bench.run(asked())

    assert job["HyperParameterTuningJobStatus"] == "Failed"
    assert job["FailureReason"].endswith("No S3 objects found.")


def test_trials_are_listed_by_objective(tuning: Start) -> None:
    """By objective the numbers rise or fall, and jobs without one are left out."""
    bench = tuning(lambda given: None if float(given["x"]) < 0.4 else float(given["x"]))
    bench.run(asked(**{f"{LIMITS}__MaxNumberOfTrainingJobs": 8}))

    found = bench.trials(
        SortBy="FinalObjectiveMetricValue", SortOrder="Descending", PaginationConfig={"PageSize": 1}
    )

    values = [each["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for each in found]
    assert values == sorted(values, reverse=True)
    assert len(values) == bench.describe()["ObjectiveStatusCounters"]["Succeeded"] < 8
    assert {each["ObjectiveStatus"] for each in bench.trials()} == {"Succeeded", "Failed"}


def test_jobs_are_listed(tuning: Start) -> None:
    """A list tells status, strategy, limits and counters of each job, by name."""
    bench = tuning()
    for name in ("b", "a"):
        bench.run(asked(HyperParameterTuningJobName=name))

    listed: list[Any] = bench.client.list_hyper_parameter_tuning_jobs()[
        "HyperParameterTuningJobSummaries"
    ]

    assert [each["HyperParameterTuningJobName"] for each in listed] == ["a", "b"]
    assert listed[0]["Strategy"] == "Random"
    assert listed[0]["ResourceLimits"]["MaxParallelTrainingJobs"] == 2
    assert listed[0]["TrainingJobStatusCounters"]["Completed"] == 4


def test_a_job_whose_training_jobs_would_be_refused_is_refused(tuning: Start) -> None:
    """Where the training desk can be asked beforehand, its refusal is the tuning job's."""
    bench = tuning()

    bench.training.refusal_beforehand = ValidationException("No S3 objects found.")

    with pytest.raises(ClientError, match="No S3 objects found"):
        bench.client.create_hyper_parameter_tuning_job(**asked())
    assert bench.records.count("hyper-parameter-tuning-job") == 0

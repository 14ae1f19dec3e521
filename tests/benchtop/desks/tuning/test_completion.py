"""What ends a tuning job before its count, and what ends a training job before its own end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.benchtop.desks.tuning.tuning_bench import CONFIG, TuningBench, asked

Start = Callable[..., TuningBench]


def limited(parallel: int = 1, **criteria: Any) -> dict[str, Any]:
    limits = {"MaxNumberOfTrainingJobs": 100, "MaxParallelTrainingJobs": parallel}
    return asked(**{
        f"{CONFIG}__ResourceLimits": limits,
        f"{CONFIG}__TuningJobCompletionCriteria": criteria,
    })  # fmt: skip


def test_a_target_ends_the_job(tuning: Start) -> None:
    """Once a job reaches the target, what runs is stopped and the tuning job is complete."""
    bench = tuning(held=True)
    bench.client.create_hyper_parameter_tuning_job(
        **limited(parallel=2, TargetObjectiveMetricValue=0.25)
    )
    first, _ = bench.started(2)

    bench.training.finish(first, 0.25)
    job = bench.end()

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Completed"] == 1
    assert job["TrainingJobStatusCounters"]["Stopped"] == 1


def test_stagnation_ends_the_job(tuning: Start) -> None:
    """So many jobs in a row without an improvement of 1% end the job."""
    bench = tuning(lambda _: 1.0)

    job = bench.run(limited(BestObjectiveNotImproving={"MaxNumberOfTrainingJobsNotImproving": 3}))

    details = job["TuningJobCompletionDetails"]
    assert details == {"NumberOfTrainingJobsObjectiveNotImproving": 3}
    assert job["TrainingJobStatusCounters"]["Completed"] == 4


def test_convergence_ends_the_job(tuning: Start) -> None:
    """A search that brings nothing more is converged, and says when."""
    bench = tuning(lambda _: 1.0)

    job = bench.run(limited(ConvergenceDetected={"CompleteOnConvergence": "Enabled"}))

    assert job["TuningJobCompletionDetails"]["ConvergenceDetectedTime"]
    assert job["TrainingJobStatusCounters"]["Completed"] == 11


def test_time_ends_the_job(tuning: Start) -> None:
    """When its time is up, what runs is stopped and the tuning job is complete."""
    late = [0.0]
    bench = tuning(held=True, clock=lambda: time.time() + late[0])
    request = asked(**{
        f"{CONFIG}__ResourceLimits": {"MaxParallelTrainingJobs": 2, "MaxRuntimeInSeconds": 120}
    })  # fmt: skip
    bench.client.create_hyper_parameter_tuning_job(**request)
    bench.started(2)

    late[0] = 121
    bench.foreman.wake(bench.describe()["HyperParameterTuningJobArn"])
    job = bench.end()

    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    assert job["ConsumedResources"]["RuntimeInSeconds"] >= 121


def test_a_hopeless_training_job_is_stopped_early(tuning: Start) -> None:
    """A job that is worse than the median of five that completed is stopped, and still counts."""
    bench = tuning(held=True)
    request = asked(**{
        f"{CONFIG}__ResourceLimits": {"MaxNumberOfTrainingJobs": 6, "MaxParallelTrainingJobs": 1},
        f"{CONFIG}__TrainingJobEarlyStoppingType": "Auto",
    })  # fmt: skip
    bench.client.create_hyper_parameter_tuning_job(**request)
    for _ in range(5):
        (name,) = bench.started(1)
        bench.training.emit(name, 3.0, 2.0, 1.0)
        bench.training.finish(name, 1.0)

    (last,) = bench.started(1)
    bench.training.emit(last, 9.0, 8.0)
    job = bench.end()

    assert job["TrainingJobStatusCounters"]["Stopped"] == 1
    assert job["ObjectiveStatusCounters"]["Succeeded"] == 6


def test_a_grid_is_tried_to_its_last_point(tuning: Start) -> None:
    """The number of jobs is the number of combinations, and Describe says so."""
    bench = tuning(lambda given: float(given["x"]))
    ranges = {"CategoricalParameterRanges": [{"Name": "x", "Values": ["3", "1", "2"]}]}

    job = bench.run(
        asked(**{
            f"{CONFIG}__Strategy": "Grid",
            f"{CONFIG}__ParameterRanges": ranges,
            f"{CONFIG}__ResourceLimits": {"MaxParallelTrainingJobs": 1},
        })
    )  # fmt: skip

    assert [each["TunedHyperParameters"]["x"] for each in bench.trials()] == ["3", "1", "2"]
    assert job[CONFIG]["ResourceLimits"]["MaxNumberOfTrainingJobs"] == 3
    assert job["BestTrainingJob"]["TunedHyperParameters"] == {"x": "1"}


def test_hyperband_stops_what_falls_behind(tuning: Start) -> None:
    """A job that is not among the best third at a rung is stopped, and one at the last epoch."""
    bench = tuning(held=True)
    limits = {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 3}
    bench.client.create_hyper_parameter_tuning_job(
        **asked(**{f"{CONFIG}__Strategy": "Hyperband", f"{CONFIG}__ResourceLimits": limits})
    )
    first, second, third = bench.started(3)

    for name, loss in ((first, 1.0), (second, 1.0), (third, 3.0)):
        bench.training.emit(name, loss)
    bench.until(lambda: len(bench.running()) == 2)
    bench.training.emit(first, 0.5, 0.5, 0.25)
    bench.training.finish(second, 2.0)
    job = bench.end()

    best = job["BestTrainingJob"]
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    assert best["TrainingJobName"] == first
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 0.25

"""A tuning job goes on where a crash ended it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.benchtop.desks.tuning.tuning_bench import CONFIG, TuningBench, asked

Start = Callable[..., TuningBench]
LIMITS = {"MaxNumberOfTrainingJobs": 12, "MaxParallelTrainingJobs": 1}


def request(strategy: str) -> dict[str, Any]:
    return asked(**{f"{CONFIG}__Strategy": strategy, f"{CONFIG}__ResourceLimits": LIMITS})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the kill
@pytest.mark.parametrize("strategy", ["Random", "Bayesian"])
@pytest.mark.parametrize("cut", [1, 6, 12])
def test_no_trial_is_lost_or_repeated(tuning: Start, strategy: str, cut: int) -> None:
    """Killed between a training job's start and its count, it ends as it would have ended."""
    whole = tuning()
    whole.run({**request(strategy), "HyperParameterTuningJobName": "whole"})
    expected = [each["TunedHyperParameters"] for each in whole.trials("whole")]
    whole.kill()
    first = tuning()
    first.training.dies_at = cut
    first.client.create_hyper_parameter_tuning_job(**request(strategy))
    first.foreman._thread.join(10)
    first.kill()

    second = tuning()
    second.training.finish(first.training.asked[-1]["TrainingJobName"])
    job = second.end()

    assert job["TrainingJobStatusCounters"]["Completed"] == 12
    assert [each["TunedHyperParameters"] for each in second.trials()] == expected
    assert len(first.training.asked) + len(second.training.asked) == 12


def test_a_job_that_was_stopping_stops_after_a_restart(tuning: Start) -> None:
    """A stop that was acknowledged is carried out, whatever happens in between."""
    first = tuning(held=True)
    first.client.create_hyper_parameter_tuning_job(**asked())
    first.started(2)
    first.kill()
    first.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")

    job = tuning(held=True).end()

    assert job["HyperParameterTuningJobStatus"] == "Stopped"
    assert job["TrainingJobStatusCounters"]["Stopped"] == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the kill
def test_a_training_job_that_nobody_counted_is_stopped_too(tuning: Start) -> None:
    """Killed right after a training job's start, and stopped then, nothing goes on running."""
    first = tuning(held=True)
    first.training.dies_at = 2
    first.client.create_hyper_parameter_tuning_job(**asked())
    first.foreman._thread.join(10)
    first.kill()
    first.client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="job")

    job = tuning(held=True).end()

    assert job["TrainingJobStatusCounters"]["Stopped"] == 2
    assert first.records.count("training-job", status="InProgress") == 0


def test_the_engine_and_the_seed_are_recorded(tuning: Start) -> None:
    """What searched, and from which seed, is kept with the job, though AWS does not show it."""
    bench = tuning()
    shown = bench.run(asked(**{f"{CONFIG}__RandomSeed": None, f"{CONFIG}__Strategy": "Bayesian"}))

    body = bench.records.get("hyper-parameter-tuning-job", "job").body

    assert body["_engine"].startswith("optuna 5")
    assert isinstance(body["_seed"], int)
    assert "RandomSeed" not in shown[CONFIG]


def test_many_jobs_cost_no_more_each(tuning: Start) -> None:
    """The last of a thousand random jobs is started as fast as the first."""
    bench = tuning()
    limits = {"MaxNumberOfTrainingJobs": 1000, "MaxParallelTrainingJobs": 10}
    began = time.perf_counter()

    job = bench.run(asked(**{f"{CONFIG}__ResourceLimits": limits}))

    assert job["TrainingJobStatusCounters"]["Completed"] == 1000
    assert time.perf_counter() - began < 20

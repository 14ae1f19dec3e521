"""What tuning jobs promise to those who start and watch them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.benchtop.desks.tuning.tuning_bench import CONFIG, TuningBench, asked

Start = Callable[..., TuningBench]


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
    assert best == {"MetricName": "loss", "Value": min(values)}
    assert job["HyperParameterTuningEndTime"] == job["LastModifiedTime"]

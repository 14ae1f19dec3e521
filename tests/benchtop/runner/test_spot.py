# fixtures are many, and come by name:
# ruff: noqa: PLR0917

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.jobs.luck import Luck
from benchtop.runner.jobs.runner import Runner
from benchtop.store.logs import Logs
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

RESUMES = """
import os, time
path = "/opt/ml/checkpoints/epoch"
epoch = int(open(path).read()) if os.path.exists(path) else 0
print(f"from={epoch}", flush=True)
if epoch == 0:
    open(path, "w").write("1")
    time.sleep(60)
open("/opt/ml/model/m", "w").write("1")
"""
SLEEPS = "import time\nprint('up', flush=True)\ntime.sleep(60)"
SPOT = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
}
KEPT = {**SPOT, "CheckpointConfig": {"S3Uri": "s3://bucket/kept"}}
INTERNAL = "InternalServerError: We encountered an internal error. Please try again."


class Fate(Luck):
    """Luck that a test knows: the first starts lose their instance, or meet a fault."""

    lost: int = 1
    broken: int = 0
    after: float = 0.4

    def interrupted_after(self, seed: str, start: int) -> float | None:  # noqa: ARG002
        return self.after if start < self.lost else None

    def breaks(self, seed: str, start: int) -> bool:  # noqa: ARG002
        return start < self.broken


def fate(**members: Any) -> Luck:
    made = Fate(pause=(0.1, 0.1))
    for name, value in members.items():
        object.__setattr__(made, name, value)
    return made


def phases(job: Any) -> list[str]:
    return [each["Status"] for each in job["SecondaryStatusTransitions"]]


def limits(runtime: int, wait: int) -> Any:
    times = {"MaxRuntimeInSeconds": runtime, "MaxWaitTimeInSeconds": wait}
    return {**SPOT, "StoppingCondition": times}


@pytest.fixture
def runner(hire: Any) -> Runner:
    """A runner whose spot jobs are interrupted once."""
    runner: Runner = hire(luck=fate())
    return runner


def test_an_interrupted_spot_job_resumes_from_its_checkpoint(
    ran: Any, script: Any, said: Any, logs: Logs, read: Any
) -> None:
    """§6.3: Interrupted, Starting, Downloading, Training again, with the checkpoint restored."""
    job = ran(script(RESUMES, **KEPT))

    assert said() == ["from=0", "from=1"]
    assert phases(job) == [
        "Starting", "Downloading", "Training", "Interrupted",
        "Starting", "Downloading", "Training", "Uploading", "Completed",
    ]  # fmt: skip
    assert len(logs.streams("/aws/sagemaker/TrainingJobs", "job/")) == 2
    assert read("kept/epoch") == b"1"


def test_metrics_of_all_starts_count(ran: Any, script: Any, training: TrainingDesk) -> None:
    """§6.5: FinalMetricDataList has the last value of each metric, whichever start printed it."""
    metrics = [{"Name": name, "Regex": f"{name}=(.*)"} for name in ("loss", "from")]
    text = RESUMES.replace("    time.sleep", "    print('loss=1', flush=True)\n    time.sleep")

    job = ran(script(text, metrics=metrics, **KEPT))

    finals = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
    assert finals == {"loss": 1, "from": 1}
    emitted = [(each.name, each.value) for each in training.emissions("job")]
    assert emitted == [("from", 0), ("loss", 1), ("from", 1)]


def test_waiting_for_an_instance_is_not_billed(ran: Any, script: Any, runner: Runner) -> None:
    """§6.4: BillableTimeInSeconds leaves out the time in which a spot job had no instance."""
    runner.luck = fate(pause=(1.0, 1.0))
    job = ran(script(RESUMES, **KEPT))

    whole = job["TrainingEndTime"] - job["TrainingStartTime"]
    assert job["TrainingTimeInSeconds"] >= whole.total_seconds()
    assert job["BillableTimeInSeconds"] < job["TrainingTimeInSeconds"]


def test_an_on_demand_job_keeps_its_instance(ran: Any, script: Any) -> None:
    """§6.4: without managed spot training nothing interrupts, and all time is billed."""
    job = ran(script("import time; time.sleep(0.8)"))

    assert "Interrupted" not in phases(job)
    assert job["BillableTimeInSeconds"] == job["TrainingTimeInSeconds"]


def test_a_spot_job_that_waits_too_long_is_stopped(ran: Any, script: Any) -> None:
    """§6.3: MaxWaitTimeInSeconds covers waiting and running; Stopping, then MaxWaitTimeExceeded."""
    job = ran(script(SLEEPS, **limits(2, 2)))

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxWaitTimeExceeded")
    assert phases(job)[:3] == ["Starting", "Training", "Interrupted"]
    assert "Stopping" in phases(job)


def test_a_spot_job_may_never_get_an_instance(ran: Any, script: Any, runner: Runner) -> None:
    """§6.3: Starting, Stopping, MaxWaitTimeExceeded; a job that never began has no times."""
    runner.luck = Luck(capacity=1.0)

    job = ran(script(SLEEPS, **limits(1, 1)))

    assert phases(job) == ["Starting", "Stopping", "MaxWaitTimeExceeded"]
    assert "BillableTimeInSeconds" not in job


def test_runtime_is_for_all_starts_together(ran: Any, script: Any, runner: Runner) -> None:
    """§2.12: what earlier starts used of MaxRuntimeInSeconds is gone."""
    runner.luck = fate(lost=99, pause=(0.0, 0.0))

    job = ran(script(SLEEPS, **limits(1, 60)))

    assert job["SecondaryStatus"] == "MaxRuntimeExceeded"
    assert phases(job).count("Interrupted") == 2


def test_an_interrupted_job_goes_on_after_a_restart(
    sagemaker: Any, script: Any, runner: Runner, hire: Any, finished: Any, said: Any,
    records: Records, objects: Objects,
) -> None:  # fmt: skip
    """Benchtop may end while a job waits for an instance; its later start is still its second."""
    runner.luck = fate(pause=(30.0, 30.0))
    sagemaker.create_training_job(**script(RESUMES, **KEPT))
    finished(until=lambda job: job["SecondaryStatus"] == "Interrupted")

    runner.close()
    TrainingDesk(records, objects, Place(), hire(luck=fate())).resume()

    assert phases(finished()).count("Interrupted") == 1
    assert said() == ["from=0", "from=1"]


def test_an_instance_may_be_lost_while_benchtop_is_away(
    sagemaker: Any, script: Any, runner: Runner, hire: Any, finished: Any, said: Any,
    records: Records, objects: Objects, until: Any,
) -> None:  # fmt: skip
    """A job whose instance went while nobody watched is started again by the next benchtop."""
    runner.luck = fate(after=2.0)  # long after the runner has let go
    sagemaker.create_training_job(**script(RESUMES, **KEPT))
    finished(until=lambda job: job["SecondaryStatus"] == "Training")
    runner.close()
    until(runner.job("training-job", "job").ending, bool)

    TrainingDesk(records, objects, Place(), hire(luck=fate())).resume()

    assert phases(finished()).count("Interrupted") == 1
    assert said() == ["from=0", "from=1"]


def test_a_job_can_be_stopped_while_it_waits(
    sagemaker: Any, script: Any, runner: Runner, finished: Any
) -> None:
    """A job that waits for an instance obeys StopTrainingJob at once."""
    runner.luck = fate(pause=(30.0, 30.0))
    sagemaker.create_training_job(**script(SLEEPS, **SPOT))
    finished(until=lambda job: job["SecondaryStatus"] == "Interrupted")

    sagemaker.stop_training_job(TrainingJobName="job")

    assert phases(finished())[-3:] == ["Interrupted", "Stopping", "Stopped"]


@pytest.mark.parametrize(("attempts", "status"), [(2, "Completed"), (1, "Failed")])
def test_internal_errors_are_retried(
    ran: Any, script: Any, runner: Runner, attempts: int, status: str
) -> None:
    """§2.13: RetryStrategy starts a job again that met an InternalServerError, so many times."""
    runner.luck = fate(broken=2)

    job = ran(script("print(1)", RetryStrategy={"MaximumRetryAttempts": attempts}))

    assert job["TrainingJobStatus"] == status
    assert job.get("FailureReason") == (None if status == "Completed" else INTERNAL)
    assert job["RetryStrategy"] == {"MaximumRetryAttempts": attempts}


def test_what_the_script_does_wrong_is_not_retried(ran: Any, script: Any, said: Any) -> None:
    """§2.13: an AlgorithmError is not the service's fault."""
    request = script("print(1); raise SystemExit(1)", RetryStrategy={"MaximumRetryAttempts": 3})

    assert ran(request)["FailureReason"].startswith("AlgorithmError")
    assert said() == ["1"]


def test_no_capacity_fails_a_job(ran: Any, script: Any, runner: Runner) -> None:
    """§6.9: an on-demand job without an instance fails with CapacityError."""
    runner.luck = Luck(capacity=1.0)

    job = ran(script("print(1)"))

    assert job["FailureReason"].startswith("CapacityError: Unable to provision requested ML")
    assert phases(job) == ["Starting", "Failed"]


def test_luck_repeats_itself() -> None:
    """The same job has the same luck; another has its own; interruptions come at their rate."""
    luck = Luck(interruptions=2.0, internal=0.5)
    times = [luck.interrupted_after(f"job-{each}", 0) or 0.0 for each in range(2000)]

    assert times[:9] == [luck.interrupted_after(f"job-{each}", 0) for each in range(9)]
    assert luck.interrupted_after("job-0", 0) != luck.interrupted_after("job-0", 1)
    assert sum(times) / len(times) == pytest.approx(30.0, rel=0.1)
    assert sum(luck.breaks(str(each), 0) for each in range(2000)) == pytest.approx(1000, rel=0.1)
    assert Luck().interrupted_after("job", 0) is None


def test_names_that_a_pipeline_makes_up_keep_their_luck() -> None:
    """Of a generated name the step and the trial count, and which one of the run it is."""
    luck = Luck()

    names = ["pipelines-hmpy12uktzjw-Train-derYfETl0f", "pipelines-abcdefghijkl-Train-0123456789"]

    assert [luck.seed(each) for each in names] == ["Train 1", "Train 2"]
    assert luck.seed("hmpy12uktzjw-Tune-EQckdNcg6v-007") == "Tune-007 1"
    assert luck.seed("my-own-job") == luck.seed("my-own-job") == "my-own-job"


def test_a_spot_job_cannot_keep_its_instance_warm(sagemaker: Any, script: Any) -> None:
    """§6.7: managed spot training and warm pools exclude each other."""
    request = script("", **SPOT)
    request["ResourceConfig"]["KeepAlivePeriodInSeconds"] = 60

    with pytest.raises(ClientError, match="KeepAlivePeriodInSeconds is not supported when"):
        sagemaker.create_training_job(**request)

# fixtures are many, and come by name:
# ruff: noqa: PLR0917

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs.runner import Runner
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

ROOT = Path(__file__).parents[3]
BENCH = """
import json, os, signal, sys, threading
from collections.abc import Iterator
from pathlib import Path
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs.runner import Runner
from benchtop.store.logs import Logs
from benchtop.store.s3.objects import Objects
from benchtop.store.records import Records

home, die_at = Path(sys.argv[1]), sys.argv[2]
records, objects = Records(home / "benchtop.db"), Objects(home / "buckets")
def watch(record):
    if record.body["SecondaryStatus"] == die_at:
        os.kill(os.getpid(), signal.SIGKILL)
records.listen(watch)
runner = Runner(home / "jobs", objects, Logs(home / "logs"), Images({"*": "project"}),
                Isolation(name=sys.argv[3]), {"AWS_REGION": "us-east-1"}, grace=5.0)
TrainingDesk(records, objects, Place(), runner).create(json.load(sys.stdin))
threading.Event().wait()
"""
WAIT = """
import os, time
print("epoch=1", flush=True)
open("/opt/ml/output/up", "w").write("")
while not os.path.exists("/opt/ml/output/go"):
    time.sleep(0.01)
print("epoch=2")
open("/opt/ml/model/m", "w").write("1")
"""
METRICS = [{"Name": "epoch", "Regex": "epoch=(.*)"}]


def processes(folder: Path) -> Iterator[str]:
    """Processes whose command line names a folder."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder) in (said := path.read_text()):
                yield said


@pytest.fixture
def killed_bench(tmp_path: Path, isolation: Isolation) -> Any:
    """Starts a job in another benchtop, which is killed when the job reaches a phase."""
    started = []

    def start(request: Any, die_at: str) -> Any:
        command = [sys.executable, "-c", BENCH, str(tmp_path), die_at, isolation.name]
        bench = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT)
        bench.stdin.write(json.dumps(request).encode())
        bench.stdin.close()
        started.append(bench)
        return bench

    yield start
    for bench in started:
        bench.kill()
        bench.wait()


@pytest.mark.parametrize("phase", ["Downloading", "Training", "Uploading", "Completed"])
def test_a_job_survives_the_death_of_benchtop_in_any_phase(
    phase: str,
    killed_bench: Any,
    training: TrainingDesk,
    finished: Any,
    script: Any,
    put: Any,
    said: Any,
    read: Any,
) -> None:
    """
    Killed by SIGKILL as the job enters a phase, benchtop goes on with it when it is back.
    """
    put("data/a", "1")
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/data/"}}
    text = "print('epoch=1')\nopen('/opt/ml/model/m', 'w').write('1')"
    channels = [{"ChannelName": "train", "DataSource": source}]
    request = script(text, metrics=METRICS, InputDataConfig=channels)
    assert killed_bench(request, phase).wait(20) == -signal.SIGKILL

    training.resume()
    job = finished()

    assert job["TrainingJobStatus"] == "Completed"
    assert said() == ["epoch=1"]
    assert [each["Value"] for each in job["FinalMetricDataList"]] == [1]
    assert read("out/job/output/model.tar.gz")


def test_a_running_job_is_gone_on_with(
    killed_bench: Any,
    training: TrainingDesk,
    finished: Any,
    script: Any,
    until: Any,
    tmp_path: Path,
    said: Any,
) -> None:
    """
    A job that ran while benchtop was away is the same job, with all its metrics.
    """
    output = tmp_path / "jobs/training-job/job/opt/ml/output"
    bench = killed_bench(script(WAIT, metrics=METRICS), "never")
    until((output / "up").exists, bool)
    bench.kill()
    bench.wait()

    training.resume()
    finished(until=lambda job: "FinalMetricDataList" in job)
    (output / "go").touch()
    job = finished()

    assert job["TrainingJobStatus"] == "Completed"
    assert said() == ["epoch=1", "epoch=2"]
    assert [each.value for each in training.emissions("job")] == [1, 2]
    phases = [each["Status"] for each in job["SecondaryStatusTransitions"]]
    assert phases == ["Starting", "Training", "Uploading", "Completed"]


def test_a_running_job_can_be_stopped_after_a_restart(
    killed_bench: Any,
    training: TrainingDesk,
    sagemaker: Any,
    finished: Any,
    script: Any,
    until: Any,
    tmp_path: Path,
) -> None:
    """
    The supervisor of an earlier benchtop obeys the later one.
    """
    output = tmp_path / "jobs/training-job/job/opt/ml/output"
    bench = killed_bench(script(WAIT), "never")
    until((output / "up").exists, bool)
    bench.kill()
    bench.wait()

    training.resume()
    sagemaker.stop_training_job(TrainingJobName="job")

    assert finished()["TrainingJobStatus"] == "Stopped"


def test_a_job_that_died_with_the_machine_is_started_again(
    killed_bench: Any,
    training: TrainingDesk,
    finished: Any,
    script: Any,
    until: Any,
    tmp_path: Path,
    said: Any,
) -> None:
    """
    Where the supervisor is gone as well, the job is interrupted, and runs from the beginning.
    """
    folder = tmp_path / "jobs/training-job/job"
    bench = killed_bench(script(WAIT), "never")
    until((folder / "opt/ml/output/up").exists, bool)
    until(said, bool)
    bench.kill()
    bench.wait()
    os.kill(json.loads((folder / "started.json").read_text())["pid"], signal.SIGKILL)

    until(training.runner.job("training-job", "job").alive, lambda alive: not alive)
    until(lambda: list(processes(folder)), lambda left: not left)
    (folder / "opt/ml/output/up").unlink()
    training.resume()
    until((folder / "opt/ml/output/up").exists, bool)
    (folder / "opt/ml/output/go").touch()
    job = finished()

    assert job["TrainingJobStatus"] == "Completed"
    assert "Interrupted" in [each["Status"] for each in job["SecondaryStatusTransitions"]]
    assert said() == ["epoch=1", "epoch=1", "epoch=2"]


def test_benchtop_may_end_while_a_job_runs(
    sagemaker: Any,
    runner: Runner,
    hire: Any,
    records: Records,
    objects: Objects,
    script: Any,
    until: Any,
    tmp_path: Path,
    finished: Any,
) -> None:
    """
    To close a runner leaves its jobs running; the next one takes them over.
    """
    output = tmp_path / "jobs/training-job/job/opt/ml/output"
    sagemaker.create_training_job(**script(WAIT))
    until((output / "up").exists, bool)

    runner.close()
    (output / "go").touch()
    TrainingDesk(records, objects, Place(), hire()).resume()

    assert finished()["TrainingJobStatus"] == "Completed"


def test_a_supervisor_that_dies_alone_fails_its_job(
    sagemaker: Any, script: Any, until: Any, tmp_path: Path, finished: Any
) -> None:
    """
    What ends without a word while benchtop watches is an internal error.
    """
    folder = tmp_path / "jobs/training-job/job"
    sagemaker.create_training_job(**script(WAIT))
    until((folder / "opt/ml/output/up").exists, bool)
    os.kill(json.loads((folder / "started.json").read_text())["pid"], signal.SIGKILL)

    assert finished()["FailureReason"].startswith("InternalServerError: We encountered")

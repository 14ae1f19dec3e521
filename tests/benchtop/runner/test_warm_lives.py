"""Warm processes: when there are any, what they are not for, and what outlives them."""

# fixtures are many, and come by name:
# ruff: noqa: PLR0917

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.isolation import Isolation
from benchtop.runner.warm.pool import Pool

ROOT = Path(__file__).parents[3]
WAIT = """
import os, subprocess, time
subprocess.Popen(["sleep", "60"])
open("/opt/ml/output/up", "w").write("")
print("up", flush=True)
while not os.path.exists("/opt/ml/output/go"):
    time.sleep(0.01)
print("went on")
"""
BENCH = """
import json, sys, threading
from pathlib import Path
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs.runner import Runner
from benchtop.runner.warm.pool import Pool
from benchtop.store.logs import Logs
from benchtop.store.records import Records
from benchtop.store.s3.objects import Objects

home = Path(sys.argv[1])
runner = Runner(home / "jobs", Objects(home / "buckets"), Logs(home / "logs"),
                Images({"*": "project"}), Isolation(name="namespaces"),
                {"AWS_REGION": "us-east-1"}, grace=5.0, warm=Pool(eager=True))
desk = TrainingDesk(Records(home / "benchtop.db"), Objects(home / "buckets"), Place(), runner)
desk.create(json.load(sys.stdin))
threading.Event().wait()
"""


@pytest.fixture
def pool(training: TrainingDesk, hire: Any, isolation: Isolation) -> Any:
    """Warm processes for the desk's jobs, from the first on."""
    if isolation.name != "namespaces":
        pytest.skip("this machine has no namespaces, without which everything starts cold")
    training.runner = hire(warm=Pool(eager=True), memory_limit=400 * 2**20)
    return training.runner.warm


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the job."""
    return tmp_path / "jobs/training-job/job"


def forked(folder: Path) -> bool:
    """Whether a job has been forked from a warm process."""
    launch = json.loads((folder / "launch.json").read_text())
    return "warm" in launch and not (folder / "supervisor.log").read_text()


def processes(text: str) -> Iterator[int]:
    """Processes whose command line contains a text."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if text in path.read_text():
                yield int(path.parent.name)
        except OSError:
            continue


@pytest.mark.usefixtures("pool")
def test_a_forked_job_can_be_stopped(
    sagemaker: Any, script: Any, until: Any, finished: Any, folder: Path
) -> None:
    """
    SIGTERM reaches the script, and what it started ends with it.
    """
    text = f"import signal\nsignal.signal(15, lambda *_: print('saved') or exit(3)){WAIT}"
    sagemaker.create_training_job(**script(text))
    until((folder / "opt/ml/output/up").exists, bool)

    sagemaker.stop_training_job(TrainingJobName="job")

    assert finished()["TrainingJobStatus"] == "Stopped"
    assert json.loads((folder / "exit.json").read_text())["why"] == "stopped"
    assert forked(folder)


@pytest.mark.usefixtures("pool")
def test_a_forked_job_that_is_deaf_is_killed(ran: Any, script: Any, folder: Path) -> None:
    """
    The time limit ends it, with all that it started.
    """
    text = f"import signal\nsignal.signal(15, signal.SIG_IGN)\n{WAIT}"

    job = ran(script(text, StoppingCondition={"MaxRuntimeInSeconds": 1}))

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert forked(folder)


@pytest.mark.usefixtures("pool")
def test_a_forked_job_has_the_memory_limit(ran: Any, script: Any, folder: Path) -> None:
    """
    What it takes counts; what the warm process waits with does not count twice.
    """
    text = "import numpy, time\nkept = numpy.ones(60 * 2**20)\ntime.sleep(20)"

    job = ran(script(text))

    assert "memory" in job["FailureReason"].lower()
    assert forked(folder)


@pytest.mark.usefixtures("pool")
def test_numpy_rolls_other_dice_in_each_job(ran: Any, script: Any, said: Any) -> None:
    """
    Random numbers that are not seeded differ between two children of one process.
    """
    text = "import numpy, random\nprint(numpy.random.rand(), random.random())"
    for name in ("first", "second"):
        ran(script(text, name=name))

    assert not set(said("first")[0].split()) & set(said("second")[0].split())


def test_jobs_outlive_the_warm_process(
    pool: Any, sagemaker: Any, script: Any, until: Any, finished: Any, said: Any, folder: Path
) -> None:
    """
    A warm process that dies takes no job along; the next job gets a new one.
    """
    sagemaker.create_training_job(**script(WAIT))
    until((folder / "opt/ml/output/up").exists, bool)
    for warm in list(pool._warm.values()):
        warm.process.kill()
        warm.process.wait()
    (folder / "opt/ml/output/go").touch()

    assert finished()["TrainingJobStatus"] == "Completed"
    assert said() == ["up", "went on"]


def test_forked_jobs_outlive_benchtop(
    training: TrainingDesk, script: Any, until: Any, finished: Any, said: Any, folder: Path,
    tmp_path: Path, isolation: Isolation,
) -> None:  # fmt: skip
    """
    After kill -9 the job goes on, is adopted, and no warm process lingers.
    """
    if isolation.name != "namespaces":
        pytest.skip("this machine has no namespaces, without which everything starts cold")
    bench = subprocess.Popen(
        [sys.executable, "-c", BENCH, str(tmp_path)], stdin=subprocess.PIPE, cwd=ROOT
    )
    request = script(WAIT)
    bench.stdin.write(json.dumps(request).encode())
    bench.stdin.close()
    until((folder / "opt/ml/output/up").exists, bool)
    warm = set(processes("/opt/ml/code/train.py"))
    bench.kill()
    bench.wait()

    training.resume()
    (folder / "opt/ml/output/go").touch()

    assert finished()["TrainingJobStatus"] == "Completed"
    assert said() == ["up", "went on"]
    assert forked(folder)
    until(lambda: warm & set(processes("/opt/ml/code/train.py")), lambda left: not left)


@pytest.mark.usefixtures("pool")
def test_a_forked_job_dies_with_its_supervisor(
    sagemaker: Any, script: Any, until: Any, finished: Any, folder: Path
) -> None:
    """
    Nothing runs on that nobody watches.
    """
    sagemaker.create_training_job(**script(WAIT))
    until((folder / "opt/ml/output/up").exists, bool)
    (inside,) = (int(pid) for pid in children(folder))
    os.kill(json.loads((folder / "started.json").read_text())["pid"], signal.SIGKILL)

    assert finished()["FailureReason"].startswith("InternalServerError")
    until(lambda: Path(f"/proc/{inside}").exists(), lambda there: not there)


def children(folder: Path) -> Iterator[str]:
    """The processes that have a job's folder as /opt/ml and run its script."""
    wanted = (folder / "opt/ml/output").stat().st_ino
    for path in Path("/proc").glob("[0-9]*"):
        try:
            seen = (path / "root/opt/ml/output").stat().st_ino
            command = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if seen == wanted and b"sleep" in command:
            yield path.name


def test_a_warm_process_ends_with_benchtop(pool: Any, ran: Any, script: Any) -> None:
    """
    Closing the runner ends it.
    """
    ran(script("print(1)"))
    (warm,) = pool._warm.values()

    pool.close()

    assert warm.process.returncode is not None

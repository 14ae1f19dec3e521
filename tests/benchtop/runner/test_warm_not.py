"""What is never forked, and who may fork."""

# fixtures are many, and come by name:
# ruff: noqa: PLR0917

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

import pytest

from benchtop.__main__ import parser, settings_for
from benchtop.desks.place import Place
from benchtop.desks.sagemaker.jobs.processing import ProcessingDesk
from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner.images import Images
from benchtop.runner.isolation import Isolation
from benchtop.runner.warm.pool import Pool

ROOT = Path(__file__).parents[3]
NOBODY = 65534
AS_NOBODY = """
import sys
from pathlib import Path
from benchtop.runner.isolation import Isolation
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.launching import spawn
from benchtop.runner.jobs.work import Launch
from benchtop.runner.warm.pool import Pool

pool = Pool()
for name in ("first", "second"):
    folder = JobFolder(Path(sys.argv[1]) / name)
    folder.clear()
    (folder.opt_ml / "train.py").write_text("import os; print(os.getuid(), os.getcwd())")
    launch = Launch(
        command=[sys.executable, "train.py"], environment={"PATH": "/usr/bin:/bin"},
        cwd="/opt/ml", python=sys.executable,
    )
    limits = {"seconds": 60, "grace": 5, "memory": 0}
    spawn(folder, launch, Isolation(name="namespaces"), limits, pool)
    while not folder.wait(1):
        pass
    said = (folder.path / "supervisor.log").read_text()
    warm = '"warm"' in (folder.path / "launch.json").read_text() and not said
    print(folder.ending()["code"], warm)
    print(*(line.split(" ", 1)[1] for line in folder.log.read_text().splitlines()), sep="\\n")
"""


@pytest.fixture
def pool(isolation: Isolation) -> Any:
    """An empty pool, which starts everything warm."""
    if isolation.name != "namespaces":
        pytest.skip("this machine has no namespaces, without which everything starts cold")
    return Pool(eager=True)


UNSAFE = {
    "starts threads": "import threading, time\n"
    "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
    "prints": "print('hello')",
    "keeps files open": "kept = open('/etc/passwd')",
    "raised": "raise ImportError('not here')",
}


@pytest.mark.parametrize("reason", UNSAFE)
def test_what_cannot_be_forked_starts_cold(
    reason: str, pool: Any, hire: Any, training: TrainingDesk, ran: Any, script: Any,
    tmp_path: Path, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """
    A library that starts threads, prints or keeps files open is imported by each job anew.
    """
    venv.create(tmp_path / "environment", symlinks=True)
    (packages,) = (tmp_path / "environment").glob("lib/python*/site-packages")
    (packages / "unsafe.py").write_text(UNSAFE[reason])
    caplog.set_level("INFO")
    training.runner = hire(warm=pool, images=Images({"*": str(tmp_path / "environment")}))

    jobs = [ran(script("import unsafe", name=name)) for name in ("first", "second")]

    wanted = "Failed" if reason == "raised" else "Completed"
    assert [job["TrainingJobStatus"] for job in jobs] == [wanted, wanted]
    assert "train.py starts cold, always" in caplog.text
    assert reason in caplog.text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_has_warm_processes_too() -> None:
    """
    Without privileges: the second run is forked, and is nobody special.
    """
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None or not shutil.which("setpriv"):
        pytest.skip("needs setpriv, and a Python that everybody may run")
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        done = subprocess.run(
            [*user, python, "-c", AS_NOBODY, home], cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    if "unshare" in done.stdout:
        pytest.skip("this machine gives ordinary users no namespaces")

    said = f"{NOBODY} /opt/ml"
    assert done.stdout.splitlines() == ["0 False", said, "0 True", said], done


def test_processing_scripts_are_forked_too(
    pool: Pool, hire: Any, records: Any, objects: Any, tmp_path: Path, put: Any,
    sagemaker_door: Any, connect: Any, until: Any,
) -> None:  # fmt: skip
    """
    ``python3 /opt/ml/processing/input/code/X.py`` is a script as well.
    """
    desk = ProcessingDesk(records, objects, Place(), hire(warm=pool))
    client = connect(sagemaker_door(desk))
    code = put("code/prepare.py", "import sys; open('/opt/ml/output/said', 'w').write(sys.argv[1])")
    source = {"S3Uri": code, "LocalPath": "/opt/ml/processing/input/code"}
    client.create_processing_job(
        ProcessingJobName="prepare",
        RoleArn="arn:aws:iam::000000000000:role/benchtop",
        AppSpecification={
            "ImageUri": "sagemaker-scikit-learn:1.2-1",
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/prepare.py"],
            "ContainerArguments": ["--here"],
        },
        ProcessingInputs=[{
            "InputName": "code",
            "S3Input": {**source, "S3DataType": "S3Prefix", "S3InputMode": "File"},
        }],
        ProcessingResources={"ClusterConfig": {
            "InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1,
        }},
    )  # fmt: skip
    until(
        lambda: client.describe_processing_job(ProcessingJobName="prepare"),
        lambda job: job["ProcessingJobStatus"] == "Completed",
    )

    folder = tmp_path / "jobs/processing-job/prepare"
    assert (folder / "opt/ml/output/said").read_text() == "--here"
    assert '"warm"' in (folder / "launch.json").read_text()
    assert (folder / "supervisor.log").read_text() == ""


def test_warm_workers_can_be_turned_off() -> None:
    """
    ``benchtop up --no-warm-workers`` and ``warm_workers = false`` start every script anew.
    """
    off = parser().parse_args(["up", "--no-warm-workers"])
    on = parser().parse_args(["up"])

    assert [settings_for(each).warm_workers for each in (off, on)] == [False, True]

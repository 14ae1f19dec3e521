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

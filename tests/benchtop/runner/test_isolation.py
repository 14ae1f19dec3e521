from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchtop.desks.sagemaker.jobs.training import TrainingDesk
from benchtop.runner import contain
from benchtop.runner.images import Images, UnknownImage, repository
from benchtop.runner.isolation import WAYS, Isolation, NoIsolation, attempt, choose

NOBODY = 65534


@pytest.fixture(params=WAYS)
def way(request: Any) -> Any:
    """Each isolation that works on this machine."""
    isolation = Isolation(name=request.param)
    if complaint := attempt(isolation):
        pytest.skip(complaint)
    return isolation


def run(isolation: Isolation, opt_ml: Path, script: Any, **options: Any) -> Any:
    """Run a shell script in isolation; what it printed."""
    command = isolation.wrap(["/bin/sh", "-c", script], opt_ml, **options)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_job_sees_its_folder_as_opt_ml(way: Isolation, tmp_path: Path) -> None:
    """
    What it writes there is in its folder, and the exit status is its own.
    """
    root = way.root(tmp_path)

    done = run(way, tmp_path, f"echo 1 > {root}/a; id -u; exit 7")

    assert done.returncode == 7
    assert (tmp_path / "a").read_text() == "1\n"
    assert done.stdout.strip() == str(os.getuid())


def test_nothing_of_it_is_left_on_the_host(way: Isolation, tmp_path: Path) -> None:
    """
    /opt is as it was, and the job saw what else is there.
    """
    before = sorted(each.name for each in Path("/opt").iterdir())

    seen = run(way, tmp_path, "ls -A /opt").stdout.split()

    assert sorted(each.name for each in Path("/opt").iterdir()) == before
    assert set(before) - {"ml"} <= set(seen)


def test_jobs_start_where_they_should(way: Isolation, tmp_path: Path) -> None:
    """
    The working folder is the one asked for, by the name the job knows.
    """
    (tmp_path / "code").mkdir()

    done = run(way, tmp_path, "pwd", cwd="/opt/ml/code")

    assert done.stdout.strip() == f"{way.root(tmp_path)}/code"


def test_sigterm_reaches_the_script_below_a_shell(way: Isolation, tmp_path: Path) -> None:
    """
    The group is told; a script that saves first gets to save.
    """
    saver = (
        "import signal, sys, time, pathlib\n"
        f"here = pathlib.Path({way.root(tmp_path)!r})\n"
        "def save(*_): time.sleep(0.1); (here / 'saved').touch(); sys.exit()\n"
        "signal.signal(15, save); print('up', flush=True); time.sleep(30)"
    )
    command = way.wrap(["/bin/sh", "-c", f'"{sys.executable}" -c "{saver}"; true'], tmp_path)
    with subprocess.Popen(command, stdout=subprocess.PIPE, process_group=0) as process:
        assert process.stdout.readline() == b"up\n"
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
        process.stdout.read()

    assert (tmp_path / "saved").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_is_isolated_too() -> None:
    """
    Without privileges, and without looking like root inside.
    """
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None or not shutil.which("setpriv"):
        pytest.skip("needs setpriv, and a Python that everybody may run")
    opt_ml = Path("/tmp") / f"benchtop-{os.getpid()}"
    opt_ml.mkdir(mode=0o777)
    opt_ml.chmod(0o777)
    script = shutil.copy(contain.__file__, opt_ml / "contain.py")
    user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    inside = ["sh", "-c", "id -u; echo 1 > /opt/ml/a"]
    command = [
        *user,
        python,
        "-I",
        "-S",
        script,
        "namespaces",
        "free",
        str(opt_ml),
        "/opt/ml",
        *inside,
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        written = (opt_ml / "a").exists()
    finally:
        shutil.rmtree(opt_ml)
    if "unshare" in done.stderr:
        pytest.skip("this machine gives ordinary users no namespaces")

    assert (done.stdout.strip(), written) == (str(NOBODY), True)


def test_an_isolation_that_does_not_exist_is_refused() -> None:
    """
    The setting is named, and what it may be.
    """
    with pytest.raises(NoIsolation, match="isolation is 'auto' or one of"):
        choose("docker")


def test_rewritten_jobs_run_without_mounts(
    hire: Any, ran: Any, script: Any, training: TrainingDesk, said: Any
) -> None:
    """
    Where nothing can be mounted, SM_* variables tell where things are.
    """
    training.runner = hire(isolation=Isolation(name="rewrite"))
    text = """
import os, pathlib
pathlib.Path(os.environ["SM_MODEL_DIR"], "m").write_text("1")
print(os.environ["SAGEMAKER_BASE_DIR"] in os.environ["SM_MODEL_DIR"])
"""
    job = ran(script(text))

    assert job["TrainingJobStatus"] == "Completed"
    assert said() == ["True"]


TABLE = {"sagemaker-xgboost": "project", "1.dkr.ecr/own:2": "/no/where", "pytorch-*": "project"}


@pytest.mark.parametrize(
    "uri", ["1.dkr.ecr/sagemaker-xgboost:1.7-1", "a/b/pytorch-training@sha256:0"]
)
def test_images_are_found_by_name(uri: str) -> None:
    """
    Registry, tag and digest do not matter; patterns do.
    """
    assert Images(TABLE).python(uri) == sys.executable


@pytest.mark.parametrize(
    ("uri", "sentence"), [
        ("x/unknown:1", '"unknown" = "project"'), ("1.dkr.ecr/own:2", "has no Python"),
    ],
)  # fmt: skip
def test_an_unknown_image_is_told_with_its_remedy(uri: str, sentence: str) -> None:
    """
    The sentence says what to add, and where.
    """
    with pytest.raises(UnknownImage, match=re.escape(sentence)):
        Images(TABLE).python(uri)
    assert repository("a:5000/b/c:d") == "c"

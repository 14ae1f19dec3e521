from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchtop.runner.jobs.contract import INSIDE


@pytest.fixture
def pip(tmp_path: Path) -> Any:
    """The pip that a job finds, with a fake uv which notes what it is asked for."""
    fake = tmp_path / "bin" / "uv"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n')
    fake.chmod(0o755)
    environment = {
        "PATH": f"{fake.parent}:/usr/bin:/bin",
        "PYTHONPATH": str(INSIDE),
        "PIP_TARGET": str(tmp_path / "packages"),
    }

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "pip", *arguments], env={**environment, **variables},
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ("install", "numpy"),
        ("install", "-q", "--no-cache-dir", "numpy>=1", "packaging"),
        ("install", 'absent; python_version < "3"'),
    ],
)
def test_what_is_there_is_not_installed(pip: Any, arguments: tuple[str, ...]) -> None:
    """
    Requirements that hold already need no installer and no network.
    """
    done = pip(*arguments)

    assert done.returncode == 0
    assert "Requirement already satisfied" in done.stdout


@pytest.mark.skipif(
    bool(list(Path(sys.prefix).glob("lib/python*/site-packages/pip"))),
    reason="this environment has a pip of its own",
)
@pytest.mark.parametrize(
    "arguments",
    [("install", "no-such-thing"), ("install", "numpy<1"), ("install", "-U", "numpy")],
)
def test_what_is_not_there_goes_to_the_jobs_own_folder(
    pip: Any, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """
    Without a pip of its own, the environment's installer is uv, and its target the job's.
    """
    assert pip(*arguments).returncode == 0

    asked = (tmp_path / "asked").read_text().split()
    place = ["--python", sys.executable, "--target", str(tmp_path / "packages")]
    assert asked == ["pip", "install", *place, *arguments[1:]]


def test_an_environment_that_all_share_is_not_changed(pip: Any) -> None:
    """
    Uninstalling is refused with a sentence.
    """
    done = pip("uninstall", "-y", "numpy")

    assert done.returncode == 1
    assert "would change the environment that all jobs share" in done.stderr


def test_the_stand_in_hides_nothing_of_a_real_pip(tmp_path: Path) -> None:
    """
    What lies beside it under the same name can be imported.
    """
    real = tmp_path / "site" / "pip"
    real.mkdir(parents=True)
    (real / "_internal.py").write_text("print('real')")
    path = f"{INSIDE}{os.pathsep}{real.parent}"
    command = [sys.executable, "-c", "import pip._internal"]

    done = subprocess.run(
        command, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
    )

    assert done.stdout == "real\n"

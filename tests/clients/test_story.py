"""The whole story, as the README's first command tells it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.clients.up import PYTHON, ROOT, processes_of, run

pytestmark = pytest.mark.clients

STORY = ("pipelines", "run", "flights", "--parameter", "MaxJobs=4")
HEED_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Undoes what a shell does to programs that it starts in the background."""
WITHOUT_NETWORK = ("unshare", "--net", "--map-root-user")


def story(state: Path, **options: object) -> subprocess.CompletedProcess[str]:
    words = ("benchtop", "run", "--state", str(state), "--", PYTHON, "-m", *STORY)
    return run(*words, **options)  # type: ignore[arg-type]


def test_one_command_tunes_judges_registers_deploys_and_predicts(state: Path) -> None:
    """The command ends well and shows leaderboard, verdict, version, endpoint and predictions."""
    told = story(state)

    assert told.returncode == 0, told.stdout
    assert "best so far 0.9" in told.stdout
    assert re.search(r"auc 0\.\d+ .*winner", told.stdout)
    assert "flights, version 1, Approved" in told.stdout
    assert re.search(r"endpoint\s+flights", told.stdout)
    assert told.stdout.count("says: late with probability") == 3


def test_it_can_be_told_twice(state: Path) -> None:
    """A second run over the same state registers the next version and updates the endpoint."""
    first, second = story(state), story(state)

    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    assert "flights, version 2, Approved" in second.stdout


def test_it_needs_no_network(state: Path) -> None:
    """Where there is no network but the loopback device, the command ends as well."""
    bring_up = f'{PYTHON} {Path(__file__).parent / "loopback.py"} && exec "$@"'
    shell = (*WITHOUT_NETWORK, "sh", "-c", bring_up, "sh")
    if subprocess.run([*WITHOUT_NETWORK, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody make a network namespace")

    told = story(state, wrap=shell)

    assert told.returncode == 0, told.stdout


def test_ctrl_c_stops_the_jobs_and_the_next_run_goes_well(state: Path) -> None:
    """An interrupted run ends its execution, leaves no process, and spoils nothing."""
    words = [PYTHON, "-m", "benchtop", "run", "--state", str(state), "--", PYTHON, "-m", *STORY]
    words = [PYTHON, "-c", HEED_CTRL_C, *words]
    with subprocess.Popen(
        words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    ) as told:  # fmt: skip
        assert told.stdout is not None
        next(line for line in told.stdout if "trial   1" in line)
        os.killpg(told.pid, signal.SIGINT)
        rest = told.stdout.read()

    assert told.returncode == 130, rest
    assert "Stopped     execution" in run("benchtop", "jobs", "--state", str(state)).stdout
    assert not processes_of(state)
    assert story(state).returncode == 0

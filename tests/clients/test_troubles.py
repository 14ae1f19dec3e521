"""What goes wrong ends in one sentence that says what to do."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.clients.up import PYTHON, ROOT, Benchtop, run

pytestmark = pytest.mark.clients


def told(*words: str, **options: object) -> tuple[int, str]:
    """How a command of benchtop ended, and what it said, which is never a traceback."""
    done = run("benchtop", *words, **options)  # type: ignore[arg-type]
    assert "Traceback" not in done.stdout
    return done.returncode, done.stdout.strip()


def test_a_second_benchtop_on_one_state_is_refused(benchtop: Benchtop) -> None:
    """The sentence says who serves the state already, and how to have another."""
    code, said = told("up", "--port", "0", "--state", str(benchtop.state))

    assert code == 1
    assert benchtop.endpoint in said
    assert "--state DIR" in said


def test_a_taken_port_is_refused(benchtop: Benchtop, tmp_path: Path) -> None:
    """The sentence names the port and the option that chooses another."""
    port = benchtop.endpoint.rpartition(":")[2]

    code, said = told("up", "--port", port, "--state", str(tmp_path / "other"))

    assert code == 1
    assert port in said
    assert "--port" in said


def test_a_state_that_cannot_be_written_is_refused() -> None:
    """The sentence names the folder."""
    code, said = told("up", "--port", "0", "--state", "/proc/nowhere")

    assert code == 1
    assert "/proc/nowhere" in said


def test_run_uses_a_benchtop_that_is_up(benchtop: Benchtop) -> None:
    """The command meets the benchtop that stays up, which is still up afterwards."""
    script = "import os; print(os.environ['AWS_ENDPOINT_URL'])"

    code, said = told("run", "--state", str(benchtop.state), "--", PYTHON, "-c", script)

    assert (code, said) == (0, benchtop.endpoint)
    assert benchtop.client("sts").get_caller_identity()["Account"] == "000000000000"


def test_run_passes_the_exit_status_on(state: Path) -> None:
    """A command that fails makes ``run`` fail alike; one that is not there is named."""
    failed, _ = told("run", "--state", str(state), "--", PYTHON, "-c", "raise SystemExit(7)")
    missing, said = told("run", "--state", str(state), "--", "no-such-command")

    assert (failed, missing) == (7, 127)
    assert "no-such-command" in said


def test_env_turns_a_shell_towards_benchtop(benchtop: Benchtop) -> None:
    """Evaluated, the exports make any client speak to benchtop, whatever was set before."""
    env = [PYTHON, "-m", "benchtop", "env", "--state", str(benchtop.state)]
    ask = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    shell = f'eval "$({shlex.join(env)})"; {shlex.join([PYTHON, "-c", ask])}'

    done = subprocess.run(
        ["sh", "-c", shell], cwd=ROOT, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "AWS_PROFILE": "mine", "AWS_ENDPOINT_URL_STS": "http://x"},
    )  # fmt: skip

    assert done.stdout.strip() == "000000000000"


def test_reset_forgets_only_what_is_benchtops(benchtop: Benchtop, tmp_path: Path) -> None:
    """A served state and a foreign folder are left alone; a state of its own is removed."""
    (tmp_path / "foreign" / "thesis").mkdir(parents=True)

    served, _ = told("reset", "--state", str(benchtop.state))
    foreign, said = told("reset", "--state", str(tmp_path / "foreign"))
    benchtop.stop()
    ours, _ = told("reset", "--state", str(benchtop.state))

    assert (served, foreign, ours) == (1, 1, 0)
    assert "nothing was removed" in said
    assert (tmp_path / "foreign" / "thesis").is_dir()
    assert not benchtop.state.exists()


def test_a_full_disk_is_told_and_nothing_is_lost(state: Path) -> None:
    """What does not fit is refused with the reason; what was there before can still be read."""
    mount = f'mkdir -p {state} && mount -t tmpfs -o size=24m tmpfs {state} && exec "$@"'
    inside = ("unshare", "--mount", "--map-root-user", "sh", "-c", mount, "sh")
    if subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount")
    script = Path(__file__).parent / "fill.py"

    code, said = told("run", "--state", str(state), "--", PYTHON, str(script), wrap=inside)

    assert code == 0, said
    assert re.search(r"refused: .*(space|Storage|Slow)", said)
    assert "still there: b'first'" in said


@pytest.mark.parametrize("command", ["up", "run", "env", "jobs", "logs", "operations", "reset"])
def test_every_command_has_help_with_examples(command: str) -> None:
    """``--help`` shows at least one example that can be copied."""
    code, said = told(command, "--help")

    assert code == 0
    assert re.search(rf"^  (eval \"\$\()?benchtop {command}", said, flags=re.MULTILINE)


def test_an_unknown_job_has_no_log(state: Path) -> None:
    """The sentence says how to find the jobs there are."""
    code, said = told("logs", "nobody", "--state", str(state))

    assert code == 1
    assert "benchtop jobs" in said

"""A job's folder: what it is to run, whether it runs, what it printed, and how it ended."""

from __future__ import annotations

import fcntl
import json
import os
import re
import select
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchtop.wire import Json

SUPERVISE = (
    "import sys; sys.path.append(sys.argv.pop(1)); "
    "from benchtop.runner.jobs.supervise import main; main(*sys.argv[1:])"
)
ROOT = Path(__file__).parents[3]
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
LET_GO: list[subprocess.Popen[bytes]] = []
"""Supervisors that go on without us; Python would complain of each that is forgotten."""


@dataclass
class JobFolder:
    """``launch.json`` → ``started.json`` → ``exit.json``; the lock is held while it runs."""

    path: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.path.name):
            raise ValueError(f"{self.path.name!r} is not a name of a job.")

    @property
    def opt_ml(self) -> Path:
        """What the job sees as ``/opt/ml``."""
        return self.path / "opt" / "ml"

    @property
    def log(self) -> Path:
        """What the job printed: milliseconds since 1970, a space, and the line."""
        return self.path / "log"

    @property
    def metrics(self) -> Path:
        """What the job's metric definitions found in the log."""
        return self.path / "metrics.jsonl"

    @property
    def started(self) -> bool:
        """Whether the job was ever started."""
        return (self.path / "started.json").is_file()

    @property
    def stopping(self) -> bool:
        """Whether somebody asked the job to stop."""
        return (self.path / "stop").exists()

    def claim(self, token: str) -> None:
        """Make the folder that of one job; what an earlier job of the same name left is removed."""
        mark = self.path / "job"
        if not mark.is_file() or mark.read_text() != token:
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(parents=True)
            mark.write_text(token)

    def starts(self) -> list[Json]:
        """The starts of the job that are over: when each began and ended, and why."""
        path = self.path / "starts.jsonl"
        lines = path.read_text().splitlines() if path.is_file() else []
        return [json.loads(line) for line in lines]

    def over(self, why: str) -> None:
        """Note that a start is over, so that the next is from the beginning."""
        ending = self.ending() or self._lost()
        noted = {"started": ending["started"], "ended": ending["ended"], "why": why}
        earlier = self.starts()
        if not self.started or not earlier or earlier[-1]["started"] != noted["started"]:
            with (self.path / "starts.jsonl").open("a") as file:
                file.write(json.dumps(noted) + "\n")
        if self.metrics.is_file():
            self.metrics.replace(self.path / f"metrics-{len(self.starts())}.jsonl")
        for name in ("started.json", "exit.json"):
            (self.path / name).unlink(missing_ok=True)

    def all_metrics(self) -> list[Path]:
        """What metrics were found in, of all starts, the first first."""
        numbers = range(1, len(self.starts()) + 1)
        return [*(self.path / f"metrics-{each}.jsonl" for each in numbers), self.metrics]

    def told(self) -> str:
        """Why the job was told to end, if it was."""
        path = self.path / "told"
        return path.read_text() if path.is_file() else ""

    def clear(self) -> None:
        """Make ready for a start from the beginning; a request to stop is kept."""
        shutil.rmtree(self.path / "opt", ignore_errors=True)
        for name in (
            "launch.json",
            "started.json",
            "exit.json",
            "told",
            "leave",
            "log",
            "metrics.jsonl",
            "checkpoints.json",
        ):
            (self.path / name).unlink(missing_ok=True)
        self.opt_ml.mkdir(parents=True)

    def leave(self) -> None:
        """Have the job end soon, to be started again by the next benchtop."""
        if self.path.is_dir():
            (self.path / "leave").touch()

    def stop(self) -> None:
        """Ask the job to stop; asking again changes nothing."""
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / "stop").touch()

    def ending(self) -> Json | None:
        """How the job ended: exit status, why, times and peak memory; None while it has not."""
        path = self.path / "exit.json"
        ending: Json | None = json.loads(path.read_bytes()) if path.is_file() else None
        return ending

    def spawn(self, task: Json, warm: int = -1) -> None:
        """Start the job's supervisor, which outlives this process.

        It inherits the lock, so that there is no moment at which the job looks dead, and *warm*,
        a socket, if there is a warm process to fork from.
        """
        passed = [warm] if warm >= 0 else []
        words = [str(self.path.absolute())]
        words += [str(task.get(name) or 0) for name in ("seconds", "grace", "memory", "lost")]
        words.append(task.get("late", "timeout"))
        words += [str(int(task["orphans"])), str(warm)]
        (self.path / "launch.json").write_text(json.dumps(task))
        with (self.path / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with (self.path / "supervisor.log").open("ab") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", SUPERVISE, str(ROOT), *words],
                    stdin=subprocess.DEVNULL, stdout=errors, stderr=errors, cwd="/",
                    start_new_session=True, pass_fds=[lock.fileno(), *passed],
                )  # fmt: skip

    def alive(self) -> bool:
        """Whether a supervisor, of this benchtop or of an earlier one, still works here."""
        try:
            with (self.path / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def wait(self, seconds: float) -> bool:
        """Wait so long for the supervisor to end; whether it has."""
        if self._process is not None:
            return _ended(self._process, seconds)
        pid = self._pid()
        if pid is None or not hasattr(os, "pidfd_open"):
            time.sleep(min(seconds, 0.05))
        else:
            _sleep_until_gone(pid, seconds)
        return not self.alive()

    def let_go(self) -> None:
        """Leave the supervisor to itself."""
        if self._process is not None:
            LET_GO.append(self._process)

    def trim(self, *, everything: bool) -> None:
        """Remove what is in S3 as well; of a failed job, what it made stays to be looked at."""
        made = ("model", "checkpoints", "output/data", "processing") if everything else ()
        for name in ("input/data", *made):
            shutil.rmtree(self.opt_ml / name, ignore_errors=True)
        shutil.rmtree(self.path / "packages", ignore_errors=True)

    def remove(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _lost(self) -> Json:
        """When a job ran that ended without a word; its last word is the best guess there is."""
        path = self.path / "started.json"
        if not path.is_file():
            return {"started": time.time(), "ended": time.time()}
        started = json.loads(path.read_bytes())["started"]
        said = self.log.stat().st_mtime if self.log.is_file() else started
        return {"started": started, "ended": max(started, said)}

    def _pid(self) -> int | None:
        path = self.path / "started.json"
        return int(json.loads(path.read_bytes())["pid"]) if path.is_file() else None


def _ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    if hasattr(os, "pidfd_open") and process.poll() is None:
        _sleep_until_gone(process.pid, seconds)
        return process.poll() is not None
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _sleep_until_gone(pid: int, seconds: float) -> None:
    """Sleep, but not longer than a process lives."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        poll.poll(seconds * 1000)
    finally:
        os.close(watched)

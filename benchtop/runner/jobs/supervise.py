"""Sees one job to its end, whatever becomes of benchtop.

``main FOLDER SECONDS GRACE MEMORY ORPHANS SOCKET`` is a program of the standard library alone, in
a session of its own. The folder holds ``launch.json`` (what to run); here come ``log`` (a line per
line that the job printed, each with its time), ``started.json``, and last, complete or not at all,
``exit.json``. A file named ``stop`` is a request to stop. The lock that this process inherits
tells that it lives.
"""

# pathlib would double the start-up time, which every job pays; so would json, subprocess, typing
# and socket, which are therefore imported where they are needed, if at all:
# ruff: noqa: PTH110, PTH123, PTH105, PLC0415

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

from benchtop.runner.jobs.processes import (
    Contained,
    Forked,
    NotForked,
    adopt_orphans,
    end_the_rest,
    weigh,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO, NoReturn

TICK = 0.1
WEIGH = 0.3
LEAVING = 5.0
"""Seconds that a job has to end when benchtop does."""
LONGEST = 256 * 1024 - 26
"""The longest event that CloudWatch Logs takes, in bytes."""


class Log:
    """Lines with their times; TAB becomes ``#011``, as in SageMaker's logs."""

    def __init__(self, path: str) -> None:
        self._file: IO[bytes] = open(path, "ab", buffering=0)  # noqa: SIM115 - open until the end
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        """Write the lines that are complete; the rest waits for its end."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        while len(self._rest) > LONGEST:
            lines.append(self._rest[:LONGEST])
            self._rest = self._rest[LONGEST:]
        self._write(lines)

    def close(self) -> None:
        """Write what is left."""
        self._write([self._rest] if self._rest else [])
        self._file.close()

    def _write(self, lines: list[bytes]) -> None:
        now = b"%d " % (time.time() * 1000)
        texts = [now + line.rstrip(b"\r").replace(b"\t", b"#011") + b"\n" for line in lines]
        with contextlib.suppress(OSError):  # a full disk costs lines, not the job
            self._file.write(b"".join(texts))


class Limits:
    """When the job has to end before it ends by itself, and how it is told."""

    def __init__(self, words: list[str], folder: str, job: Contained) -> None:
        *numbers, self._late = words
        self._seconds, self._grace, self._memory, self._lost = map(float, numbers)
        self._job = job
        self._stop, self._told_file = folder + "/stop", folder + "/told"
        self._leave = folder + "/leave"
        self._started = time.monotonic()
        self._told: float | None = None
        self._weighed = 0.0
        self.why = "exited"
        self.peak = 0

    def check(self) -> None:
        """Tell the job to end, once, if it must; make it end, when its grace is over."""
        now = time.monotonic()
        if self._told is not None:
            if now - self._told >= self._grace:
                self._job.tell(signal.SIGKILL)
        elif why := self._asked() or self._over(now - self._started):
            self._tell(why, signal.SIGTERM)
        elif self._memory and now - self._weighed >= WEIGH:
            self._weigh(now)

    def _asked(self) -> str:
        if os.path.exists(self._stop):
            return "stopped"
        if os.path.exists(self._leave):
            self._grace = min(self._grace, LEAVING)
            return "left"
        return ""

    def _over(self, seconds: float) -> str:
        if self._seconds and seconds >= self._seconds:
            return self._late
        return "interrupted" if self._lost and seconds >= self._lost else ""

    def _weigh(self, now: float) -> None:
        self._weighed = now
        self.peak = max(self.peak, weigh(self._job.holders()))
        if self.peak > self._memory:
            self._tell("memory", signal.SIGKILL)

    def _tell(self, why: str, number: int) -> None:
        self.why, self._told = why, time.monotonic()
        with contextlib.suppress(OSError), open(self._told_file, "w") as file:
            file.write(why)
        self._job.tell(number)


def see_through(job: Contained, log: Log, limits: Limits) -> int:
    """Carry the job's output to the log until it ends; its exit status."""
    open_yet, code = True, None
    while code is None:
        if open_yet and select.select([job.output], [], [], TICK)[0]:
            chunk = os.read(job.output, 1 << 16)
            log.take(chunk)
            open_yet = bool(chunk)
        code = job.ended(0 if open_yet else TICK)
        limits.check()
    end_the_rest(job)
    while open_yet and select.select([job.output], [], [], 0)[0]:
        chunk = os.read(job.output, 1 << 16)
        log.take(chunk)
        open_yet = bool(chunk)
    return code


def write(path: str, content: Mapping[str, str | float]) -> None:
    """Write a file of JSON that others see complete or not at all."""
    members = (f'"{name}": {_text(value)}' for name, value in content.items())
    with open(path + ".part", "w") as out:
        out.write(f"{{{', '.join(members)}}}")
    os.replace(path + ".part", path)


def _text(value: str | float) -> str:
    if not isinstance(value, str):
        return repr(value)
    if value.isalpha() or not value:
        return f'"{value}"'
    import json

    return json.dumps(value)


def start(folder: str, warm: int) -> Contained:
    """The job, forked from a warm process if there is one, or started anew."""
    if warm >= 0:
        try:
            return Forked(folder, warm)
        except NotForked as why:
            sys.stderr.write(f"starts anew: {why}\n")
    return Contained(folder)


def main(folder: str, *words: str) -> NoReturn:
    """Run the job of a folder, and end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    *limits, orphans, warm = words
    if int(orphans):
        adopt_orphans()
    log = Log(folder + "/log")
    started = time.time()
    write(folder + "/started.json", {"pid": os.getpid(), "started": started})
    try:
        job = start(folder, int(warm))
    except (OSError, ValueError) as fault:
        ending: dict[str, str | float] = {
            "code": 126,
            "why": "unstartable",
            "message": str(fault),
            "peak": 0,
        }
    else:
        watch = Limits(limits, folder, job)
        code = see_through(job, log, watch)
        ending = {"code": code, "why": watch.why, "message": "", "peak": watch.peak}
    log.close()
    write(folder + "/exit.json", {**ending, "started": started, "ended": time.time()})
    sys.stdout.flush()
    os._exit(0)

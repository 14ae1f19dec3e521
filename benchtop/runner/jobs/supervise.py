"""Sees one job to its end, whatever becomes of benchtop: ``python supervise.py FOLDER``.

A script of the standard library alone, in a session of its own. The folder holds
``launch.json`` (what to run, and its limits); here come ``log`` (a line per line that the job
printed, each with its time), ``started.json``, and last, complete or not at all, ``exit.json``.
A file named ``stop`` is a request to stop. The lock that this process inherits tells that it lives.
"""

# pathlib would double the start-up time, which every job pays:
# ruff: noqa: PTH110, PTH123, PTH105, PTH208

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from typing import IO, Any

TICK = 0.1
WEIGH = 0.3
LONGEST = 256 * 1024 - 26
"""The longest event that CloudWatch Logs takes, in bytes."""
SUBREAPER = 36


class Contained:
    """The contained process: started here, ended here. Another way to start one replaces this."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.output, out = os.pipe()
        try:
            self._process = subprocess.Popen(
                command, env=environment, cwd="/", stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, process_group=0,
            )  # fmt: skip
        finally:
            os.close(out)
        self.pid = self._process.pid

    def ended(self, wait: float) -> int | None:
        """The exit status, if the process ends within *wait* seconds; negative is a signal."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(wait)
        return None

    def tell(self, number: int) -> None:
        """Send a signal to all of its process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


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

    def __init__(self, task: dict[str, Any], folder: str, job: Contained) -> None:
        self._task, self._job = task, job
        self._stop, self._told_file = folder + "/stop", folder + "/told"
        self._started = time.monotonic()
        self._told: float | None = None
        self._weighed = 0.0
        self.why = "exited"
        self.peak = 0

    def check(self) -> None:
        """Tell the job to end, once, if it must; make it end, when its grace is over."""
        now = time.monotonic()
        if self._told is not None:
            if now - self._told >= self._task["grace"]:
                self._job.tell(signal.SIGKILL)
        elif os.path.exists(self._stop):
            self._tell("stopped", signal.SIGTERM)
        elif self._task["seconds"] and now - self._started >= self._task["seconds"]:
            self._tell(self._task.get("late", "timeout"), signal.SIGTERM)
        elif self._task.get("lost") and now - self._started >= self._task["lost"]:
            self._tell("interrupted", signal.SIGTERM)
        elif self._task["memory"] and now - self._weighed >= WEIGH:
            self._weighed = now
            self.peak = max(self.peak, weigh(self._job.pid))
            if self.peak > self._task["memory"]:
                self._tell("memory", signal.SIGKILL)

    def _tell(self, why: str, number: int) -> None:
        self.why, self._told = why, time.monotonic()
        with contextlib.suppress(OSError), open(self._told_file, "w") as file:
            file.write(why)
        self._job.tell(number)


def descendants(pid: int) -> list[int]:
    """Every process below one, from /proc; none where there is no /proc."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.exists("/proc/self/stat") else []:
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as stat:
                parent = int(stat.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found, queue = [], [pid]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found


def weigh(pid: int) -> int:
    """Bytes of memory that a process and all below it hold for themselves."""
    total = 0
    for each in (pid, *descendants(pid)):
        with contextlib.suppress(OSError), open(f"/proc/{each}/statm") as statm:
            _, resident, shared, *_ = statm.read().split()
            total += int(resident) - int(shared)
    return total * os.sysconf("SC_PAGE_SIZE")


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


def end_the_rest(job: Contained) -> None:
    """Kill what a job left running, where its own process numbers did not do it already."""
    job.tell(signal.SIGKILL)
    for _ in range(100):
        left = descendants(os.getpid())
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not left:
            return
        time.sleep(0.001)


def write(path: str, content: dict[str, Any]) -> None:
    """Write a file that others see complete or not at all."""
    with open(path + ".part", "w") as out:
        json.dump(content, out)
    os.replace(path + ".part", path)


def adopt_orphans() -> None:
    """Become the parent of what the job's processes leave behind, where the system can do that."""
    import ctypes  # noqa: PLC0415 - only where it is of use

    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)


def main(folder: str) -> None:
    """Run the job of a folder."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with open(folder + "/launch.json") as file:
        task = json.load(file)
    if task["orphans"]:
        adopt_orphans()
    log = Log(folder + "/log")
    started = time.time()
    write(folder + "/started.json", {"pid": os.getpid(), "started": started})
    try:
        job = Contained(task["command"], task["environment"])
    except (OSError, ValueError) as fault:
        ending = {"code": 126, "why": "unstartable", "message": str(fault), "peak": 0}
    else:
        limits = Limits(task, folder, job)
        code = see_through(job, log, limits)
        ending = {"code": code, "why": limits.why, "message": "", "peak": limits.peak}
    log.close()
    write(folder + "/exit.json", {**ending, "started": started, "ended": time.time()})


if __name__ == "__main__":
    main(sys.argv[1])
    sys.stdout.flush()
    os._exit(0)

"""The processes of one job, as its supervisor has them: started, signalled, weighed, ended.

Part of the supervisor, and as quick to import.
"""

# ruff: noqa: PTH110, PTH123, PTH208, PLC0415

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time

NAP = 0.005
TICK = 0.1
PATIENCE = 60.0
"""Seconds that a warm process may take to answer: it may be importing still."""
SUBREAPER = 36


class Contained:
    """The contained process: started here, ended here. Another way to start one replaces this."""

    def __init__(self, folder: str) -> None:
        import json
        import subprocess

        with open(folder + "/launch.json") as file:
            launch = json.load(file)
        self.output, out = os.pipe()
        try:
            self._process = subprocess.Popen(
                launch["command"], env=launch["environment"], cwd="/", process_group=0,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        finally:
            os.close(out)
        self.pid = self._process.pid

    def ended(self, wait: float) -> int | None:
        """The exit status, if the process ends within *wait* seconds; negative is a signal."""
        end = time.monotonic() + wait
        while (code := self._process.poll()) is None and time.monotonic() < end:
            time.sleep(NAP)
        return code

    def tell(self, number: int) -> None:
        """Send a signal to all of its process group."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def holders(self) -> list[int]:
        """The processes whose memory counts."""
        return [self.pid, *descendants(self.pid)]


class NotForked(Exception):
    """No warm process has forked the job; it has not run, and will not."""


class Forked(Contained):
    """The child of a warm process: the same, but not ours to start, nor to bury."""

    def __init__(self, folder: str, number: int) -> None:
        import _socket

        self._socket = _socket.socket(fileno=number)
        self.output, out = os.pipe()
        try:
            passed = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, out.to_bytes(4, sys.byteorder))
            self._socket.sendmsg([folder.encode()], [passed])
            group, pid = self._answer(folder + "/stop")
            self._gone = os.pidfd_open(pid)
            self._group, self.pid = group, pid
            self._socket.send(b"go")
        except OSError as fault:
            self._forget()
            raise NotForked(str(fault)) from fault
        except NotForked:
            self._forget()
            raise
        finally:
            os.close(out)

    def _answer(self, stop: str) -> tuple[int, int]:
        """Process group and process that wait for leave to run; the imports may take their time."""
        end = time.monotonic() + PATIENCE
        while not select.select([self._socket], [], [], TICK)[0]:
            if time.monotonic() > end or os.path.exists(stop):
                raise NotForked("the warm process does not answer")
        word, *rest = self._socket.recv(4096).decode().split(" ") or [""]
        if word != "started":
            raise NotForked(" ".join(rest) or "the warm process has ended")
        return int(rest[0]), int(rest[1])

    def _forget(self) -> None:
        self._socket.close()
        os.close(self.output)

    def ended(self, wait: float) -> int | None:
        """The exit status, once the first process and so all others are gone."""
        if not select.select([self._gone], [], [], wait)[0]:
            return None
        self._group = 0
        if not select.select([self._socket], [], [], 0)[0]:
            return -signal.SIGKILL
        word, _, code = self._socket.recv(64).decode().partition(" ")
        return int(code) if word == "ended" else -signal.SIGKILL

    def tell(self, number: int) -> None:
        """Send a signal to all of its process group."""
        if self._group:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._group, number)

    def holders(self) -> list[int]:
        """All but the first, which is a copy of the warm process that only waits."""
        return descendants(self.pid)


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


def weigh(pids: list[int]) -> int:
    """Bytes of memory that processes hold for themselves."""
    total = 0
    for each in pids:
        with contextlib.suppress(OSError), open(f"/proc/{each}/statm") as statm:
            _, resident, shared, *_ = statm.read().split()
            total += int(resident) - int(shared)
    return total * os.sysconf("SC_PAGE_SIZE")


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


def adopt_orphans() -> None:
    """Become the parent of what the job's processes leave behind, where the system can do that."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)

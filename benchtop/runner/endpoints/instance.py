"""One instance of a variant: a model server process, kept alive until it is stopped."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from benchtop.runner.endpoints.connections import Answer, Broken, Connections, TimedOut
from benchtop.runner.endpoints.container import NotServing

GRACE = 3.0
"""Seconds between asking a process to end and ending it."""
LINE = 256 * 1024
"""The longest line that CloudWatch Logs takes, in bytes."""
UNHEALTHY = (
    "The primary container for production variant {variant} did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint."
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Start:
    """How an instance's process is started."""

    command: list[str]
    environment: dict[str, str]
    home: Path
    ready: Path
    workers: int
    variant: str
    patience: float


class Instance:
    """A model server that is started again whenever it ends by itself."""

    def __init__(self, start: Start, tell: Callable[[list[str]], None]) -> None:
        self._start = start
        self._tell = tell
        self._last: deque[str] = deque(maxlen=8)
        self._up, self._settled, self._stopping = (threading.Event() for _ in range(3))
        self._changed = threading.Condition()
        self.busy = 0
        self._connections: Connections | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name="instance", daemon=True)
        self._keeper.start()

    def wait(self) -> None:
        """Return when the model answers its first ping.

        Raises:
            NotServing: when it never will; the message has the last lines that it printed.
        """
        self._settled.wait()
        if not self._up.is_set():
            said = " / ".join(self._last)
            reason = UNHEALTHY.format(variant=self._start.variant)
            raise NotServing(f"{reason} Last lines: {said}" if said else reason)

    def reserve(self) -> None:
        """Count a request that :meth:`ask` will bring, so that nobody stops the instance before."""
        with self._changed:
            self.busy += 1

    def ask(self, headers: dict[str, str], body: bytes, timeout: float) -> Answer:
        """Have the model answer an invocation that was reserved.

        Raises:
            TimedOut, Broken: see :class:`Connections`.
        """
        try:
            if not self._up.wait(timeout) or self._connections is None:
                raise TimedOut
            return self._connections.ask("POST", "/invocations", headers, body, timeout)
        finally:
            with self._changed:
                self.busy -= 1
                self._changed.notify_all()

    def stop(self, drain: float) -> None:
        """Let requests under way end, for *drain* seconds at most; then end the process."""
        with self._changed:
            self._changed.wait_for(lambda: not self.busy, drain)
        self._stopping.set()
        if self._process is not None:
            _signal(self._process, signal.SIGTERM)
        self._keeper.join(GRACE)
        if self._keeper.is_alive() and self._process is not None:
            _signal(self._process, signal.SIGKILL)
            self._keeper.join()
        shutil.rmtree(self._start.home, ignore_errors=True)

    def _keep(self) -> None:
        pause = 1.0
        try:
            while not self._stopping.is_set() and self._live():
                self._tell([f"The model server ended; starting it again in {pause:.0f} s."])
                self._stopping.wait(pause)
                pause = min(pause * 2, 30.0)
        finally:
            self._settled.set()

    def _live(self) -> bool:
        """One life of the process; whether another should follow."""
        self._start.ready.unlink(missing_ok=True)
        process = self._process = self._spawn()
        pump = threading.Thread(target=self._pump, args=(process,), name="log", daemon=True)
        pump.start()
        connections = self._greeted(process)
        if connections is None:
            _signal(process, signal.SIGKILL)
        else:
            self._connections = connections
            self._up.set()
            self._settled.set()
        process.wait()
        again = self._up.is_set() or self._settled.is_set()
        self._bury(process, pump, connections)
        return again and not self._stopping.is_set()

    def _bury(
        self,
        process: subprocess.Popen[bytes],
        pump: threading.Thread,
        connections: Connections | None,
    ) -> None:
        self._up.clear()
        _signal(process, signal.SIGKILL)
        pump.join()
        if connections is not None:
            connections.close()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._start.command,
            env=self._start.environment,
            cwd=self._start.home,
            stdin=subprocess.PIPE,  # its end tells the server that benchtop is gone
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _greeted(self, process: subprocess.Popen[bytes]) -> Connections | None:
        """Connections to a server that has answered a ping; None if it ended or took too long."""
        until = time.monotonic() + self._start.patience
        while process.poll() is None and time.monotonic() < until:
            if self._start.ready.is_file():
                connections = Connections(int(self._start.ready.read_text()), self._start.workers)
                with contextlib.suppress(Broken, TimedOut):
                    remaining = until - time.monotonic()
                    if connections.ask("GET", "/ping", {}, b"", remaining).status == HTTPStatus.OK:
                        return connections
            if self._stopping.wait(0.01):
                return None
        return None

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        """Carry every line from the process to the log until its last writer is gone."""
        assert process.stdout is not None  # noqa: S101 - it was started with a pipe
        rest = b""
        while chunk := os.read(process.stdout.fileno(), 1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > LINE:
                lines, rest = [*lines, rest], b""
            self._write(lines)
        self._write([rest] if rest else [])

    def _write(self, lines: list[bytes]) -> None:
        if not lines:
            return
        texts = [line.decode(errors="replace").rstrip("\r") for line in lines]
        self._last.extend(text for text in texts if text.strip())
        try:
            self._tell(texts)
        except Exception:
            log.exception("Could not write the log of %s.", self._start.variant)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)

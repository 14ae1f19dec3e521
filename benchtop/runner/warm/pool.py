"""The warm processes of one benchtop: which there are, and which job may have a child of which."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from benchtop.runner.isolation import HOME, Isolation
from benchtop.runner.jobs.contract import INSIDE, SCRIPTS_OWN
from benchtop.runner.jobs.work import Launch
from benchtop.runner.warm.reading import Prelude, Unreadable, read

START = Path(__file__).parent / "inside"
MOST = 4
"""Warm processes at a time; the one that was not needed for longest makes room."""
PATIENCE = 60.0
"""Seconds that the imports may take."""
GRACE = 2.0
OWN = ("PATH", "PYTHONPATH", "PIP_TARGET")
"""Variables that differ from job to job, besides those that tell a script about its job."""
STARTERS = ("sitecustomize", "usercustomize")

log = logging.getLogger(__name__)


class Cold(Exception):
    """The job cannot have a child of a warm process; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Jobs that one warm process will do for: everything that is the same for all of them."""

    python: str
    script: str
    prelude: Prelude
    environment: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return PurePosixPath(self.script).name


@dataclass
class Warm:
    """One warm process and our end of its socket."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    since: float = field(default_factory=time.monotonic)
    used: float = field(default_factory=time.monotonic)
    ready: bool = False
    fault: str = ""

    def look(self) -> bool:
        """Hear what it has to say; whether it is, or may become, of use."""
        said = self._said()
        if said is None:
            if not self.ready and time.monotonic() - self.since > PATIENCE:
                self.fault = f"its imports take more than {PATIENCE:.0f} s"
            return not self.fault
        if said == "warm":
            self.ready = True
            return self._said() is None
        if not self.ready:
            self.fault = said.removeprefix("cold ") or "its imports end the interpreter"
        return False

    def _said(self) -> str | None:
        """A word from it, if there is one; an empty one if it has ended."""
        with contextlib.suppress(BlockingIOError):
            try:
                return self._heard()
            except ConnectionResetError:  # told once, if it left requests unread
                return self._heard()
        return None

    def _heard(self) -> str:
        return self.control.recv(4096, socket.MSG_DONTWAIT).decode(errors="replace")

    def close(self) -> None:
        """Have it end: it does when nobody can ask it any more. What it forked goes on."""
        self.control.close()
        if not self.ready:
            self.process.kill()
        try:
            self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Pool:
    """Warm processes, started for what is run repeatedly, and ended with benchtop."""

    def __init__(self, *, eager: bool = False) -> None:
        """Make an empty pool.

        Args:
            eager: whether already the first of a kind starts warm, though it may be the only one.
        """
        self._eager = eager
        self._warm: dict[Kind, Warm] = {}
        self._faulty: dict[Kind, str] = {}
        self._seen: dict[str, None] = {}
        self._lock = threading.Lock()

    def lease(self, launch: Launch, folder: Path, isolation: Isolation) -> socket.socket | None:
        """The end of a socket whose other end a child that waits for this job has, if it may.

        Args:
            launch: what is to be started.
            folder: the job's folder.
            isolation: how jobs are isolated; children know but one way.
        """
        if isolation.name != "namespaces":
            return None
        try:
            kind = _kind(launch, folder)
            with self._lock:
                return self._child(kind, again=launch.again)
        except (Cold, Unreadable) as why:
            log.debug("%s starts cold: %s.", launch.command[:2], why)
        except OSError as fault:
            log.warning("No warm process could be had: %s", fault)
        return None

    def close(self) -> None:
        """End all warm processes; jobs that were forked from them go on."""
        with self._lock:
            while self._warm:
                self._warm.popitem()[1].close()

    def _child(self, kind: Kind, *, again: bool) -> socket.socket | None:
        if kind in self._faulty:
            raise Cold(self._faulty[kind])
        if not (again or self._eager or self._returns(kind)):
            return None
        warm = self._find(kind)
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            socket.send_fds(warm.control, [b"job"], [its.fileno()])
        except OSError:  # it has ended just now
            ours.close()
            return None
        finally:
            its.close()
        warm.used = time.monotonic()
        return ours

    def _returns(self, kind: Kind) -> bool:
        """Whether such a job has been here before; what runs once gains nothing."""
        mark = hashlib.sha256(repr(kind).encode()).hexdigest()
        known = mark in self._seen
        self._seen[mark] = None
        return known

    def _find(self, kind: Kind) -> Warm:
        warm = self._warm.get(kind)
        if warm and not warm.look():
            del self._warm[kind]
            warm.close()
            if warm.fault:
                self._faulty[kind] = warm.fault
                log.info("%s starts cold, always: %s.", kind, warm.fault)
                raise Cold(warm.fault)
            warm = None
        if warm is None:
            self._make_room()
            warm = self._warm[kind] = _start(kind)
            named = ", ".join(_tops(kind.prelude)) or "nothing"
            log.info("%s starts warm from now on; imported beforehand: %s.", kind, named)
        return warm

    def _make_room(self) -> None:
        while len(self._warm) >= MOST:
            oldest = min(self._warm, key=lambda each: self._warm[each].used)
            self._warm.pop(oldest).close()


def _kind(launch: Launch, folder: Path) -> Kind:
    """What a job has in common with others, if it is a script that may start warm."""
    _, *words = launch.command
    if not words or not words[0].endswith(".py"):
        raise Cold("it is not a script")
    python = shutil.which(launch.command[0], path=launch.environment.get("PATH"))
    if python is None or Path(python).parent != Path(launch.python).parent:
        raise Cold("it does not run on its image's Python")
    script = os.path.normpath(PurePosixPath(launch.cwd) / words[0])
    if not script.startswith(f"{HOME}/"):
        raise Cold("its script is not below /opt/ml")
    environment = launch.environment
    prelude = read(_shown(script, folder), _folders(environment.get("PYTHONPATH", ""), folder))
    alike = sorted(pair for pair in environment.items() if not _own(pair[0]))
    return Kind(python=python, script=script, prelude=prelude, environment=tuple(alike))


def _own(name: str) -> bool:
    return name in OWN or name.startswith(SCRIPTS_OWN)


def _shown(path: str, folder: Path) -> Path:
    """Where a path that a job sees is on the host."""
    inside = path == HOME or path.startswith(f"{HOME}/")
    return folder / "opt" / "ml" / path[len(HOME) + 1 :] if inside else Path(path)


def _folders(path: str, folder: Path) -> list[Path]:
    """The host's names of the folders in PYTHONPATH; each must be the job's own."""
    folders = [_shown(os.path.normpath(each), folder) for each in path.split(os.pathsep) if each]
    for each in folders:
        if each != INSIDE and not each.is_relative_to(folder):
            raise Cold("its PYTHONPATH leads elsewhere")
        if any((each / f"{name}.py").exists() or (each / name).is_dir() for name in STARTERS):
            raise Cold("it customizes its interpreter")
    return folders


def _tops(prelude: Prelude) -> list[str]:
    return list(dict.fromkeys(name.partition(":")[0] for name in prelude.imports))


def _start(kind: Kind) -> Warm:
    """Start a warm process, in the environment that its jobs have in common."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {**dict(kind.environment), "PYTHONPATH": str(START)}
    words = (",".join(each) for each in (kind.prelude.imports, kind.prelude.hidden))
    try:
        process = subprocess.Popen(
            [kind.python, kind.script, str(its.fileno()), *words], env=environment, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, pass_fds=[its.fileno()],
        )  # fmt: skip
    except BaseException:
        ours.close()
        raise
    finally:
        its.close()
    return Warm(process=process, control=ours)

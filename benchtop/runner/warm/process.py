"""What a warm process does once it has its imports: it forks on request.

Run by ``inside/sitecustomize.py`` in the interpreter of an image's environment; standard library
alone, and imported late, so that what it uses can be taken out of the script's sight.

Three processes per job, of which the first is short-lived: it leaves the host's mounts; the second
is the first process of the job's own numbering, and ends all of it; the third becomes the script.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from benchtop.runner.warm.imports import Prepared

IDLE = 900.0
"""Seconds without a job after which a warm process ends."""
REAP = 0.5
SUBREAPER = 36
OUTPUT, ERRORS = 1, 2
BROKEN = 125
KILLED = 137


def serve(control: int, prepared: Prepared) -> None:
    """Fork for each job that comes, until nobody can send any; comes back in children only."""
    benchtop = socket.socket(fileno=control)
    if prepared.fault:
        benchtop.send(f"cold {prepared.fault}".encode())
        os._exit(0)
    benchtop.send(b"warm")
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    contain = _contain()
    _hold(prepared)
    gc.collect()
    gc.freeze()  # so that a child's collections do not copy what it shares with us
    poll = select.poll()
    poll.register(benchtop, select.POLLIN)
    while True:
        busy = _reap()
        if not poll.poll(1000 * (REAP if busy else IDLE)):
            if busy:
                continue
            os._exit(0)
        sent, files, *_ = socket.recv_fds(benchtop, 64, 1)
        if not sent:
            os._exit(0)
        supervisor = socket.socket(fileno=files[0])
        if not _fork():
            benchtop.close()
            Job(supervisor, contain, prepared).begin()
            return
        supervisor.close()


def _hold(prepared: Prepared) -> None:
    """Hold on to modules, beyond the end of the interpreter."""
    for name in prepared.known & set(sys.modules):
        prepared.held[name] = sys.modules[name]
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(sys.modules[name]))


def _fork() -> int:
    """Fork, without a word about the threads that are known to be harmless."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return os.fork()


def _reap() -> bool:
    """Bury the children that ended; whether there are any left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _contain() -> dict[str, Any]:
    """What ``contain.py`` has: it is no module here, as the script shall not find it."""
    path = os.path.join(os.path.dirname(os.path.dirname(__file__)), "contain.py")  # noqa: PTH118, PTH120
    namespace: dict[str, Any] = {"__name__": "benchtop.runner.contain", "__file__": path}
    with open(path) as source:  # noqa: PTH123
        exec(compile(source.read(), path, "exec"), namespace)  # noqa: S102 - it is ours
    return namespace


class Job:
    """One job, from the fork to the script's first line."""

    def __init__(
        self, supervisor: socket.socket, contain: dict[str, Any], prepared: Prepared
    ) -> None:
        self._supervisor = supervisor
        self._contain = contain
        self._prepared = prepared

    def begin(self) -> None:
        """Leave the host, become the first process of the job, fork the script; see it through."""
        try:
            launch, output = self._hear()
            os.setpgid(0, 0)
            self._contain["enter"](launch["opt_ml"], processes=True)
            os.chdir(launch["cwd"])
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD})
            first = _fork()
        except BaseException as fault:  # noqa: BLE001 - the supervisor then starts it cold
            self._say(f"cold {fault!r}")
            os._exit(BROKEN)
        if first:
            self._say(f"started {os.getpid()} {first}")
            os._exit(0)
        try:
            script = self._first()
        except BaseException as fault:  # noqa: BLE001 - no exception may run the script
            os.write(output, f"cannot contain the job: {fault}\n".encode())
            self._say(f"ended {BROKEN}")
            os._exit(BROKEN)
        if script:
            self._see_through(script, output)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGCHLD})
        self._become(launch, output)

    def _hear(self) -> tuple[dict[str, Any], int]:

        folder, files, *_ = socket.recv_fds(self._supervisor, 1 << 16, 1)
        with open(os.path.join(folder.decode(), "launch.json")) as file:  # noqa: PTH118, PTH123
            launch = json.load(file)
        return {"environment": launch["environment"], **launch["warm"]}, files[0]

    def _say(self, text: str) -> None:
        try:  # noqa: SIM105 - as above
            self._supervisor.send(text.encode())
        except OSError:  # it is gone, and the job with it
            pass

    def _first(self) -> int:
        """Wait for leave to run; then fork the script: its number, or 0 for itself."""
        contain = self._contain
        flags = contain["NO_SUID"] | contain["NO_DEVICES"] | contain["NO_EXECUTION"]
        contain["_mount"]("proc", "/proc", "proc", flags)
        if self._supervisor.recv(16) != b"go":
            os._exit(KILLED)
        return _fork()

    def _see_through(self, script: int, output: int) -> None:
        """Reap until the script has ended, or nobody is there to hear of it; then end everything.

        Whoever was told to end gets to finish: after a SIGTERM we wait for the last descendant.
        """
        os.close(output)
        told: list[int] = []
        heard, rings = os.pipe()
        os.set_blocking(heard, False)
        os.set_blocking(rings, False)
        signal.set_wakeup_fd(rings, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGCHLD})
        poll = select.poll()
        poll.register(heard, select.POLLIN)
        poll.register(self._supervisor, select.POLLIN)
        status = None
        while True:
            ready = [number for number, _ in poll.poll()]
            if self._supervisor.fileno() in ready:  # it says no more: it is gone
                os._exit(KILLED)
            os.read(heard, 4096)
            status, alone = _buried(script, status)
            if status is not None and (alone or not told):
                self._say(f"ended {self._contain['_code'](status)}")
                os._exit(0)

    def _become(self, launch: dict[str, Any], output: int) -> None:
        """Be as the interpreter would be that was started for this script."""
        self._supervisor.close()
        for number in (OUTPUT, ERRORS):
            os.dup2(output, number)
        os.close(output)
        os.environ.clear()
        os.environ.update({**launch["environment"], **self._prepared.changes})
        python, *arguments = launch["command"]
        sys.argv[:] = arguments
        sys.orig_argv[:] = [python, *arguments]
        _find_own(launch["environment"].get("PYTHONPATH", ""))
        for name in set(sys.modules) - self._prepared.known:
            del sys.modules[name]
        _renew_main()
        _roll_dice()


def _buried(script: int, status: int | None) -> tuple[int | None, bool]:
    """Bury who ended: the script's status, if it is or was among them; whether nobody is left."""
    try:
        while True:
            child, ended = os.waitpid(-1, os.WNOHANG)
            if not child:
                return status, False
            status = ended if child == script else status
    except ChildProcessError:
        return status, True


def _find_own(path: str) -> None:
    """Put the job's folders where PYTHONPATH has them: before the environment's."""
    first = [os.path.abspath(each) for each in path.split(os.pathsep)] if path else []  # noqa: PTH100
    sys.path[:] = list(dict.fromkeys([*first, *sys.path]))
    for each in [name for name, finder in sys.path_importer_cache.items() if finder is None]:
        del sys.path_importer_cache[each]


def _renew_main() -> None:
    """Give the script a ``__main__`` that is not frozen: what is left in it must be freed at exit.

    A file that the script left open is written out when the garbage collector finds it there.
    """
    old = sys.modules["__main__"]
    new = sys.modules["__main__"] = type(sys)("__main__")
    new.__dict__.clear()
    new.__dict__.update(old.__dict__)


def _roll_dice() -> None:
    """Random numbers of its own; Python's are seeded anew by the fork, numpy's are not."""
    numbers = sys.modules.get("numpy.random")
    if numbers is not None:
        numbers.seed()

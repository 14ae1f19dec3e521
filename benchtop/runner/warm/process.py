"""What a warm process does: imports, makes sure that it may be forked, and forks on request.

Runs in the interpreter of an image's environment, during its start (see ``inside``), with
``sys.argv`` = the script, a socket's number, the modules to import, the modules to hide. Standard
library alone. Until the imports are done nothing but ``os`` and ``sys`` is used here, so that the
script finds exactly the modules that it would find without us.

Three processes per job, of which the first is short-lived: it leaves the host's mounts; the second
is the first process of the job's own numbering, and ends all of it; the third becomes the script.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from typing import Any

sys.modules.pop("__future__", None)  # the script has not imported it yet

FORKABLE = {"jemalloc_bg_thd"}
"""Threads that may run on in the warm process: their library knows of forks (jemalloc's does)."""
IDLE = 900.0
"""Seconds without a job after which a warm process ends."""
REAP = 0.5
SUBREAPER = 36
OUTPUT, ERRORS = 1, 2
BROKEN = 125
KILLED = 137


HELD: dict[str, Any] = {}
"""The modules that the libraries made, by name; never freed."""


def wait() -> None:
    """Prepare, and serve; comes back in children only, ready to run the script."""
    script, control, imports, hidden = sys.argv
    before = dict(os.environ)
    _leave_libraries_alone(set(sys.modules))
    fault = prepare(_names(imports), _names(hidden))
    known = set(sys.modules)
    changes = {key: value for key, value in os.environ.items() if before.get(key) != value}
    serve(int(control), script, known, changes, fault)


def _leave_libraries_alone(first: set[str]) -> None:
    """At a script's exit, do not take the libraries to pieces: what is shared need not be copied.

    Done last of all that is done at exit, as it is registered first. The modules stay whole because
    ``serve`` holds on to them for ever.
    """
    there = "atexit" in sys.modules
    import atexit  # noqa: PLC0415 - as above

    if not there:
        del sys.modules["atexit"]
    standard = getattr(sys, "stdlib_module_names", None)

    def leave() -> None:
        for name in set(sys.modules) - first if standard else ():
            if name.partition(".")[0] not in standard and HELD.get(name) is sys.modules[name]:
                del sys.modules[name]

    atexit.register(leave)


def _names(text: str) -> list[str]:
    return text.split(",") if text else []


def prepare(imports: list[str], hidden: list[str]) -> str | None:
    """Import everything; why this process may not be forked after that, or None."""
    files = set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - pathlib is not imported yet
    kept = [os.dup(number) for number in (OUTPUT, ERRORS)]
    heard, said = os.pipe()
    os.set_blocking(heard, False)
    os.set_blocking(said, False)
    for number in (OUTPUT, ERRORS):
        os.dup2(said, number)
    try:
        sys.modules.update(dict.fromkeys(hidden))
        for name in imports:
            load(name)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        fault = _printed(heard)
    except BaseException as error:  # noqa: BLE001 - a script's library may raise anything
        fault = f"importing {name} raised {type(error).__name__}: {error}"
    finally:
        for name in hidden:
            sys.modules.pop(name, None)
        for number, copy in zip((OUTPUT, ERRORS), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
        os.close(heard)
        os.close(said)
    return fault or _opened(files) or _threads()


def load(name: str) -> None:
    """Import a module; ``a:b`` is what ``from a import b`` needs, where b may be a module."""
    package, _, member = name.partition(":")
    __import__(package)
    if member and not hasattr(sys.modules[package], member):
        try:
            __import__(f"{package}.{member}")
        except ModuleNotFoundError:
            pass  # the script will meet the same error


def _printed(heard: int) -> str | None:
    try:
        said = os.read(heard, 200)
    except BlockingIOError:
        return None
    return f"what it imports prints {said.decode(errors='replace')!r}"


def _opened(files: set[str]) -> str | None:
    left = set(os.listdir("/proc/self/fd")) - files  # noqa: PTH208 - as above
    names = [_target(number) for number in left]
    more = sorted(name for name in names if name)
    return f"what it imports keeps files open: {', '.join(more)}" if more else None


def _target(number: str) -> str | None:
    try:
        return os.readlink(f"/proc/self/fd/{number}")  # noqa: PTH115 - as above
    except OSError:
        return None


def _threads() -> str | None:
    """The threads that do not put themselves away when the process forks, as OpenBLAS's do."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    for _ in range(1000):
        left = [name for name in _tasks() if name not in FORKABLE]
        if not left:
            return None
        os.sched_yield()
    return f"what it imports starts threads: {', '.join(left)}"


def _tasks() -> list[str]:
    names = []
    for number in os.listdir("/proc/self/task"):  # noqa: PTH208 - as above
        if int(number) != os.getpid():
            try:
                with open(f"/proc/self/task/{number}/comm") as comm:  # noqa: PTH123 - as above
                    names.append(comm.read().strip())
            except OSError:
                continue
    return names


def serve(
    control: int, script: str, known: set[str], changes: dict[str, str], fault: str | None
) -> None:
    """Fork for each job that comes, until nobody can send any; comes back in children only."""
    import ctypes  # noqa: PLC0415 - only now, see above
    import gc  # noqa: PLC0415
    import select  # noqa: PLC0415
    import socket  # noqa: PLC0415

    benchtop = socket.socket(fileno=control)
    benchtop.send(f"cold {fault}".encode() if fault else b"warm")
    if fault:
        os._exit(0)
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    contain = _contain()
    _hold(known, ctypes)
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
            job = Job(supervisor, contain, script, known, changes)
            job.begin()
            return
        supervisor.close()


def _hold(known: set[str], ctypes: Any) -> None:
    """Hold on to modules, beyond the end of the interpreter."""
    HELD.update({name: sys.modules[name] for name in known if name in sys.modules})
    for each in HELD.values():
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(each))


def _fork() -> int:
    """Fork, without a word about the threads that are known to be harmless."""
    import warnings  # noqa: PLC0415 - as above

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
        self,
        supervisor: socket.socket,
        contain: dict[str, Any],
        script: str,
        known: set[str],
        changes: dict[str, str],
    ) -> None:
        self._supervisor = supervisor
        self._contain = contain
        self._script = script
        self._known = known
        self._changes = changes

    def begin(self) -> None:
        """Leave the host, become the first process of the job, fork the script; see it through."""
        import signal  # noqa: PLC0415 - as above

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
            script = self._first(output)
        except BaseException as fault:  # noqa: BLE001 - no exception may run the script
            os.write(output, f"cannot contain the job: {fault}\n".encode())
            self._say(f"ended {BROKEN}")
            os._exit(BROKEN)
        if script:
            self._see_through(script, output)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGCHLD})
        self._become(launch, output)

    def _hear(self) -> tuple[dict[str, Any], int]:
        import json  # noqa: PLC0415 - as above
        import socket  # noqa: PLC0415

        folder, files, *_ = socket.recv_fds(self._supervisor, 1 << 16, 1)
        with open(os.path.join(folder.decode(), "launch.json")) as file:  # noqa: PTH118, PTH123
            launch = json.load(file)
        return {"environment": launch["environment"], **launch["warm"]}, files[0]

    def _say(self, text: str) -> None:
        try:
            self._supervisor.send(text.encode())
        except OSError:
            pass  # it is gone, and the job with it

    def _first(self, output: int) -> int:
        """Wait for leave to run; then fork the script: its number, or 0 for itself."""
        del output
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
        import select  # noqa: PLC0415 - as above
        import signal  # noqa: PLC0415

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
        os.environ.update({**launch["environment"], **self._changes})
        python, *arguments = launch["command"]
        sys.argv[:] = arguments
        sys.orig_argv[:] = [python, *arguments]
        _find_own(launch["environment"].get("PYTHONPATH", ""))
        for name in set(sys.modules) - self._known:
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

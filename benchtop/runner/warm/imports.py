"""What a warm process does first: imports, and makes sure that it may be forked after that.

Run by ``inside/sitecustomize.py`` in the interpreter of an image's environment. Nothing but ``os``
and ``sys`` is used here, so that the script finds exactly the modules that it would find without
us, and they stand in ``sys.modules`` already when a script starts.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

sys.modules.pop("__future__", None)  # the script has not imported it yet

FORKABLE = {"jemalloc_bg_thd"}
"""Threads that may run on in the warm process: their library knows of forks (jemalloc's does)."""
OUTPUT, ERRORS = 1, 2


class Prepared:
    """What the imports have led to.

    ``fault`` says why this process may not be forked, if it may not; ``known`` are the modules that
    there are; ``changes`` are the variables that libraries have set; ``held`` is for modules that
    stay whole when a script ends.
    """

    def __init__(self, imports: str, hidden: str) -> None:
        self.held: dict[str, Any] = {}
        before = dict(os.environ)
        leave_alone(set(sys.modules), self.held)
        self.fault = load_all(_names(imports), _names(hidden))
        self.known = set(sys.modules)
        self.changes = {key: new for key, new in os.environ.items() if before.get(key) != new}


def leave_alone(first: set[str], held: dict[str, Any]) -> None:
    """At a script's exit, do not take the libraries to pieces: what is shared need not be copied.

    Done last of all that is done at exit, as it is registered first.
    """
    there = "atexit" in sys.modules
    import atexit  # noqa: PLC0415 - as said above

    if not there:
        del sys.modules["atexit"]
    standard: frozenset[str] = getattr(sys, "stdlib_module_names", frozenset())

    def leave() -> None:
        for name in set(sys.modules) - first if standard else ():
            if name.partition(".")[0] not in standard and held.get(name) is sys.modules[name]:
                del sys.modules[name]

    atexit.register(leave)


def _names(text: str) -> list[str]:
    return text.split(",") if text else []


def load_all(imports: list[str], hidden: list[str]) -> str | None:
    """Import everything; why this process may not be forked after that, or None."""
    files = set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - pathlib is not imported yet
    kept = [os.dup(number) for number in (OUTPUT, ERRORS)]
    heard, said = os.pipe()
    os.set_blocking(heard, False)
    os.set_blocking(said, False)
    for number in (OUTPUT, ERRORS):
        os.dup2(said, number)
    try:
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment]
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
        try:  # noqa: SIM105 - contextlib is not imported yet
            __import__(f"{package}.{member}")
        except ModuleNotFoundError:  # the script will meet the same error
            pass


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

"""Runs one command in a place of its own: ``/opt/ml`` is the job's folder, and nothing outlives it.

A script of the standard library alone, because mounting must happen after the process exists and
before the command does. It is started as ``python contain.py WAY BOND OPT_ML CWD COMMAND…``, where
``WAY`` is

* ``namespaces``: own mounts and own process numbers; what the command left running dies too;
* ``mounts``: own mounts only, where ``/proc`` may not be mounted anew;
* ``first``: the first process of a sandbox that has own mounts and process numbers already;
* ``plain``: no mounts; used inside another sandbox, and puts the signals right;

and ``BOND`` is ``bound`` where the command must die with the thread that started this script, or
``free``. The waiting processes ignore SIGTERM: whoever ends a job signals its process group, and
the command itself decides what to do about it. Their exit status is the command's, or
128 + signal.
"""

# pathlib would double the start-up time, which every job pays:
# ruff: noqa: PTH102, PTH112, PTH114, PTH115, PTH123, PTH208, PTH211

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

NEW_MOUNTS, NEW_USER, NEW_PROCESSES = 0x00020000, 0x10000000, 0x20000000
BIND, RECURSIVE, PRIVATE = 0x1000, 0x4000, 0x40000
NO_SUID, NO_DEVICES, NO_EXECUTION = 2, 4, 8
DIE_WITH_PARENT = 1
HOME = "/opt/ml"
CANNOT_START = 125


class Told:
    """Whether this process was asked to end."""

    now = False


def enter(opt_ml: str, *, processes: bool) -> None:
    """Leave the host's mounts: from here on ``/opt/ml`` is the folder *opt_ml*.

    Raises:
        OSError: where the kernel, or whoever started us, does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    flags = NEW_MOUNTS | (NEW_PROCESSES if processes else 0) | (NEW_USER if user else 0)
    _call("unshare", flags)
    if user:  # an ordinary user keeps the own number: nothing looks like root that is not
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")
    _mount("none", "/", None, RECURSIVE | PRIVATE)
    _cover(opt_ml)


def _cover(opt_ml: str) -> None:
    """Put a fresh /opt over the host's: what was there stays visible, beside the job's ml."""
    host, job = os.open("/opt", os.O_PATH), os.open(opt_ml, os.O_PATH)
    here = f"/proc/self/fd/{host}"
    names = [name for name in os.listdir(here) if name != "ml"]
    _mount("tmpfs", "/opt", "tmpfs", NO_SUID | NO_DEVICES, "mode=755")
    for name in names:
        _show(f"{here}/{name}", f"/opt/{name}")
    os.mkdir(HOME)
    _mount(f"/proc/self/fd/{job}", HOME, None, BIND | RECURSIVE)
    os.close(host)
    os.close(job)


def _show(source: str, target: str) -> None:
    if os.path.islink(source):
        os.symlink(os.readlink(source), target)
        return
    if os.path.isdir(source):
        os.mkdir(target)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    _mount(source, target, None, BIND | RECURSIVE)


def run(command: list[str], *, fresh_proc: bool) -> int:
    """Start the command, see it and everything it started to the end; its exit status.

    Whoever was told to end gets to finish: after a SIGTERM we wait for the last descendant.
    """
    signal.signal(signal.SIGTERM, _told)
    if fresh_proc:
        _mount("proc", "/proc", "proc", NO_SUID | NO_DEVICES | NO_EXECUTION)
    started = os.fork()
    if not started:
        become(command)
    status = None
    while status is None or Told.now:
        try:
            child, ended = os.wait()
        except ChildProcessError:
            break
        status = ended if child == started else status
    return _code(status)


def become(command: list[str]) -> None:
    """Turn into the command; says why, as a container would, when it cannot."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - this is what it is for
    except OSError as fault:
        os.write(2, f"exec: {command[0]!r}: {fault.strerror}\n".encode())
        os._exit(127 if isinstance(fault, FileNotFoundError) else 126)


def main(arguments: list[str]) -> int:
    """Contain one command."""
    way, bond, opt_ml, cwd, *command = arguments
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if way in ("namespaces", "mounts"):
        enter(opt_ml, processes=way == "namespaces")
    if bond == "bound":  # after entering, because new rights would undo it
        die_with_parent()
    os.chdir(cwd)
    if way == "namespaces":
        return _in_child(command)
    if way == "first":
        return run(command, fresh_proc=False)
    become(command)
    return CANNOT_START


def _in_child(command: list[str]) -> int:
    """Run the command below a first process of its own numbering; all of it ends together."""
    first = os.fork()
    if first:
        return _code(os.waitpid(first, 0)[1])
    die_with_parent()
    code = CANNOT_START
    try:
        code = run(command, fresh_proc=True)
    except OSError as fault:
        os.write(2, f"cannot contain the job: {fault}\n".encode())
    os._exit(code)


def die_with_parent() -> None:
    """Be killed when the thread that started this process ends, where the system can do that."""
    with contextlib.suppress(AttributeError, OSError):
        _call("prctl", DIE_WITH_PARENT, signal.SIGKILL)


def _told(*_: object) -> None:
    Told.now = True


def _code(status: int | None) -> int:
    if status is None:
        return CANNOT_START
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    texts = [None if text is None else text.encode() for text in (source, target, kind, options)]
    _call("mount", *texts[:3], ctypes.c_ulong(flags), texts[3])


def _write(path: str, text: str) -> None:
    with open(path, "w") as out:
        out.write(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

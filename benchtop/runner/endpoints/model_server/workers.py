"""The processes of one model server: a supervisor, its workers, and a watch on who started it."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from .algorithm import own
from .front import Model, serve
from .requirements import missing
from .script import Script

PATIENCE = 1.0
"""Seconds before a worker that died is replaced; a script that always dies must not spin."""


def main(arguments: Sequence[str]) -> None:
    """Load the model and serve it."""
    asked = _parser().parse_args(arguments)
    root = Path(asked.root)
    if asked.listening is not None:
        serve(socket.socket(fileno=asked.listening), _loaded(asked), asked.timeout)
    _watch()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    listening.set_inheritable(True)
    if lacking := missing(root):
        sys.exit(
            f"requirements.txt asks for {', '.join(lacking)}, which the environment that stands in "
            f"for {asked.image} lacks: install it there. Benchtop installs nothing."
        )
    start = _starter(listening, _loaded(asked), arguments, asked.timeout)
    workers = {start() for _ in range(asked.workers)}
    _announce(Path(asked.ready), listening.getsockname()[1])
    _supervise(workers, start)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="model_server")
    parser.add_argument("--root", required=True)
    parser.add_argument("--ready", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--workers", type=int, required=True)
    parser.add_argument("--timeout", type=int, required=True)
    parser.add_argument("--algorithm")
    parser.add_argument("--listening", type=int)
    return parser


def _loaded(asked: argparse.Namespace) -> Model:
    """The model, as its script knows it, or the image's own algorithm."""
    root = Path(asked.root)
    model: Model = (
        own(Path(asked.algorithm), root / "model") if asked.algorithm else Script(root, asked.image)
    )
    model.load()
    return model


def _watch() -> None:
    """End this whole process group when the one who started us is gone, however it went.

    It holds the other end of our standard input; a process of its own waits for the end of it,
    because a thread would make forking unsafe.
    """
    if os.fork():
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        return
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def _alone() -> bool:
    """Whether forking is safe: the model must have left no threads behind, which would be lost."""
    tasks = Path("/proc/self/task")
    return tasks.is_dir() and len(list(tasks.iterdir())) == 1


def _starter(
    listening: socket.socket, script: Model, arguments: Sequence[str], timeout: int
) -> Callable[[], int]:
    """How a worker is made: a copy of this process with its model, or one that loads it again."""
    return _forking(listening, script, timeout) if _alone() else _afresh(listening, arguments)


def _forking(listening: socket.socket, script: Model, timeout: int) -> Callable[[], int]:
    def start() -> int:
        child = os.fork()
        if child:
            return child
        try:
            serve(listening, script, timeout)
        finally:
            os._exit(1)

    return start


def _afresh(listening: socket.socket, arguments: Sequence[str]) -> Callable[[], int]:
    here = str(Path(__file__).with_name("__main__.py"))
    command = [sys.executable, "-u", here, *arguments, "--listening", str(listening.fileno())]

    def start() -> int:
        return os.posix_spawn(sys.executable, command, os.environ)

    return start


def _announce(ready: Path, port: int) -> None:
    arriving = ready.with_suffix(".arriving")
    arriving.write_text(str(port))
    arriving.replace(ready)


def _supervise(workers: set[int], start: Callable[[], int]) -> None:
    while True:
        ended, status = os.wait()
        if ended not in workers:
            continue
        workers.discard(ended)
        code = os.waitstatus_to_exitcode(status)
        print(f"A worker ended with {code}; another takes its place.", flush=True)  # noqa: T201
        time.sleep(PATIENCE)
        workers.add(start())

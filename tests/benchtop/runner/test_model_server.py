"""What a model server promises to the machine it runs on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchtop.runner.endpoints.connections import Broken, Connections
from benchtop.runner.endpoints.serving import MODEL_SERVER

SCRIPT = """
import os, threading
print("loading", flush=True)
def model_fn(model_dir):
    LINE
def transform_fn(model, body, content_type, accept):
    return f"{os.getpid()} {os.getppid()}"
"""


class Server:
    """A model server started by hand, as benchtop starts it."""

    def __init__(self, root: Path, line: str = "return None", **environment: str) -> None:
        code = root / "model" / "code"
        code.mkdir(parents=True)
        (code / "inference.py").write_text(SCRIPT.replace("LINE", line))
        command = [sys.executable, "-u", str(MODEL_SERVER), "--root", str(root), "--ready",
                   str(root / "port"), "--image", "any:1", "--workers", "2",
                   "--timeout", "60"]  # fmt: skip
        self.ready = root / "port"
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, env={"PATH": os.environ["PATH"], **environment},
        )  # fmt: skip

    def connect(self) -> Connections:
        pause = threading.Event()
        while not self.ready.is_file():
            assert self.process.poll() is None, self.said()
            pause.wait(0.01)
        return Connections(int(self.ready.read_text()), 2)

    def said(self) -> str:
        """End the server, and give what it printed."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        with self.process.stdout as out:
            text = out.read().decode()
        self.process.wait()
        return text


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    """Servers that end with the test."""
    started: list[Server] = []
    yield started
    for server in started:
        if server.process.stdout is not None and not server.process.stdout.closed:
            server.said()


def processes(connections: Connections) -> list[int]:
    """The worker that answers, and its parent."""
    answer = connections.ask("POST", "/invocations", {}, b"", 10.0)
    return [int(each) for each in answer.body.split()]


def test_every_process_ends_with_whoever_started_it(tmp_path: Path, servers: list[Server]) -> None:
    """When the other end of standard input is closed, nothing is left running."""
    servers.append(Server(tmp_path))
    connections = servers[0].connect()
    worker, parent = processes(connections)
    assert parent == servers[0].process.pid

    assert servers[0].process.stdin is not None
    servers[0].process.stdin.close()
    servers[0].process.wait(10)

    with pytest.raises(Broken):
        processes(connections)
    connections.close()
    assert not alive(worker)


def alive(pid: int) -> bool:
    """Whether a process is still running; one that waits to be buried is not."""
    pause = threading.Event()
    for _ in range(500):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or ") Z " in stat.read_text():
            return False
        pause.wait(0.01)
    return True


def test_a_model_without_threads_is_loaded_once(tmp_path: Path, servers: list[Server]) -> None:
    """Workers are copies of the process that loaded the model."""
    servers.append(Server(tmp_path))
    servers[0].connect()

    assert servers[0].said().count("loading") == 1


def test_a_model_with_threads_is_loaded_by_each_worker(
    tmp_path: Path, servers: list[Server]
) -> None:
    """Threads would be lost in a copy, so each worker loads the model for itself."""
    line = "threading.Thread(target=threading.Event().wait, daemon=True).start()"
    servers.append(Server(tmp_path, line))
    connections = servers[0].connect()
    assert processes(connections)[1] == servers[0].process.pid

    kept = connections._places.get()
    processes(connections)
    connections._places.put(kept)
    connections.close()

    assert servers[0].said().count("loading") >= 2


def test_requirements_that_are_missing_are_named(tmp_path: Path, servers: list[Server]) -> None:
    """A requirements.txt that the environment does not meet ends the server with a sentence."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "requirements.txt").write_text("pytest\nno-such-thing>=1\n# comment\n")
    servers.append(Server(tmp_path))

    assert servers[0].process.wait(10) == 1
    assert "requirements.txt asks for no-such-thing, which" in servers[0].said()


def test_a_script_outside_its_folder_is_not_run(tmp_path: Path, servers: list[Server]) -> None:
    """SAGEMAKER_PROGRAM cannot lead out of the code folder."""
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "evil.py").write_text("print('evil')")
    servers.append(Server(tmp_path / "ml", SAGEMAKER_PROGRAM="../../../model/evil.py"))

    assert servers[0].process.wait(10) == 1
    said = servers[0].said()
    assert "evil\n" not in said
    assert "SAGEMAKER_PROGRAM is ../../../model/evil.py, and neither" in said

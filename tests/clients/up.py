"""Benchtop as its users have it: a process, reached over a socket."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchtop.settings import Settings
from benchtop.store.lock import holder
from benchtop.surroundings import surroundings

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
PATIENCE = 60


class Benchtop:
    """One ``benchtop up`` over a state folder; it may be killed and started again."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.start()

    def start(self, *options: str) -> None:
        command = [PYTHON, "-m", "benchtop", "up", "--port", "0", "--state", str(self.state)]
        with (self.state.parent / "up.log").open("a") as log:
            self.process = subprocess.Popen(
                [*command, *options], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(lambda: holder(self.state) is not None or self.process.poll() is not None)
        found = holder(self.state)
        assert found is not None, (self.state.parent / "up.log").read_text()
        self.endpoint = found.endpoint

    @property
    def around(self) -> dict[str, str]:
        """What `benchtop env` would export."""
        return surroundings(Settings(state=self.state, port=int(self.endpoint.rpartition(":")[2])))

    def kill(self) -> None:
        """``kill -9``: nothing is tidied up."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 5}),
        )


def wait_for(holds: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Wait until something holds; what it was."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came to hold")


def run(
    *words: str,
    wrap: tuple[str, ...] = (),
    around: dict[str, str] | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a command of the project to its end; what it printed is one text."""
    return subprocess.run(
        [*wrap, *((PYTHON, "-m", *words) if words else ())],
        cwd=ROOT, text=True, check=False, timeout=PATIENCE * 2,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "120", **(around or {})}, **options,
    )  # fmt: skip

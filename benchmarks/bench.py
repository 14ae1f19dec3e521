"""A benchtop of the benchmark's own: started as a user starts it, stopped at the end."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from benchtop.settings import Settings
from benchtop.store.lock import holder
from benchtop.surroundings import surroundings


class Bench:
    """A running benchtop, and clients for it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.environment = surroundings(settings)

    def client(self, service: str) -> object:
        """A boto3 client for this benchtop."""
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.settings.endpoint,
            region_name=self.settings.region,
            aws_access_key_id="benchtop",
            aws_secret_access_key="benchtop",
        )


@contextmanager
def running(state: Path) -> Iterator[Bench]:
    """A benchtop over *state*, on any free port."""
    command = [sys.executable, "-m", "benchtop", "up", "--port", "0", "--state", str(state)]
    log = (state.parent / "up.log").open("w")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield Bench(Settings(state=state, port=_port(state, process)))
    finally:
        process.terminate()
        process.wait()
        log.close()


def _port(state: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        if found := holder(state):
            return int(found.endpoint.rpartition(":")[2])
        time.sleep(0.05)
    raise RuntimeError(f"benchtop did not start; see {state.parent / 'up.log'}")

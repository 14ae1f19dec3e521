"""Fixtures of the tests that drive benchtop as a process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.up import Benchtop


@pytest.fixture
def benchtop(tmp_path: Path) -> Iterator[Benchtop]:
    """A benchtop that is up."""
    up = Benchtop(tmp_path / "state")
    yield up
    if up.process.poll() is None:
        up.stop()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder that nobody serves yet."""
    return tmp_path / "state"

"""Vocabulary of the conformance tests: one bench for all rows, emptied in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.bench import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A bench on which nothing has happened yet."""
    bench = Bench(tmp_path)
    yield bench
    bench.close()

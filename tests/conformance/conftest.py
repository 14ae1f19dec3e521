"""Vocabulary of the conformance tests: one bench for all rows, emptied in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.bench import Bench


@pytest.fixture(scope="session")
def whole_bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bench that serves many tests."""
    bench = Bench(tmp_path_factory.mktemp("bench"))
    yield bench
    bench.close()


@pytest.fixture
def bench(whole_bench: Bench) -> Bench:
    """A bench on which nothing has happened yet."""
    whole_bench.empty()
    return whole_bench

"""Vocabulary of the tests of desks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from benchtop.door.json11 import Door
from benchtop.store.records import Records
from tests.benchtop.desks.tuning.tuning_bench import TuningBench


@pytest.fixture
def tuning(
    records: Records, sagemaker_door: Callable[..., Door], connect: Callable[[Door], Any]
) -> Iterator[Callable[..., TuningBench]]:
    """Starts tuning benches on the same records, and ends them after the test."""
    benches: list[TuningBench] = []

    def start(*objective: Any, **options: Any) -> TuningBench:
        bench = TuningBench(
            records, lambda desk: connect(sagemaker_door(desk)), *objective, **options
        )
        benches.append(bench)
        return bench

    yield start
    for bench in benches:
        bench.foreman.stop()

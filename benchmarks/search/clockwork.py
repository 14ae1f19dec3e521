"""Time that costs nothing: who of those at work is done first, by durations drawn from a seed."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from random import Random
from typing import Any

SPREAD = 0.7
"""Durations are lognormal, with this standard deviation of their logarithm."""


@dataclass
class Clockwork:
    """Some workers, and what each is at; the same seed gives the same order of ends."""

    workers: int
    in_all: int
    seed: int
    _now: float = 0.0
    _begun: int = 0
    _at_work: list[tuple[float, int, Any]] = field(default_factory=list)

    def begin(self, what: Any) -> list[Any]:
        """A worker takes up the next thing; what is done before any worker is free again."""
        self._begun += 1
        duration = Random(f"{self.seed}/{self._begun}").lognormvariate(0, SPREAD)
        heapq.heappush(self._at_work, (self._now + duration, self._begun, what))
        if self._begun == self.in_all:
            return [self._next() for _ in range(len(self._at_work))]
        return [self._next()] if len(self._at_work) == self.workers else []

    def _next(self) -> Any:
        self._now, _, what = heapq.heappop(self._at_work)
        return what

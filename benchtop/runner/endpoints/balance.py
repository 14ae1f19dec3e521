"""Which of several takes the next request: exact shares, without dice."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Balance(Generic[Key]):
    """Smooth weighted round robin: of any 100 requests a weight of 10% takes 10, spread evenly."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._credit: dict[Key, float] = {}

    def choose(self, weights: Mapping[Key, float]) -> Key:
        """The one that is owed most; weights are relative, and one of 0 is never chosen.

        Raises:
            LookupError: when no weight is above 0.
        """
        able = {key: weight for key, weight in weights.items() if weight > 0}
        if not able:
            raise LookupError("no weight is above 0")
        with self._lock:
            credit = {key: self._credit.get(key, 0.0) + able[key] for key in able}
            chosen = max(credit, key=lambda key: credit[key])
            credit[chosen] -= sum(able.values())
            self._credit = credit
            return chosen

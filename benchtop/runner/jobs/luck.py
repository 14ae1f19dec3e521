"""What befalls jobs by chance: instances lost or not to be had, and faults of the service.

Everything follows from the job's seed and the number of its start, so that a run can be repeated.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from benchtop.dice import stem, throw

MINUTE = 60.0


@dataclass(frozen=True, kw_only=True)
class Luck:
    """How often something befalls a job.

    Attributes:
        interruptions: how often a spot job is interrupted in a minute of running, on average;
            the time until it happens is memoryless, as losing a spot instance is.
        capacity: the share of starts for which there is no instance. A job fails with
            CapacityError; a spot job waits, and looks again each second.
        internal: the share of starts that end in InternalServerError.
        pause: seconds that a spot job which lost its instance waits for another: least and most.
    """

    interruptions: float = 0.0
    capacity: float = 0.0
    internal: float = 0.0
    pause: tuple[float, float] = (1.0, 3.0)
    _seen: Counter[str] = field(default_factory=Counter, repr=False)

    def seed(self, name: str) -> str:
        """What a job's luck follows from: its name, as far as it is the same in every run.

        Of names that a pipeline gives only the step remains, and which job of the step it is.
        """
        same = stem(name)
        if same == name:
            return name
        self._seen[same] += 1
        return f"{same} {self._seen[same]}"

    def interrupted_after(self, seed: str, start: int) -> float | None:
        """Seconds that a spot job keeps its instance; None: as long as it wants."""
        if self.interruptions <= 0:
            return None
        return -math.log(1.0 - throw("interruption", seed, start)) * MINUTE / self.interruptions

    def waits(self, seed: str, start: int) -> float:
        """Seconds until there is a spot instance again."""
        least, most = self.pause
        return least + (most - least) * throw("pause", seed, start)

    def lacks_capacity(self, seed: str, start: int, look: int = 0) -> bool:
        """Whether there is no instance to be had."""
        return throw("capacity", seed, start, look) < self.capacity

    def breaks(self, seed: str, start: int) -> bool:
        """Whether the service fails the job."""
        return throw("internal", seed, start) < self.internal

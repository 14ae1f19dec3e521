"""The starts of one job: when it may begin, how long it may run, whether it begins once more."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from benchtop.runner.jobs import failures
from benchtop.runner.jobs.folder import JobFolder
from benchtop.runner.jobs.luck import Luck
from benchtop.runner.jobs.work import Faulty, Late, Outcome, Work
from benchtop.wire import Json

LOOK = 1.0
"""Seconds between two looks for a spot instance."""
TICK = 0.05
INTERRUPTED = "Interrupted"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Starts:
    """What a job's earlier starts mean for the next; all of it is written in the job's folder."""

    work: Work
    folder: JobFolder
    luck: Luck
    entered: Callable[[str], None]

    @cached_property
    def seed(self) -> str:
        """What this job's luck follows from."""
        return self.luck.seed(self.work.terms.seed)

    def begin(self, pause: Callable[[], None]) -> None:
        """Wait for an instance; ask *pause* often.

        Raises:
            Faulty: when there is none, or the service breaks down.
            Late: when there is no time left.
        """
        earlier = self.folder.starts()
        if earlier and earlier[-1]["why"] == "interrupted":
            self.entered(INTERRUPTED)
            self._wait(self.luck.waits(self.seed, len(earlier)), pause)
        self._find_capacity(len(earlier), pause)
        if earlier:
            self.entered("Starting")
        if self.luck.breaks(self.seed, len(earlier)):
            log.warning("Fault on request: the job %s meets an internal error.", self.work.name)
            raise Faulty(failures.INTERNAL)
        self._in_time()

    def limits(self) -> Json:
        """Seconds that this start may take, why it then ends, and when its instance is lost."""
        terms, earlier = self.work.terms, self.folder.starts()
        left, late = self._left(earlier), "timeout"
        if terms.until is not None and terms.until - time.time() < left:
            left, late = terms.until - time.time(), "waited"
        lost = self.luck.interrupted_after(self.seed, len(earlier)) if terms.spot else None
        return {"seconds": max(left, 0.001), "late": late, "lost": lost}

    def another(self, outcome: Outcome) -> bool:
        """Whether the job begins once more after such an ending; it is noted, if so."""
        why = self._why(outcome)
        if why is None or self.folder.stopping or self.folder.alive():
            return False
        log.warning("The job %s is started again: %s.", self.work.name, why)
        self.folder.over(why)
        if why == "interrupted":
            self.entered(INTERRUPTED)
        return True

    def lost(self) -> None:
        """The job ran when the machine went down."""
        self.folder.over("lost")
        self.entered(INTERRUPTED)

    def _why(self, outcome: Outcome) -> str | None:
        if outcome.status == INTERRUPTED:
            return str((self.folder.ending() or {}).get("why", "interrupted"))
        if not str(outcome.failure_reason).startswith(failures.INTERNAL_CODE):
            return None
        earlier = [each["why"] for each in self.folder.starts()].count("internal")
        return "internal" if earlier < self.work.terms.retries else None

    def _find_capacity(self, start: int, pause: Callable[[], None]) -> None:
        terms, look = self.work.terms, 0
        while self.luck.lacks_capacity(self.seed, start, look):
            log.warning("Fault on request: there is no instance for the job %s.", self.work.name)
            if not terms.spot:
                raise Faulty(failures.CAPACITY)
            self._wait(LOOK, pause)
            look += 1

    def _wait(self, seconds: float, pause: Callable[[], None]) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._in_time()
            pause()
            time.sleep(TICK)

    def _in_time(self) -> None:
        until = self.work.terms.until
        if until is not None and time.time() >= until:
            raise Late("MaxWaitTimeExceeded")
        if self._left(self.folder.starts()) <= 0:
            raise Late("MaxRuntimeExceeded")

    def _left(self, earlier: list[Json]) -> float:
        """What earlier starts leave of MaxRuntimeInSeconds, which is for all of them."""
        used = sum(float(each["ended"]) - float(each["started"]) for each in earlier)
        return self.work.seconds - used

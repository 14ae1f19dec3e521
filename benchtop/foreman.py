"""One thread that wakes when something changed and asks what is next.

Tuning jobs and pipeline executions are advanced here, one at a time, by functions that return
quickly: they read records, ask desks for new jobs, and say when they want to be asked again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from benchtop.store.records import Record

Advance = Callable[[str], float | None]
"""Move the thing with this ARN on; return when to ask again (seconds since 1970), or None."""

log = logging.getLogger(__name__)


class Foreman:
    """Keeps who is due and when; advances each in turn."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}
        self._advance: dict[str, Advance] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="foreman", daemon=True)

    def hire(self, kind: str, advance: Advance) -> None:
        """Let *advance* move on whatever is of this kind: the ARN's resource word."""
        self._advance[kind] = advance

    def wake(self, arn: str, at: float = 0.0) -> None:
        """Have the thing with this ARN advanced now, or at a time."""
        if kind(arn) not in self._advance:
            return
        with self._changed:
            self._due[arn] = min(at, self._due.get(arn, at))
            self._changed.notify()

    def heard(self, record: Record) -> None:
        """A record changed: whatever made it may go on."""
        if record.parent:
            self.wake(record.parent)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the advance under way, and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while (arn := self._next()) is not None:
            try:
                again = self._advance[kind(arn)](arn)
            except Exception:
                log.exception("Could not advance %s; trying again in 5 s.", arn)
                again = time.time() + 5
            if again is not None:
                self.wake(arn, again)

    def _next(self) -> str | None:
        with self._changed:
            while not self._stopping:
                arn = min(self._due, key=lambda each: self._due[each], default=None)
                wait = self._due[arn] - time.time() if arn else None
                if arn and wait is not None and wait <= 0:
                    del self._due[arn]
                    return arn
                self._changed.wait(wait)
            return None


def kind(arn: str) -> str:
    """The resource word of an ARN; an execution's is ``pipeline-execution``."""
    resource = arn.split(":", 5)[-1]
    return "pipeline-execution" if "/execution/" in resource else resource.partition("/")[0]

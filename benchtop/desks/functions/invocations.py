"""Events for functions: accepted at once, written down, delivered soon, tried again twice."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable

from benchtop.store.functions import FunctionFiles

AT_A_TIME = 4
TRIES_AGAIN_AFTER = (60.0, 120.0)
"""Seconds before the second and the third attempt, as on AWS."""

Deliver = Callable[[str, str, bytes], bool]
"""Runs a function (name, request id, event); whether it succeeded."""

log = logging.getLogger(__name__)


class Events:
    """Delivers events in threads of its own; what was accepted survives a crash."""

    def __init__(self, files: FunctionFiles, deliver: Deliver) -> None:
        self._files = files
        self._deliver = deliver
        self._places = threading.Semaphore(AT_A_TIME)

    def accept(self, function: str, event: bytes) -> str:
        """Promise to deliver an event; its request id."""
        event_id = str(uuid.uuid4())
        self._files.keep_event(function, event_id, {"event": json.loads(event)})
        self._begin(function, event_id, event, 0)
        return event_id

    def resume(self) -> None:
        """Deliver what was promised before a crash."""
        for function, event_id, kept in self._files.events():
            self._begin(function, event_id, json.dumps(kept["event"]).encode(), 0)

    def _begin(self, function: str, event_id: str, event: bytes, attempt: int) -> None:
        arguments = (function, event_id, event, attempt)
        threading.Thread(
            target=self._work, args=arguments, name=f"event {event_id}", daemon=True
        ).start()

    def _work(self, function: str, event_id: str, event: bytes, attempt: int) -> None:
        with self._places:
            try:
                done = self._deliver(function, event_id, event)
            except Exception:
                log.exception("Function %s could not be run.", function)
                done = False
        if done or attempt == len(TRIES_AGAIN_AFTER):
            self._files.drop_event(function, event_id)
            return
        again = threading.Timer(
            TRIES_AGAIN_AFTER[attempt], self._begin, (function, event_id, event, attempt + 1)
        )
        again.daemon = True
        again.start()

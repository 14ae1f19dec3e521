"""Kept connections to one model server: as many as it has workers, each used by one at a time."""

from __future__ import annotations

import http.client
import queue
import select
import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a model server answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class TimedOut(Exception):
    """The model did not answer in time."""


class Broken(Exception):
    """The model server ended while it was asked."""


class Connections:
    """A fixed number of places, each with a connection that is opened when first needed."""

    def __init__(self, port: int, size: int) -> None:
        self.port = port
        self._places: queue.LifoQueue[http.client.HTTPConnection | None] = queue.LifoQueue()
        self._gone = False
        for _ in range(size):
            self._places.put(None)

    def ask(
        self, method: str, path: str, headers: dict[str, str], body: bytes, timeout: float
    ) -> Answer:
        """Send one request over a free connection, waiting for one if all are busy.

        Raises:
            TimedOut: when no connection came free, or no answer came, within *timeout* seconds.
            Broken: when the server ended.
        """
        until = time.monotonic() + timeout
        try:
            kept = self._places.get(timeout=timeout)
        except queue.Empty:
            raise TimedOut from None
        connection: http.client.HTTPConnection | None = None
        try:
            connection = self._open(kept)
            _ready(connection, until)
            connection.request(method, path, body, headers)
            answer = _read(connection)
        except TimeoutError:
            _close(connection)
            connection = None
            raise TimedOut from None
        except (OSError, http.client.HTTPException) as fault:
            _close(connection)
            connection = None
            raise Broken(str(fault)) from None
        finally:
            if self._gone:
                _close(connection)
            self._places.put(connection)
        return answer

    def close(self) -> None:
        """Close every connection, those in use when their request has ended."""
        self._gone = True
        while True:
            try:
                _close(self._places.get_nowait())
            except queue.Empty:
                return

    def _open(self, kept: http.client.HTTPConnection | None) -> http.client.HTTPConnection:
        """The kept connection if the other side still is there, or another."""
        if kept is not None and kept.sock is not None and not _readable(kept):
            return kept
        _close(kept)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)


def _ready(connection: http.client.HTTPConnection, until: float) -> None:
    if connection.sock is None:
        connection.connect()
    connection.sock.settimeout(max(until - time.monotonic(), 0.001))


def _read(connection: http.client.HTTPConnection) -> Answer:
    response = connection.getresponse()
    content = response.read()
    told = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, headers=told, body=content)


def _readable(connection: http.client.HTTPConnection) -> bool:
    """Whether an idle connection has something to say, which can only be good-bye."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))


def _close(connection: http.client.HTTPConnection | None) -> None:
    if connection is not None:
        connection.close()

"""HTTP before a model: GET /ping and POST /invocations, one request at a time for each worker."""

from __future__ import annotations

import signal
import socket
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol


class Model(Protocol):
    """What answers: a script with its model, or an image's own algorithm."""

    def load(self) -> None:
        """Make ready; raises when it cannot."""

    def answer(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """The status, headers and body that answer one invocation; a fault is told, not raised."""


def serve(listening: socket.socket, script: Model, timeout: int) -> None:
    """Answer one connection after the other; never returns.

    A worker takes a connection only when it is free, so whoever holds as many connections as
    there are workers finds each at another worker.
    """
    front = type("Front", (Front,), {"script": script, "seconds": timeout})
    while True:
        connection, address = listening.accept()
        with connection:
            front(connection, address, None)


class Front(BaseHTTPRequestHandler):
    """One connection, for as long as the other side keeps it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    script: Model
    seconds: int

    def handle(self) -> None:
        """Answer until the other side leaves, however it leaves."""
        try:
            super().handle()
        except ConnectionError:
            return

    def do_GET(self) -> None:
        """Say that the model is loaded: nothing answers before it is."""
        self._answer(200 if self.path == "/ping" else 404, {}, b"")

    def do_POST(self) -> None:
        """Answer an invocation."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/invocations":
            self._answer(404, {}, b"")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        # A request without end would keep this worker for ever: the alarm ends the process, and
        # the supervisor starts another, as the toolkit's own server does.
        signal.alarm(self.seconds)
        status, answers, content = self.script.answer(body, headers)
        signal.alarm(0)
        self._answer(status, answers, content)

    def log_message(self, *_: Any) -> None:
        """Leave the log to the script."""

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

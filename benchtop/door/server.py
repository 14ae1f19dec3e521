"""The socket: HTTP/1.1 with keep-alive, chunked bodies and Expect, many requests at a time."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from wsgiref.types import WSGIApplication

from cheroot import wsgi

THREADS = 48
"""Requests at a time: long ones, such as a poll of a queue, must not keep short ones waiting."""

BACKLOG = 128

IDLE = 120
"""Seconds for which a client may be silent within a request, or keep a connection for nothing."""

TICK = 0.05
"""Seconds after which the server at the latest notices that it shall stop."""

PIECE = 1 << 16

TOO_LARGE = b"413"
"""The one status after which cheroot closes the connection, and nothing need be read."""

log = logging.getLogger(__name__)


class PortTaken(Exception):
    """Another program listens on the port."""


class _Gateway(wsgi.Gateway_10):
    """Leaves nothing of a request on a connection that goes on.

    An application may refuse a body without reading it. cheroot would read what is left of it
    at once, into memory, and of a chunked body nothing, and take the rest for the next request.
    """

    def respond(self) -> None:
        """Answer; an answer without a body leaves nothing behind either."""
        super().respond()
        self._drain()

    def write(self, chunk: bytes) -> None:
        """Send a part of the answer; before the first, read the request to its end."""
        if not self.req.sent_headers:
            self._drain()
        super().write(chunk)

    def _drain(self) -> None:
        if self.req.status[:3] == TOO_LARGE:
            return
        if self.req.chunked_read or getattr(self.req.rfile, "remaining", 0) > 0:
            while self.req.rfile.read(PIECE):
                pass


class _Cheroot(wsgi.Server):
    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        """Write what goes wrong with a connection where benchtop writes everything."""
        log.log(level, msg, exc_info=traceback)

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: tuple[str, int]) -> socket.socket:
        """Bind, and leave no socket open when that fails."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_


class Server:
    """One application behind one port."""

    def __init__(self, app: WSGIApplication, host: str = "127.0.0.1", port: int = 4747) -> None:
        """Prepare to listen; port 0 lets the system choose."""
        self.host = host
        self.port = port
        self._cheroot = _Cheroot(
            (host, port),
            app,
            numthreads=THREADS,
            request_queue_size=BACKLOG,
            timeout=IDLE,
            shutdown_timeout=1,
        )
        self._cheroot.gateway = _Gateway
        self._cheroot.expiration_interval = TICK
        self._thread = threading.Thread(target=self._serve, name="server", daemon=True)

    @property
    def endpoint(self) -> str:
        """Where clients reach the server."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Listen; when this returns, clients are heard.

        Raises:
            PortTaken: another program listens there.
        """
        try:
            self._cheroot.prepare()
        except OSError as fault:
            if _is_taken(fault):
                raise PortTaken(
                    f"Port {self.port} is taken by another program, perhaps by another benchtop: "
                    "stop that one, or choose another port with --port."
                ) from None
            raise
        self.port = self._cheroot.bind_addr[1]
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being answered, and close the port; stopping twice changes nothing."""
        self._cheroot.stop()
        if self._thread.is_alive():
            self._thread.join()

    def _serve(self) -> None:
        self._cheroot.serve()


def _is_taken(fault: OSError) -> bool:
    # cheroot wraps the error of the last address it tried, and may keep only the text.
    words = str(fault).lower()
    return fault.errno == errno.EADDRINUSE or "in use" in words

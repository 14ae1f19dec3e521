"""What the server promises."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from benchtop.door.server import PortTaken, Server


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers with the size of the body, which it reads in pieces."""
    size = 0
    while piece := environ["wsgi.input"].read(1 << 16):
        size += len(piece)
    start_response("200 OK", [("Content-Length", str(len(str(size))))])
    return [str(size).encode()]


def deaf(_: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers without reading."""
    start_response("400 Bad Request", [("Content-Length", "2")])
    return [b"no"]


def mute(_: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answers without reading or saying anything."""
    start_response("204 No Content", [])
    return []


@pytest.fixture
def listening() -> Iterator[Server]:
    server = Server(app, port=0)
    server.start()
    yield server
    server.stop()


def test_a_taken_port_is_named(listening: Server) -> None:
    """
    The message says which port, and how to choose another.
    """
    second = Server(app, port=listening.port)

    with pytest.raises(PortTaken, match=rf"Port {listening.port} .*--port"):
        second.start()


def test_a_stopped_server_frees_its_port(listening: Server) -> None:
    """
    After stop, another server may listen there; stopping again changes nothing.
    """
    listening.stop()
    second = Server(app, port=listening.port)

    second.start()
    second.stop()
    second.stop()


def test_a_connection_is_kept(listening: Server) -> None:
    """
    Many requests travel over one connection.
    """
    connection = http.client.HTTPConnection(listening.host, listening.port)
    connection.connect()
    first = connection.sock.getsockname()

    for size in (0, 1, 1 << 20):
        connection.request("PUT", "/", b"x" * size)
        assert int(connection.getresponse().read()) == size

    assert first == connection.sock.getsockname()
    connection.close()


@pytest.mark.parametrize(("application", "said"), [(deaf, b"no"), (mute, b"")])
@pytest.mark.parametrize("chunked", [True, False])
def test_an_unread_body_does_not_spoil_the_connection(
    application: Any, said: bytes, chunked: bool
) -> None:
    """
    A body that nobody read is gone before the next request on its connection.
    """
    server = Server(application, port=0)
    server.start()
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.connect()
    first = connection.sock.getsockname()

    for _ in range(3):
        body = iter([b"x" * 1000] * 200) if chunked else b"x" * 200_000
        connection.request("PUT", "/", body, encode_chunked=chunked)
        assert connection.getresponse().read() == said

    assert first == connection.sock.getsockname()
    connection.close()
    server.stop()


def test_a_client_that_waits_is_told_to_continue(listening: Server) -> None:
    """
    A client that expects "100 Continue" receives it before it sends its body.
    """
    with socket.create_connection((listening.host, listening.port)) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n")
        client.sendall(b"Expect: 100-continue\r\nConnection: close\r\n\r\n")

        assert client.recv(100).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        assert b"".join(iter(lambda: client.recv(1000), b"")).endswith(b"\r\n\r\n3")


def test_a_slow_request_keeps_nobody_waiting() -> None:
    """
    Requests are answered while others are still being answered.
    """
    gate = threading.Barrier(8, timeout=10)

    def together(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        gate.wait()
        return app(environ, start_response)

    server = Server(together, port=0)
    server.start()
    answers: list[int] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(server))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    server.stop()

    assert answers == [200] * 8


def ask(server: Server) -> int:
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.request("GET", "/")
    status = connection.getresponse().status
    connection.close()
    return status

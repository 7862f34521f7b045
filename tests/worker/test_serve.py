"""A listener is bounded in size and time, on a real socket: nobody holds it by sending much, or slowly."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from followup.web.bodies import MOST_API_BYTES, MOST_BYTES, BodyLimit
from followup.worker import serve

SHORT = 0.4
PATIENCE = 10.0


async def _length(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A listener with the service's own bounds, its times shortened."""
    monkeypatch.setattr(serve, "HEADER_SECONDS", SHORT)
    monkeypatch.setattr(serve, "IDLE_SECONDS", SHORT)
    app = Starlette(
        routes=[Route(path, _length, methods=["POST"]) for path in ("/twilio/sms", "/api/infusions")],
        middleware=[Middleware(BodyLimit, seconds=SHORT)],
    )
    listener = serve.listen("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", **serve.bounds())
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listener.close()


def _connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=PATIENCE)


def _read(connection: socket.socket) -> bytes:
    """All until the other side closes."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionResetError:
        pass
    return found


def _head(path: str, length: int) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n".encode()


def _answer(address: tuple[str, int], *pieces: bytes) -> bytes:
    with closing(_connect(address)) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        return _read(connection)


def test_a_request_of_usual_size_is_answered(address: tuple[str, int]) -> None:
    assert _answer(address, _head("/twilio/sms", 5), b"hello").endswith(b"\r\n\r\n5")


def test_a_silent_connection_is_closed(address: tuple[str, int]) -> None:
    began = time.monotonic()
    assert _answer(address) == b""
    assert SHORT / 2 <= time.monotonic() - began < PATIENCE


def test_headers_that_drip_are_cut_off(address: tuple[str, int]) -> None:
    """Slow loris: each byte is new, the request never begins."""
    began = time.monotonic()
    waiting = threading.Event()
    with closing(_connect(address)) as connection:
        connection.sendall(b"POST /twilio/sms HTTP/1.1\r\n")
        for _ in range(200):
            try:
                connection.sendall(b"X-A: b\r\n")
            except (BrokenPipeError, ConnectionResetError):
                break
            waiting.wait(0.05)
        assert time.monotonic() - began < PATIENCE
        assert _read(connection) == b""


def test_a_body_that_drips_is_cut_off(address: tuple[str, int]) -> None:
    assert b"408" in _answer(address, _head("/twilio/sms", 100), b"only the beginning").split(b"\r\n", 1)[0]


def test_a_kept_connection_is_let_go_when_idle(address: tuple[str, int]) -> None:
    request = _head("/twilio/sms", 5).replace(b"Connection: close\r\n", b"")
    assert _answer(address, request, b"hello").endswith(b"\r\n\r\n5")


def test_headers_without_end_are_refused(address: tuple[str, int]) -> None:
    long = b"X-Long: " + b"x" * serve.MOST_HEADER_BYTES * 2
    assert _answer(address, b"POST /twilio/sms HTTP/1.1\r\nHost: x\r\n", long)[9:12] in {b"400", b"431"}


@pytest.mark.parametrize(("path", "most"), [("/twilio/sms", MOST_BYTES), ("/api/infusions", MOST_API_BYTES)])
def test_a_body_is_read_up_to_its_limit(address: tuple[str, int], path: str, most: int) -> None:
    assert _answer(address, _head(path, most), b"x" * most).endswith(str(most).encode())
    too_long = _answer(address, _head(path, most + 1), b"x" * (most + 1))
    assert not too_long or b" 413 " in too_long.split(b"\r\n", 1)[0]


def test_a_body_without_a_length_is_bounded_too(address: tuple[str, int]) -> None:
    head = b"POST /twilio/sms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    answer = _answer(address, head, *[piece] * 6)
    assert not answer or b" 413 " in answer.split(b"\r\n", 1)[0]


def test_a_hundred_slow_connections_keep_nobody_out(address: tuple[str, int]) -> None:
    slow = [_connect(address) for _ in range(100)]
    try:
        for each in slow:
            each.sendall(b"POST /twi")
        assert _answer(address, _head("/twilio/sms", 5), b"hello").endswith(b"\r\n\r\n5")
    finally:
        for each in slow:
            each.close()

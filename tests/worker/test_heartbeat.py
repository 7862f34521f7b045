"""The watcher elsewhere is called while all is well, and nothing that it does stops the service."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from followup.worker.heartbeat import heartbeat_to


class Watcher(ThreadingHTTPServer):
    """Counts calls and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.calls: list[str] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping/secret"


class _Answer(BaseHTTPRequestHandler):
    server: Watcher

    def do_GET(self) -> None:
        self.server.calls.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with Watcher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_it_is_called(watcher: Watcher) -> None:
    call = heartbeat_to(watcher.url)
    call()
    call()
    assert watcher.calls == ["/ping/secret"] * 2


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_it_answers_is_no_trouble_of_ours_and_leads_nowhere_else(watcher: Watcher, status: int) -> None:
    watcher.status = status
    heartbeat_to(watcher.url)()
    assert watcher.calls == ["/ping/secret"]


def test_when_it_is_away_nothing_is_raised() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    heartbeat_to(f"http://127.0.0.1:{port}/")()
    assert heartbeat_to(None)() is None

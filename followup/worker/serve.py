"""Runs a web application in the main thread until a signal says stop. For the worker and the demo."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from followup.errors import FollowupError

#: Requests that are open when a signal comes get this long, in seconds.
OPEN_REQUESTS = 2
_BACKLOG = 512
#: A client gets this long, in seconds, to name what it wants: one that drips its headers would hold a connection.
HEADER_SECONDS = 10
#: A connection without a request is closed after this many seconds.
IDLE_SECONDS = 5
#: The longest request line and headers, in bytes; a signed webhook has less than a tenth of it.
MOST_HEADER_BYTES = 16 * 1024
#: So many connections at once, well below the usual limit of open files; the next is answered 503.
MOST_CONNECTIONS = 800


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises FollowupError where the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        message = (
            f"cannot listen on {host} port {port} ({error.strerror}): set another FOLLOWUP_PORT, or stop what has it"
        )
        raise FollowupError(message) from error
    return listener


def end_on_signals() -> None:
    """From now on SIGTERM and SIGINT end the process with 0, wherever it is; uvicorn takes over while it serves."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def serve(app: ASGIApp, listener: socket.socket, *, ready: Callable[[], None]) -> None:
    """Serve `app` until SIGTERM or SIGINT; `ready` is called once it answers.

    Forwarded headers never count: signatures are checked against the configured address alone.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=OPEN_REQUESTS,
        **bounds(),
    )
    _Server(config, ready).run(sockets=[listener])


def bounds() -> dict[str, Any]:
    """What keeps a listener bounded in size and time, as uvicorn takes it; bodies are bounded by the application."""
    return {
        "http": _InTime,
        "ws": "none",
        "h11_max_incomplete_event_size": MOST_HEADER_BYTES,
        "timeout_keep_alive": IDLE_SECONDS,
        "limit_concurrency": MOST_CONNECTIONS,
    }


class _InTime(H11Protocol):
    """HTTP whose requests must have begun in time; uvicorn itself waits for the end of the headers for ever."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on while no request is being answered: its head is not whole, or its answer has gone already."""
        super().data_received(data)
        if getattr(self.cycle, "response_complete", True):  # None before the first request
            self._wait()
        else:
            self._wait_no_more()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _wait_no_more(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if not self.transport.is_closing():
            self.transport.close()


class _Server(uvicorn.Server):
    """uvicorn, telling when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then say so."""
        await super().startup(sockets=sockets)
        if self.started and not self.should_exit:
            self._ready()

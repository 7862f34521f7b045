"""Runs a web application in the main thread until a signal says stop. For the worker and the demo."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from followup.errors import FollowupError

#: Requests that are open when a signal comes get this long, in seconds.
OPEN_REQUESTS = 2
_BACKLOG = 512


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
    )
    _Server(config, ready).run(sockets=[listener])


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

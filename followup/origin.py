"""Where the request came from that this thread is working for; the audit trail writes it beside who and what.

The web floor and the terminal say it once, so that no use case has to hand it on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_origin: ContextVar[str | None] = ContextVar("origin", default=None)


@contextmanager
def coming_from(place: str) -> Iterator[None]:
    """Whatever is done within it was asked for from `place`, such as a network address."""
    token = _origin.set(place)
    try:
        yield
    finally:
        _origin.reset(token)


def origin() -> str | None:
    """Where the work at hand was asked for from; None where the service does it by itself."""
    return _origin.get()

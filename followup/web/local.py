"""Whether a request was made on this very machine. Metrics and the demo's simulator ask."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_FORWARDING: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def is_local(request: Request) -> bool:
    """True for a caller on loopback that asked for a loopback name and came through no proxy.

    A proxy beside us calls from loopback for the whole world, hence the headers; a page elsewhere can make a
    browser call us under a name of its own (DNS rebinding), hence the name.
    """
    if request.client is None or request.client.host not in _LOOPBACK:
        return False
    if any(name in request.headers for name in _FORWARDING):
        return False
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return name in _NAMES

"""Where a request came from, for counting tries and for the audit trail; nothing else trusts it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from followup.origin import coming_from

#: Where staff and programs come in. Patients come in elsewhere, and their addresses are kept nowhere.
_NOTED: Final = ("/staff", "/a/", "/api/")
_FORWARDED: Final = "x-forwarded-for"


class Origins:
    """Pure ASGI: while a request of staff or of a program is answered, the audit trail writes where it came from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its place noted."""
        if scope["type"] == "http" and scope["path"].startswith(_NOTED):
            with coming_from(address_of(Request(scope))):
                await self._app(scope, receive, send)
            return
        await self._app(scope, receive, send)


def address_of(request: Request) -> str:
    """The caller's network address. Behind a proxy of our own network, the address that the proxy saw.

    Only the last entry counts, which the proxy beside us wrote; what stands before it may be anybody's invention.
    A caller from elsewhere that sends the header is taken by its own address.
    """
    peer = request.client.host if request.client else ""
    told = ",".join(request.headers.getlist(_FORWARDED)).rpartition(",")[2].strip()
    return told if _is_near(peer) and _is_address(told) else peer


def _is_near(peer: str) -> bool:
    return _is_address(peer) and (ip_address(peer).is_loopback or ip_address(peer).is_private)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

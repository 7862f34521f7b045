"""No request body is read beyond a limit. `create_app` wraps the whole application in it; forms are read here too."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 64 * 1024
_MOST_FIELDS: Final = 500


class BodyLimit:
    """Answers 413 as soon as a body is known to be longer, without reading the rest."""

    def __init__(self, app: ASGIApp, *, most: int = MOST_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that ends at the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0

        async def receive_within() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, "The request is too large.")
            return message

        await self._app(scope, receive_within, send)


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """Every field of a form as sent, blank ones too, in order. Raises HTTPException for one that cannot be a form."""
    body = await request.body()
    try:
        return parse_qsl(
            body.decode("utf-8", "surrogateescape"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="surrogateescape",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise HTTPException(400, "The form cannot be read.") from None


async def form_fields(request: Request) -> dict[str, str]:
    """A page's form by field name; what is not valid UTF-8 is replaced."""
    pairs = await form_pairs(request)
    return {name: value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name, value in pairs}

"""No request body is read beyond a limit. `create_app` wraps the whole application in it; forms are read here too."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Forms and webhooks: a text message with all its fields is a few kB.
MOST_BYTES: Final = 64 * 1024
#: Programs may send more at once: a FHIR bundle of a day.
MOST_API_BYTES: Final = 1024 * 1024
#: Whoever has not sent a whole request after this many seconds holds a connection for nothing.
LONGEST_BODY: Final = 30.0
_MOST_FIELDS: Final = 500


class BodyLimit:
    """Answers 413 as soon as a body is known to be longer, 408 when it takes too long, without reading the rest."""

    def __init__(self, app: ASGIApp, *, seconds: float = LONGEST_BODY) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that ends at the limit."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = MOST_API_BYTES if scope["path"].startswith("/api/") else MOST_BYTES
        ends = anyio.current_time() + self._seconds
        read, whole = 0, False

        async def receive_within() -> Message:
            nonlocal read, whole
            if whole:  # what follows is only that the client has gone, which may take as long as it likes
                return await receive()
            with anyio.move_on_after(ends - anyio.current_time()):
                message = await receive()
                read += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if read > most:
                    raise HTTPException(413, "The request is too large.")
                return message
            raise HTTPException(408, "The request took too long to arrive.")

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

"""Style sheets and scripts, all from our own folder. Pages add the hash of what is in them to their addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).parent / "static"
_FOR_EVER: Final = "public, max-age=31536000, immutable"


class Static(StaticFiles):
    """Files that a browser may keep for a day, those asked for by their hash for ever."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or 404."""
        response = await super().get_response(path, scope)
        hashed = scope["query_string"].startswith(b"v=")
        response.headers["cache-control"] = _FOR_EVER if hashed else "public, max-age=86400"
        return response

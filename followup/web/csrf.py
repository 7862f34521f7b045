"""Forms that change something come from our own pages: checked by where the browser says it is, and by a token.

The browser's word (`Sec-Fetch-Site`, `Origin`) stops other sites; the token, signed for one browser, stops the rest.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

FIELD: Final = "form_token"
_COOKIE: Final = "visitor"
_HEADER: Final = "x-form-token"


class Forms:
    """Makes and checks form tokens. `public_url` is the address that browsers know us by."""

    def __init__(self, secret_key: bytes, *, public_url: str, https: bool) -> None:
        self._signer = URLSafeSerializer(secret_key, salt="form")
        self._public = urlsplit(public_url).netloc.lower()
        self._https = https
        self._cookie = f"__Host-{_COOKIE}" if https else _COOKIE

    def token(self, request: Request) -> str:
        """The token for this browser's forms; `keep` must be called on the response that shows it."""
        visitor = self._visitor(request)
        if visitor is None:
            visitor = getattr(request.state, _COOKIE, None) or secrets.token_urlsafe(24)
            setattr(request.state, _COOKIE, visitor)
        return str(self._signer.dumps(visitor))

    def keep(self, request: Request, response: Response) -> Response:
        """Give a new browser the cookie that its tokens are for."""
        visitor = getattr(request.state, _COOKIE, None)
        if visitor is not None:
            response.set_cookie(
                self._cookie, visitor, path="/", secure=self._https, httponly=True, samesite="lax", max_age=7 * 86400
            )
        return response

    def accepts(self, request: Request, fields: Mapping[str, str]) -> bool:
        """Whether this request was made by a form of ours, in the browser that the form was shown to."""
        if not self.same_site(request):
            return False
        visitor = self._visitor(request)
        given = fields.get(FIELD) or request.headers.get(_HEADER, "")
        try:
            meant = self._signer.loads(given)
        except BadSignature:
            return False
        return visitor is not None and isinstance(meant, str) and hmac.compare_digest(meant.encode(), visitor.encode())

    def same_site(self, request: Request) -> bool:
        """Whether the browser says that a page of ours made this request. Programs say nothing and pass."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = request.headers.get("origin")
        if origin is None:
            return True
        return urlsplit(origin).netloc.lower() in {self._public, request.headers.get("host", "").lower()}

    def _visitor(self, request: Request) -> str | None:
        return request.cookies.get(self._cookie) or None

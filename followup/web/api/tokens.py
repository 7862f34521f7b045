"""Bearer tokens at the door of /api: 401 without a known one, 403 where it may not do this."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request as PlainRequest

from followup.services.check_token import Caller, Scope, caller_of
from followup.web.deps import WebDeps

_scheme = HTTPBearer(auto_error=False, scheme_name="token", description="A token made by `followup token`.")
_LONGEST = 500


def bearer_token(request: PlainRequest) -> str | None:
    """The token of a request, None where it carries none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and 0 < len(token) <= _LONGEST else None


def caller_with(deps: WebDeps, scope: Scope) -> Callable[..., Caller]:
    """A dependency that gives who calls, and refuses whoever may not do what needs `scope`."""

    def caller(
        request: Request,
        _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)],
    ) -> Caller:
        token = bearer_token(request)
        known = None
        if token is not None:
            known = caller_of(deps.context, token, first=deps.api_token, now=deps.real_clock.now())
        if known is None:
            raise HTTPException(
                401, "Send a known token: Authorization: Bearer ...", headers={"www-authenticate": "Bearer"}
            )
        if scope not in known.scopes:
            raise HTTPException(403, f"This token may not do that; it needs the scope {scope}.")
        return known

    return caller

"""Only whoever sits at this machine moves the demo's world; for everybody else it is not there."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from followup.web.local import is_local
from followup.web.site import Endpoint


def local(endpoint: Endpoint) -> Endpoint:
    """`endpoint` for callers on loopback; 404 for others."""

    async def guarded(request: Request) -> Response:
        if not is_local(request):
            raise HTTPException(404)
        return await endpoint(request)

    return guarded


def on_thread(answer: Callable[[Request], Response]) -> Endpoint:
    """A plain function as an endpoint."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return endpoint

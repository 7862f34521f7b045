"""Signing in and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.services.sign_in import Attempt, Refusal, member_called, sign_in, sign_out
from followup.web.site import SIGN_IN, Fields, Site, safe_next

_ADVICE = {
    Refusal.WRONG: "That name and password do not fit together. Try again.",
    Refusal.TOO_MANY_TRIES: "Too many tries. Wait a quarter of an hour, then try again.",
}


def door_routes(site: Site) -> list[Route]:
    """The routes; none of them needs a session."""

    def shown(request: Request) -> Response:
        if site.who(request) is not None:
            return RedirectResponse(safe_next(request.query_params.get("next")), status_code=303)
        return site.show(
            request, "sign_in", {"advice": None, "person": "", "next": safe_next(request.query_params.get("next"))}
        )

    def taken(request: Request, fields: Fields) -> Response:
        person, onwards = fields.get("person", ""), safe_next(fields.get("next"))
        begun = sign_in(
            site.context,
            Attempt(
                person=person,
                password=fields.get("password", ""),
                address=request.client.host if request.client else "",
                device=site.device_of(request, _key(site, person)),
            ),
            passwords=site.deps.passwords,
            now=site.deps.real_clock.now(),
            longest=site.deps.session_longest,
        )
        if isinstance(begun, Refusal):
            values = {"advice": _ADVICE[begun], "person": person[:100], "next": onwards}
            return site.show(request, "sign_in", values, status=401 if begun is Refusal.WRONG else 429)
        sign_out(site.context, request.cookies.get(site.cookie("session")), now=site.deps.real_clock.now())
        response = RedirectResponse(onwards, status_code=303)
        site.begin(response, begun.token, begun.who)
        return response

    def left(request: Request, _fields: Fields) -> Response:
        sign_out(site.context, request.cookies.get(site.cookie("session")), now=site.deps.real_clock.now())
        response = RedirectResponse(SIGN_IN, status_code=303)
        site.end(response)
        return response

    return [
        Route(SIGN_IN, site.public(shown), methods=["GET"]),
        Route(SIGN_IN, site.form(taken), methods=["POST"]),
        Route("/staff/sign-out", site.form(left), methods=["POST"]),
    ]


def _key(site: Site, person: str) -> str:
    """The key of whoever this is; device marks are made for keys."""
    member = member_called(site.context, person)
    return member.key if member else ""

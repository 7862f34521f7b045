"""Signing in and out: the password, and the code where one is asked for."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Stage
from followup.services.sign_in import Attempt, Begun, Halfway, Refusal, member_called, pass_code, sign_in, sign_out
from followup.web.peer import address_of
from followup.web.site import CODE, ENROL, SIGN_IN, Fields, Site, safe_next
from followup.web.staff.browser_name import browser_name

_ADVICE = {
    Refusal.WRONG: "That name and password do not fit together. Try again.",
    Refusal.TOO_MANY_TRIES: "Too many tries. Wait a quarter of an hour, or use a browser that you have used before.",
}
_CODE_ADVICE = {
    Refusal.WRONG: "That code does not fit. Each code counts once: wait for the next one.",
    Refusal.TOO_MANY_TRIES: "Too many tries. Wait a quarter of an hour, then try again.",
}


def door_routes(site: Site) -> list[Route]:
    """The routes; none of them needs a session."""
    return [
        Route(SIGN_IN, site.public(partial(_shown, site)), methods=["GET"]),
        Route(SIGN_IN, site.form(partial(_taken, site)), methods=["POST"]),
        Route(CODE, site.public(partial(_code_asked, site)), methods=["GET"]),
        Route(CODE, site.form(partial(_code_taken, site)), methods=["POST"]),
        Route("/staff/sign-out", site.form(partial(_left, site)), methods=["POST"]),
    ]


def _shown(site: Site, request: Request) -> Response:
    onwards = safe_next(request.query_params.get("next"))
    if site.who(request) is not None:
        return RedirectResponse(onwards, status_code=303)
    waiting = site.waiting(request)
    if waiting is not None and "again" not in request.query_params:
        return RedirectResponse(_step(waiting[1], onwards), status_code=303)
    return site.show(request, "sign_in", {"advice": None, "person": "", "next": onwards})


def _taken(site: Site, request: Request, fields: Fields) -> Response:
    person, onwards = fields.get("person", ""), safe_next(fields.get("next"))
    outcome = sign_in(
        site.context,
        Attempt(
            person=person,
            password=fields.get("password", ""),
            address=address_of(request),
            device=site.device_of(request, _key(site, person)),
            known=request.cookies.get(site.cookie("known")),
        ),
        passwords=site.deps.passwords,
        now=site.deps.real_clock.now(),
        limits=site.deps.limits,
        second_factor=site.deps.second_factor,
    )
    if isinstance(outcome, Refusal):
        values = {"advice": _ADVICE[outcome], "person": person[:100], "next": onwards}
        return site.show(request, "sign_in", values, status=401 if outcome is Refusal.WRONG else 429)
    return past_the_password(site, request, outcome, onwards)


def _code_asked(site: Site, request: Request) -> Response:
    waiting = site.waiting(request)
    if waiting is None or waiting[1] is not Stage.CODE:
        return RedirectResponse(SIGN_IN, status_code=303)
    return _code_page(site, request, safe_next(request.query_params.get("next")), paper="paper" in request.query_params)


def _code_taken(site: Site, request: Request, fields: Fields) -> Response:
    onwards = safe_next(fields.get("next"))
    outcome = pass_code(
        site.context,
        site.token(request),
        fields.get("code", ""),
        own_device=own_device(request, fields),
        now=site.deps.real_clock.now(),
        limits=site.deps.limits,
    )
    if outcome is Refusal.OVER:
        return RedirectResponse(f"{SIGN_IN}?next={quote(onwards)}", status_code=303)
    if isinstance(outcome, Refusal):
        return _code_page(site, request, onwards, paper="paper" in fields, refused=outcome)
    response = RedirectResponse(onwards, status_code=303)
    site.begin(response, outcome)
    return response


def _left(site: Site, request: Request, _fields: Fields) -> Response:
    sign_out(site.context, site.token(request), now=site.deps.real_clock.now())
    response = RedirectResponse(SIGN_IN, status_code=303)
    site.end(response)
    return response


def _code_page(site: Site, request: Request, onwards: str, *, paper: bool, refused: Refusal | None = None) -> Response:
    """Digits of the phone, or, with another keyboard, a code on paper."""
    values = {"advice": _CODE_ADVICE[refused] if refused else None, "next": onwards, "paper": paper}
    status = {None: 200, Refusal.TOO_MANY_TRIES: 429}.get(refused, 401)
    return site.show(request, "sign_in_code", values, status=status)


def past_the_password(site: Site, request: Request, outcome: Begun | Halfway, onwards: str) -> Response:
    """To the page that was wanted, or to what stands before it; the session that was in this browser ends."""
    sign_out(site.context, site.token(request), now=site.deps.real_clock.now())
    if isinstance(outcome, Halfway):
        response = RedirectResponse(_step(outcome.stage, onwards), status_code=303)
        site.wait(response, outcome)
        return response
    response = RedirectResponse(onwards, status_code=303)
    site.begin(response, outcome)
    return response


def own_device(request: Request, fields: Fields) -> str | None:
    """The name of this browser, where its owner ticked that it is their own."""
    return browser_name(request) if fields.get("own_device") else None


def _step(stage: Stage, onwards: str) -> str:
    page = CODE if stage is Stage.CODE else ENROL
    return page if onwards == "/staff" else f"{page}?next={quote(onwards)}"


def _key(site: Site, person: str) -> str:
    """The key of whoever this is; device marks are made for keys."""
    member = member_called(site.context, person)
    return member.key if member else ""

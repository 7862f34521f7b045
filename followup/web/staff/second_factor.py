"""Setting up the second factor: a picture for the phone, the first code, and the codes for a lost phone."""

from __future__ import annotations

from functools import partial
from urllib.parse import quote

import segno
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Stage
from followup.errors import InvalidInput
from followup.services.own_account import confirm_second_factor, pending_enrolment
from followup.services.second_factor import Enrolment
from followup.services.sign_in import Refusal, SignedIn, pass_enrolment
from followup.web.site import ENROL, SIGN_IN, Fields, Site, safe_next
from followup.web.staff.door import own_device

_ADVICE = {
    Refusal.WRONG: "That code does not fit. Look whether the phone's clock is right, and wait for the next code.",
    Refusal.TOO_MANY_TRIES: "Too many tries. Wait a quarter of an hour, then try again.",
}


def second_factor_routes(site: Site) -> list[Route]:
    """One page with its form: for whoever has just given their password, and for whoever began it on their account."""
    return [
        Route(ENROL, site.public(partial(_shown, site)), methods=["GET"]),
        Route(ENROL, site.form(partial(_taken, site)), methods=["POST"]),
    ]


def _shown(site: Site, request: Request) -> Response:
    enrolment = _pending(site, request)
    if enrolment is None:
        return RedirectResponse("/staff/account" if site.who(request) else SIGN_IN, status_code=303)
    onwards = safe_next(request.query_params.get("next"))
    return _page(site, request, enrolment, onwards, advice=None)


def _taken(site: Site, request: Request, fields: Fields) -> Response:
    who = site.who(request)
    return _for_account(site, request, who, fields) if who is not None else _at_the_door(site, request, fields)


def _at_the_door(site: Site, request: Request, fields: Fields) -> Response:
    onwards = safe_next(fields.get("next"))
    enrolment = _pending(site, request)
    outcome = pass_enrolment(
        site.context,
        site.token(request),
        fields.get("code", ""),
        own_device=own_device(request, fields),
        now=site.deps.real_clock.now(),
        limits=site.deps.limits,
    )
    if outcome is Refusal.OVER or enrolment is None:
        return RedirectResponse(f"{SIGN_IN}?next={quote(onwards)}", status_code=303)
    if isinstance(outcome, Refusal):
        status = 401 if outcome is Refusal.WRONG else 429
        return _page(site, request, enrolment, onwards, advice=_ADVICE[outcome], status=status)
    begun, codes = outcome
    response = show_codes(site, request, begun.who, codes, onwards)
    site.begin(response, begun)
    return response


def _for_account(site: Site, request: Request, who: SignedIn, fields: Fields) -> Response:
    enrolment = _pending(site, request)
    if enrolment is None:
        return RedirectResponse("/staff/account", status_code=303)
    try:
        codes = confirm_second_factor(
            site.context,
            who,
            fields.get("code", ""),
            keep=site.token(request),
            now=site.deps.real_clock.now(),
        )
    except InvalidInput as error:
        advice = f"Not yet: {error.problems[0].message}."
        return _page(site, request, enrolment, "/staff/account", advice=advice, status=401)
    return show_codes(site, request, who, codes, "/staff/account")


def show_codes(site: Site, request: Request, who: SignedIn, codes: tuple[str, ...], onwards: str) -> Response:
    """The codes for a lost phone, shown this once."""
    return site.show(request, "recovery_codes", {"who": who, "codes": codes, "next": onwards})


def _pending(site: Site, request: Request) -> Enrolment | None:
    who = site.who(request)
    if who is not None:
        return pending_enrolment(site.context, who.account, person=who.person, clinic=who.clinic)
    waiting = site.waiting(request)
    if waiting is None or waiting[1] is not Stage.ENROL:
        return None
    account = waiting[0]
    return pending_enrolment(site.context, account.id, person=account.person, clinic=account.clinic)


def _page(
    site: Site, request: Request, enrolment: Enrolment, onwards: str, *, advice: str | None, status: int = 200
) -> Response:
    values = {
        "who": site.who(request),
        # Dark on white in light and dark alike: some cameras do not read it the other way round.
        "picture": segno.make(enrolment.uri, error="m").svg_inline(scale=5, light="#fff"),
        "key": enrolment.key,
        "uri": enrolment.uri,
        "advice": advice,
        "next": onwards,
    }
    return site.show(request, "second_factor", values, status=status)

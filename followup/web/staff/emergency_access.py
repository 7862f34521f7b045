"""The page for the night in which neither password nor phone is at hand, and a patient waits: the sealed envelope."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.services.emergency_access import use_emergency_code
from followup.services.sign_in import Refusal
from followup.web.peer import address_of
from followup.web.site import Fields, Site

PAGE = "/staff/emergency-access"
_ADVICE = {
    Refusal.WRONG: "That name and code do not fit together. Each code works once.",
    Refusal.TOO_MANY_TRIES: "Too many tries. Wait a quarter of an hour, then try again.",
}


def emergency_access_routes(site: Site) -> list[Route]:
    """The page and its form; neither needs a session."""

    def shown(request: Request) -> Response:
        return site.show(request, "emergency_access", {"advice": None, "person": ""})

    def taken(request: Request, fields: Fields) -> Response:
        person = fields.get("person", "")
        outcome = use_emergency_code(
            site.context,
            person=person,
            code=fields.get("code", ""),
            address=address_of(request),
            now=site.deps.real_clock.now(),
        )
        if isinstance(outcome, Refusal):
            values = {"advice": _ADVICE[outcome], "person": person[:100]}
            return site.show(request, "emergency_access", values, status=401 if outcome is Refusal.WRONG else 429)
        site.deps.settle()
        response = RedirectResponse("/staff", status_code=303)
        site.begin(response, outcome)
        return response

    return [
        Route(PAGE, site.public(shown), methods=["GET"]),
        Route(PAGE, site.form(taken), methods=["POST"]),
    ]

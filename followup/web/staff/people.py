"""Accounts of the staff of a clinic, for its admins: who may come in as what, and ending all of somebody's sessions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.errors import NotFound
from followup.services.accounts import end_all_sessions
from followup.services.context import clinic_of
from followup.services.list_accounts import accounts_of
from followup.services.sign_in import SignedIn
from followup.web.site import Fields, Site

PAGE = "/staff/people"


def people_routes(site: Site) -> list[Route]:
    """The page and its one form. Accounts are made, changed and ended at the terminal."""

    def shown(request: Request, who: SignedIn) -> Response:
        clinic = clinic_of(site.context.content.current().content.configuration, who.clinic)
        values = {
            "who": who,
            "clinic": clinic,
            "lines": accounts_of(site.context, clinic=who.clinic),
            "done": "done" in request.query_params,
        }
        return site.show(request, "people", values)

    def signed_out(request: Request, who: SignedIn, _fields: Fields) -> Response:
        wanted = request.path_params["account"]
        lines = accounts_of(site.context, clinic=who.clinic)
        person = next((line.member.key for line in lines if line.account == wanted and line.roles), None)
        if person is None:
            raise NotFound("There is no such account.")
        end_all_sessions(site.context, person=person, now=site.deps.real_clock.now(), actor=f"staff:{who.person}")
        return RedirectResponse(f"{PAGE}?done=1", status_code=303)

    return [
        Route(PAGE, site.staff(shown, needs=Role.ADMIN), methods=["GET"]),
        Route(f"{PAGE}/{{account}}/sign-out", site.staff_form(signed_out, needs=Role.ADMIN), methods=["POST"]),
    ]

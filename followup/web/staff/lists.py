"""The lists of the day: whom to phone, that nobody is forgotten, what waits; and asking for consent by text."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.errors import Conflict
from followup.services.context import clinic_of
from followup.services.invite_patient import invite_known
from followup.services.note_read import note_read
from followup.services.show_routine import work_list
from followup.services.sign_in import SignedIn
from followup.services.work_lists import lists_of_day
from followup.web.site import Fields, Site


def lists_routes(site: Site) -> list[Route]:
    """The page of the lists, and the button that asks a patient for consent."""

    def shown(request: Request, who: SignedIn) -> Response:
        note_read(site.context, actor=f"staff:{who.person}", subject="lists", subject_id=who.clinic, clinic=who.clinic)
        return site.show(request, "lists", _values(site, who, said="invited" in request.query_params))

    def invited(request: Request, who: SignedIn, _fields: Fields) -> Response:
        try:
            invite_known(
                site.context, patient=request.path_params["id"], clinic=who.clinic, actor=f"staff:{who.person}"
            )
        except Conflict as refused:
            return site.show(request, "lists", _values(site, who, refused=str(refused)), status=409)
        site.deps.settle()
        return RedirectResponse("/staff/lists?invited", status_code=303)

    return [
        Route("/staff/lists", site.staff(shown), methods=["GET"]),
        Route("/staff/lists/invite/{id}", site.staff_form(invited), methods=["POST"]),
    ]


def _values(site: Site, who: SignedIn, *, said: bool = False, refused: str | None = None) -> dict[str, Any]:
    clinic = clinic_of(site.context.content.current().content.configuration, who.clinic)
    calls, evening = lists_of_day(site.context, who.clinic)
    return {
        "who": who,
        "clinic": clinic,
        "zone": clinic.timezone,
        "calls": calls,
        "evening": evening,
        "routine": work_list(site.context, who.clinic, person=who.person, prescriber=who.prescriber).items,
        "said": said,
        "refused": refused,
        "may_act": who.role.may(Role.NURSE),
    }

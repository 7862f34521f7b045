"""The board: every alert that is not closed, the most pressing first, each taken with one press."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.errors import NotFound
from followup.services.acknowledge_alert import acknowledge
from followup.services.context import clinic_of
from followup.services.list_alerts import alert_view, board
from followup.services.note_read import note_read
from followup.services.sign_in import SignedIn
from followup.services.taking import TakeOutcome
from followup.web.site import Fields, Site


def board_routes(site: Site) -> list[Route]:
    """The board, its part that renews itself, and taking an alert."""

    def whole(request: Request, who: SignedIn) -> Response:
        note_read(site.context, actor=f"staff:{who.person}", subject="board", subject_id=who.clinic, clinic=who.clinic)
        return site.show(request, "board", _values(site, who))

    def part(request: Request, who: SignedIn) -> Response:
        # The same page renewing itself: one reading, which was noted when it was opened.
        return site.show(request, "board_part", _values(site, who))

    def take(request: Request, who: SignedIn, _fields: Fields) -> Response:
        alert_id = request.path_params["id"]
        alert_view(site.context, alert_id, clinic=who.clinic)
        taken = acknowledge(site.context, alert=alert_id, person=who.person, via="page")
        site.deps.settle()
        if taken.outcome is TakeOutcome.TAKEN_BY_OTHER:
            return RedirectResponse(f"/staff/alerts/{alert_id}?late=1", status_code=303)
        return RedirectResponse(f"/staff/alerts/{alert_id}", status_code=303)

    return [
        Route("/staff", site.staff(whole), methods=["GET"]),
        Route("/staff/board", site.staff(part, active=False), methods=["GET"]),
        Route("/staff/alerts/{id}/take", site.staff_form(take), methods=["POST"]),
    ]


def _values(site: Site, who: SignedIn) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    try:
        clinic = clinic_of(configuration, who.clinic)
    except NotFound:
        clinic = next(iter(configuration.clinics.values()))
    return {
        "who": who,
        "clinic": clinic,
        "lines": board(site.context, who.clinic),
        "health": site.deps.health(),
    }

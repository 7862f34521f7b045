"""The board: every alert that is not closed, the most pressing first, each taken with one press."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role
from followup.errors import NotFound
from followup.services import board_notices
from followup.services.acknowledge_alert import acknowledge
from followup.services.board_notices import Notice
from followup.services.context import Context, clinic_of
from followup.services.list_alerts import alert_view
from followup.services.note_read import note_read
from followup.services.show_board import board
from followup.services.sign_in import SignedIn
from followup.services.taking import TakeOutcome
from followup.web.site import Fields, Site
from followup.web.staff.live import part

#: Whether everybody can be reached is a question of days: it is asked anew after this long.
_ASK_AGAIN: Final = timedelta(minutes=1)
#: The version in force, and the exceptions to the rotas.
_Mark = tuple[int, tuple[str, ...]]


class People:
    """What may keep alerts from people, by clinic; safe to ask from every thread."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._lock = Lock()
        self._found: dict[str, tuple[datetime, _Mark, tuple[Notice, ...]]] = {}

    def notices(self, clinic: str) -> tuple[Notice, ...]:
        """As they were within the last minute; anew at once after a change to the duty or to the schedule."""
        now = self._context.clock.now()
        mark = self._mark(now)
        with self._lock:
            known = self._found.get(clinic)
        if known is not None and known[1] == mark and timedelta(0) <= now - known[0] < _ASK_AGAIN:
            return known[2]
        found = board_notices.of_people(self._context, clinic)
        with self._lock:
            self._found[clinic] = (now, mark, found)
        return found

    def _mark(self, now: datetime) -> _Mark:
        with self._context.store.read() as uow:
            return uow.versions.latest_number(), tuple(change.id for change in uow.duty.in_force(now))


def board_routes(site: Site) -> list[Route]:
    """The board, its part that renews itself, and taking an alert."""
    people = People(site.context)

    def whole(request: Request, who: SignedIn) -> Response:
        note_read(site.context, actor=f"staff:{who.person}", subject="board", subject_id=who.clinic, clinic=who.clinic)
        return site.show(request, "board", _values(site, who, people))

    def renewed(request: Request, who: SignedIn) -> Response:
        # The same page renewing itself: one reading, which was noted when it was opened.
        return part(site, request, "board_part", _values(site, who, people))

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
        Route("/staff/board", site.staff(renewed, active=False), methods=["GET"]),
        Route("/staff/alerts/{id}/take", site.staff_form(take), methods=["POST"]),
    ]


def _values(site: Site, who: SignedIn, people: People) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    try:
        clinic = clinic_of(configuration, who.clinic)
    except NotFound:
        clinic = next(iter(configuration.clinics.values()))
    return {
        "who": who,
        "me": next((one.name for one in configuration.staff.values() if one.key == who.person), None),
        "clinic": clinic,
        "zone": clinic.timezone,
        "board": board(site.context, who.clinic, prescriber=who.prescriber),
        # What stands still is said by itself, as on every page.
        "notices": board_notices.of_service(
            site.context, site.deps.health(), known={"ticking"} if site.deps.stopped() else set()
        ),
        "unreached": people.notices(clinic.key),
        "may_act": who.role.may(Role.NURSE),
    }

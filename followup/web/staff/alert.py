"""One alert: the words, what was understood, whom to call and how, who has it, what comes next; and its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.access import Role, first_role
from followup.domain.alert import ROUTINE_OUTCOMES, Alert, Outcome
from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.reading import Kind, Severity
from followup.errors import Conflict, InvalidInput
from followup.services.call_back import call_back
from followup.services.call_patient import bridge
from followup.services.close_alert import close
from followup.services.correct_reading import LEVELS, correct
from followup.services.hand_over import hand_over
from followup.services.log_contact import log_contact
from followup.services.note_read import note_read
from followup.services.show_alert import AlertPage, Place, alert_page, place_in_work_list
from followup.services.sign_in import SignedIn
from followup.web.site import Fields, Site
from followup.web.staff import alert_forms
from followup.web.staff.alert_history import history, inputs
from followup.web.staff.live import part

#: So many lines of what happened are shown at once: a chain that climbed all night has hundreds.
RECENT_STEPS: Final = 8
#: The list that an alert was opened from, so that the next item is one press away.
WORK_LIST: Final = "routine"


def alert_routes(site: Site) -> list[Route]:
    """The page of one alert, its part that renews itself, and its forms."""
    desk = _Desk(site)
    address = "/staff/alerts/{id}"
    return [
        Route(address, site.staff(desk.shown), methods=["GET"]),
        Route(f"{address}/now", site.staff(desk.renewed, active=False), methods=["GET"]),
        Route(f"{address}/close", site.staff_form(desk.ended), methods=["POST"]),
        Route(f"{address}/hand-over", site.staff_form(desk.handed_over), methods=["POST"]),
        Route(f"{address}/contact", site.staff_form(desk.contacted), methods=["POST"]),
        Route(f"{address}/call-back", site.staff_form(desk.set_aside), methods=["POST"]),
        Route(f"{address}/connect", site.staff_form(desk.connected), methods=["POST"]),
        Route(f"{address}/correct", site.staff_form(desk.corrected), methods=["POST"]),
    ]


class _Desk:
    """What can be done on the page of an alert."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def shown(self, request: Request, who: SignedIn) -> Response:
        page = self._page(request, who)
        note_read(
            self._site.context,
            actor=f"staff:{who.person}",
            subject="alert",
            subject_id=page.alert.id,
            clinic=who.clinic,
        )
        return self._show(request, who, page, {"late": "late" in request.query_params})

    def renewed(self, request: Request, who: SignedIn) -> Response:
        # The same page renewing itself: one reading, which was noted when it was opened.
        return part(self._site, request, "alert_now", self._common(who, self._page(request, who)))

    def ended(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        page = self._page(request, who)
        place = self._place(page.alert, who, fields.get("list"))

        def do() -> None:
            close(
                self._site.context,
                alert=page.alert.id,
                person=who.person,
                via="page",
                **alert_forms.ending(fields, page.clinic.timezone),
            )

        return self._done(request, who, page, fields, do, form="close", onwards=_following(place))

    def handed_over(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        page = self._page(request, who)

        def do() -> None:
            hand_over(
                self._site.context, alert=page.alert.id, by=who.person, to=fields.get("to", "") or None, via="page"
            )

        return self._done(request, who, page, fields, do, form="hand-over")

    def contacted(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        page = self._page(request, who)

        def do() -> None:
            log_contact(
                self._site.context,
                alert=page.alert.id,
                patient=page.alert.patient,
                by=who.person,
                way=fields.get("way", ""),
                result=fields.get("result", ""),
                note=fields.get("note", "").strip()[:2000] or None,
            )

        return self._done(request, who, page, fields, do, form="whom", onwards=f"{_here(page.alert, fields)}#whom")

    def set_aside(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        page = self._page(request, who)
        place = self._place(page.alert, who, fields.get("list"))

        def do() -> None:
            at = alert_forms.call_back_at(fields, page.clinic.timezone)
            call_back(self._site.context, alert=page.alert.id, by=who.person, at=at)

        return self._done(request, who, page, fields, do, form="whom", onwards=_following(place))

    def connected(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        page = self._page(request, who)

        def do() -> None:
            bridge(self._site.context, alert=page.alert.id, person=who.person)

        here = _here(page.alert, fields, "rings")
        return self._done(request, who, page, fields, do, form="whom", onwards=f"{here}#whom")

    def corrected(self, request: Request, who: SignedIn, fields: Fields) -> Response:
        page = self._page(request, who)

        def do() -> None:
            correct(self._site.context, by=who.person, clinic=who.clinic, **alert_forms.label(fields))

        return self._done(request, who, page, fields, do, form="said", onwards=f"{_here(page.alert, fields)}#said")

    def _done(
        self,
        request: Request,
        who: SignedIn,
        page: AlertPage,
        fields: Fields,
        do: Callable[[], None],
        *,
        form: str,
        onwards: str | None = None,
    ) -> Response:
        """Do it and go on; or show the page with what was wrong, and what was typed."""
        try:
            do()
        except InvalidInput as error:
            wrong = {"problems": error.problems, "wrong_form": form, "fields": {**_EMPTY, **fields}}
            return self._show(request, who, page, wrong, status=422)
        except Conflict as error:
            if form not in _TELL_WHY:
                raise
            refused = {"refused": str(error), "wrong_form": form, "fields": {**_EMPTY, **fields}}
            return self._show(request, who, page, refused, status=409)
        self._site.deps.settle()
        return RedirectResponse(onwards or _address(page.alert), status_code=303)

    def _page(self, request: Request, who: SignedIn) -> AlertPage:
        return alert_page(self._site.context, request.path_params["id"], clinic=who.clinic, prescriber=who.prescriber)

    def _place(self, alert: Alert, who: SignedIn, came_from: str | None) -> Place | None:
        if came_from != WORK_LIST:
            return None
        return place_in_work_list(self._site.context, alert.id, who.clinic)

    def _show(
        self, request: Request, who: SignedIn, page: AlertPage, more: Mapping[str, Any], *, status: int = 200
    ) -> Response:
        configuration = self._site.context.content.current().content.configuration
        came_from = request.query_params.get("list") or more.get("fields", _EMPTY).get("list")
        leads = [member for member in configuration.staff.values() if first_role(member.role).may(Role.LEAD)]
        values = {
            **self._common(who, page),
            "inputs": {entry.id: inputs(entry) for entry in page.came_in},
            "outcomes": [outcome.value for outcome in Outcome if _may_close(page.alert, outcome)],
            "needs_minutes": page.alert.level.at_least(Level.URGENT),
            "colleagues": [member for member in configuration.staff.values() if member.key != who.person],
            "leads": leads,
            "levels": [level.value for level in LEVELS],
            "kinds": [kind.value for kind in Kind],
            "symptoms": sorted(configuration.symptoms),
            "severities": [severity.value for severity in Severity if severity is not Severity.NONE],
            "symptom_rows": range(alert_forms.SYMPTOM_ROWS),
            "place": self._place(page.alert, who, came_from),
            "list": came_from if came_from == WORK_LIST else "",
            "late": False,
            "rings": "rings" in request.query_params,
            "can_connect": Channel.VOICE in self._site.context.gateways,
            "problems": (),
            "wrong_form": None,
            "refused": None,
            "fields": _EMPTY,
            **more,
        }
        return self._site.show(request, "alert", values, status=status)

    def _common(self, who: SignedIn, page: AlertPage) -> dict[str, Any]:
        staff = self._site.context.content.current().content.configuration.staff
        names = {key: member.name for key, member in staff.items()}
        steps = history(page.view, names)
        return {
            "who": who,
            "me": names.get(who.person),
            "page": page,
            "view": page.view,
            "line": page.view.line,
            "alert": page.alert,
            "clinic": page.clinic,
            "patient": page.view.line.patient,
            "zone": page.clinic.timezone,
            "names": names,
            "earlier": steps[:-RECENT_STEPS],
            "history": steps[-RECENT_STEPS:],
            "may_act": who.role.may(Role.NURSE),
        }


#: Forms whose page says why it could not be done; after the others the alert has changed, and is looked at anew.
_TELL_WHY: Final = frozenset({"hand-over", "whom"})
_EMPTY: Final[Fields] = {
    "outcome": "",
    "minutes": "",
    "note": "",
    "sign_off": "",
    "retry_at": "",
    "call_back_at": "",
    "to": "",
}


def _address(alert: Alert) -> str:
    return f"/staff/alerts/{alert.id}"


def _following(place: Place | None) -> str | None:
    """Where the work list goes on; None for what was not opened from it."""
    if place is None:
        return None
    return f"/staff/alerts/{place.following}?list={WORK_LIST}" if place.following else "/staff/routine"


def _here(alert: Alert, fields: Fields, *more: str) -> str:
    """The page again, still as an item of the work list where it was opened from that."""
    asked = [*more, *([f"list={WORK_LIST}"] if fields.get("list") == WORK_LIST else [])]
    return f"{_address(alert)}?{'&'.join(asked)}" if asked else _address(alert)


def _may_close(alert: Alert, outcome: Outcome) -> bool:
    return outcome not in ROUTINE_OUTCOMES or not alert.level.at_least(Level.URGENT)

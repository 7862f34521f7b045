"""One alert: the words, what was understood, which rules and why, who has it, what comes next; and closing it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from followup.domain.alert import ROUTINE_OUTCOMES, AlertEntry, EntryKind, Outcome
from followup.domain.level import Level
from followup.domain.message import Message
from followup.errors import InvalidInput, Problem
from followup.services.close_alert import close
from followup.services.list_alerts import AlertView, alert_view
from followup.services.note_read import note_read
from followup.services.sign_in import SignedIn
from followup.web.pages import CHANNELS
from followup.web.site import Fields, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of what happened since."""

    at: datetime
    text: str


def alert_routes(site: Site) -> list[Route]:
    """The page of one alert and its close form."""

    def shown(request: Request, who: SignedIn) -> Response:
        view = alert_view(site.context, request.path_params["id"], clinic=who.clinic)
        note_read(
            site.context, actor=f"staff:{who.person}", subject="alert", subject_id=view.alert.id, clinic=who.clinic
        )
        return site.show(request, "alert", _values(site, view, who, late="late" in request.query_params))

    def ended(request: Request, who: SignedIn, fields: Fields) -> Response:
        view = alert_view(site.context, request.path_params["id"], clinic=who.clinic)
        try:
            close(
                site.context,
                alert=view.alert.id,
                person=who.person,
                outcome=_outcome(fields),
                minutes=_minutes(fields),
                note=fields.get("note", "").strip()[:2000] or None,
                via="page",
            )
        except InvalidInput as error:
            values = _values(site, view, who, problems=error.problems, fields=fields)
            return site.show(request, "alert", values, status=422)
        site.deps.settle()
        return RedirectResponse(f"/staff/alerts/{view.alert.id}", status_code=303)

    return [
        Route("/staff/alerts/{id}", site.staff(shown), methods=["GET"]),
        Route("/staff/alerts/{id}/close", site.staff_form(ended), methods=["POST"]),
    ]


def _values(
    site: Site,
    view: AlertView,
    who: SignedIn,
    *,
    late: bool = False,
    problems: Sequence[Problem] = (),
    fields: Fields | None = None,
) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    return {
        "who": who,
        "view": view,
        "line": view.line,
        "alert": view.alert,
        "clinic": view.line.clinic,
        "patient": view.line.patient,
        "zone": view.line.clinic.timezone,
        "inputs": {entry.id: _inputs(entry) for entry in view.entries},
        "latest": next((entry for entry in reversed(view.entries) if entry.words), None),
        "history": _history(view, {key: member.name for key, member in configuration.staff.items()}),
        "outcomes": [outcome.value for outcome in Outcome if _may_close(view, outcome)],
        "needs_minutes": view.alert.level.at_least(Level.URGENT),
        "late": late,
        "problems": problems,
        "fields": {"outcome": "", "minutes": "", "note": "", **(fields or {})},
    }


def _history(view: AlertView, names: Mapping[str, str]) -> list[Step]:
    """Everything since the words came in, in order: who was told and whether it arrived, who took it, how it ended.

    That people were told stands in the messages themselves, with what became of each.
    """
    shown = {EntryKind.ACKNOWLEDGED, EntryKind.CLOSED, EntryKind.NOTE}
    steps = [
        (entry.at, entry.id, entry.understood or f"{entry.kind.value} by {entry.actor}")
        for entry in view.entries
        if entry.kind in shown
    ]
    steps += [
        (notice.sent_at or notice.created_at, notice.id, _told(notice, names.get(notice.person or "")))
        for notice in view.notices
    ]
    return [Step(at=at, text=text) for at, _, text in sorted(steps)]


def _told(notice: Message, name: str | None) -> str:
    about = "told" if notice.template == "STAFF_NOTICE" else "told who has it"
    became = notice.state.value.replace("_", " ")
    reason = f", {notice.reason.replace('_', ' ')}" if notice.reason else ""
    whom = f"{name} {about}" if notice.message_class.for_staff else "The patient was told that staff are being called"
    return f"{whom} by {CHANNELS[notice.channel.value]}: {became}{reason}"


def _may_close(view: AlertView, outcome: Outcome) -> bool:
    return outcome not in ROUTINE_OUTCOMES or not view.alert.level.at_least(Level.URGENT)


def _outcome(fields: Fields) -> Outcome:
    try:
        return Outcome(fields.get("outcome", ""))
    except ValueError:
        raise InvalidInput(
            "The alert was not closed.", (Problem(at="outcome", message="choose how it ended"),)
        ) from None


def _minutes(fields: Fields) -> int | None:
    text = fields.get("minutes", "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput("The alert was not closed.", (Problem(at="minutes", message="give a whole number"),))
    return int(text[:9])


def _inputs(entry: AlertEntry) -> list[tuple[str, str]]:
    """What the rules saw, as name and plain text."""
    try:
        seen = json.loads(entry.inputs or "{}")
    except ValueError:
        return []
    pairs = seen.items() if isinstance(seen, dict) else ()
    return [(str(name).replace("_", " "), _plain(value)) for name, value in pairs if value not in (None, "", [], {})]


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{key} {_plain(each)}" for key, each in value.items())
        case list():
            return ", ".join(_plain(each) for each in value)
        case None:
            return "not known"
        case float():
            return f"{value:g}"
        case _:
            return str(value).replace("_", " ")

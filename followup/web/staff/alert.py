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

#: So many lines of what happened are shown at once: a chain that climbed all night has hundreds.
RECENT_STEPS = 8


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
    steps = _history(view, {key: member.name for key, member in configuration.staff.items()})
    return {
        "who": who,
        "view": view,
        "line": view.line,
        "alert": view.alert,
        "clinic": view.line.clinic,
        "patient": view.line.patient,
        "zone": view.line.clinic.timezone,
        "inputs": {entry.id: _inputs(entry) for entry in view.entries},
        "latest": _weightiest(view),
        "came_in": _came_in(view),
        "earlier": steps[:-RECENT_STEPS],
        "history": steps[-RECENT_STEPS:],
        "outcomes": [outcome.value for outcome in Outcome if _may_close(view, outcome)],
        "needs_minutes": view.alert.level.at_least(Level.URGENT),
        "late": late,
        "problems": problems,
        "fields": {"outcome": "", "minutes": "", "note": "", **(fields or {})},
    }


def _came_in(view: AlertView) -> list[AlertEntry]:
    """The entries that somebody's words or a check-in brought; a raise without either is part of the history."""
    return [entry for entry in view.entries if entry.kind is EntryKind.OPENED or _brought(entry)]


def _brought(entry: AlertEntry) -> bool:
    return entry.kind in {EntryKind.ADDED, EntryKind.RAISED} and bool(entry.words or entry.inbound or entry.check_in)


def _weightiest(view: AlertView) -> AlertEntry | None:
    """The words that weigh most, the latest of these: a later "ok" must not stand where "chest pain" belongs."""
    worded = [entry for entry in _came_in(view) if entry.words]
    return max(worded, key=lambda entry: (entry.level.rank, entry.at, entry.id), default=None)


def _history(view: AlertView, names: Mapping[str, str]) -> list[Step]:
    """Everything since, in order: who was told and whether it arrived, who took it, how it ended.

    That people were told stands in the messages themselves, with what became of each.
    """
    told_by_message = {EntryKind.NOTIFIED, EntryKind.OPENED}
    steps = [
        (entry.at, entry.id, entry.understood or f"{entry.kind.value} by {entry.actor}")
        for entry in view.entries
        if entry.kind not in told_by_message and not _brought(entry)
    ]
    for at, about, messages in _grouped(view.notices, names):
        became = ", ".join(dict.fromkeys(_became(message) for message in messages))
        steps.append((at, messages[0].id, f"{about} {became}"))
    return [Step(at=at, text=text[:1].upper() + text[1:]) for at, _, text in sorted(steps)]


def _grouped(notices: Sequence[Message], names: Mapping[str, str]) -> list[tuple[datetime, str, list[Message]]]:
    """Messages of one moment to one person are one line."""
    groups: dict[tuple[datetime, str], list[Message]] = {}
    for notice in notices:
        key = (notice.sent_at or notice.created_at, _about(notice, names.get(notice.person or "", "somebody")))
        groups.setdefault(key, []).append(notice)
    return [(at, about, messages) for (at, about), messages in groups.items()]


def _about(notice: Message, name: str) -> str:
    if not notice.message_class.for_staff:
        return "the patient was told that staff are being called"
    return f"{name} told" if notice.template == "STAFF_NOTICE" else f"{name} told who has it"


def _became(notice: Message) -> str:
    reason = f" ({notice.reason.replace('_', ' ')})" if notice.reason else ""
    return f"by {CHANNELS[notice.channel.value]}: {notice.state.value.replace('_', ' ')}{reason}"


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

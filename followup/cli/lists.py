"""`followup lists`: whom to phone today, that nobody is forgotten, what waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from followup.cli.saying import local, say, say_json, say_table
from followup.cli.wiring import DEFAULT_VAR, Clinic, Json, Var, actor, opened
from followup.domain.lists import CallEntry, Contact, EveningEntry, Reason, RoutineEntry, Task
from followup.services.context import Context, only_clinic
from followup.services.note_read import note_read
from followup.services.work_lists import evening_list, routine_list, same_day_calls


class Which(StrEnum):
    """The lists there are."""

    SAME_DAY = "same-day"
    EVENING = "evening"
    ROUTINE = "routine"


_ABOUT = {
    Which.SAME_DAY: "Phone today: treated today, and get no texts",
    Which.EVENING: "Nobody forgotten: everybody treated in the last 72 hours",
    Which.ROUTINE: "Work list: routine alerts that are not closed",
}


def command(
    which: Annotated[Which | None, typer.Argument(help="One of them; all three when left out.")] = None,
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Show the lists of the day: whom to phone, that nobody treated lately is forgotten, what waits.

    Example: followup lists evening --json
    """
    wanted = [which] if which is not None else list(Which)
    with opened(var) as context:
        place = only_clinic(context.content.current().content.configuration, clinic)
        note_read(context, actor=actor(), subject="lists", subject_id=place.key, clinic=place.key)
        found = {each: _ROWS[each](context, place.key, place.timezone) for each in wanted}
    if as_json:
        say_json({each.value: rows for each, rows in found.items()})
        return
    for each, rows in found.items():
        say(_ABOUT[each])
        say_table([*rows[0]] if rows else [], [[*row.values()] for row in rows])


Rows = list[dict[str, Any]]


def _same_day(context: Context, clinic: str, zone: str) -> Rows:
    return [_call(entry, zone) for entry in same_day_calls(context, clinic)]


def _evening(context: Context, clinic: str, zone: str) -> Rows:
    return [_treated(entry, zone) for entry in evening_list(context, clinic)]


def _routine(context: Context, clinic: str, zone: str) -> Rows:
    return [_waiting(entry, zone) for entry in routine_list(context, clinic)]


_ROWS: dict[Which, Callable[[Context, str, str], Rows]] = {
    Which.SAME_DAY: _same_day,
    Which.EVENING: _evening,
    Which.ROUTINE: _routine,
}


def _call(entry: CallEntry, zone: str) -> dict[str, Any]:
    return {
        "patient": entry.patient.external_id,
        "phone": entry.patient.phone,
        "treated": local(entry.infusion.ended_at, zone),
        "reasons": "; ".join(one.words for one in entry.hindrances),
        "alerts": _codes(entry.tasks),
        "called": _contact(entry.called, zone) if entry.called is not None else None,
        "invited": local(entry.invited.at, zone) if entry.invited is not None else None,
    }


def _treated(entry: EveningEntry, zone: str) -> dict[str, Any]:
    return {
        "patient": entry.patient.external_id,
        "phone": entry.patient.phone,
        "treated": local(entry.infusion.ended_at, zone),
        "forgotten": entry.forgotten,
        "account": _account(entry, zone),
    }


def _waiting(entry: RoutineEntry, zone: str) -> dict[str, Any]:
    return {
        "alert": entry.alert.code,
        "patient": entry.patient.external_id if entry.patient is not None else None,
        "reason": entry.reason,
        "due": local(entry.due_at, zone),
        "overdue": entry.overdue,
        "with": entry.alert.acknowledged_by,
    }


def _account(entry: EveningEntry, zone: str) -> str:
    match entry.account:
        case Task(alert=alert):
            return f"{alert.level.value} alert {alert.code}, {alert.status.value}"
        case Contact() as contact:
            return _contact(contact, zone)
        case Reason(words=words, at=at):
            return f"{words}, {local(at, zone)}" if at is not None else words


def _contact(contact: Contact, zone: str) -> str:
    by = f" by {contact.by}" if contact.by else ""
    return f"{contact.kind.value} {local(contact.at, zone)}{by}"


def _codes(alerts: Sequence[Any]) -> str:
    return ", ".join(alert.code for alert in alerts)

"""The routine work list, made to be worked through item after item. Staff pages call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from followup.domain import account_of_alert
from followup.domain.alert import Alert, AlertEntry
from followup.domain.contact import ContactTry
from followup.domain.lists import RoutineEntry
from followup.domain.tasks import Task, TaskKind
from followup.errors import Conflict
from followup.services.context import Context
from followup.services.show_board import seen_entries, seen_reason
from followup.services.work_lists import routine_list, set_aside
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutineItem:
    """One item. `tries` are the tries to reach the patient about it; `opened`: this person has read it as it stands.

    `said` is None, and `reason` says so, where only a prescriber may see it.
    """

    entry: RoutineEntry
    reason: str
    said: AlertEntry | None
    tries: tuple[ContactTry, ...]
    opened: bool

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.entry.alert


@dataclass(frozen=True, slots=True, kw_only=True)
class ComesBack:
    """An alert that was closed and will be open again, or was set aside: somebody calls then."""

    alert: Alert
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """What waits, the oldest first, and what comes back later, the soonest first."""

    items: tuple[RoutineItem, ...]
    later: tuple[ComesBack, ...]


def work_list(context: Context, clinic: str, *, person: str, prescriber: bool) -> WorkList:
    """The routine list of a clinic as `person` (a staff key) sees it. Raises NotFound for an unknown clinic."""
    entries = routine_list(context, clinic)
    with context.store.read() as uow:
        aside = set_aside(uow, clinic)
        entries = tuple(entry for entry in entries if entry.alert.id not in aside)
        ids = [entry.alert.id for entry in entries]
        histories, tries = uow.alerts.entries_of(ids), uow.contacts.of_alerts(ids)
        read_at = _read_at(uow, ids, person)

        def item(entry: RoutineEntry) -> RoutineItem:
            alert, lines = entry.alert, histories.get(entry.alert.id, ())
            return RoutineItem(
                entry=entry,
                reason=seen_reason(context, alert, entry.reason, prescriber=prescriber),
                said=account_of_alert.weightiest(seen_entries(context, alert, lines, prescriber=prescriber)),
                tries=tries.get(alert.id, ()),
                opened=_opened(alert, lines, read_at.get(alert.id)),
            )

        items = tuple(item(entry) for entry in entries)
        later = tuple(
            ComesBack(alert=alert, task=task)
            for task in sorted(
                (*uow.tasks.waiting_in(clinic, TaskKind.REOPEN), *aside.values()), key=lambda one: one.due_at
            )
            if (alert := uow.alerts.get(task.alert)) is not None
        )
    return WorkList(items=items, later=later)


def refuse_unopened(context: Context, alerts: Sequence[str], *, person: str, clinic: str) -> None:
    """Raises Conflict, naming the codes, where `person` has not opened each of these alerts as it stands now."""
    with context.store.read() as uow:
        found = [alert for alert in map(uow.alerts.get, alerts) if alert is not None and alert.clinic == clinic]
        ids = [alert.id for alert in found]
        histories, read_at = uow.alerts.entries_of(ids), _read_at(uow, ids, person)
        unopened = [one.code for one in found if not _opened(one, histories.get(one.id, ()), read_at.get(one.id))]
    if unopened:
        raise Conflict(f"open each before you close it: {', '.join(unopened)}")


def _read_at(uow: UnitOfWork, alerts: Sequence[str], person: str) -> dict[str, datetime]:
    """When this person last read each of these alerts."""
    return uow.audit.last_done("alert.read", f"staff:{person}", subject="alert", ids=alerts)


def _opened(alert: Alert, entries: Sequence[AlertEntry], read_at: datetime | None) -> bool:
    """Whether the alert was read since the last thing came in."""
    last = max((entry.at for entry in account_of_alert.came_in(entries)), default=alert.opened_at)
    return read_at is not None and read_at >= last

"""One alert with all that whoever takes it needs: words, what came after, script, tries. Staff pages call it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from followup.domain import account_of_alert, call_script
from followup.domain.access import may_see
from followup.domain.account_of_alert import Later
from followup.domain.alert import Alert, AlertEntry
from followup.domain.call_script import Next
from followup.domain.contact import ContactTry
from followup.domain.correction import Correction
from followup.domain.level import Level
from followup.domain.schedule import Clinic
from followup.domain.tasks import Task
from followup.services.context import Context
from followup.services.list_alerts import AlertView, MetRule, alert_view
from followup.services.show_board import came_after, kept_from, rules_of, seen_entries, seen_line
from followup.services.work_lists import routine_list, set_aside
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPage:
    """An alert for the eyes of one person.

    `came_in` is empty and `said` None where only a prescriber may see the words (`kept`). `script` is what to do
    next to reach the patient in an emergency. `corrections` are by the text that they are about. `tasks` are what
    people have to come back to about it. `acknowledge_by` is None where somebody has it.
    """

    view: AlertView
    said: AlertEntry | None
    came_in: tuple[AlertEntry, ...]
    later: tuple[Later, ...]
    tries: tuple[ContactTry, ...]
    script: Next | None
    corrections: Mapping[str, tuple[Correction, ...]]
    tasks: tuple[Task, ...]
    acknowledge_by: datetime | None
    kept: bool

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.view.alert

    @property
    def clinic(self) -> Clinic:
        """Whose it is."""
        return self.view.line.clinic


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an alert stands in the work list of `length` items; `following` is the id of the one after it."""

    number: int
    length: int
    following: str | None


def alert_page(context: Context, alert_id: str, *, clinic: str, prescriber: bool) -> AlertPage:
    """An alert of a clinic. Raises NotFound, also for another clinic's."""
    view = alert_view(context, alert_id, clinic=clinic)
    kept = kept_from(context, view.alert, prescriber=prescriber)
    view = replace(
        view,
        line=seen_line(context, view.line, prescriber=prescriber),
        rules=_seen_rules(context, view, prescriber=prescriber),
    )
    came_in = seen_entries(context, view.alert, view.entries, prescriber=prescriber)
    said = account_of_alert.weightiest(came_in)
    chains = context.content.current().content.configuration.chains
    with context.store.read() as uow:
        tries = uow.contacts.of_alert(alert_id)
        return AlertPage(
            view=view,
            said=said,
            came_in=came_in,
            later=() if kept else came_after(uow, view.alert, said),
            tries=tries,
            script=call_script.next_step(tries, view.alert.round_started_at) if _pressing(view.alert) else None,
            corrections=_corrections(uow, came_in),
            tasks=tuple(task for task in uow.tasks.of_alert(alert_id) if task.done_at is None),
            acknowledge_by=account_of_alert.acknowledge_by(view.alert, chains.get(view.alert.chain)),
            kept=kept,
        )


def place_in_work_list(context: Context, alert_id: str, clinic: str) -> Place | None:
    """Where an alert stands in the routine work list; None for one that is not on it."""
    with context.store.read() as uow:
        aside = set_aside(uow, clinic)
    ids = [entry.alert.id for entry in routine_list(context, clinic) if entry.alert.id not in aside]
    if alert_id not in ids:
        return None
    at = ids.index(alert_id)
    return Place(number=at + 1, length=len(ids), following=ids[at + 1] if at + 1 < len(ids) else None)


def _seen_rules(context: Context, view: AlertView, *, prescriber: bool) -> tuple[MetRule, ...]:
    found = rules_of(context, view.alert, [rule.id for rule in view.rules])
    return tuple(met for met, rule in zip(view.rules, found, strict=True) if may_see(rule, prescriber=prescriber))


def _pressing(alert: Alert) -> bool:
    return alert.level is Level.EMERGENCY and alert.closed_at is None


def _corrections(uow: UnitOfWork, entries: tuple[AlertEntry, ...]) -> Mapping[str, tuple[Correction, ...]]:
    return {entry.inbound: uow.corrections.of_inbound(entry.inbound) for entry in entries if entry.inbound}

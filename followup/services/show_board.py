"""The board: what is open at a clinic, with the words, what was understood and what comes next. Staff pages call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from followup.domain import account_of_alert
from followup.domain.access import may_see, may_see_any
from followup.domain.account_of_alert import Later
from followup.domain.alert import Alert, AlertEntry, AlertStatus
from followup.domain.level import Level
from followup.domain.message import Message
from followup.domain.received import Inbound
from followup.domain.schedule import Configuration, Rule
from followup.services.context import Context
from followup.services.duty import configuration_now
from followup.services.list_alerts import AlertLine, alert_line
from followup.storage.unit_of_work import UnitOfWork

#: Stands where only a prescriber may read why.
KEPT = "Kept for a prescriber"
#: So much of what came after is shown on the board; the alert's page has all of it.
LATEST = 2
#: So many items of the work list stand on the board.
FIRST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """One alert on the board.

    `said` is the entry whose words weigh most; None where only a prescriber may see them (`kept`). `told` are the
    names of those who were told in this round. `later` is what came after, the latest last.
    `acknowledge_by` is None where nobody is woken, or somebody has it.
    """

    line: AlertLine
    said: AlertEntry | None
    told: tuple[str, ...]
    later: tuple[Later, ...]
    acknowledge_by: datetime | None
    kept: bool = False

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.line.alert


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What is not closed, in three parts: nobody has it, somebody has it, and the routine work list.

    Of the `routine_count` items of the work list `routine` are the first few: the list has a page of its own.
    """

    waiting: tuple[BoardLine, ...]
    taken: tuple[BoardLine, ...]
    routine: tuple[BoardLine, ...]
    routine_count: int


def board(context: Context, clinic: str, *, prescriber: bool) -> Board:
    """Everything of a clinic that is not closed: by level, then by time left."""
    now = context.clock.now()
    with context.store.read() as uow:
        configuration = configuration_now(uow, context.content.current(), now)
        unclosed = uow.alerts.unclosed_of(clinic)
        routine = sorted((one for one in unclosed if one.level is Level.ROUTINE), key=lambda one: one.opened_at)
        shown = [one for one in unclosed if one.level is not Level.ROUTINE] + routine[:FIRST]
        lines = [_line(context, uow, configuration, alert, prescriber=prescriber) for alert in shown]
    lines.sort(key=_order)
    pressing = [line for line in lines if line.alert.level is not Level.ROUTINE]
    return Board(
        waiting=tuple(line for line in pressing if line.alert.status is AlertStatus.OPEN),
        taken=tuple(line for line in pressing if line.alert.status is not AlertStatus.OPEN),
        routine=tuple(line for line in lines if line.alert.level is Level.ROUTINE),
        routine_count=len(routine),
    )


def came_after(uow: UnitOfWork, alert: Alert, said: AlertEntry | None) -> tuple[Later, ...]:
    """What the patient, or the unknown number, wrote after the words that weigh most, oldest first."""
    received: tuple[Inbound, ...] = ()
    if alert.patient is not None:
        received = uow.inbound.of_patient(alert.patient)
    elif alert.sender is not None:
        received = uow.inbound.of_sender(alert.clinic, alert.sender, alert.opened_at)
    return account_of_alert.came_after(said, received, alert.opened_at)


def kept_from(context: Context, alert: Alert, *, prescriber: bool) -> bool:
    """Whether what stands in an alert is for the eyes of a prescriber alone: every rule that it carries says so."""
    return not may_see_any(rules_of(context, alert, alert.rules), prescriber=prescriber)


def seen_entries(
    context: Context, alert: Alert, entries: Iterable[AlertEntry], *, prescriber: bool
) -> tuple[AlertEntry, ...]:
    """What came in, without what met only rules that are kept for prescribers."""
    return tuple(
        entry
        for entry in account_of_alert.came_in(entries)
        if may_see_any(rules_of(context, alert, entry.rules), prescriber=prescriber)
    )


def seen_line(context: Context, line: AlertLine, *, prescriber: bool) -> AlertLine:
    """The line with a reason that this person may see."""
    return replace(line, reason=seen_reason(context, line.alert, line.reason, prescriber=prescriber))


def seen_reason(context: Context, alert: Alert, reason: str, *, prescriber: bool) -> str:
    """`reason`, or that of another rule of the alert where the rule that names it is for prescribers alone."""
    named, *others = rules_of(context, alert, dict.fromkeys((alert.rule, *alert.rules)))
    if may_see(named, prescriber=prescriber):
        return reason
    reasons = [rule.reason for rule in others if rule is not None and may_see(rule, prescriber=prescriber)]
    return reasons[0] if reasons else KEPT


def rules_of(context: Context, alert: Alert, ids: Iterable[str]) -> list[Rule | None]:
    """Rules as they stood in the version that judged; None for one that it does not have."""
    configuration = context.content.version(alert.schedule_version).configuration
    return [configuration.rule(rule_id) for rule_id in ids]


def _line(
    context: Context, uow: UnitOfWork, configuration: Configuration, alert: Alert, *, prescriber: bool
) -> BoardLine:
    entries = uow.alerts.entries(alert.id)
    kept = kept_from(context, alert, prescriber=prescriber)
    names = {key: member.name for key, member in configuration.staff.items()}
    said = account_of_alert.weightiest(seen_entries(context, alert, entries, prescriber=prescriber))
    return BoardLine(
        line=seen_line(context, alert_line(context, uow, alert, configuration), prescriber=prescriber),
        said=said,
        told=_told(uow.messages.of_alert(alert.id), alert, names),
        later=() if kept else came_after(uow, alert, said)[-LATEST:],
        acknowledge_by=account_of_alert.acknowledge_by(alert, configuration.chains.get(alert.chain)),
        kept=kept,
    )


def _told(messages: Sequence[Message], alert: Alert, names: Mapping[str, str]) -> tuple[str, ...]:
    """The names of those whom this round has told, in order, once each."""
    sent = [
        one
        for one in messages
        if one.person is not None and one.sent_at is not None and one.sent_at >= alert.round_started_at
    ]
    return tuple(dict.fromkeys(names.get(one.person or "", "somebody") for one in sent))


def _order(line: BoardLine) -> tuple[int, datetime, str]:
    alert = line.alert
    return (-alert.level.rank, line.acknowledge_by or alert.next_action_at or alert.opened_at, alert.id)

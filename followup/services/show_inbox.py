"""The inbox: texts that a person must read, each with its words, who has it and whom it may be from. Pages call it."""

from __future__ import annotations

from dataclasses import dataclass

from followup.domain import inbox
from followup.domain.account_of_alert import Later
from followup.domain.alert import Alert, AlertEntry, AlertStatus
from followup.domain.inbox import InboxKind
from followup.domain.people import Channel, Patient
from followup.domain.schedule import Configuration
from followup.services.context import Context
from followup.services.duty import configuration_now
from followup.services.list_alerts import AlertLine, alert_line
from followup.services.show_board import came_after, kept_from, seen_entries, seen_line
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One alert of the inbox. `texts` are the words that came, oldest first; `also` those who share the number.

    `answerable`: it came from a patient's own number that may be texted, and `answering` is the text to answer.
    """

    line: AlertLine
    kind: InboxKind
    texts: tuple[AlertEntry, ...]
    later: tuple[Later, ...]
    also: tuple[Patient, ...]
    answering: str | None

    @property
    def alert(self) -> Alert:
        """The alert itself."""
        return self.line.alert


def inbox_items(context: Context, clinic: str, *, prescriber: bool) -> tuple[InboxItem, ...]:
    """Everything in a clinic's inbox: what nobody has first, then the oldest."""
    now = context.clock.now()
    with context.store.read() as uow:
        configuration = configuration_now(uow, context.content.current(), now)
        items = [
            _item(context, uow, alert, configuration, prescriber=prescriber)
            for alert in uow.alerts.unclosed_of(clinic)
            if inbox.belongs(alert, context.content.version(alert.schedule_version).configuration)
            and not kept_from(context, alert, prescriber=prescriber)
        ]
    return tuple(sorted(items, key=lambda item: (item.alert.status is not AlertStatus.OPEN, item.alert.opened_at)))


def _item(
    context: Context, uow: UnitOfWork, alert: Alert, configuration: Configuration, *, prescriber: bool
) -> InboxItem:
    entries = uow.alerts.entries(alert.id)
    seen = seen_entries(context, alert, entries, prescriber=prescriber)
    texts = tuple(entry for entry in seen if entry.words)
    line = seen_line(context, alert_line(context, uow, alert, configuration), prescriber=prescriber)
    return InboxItem(
        line=line,
        kind=inbox.kind_of(alert),
        texts=texts,
        later=came_after(uow, alert, texts[-1] if texts else None),
        also=tuple(filter(None, (uow.patients.get(other) for other in alert.also))),
        answering=_answering(uow, line.patient, texts),
    )


def _answering(uow: UnitOfWork, patient: Patient | None, texts: tuple[AlertEntry, ...]) -> str | None:
    """The text to answer; None where nobody may be texted."""
    if patient is None or patient.phone is None or patient.safe_contact_hold:
        return None
    if uow.suppressions.active(patient.clinic, Channel.SMS, patient.phone):
        return None
    return next((entry.inbound for entry in reversed(texts) if entry.inbound), None)

"""What stands on file about many patients, read together: a list of a hundred costs a handful of questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Select, func, select

from followup.domain.alert import Alert
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel, Patient
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.storage.addresses import Directory
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows, batched
from followup.storage.tables.concerns import alerts
from followup.storage.tables.course import answers, check_ins
from followup.storage.tables.mail import messages
from followup.storage.tables.people import suppressions
from followup.storage.vault import Vault

_Of = TypeVar("_Of", CheckIn, Answer, Message)

#: States that tell whether a text reached its phone.
_TELLING = (MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED, MessageState.UNDELIVERED)
_TO_COME = (CheckInState.PLANNED, CheckInState.OPEN)
_FOR_STAFF = tuple(one for one in MessageClass if one.for_staff)


class GatheredRows:
    """Rows of many patients, by patient. Whoever has none is left out."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._directory = Directory(vault)
        self._check_ins = Mapper(check_ins, CheckIn, vault)
        self._answers = Mapper(answers, Answer, vault)
        self._messages = Mapper(messages, Message, vault)
        self._alerts = Mapper(alerts, Alert, vault)

    def check_ins(self, patients: Sequence[str], infusions: Sequence[str]) -> Mapping[str, tuple[CheckIn, ...]]:
        """The check-ins of each that are still to come or to be answered, and all of these infusions, by due time."""
        column = check_ins.c
        asked_about = column.state.in_(_TO_COME) | column.infusion_id.in_(infusions)
        wanted = (
            select(check_ins).where(column.patient_id.in_(few), asked_about).order_by(column.due_at, column.id)
            for few in batched(patients)
        )
        return _by_patient(one for found in wanted for one in self._check_ins.records(self._rows.all(found)))

    def answers(self, patients: Sequence[str], since: datetime) -> Mapping[str, tuple[Answer, ...]]:
        """The answers of each at `since` or later, oldest first."""
        wanted = (
            select(answers)
            .where(answers.c.patient_id.in_(few), answers.c.at >= since)
            .order_by(answers.c.at, answers.c.id)
            for few in batched(patients)
        )
        return _by_patient(one for found in wanted for one in self._answers.records(self._rows.all(found)))

    def alerts_since(self, patients: Sequence[str], since: datetime) -> Mapping[str, tuple[Alert, ...]]:
        """The alerts of each that are not closed, or were closed at `since` or later, oldest first."""
        column = alerts.c
        stands = column.closed_at.is_(None) | (column.closed_at >= since)
        found: dict[str, tuple[Alert, ...]] = {}
        for few in batched(patients):
            wanted = select(alerts).where(column.patient_id.in_(few), stands).order_by(column.id)
            for one in self._alerts.records(self._rows.all(wanted)):
                found[one.patient or ""] = (*found.get(one.patient or "", ()), one)
        return found

    def last_texts(self, patients: Iterable[Patient]) -> Mapping[str, tuple[Message, ...]]:
        """Of each, the last text to the present number of which it is known whether it arrived."""
        reached = {one.id: one.phone for one in patients if one.phone is not None}
        found: list[Message] = []
        for few in batched(list(reached)):
            hashes = [known for one in few for known in self._directory.addresses(reached[one] or "")]
            found += self._messages.records(self._rows.all(_last_texts(few, hashes)))
        return _by_patient(found)

    def messages_from(self, patients: Sequence[str], template: str) -> Mapping[str, tuple[Message, ...]]:
        """Every message of each that was made from one template, oldest first."""
        wanted = (
            select(messages)
            .where(messages.c.patient_id.in_(few), messages.c.template == template)
            .order_by(messages.c.created_at, messages.c.id)
            for few in batched(patients)
        )
        return _by_patient(one for found in wanted for one in self._messages.records(self._rows.all(found)))

    def opted_out(self, clinic: str, channel: Channel, addresses: Iterable[str]) -> Mapping[str, datetime]:
        """Which of these addresses have opted out of a channel, and since when."""
        hashed = {known: one for one in addresses for known in self._directory.addresses(one)}
        found: dict[str, datetime] = {}
        for few in batched(list(hashed)):
            column = suppressions.c
            in_force = (
                column.address_index.in_(few)
                & (column.clinic_id == clinic)
                & (column.channel == channel)
                & column.lifted_at.is_(None)
            )
            for row in self._rows.all(select(column.address_index, column.began_at).where(in_force)):
                found[hashed[row["address_index"]]] = row["began_at"]
        return found


def _last_texts(patients: Sequence[str], hashes: Sequence[str]) -> Select[tuple[object, ...]]:
    column = messages.c
    position = func.row_number().over(
        partition_by=(column.patient_id, column.to_index), order_by=(column.created_at.desc(), column.id.desc())
    )
    texts = select(column.id, position.label("position")).where(
        column.patient_id.in_(patients),
        column.channel == Channel.SMS,
        column.to_index.in_(hashes),
        column.state.in_(_TELLING),
        column.message_class.not_in(_FOR_STAFF),
    )
    ranked = texts.subquery()
    last = select(ranked.c.id).where(ranked.c.position == 1)
    return select(messages).where(column.id.in_(last)).order_by(column.created_at, column.id)


def _by_patient(found: Iterable[_Of]) -> dict[str, tuple[_Of, ...]]:
    grouped: dict[str, list[_Of]] = {}
    for one in found:
        grouped.setdefault(one.patient or "", []).append(one)
    return {patient: tuple(ones) for patient, ones in grouped.items()}

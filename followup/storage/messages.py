"""The outbox: what waits to be sent, is being sent, or has gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all, update

from followup.domain.message import Lane, Message, MessageClass, MessageState
from followup.domain.people import Channel
from followup.storage.addresses import Directory
from followup.storage.mapping import Mapper
from followup.storage.rows import Row, Rows
from followup.storage.tables.mail import (
    is_claimed,
    is_held,
    is_in_doubt,
    is_queued,
    is_ringing,
    is_sending,
    is_waiting,
    is_without_receipt,
    messages,
)
from followup.storage.tables.people import suppressions
from followup.storage.vault import Vault

_column = messages.c

#: States of a message that never reached anybody.
_NEVER_SENT = (MessageState.SUPPRESSED, MessageState.EXPIRED, MessageState.FAILED)


class MessageRows:
    """The outgoing messages of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._directory = Directory(vault)
        self._mapper = Mapper(messages, Message, vault)

    def add(self, message: Message) -> bool:
        """Queue a message; False, and nothing written, where its intent is there already."""
        statement = self._rows.insertion(messages).on_conflict_do_nothing(index_elements=["intent"])
        return self._rows.change(statement, self._values(message)) == 1

    def update(self, message: Message, expected: MessageState | Collection[MessageState] | None = None) -> bool:
        """Replace what is stored; with `expected` only while it is in (one of) these states. Tells whether it was."""
        stored = update(messages).where(_column.id == message.id)
        if isinstance(expected, MessageState):
            stored = stored.where(_column.state == expected)
        elif expected is not None:
            stored = stored.where(_column.state.in_(list(expected)))
        return self._rows.change(stored, self._values(message)) == 1

    def get(self, message_id: str) -> Message | None:
        """By its id."""
        return self._one(select(messages).where(_column.id == message_id))

    def by_intent(self, intent: str) -> Message | None:
        """By what it is for."""
        return self._one(select(messages).where(_column.intent == intent))

    def by_provider_id(self, provider: str, provider_id: str) -> Message | None:
        """By the provider's name for it."""
        return self._one(select(messages).where(_column.provider == provider, _column.provider_id == provider_id))

    def claim(self, lane: Lane, worker: str, now: datetime, lease: timedelta, limit: int) -> tuple[Message, ...]:
        """Take up to `limit` due messages of a lane for `worker` until `now + lease`, most overdue first.

        Messages whose claim ran out are surely unsent and are taken again. No message is given to two workers.
        """
        self._release_lapsed(lane, now)
        due = select(_column.id).where(_column.lane == lane, is_queued, _column.not_before <= now)
        due = due.order_by(_column.not_before, _column.id).limit(limit)
        taken = (
            update(messages)
            .where(_column.id.in_(_picked(due)))
            .values(state=MessageState.CLAIMED, claimed_by=worker, lease_until=now + lease)
            .returning(messages)
        )
        claimed = self._mapper.records(self._rows.all(taken))
        return tuple(sorted(claimed, key=lambda message: (message.not_before, message.id)))

    def of_patient(self, patient: str) -> tuple[Message, ...]:
        """All messages about a patient, oldest first; staff notices among them."""
        return self._found(_column.patient_id == patient)

    def of_alert(self, alert: str) -> tuple[Message, ...]:
        """All messages about an alert, oldest first."""
        return self._found(_column.alert_id == alert)

    def of_round(self, alert: str, round_of: str) -> tuple[Message, ...]:
        """The notices of one round of an alert, oldest first; their intents begin with `round_of` and a stroke."""
        return self._found((_column.alert_id == alert) & _column.intent.startswith(f"{round_of}/", autoescape=True))

    def of_check_in(self, check_in: str) -> tuple[Message, ...]:
        """All messages of a check-in, oldest first."""
        return self._found(_column.check_in_id == check_in)

    def stale_sending(self, before: datetime) -> tuple[Message, ...]:
        """Those that were begun to be sent at or before `before` and never recorded, oldest first."""
        begun = select(messages).where(is_sending, _column.sending_at <= before)
        return self._several(begun.order_by(_column.sending_at, _column.id))

    def in_doubt_due(self, now: datetime, limit: int) -> tuple[Message, ...]:
        """Those in doubt whose next look at the provider is due."""
        due = select(messages).where(is_in_doubt, _column.next_look_at <= now)
        return self._several(due.order_by(_column.next_look_at, _column.id).limit(limit))

    def calls_to_ask_about(self, now: datetime, limit: int) -> tuple[Message, ...]:
        """Calls of which something should have been heard by now."""
        due = select(messages).where(is_ringing, _column.next_look_at <= now)
        return self._several(due.order_by(_column.next_look_at, _column.id).limit(limit))

    def calls_under_way(self, limit: int) -> tuple[Message, ...]:
        """Calls of which it is not known yet how they ended, the oldest first."""
        return self._several(select(messages).where(is_ringing).order_by(_column.next_look_at, _column.id).limit(limit))

    def without_receipt(self, before: datetime, limit: int) -> tuple[Message, ...]:
        """Texts sent at or before `before` of which the provider has said nothing more, oldest first."""
        silent = select(messages).where(is_without_receipt, _column.sent_at <= before)
        return self._several(silent.order_by(_column.sent_at, _column.id).limit(limit))

    def outlived(self, now: datetime, limit: int) -> tuple[Message, ...]:
        """Those not sent yet that may not be sent any more."""
        past = select(messages).where(is_waiting, _column.expires_at <= now)
        return self._several(past.order_by(_column.expires_at, _column.id).limit(limit))

    def may_have_gone(self, now: datetime, limit: int) -> tuple[Message, ...]:
        """Those that are due and not known to have been sent: after a restore they may have been. Oldest first."""
        due = select(messages).where(is_waiting | is_sending, _column.not_before <= now)
        return self._several(due.order_by(_column.not_before, _column.id).limit(limit))

    def waiting_for(self, patient: str) -> tuple[Message, ...]:
        """A patient's messages that surely have not been sent and still may be, oldest first."""
        return self._found((_column.patient_id == patient) & is_waiting)

    def held(self, limit: int) -> tuple[Message, ...]:
        """Those held back, oldest first."""
        return self._several(select(messages).where(is_held).order_by(_column.id).limit(limit))

    def texts_to(self, clinic: str, address: str, since: datetime) -> tuple[str, ...]:
        """Bodies of all messages to an address made at or after `since`, oldest first: to know our own words again."""
        return tuple(message.body for message in self._found(self._is_to(clinic, address, since)))

    def latest_to(self, clinic: str, address: str, channel: Channel, since: datetime) -> tuple[Message, ...]:
        """The last messages to an address by a channel made at or after `since`, newest first; ten at most."""
        to = select(messages).where(self._is_to(clinic, address, since), _column.channel == channel)
        return self._several(to.order_by(_column.created_at.desc(), _column.id.desc()).limit(10))

    def automatic_since(self, clinic: str, address: str, since: datetime) -> int:
        """How many automatic replies to an address were made at or after `since`, safety replies apart."""
        automatic = _column.message_class.in_([MessageClass.REPLY, MessageClass.KEYWORD])
        return self._count(self._is_to(clinic, address, since) & automatic)

    def safety_since(self, clinic: str, address: str, since: datetime) -> int:
        """How many safety replies to an address were made at or after `since`."""
        return self._count(self._is_to(clinic, address, since) & (_column.message_class == MessageClass.SAFETY))

    def confirmation_sent(self, clinic: str, address: str) -> bool:
        """Whether the one text that confirms an opt-out went to an address since its latest opt-out began.

        That is the template `STOP`, or a safety text that says the opt-out in it (its key ends with `_STOP`).
        """
        hashes = self._directory.addresses(address)
        began = select(func.max(suppressions.c.began_at)).where(
            suppressions.c.clinic_id == clinic, suppressions.c.address_index.in_(hashes)
        )
        since = self._rows.scalar(began)
        confirms = or_(_column.template == "STOP", _column.template.endswith("_STOP", autoescape=True))
        sent = self._is_to(clinic, address, since) & confirms & _column.state.not_in(_NEVER_SENT)
        return self._count(sent) > 0

    def any(self, template: str, patient: str, since: datetime) -> bool:
        """Whether a message of this template was made for a patient at or after `since`."""
        made = (_column.patient_id == patient) & (_column.created_at >= since) & (_column.template == template)
        return self._count(made) > 0

    def next_due_at(self) -> datetime | None:
        """When a message must next be sent, looked up or expired; None while there is nothing to wait for."""
        soonest = [
            select(func.min(_column.not_before).label("at")).where(_column.lane == lane, is_queued) for lane in Lane
        ]
        soonest.append(select(func.min(_column.next_look_at)).where(is_in_doubt))
        soonest.append(select(func.min(_column.next_look_at)).where(is_ringing))
        soonest.append(select(func.min(_column.expires_at)).where(is_waiting))
        moments = [moment for moment in self._rows.scalars(union_all(*soonest)) if moment is not None]
        return min(moments, default=None)

    def count_by_state(self) -> dict[MessageState, int]:
        """How many messages are in each state that occurs."""
        counted = self._rows.all(select(_column.state, func.count().label("number")).group_by(_column.state))
        return {row["state"]: row["number"] for row in counted}

    def _release_lapsed(self, lane: Lane, now: datetime) -> None:
        lapsed = select(_column.id).where(_column.lane == lane, is_claimed, _column.lease_until < now)
        self._rows.change(
            update(messages)
            .where(_column.id.in_(_picked(lapsed)))
            .values(state=MessageState.QUEUED, claimed_by=None, lease_until=None)
        )

    def _is_to(self, clinic: str, address: str, since: datetime | None) -> ColumnElement[bool]:
        to = (_column.clinic_id == clinic) & _column.to_index.in_(self._directory.addresses(address))
        return to if since is None else to & (_column.created_at >= since)

    def _values(self, message: Message) -> dict[str, Any]:
        to_index = self._directory.address(message.to)
        return self._mapper.values(message, to_index=to_index, lane=message.message_class.lane)

    def _count(self, condition: ColumnElement[bool]) -> int:
        return int(self._rows.scalar(select(func.count()).select_from(messages).where(condition)))

    def _found(self, condition: ColumnElement[bool]) -> tuple[Message, ...]:
        return self._several(select(messages).where(condition).order_by(_column.created_at, _column.id))

    def _several(self, statement: Select[Any]) -> tuple[Message, ...]:
        return self._mapper.records(self._rows.all(statement))

    def _one(self, statement: Select[Any]) -> Message | None:
        row: Row | None = self._rows.first(statement)
        return None if row is None else self._mapper.record(row)


def _picked(ids: Select[Any]) -> Select[Any]:
    """These ids without the rows that another transaction is working on. (SQLite has one writer and leaves that out.)

    Picked in a part of their own, which PostgreSQL carries out once: a plain subquery it may run again for each row,
    and lock more than the limit.
    """
    return select(ids.with_for_update(skip_locked=True).cte("picked").c.id)

"""Talks between staff and patients by text, during which the automation holds back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, func, insert, select, update

from followup.domain.talk import Chat
from followup.storage.mapping import Mapper
from followup.storage.rows import Row, Rows
from followup.storage.tables.care import chats
from followup.storage.vault import Vault

_column = chats.c


class ChatRows:
    """The talks of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(chats, Chat, vault)

    def add(self, chat: Chat) -> None:
        """Store a new talk. Raises Collision where one with this patient has not ended."""
        self._rows.change(insert(chats), self._mapper.values(chat))

    def update(self, chat: Chat) -> bool:
        """Replace what is stored, unless it has ended meanwhile. Tells whether it was replaced."""
        standing = update(chats).where(_column.id == chat.id, _column.ended_at.is_(None))
        return self._rows.change(standing, self._mapper.values(chat)) == 1

    def seen(self, chat_id: str, at: datetime) -> None:
        """Somebody has it on the screen."""
        self._rows.change(update(chats).where(_column.id == chat_id).values(seen_at=at))

    def open_of(self, patient: str) -> Chat | None:
        """The talk with a patient that nobody has ended; its time may be over all the same."""
        row: Row | None = self._rows.first(
            select(chats).where(_column.patient_id == patient, _column.ended_at.is_(None))
        )
        return None if row is None else self._mapper.record(row)

    def of_patient(self, patient: str) -> tuple[Chat, ...]:
        """Every talk with a patient, oldest first."""
        return self._several(select(chats).where(_column.patient_id == patient).order_by(_column.started_at))

    def going_on(self, clinic: str, now: datetime) -> tuple[Chat, ...]:
        """The talks of a clinic that hold at `now`, the one that ends first first."""
        holds = select(chats).where(_column.ended_at.is_(None), _column.until > now, _column.clinic_id == clinic)
        return self._several(holds.order_by(_column.until, _column.id))

    def over(self, now: datetime, limit: int) -> tuple[Chat, ...]:
        """Those whose time has passed and that nobody has ended, the longest ago first."""
        past = select(chats).where(_column.ended_at.is_(None), _column.until <= now)
        return self._several(past.order_by(_column.until, _column.id).limit(limit))

    def next_end_at(self) -> datetime | None:
        """When the next talk ends by itself."""
        soonest: datetime | None = self._rows.scalar(select(func.min(_column.until)).where(_column.ended_at.is_(None)))
        return soonest

    def _several(self, statement: Select[tuple[object, ...]]) -> tuple[Chat, ...]:
        return self._mapper.records(self._rows.all(statement))

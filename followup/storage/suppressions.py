"""Opt-outs: they hang on an address, never expire and outlive the patient's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from followup.domain.people import Channel
from followup.ids import new_id
from followup.storage.addresses import Directory
from followup.storage.rows import Rows
from followup.storage.tables.people import suppressions
from followup.storage.vault import Vault

_column = suppressions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """One opt-out of an address: when and by whom it began and, where it has ended, was lifted."""

    channel: Channel
    began_at: datetime
    began_by: str
    lifted_at: datetime | None
    lifted_by: str | None


class SuppressionRows:
    """The opt-outs of one unit of work. `source` says by whom: a keyword, a member of staff, the provider."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._directory = Directory(vault)

    def add(self, clinic: str, channel: Channel, address: str, *, at: datetime, source: str) -> None:
        """Begin an opt-out; where one is in force already nothing changes."""
        if not self.active(clinic, channel, address):
            began = {"began_at": at, "began_by": source, "address_index": self._directory.address(address)}
            row = {"id": new_id(), "clinic_id": clinic, "channel": channel} | began
            self._rows.change(self._rows.insertion(suppressions).on_conflict_do_nothing(), row)

    def lift(self, clinic: str, channel: Channel, address: str, *, at: datetime, source: str) -> None:
        """End an opt-out; where none is in force nothing changes. Its row stays as history."""
        in_force = self._is_of(clinic, channel, address) & _column.lifted_at.is_(None)
        self._rows.change(update(suppressions).where(in_force).values(lifted_at=at, lifted_by=source))

    def active(self, clinic: str, channel: Channel, address: str) -> bool:
        """Whether an address has opted out of a channel."""
        in_force = self._is_of(clinic, channel, address) & _column.lifted_at.is_(None)
        return self._rows.first(select(_column.id).where(in_force).limit(1)) is not None

    def history(self, clinic: str, channel: Channel, address: str) -> tuple[Suppression, ...]:
        """Every opt-out of an address, oldest first."""
        found = select(suppressions).where(self._is_of(clinic, channel, address))
        return tuple(
            Suppression(
                channel=row["channel"],
                began_at=row["began_at"],
                began_by=row["began_by"],
                lifted_at=row["lifted_at"],
                lifted_by=row["lifted_by"],
            )
            for row in self._rows.all(found.order_by(_column.began_at, _column.id))
        )

    def _is_of(self, clinic: str, channel: Channel, address: str) -> ColumnElement[bool]:
        hashes = self._directory.addresses(address)
        return (_column.clinic_id == clinic) & (_column.channel == channel) & _column.address_index.in_(hashes)

"""The inbox: everything that came in, stored before anything else is done with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from followup.domain.received import Inbound
from followup.storage.addresses import Directory
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.mail import inbound, is_pending
from followup.storage.vault import Vault

_column = inbound.c


class InboundRows:
    """The incoming messages of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._directory = Directory(vault)
        self._mapper = Mapper(inbound, Inbound, vault)

    def add(self, received: Inbound) -> bool:
        """Store what came in; False, and nothing written, where the provider delivered it before."""
        statement = self._rows.insertion(inbound).on_conflict_do_nothing(index_elements=["provider", "provider_id"])
        return self._rows.change(statement, self._values(received)) == 1

    def update(self, received: Inbound) -> None:
        """Replace what is stored under the same id."""
        self._rows.change(update(inbound).where(_column.id == received.id), self._values(received))

    def get(self, inbound_id: str) -> Inbound | None:
        """By its id."""
        row = self._rows.first(select(inbound).where(_column.id == inbound_id))
        return None if row is None else self._mapper.record(row)

    def pending(self, limit: int) -> tuple[Inbound, ...]:
        """Those not read yet, oldest first."""
        waiting = select(inbound).where(is_pending).order_by(_column.received_at, _column.id)
        return self._mapper.records(self._rows.all(waiting.limit(limit)))

    def oldest_pending_at(self) -> datetime | None:
        """When the one that has waited longest came in."""
        oldest: datetime | None = self._rows.scalar(select(func.min(_column.received_at)).where(is_pending))
        return oldest

    def of_patient(self, patient: str) -> tuple[Inbound, ...]:
        """All that was filed to a patient, oldest first."""
        return self._found(_column.patient_id == patient)

    def of_sender(self, clinic: str, address: str, since: datetime) -> tuple[Inbound, ...]:
        """All that came from an address at or after `since`, oldest first."""
        hashes = self._directory.addresses(address)
        sent = (_column.clinic_id == clinic) & _column.sender_index.in_(hashes) & (_column.received_at >= since)
        return self._found(sent)

    def _found(self, condition: ColumnElement[bool]) -> tuple[Inbound, ...]:
        found = select(inbound).where(condition).order_by(_column.received_at, _column.id)
        return self._mapper.records(self._rows.all(found))

    def _values(self, received: Inbound) -> dict[str, Any]:
        return self._mapper.values(received, sender_index=self._directory.address(received.sender))

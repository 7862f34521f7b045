"""Tries to reach patients: added and read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, insert, select

from followup.domain.contact import ContactTry
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows, batched
from followup.storage.tables.callbacks import contact_tries
from followup.storage.vault import Vault

_column = contact_tries.c


class ContactRows:
    """The tries of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(contact_tries, ContactTry, vault)

    def add(self, contact: ContactTry) -> None:
        """Store a try."""
        self._rows.change(insert(contact_tries), self._mapper.values(contact))

    def of_alert(self, alert: str) -> tuple[ContactTry, ...]:
        """Every try about an alert, oldest first."""
        return self._several(select(contact_tries).where(_column.alert_id == alert))

    def of_alerts(self, ids: Sequence[str]) -> dict[str, tuple[ContactTry, ...]]:
        """The tries about each of these alerts, oldest first; those without any are left out."""
        found: dict[str, tuple[ContactTry, ...]] = {}
        for few in batched(ids):
            for tried in self._several(select(contact_tries).where(_column.alert_id.in_(few))):
                found[tried.alert or ""] = (*found.get(tried.alert or "", ()), tried)
        return found

    def of_patient(self, patient: str) -> tuple[ContactTry, ...]:
        """Every try to reach a patient, oldest first."""
        return self._several(select(contact_tries).where(_column.patient_id == patient))

    def _several(self, statement: Select[Any]) -> tuple[ContactTry, ...]:
        return self._mapper.records(self._rows.all(statement.order_by(_column.at, _column.id)))

"""Labelled examples of how texts should have been read: added and read, never changed."""

from __future__ import annotations

from sqlalchemy import insert, select

from followup.domain.correction import Correction
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.examples import corrections
from followup.storage.vault import Vault

_column = corrections.c


class CorrectionRows:
    """The corrections of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(corrections, Correction, vault)

    def add(self, correction: Correction) -> None:
        """Store a correction."""
        self._rows.change(insert(corrections), self._mapper.values(correction))

    def of_inbound(self, inbound: str) -> tuple[Correction, ...]:
        """What was said about one text, oldest first; the latest counts."""
        found = select(corrections).where(_column.inbound_id == inbound).order_by(_column.at, _column.id)
        return self._mapper.records(self._rows.all(found))

    def of_clinic(self, clinic: str) -> tuple[Correction, ...]:
        """All of a clinic, oldest first."""
        found = select(corrections).where(_column.clinic_id == clinic).order_by(_column.at, _column.id)
        return self._mapper.records(self._rows.all(found))

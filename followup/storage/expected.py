"""Side effects of a patient that staff expect for a while."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from followup.domain.care import ExpectedLevel
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.care import expected_levels
from followup.storage.vault import Vault


class ExpectedRows:
    """The expected levels of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(expected_levels, ExpectedLevel, vault)

    def add(self, level: ExpectedLevel) -> None:
        """Store an expected level."""
        self._rows.change(insert(expected_levels), self._mapper.values(level))

    def update(self, level: ExpectedLevel) -> None:
        """Replace what is stored under the same id."""
        self._rows.change(update(expected_levels).where(expected_levels.c.id == level.id), self._mapper.values(level))

    def of_patient(self, patient: str) -> tuple[ExpectedLevel, ...]:
        """Every expected level of a patient, past ones too, oldest first."""
        of = select(expected_levels).where(expected_levels.c.patient_id == patient)
        return self._mapper.records(self._rows.all(of.order_by(expected_levels.c.set_at, expected_levels.c.id)))

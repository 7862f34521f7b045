"""Notes of the staff on patients: added and read, never changed."""

from __future__ import annotations

from sqlalchemy import insert, select

from followup.domain.care import Note
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.care import notes
from followup.storage.vault import Vault


class NoteRows:
    """The notes of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(notes, Note, vault)

    def add(self, note: Note) -> None:
        """Store a note."""
        self._rows.change(insert(notes), self._mapper.values(note))

    def of_patient(self, patient: str) -> tuple[Note, ...]:
        """Every note on a patient, oldest first."""
        found = select(notes).where(notes.c.patient_id == patient).order_by(notes.c.at, notes.c.id)
        return self._mapper.records(self._rows.all(found))

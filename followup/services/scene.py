"""One inbound in its transaction, with all that its effects refer to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from followup.domain.people import Patient
from followup.domain.received import Inbound
from followup.domain.schedule import Clinic, StaffMember
from followup.services.context import Published
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The inbound at hand and all that its effects refer to.

    `published` is the version in force, which composes texts; `patients` everybody on the sender's number.
    """

    uow: UnitOfWork
    published: Published
    clinic: Clinic
    inbound: Inbound
    now: datetime
    public_url: str
    patient: Patient | None = None
    patients: tuple[Patient, ...] = ()
    also: tuple[str, ...] = ()
    staff: StaffMember | None = None
    words: str = ""

    @property
    def language(self) -> str | None:
        """The language that the sender is answered in."""
        known = self.patient or (self.patients[0] if self.patients else None)
        return known.language if known else None

    @property
    def actor(self) -> str:
        """Who caused this, for the audit: a patient, a member of staff or an unknown number."""
        if self.patient is not None:
            return f"patient:{self.patient.external_id}"
        return f"staff:{self.staff.key}" if self.staff is not None else "unknown sender"

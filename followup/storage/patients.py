"""Patients: stored sealed, found by the clinic's id, by address and by the words of their names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, false, insert, or_, select, update

from followup.domain.people import Channel, Consent, Patient, PatientDetails
from followup.storage.addresses import Directory
from followup.storage.mapping import Seals
from followup.storage.rows import Row, Rows, batched
from followup.storage.tables.people import is_paused, patient_merges, patient_words, patients
from followup.storage.vault import Vault

_SEARCH_LIMIT = 50
#: A record that was merged into another is found by its id alone.
_stands = ~exists().where(patient_merges.c.merged_id == patients.c.id, patient_merges.c.undone_at.is_(None))


class PatientRows:
    """The patients of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._directory = Directory(vault)
        self._seals = Seals(patients, vault)

    def add(self, patient: Patient) -> None:
        """Store a new patient. Raises Collision where the clinic's id is taken."""
        self._rows.change(insert(patients), self._row(patient))
        self._write_words(patient)

    def update(self, patient: Patient) -> None:
        """Replace what is stored under the same id."""
        self._rows.change(update(patients).where(patients.c.id == patient.id), self._row(patient))
        self._rewrite_words(patient)

    def get(self, patient_id: str) -> Patient | None:
        """By our id."""
        return self._one(self._rows.first(select(patients).where(patients.c.id == patient_id)))

    def of_ids(self, ids: Sequence[str]) -> dict[str, Patient]:
        """Those of these that are stored, by id."""
        rows = (row for few in batched(ids) for row in self._rows.all(select(patients).where(patients.c.id.in_(few))))
        return {one.id: one for one in self._several(list(rows))}

    def paused(self, clinic: str, now: datetime) -> tuple[Patient, ...]:
        """Whose texts are paused at `now`; the pause that ends first first."""
        found = select(patients).where(
            patients.c.clinic_id == clinic, is_paused, patients.c.status_until > now, _stands
        )
        rows = self._rows.all(found.order_by(patients.c.status_until, patients.c.id).limit(_SEARCH_LIMIT))
        return tuple(one for row in rows if (one := self._one(row)) is not None)

    def by_external_id(self, clinic: str, external_id: str) -> Patient | None:
        """By the clinic's own id; where two ids were merged, either finds the one patient."""
        found = self.recorded_as(clinic, external_id)
        while found is not None and (kept := self._merged_into(found.id)) is not None:
            found = self.get(kept)
        return found

    def recorded_as(self, clinic: str, external_id: str) -> Patient | None:
        """The very record under the clinic's id, also where it was merged into another."""
        ours = (patients.c.clinic_id == clinic) & (patients.c.external_id == external_id)
        return self._one(self._rows.first(select(patients).where(ours)))

    def by_address(self, clinic: str | None, channel: Channel, address: str) -> tuple[Patient, ...]:
        """Everybody reached at this number or e-mail address, oldest first; `clinic` None means any clinic."""
        column = patients.c.email_index if channel is Channel.EMAIL else patients.c.phone_index
        reached = column.in_(self._directory.addresses(address)) & _stands
        found = select(patients).where(reached).order_by(patients.c.id)
        if clinic is not None:
            found = found.where(patients.c.clinic_id == clinic)
        return self._several(self._rows.all(found))

    def list(self, clinic: str | None, limit: int, after: str | None = None) -> tuple[Patient, ...]:
        """Oldest first; `after` is the id of the last one seen."""
        page = select(patients).where(_stands).order_by(patients.c.id).limit(limit)
        if clinic is not None:
            page = page.where(patients.c.clinic_id == clinic)
        if after is not None:
            page = page.where(patients.c.id > after)
        return self._several(self._rows.all(page))

    def search(self, clinic: str, words: str) -> tuple[Patient, ...]:
        """At most 50 patients whose name has a word beginning with each of `words`, or whose clinic's id it is."""
        by_name = [
            patients.c.id.in_(select(patient_words.c.patient_id).where(patient_words.c.word_index.in_(hashes)))
            for hashes in self._directory.sought_words(words)
        ]
        named = or_(patients.c.external_id == words.strip(), _all_of(by_name))
        found = select(patients).where(patients.c.clinic_id == clinic, named, _stands).order_by(patients.c.id)
        people = self._several(self._rows.all(found.limit(_SEARCH_LIMIT)))
        merged = self.by_external_id(clinic, words.strip())
        return people if merged is None or merged in people else (merged, *people)

    def _merged_into(self, patient_id: str) -> str | None:
        kept: str | None = self._rows.scalar(select(patient_merges.c.kept_id).where(_standing(patient_id)))
        return kept

    def _row(self, patient: Patient) -> dict[str, Any]:
        directory = self._directory
        consent = patient.consent
        return self._seals.seal(
            {
                "id": patient.id,
                "clinic_id": patient.clinic,
                "external_id": patient.external_id,
                "name": patient.name,
                "timezone": patient.timezone,
                "phone": patient.phone,
                "phone_index": None if patient.phone is None else directory.address(patient.phone),
                "email": patient.email,
                "email_index": None if patient.email is None else directory.address(patient.email),
                "language": patient.language,
                "consent_sms": consent.sms,
                "consent_email": consent.email,
                "consent_text": consent.text,
                "consent_at": consent.at,
                "consent_method": consent.method,
                "details": _details_text(patient.details),
                "status": patient.status,
                "status_until": patient.status_until,
                "status_reported": patient.status_reported,
                "safe_contact_hold": patient.safe_contact_hold,
                "created_at": patient.created_at,
            }
        )

    def _patient(self, row: Row) -> Patient:
        opened = self._seals.open(row)
        return Patient(
            id=opened["id"],
            clinic=opened["clinic_id"],
            external_id=opened["external_id"],
            name=opened["name"],
            timezone=opened["timezone"],
            phone=opened["phone"],
            email=opened["email"],
            language=opened["language"],
            consent=Consent(
                sms=opened["consent_sms"],
                email=opened["consent_email"],
                text=opened["consent_text"],
                at=opened["consent_at"],
                method=opened["consent_method"],
            ),
            details=_details(opened["details"]),
            status=opened["status"],
            status_until=opened["status_until"],
            status_reported=opened["status_reported"],
            safe_contact_hold=opened["safe_contact_hold"],
            created_at=opened["created_at"],
        )

    def _one(self, row: Row | None) -> Patient | None:
        return None if row is None else self._patient(row)

    def _several(self, rows: Iterable[Row]) -> tuple[Patient, ...]:
        return tuple(self._patient(row) for row in rows)

    def _write_words(self, patient: Patient) -> None:
        words = [
            {"patient_id": patient.id, "clinic_id": patient.clinic, "word_index": word}
            for word in sorted(self._directory.name_words(patient.name))
        ]
        if words:
            self._rows.change(insert(patient_words), words)

    def _rewrite_words(self, patient: Patient) -> None:
        mine = patient_words.c.patient_id == patient.id
        stored = self._rows.scalars(select(patient_words.c.word_index).where(mine))
        if frozenset(stored) != self._directory.name_words(patient.name):
            self._rows.change(delete(patient_words).where(mine))
            self._write_words(patient)


def _standing(merged: str) -> ColumnElement[bool]:
    return and_(patient_merges.c.merged_id == merged, patient_merges.c.undone_at.is_(None))


def _all_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """That all hold; with none given, nothing is meant."""
    return and_(*conditions) if conditions else false()


def _details_text(details: PatientDetails) -> str | None:
    """JSON of the details that are there."""
    given = {field.name: getattr(details, field.name) for field in fields(details)}
    known = {name: str(value) for name, value in given.items() if value is not None}
    return json.dumps(known, ensure_ascii=False) if known else None


def _details(text: str | None) -> PatientDetails:
    known = json.loads(text) if text else {}
    birth_date = known.pop("birth_date", None)
    return PatientDetails(birth_date=date.fromisoformat(birth_date) if birth_date else None, **known)

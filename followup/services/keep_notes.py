"""A note of the staff on a patient, and a side effect that staff expect for a while. The patient's page calls it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain.care import EXPECTED_AT_MOST, ExpectedLevel, Note, may_be_expected
from followup.domain.schedule import Configuration
from followup.domain.triage import MODERATE
from followup.errors import InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.context import Context, staff_by_name
from followup.storage.audit import Detail
from followup.storage.unit_of_work import UnitOfWork

LONGEST_NOTE = 4000


def add_note(context: Context, *, patient: str, text: str, by: str) -> Note:
    """Keep a note on a patient (our id); `by` is a staff key. Raises NotFound, InvalidInput for an empty one."""
    now = context.clock.now()
    member = staff_by_name(context.content.current().content.configuration, by)
    kept = text.strip()
    if not kept or len(kept) > LONGEST_NOTE:
        wrong = "write something first" if not kept else f"at most {LONGEST_NOTE} characters"
        raise InvalidInput("The note was not kept.", (Problem(at="text", message=wrong),))
    with context.store.write() as uow:
        clinic = _clinic_of(uow, patient)
        note = Note(id=new_id(), clinic=clinic, patient=patient, at=now, author=member.key, text=kept)
        uow.notes.add(note)
        _audit(uow, clinic, patient, "note.added", member.key, now, {"note": note.id})
        uow.commit()
    return note


def expect(context: Context, *, patient: str, symptom: str, severity: int, days: int, by: str) -> ExpectedLevel:
    """For `days`, a symptom up to `severity` (1 mild, 2 moderate) makes no routine task for this patient.

    It never reaches an urgent or emergency rule. Raises NotFound; InvalidInput for a symptom that the schedule does
    not name, a severe one, or more than 30 days.
    """
    now = context.clock.now()
    configuration = context.content.current().content.configuration
    member = staff_by_name(configuration, by)
    _check(configuration, symptom, severity, days)
    with context.store.write() as uow:
        clinic = _clinic_of(uow, patient)
        for earlier in uow.expected_levels.of_patient(patient):
            if earlier.symptom == symptom and earlier.holds(now):
                uow.expected_levels.update(replace(earlier, ended_at=now, ended_by=member.key))
        level = ExpectedLevel(
            id=new_id(),
            clinic=clinic,
            patient=patient,
            symptom=symptom,
            severity=severity,
            set_at=now,
            set_by=member.key,
            until=now + timedelta(days=days),
        )
        uow.expected_levels.add(level)
        _audit(uow, clinic, patient, "expected.set", member.key, now, {"level": level.id, "days": days})
        uow.commit()
    return level


def expect_no_more(context: Context, *, patient: str, level: str, by: str) -> None:
    """End an expected level now. Raises NotFound for one that this patient does not have."""
    now = context.clock.now()
    member = staff_by_name(context.content.current().content.configuration, by)
    with context.store.write() as uow:
        found = next((one for one in uow.expected_levels.of_patient(patient) if one.id == level), None)
        if found is None:
            raise NotFound("There is no such expected level.")
        if found.holds(now):
            uow.expected_levels.update(replace(found, ended_at=now, ended_by=member.key))
            _audit(uow, found.clinic, patient, "expected.ended", member.key, now, {"level": level})
        uow.commit()


def _check(configuration: Configuration, symptom: str, severity: int, days: int) -> None:
    most = EXPECTED_AT_MOST.days
    problems: list[Problem] = []
    if symptom not in configuration.symptoms:
        problems.append(Problem(at="symptom", message="choose one of the list"))
    elif not may_be_expected(configuration, configuration.symptoms[symptom]):
        problems.append(Problem(at="symptom", message="this is an emergency whenever it is said; it is never expected"))
    if not 1 <= severity <= MODERATE:
        problems.append(Problem(at="severity", message="mild or moderate: what is severe is always told"))
    if not 1 <= days <= most:
        problems.append(Problem(at="days", message=f"1 to {most} days; it can be set again then"))
    if problems:
        raise InvalidInput("The expected level was not set.", tuple(problems))


def _clinic_of(uow: UnitOfWork, patient: str) -> str:
    known = uow.patients.get(patient)
    if known is None:
        raise NotFound("There is no such patient.")
    return known.clinic


def _audit(uow: UnitOfWork, clinic: str, patient: str, action: str, person: str, now: datetime, detail: Detail) -> None:
    uow.audit.append(
        at=now,
        actor=f"staff:{person}",
        action=action,
        subject="patient",
        subject_id=patient,
        detail=detail,
        clinic=clinic,
    )

"""The clinic tells us of an infusion: the patient, the infusion and the plan of check-ins are stored at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from followup.domain.effects import WRONG_NUMBER
from followup.domain.infusion import Baseline, Infusion, series_baseline, series_of
from followup.domain.pacing import retired_by
from followup.domain.people import Channel, Consent, Patient, PatientDetails
from followup.domain.plan import CheckIn, CheckInState, Plan
from followup.domain.planning import PlannedCheckIn, SkipReason, plan_check_ins
from followup.domain.schedule import Clinic, EventKind, Schedule
from followup.errors import Conflict, NotFound
from followup.ids import new_id
from followup.services.alerting import raise_event
from followup.services.context import ContentBook, Context, Published, clinic_of
from followup.services.revising import Before, Reviser, lock_plan
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPatient:
    """The patient as posted. `id` is the clinic's own; `phone` E.164; None leaves what is known as it is."""

    id: str
    name: str
    timezone: str
    phone: str | None = None
    email: str | None = None
    language: str | None = None
    consent: Consent | None = None
    details: PatientDetails = field(default_factory=PatientDetails)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInfusion:
    """An infusion as posted. `id` is the clinic's own."""

    id: str
    clinic: str
    patient: NewPatient
    treatment: str
    ended_at: datetime
    indication: str | None = None
    discharged_at: datetime | None = None
    baseline: Baseline = field(default_factory=Baseline)
    flags: frozenset[str] = frozenset()


class RecordOutcome(StrEnum):
    """Whether the infusion was new or already known."""

    CREATED = "created"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What stands after recording."""

    outcome: RecordOutcome
    infusion: Infusion
    patient: Patient
    check_ins: tuple[CheckIn, ...]


def record_infusion(context: Context, new: NewInfusion, *, actor: str, keep: bool = True) -> Recorded:
    """Store an infusion, its patient and its plan; the same infusion again changes demographics only.

    Without `keep` everything is tried and nothing stays: it tells what would come of it.
    Raises Conflict where the clinic's id is known with other facts, NotFound for an unknown clinic.
    """
    published = context.content.current()
    clinic = clinic_of(published.content.configuration, new.clinic)
    now = context.clock.now()
    with context.store.write() as uow:
        known = uow.infusions.by_external_id(clinic.key, new.id)
        if known is not None:
            recorded = _again(uow, context.content, published, known, new, actor, now)
        else:
            recorded = _first(uow, context.content, published, clinic, new, actor, now)
        if keep:
            uow.commit()
    return recorded


def _again(
    uow: UnitOfWork,
    book: ContentBook,
    published: Published,
    known: Infusion,
    new: NewInfusion,
    actor: str,
    now: datetime,
) -> Recorded:
    patient = uow.patients.get(known.patient)
    differing = _differing_facts(known, uow.patients.by_external_id(known.clinic, new.patient.id), new)
    if differing or patient is None:
        message = f"this infusion is recorded with other facts ({', '.join(differing)}); correct it with PATCH"
        raise Conflict(message)
    before = patient
    patient = _store_patient(uow, new, before, actor, now)
    follow_zone(uow, book, published, before, patient, now)
    return Recorded(
        outcome=RecordOutcome.SAME,
        infusion=known,
        patient=patient,
        check_ins=tuple(one for one in uow.check_ins.of_patient(patient.id) if one.infusion == known.id),
    )


def _differing_facts(known: Infusion, named: Patient | None, new: NewInfusion) -> list[str]:
    """`named` is whom the posted id of the patient means: two ids may be one person."""
    pairs = {
        "patient.id": (known.patient, named.id if named else None),
        "treatment": (known.treatment, new.treatment),
        "ended_at": (known.ended_at, new.ended_at),
        "baseline": (known.baseline, new.baseline),
    }
    return [name for name, (before, after) in pairs.items() if before != after]


def _first(
    uow: UnitOfWork,
    book: ContentBook,
    published: Published,
    clinic: Clinic,
    new: NewInfusion,
    actor: str,
    now: datetime,
) -> Recorded:
    configuration = published.content.configuration
    known = uow.patients.by_external_id(clinic.key, new.patient.id)
    patient = _store_patient(uow, new, known, actor, now)
    follow_zone(uow, book, published, known or patient, patient, now)
    infusion = Infusion(
        id=new_id(),
        clinic=clinic.key,
        external_id=new.id,
        patient=patient.id,
        treatment=new.treatment,
        indication=new.indication,
        ended_at=new.ended_at,
        discharged_at=new.discharged_at,
        baseline=new.baseline,
        flags=new.flags,
        recorded_at=now,
    )
    uow.infusions.add(infusion)
    _audit(uow, actor, "infusion.recorded", infusion.id, now)
    matched = configuration.schedule_for(new.treatment, new.indication)
    _retire_older(uow, published, infusion, now)
    check_ins = plan_infusion(uow, published, clinic, infusion, patient, matched or configuration.safety_course, now)
    if now - infusion.ended_at <= configuration.history_after:  # history is followed by nobody: nothing is missing
        _tell_what_is_missing(uow, published, clinic, infusion, patient, now, unmatched=matched is None)
    uow.wake("check_in")
    return Recorded(outcome=RecordOutcome.CREATED, infusion=infusion, patient=patient, check_ins=check_ins)


def _store_patient(uow: UnitOfWork, new: NewInfusion, known: Patient | None, actor: str, now: datetime) -> Patient:
    posted = new.patient
    if known is None:
        patient = Patient(
            id=new_id(),
            clinic=new.clinic,
            external_id=posted.id,
            name=posted.name,
            timezone=posted.timezone,
            phone=posted.phone,
            email=posted.email,
            language=posted.language,
            consent=posted.consent or Consent(),
            details=posted.details,
            created_at=now,
        )
        uow.patients.add(patient)
        _audit(uow, actor, "patient.added", patient.id, now)
        return patient
    patient = replace(
        known,
        name=posted.name,
        timezone=posted.timezone,
        phone=posted.phone or known.phone,
        email=posted.email or known.email,
        language=posted.language or known.language,
        consent=posted.consent or known.consent,
        details=_merged_details(known.details, posted.details),
    )
    if patient != known:
        uow.patients.update(patient)
        _audit(uow, actor, "patient.changed", patient.id, now)
        let_stop_follow(uow, known, patient, now)
    return patient


def let_stop_follow(uow: UnitOfWork, before: Patient, after: Patient, now: datetime) -> None:
    """Who said STOP has not said it to a number: it holds at a new number and a new mail address as well.

    A number that was somebody else's has said nothing for the patient.
    """
    for channel in (Channel.SMS, Channel.EMAIL):
        old, new = before.address(channel), after.address(channel)
        if old is None or new is None or old == new:
            continue
        opt_outs = uow.suppressions.history(before.clinic, channel, old)
        in_force = [one for one in opt_outs if one.lifted_at is None]
        if any(one.began_by != WRONG_NUMBER for one in in_force):
            uow.suppressions.add(after.clinic, channel, new, at=now, source="follows the patient")


def _merged_details(known: PatientDetails, posted: PatientDetails) -> PatientDetails:
    fields = {name: getattr(posted, name) or getattr(known, name) for name in PatientDetails.__slots__}
    return PatientDetails(**fields)


def plan_infusion(
    uow: UnitOfWork,
    published: Published,
    clinic: Clinic,
    infusion: Infusion,
    patient: Patient,
    schedule: Schedule,
    now: datetime,
    *,
    revision: int = 1,
) -> tuple[CheckIn, ...]:
    """Store the plan of an infusion inside the caller's transaction and return its check-ins."""
    configuration = published.content.configuration
    planned = plan_check_ins(
        infusion,
        schedule,
        clinic,
        zone=patient.timezone,
        now=now,
        discharge_gap=configuration.discharge_gap,
        history_after=configuration.history_after,
    )
    plan = Plan(
        id=new_id(),
        clinic=clinic.key,
        patient=patient.id,
        infusion=infusion.id,
        schedule=schedule.key,
        schedule_version=published.version,
        revision=revision,
        created_at=now,
    )
    uow.plans.add(plan)
    check_ins = tuple(_check_in(plan, one, now) for one in planned)
    uow.check_ins.add_many(check_ins)
    return check_ins


def _check_in(plan: Plan, planned: PlannedCheckIn, now: datetime) -> CheckIn:
    skipped = planned.state.final
    return CheckIn(
        id=new_id(),
        clinic=plan.clinic,
        plan=plan.id,
        patient=plan.patient,
        infusion=plan.infusion,
        key=planned.key,
        due_at=planned.due_at,
        closes_at=planned.closes_at,
        remind_at=None,
        state=planned.state,
        reason=planned.reason.value if planned.reason else None,
        schedule_version=plan.schedule_version,
        revision=plan.revision,
        questions=planned.questions,
        closed_at=now if skipped else None,
        unanswered_at=planned.unanswered_at,
    )


def _retire_older(uow: UnitOfWork, published: Published, newer: Infusion, now: datetime) -> None:
    """A newer infusion of the same treatment replaces the later check-ins of older ones; safety check-ins stand."""
    configuration = published.content.configuration
    older: dict[str, tuple[Infusion, Schedule]] = {}
    for infusion in uow.infusions.of_patient(newer.patient):
        plan = uow.plans.of_infusion(infusion.id)
        schedule = configuration.schedule(plan.schedule) if plan else None
        if schedule is not None and infusion.id != newer.id:
            older[infusion.id] = (infusion, schedule)
    _cancel(uow, retired_by(newer, uow.check_ins.of_patient(newer.patient), older), SkipReason.NEWER_INFUSION, now)


def _tell_what_is_missing(
    uow: UnitOfWork,
    published: Published,
    clinic: Clinic,
    infusion: Infusion,
    patient: Patient,
    now: datetime,
    *,
    unmatched: bool,
) -> None:
    """What keeps this patient from being followed is told to a person at once, never left to be found."""
    events: list[EventKind] = []
    if unmatched:
        events.append(EventKind.NO_SCHEDULE)
    if not patient.consent.sms or patient.address(Channel.SMS) is None:
        events.append(EventKind.MISSING_CONSENT)
    if patient.language is None:
        events.append(EventKind.MISSING_LANGUAGE)
    series = series_of(infusion, uow.infusions.of_patient(patient.id))
    if series_baseline(series).pain is None:
        events.append(EventKind.MISSING_BASELINE)
    for event in events:
        raise_event(uow, published, clinic, event, now=now, actor="service", patient=patient.id)


def cancel_infusion(context: Context, clinic_key: str, external_id: str, *, actor: str) -> Infusion:
    """Withdraw an infusion: its check-ins that were not sent stay listed as cancelled. Raises NotFound."""
    now = context.clock.now()
    with context.store.write() as uow:
        infusion = _known(uow, clinic_key, external_id)
        if infusion.cancelled_at is None:
            infusion = replace(infusion, cancelled_at=now)
            uow.infusions.update(infusion)
            _cancel_check_ins(uow, infusion, SkipReason.INFUSION_CANCELLED, now)
            _audit(uow, actor, "infusion.cancelled", infusion.id, now)
        uow.commit()
    return infusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """New values for facts of an infusion; None leaves a fact as it is."""

    ended_at: datetime | None = None
    discharged_at: datetime | None = None
    treatment: str | None = None
    indication: str | None = None
    baseline: Baseline | None = None
    flags: frozenset[str] | None = None


def correct_infusion(
    context: Context, clinic_key: str, external_id: str, correction: Correction, *, actor: str
) -> Infusion:
    """Correct facts of an infusion: check-ins not yet sent are planned anew, sent ones are never touched.

    Raises NotFound.
    """
    now = context.clock.now()
    published = context.content.current()
    clinic = clinic_of(published.content.configuration, clinic_key)
    with context.store.write() as uow:
        known = _known(uow, clinic.key, external_id)
        changes = {name: getattr(correction, name) for name in Correction.__slots__}
        infusion = replace(known, **{name: value for name, value in changes.items() if value is not None})
        if infusion != known:
            uow.infusions.update(infusion)
            _replan(uow, context.content, published, known, infusion, now)
            _audit(uow, actor, "infusion.corrected", infusion.id, now)
        uow.commit()
    return infusion


def _replan(
    uow: UnitOfWork, book: ContentBook, published: Published, before: Infusion, infusion: Infusion, now: datetime
) -> None:
    """Plan a course anew after one of its facts was corrected; `before` is the infusion as it was."""
    plan = uow.plans.of_infusion(infusion.id)
    if plan is None or infusion.cancelled_at is not None:
        return
    lock_plan(uow, plan.id)
    Reviser.to(book, published, uow).revise(uow, plan, now, Before(infusion=before))


def follow_zone(
    uow: UnitOfWork, book: ContentBook, published: Published, before: Patient, after: Patient, now: datetime
) -> None:
    """A patient who lives by another clock now: what is still to come keeps its hour of the day there."""
    if before.timezone == after.timezone:
        return
    reviser = Reviser.to(book, published, uow)
    for infusion in uow.infusions.of_patient(after.id):
        plan = uow.plans.of_infusion(infusion.id)
        if plan is not None and infusion.cancelled_at is None:
            lock_plan(uow, plan.id)
            reviser.revise(uow, plan, now, Before(zone=before.timezone))


def _cancel_check_ins(uow: UnitOfWork, infusion: Infusion, reason: SkipReason, now: datetime) -> None:
    of_infusion = [one for one in uow.check_ins.of_patient(infusion.patient) if one.infusion == infusion.id]
    _cancel(uow, of_infusion, reason, now)


def _cancel(uow: UnitOfWork, check_ins: Sequence[CheckIn], reason: SkipReason, now: datetime) -> None:
    for one in check_ins:
        if not one.state.final:
            cancelled = replace(one, state=CheckInState.CANCELLED, reason=reason.value, closed_at=now)
            uow.check_ins.update(cancelled, expected=one.state)


def _known(uow: UnitOfWork, clinic_key: str, external_id: str) -> Infusion:
    infusion = uow.infusions.by_external_id(clinic_key, external_id)
    if infusion is None:
        message = "no infusion with this id is recorded"
        raise NotFound(message)
    return infusion


def _audit(uow: UnitOfWork, actor: str, action: str, subject_id: str, now: datetime) -> None:
    subject = action.split(".", 1)[0]
    uow.audit.append(at=now, actor=actor, action=action, subject=subject, subject_id=subject_id, detail={})

"""Staff change what is on file about a patient. The patient's page calls it; the clinic's own system may change it too.

Every change is audited with who made it. What a change stops or moves follows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from followup.domain.people import Channel, Consent, Patient, PatientStatus
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services.change_patient import check_pause
from followup.services.context import Context, staff_by_name
from followup.services.record_infusion import follow_zone, let_stop_follow
from followup.services.turns import address_turn
from followup.storage.audit import Detail
from followup.storage.unit_of_work import UnitOfWork

LONGEST_PROOF = 1000

Change = Callable[[Patient], Patient]


def set_status(
    context: Context, patient: str, status: PatientStatus, *, until: datetime | None = None, by: str
) -> Patient:
    """Where a patient (our id) stands, as a person knows it; `by` is a staff key. `until` ends a pause.

    Raises NotFound; InvalidInput for a pause without a future end, or another status with one.
    """
    check_pause(status, until, context.clock.now())

    def changed(known: Patient) -> Patient:
        return replace(known, status=status, status_until=until, status_reported=False)

    return _change(context, patient, changed, by=by, action="patient.status", detail={"status": status.value})


def confirm_status(context: Context, patient: str, *, by: str) -> Patient:
    """What a text reported is so. Raises NotFound, Conflict where nothing waits to be confirmed."""

    def changed(known: Patient) -> Patient:
        if not known.status_reported:
            raise Conflict("Nothing waits to be confirmed: somebody has done it already.")
        return replace(known, status_reported=False)

    return _change(context, patient, changed, by=by, action="patient.status_confirmed")


def set_language(context: Context, patient: str, language: str, *, by: str) -> Patient:
    """The language that texts to a patient are in. Raises NotFound, InvalidInput for one without texts."""
    known_ones = context.content.current().content.configuration.languages
    if language not in known_ones:
        wrong = f"texts are written in {', '.join(sorted(known_ones))}"
        raise InvalidInput("The language was not changed.", (Problem(at="language", message=wrong),))

    def changed(known: Patient) -> Patient:
        return replace(known, language=language)

    return _change(context, patient, changed, by=by, action="patient.language", detail={"language": language})


def set_zone(context: Context, patient: str, zone: str, *, by: str) -> Patient:
    """The zone that a patient lives in, an IANA name that the caller has checked; what is to come keeps its hour there.

    Raises NotFound.
    """

    def changed(known: Patient) -> Patient:
        return replace(known, timezone=zone)

    return _change(context, patient, changed, by=by, action="patient.zone", detail={"zone": zone})


def set_phone(context: Context, patient: str, phone: str, *, by: str) -> Patient:
    """A patient's new number, E.164; a STOP said from the old one holds for it too. Raises NotFound."""

    def changed(known: Patient) -> Patient:
        return replace(known, phone=phone)

    return _change(context, patient, changed, by=by, action="patient.phone")


def set_consent(context: Context, patient: str, *, sms: bool, email: bool, text: str, method: str, by: str) -> Patient:
    """What a patient agreed to, with its proof: `text` is what they were shown or told, `method` how they agreed.

    A number that has said STOP stays stopped: only START from it lifts that. Raises NotFound, InvalidInput for an
    agreement without proof.
    """
    proof, way = text.strip()[:LONGEST_PROOF], method.strip()[:LONGEST_PROOF]
    if (sms or email) and not (proof and way):
        wrong = "carriers ask for proof: write what the patient was shown or told, and how they agreed"
        raise InvalidInput("The consent was not changed.", (Problem(at="text", message=wrong),))
    consent = Consent(sms=sms, email=email, text=proof or None, at=context.clock.now(), method=way or None)

    def changed(known: Patient) -> Patient:
        return replace(known, consent=consent)

    return _change(context, patient, changed, by=by, action="patient.consent", detail={"sms": sms, "email": email})


def release_hold(context: Context, patient: str, *, by: str) -> Patient:
    """A person has found a safe way of contact: texts may go again. Raises NotFound, Conflict without a hold."""

    def changed(known: Patient) -> Patient:
        if not known.safe_contact_hold:
            raise Conflict("Contact is not on hold: somebody has released it already.")
        return replace(known, safe_contact_hold=False)

    return _change(context, patient, changed, by=by, action="patient.contact_released")


def _change(
    context: Context,
    patient_id: str,
    changed: Change,
    *,
    by: str,
    action: str,
    detail: Detail | None = None,
) -> Patient:
    now = context.clock.now()
    published = context.content.current()
    member = staff_by_name(published.content.configuration, by)
    with context.store.write() as uow:
        known = _known(uow, patient_id)
        after = changed(known)
        uow.serialize(*_turns(known, after))
        if after != known:
            uow.patients.update(after)
            let_stop_follow(uow, known, after, now)
            follow_zone(uow, context.content, published, known, after, now)
        uow.audit.append(
            at=now,
            actor=f"staff:{member.key}",
            action=action,
            subject="patient",
            subject_id=known.id,
            detail=detail or {},
            clinic=known.clinic,
        )
        uow.wake("check_in")
        uow.commit()
    return after


def _turns(before: Patient, after: Patient) -> tuple[str, ...]:
    """No text is marked as being sent to either number while this changes."""
    numbers = {one.address(Channel.SMS) for one in (before, after)} - {None}
    return tuple(sorted(address_turn(before.clinic, number or "") for number in numbers))


def _known(uow: UnitOfWork, patient_id: str) -> Patient:
    patient = uow.patients.get(patient_id)
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient

"""A text that a member of staff wrote to a patient. The patient's page and the inbox call it.

It goes at most once: where it is not known whether it arrived, its author sees that and decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from followup.content import sms
from followup.content.private_words import found_in, shortener_in
from followup.domain import windows
from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel, Patient, PatientStatus
from followup.domain.schedule import Clinic, StaffMember
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services import human_chat
from followup.services.context import Context, clinic_of, staff_by_name
from followup.services.turns import address_turn
from followup.storage.unit_of_work import UnitOfWork

#: More parts than this cost much, and are read less.
MOST_PARTS = 4
#: A text that could not go for so long has lost its moment; its author is told.
STANDS = timedelta(hours=1)
#: Somebody who wrote this lately is awake and waits for an answer.
JUST_WROTE = timedelta(hours=1)


class NeedsConfirmation(Conflict):
    """The text may go, but something speaks against it that its author must have seen: `cautions`, in plain words."""

    def __init__(self, cautions: tuple[str, ...]) -> None:
        super().__init__("Please look again before this is sent: " + "; ".join(cautions) + ".")
        self.cautions = cautions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A text about to be sent, with all that may speak against it."""

    patient: Patient
    clinic: Clinic
    member: StaffMember
    body: str
    answers: bool
    just_wrote: bool
    now: datetime


def send(
    context: Context,
    *,
    patient: str,
    text: str,
    by: str,
    answering: str | None,
    confirmed: bool = False,
    hold: bool = False,
    key: str | None = None,
) -> Message:
    """Queue a person's own text to a patient (our id); `by` is a staff key, `answering` the inbound it answers.

    `confirmed`: its author has seen what speaks against it. `hold`: it begins a talk, for which the automation
    waits. `key` names this press of the button: the same one again gives the message that is there.

    Raises NotFound; InvalidInput for an empty or too long text; Conflict where the patient must be phoned
    instead (STOP, contact on hold, no number, no consent); NeedsConfirmation outside the hours of texts and for
    words that should not stand in a text.
    """
    now = context.clock.now()
    configuration = context.content.current().content.configuration
    with context.store.write() as uow:
        known = uow.patients.get(patient)
        if known is None or known.phone is None:
            raise _nowhere(known)
        clinic = clinic_of(configuration, known.clinic)
        uow.serialize(address_turn(clinic.key, known.phone))
        case = _Case(
            patient=known,
            clinic=clinic,
            member=staff_by_name(configuration, by),
            body=_readable(text, clinic, known),
            answers=_answers(uow, known, answering),
            just_wrote=_just_wrote(uow, known, now),
            now=now,
        )
        _refuse(uow, context, case)
        cautions = _cautions(case)
        if cautions and not confirmed:
            raise NeedsConfirmation(cautions)
        message = _message(case, known.phone, answering, key or new_id())
        if not uow.messages.add(message):  # the button was pressed twice
            return uow.messages.by_intent(message.intent) or message
        if hold:
            human_chat.begin(uow, context, patient=patient, by=by, now=now)
        _audit(uow, case, message, cautions)
        uow.wake(message.message_class.lane.value)
        uow.commit()
    return message


def _nowhere(known: Patient | None) -> Exception:
    if known is None:
        return NotFound("There is no such patient.")
    return Conflict("No phone number is on file: there is nowhere to send a text.")


def _readable(text: str, clinic: Clinic, patient: Patient) -> str:
    """The text as it travels; what phones put in for plain characters is put back. Raises InvalidInput."""
    body = sms.normalise(text.strip(), fold=clinic.fold_spanish and patient.language == "es")
    wrong = None
    if not body:
        wrong = "write something first"
    elif sms.parts(body).parts > MOST_PARTS:
        wrong = f"this takes {sms.parts(body).parts} texts, at most {MOST_PARTS} go at once; shorten it or phone"
    elif shortener_in(body):
        wrong = "carriers block shortened links; give the whole address"
    if wrong:
        raise InvalidInput("The text was not sent.", (Problem(at="text", message=wrong),))
    return body


def _answers(uow: UnitOfWork, patient: Patient, answering: str | None) -> bool:
    """Whether it answers a text of this very patient."""
    inbound = uow.inbound.get(answering) if answering else None
    if inbound is not None and inbound.sender != patient.phone and inbound.patient != patient.id:
        raise Conflict("The text that this answers came from somebody else.")
    return inbound is not None


def _just_wrote(uow: UnitOfWork, patient: Patient, now: datetime) -> bool:
    return bool(uow.inbound.of_sender(patient.clinic, patient.phone or "", now - JUST_WROTE))


def _refuse(uow: UnitOfWork, context: Context, case: _Case) -> None:
    """Where a text must not go whatever anybody confirms. Raises Conflict."""
    patient = case.patient
    if patient.safe_contact_hold:
        raise Conflict("Contact may not be safe for this patient: no text goes. Decide first how to reach them.")
    if uow.suppressions.active(case.clinic.key, Channel.SMS, patient.phone or ""):
        raise Conflict("This number has stopped texts: phone instead.")
    if not patient.consent.sms and not (case.answers or case.just_wrote):
        raise Conflict("The patient has not agreed to texts: phone instead, or record their consent first.")
    if context.policy.shadow:
        raise Conflict("The service runs in shadow mode and texts no patient: phone instead.")
    if context.policy.only_to and patient.phone not in context.policy.only_to:
        raise Conflict("This is a pilot and the number is not on its list: phone instead.")


def _cautions(case: _Case) -> tuple[str, ...]:
    """What its author must have seen before it goes."""
    zone, window = case.patient.timezone, case.clinic.send_window
    awake = case.just_wrote or windows.inside(case.now, window, zone)
    private = found_in(case.body)
    checks = (
        (not awake, f"it is {windows.local(case.now, zone):%H:%M} where the patient is"),
        (private is not None, f"it says {private!r}, and anybody who holds the phone can read it"),
        (case.patient.status is PatientStatus.DECEASED, "the patient is on file as having died"),
        (case.patient.status is PatientStatus.LEFT_CARE, "the patient is on file as having left the clinic's care"),
    )
    return tuple(words for holds, words in checks if holds)


def _message(case: _Case, phone: str, answering: str | None, key: str) -> Message:
    return Message(
        id=new_id(),
        clinic=case.clinic.key,
        message_class=MessageClass.PERSONAL,
        channel=Channel.SMS,
        to=phone,
        template="PERSONAL",
        body=case.body,
        intent=f"personal/{case.patient.id}/{key}",
        created_at=case.now,
        not_before=case.now,
        expires_at=case.now + STANDS,
        language=case.patient.language or "en",
        patient=case.patient.id,
        person=case.member.key,
        inbound=answering,
    )


def _audit(uow: UnitOfWork, case: _Case, message: Message, cautions: tuple[str, ...]) -> None:
    uow.audit.append(
        at=case.now,
        actor=f"staff:{case.member.key}",
        action="patient.texted",
        subject="patient",
        subject_id=case.patient.id,
        detail={"message": message.id, "parts": sms.parts(message.body).parts, "warned": bool(cautions)},
        clinic=case.clinic.key,
    )

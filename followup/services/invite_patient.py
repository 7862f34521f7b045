"""Staff ask a patient by text whether they want follow-up texts; the terminal and the staff pages call it.

The patient's "1" in answer is what records the consent; until then nothing else is texted.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from followup.domain import windows
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel, Patient
from followup.domain.schedule import Clinic
from followup.errors import Conflict, NotFound
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published, only_clinic
from followup.storage.unit_of_work import UnitOfWork

TEMPLATE = "OPTIN_ASK"
#: A patient who does not answer is not asked again sooner than this.
OPEN_FOR = timedelta(days=7)

_NEVER_ARRIVED = frozenset(
    {MessageState.SUPPRESSED, MessageState.EXPIRED, MessageState.FAILED, MessageState.UNDELIVERED}
)


def invite(context: Context, clinic: str | None, external_id: str, actor: str) -> None:
    """Queue the one text that asks for consent, within the patient's own hours. `clinic` None: the only one.

    Raises NotFound, and Conflict where the patient may not, cannot or need not be asked.
    """
    now = context.clock.now()
    published = context.content.current()
    place = only_clinic(published.content.configuration, clinic)
    with context.store.write() as uow:
        patient = uow.patients.by_external_id(place.key, external_id)
        if patient is None:
            raise NotFound("no patient with this id is known")
        earlier = [one for one in uow.messages.of_patient(patient.id) if one.template == TEMPLATE]
        refusal = _refusal(uow, patient, earlier, now)
        if refusal is not None:
            raise Conflict(refusal)
        message = _invitation(published, place, patient, len(earlier) + 1, now)
        if not uow.messages.add(message):
            raise Conflict("somebody else has just invited this patient")
        uow.audit.append(
            at=now,
            actor=actor,
            action="patient.invited",
            subject="patient",
            subject_id=patient.id,
            detail={"invitation": len(earlier) + 1},
            clinic=patient.clinic,
        )
        uow.wake(message.message_class.lane.value)
        uow.commit()


def _refusal(uow: UnitOfWork, patient: Patient, earlier: list[Message], now: datetime) -> str | None:
    """Why the patient is not asked, with what to do about it; None where nothing is in the way."""
    checks = (
        (patient.consent.sms, "this patient has agreed to texts already"),
        (patient.phone is None, "no phone number is on file; add one with the patient's next infusion"),
        (patient.language is None, "no language is on file; add one with the patient's next infusion"),
        (not patient.receives_texts(now), "texts to this patient are paused, on hold or ended; see their status"),
        (_opted_out(uow, patient), "this number has opted out; the patient can text START, nobody can for them"),
        (
            any(_is_open(one, now) for one in earlier),
            f"this patient was invited within the last {OPEN_FOR.days} days; wait for the answer, or phone",
        ),
    )
    return next((why for holds, why in checks if holds), None)


def _opted_out(uow: UnitOfWork, patient: Patient) -> bool:
    return patient.phone is not None and uow.suppressions.active(patient.clinic, Channel.SMS, patient.phone)


def _is_open(invitation: Message, now: datetime) -> bool:
    return invitation.state not in _NEVER_ARRIVED and now - invitation.not_before < OPEN_FOR


def _invitation(published: Published, clinic: Clinic, patient: Patient, number: int, now: datetime) -> Message:
    goes_at = windows.next_inside(now, clinic.send_window, patient.timezone)
    return compose(
        published,
        clinic,
        Draft(
            template=TEMPLATE,
            message_class=MessageClass.KEYWORD,
            channel=Channel.SMS,
            to=patient.phone or "",
            intent=f"invite/{patient.id}/{number}",
            language=patient.language,
            patient=patient.id,
            not_before=goes_at,
            # A hold that is lifted at night must not let it go then.
            expires_at=windows.window_end(goes_at, clinic.send_window, patient.timezone),
        ),
        now,
    )

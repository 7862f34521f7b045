"""Staff ask a patient by text whether they want follow-up texts; the terminal and the staff pages call it.

The patient's "1" in answer is what records the consent; until then nothing else is texted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from followup.domain import invitation, windows
from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel, Patient
from followup.domain.schedule import Clinic
from followup.errors import Conflict, NotFound
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published, clinic_of, only_clinic
from followup.storage.unit_of_work import UnitOfWork


def invite(context: Context, clinic: str | None, external_id: str, actor: str) -> None:
    """Queue the one text that asks for consent, within the patient's own hours. `clinic` None: the only one.

    Raises NotFound, and Conflict where the patient may not, cannot or need not be asked.
    """
    place = only_clinic(context.content.current().content.configuration, clinic)
    with context.store.write() as uow:
        _invite(context, uow, place, uow.patients.by_external_id(place.key, external_id), actor)
        uow.commit()


def invite_known(context: Context, *, patient: str, clinic: str, actor: str) -> None:
    """The same for a patient by our own id, as pages know them. Raises as `invite` does."""
    place = clinic_of(context.content.current().content.configuration, clinic)
    with context.store.write() as uow:
        found = uow.patients.get(patient)
        _invite(context, uow, place, found if found is not None and found.clinic == clinic else None, actor)
        uow.commit()


def _invite(context: Context, uow: UnitOfWork, clinic: Clinic, patient: Patient | None, actor: str) -> None:
    if patient is None:
        raise NotFound("no patient with this id is known")
    now = context.clock.now()
    messages = uow.messages.of_patient(patient.id)
    refusal = _refusal(uow, patient, messages, now)
    if refusal is not None:
        raise Conflict(refusal)
    number = 1 + sum(one.template == invitation.TEMPLATE for one in messages)
    message = _invitation(context.content.current(), clinic, patient, number, now)
    if not uow.messages.add(message):
        raise Conflict("somebody else has just invited this patient")
    uow.audit.append(
        at=now,
        actor=actor,
        action="patient.invited",
        subject="patient",
        subject_id=patient.id,
        detail={"invitation": number},
        clinic=patient.clinic,
    )
    uow.wake(message.message_class.lane.value)


def _refusal(uow: UnitOfWork, patient: Patient, messages: Sequence[Message], now: datetime) -> str | None:
    """Why the patient is not asked, with what to do about it; None where nothing is in the way."""
    checks = (
        (patient.consent.sms, "this patient has agreed to texts already"),
        (patient.phone is None, "no phone number is on file; add one with the patient's next infusion"),
        (patient.language is None, "no language is on file; add one with the patient's next infusion"),
        (not patient.receives_texts(now), "texts to this patient are paused, on hold or ended; see their status"),
        (_opted_out(uow, patient), "this number has opted out; the patient can text START, nobody can for them"),
        (
            invitation.waiting(messages, now) is not None,
            f"this patient was invited within the last {invitation.OPEN_FOR.days} days; wait for the answer, or phone",
        ),
    )
    return next((why for holds, why in checks if holds), None)


def _opted_out(uow: UnitOfWork, patient: Patient) -> bool:
    return patient.phone is not None and uow.suppressions.active(patient.clinic, Channel.SMS, patient.phone)


def _invitation(published: Published, clinic: Clinic, patient: Patient, number: int, now: datetime) -> Message:
    goes_at = windows.next_inside(now, clinic.send_window, patient.timezone)
    return compose(
        published,
        clinic,
        Draft(
            template=invitation.TEMPLATE,
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

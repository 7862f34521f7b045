"""Connecting a member of staff to a patient, inside a caller's transaction: whom to ring, and keeping the try.

Keys on a call, the end of a call, and whoever asks for a call use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from followup.content.call_words import CallWords
from followup.domain.alert import Alert
from followup.domain.contact import ContactResult, ContactTry, ContactWay
from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import StaffMember
from followup.ids import new_id
from followup.services.composing import Draft, compose
from followup.services.contacting import add_try
from followup.services.context import Context, clinic_of
from followup.storage.unit_of_work import UnitOfWork

#: A line that was open for less than this, of which nobody said anything, counts as voicemail: messages are short.
A_TALK = timedelta(seconds=120)
#: The template of a call that somebody asked for: its only key connects.
BRIDGE_TEMPLATE = "STAFF_BRIDGE"
#: A phone that rings later than this would surprise whoever asked.
SOON = timedelta(minutes=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why nobody is connected, in the words that are said."""

    words: CallWords


def number_to_ring(uow: UnitOfWork, alert: Alert) -> str | Blocked:
    """The number of whom an alert is about. A contact on hold is rung by nobody until a person decides."""
    patient = uow.patients.get(alert.patient) if alert.patient else None
    concerned = [patient, *(uow.patients.get(other) for other in alert.also)]
    if any(one is not None and one.safe_contact_hold for one in concerned):
        return Blocked(words=CallWords.ON_HOLD)
    number = patient.phone if patient is not None else alert.sender
    return Blocked(words=CallWords.NO_PHONE) if number is None else number


def ring_back(uow: UnitOfWork, context: Context, alert: Alert, member: StaffMember, now: datetime) -> None:
    """Inside a caller's transaction: ring the phone of `member`, who has one, to connect it to the patient."""
    published = context.content.current()
    draft = Draft(
        template=BRIDGE_TEMPLATE,
        message_class=MessageClass.STAFF_REPLY,
        channel=Channel.VOICE,
        to=member.phone or "",
        intent=f"bridge/{alert.id}/{member.key}/{new_id()}",
        person=member.key,
        alert=alert.id,
        expires_at=now + SOON,
    )
    uow.messages.add(compose(published, clinic_of(published.content.configuration, alert.clinic), draft, now))
    uow.wake(MessageClass.STAFF_REPLY.lane.value)
    uow.audit.append(
        at=now,
        actor=f"staff:{member.key}",
        action="bridge.asked",
        subject="alert",
        subject_id=alert.id,
        detail={},
    )


def unconfirmed(seconds: int) -> ContactResult:
    """What a connection counts as when nobody has said whether it reached the patient."""
    return ContactResult.REACHED if timedelta(seconds=seconds) >= A_TALK else ContactResult.VOICEMAIL


def keep_try(
    uow: UnitOfWork,
    context: Context,
    message: Message,
    *,
    connection: str,
    result: ContactResult,
    seconds: int,
    sure: bool,
) -> None:
    """Write a try down once, however often its end is told. `sure`: by the word of whoever made it."""
    alert = uow.alerts.get(message.alert) if message.alert else None
    if alert is None or message.person is None:
        return
    made = f"{message.id}.{connection}"
    if any(one.id == made for one in uow.contacts.of_alert(alert.id)):
        return
    doubt = "" if sure or result is ContactResult.NO_ANSWER else "; nobody said whether the patient was reached"
    now = context.clock.now()
    tried = ContactTry(
        id=made,
        clinic=alert.clinic,
        alert=alert.id,
        patient=alert.patient,
        at=now - timedelta(seconds=seconds),
        by=message.person,
        way=ContactWay.BRIDGE,
        result=result,
        note=f"connected for {seconds} s{doubt}" if seconds else None,
    )
    add_try(uow, context.content.current(), tried, now)

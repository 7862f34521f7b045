"""Whether and when something may go out: decided once when a check-in is due, and again before each send."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from followup.domain import calls, windows
from followup.domain.alert import Alert, AlertStatus
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel, Patient
from followup.domain.plan import CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.schedule import Clinic

#: The one text that may follow an opt-out: its confirmation, alone or with the words an emergency needs.
CONFIRMATIONS = frozenset({"STOP", "E_CRISIS_STOP", "E_MED_STOP"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """It may go now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """It may not go yet; look again at `until`, or when a hold ends where that is None."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """It will not go: `expired` because its time is over, else for `reason`."""

    reason: str
    expired: bool = False


Verdict = Go | Wait | Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is true of a patient at the moment of sending. `talk_until`: until then a person talks with them by text."""

    patient: Patient
    clinic: Clinic
    suppressed: bool
    watched: bool
    shared_phone_busy: bool = False
    by_email: bool = False
    talk_until: datetime | None = None


def channel_for(patient: Patient, *, by_email: bool) -> Channel | None:
    """How a check-in reaches the patient: by text, or by mail where that is allowed for it and texts are not."""
    if patient.consent.sms and patient.phone is not None:
        return Channel.SMS
    if by_email and patient.consent.email and patient.email is not None:
        return Channel.EMAIL
    return None


def may_ask(check_in: CheckIn, standing: Standing, now: datetime) -> Verdict:
    """Whether a due check-in may be asked now."""
    blocked = _blocked(standing, now)
    if blocked is not None:
        return Drop(reason=blocked.value)
    opens = windows.next_inside(now, standing.clinic.send_window, standing.patient.timezone)
    if max(now, opens) >= check_in.closes_at:
        return _too_late(check_in, standing)
    if standing.talk_until is not None and standing.talk_until > now:
        return Wait(until=min(standing.talk_until, check_in.closes_at), reason=SkipReason.TALKING.value)
    if opens > now:
        return Wait(until=opens, reason="quiet hours")
    if standing.shared_phone_busy:
        return Wait(until=None, reason="another check-in is open on this phone")
    return Go()


def _too_late(check_in: CheckIn, standing: Standing) -> Drop:
    """Its time went by; one that waited for a talk is no silence of the patient."""
    if check_in.reason == SkipReason.TALKING.value:
        return Drop(reason=SkipReason.TALKING.value)
    late = SkipReason.SHARED_PHONE if standing.shared_phone_busy else SkipReason.WINDOW_PASSED
    return Drop(reason=late.value, expired=True)


def _blocked(standing: Standing, now: datetime) -> SkipReason | None:
    patient = standing.patient
    checks = (
        (standing.suppressed, SkipReason.OPTED_OUT),
        (not patient.receives_texts(now), SkipReason.STATUS),
        (standing.watched, SkipReason.ALERT),
        (patient.language is None, SkipReason.NO_LANGUAGE),
        (patient.phone is None and not _reached(standing), SkipReason.NO_ADDRESS),
        (not _reached(standing), SkipReason.NO_CONSENT),
    )
    return next((reason for holds, reason in checks if holds), None)


def _reached(standing: Standing) -> bool:
    return channel_for(standing.patient, by_email=standing.by_email) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheDoor:
    """Everything that is read again in the transaction that marks a message as being sent.

    `paused_until`: until then the provider is expected to refuse everything for this account. `talk_until`: until
    then a person talks with the patient by text.
    """

    clinic: Clinic
    suppressed: bool
    hold: bool
    shadow: bool
    only_to: frozenset[str]
    patient: Patient | None = None
    check_in: CheckIn | None = None
    alert: Alert | None = None
    watched: bool = False
    paused_until: datetime | None = None
    talk_until: datetime | None = None


def may_send(message: Message, door: AtTheDoor, now: datetime) -> Verdict:
    """Whether a claimed message may go out at `now`."""
    if message.expires_at is not None and now >= message.expires_at:
        return Drop(reason="too late", expired=True)
    if message.message_class.for_staff:
        return _may_tell_staff(message, door)
    if door.only_to and message.to not in door.only_to:
        return Drop(reason="pilot: not a listed number")
    if door.shadow:
        return Drop(reason="shadow mode")
    if door.suppressed and message.template not in CONFIRMATIONS and message.channel is Channel.SMS:
        return Drop(reason=SkipReason.OPTED_OUT.value)
    waits = _waits(message, door, now)
    if waits is not None:
        return waits
    if door.patient is not None and door.patient.safe_contact_hold:
        return Drop(reason="contact on hold")
    return _may_disturb(message, door, now) if message.message_class.keeps_window else Go()


def _waits(message: Message, door: AtTheDoor, now: datetime) -> Wait | None:
    """A hold stops every text to a patient; a provider that refuses the account only what is no safety reply."""
    if door.hold:
        return Wait(until=None, reason="hold")
    if door.paused_until is None or door.paused_until <= now or message.message_class is MessageClass.SAFETY:
        return None
    return Wait(until=door.paused_until, reason="the provider takes nothing for this account now")


def _may_tell_staff(message: Message, door: AtTheDoor) -> Verdict:
    """A notice goes only while nobody has its alert; answers to staff always go."""
    if door.suppressed:
        return Drop(reason=SkipReason.OPTED_OUT.value)
    if message.message_class is not MessageClass.STAFF_NOTICE or door.alert is None:
        return Go()
    if door.alert.status is not AlertStatus.OPEN:
        return Drop(reason="taken meanwhile")
    if calls.is_second_ring(message) and not calls.of_this_raise(message, door.alert):
        return Drop(reason="taken meanwhile")  # and open again for others, who are told by notices of their own
    return Go()


def _may_disturb(message: Message, door: AtTheDoor, now: datetime) -> Verdict:
    """Check-ins and reminders: consent, status and question as they are now, and the patient's own hours."""
    patient, check_in = door.patient, door.check_in
    if patient is None or check_in is None:
        return Drop(reason="no longer asked")
    if check_in.state is not CheckInState.OPEN or check_in.question != message.question:
        return Drop(reason="no longer asked")
    standing = Standing(
        patient=patient,
        clinic=door.clinic,
        suppressed=door.suppressed,
        watched=door.watched,
        by_email=message.channel is Channel.EMAIL,
    )
    blocked = _blocked(standing, now)
    if blocked is not None:
        return Drop(reason=blocked.value)
    if door.talk_until is not None and door.talk_until > now:
        return Wait(until=door.talk_until, reason=SkipReason.TALKING.value)
    opens = windows.next_inside(now, door.clinic.send_window, patient.timezone)
    if opens == now:
        return Go()
    if message.expires_at is not None and opens >= message.expires_at:
        return Drop(reason=SkipReason.WINDOW_PASSED.value, expired=True)
    return Wait(until=opens, reason="quiet hours")


def settled(message: Message, verdict: Wait | Drop, now: datetime) -> Message:
    """The message as it stands after it was not let out."""
    match verdict:
        case Wait(until=None):
            return replace(message, state=MessageState.HELD, reason=verdict.reason, claimed_by=None)
        case Wait():
            return replace(
                message,
                state=MessageState.QUEUED,
                reason=verdict.reason,
                not_before=verdict.until or now,
                claimed_by=None,
            )
        case Drop():
            state = MessageState.EXPIRED if verdict.expired else MessageState.SUPPRESSED
            return replace(message, state=state, reason=verdict.reason, settled_at=now)

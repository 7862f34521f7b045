"""The lists that people at a clinic work from: whom to phone today, how everybody treated lately is, what waits.

services.work_lists loads what is on file and shows what is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from followup.domain import coverage, invitation, windows
from followup.domain.alert import Alert, Outcome
from followup.domain.infusion import Infusion
from followup.domain.message import Message, MessageState
from followup.domain.people import Channel, Patient, PatientStatus
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.schedule import Chain, Clinic

#: Everybody treated within this time must be accounted for each evening.
LATELY = timedelta(hours=72)

#: Ends of an alert that mean that somebody spoke with the patient or saw to them.
_SPOKEN_WITH = frozenset(
    {
        Outcome.REACHED_AND_SAFE,
        Outcome.SENT_TO_EMERGENCY_CARE,
        Outcome.HANDED_TO_988,
        Outcome.WELFARE_CHECK,
        Outcome.ADVICE_GIVEN,
        Outcome.BOOKED,
    }
)
_DID_NOT_ARRIVE = frozenset({MessageState.FAILED, MessageState.UNDELIVERED})
_ARRIVED = frozenset({MessageState.SENT, MessageState.DELIVERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFile:
    """What is known of one patient, each list oldest first.

    `invitations` are the texts that asked for consent. `alerts` are also those that name the patient beside
    another. `opted_out_at` is None unless texts to the present number are stopped; `contact_held_at` may be None
    although contact is on hold.
    """

    patient: Patient
    check_ins: Sequence[CheckIn] = ()
    answers: Sequence[Answer] = ()
    messages: Sequence[Message] = ()
    invitations: Sequence[Message] = ()
    alerts: Sequence[Alert] = ()
    opted_out_at: datetime | None = None
    contact_held_at: datetime | None = None

    @property
    def tasks(self) -> tuple[Alert, ...]:
        """The alerts that are not closed, highest level first, then the oldest."""
        unclosed = [alert for alert in self.alerts if alert.closed_at is None]
        return tuple(sorted(unclosed, key=lambda alert: (-alert.level.rank, alert.opened_at, alert.id)))

    def invited(self, now: datetime) -> Invited | None:
        """Where asking for consent by text stands; None where consent is not what is missing, or it cannot be asked."""
        patient = self.patient
        reachable = patient.phone is not None and patient.language is not None and patient.receives_texts(now)
        if patient.consent.sms or self.opted_out_at is not None or not reachable:
            return None
        waiting = invitation.waiting(self.invitations, now)
        return Invited(at=waiting.not_before if waiting is not None else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A patient whose consent may be asked by text. `at`: asked then, and not answered; None: a press asks."""

    at: datetime | None


# --- what keeps texts from a patient -----------------------------------------------------------


class Cause(StrEnum):
    """What keeps automatic texts from a patient, the weightiest first."""

    CONTACT_ON_HOLD = "contact_on_hold"
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"
    NO_PHONE = "no_phone"
    UNDELIVERABLE = "undeliverable"
    NO_LANGUAGE = "no_language"


_WORDS = {
    Cause.CONTACT_ON_HOLD: "contact may not be safe: ask the lead before anybody calls",
    Cause.OPTED_OUT: "wants no texts",
    Cause.NO_CONSENT: "has not agreed to texts",
    Cause.NO_PHONE: "no phone number is on file",
    Cause.UNDELIVERABLE: "texts to this number do not arrive",
    Cause.NO_LANGUAGE: "no language is on file, so no text can be chosen",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """One thing that keeps texts from a patient, in plain words; `since` is None where nobody noted when it began."""

    cause: Cause
    words: str
    since: datetime | None


def hindrances(on_file: OnFile, told_at: datetime) -> tuple[Hindrance, ...]:
    """Everything that keeps texts from a patient now, weightiest first; `told_at`: when the clinic told us of them."""
    patient = on_file.patient
    failed = _last_failure(on_file.messages, patient.phone)
    checks: tuple[tuple[Cause, bool, datetime | None], ...] = (
        (Cause.CONTACT_ON_HOLD, patient.safe_contact_hold, on_file.contact_held_at),
        (Cause.OPTED_OUT, on_file.opted_out_at is not None, on_file.opted_out_at),
        (Cause.NO_CONSENT, not patient.consent.sms, told_at),
        (Cause.NO_PHONE, patient.phone is None, told_at),
        (Cause.UNDELIVERABLE, failed is not None, _settled_at(failed)),
        (Cause.NO_LANGUAGE, patient.language is None, told_at),
    )
    return tuple(
        Hindrance(cause=cause, words=_in_words(cause, failed), since=since) for cause, holds, since in checks if holds
    )


def _in_words(cause: Cause, failed: Message | None) -> str:
    why = failed.reason if failed is not None and cause is Cause.UNDELIVERABLE else None
    return f"{_WORDS[cause]}: {why.rstrip('.')}" if why else _WORDS[cause]


def _last_failure(messages: Sequence[Message], phone: str | None) -> Message | None:
    """The latest text to the present number, where it did not arrive; one that arrived since clears it."""
    for message in reversed(messages):
        if message.channel is not Channel.SMS or message.message_class.for_staff or message.to != phone:
            continue
        if message.state in _DID_NOT_ARRIVE:
            return message
        if message.state in _ARRIVED:
            return None
    return None


def _settled_at(message: Message | None) -> datetime | None:
    return None if message is None else message.settled_at or message.sent_at or message.created_at


# --- contacts ----------------------------------------------------------------------------------


class ContactKind(StrEnum):
    """How a patient was heard of."""

    ANSWERED = "answered"
    CALLED = "called"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The patient was heard of; `by` names who at the clinic spoke with them."""

    kind: ContactKind
    at: datetime
    by: str | None = None


def last_contact(on_file: OnFile, since: datetime) -> Contact | None:
    """The latest answer, or alert closed by somebody who spoke with the patient, at or after `since`."""
    found = [contact for contact in (*_answered(on_file), *_called(on_file)) if contact.at >= since]
    return max(found, key=lambda contact: contact.at, default=None)


def _answered(on_file: OnFile) -> Iterable[Contact]:
    for answer in on_file.answers:
        if answer.doubtful:  # the number may be somebody else's
            continue
        kind = ContactKind.CALLED if answer.entered_by else ContactKind.ANSWERED
        yield Contact(kind=kind, at=answer.at, by=answer.entered_by)


def _called(on_file: OnFile) -> Iterable[Contact]:
    for alert in on_file.alerts:
        if alert.closed_at is not None and alert.outcome in _SPOKEN_WITH:
            yield Contact(kind=ContactKind.CALLED, at=alert.closed_at, by=alert.closed_by)


# --- today's calls -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEntry:
    """A patient of today who gets no texts, so that somebody must phone.

    `infusion` is today's newest; `hindrances`, never empty, the weightiest first; `called` is who has spoken
    with the patient since; `tasks` the alerts that ask for it; `invited` is there where a text may ask for consent.
    """

    patient: Patient
    infusion: Infusion
    hindrances: tuple[Hindrance, ...]
    called: Contact | None
    tasks: tuple[Alert, ...]
    invited: Invited | None = None

    @property
    def reason(self) -> str:
        """Why this patient gets no texts, in plain words."""
        return self.hindrances[0].words

    @property
    def since(self) -> datetime | None:
        """Since when; None where nobody noted it."""
        return self.hindrances[0].since


def of_day(infusions: Iterable[Infusion], zone: str, now: datetime) -> dict[str, Infusion]:
    """The newest infusion of the local day of `now` by patient; cancelled ones do not count."""
    today = windows.local_date(now, zone)
    return _newest(one for one in infusions if windows.local_date(one.ended_at, zone) == today)


def call_entry(on_file: OnFile, infusion: Infusion, now: datetime) -> CallEntry | None:
    """The line of today's calls for a patient; None for one who is texted."""
    found = hindrances(on_file, infusion.recorded_at)
    if not found:
        return None
    return CallEntry(
        patient=on_file.patient,
        infusion=infusion,
        hindrances=found,
        called=last_contact(on_file, infusion.ended_at),
        tasks=on_file.tasks,
        invited=on_file.invited(now),
    )


def in_calling_order(entries: Iterable[CallEntry]) -> tuple[CallEntry, ...]:
    """Those whom nobody has spoken with first, then in the order in which they were treated."""

    def order(entry: CallEntry) -> tuple[bool, datetime, str]:
        return (entry.called is not None, entry.infusion.ended_at, entry.patient.id)

    return tuple(sorted(entries, key=order))


# --- nobody forgotten --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something is open about the patient: the alert of the highest level."""

    alert: Alert


class ReasonKind(StrEnum):
    """Why nobody has heard of a patient and no task is open either."""

    DECEASED = "deceased"
    LEFT_CARE = "left_care"
    IN_HOSPITAL = "in_hospital"
    PAUSED = "paused"
    NOT_TEXTED = "not_texted"
    ASKED = "asked"
    TO_COME = "to_come"
    HISTORY = "history"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why nobody has heard of a patient yet, in plain words.

    `at` is an instant in the past for what has begun (an opt-out), in the future for what is still to come
    (a check-in, the end of a pause or of the time to answer).
    """

    kind: ReasonKind
    words: str
    at: datetime | None = None


Account = Contact | Reason | Task


@dataclass(frozen=True, slots=True, kw_only=True)
class EveningEntry:
    """A patient treated lately and how it stands with them; `infusion` is the newest."""

    patient: Patient
    infusion: Infusion
    account: Account
    invited: Invited | None = None

    @property
    def forgotten(self) -> bool:
        """Whether nobody has been in touch, nobody is to be, and there is no reason: somebody must phone."""
        return isinstance(self.account, Reason) and self.account.kind is ReasonKind.NOTHING

    @property
    def heard_of(self) -> bool:
        """Whether the patient has answered or was spoken with since the infusion, and nothing is open."""
        return isinstance(self.account, Contact)


def lately(infusions: Iterable[Infusion], now: datetime) -> dict[str, Infusion]:
    """The newest infusion by patient of those that ended within LATELY before `now`; cancelled ones do not count."""
    return _newest(one for one in infusions if now - LATELY <= one.ended_at <= now)


def evening_entry(on_file: OnFile, infusion: Infusion, now: datetime) -> EveningEntry:
    """The one line of a patient: a task before all else, then a contact since the infusion, then a reason."""
    tasks = on_file.tasks
    account: Account
    if tasks:
        account = Task(alert=tasks[0])
    else:
        account = last_contact(on_file, infusion.ended_at) or _reason(on_file, infusion, now)
    return EveningEntry(patient=on_file.patient, infusion=infusion, account=account, invited=on_file.invited(now))


def in_evening_order(entries: Iterable[EveningEntry]) -> tuple[EveningEntry, ...]:
    """The forgotten first, then tasks by level, then reasons, then those heard of; the longest ago first."""
    return tuple(sorted(entries, key=lambda entry: (_evening_rank(entry), entry.infusion.ended_at, entry.patient.id)))


def _evening_rank(entry: EveningEntry) -> int:
    match entry.account:
        case Task(alert=alert):
            return -alert.level.rank
        case Reason():
            return -100 if entry.forgotten else 1
        case Contact():
            return 2


def _reason(on_file: OnFile, infusion: Infusion, now: datetime) -> Reason:
    return (
        _status_reason(on_file.patient, now)
        or _hindrance_reason(hindrances(on_file, infusion.recorded_at))
        or _check_in_reason(on_file.check_ins, now)
        or _history_reason([one for one in on_file.check_ins if one.infusion == infusion.id])
        or Reason(kind=ReasonKind.NOTHING, words="nobody has been in touch and nothing is planned: phone the patient")
    )


_STATUS = {
    PatientStatus.DECEASED: (ReasonKind.DECEASED, "has died"),
    PatientStatus.LEFT_CARE: (ReasonKind.LEFT_CARE, "has left the clinic's care"),
    PatientStatus.IN_HOSPITAL: (ReasonKind.IN_HOSPITAL, "is in hospital"),
    PatientStatus.PAUSED: (ReasonKind.PAUSED, "texts are paused"),
}


def _status_reason(patient: Patient, now: datetime) -> Reason | None:
    found = _STATUS.get(patient.status)
    if found is None or (patient.status is PatientStatus.PAUSED and _is_over(patient.status_until, now)):
        return None
    kind, words = found
    unconfirmed = ", by a text that nobody has confirmed yet" if patient.status_reported else ""
    return Reason(kind=kind, words=words + unconfirmed, at=patient.status_until)


def _is_over(until: datetime | None, now: datetime) -> bool:
    return until is not None and until <= now


def _hindrance_reason(found: tuple[Hindrance, ...]) -> Reason | None:
    if not found:
        return None
    return Reason(kind=ReasonKind.NOT_TEXTED, words=found[0].words, at=found[0].since)


def _check_in_reason(check_ins: Sequence[CheckIn], now: datetime) -> Reason | None:
    """A question that waits for its answer, or the next one to be asked."""
    asked = [one.closes_at for one in check_ins if one.state is CheckInState.OPEN]
    if asked:
        return Reason(kind=ReasonKind.ASKED, words="was asked and has time to answer", at=max(asked))
    to_come = [max(one.due_at, now) for one in check_ins if one.state is CheckInState.PLANNED]
    if to_come:
        return Reason(kind=ReasonKind.TO_COME, words="a check-in is still to come", at=min(to_come))
    return None


def _history_reason(of_infusion: Sequence[CheckIn]) -> Reason | None:
    if not of_infusion or any(one.reason != SkipReason.HISTORY.value for one in of_infusion):
        return None
    return Reason(kind=ReasonKind.HISTORY, words="was recorded too late to be followed; kept as history")


def _newest(infusions: Iterable[Infusion]) -> dict[str, Infusion]:
    standing = (one for one in infusions if one.cancelled_at is None)
    return {one.patient: one for one in sorted(standing, key=lambda one: (one.ended_at, one.id))}


# --- what waits --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutineEntry:
    """A routine alert that is not closed. `due_at`: when the clinic closes on the day by which it must be dealt with.

    `patient` is None for an unknown sender or a matter of the clinic itself.
    """

    alert: Alert
    patient: Patient | None
    reason: str
    due_at: datetime
    overdue: bool


def routine_due_at(alert: Alert, chain: Chain | None, clinic: Clinic) -> datetime:
    """When a routine alert must be dealt with: the end of the next business day, or as its chain's work list says."""
    days = chain.work_list.overdue_after_business_days if chain is not None and chain.work_list is not None else 1
    return coverage.end_of_business_day(clinic, alert.opened_at, days_ahead=days)


def alerts_by_patient(alerts: Iterable[Alert]) -> Mapping[str, tuple[Alert, ...]]:
    """Alerts by every patient whom they name."""
    found: dict[str, tuple[Alert, ...]] = {}
    for alert in alerts:
        for patient in dict.fromkeys((alert.patient, *alert.also)):
            if patient is not None:
                found[patient] = (*found.get(patient, ()), alert)
    return found

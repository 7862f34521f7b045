"""A provider that misbehaves by the seed, and people patient enough to live with it.

`Mischief` decides for each message, as it goes out, what goes wrong with it and when its receipts come. `audit` reads
the provider's own ledger: what must hold whatever went wrong.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, time, timedelta
from typing import Any

from followup.domain import windows
from followup.domain.alert import Alert
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.outreach import CONFIRMATIONS
from followup.domain.people import Channel
from followup.gateways.port import Late, Outgoing, RefusalKind, StatusUpdate
from followup.gateways.simulated_book import Entry
from followup.services.check_invariants import check
from followup.services.track_delivery import track
from tests.support.clinic import Clinic, Clock, PatientPerson, Person, StaffPerson

#: A refused message is tried again after at most this long; whoever waits for a text waits so long and a little more.
PATIENCE = timedelta(minutes=12)
STEP = timedelta(seconds=5)

Strike = Callable[[Clinic, Outgoing], None]


def _lost(*, accepted: bool) -> Strike:
    return lambda clinic, out: clinic.provider.lose_answer(accepted=accepted, to=out.to)


def _refused(kind: RefusalKind, code: str) -> Strike:
    return lambda clinic, out: clinic.provider.refuse(kind, code=code, to=out.to)


def _undelivered(late: Late, code: str) -> Strike:
    return lambda clinic, out: clinic.provider.fail_delivery(late, code=code, to=out.to)


#: After these every message still arrives, at once or within minutes.
HARMLESS: tuple[Strike, ...] = (_lost(accepted=True), _refused(RefusalKind.LATER, "20429"))
#: After these some never arrive, and somebody has to hear of it.
HARMFUL: tuple[Strike, ...] = (
    *HARMLESS,
    _lost(accepted=False),
    _refused(RefusalKind.PERMANENT, "21211"),
    _refused(RefusalKind.ACCOUNT, "63038"),
    _undelivered(Late.TRANSIENT, "30003"),
    _undelivered(Late.BLOCKED, "30007"),
    _undelivered(Late.LANDLINE, "30006"),
)


@dataclass
class Mischief:
    """What goes wrong, by a seed. `share` of all messages is struck by one of `strikes`; receipts come as they like."""

    clinic: Clinic
    seed: int
    strikes: Sequence[Strike]
    share: float = 0.35
    late: list[StatusUpdate] = field(default_factory=list)
    struck: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.chance_of_calls = random.Random(self.seed + 1)  # so that a call more changes no text's fate
        self.clinic.provider.before_send = self._strike
        self.clinic.provider.on_status = self._receipt

    def _strike(self, out: Outgoing) -> None:
        chance = self.chance_of_calls if out.channel is Channel.VOICE else self.chance
        if chance.random() < self.share:
            self.struck += 1
            chance.choice(self.strikes)(self.clinic, out)
        if chance.random() < self.share / 2:
            self.clinic.provider.fail_look_ups(1)

    def _receipt(self, update: StatusUpdate) -> None:
        """At once, twice, late, in the wrong order, or never."""
        taken = replace(update, state=MessageState.SENT, late=None, reason=None, error_code=None)
        now, later = self.chance.choice(
            [
                ((update,), ()),
                ((update, taken, update), ()),
                ((taken,), (update, taken)),
                ((), (update, update, taken)),
                ((), ()),
            ]
        )
        for each in now:
            track(self.clinic.context, each)
        self.late += later

    def bring_late_receipts(self, share: float = 0.5) -> None:
        """Some of the receipts that are on their way arrive, in any order."""
        self.chance.shuffle(self.late)
        for _ in range(round(len(self.late) * share)):
            track(self.clinic.context, self.late.pop())


class PatientClock(Clock):
    """A clock on whose way late receipts arrive."""

    def __init__(self, clinic: FaultyClinic) -> None:
        super().__init__(clinic)
        self._mischief = clinic.mischief

    def until(self, instant: datetime) -> None:
        """Push to an instant, or stay where waiting for a text has led already."""
        super().until(max(instant, self.now()))
        self._mischief.bring_late_receipts()
        super().until(self.now())


class WaitingPerson(Person):
    """Somebody whose texts may come minutes late; a safety text may come twice."""

    def expects_sms(self, *fragments: str) -> str:
        """As everybody, after some patience."""
        self.seen_texts = _waited(self, self.texts, self.seen_texts, fragments, _safety)
        return super().expects_sms(*fragments)

    def expects_nothing(self) -> None:
        """A safety text that came once more is nothing new."""
        self.seen_texts = _without_copies(self.texts(), self.seen_texts, _safety)
        super().expects_nothing()


class WaitingPatient(WaitingPerson, PatientPerson):
    """A patient who waits, and whose own texts may be delivered twice."""

    mischief: Mischief | None = None

    def wrote(self, text: str, **more: Any) -> None:
        """As everybody; a provider that is unsure delivers a text again."""
        doubled = self.mischief is not None and self.mischief.chance.random() < self.mischief.share
        super().wrote(text, **{"times": 2 if doubled else 1, **more})

    def has_read(self) -> None:
        """As everybody, once nothing is on its way any more."""
        clock, given_up = Clock(self.clinic), self.clinic.clock.now() + PATIENCE
        while any(_on_its_way(message) for message in self.messages()) and self.clinic.clock.now() < given_up:
            clock.forward(seconds=STEP.total_seconds())
        super().has_read()


class WaitingStaff(StaffPerson):
    """A member of staff who may be told late, or twice."""

    def expects_sms(self, *fragments: str) -> str:
        """As everybody, after some patience."""
        self.seen_texts = _waited(self, self.texts, self.seen_texts, fragments, _any)
        return super().expects_sms(*fragments)

    def expects_mail(self, *fragments: str) -> str:
        """As everybody, after some patience."""
        self.seen_mails = _waited(self, self.mails, self.seen_mails, fragments, _any)
        return super().expects_mail(*fragments)

    def expects_nothing(self) -> None:
        """What came once more is nothing new."""
        self.seen_texts = _without_copies(self.texts(), self.seen_texts, _any)
        self.seen_mails = _without_copies(self.mails(), self.seen_mails, _any)
        super().expects_nothing()


def _waited(
    person: Person,
    read: Callable[[], list[str]],
    seen: int,
    fragments: Sequence[str],
    may_double: Callable[[str], bool],
) -> int:
    """Let time pass until there is something new that is no copy; gives how much was read before it."""
    clock, given_up = Clock(person.clinic), person.clinic.clock.now() + PATIENCE
    while True:
        found = read()
        while seen < len(found) and not _holds(found[seen], fragments) and _is_copy(found, seen, may_double):
            seen += 1
        if seen < len(found) or person.clinic.clock.now() >= given_up:
            return seen
        clock.forward(seconds=STEP.total_seconds())


def _without_copies(found: list[str], seen: int, may_double: Callable[[str], bool]) -> int:
    while seen < len(found) and _is_copy(found, seen, may_double):
        seen += 1
    return seen


def _holds(text: str, fragments: Sequence[str]) -> bool:
    return all(fragment.casefold() in text.casefold() for fragment in fragments)


def _is_copy(found: list[str], place: int, may_double: Callable[[str], bool]) -> bool:
    return may_double(found[place]) and found[place] in found[:place]


def _safety(text: str) -> bool:
    return "988" in text or "911" in text


def _any(_text: str) -> bool:
    return True


class FaultyClinic(Clinic):
    """A clinic whose provider misbehaves by the seed, and whose patients, staff and strangers wait."""

    def __init__(
        self,
        database_url: str,
        *,
        seed: int,
        strikes: Sequence[Strike] = HARMLESS,
        share: float = 0.35,
        **about: Any,
    ) -> None:
        super().__init__(database_url, **about)
        for key, person in self.staff.items():
            waiting = WaitingStaff(self, person.name, person.number, person.email, key=key)
            self.staff[key] = waiting
            self.people[self.people.index(person)] = waiting
        self.mischief = Mischief(self, seed, strikes, share)

    def patient(self, name: str, *, number: str | None = None, **about: object) -> WaitingPatient:
        """A new patient who waits."""
        made = super().patient(name, number=number, **about)
        values = {one.name: getattr(made, one.name) for one in fields(PatientPerson)}
        waiting = WaitingPatient(**values)
        waiting.mischief = self.mischief
        self.people[self.people.index(made)] = waiting
        return waiting

    def stranger(self, number: str = "+13125559999") -> WaitingPerson:
        """Somebody whose number nobody knows, and who waits."""
        made = super().stranger(number)
        waiting = WaitingPerson(self, made.name, made.number)
        self.people[self.people.index(made)] = waiting
        return waiting

    def settles(self) -> None:
        """Nothing more goes wrong, for long enough that every doubt is settled."""
        self.mischief.share = 0.0
        PatientClock(self).forward(minutes=30)


# --- what must hold, whatever went wrong -----------------------------------------------------------


def audit(clinic: Clinic) -> list[str]:
    """Every breach, by the provider's own ledger; empty when all is well."""
    entries = clinic.provider.ledger()
    with clinic.store.read() as uow:
        rows = {entry.message_id: uow.messages.get(entry.message_id or "") for entry in entries}
    sent = [(entry, message) for entry in entries if (message := rows[entry.message_id]) is not None]
    breaches = [f"nobody knows of {entry.body!r}" for entry in entries if rows[entry.message_id] is None]
    patients = [person for person in clinic.people if isinstance(person, PatientPerson) and person.infusions]
    breaches += _twice(sent) + _at_night(patients, sent) + _untold(clinic, entries) + list(check(clinic.context))
    for patient in patients:
        breaches += _after_stop(clinic, patient, sent)
        breaches += [
            f"{message.template} is still {message.state}" for message in patient.messages() if not _is_over(message)
        ]
    return breaches


def _twice(sent: list[tuple[Entry, Message]]) -> list[str]:
    """A patient's text is taken once for what it is for; one reported undelivered may be followed by one more.

    A notice to staff may be doubled, once.
    """
    arrived = [
        (message.intent.removesuffix(f"/{message.attempt}") if message.attempt > 1 else message.intent, message)
        for entry, message in sent
        if entry.state is not MessageState.UNDELIVERED
    ]
    most = {MessageClass.SAFETY: 2, MessageClass.STAFF_NOTICE: 2, MessageClass.STAFF_REPLY: 2}
    counted = Counter((intent, message.channel, message.message_class) for intent, message in arrived)
    return [f"{intent} went {n} times" for (intent, _, kind), n in counted.items() if n > most.get(kind, 1)] + [
        f"message {name} was sent {n} times" for name, n in Counter(m.id for _, m in sent).items() if n > 1
    ]


def _at_night(patients: list[PatientPerson], sent: list[tuple[Entry, Message]]) -> list[str]:
    zones = {patient.number: patient.zone for patient in patients}
    return [
        f"{message.template} went at {local}"
        for entry, message in sent
        if message.message_class.keeps_window and entry.recipient in zones
        for local in [windows.local(entry.at, zones[entry.recipient]).time()]
        if not time(9) <= local < time(20)
    ]


def _after_stop(clinic: Clinic, patient: PatientPerson, sent: list[tuple[Entry, Message]]) -> list[str]:
    with clinic.store.read() as uow:
        stops = uow.suppressions.history("prairie", Channel.SMS, patient.number)
    breaches = []
    for stop in stops:
        after = [
            message
            for entry, message in sent
            if entry.recipient == patient.number
            and entry.at > stop.began_at
            and (stop.lifted_at is None or entry.at < stop.lifted_at)
        ]
        wrong = [message.template for message in after if message.template not in CONFIRMATIONS]
        breaches += [f"{template} followed a STOP" for template in wrong]
        if len(after) - len(wrong) > 2:  # one confirmation; one that says what to do in an emergency may be repeated
            breaches.append("a STOP was confirmed over and over")
    return breaches


def _untold(clinic: Clinic, entries: Sequence[Entry]) -> list[str]:
    numbers = {person.number for person in clinic.staff.values()} | {person.email for person in clinic.staff.values()}
    told = " ".join(f"{entry.subject} {entry.body}" for entry in entries if entry.recipient in numbers)
    return [
        f"nobody was told of {alert.level} alert {alert.rule}"
        for alert in clinic.alerts()
        if alert.level in {Level.EMERGENCY, Level.URGENT} and alert.code not in told and not _closed_unread(alert)
    ]


def _closed_unread(alert: Alert) -> bool:
    """Whether somebody closed it while it waited for the clinic to open, or before a notice could get through."""
    if alert.closed_at is None:
        return False
    return alert.position == 0 or alert.closed_at - alert.opened_at < PATIENCE


def _on_its_way(message: Message) -> bool:
    answers = message.state is MessageState.QUEUED and not message.message_class.keeps_window
    return answers or not _is_over(message)


def _is_over(message: Message) -> bool:
    return message.state not in {MessageState.CLAIMED, MessageState.SENDING, MessageState.IN_DOUBT} and (
        not message.state.waiting or message.state is MessageState.QUEUED
    )

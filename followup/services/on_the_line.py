"""Somebody of the staff is on the phone about an alert: taking it and passing it on by a key, and what is said then.

Inside a caller's transaction; calls that we placed (answer_key) and calls that staff make (staff_call_in) use it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from followup.content.call_words import CallWords, said
from followup.domain import passing, windows
from followup.domain.alert import Alert, AlertStatus
from followup.domain.schedule import Configuration, StaffMember
from followup.gateways.port import Spoken
from followup.services.context import Context, clinic_of
from followup.services.handing import hand
from followup.services.taking import Taken, TakeOutcome, chain_of, take
from followup.storage.unit_of_work import UnitOfWork

VIA = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Who is on the phone and about which alert, the transaction, and where a further key goes."""

    uow: UnitOfWork
    context: Context
    configuration: Configuration
    member: StaffMember
    alert: Alert
    key_path: str
    now: datetime

    def says(self, words: CallWords, *, asks: bool = False, **values: str) -> Spoken:
        """An answer; `asks`: a further key may follow it."""
        language = self.configuration.staff_language
        return Spoken(text=said(words, language, **values), language=language, key_path=self.key_path if asks else None)


def take_it(line: Line) -> Taken:
    """Put the alert into the hands of whoever is on the phone."""
    published, policy = line.context.content.current(), line.context.policy
    return take(line.uow, published, line.alert, line.member, via=VIA, public_url=policy.public_url, now=line.now)


def taken(line: Line) -> Spoken:
    """Take it, and say what came of that."""
    return not_yours(line, take_it(line)) or line.says(CallWords.YOURS, asks=True)


def not_yours(line: Line, taken: Taken) -> Spoken | None:
    """What is said where somebody else has the alert, or it is closed; None where it is theirs."""
    match taken.outcome:
        case TakeOutcome.CLOSED:
            return line.says(CallWords.CLOSED)
        case TakeOutcome.TAKEN_BY_OTHER:
            zone = clinic_of(line.configuration, taken.alert.clinic).timezone
            at = windows.local(taken.alert.acknowledged_at or line.now, zone)
            who = taken.alert.acknowledged_by or "somebody"
            return line.says(CallWords.OTHER, who=who, time=at.strftime("%H:%M"))
        case _:
            return None


def passed_on(line: Line) -> Spoken:
    """Give it to the next person of its chain, unless somebody else has it."""
    alert = line.alert
    theirs = alert.acknowledged_by in {None, line.member.name}
    if alert.status is AlertStatus.CLOSED or not theirs:
        return not_yours(line, take_it(line)) or line.says(CallWords.ANY_KEY, asks=True)
    chain = chain_of(alert, line.configuration)
    key = passing.next_person(alert, chain, line.configuration, by=line.member.key, now=line.now)
    if key is None:
        return line.says(CallWords.NOBODY_ELSE, asks=True)
    receiver = line.configuration.staff[key]
    hand(
        line.uow,
        line.configuration,
        alert,
        to=receiver,
        actor=f"staff:{line.member.key}",
        why=f"passed on by {line.member.name} to {receiver.name} by {VIA}",
        via=VIA,
        now=line.now,
    )
    return line.says(CallWords.PASSED, who=receiver.name)


def not_usable(context: Context) -> Spoken:
    """What is said on a call that is over, or that we know nothing of."""
    return _plain(context, CallWords.OVER)


def not_stored(context: Context) -> Spoken:
    """What is said when a key could not be stored: nobody may believe that they have an alert when they have not."""
    return _plain(context, CallWords.NOT_STORED)


def _plain(context: Context, words: CallWords) -> Spoken:
    language = context.content.current().content.configuration.staff_language
    return Spoken(text=said(words, language), language=language)

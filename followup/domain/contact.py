"""Tries to reach a patient by voice or in person; what they mean for the patient. Services and figures ask it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: After so many tries that reached nobody, the patient is told once, by text, not to wait for us.
TRIES_BEFORE_TEXT = 2


class ContactWay(StrEnum):
    """How it was tried."""

    CALL = "call"
    BRIDGE = "bridge"  # a call from the clinic's number that the service connected
    IN_PERSON = "in_person"
    EMERGENCY_CONTACT = "emergency_contact"


class ContactResult(StrEnum):
    """What came of it."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    WRONG_PERSON = "wrong_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTry:
    """One try. `alert` is empty where it was about none, `patient` where the number is nobody's; `by` a staff key."""

    id: str
    clinic: str
    alert: str | None
    patient: str | None
    at: datetime
    by: str
    way: ContactWay
    result: ContactResult
    note: str | None = None

    @property
    def was_call(self) -> bool:
        """Whether the patient's own phone was rung."""
        return self.way in {ContactWay.CALL, ContactWay.BRIDGE}


def first_reached_at(tries: Iterable[ContactTry]) -> datetime | None:
    """When the patient was first reached; the emergency contact is not the patient."""
    moments = (
        one.at for one in tries if one.result is ContactResult.REACHED and one.way is not ContactWay.EMERGENCY_CONTACT
    )
    return min(moments, default=None)


def not_reached_by_phone(tries: Iterable[ContactTry]) -> bool:
    """Whether calls were tried often enough, and reached nobody, that the patient should read so."""
    known = tuple(tries)
    in_vain = [one for one in known if one.was_call and one.result is not ContactResult.REACHED]
    return first_reached_at(known) is None and len(in_vain) >= TRIES_BEFORE_TEXT

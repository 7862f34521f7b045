"""What to do next to reach a patient in an emergency; the alert's page shows it.

Two calls, two minutes apart; then the emergency contact; then local 911 for a welfare check at the stored address, as
patients agree to with their consent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from followup.domain.contact import ContactResult, ContactTry, ContactWay

#: Between the first call and the second.
PAUSE = timedelta(minutes=2)
CALLS = 2


class ScriptStep(StrEnum):
    """What is next."""

    CALL = "call"
    CALL_AGAIN = "call_again"
    EMERGENCY_CONTACT = "emergency_contact"
    WELFARE_CHECK = "welfare_check"
    REACHED = "reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The step that is next, and from when on; `not_before` is None where it is now."""

    step: ScriptStep
    not_before: datetime | None = None


def next_step(tries: Sequence[ContactTry], since: datetime) -> Next:
    """What the tries made at or after `since` leave to be done."""
    made = [one for one in tries if one.at >= since]
    if any(_reached(one) for one in made):
        return Next(step=ScriptStep.REACHED)
    calls = [one for one in made if one.was_call]
    if not calls:
        return Next(step=ScriptStep.CALL)
    if len(calls) < CALLS:
        return Next(step=ScriptStep.CALL_AGAIN, not_before=calls[-1].at + PAUSE)
    if not any(one.way is ContactWay.EMERGENCY_CONTACT for one in made):
        return Next(step=ScriptStep.EMERGENCY_CONTACT)
    return Next(step=ScriptStep.WELFARE_CHECK)


def _reached(one: ContactTry) -> bool:
    return one.result is ContactResult.REACHED and one.way is not ContactWay.EMERGENCY_CONTACT

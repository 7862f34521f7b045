"""What staff see: one open alert per patient (or unknown number) and reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup.domain.level import Level

#: Code alphabet without look-alikes (no 0 O 1 I L 5 S 2 Z 8 B U V) and without vowels, so that no word appears.
CODE_ALPHABET = "CDFGHJKMNPQRTWXY34679"
CODE_LENGTH = 4


class AlertStatus(StrEnum):
    """`open`: nobody has it. `acknowledged`: somebody has. `closed`: done, with an outcome."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How an alert ended."""

    REACHED_AND_SAFE = "reached_and_safe"
    SENT_TO_EMERGENCY_CARE = "sent_to_emergency_care"
    HANDED_TO_988 = "handed_to_988"
    WELFARE_CHECK = "welfare_check"
    NOT_REACHED = "not_reached"
    FALSE_ALARM = "false_alarm"
    ADVICE_GIVEN = "advice_given"
    BOOKED = "booked"
    VOICEMAIL = "voicemail"
    RESOLVED_SINCE = "resolved_since"


#: Outcomes that only a Routine alert may be closed with.
ROUTINE_OUTCOMES = frozenset({Outcome.ADVICE_GIVEN, Outcome.BOOKED, Outcome.VOICEMAIL, Outcome.RESOLVED_SINCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One concern that waits for, or has, a person.

    `reason` keys the one open alert of a patient or number. `rules` are all rules met, `rule` the first of
    the highest level. `position` counts the chain's notices so far (0: none yet), `round_started_at` is the
    instant the chain counts from (opening, or the last raise). `next_action_at` is never None while the
    alert is not closed.
    `handed_to`: the staff key of whom the next notice goes to, before the chain goes on. `duty_of`: the rota on
    whose duty it was taken; when that duty passes on, the alert goes with it.
    """

    id: str
    clinic: str
    code: str
    level: Level
    reason: str
    rule: str
    rules: tuple[str, ...]
    schedule_version: int
    chain: str
    opened_at: datetime
    round_started_at: datetime
    next_action_at: datetime | None
    status: AlertStatus = AlertStatus.OPEN
    position: int = 0
    raises: int = 0
    patient: str | None = None
    also: tuple[str, ...] = ()
    sender: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_via: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: Outcome | None = None
    minutes: int | None = None
    note: str | None = None
    patient_told_no_answer: bool = False
    danger: bool = False
    handed_to: str | None = None
    duty_of: str | None = None


class EntryKind(StrEnum):
    """What an entry of an alert's history records."""

    OPENED = "opened"
    ADDED = "added"
    RAISED = "raised"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    CONTACT = "contact"  # somebody tried to reach the patient
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    REOPENED = "reopened"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEntry:
    """One line of an alert's history: the words, what was understood, the rules and the inputs they saw.

    `words` are the sender's own, `understood` the reader's account, `inputs` the values that the rules saw
    (JSON text). All three are encrypted at rest.
    """

    id: str
    alert: str
    at: datetime
    kind: EntryKind
    level: Level
    actor: str
    rules: tuple[str, ...] = ()
    words: str | None = None
    understood: str | None = None
    inputs: str | None = None
    inbound: str | None = None
    check_in: str | None = None

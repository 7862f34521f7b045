"""What a decision asks for, as data; `followup.services.apply` is the one place that turns it into rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from followup.domain.duty_words import DutyRequest
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import PatientStatus
from followup.domain.plan import CheckIn, CheckInState
from followup.domain.staff_words import StaffCommand
from followup.domain.triage import Triage


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Send one text to whoever just wrote. `template` is a template key; `closes`: it closes a check-in."""

    template: str
    message_class: MessageClass
    values: Mapping[str, str] = field(default_factory=dict)
    check_in: str | None = None
    question: str | None = None
    closes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAnswer:
    """Keep an answer; a later attempt at the same question replaces an earlier one."""

    check_in: str
    question: str
    attempt: int
    value: float | None = None
    codes: tuple[int, ...] = ()
    severity: int | None = None
    is_range: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCheckIn:
    """Store `check_in` as it now is, provided it still is in state `was`."""

    check_in: CheckIn
    was: CheckInState


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseConcern:
    """Open an alert for the rules that hold, or add to the one that is open for the same reason.

    `understood` and `inputs` are what staff see beside the words; `again` asks for a new notice even where
    an open alert is joined at the same level (a further text of danger, STOP while it is open). `join` is the
    id of an open alert that it belongs to whatever its reason.
    """

    triage: Triage
    understood: str
    inputs: Mapping[str, object]
    check_in: str | None = None
    again: bool = False
    note: str | None = None
    join: str | None = None


#: The source of an opt-out by somebody who is not the patient: it holds for the number and not for the person.
WRONG_NUMBER = "wrong number"
#: The source of an opt-out that the provider keeps: it has blocked the number, so that no text of ours arrives.
BY_PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """The sender wants no more texts; holds for everybody on that number."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptIn:
    """The sender wants texts again."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus:
    """A patient's status as reported by a text, until a person confirms it."""

    patient: str
    status: PatientStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldContact:
    """Safe-contact hold: no automatic text, reply, call or emergency contact until a person decides."""

    patient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLanguage:
    """A patient writes another language than the one on file; staff are told."""

    patient: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveConsent:
    """A patient agreed by text to be texted; the text that asked and the time are the proof."""

    patient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtAnswers:
    """Somebody else has this number: answers from it may not be this patient's and count for nothing."""

    patient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropWaiting:
    """Messages to the sender that have not gone out are not to go out any more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAlert:
    """A member of staff takes an alert by its code."""

    person: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAsks:
    """A member of staff texts something about alerts that is more than a code alone."""

    person: str
    command: StaffCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDuty:
    """A member of staff takes over, covers or swaps a duty."""

    person: str
    request: DutyRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOptedOut:
    """A member of staff stopped texts from us: a hole in the chain that people must hear of."""

    person: str


Effect = (
    Say
    | RecordAnswer
    | MoveCheckIn
    | RaiseConcern
    | OptOut
    | OptIn
    | SetStatus
    | HoldContact
    | SwitchLanguage
    | GiveConsent
    | DoubtAnswers
    | DropWaiting
    | TakeAlert
    | StaffAsks
    | ChangeDuty
    | StaffOptedOut
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do about one inbound, and how it was taken: kind, level and language are kept with the inbound."""

    kind: str
    level: Level
    effects: tuple[Effect, ...] = ()
    language: str | None = None

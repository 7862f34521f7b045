"""What a text is taken to mean, as plain values; made by the reader, used by triage and staff pages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from followup.domain.level import Level


class Asked(StrEnum):
    """The question that was open when the text came.

    The first four, `free` and `none` use the 0-10 scale or words. `choice`, `codes` and
    `severity` have digits of their own, which never pass through a 0-10 scale.
    """

    PAIN = "pain"
    SIDE_EFFECTS = "side_effects"
    MOOD = "mood"
    SIDE_EFFECT_SEVERITY = "side_effect_severity"
    CHOICE = "choice"
    CODES = "codes"
    SEVERITY = "severity"
    FREE = "free"
    NONE = "none"


class Kind(StrEnum):
    """What sort of message it is, in the order in which one wins over the next."""

    OPT_OUT = "opt_out"
    WRONG_NUMBER = "wrong_number"
    HELP = "help"
    OPT_IN = "opt_in"
    ANSWER = "answer"
    CALLBACK = "callback"
    QUESTION = "question"
    CHAT = "chat"
    UNCLEAR = "unclear"


class Severity(StrEnum):
    """How bad a symptom is; `present` when it was reported without saying how bad."""

    NONE = "none"
    MILD = "mild"
    PRESENT = "present"
    MODERATE = "moderate"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """0 for none up to 4 for severe; unstated stands between mild and moderate."""
        return _SEVERITY_RANKS[self]


_SEVERITY_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Scope(StrEnum):
    """How the words around a finding bear on it."""

    PRESENT = "present"
    NEGATED = "negated"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"
    OTHER_PERSON = "other_person"
    OTHER_IN_DANGER = "other_in_danger"
    DURING_INFUSION = "during_infusion"
    IDIOM = "idiom"

    @property
    def counts(self) -> bool:
        """Whether a finding of this scope is about somebody's present state."""
        return self in (Scope.PRESENT, Scope.OTHER_IN_DANGER)


class NumberType(StrEnum):
    """What a number in a text stands for."""

    RATING = "rating"
    RANGE = "range"
    FRACTION = "fraction"
    TIME = "time"
    DOSE = "dose"
    PHONE = "phone"
    BLOOD_PRESSURE = "blood_pressure"
    DURATION = "duration"
    DATE = "date"
    TEMPERATURE = "temperature"
    COUNT = "count"
    CODE = "code"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something in a text that staff may have to hear of.

    `words` is the patient's own text from `start` to `end`; `pattern` is the id of the entry
    in the word lists that saw it; `level` is what it amounts to after its scope.
    """

    topic: str
    scope: Scope
    level: Level
    severity: Severity
    words: str
    start: int
    end: int
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRead:
    """A number with its type; `low` is the lower end of a range or the diastolic pressure."""

    value: float
    type: NumberType
    words: str
    start: int
    end: int
    low: float | None = None
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomRead:
    """A symptom and how bad it is said to be; `none` when it is denied, over or long past."""

    code: str
    severity: Severity
    words: str
    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that was read in one text.

    `level` is the context-free level of the words (never `info`); the protocol decides with
    baseline, time and question. `new_words` is the text without quoted copies of what we sent.
    """

    text: str
    new_words: str
    kind: Kind
    kinds: frozenset[Kind]
    level: Level
    crisis: bool
    findings: tuple[Finding, ...] = ()
    symptoms: tuple[SymptomRead, ...] = ()
    numbers: tuple[NumberRead, ...] = ()
    value: float | None = None
    value_is_range: bool = False
    value_is_correction: bool = False
    choice: int | None = None
    codes: tuple[int, ...] = ()
    severity: Severity | None = None
    yes_no: bool | None = None
    keyword: str | None = None
    reaction: bool = False
    auto_reply: bool = False
    understood: bool = False
    language: str | None = None

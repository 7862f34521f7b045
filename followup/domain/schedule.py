"""What admins own: clinics, people, chains, questions, rules and schedules, as read from schedules.yaml.

Values only. `followup.content` builds them from YAML, `schedule_check` judges them, the other
domain modules decide by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.windows import Window

# --- clinics and people ------------------------------------------------------------------------


class Coverage(StrEnum):
    """When somebody of the clinic can be reached: A around the clock, B extended hours, C business hours."""

    AROUND_THE_CLOCK = "A"
    EXTENDED = "B"
    BUSINESS_HOURS = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinic:
    """One clinic. `hours` maps a weekday (0 = Monday) to its opening window; a missing day is closed."""

    key: str
    name: str
    phone: str
    timezone: str
    sender: str | None = None
    hours: Mapping[int, Window] = field(default_factory=dict)
    holidays: frozenset[date] = frozenset()
    send_window: Window = field(default_factory=lambda: Window(start=time(9), end=time(20)))
    coverage: Coverage = Coverage.AROUND_THE_CLOCK
    extended_hours: Window = field(default_factory=lambda: Window(start=time(7), end=time(22)))
    answering_service: bool = False
    fold_spanish: bool = True
    discreet: bool = False
    chains: Mapping[Level, str] = field(default_factory=dict)
    test_page: WeeklyPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyPage:
    """Once a week, on `weekday` (0 = Monday) at `at` local time, whoever is on duty must answer a test notice.

    On a day on which the clinic is closed it waits for the next one on which it opens.
    """

    weekday: int
    at: time
    acknowledge_within: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One of a person's own ways to be told: by which channel, and how long after they are to be told at all."""

    channel: Channel
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """One member of staff; `key` is the name that rotas and chains use, `name` the one that people see.

    `prescriber`: they may see what comes of questions and rules that are `prescriber_only`. `contact`: their own
    order of the ways that a chain's step tells them by; what is not in it comes at once. `chat`: names of addresses
    of chat or pager services; the addresses themselves are secrets and stand in a setting.
    """

    key: str
    name: str
    role: str = "nurse"
    phone: str | None = None
    email: str | None = None
    contact: tuple[Way, ...] = ()
    prescriber: bool = False
    chat: tuple[str, ...] = ()

    def address(self, channel: Channel) -> str | None:
        """Number or e-mail address for `channel`; for chat the names of its addresses, with commas between."""
        match channel:
            case Channel.EMAIL:
                return self.email
            case Channel.CHAT:
                return ",".join(self.chat) or None
            case _:
                return self.phone


class HandOver(StrEnum):
    """How often a rota passes to the next person."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Somebody else has the duty from `start` until just before `end`."""

    start: datetime
    end: datetime
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """Who is on duty. `people` take turns from `since`, handing over at `at` local time (weekly: on `weekday`).

    `holiday_person` has the days that begin, at `at`, on one of `holidays`. Of `overrides` that overlap the first
    counts. `absent`: those who cannot have a duty any more, whatever the pattern says.
    """

    key: str
    timezone: str
    people: tuple[str, ...]
    hand_over: HandOver = HandOver.DAILY
    at: time = time(7)
    weekday: int = 0
    since: date = date(2026, 1, 5)
    overrides: tuple[Override, ...] = ()
    holiday_person: str | None = None
    holidays: frozenset[date] = frozenset()
    absent: frozenset[str] = frozenset()


class TargetKind(StrEnum):
    """Whom a chain step tells."""

    ON_DUTY = "on_duty"
    NEXT_ON_DUTY = "next_on_duty"
    PERSON = "person"
    EVERYONE = "everyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`name` is a rota for on_duty, next_on_duty and everyone, a staff key for person."""

    kind: TargetKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a chain: whom to tell, by which channels, how long after the alert opened.

    `tell_patient`: when this step comes, the patient is told, once, that nobody has answered yet.
    """

    after: timedelta
    targets: tuple[Target, ...]
    channels: tuple[Channel, ...]
    tell_patient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkList:
    """How an alert that wakes nobody is kept from being forgotten.

    It is marked overdue when the clinic closes on the `overdue_after_business_days`-th next business day;
    `targets` hear of it when the clinic closes on the `tell_after_business_days`-th.
    """

    targets: tuple[Target, ...]
    channels: tuple[Channel, ...]
    overdue_after_business_days: int = 1
    tell_after_business_days: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Who is told of an alert, in which order. It never ends: after the last step it repeats every `repeat`.

    `fallback` is told beside the step from the first repetition on, and instead of a step that reaches nobody.
    A chain has steps, or a work list and no steps: nobody is woken, and what nobody took up is told of later.
    """

    key: str
    steps: tuple[Step, ...]
    repeat: timedelta
    fallback: str
    acknowledge_within: timedelta
    raise_again_after: timedelta | None = None
    work_list: WorkList | None = None


# --- questions and rules -----------------------------------------------------------------------


class AnswerKind(StrEnum):
    """How a reply to a question is read."""

    SCALE = "scale"  # a rating from 0 to 10
    CHOICE = "choice"  # one digit among the question's own options
    CODES = "codes"  # any number of digits, each a symptom code
    SEVERITY = "severity"  # 1 mild, 2 moderate, 3 severe


class Score(StrEnum):
    """What a 0-10 question measures; baseline and earlier answers of the same score are compared."""

    PAIN = "pain"
    MOOD = "mood"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `text`, `reask` and `remind` are template keys; `short` fills `question_short` per language.

    `options` are the valid digits of a choice, severity or codes question. `then` maps an answered digit to
    the question asked next; the key None stands for any answer other than 0. `then_among` is looked at first,
    and only where its digit was answered among several. `about` names the one symptom that a severity question
    is about; without it the severity is that of every symptom just named. `words` maps a digit of a choice to
    whole answers in words that mean it, in any language, folded (lower case, no accents or punctuation).
    `prescriber_only`: nobody else sees the answers.
    """

    key: str
    kind: AnswerKind
    text: str
    reask: str
    remind: str
    score: Score | None = None
    options: tuple[int, ...] = ()
    then: Mapping[int | None, str] = field(default_factory=dict)
    then_among: Mapping[int, str] = field(default_factory=dict)
    about: str | None = None
    words: Mapping[int, frozenset[str]] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)
    prescriber_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """A symptom that a check-in asks about by `code`, with the codes the reader knows it by."""

    key: str
    code: int
    read_as: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)


class Reference(StrEnum):
    """What a score is compared with."""

    BASELINE = "baseline"
    PREVIOUS = "previous"


#: Risk flags that an infusion may carry.
RISK_FLAGS = ("first_infusion", "lives_alone", "prior_severe_reaction", "si_history", "bp_risk")


class EventKind(StrEnum):
    """Something that a rule may be about and that is no patient's words or answer."""

    UNANSWERED_SAFETY_CHECK_IN = "unanswered_safety_check_in"  # not fully answered by its last hour, for any reason
    BOTH_SILENT = "both_silent"  # both safety check-ins of a course went by without a word
    TWO_SILENT = "two_silent"  # two later check-ins in a row without a word
    UNDELIVERABLE = "undeliverable"  # the number takes no texts: dead, landline, blocked by the provider
    WRONG_NUMBER = "wrong_number"  # somebody else has this number
    OPT_OUT = "opt_out"  # the patient wants no more texts
    STOP_DURING_WATCH = "stop_during_watch"  # STOP while an alert of this patient is open
    UNREADABLE_TWICE = "unreadable_twice"
    PHOTO = "photo"  # a picture or recording, which is not opened
    UNKNOWN_SENDER = "unknown_sender"
    UNFILED = "unfiled"  # words that belong to no check-in or patient
    TWO_PATIENTS = "two_patients"  # two patients share the number, and it may be either's
    UNREAD = "unread"  # could not be read at all; a person must
    NO_REPLY_POSSIBLE = "no_reply_possible"  # an answer that could not be sent to the patient
    MISSING_BASELINE = "missing_baseline"
    MISSING_CONSENT = "missing_consent"
    MISSING_LANGUAGE = "missing_language"
    LANGUAGE_SWITCHED = "language_switched"  # texts now go in the language that the patient writes
    NO_SCHEDULE = "no_schedule"  # an infusion that matches no schedule
    CONFIGURATION = "configuration"  # an empty step, a member of staff who cannot be reached, a staff STOP


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must all be true of one inbound or answer for a rule to hold. Unset fields ask nothing.

    words                 topics that the reader found, with a scope among `scopes`
    read_as               the reader's level of the words, bare ratings left out, is exactly this one
    answers               question key -> digits, one of which was answered
    symptoms              symptom keys (empty and severity set: any symptom)
    severity_at_least/at_most  1 mild, 2 moderate, 3 severe; a severity not stated counts as `unstated`, and
                          meets no bound where that is unset; without bounds any report of the symptom holds
    reported_before       the same symptom was (True) or was not (False) reported on an earlier local day of
                          this course; with `earlier_severity_at_least` only reports that strong count
    score                 which 0-10 score the bounds below are about; without bounds any answer holds
    at_least/at_most      bounds of the score now
    rises_by/falls_by     change against `reference` in points
    ratio_at_least        the score now is at least this many times the reference
    relief_at_least/below share of the baseline pain that is gone now: (baseline - now) / baseline
    earlier_relief_at_least  some earlier check-in of the series had at least this relief
    with_baseline         True: only where a baseline is known; False: only where none is
    check_ins             only for these check-ins (exact keys: C6 is not C6-2)
    hours_at_least/below  time since the end of the infusion
    day_at_least/below    local days since the infusion's date
    flags                 at least one of these risk flags is set
    without_flags         none of these risk flags is set
    lasting               holds on this many check-ins running that put the question, this one included
    event                 something other than words or answers
    """

    words: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    read_as: Level | None = None
    answers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    symptoms: frozenset[str] = frozenset()
    severity_at_least: int | None = None
    severity_at_most: int | None = None
    unstated: int | None = None
    reported_before: bool | None = None
    earlier_severity_at_least: int | None = None
    score: Score | None = None
    at_least: float | None = None
    at_most: float | None = None
    rises_by: float | None = None
    falls_by: float | None = None
    ratio_at_least: float | None = None
    relief_at_least: float | None = None
    relief_below: float | None = None
    earlier_relief_at_least: float | None = None
    reference: Reference = Reference.BASELINE
    with_baseline: bool | None = None
    check_ins: frozenset[str] = frozenset()
    hours_at_least: timedelta | None = None
    hours_below: timedelta | None = None
    day_at_least: int | None = None
    day_below: int | None = None
    flags: frozenset[str] = frozenset()
    without_flags: frozenset[str] = frozenset()
    lasting: int = 1
    event: EventKind | None = None


class ReplyFamily(StrEnum):
    """Which of the fixed answers a rule asks for; coverage and the hour choose the very text."""

    MEDICAL = "medical"  # E_MED
    CRISIS = "crisis"  # E_CRISIS, E_CRISIS_UNSTAFFED
    URGENT = "urgent"  # U_OPEN, U_ONCALL, U_CLOSED
    TONIGHT = "tonight"  # U_OPEN, U_ONCALL, U_TONIGHT
    MOOD_CHECK = "mood_check"
    ROUTINE = "routine"  # R
    INFO = "info"  # I
    FREE_TEXT = "free_text"  # FREETEXT
    SORRY = "sorry"
    IN_CARE = "in_care"
    NONE = "none"  # no text at all, e.g. safe-contact hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the protocol: it holds when any of its conditions does.

    `alone` marks a rule whose `read_as` conditions count only where no other rule of its level or above holds
    ("words read as urgent that no other rule names"). It does not count where a rule of `unless`, all of them
    earlier in the file, holds. `everywhere` marks rules that no schedule can drop.
    `pages_after_hours` says that an Urgent item is told at once even while nobody is on call. `holds_contact`:
    no text, call or emergency contact until a person decides. `prescriber_only`: nobody else sees that it was met.
    """

    id: str
    level: Level
    reason: str
    when: tuple[Condition, ...]
    reply: ReplyFamily
    alone: bool = False
    unless: frozenset[str] = frozenset()
    everywhere: bool = False
    pages_after_hours: bool = False
    holds_contact: bool = False
    prescriber_only: bool = False
    chain: str | None = None

    @property
    def about_events(self) -> bool:
        """Whether it comes from no words or answers of a patient, only from something that happened."""
        return all(condition.event is not None for condition in self.when)


# --- schedules ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterInfusion:
    """Due `after` the end of the infusion, moved earlier to `latest` wall time, never before `not_before`."""

    after: timedelta
    not_before: timedelta
    latest: time


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDay:
    """Due at a wall time on a local day counted from the infusion's date (day 0)."""

    day: int
    at: time
    business_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSpec:
    """One reminder `after` the check-in went out, only if that falls before `before` wall time."""

    after: timedelta
    before: time


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSpec:
    """A check-in closes at a wall time of its own day (`at`) or `after` its due time."""

    at: time | None = None
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredSpec:
    """When a safety check-in counts as unanswered: `after_reminder`, and never later than `latest` wall time."""

    after_reminder: timedelta
    latest: time


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraQuestion:
    """A question asked only for some patients: by indication, flag, low last score or none for some days."""

    question: str
    indications: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    last_at_most: float | None = None
    none_for: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInSpec:
    """One planned contact of a schedule, under a key that stays put.

    `repeat_every`: days between repetitions (`C6`, then `C6-2`, ...), at most `repetitions` of them;
    `stop_after_silent` silent ones in a row end the course.
    """

    key: str
    timing: AfterInfusion | OnDay
    questions: tuple[str, ...]
    closes: CloseSpec
    reminder: ReminderSpec | None = None
    extra: tuple[ExtraQuestion, ...] = ()
    safety: bool = False
    by_email: bool = True
    renamed_from: str | None = None
    repeat_every: int | None = None
    repetitions: int = 1
    stop_after_silent: int | None = None
    unanswered: UnansweredSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most check-ins one patient gets; reminders and safety check-ins are not counted. A week begins on Monday."""

    per_day: int = 1
    per_week: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A course of check-ins for infusions of `treatment` (and `indications`, where any are named)."""

    key: str
    treatment: str
    check_ins: tuple[CheckInSpec, ...]
    indications: frozenset[str] = frozenset()
    dropped_rules: frozenset[str] = frozenset()

    def check_in(self, key: str) -> CheckInSpec | None:
        """The specification of a check-in by its key; a repetition (`C6-2`) has that of `C6`."""
        base = key.split("-", 1)[0]
        return next((spec for spec in self.check_ins if spec.key in {key, base}), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """The whole of schedules.yaml, valid in itself. Key order is the order of the file."""

    clinics: Mapping[str, Clinic]
    staff: Mapping[str, StaffMember]
    rotas: Mapping[str, Rota]
    chains: Mapping[str, Chain]
    questions: Mapping[str, Question]
    symptoms: Mapping[str, Symptom]
    rules: tuple[Rule, ...]
    schedules: Mapping[str, Schedule]
    safety_course: Schedule
    languages: tuple[str, ...] = ("en", "es")
    staff_language: str = "en"
    discharge_gap: timedelta = timedelta(minutes=60)
    history_after: timedelta = timedelta(hours=48)
    publish_by_hand: bool = False
    most_plans_moved: int = 50
    limits: Limits = field(default_factory=Limits)

    def schedule_for(self, treatment: str, indication: str | None) -> Schedule | None:
        """The first schedule that an infusion matches; one that names its indication goes before one that does not."""
        matching = [schedule for schedule in self.schedules.values() if schedule.treatment == treatment]
        named = [schedule for schedule in matching if indication in schedule.indications]
        general = [schedule for schedule in matching if not schedule.indications]
        return next(iter(named + general), None)

    def chain_for(self, clinic: Clinic, level: Level) -> Chain:
        """The chain that an alert of `level` at `clinic` climbs."""
        return self.chains[clinic.chains.get(level, level.value)]

    def rule(self, rule_id: str) -> Rule | None:
        """A rule by its id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def schedule(self, key: str) -> Schedule | None:
        """A schedule by its key, the safety-only course included."""
        return self.safety_course if key == self.safety_course.key else self.schedules.get(key)

"""Schedules and their check-ins as they are written in schedules.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

from followup.content.containers import Field, Many, Mistake, Named, Record, Rows
from followup.content.shapes import Flag, Integer, Name, Number, OneOf, Text
from followup.content.words_of_time import CLOCK_TIME, DURATION
from followup.domain.schedule import (
    RISK_FLAGS,
    AfterInfusion,
    CheckInSpec,
    CloseSpec,
    ExtraQuestion,
    OnDay,
    ReminderSpec,
    Schedule,
    UnansweredSpec,
)


def _after_infusion(after: timedelta, not_before: timedelta, latest: time) -> AfterInfusion:
    if not_before > after:
        raise Mistake("`not_before` is later than `after`", at="not_before")
    return AfterInfusion(after=after, not_before=not_before, latest=latest)


_AFTER_INFUSION = Record(
    "the time of a check-in after the infusion",
    _after_infusion,
    {
        "after": Field(shape=DURATION, about="how long after the end of the infusion", needed=True),
        "not_before": Field(shape=DURATION, about="when moved earlier, never earlier than this", needed=True),
        "latest": Field(shape=CLOCK_TIME, about="moved earlier to go out by this clock time", needed=True),
    },
)

_REMINDER = Record(
    "a reminder",
    ReminderSpec,
    {
        "after": Field(shape=DURATION, about="how long after the check-in went out", needed=True),
        "before": Field(shape=CLOCK_TIME, about="only if that is before this clock time", needed=True),
    },
)


def _closes(at: time | None = None, after: timedelta | None = None) -> CloseSpec:
    if (at is None) is (after is None):
        raise Mistake("expected either `at` (a clock time of the same day) or `after` (how long after it was due)")
    return CloseSpec(at=at, after=after)


_CLOSES = Record(
    "the end of a check-in",
    _closes,
    {
        "at": Field(shape=CLOCK_TIME, about="clock time of the same day at which answers no longer count as in time"),
        "after": Field(shape=DURATION, about="or how long after it was due"),
    },
)

_UNANSWERED = Record(
    "the end of waiting for an answer",
    UnansweredSpec,
    {
        "after_reminder": Field(
            shape=DURATION, about="how long after its reminder a check-in counts as unanswered", needed=True
        ),
        "latest": Field(shape=CLOCK_TIME, about="at the latest at this clock time", needed=True),
    },
)


def _extra(
    question: str,
    indications: tuple[str, ...] = (),
    flags: tuple[str, ...] = (),
    last_at_most: float | None = None,
    none_for: timedelta | None = None,
) -> ExtraQuestion:
    if not (indications or flags or none_for) and last_at_most is None:
        raise Mistake("a question asked of everybody belongs to `questions`")
    return ExtraQuestion(
        question=question,
        indications=frozenset(indications),
        flags=frozenset(flags),
        last_at_most=last_at_most,
        none_for=none_for,
    )


_INDICATION = Text("an indication such as chronic_pain", 60)

_EXTRA = Record(
    "a question for some patients",
    _extra,
    {
        "question": Field(shape=Name("questions", "a question"), about="the question", needed=True),
        "indications": Field(shape=Many(_INDICATION, "a list of indications"), about="asked for these indications"),
        "flags": Field(shape=Many(OneOf(RISK_FLAGS, "one"), "a list of risk flags"), about="or for these risk flags"),
        "last_at_most": Field(shape=Number(0, 10), about="or where its last answer was this low"),
        "none_for": Field(shape=DURATION, about="or where it has not been answered for longer than this"),
    },
)


def _check_in(
    key: str,
    closes: CloseSpec,
    after_infusion: AfterInfusion | None = None,
    day: int | None = None,
    at: time | None = None,
    business_day: bool = False,  # noqa: FBT001, FBT002 - a key of the file
    also_ask: tuple[ExtraQuestion, ...] = (),
    repeat_every: int | None = None,
    **rest: Any,
) -> CheckInSpec:
    if (after_infusion is None) is (day is None):
        raise Mistake("a check-in needs either `after_infusion` or `day` with `at`: when it is sent")
    if (day is None) is not (at is None):
        raise Mistake("`day` and `at` belong together", at="day" if at is None else "at")
    if repeat_every is None and {"repetitions", "stop_after_silent"} & rest.keys():
        raise Mistake(
            "`repetitions` and `stop_after_silent` need `repeat_every`: how many days lie between", at="repetitions"
        )
    timing = after_infusion
    return CheckInSpec(
        key=key,
        timing=timing if timing is not None else OnDay(day=day or 0, at=at or time(), business_day=business_day),
        closes=closes,
        extra=also_ask,
        repeat_every=repeat_every,
        **rest,
    )


_CHECK_IN = Record(
    "a check-in",
    _check_in,
    {
        "after_infusion": Field(shape=_AFTER_INFUSION, about="sent some hours after the infusion"),
        "day": Field(shape=Integer(0, 400, "a day"), about="sent on this day after the infusion; day 0 is its date"),
        "at": Field(shape=CLOCK_TIME, about="clock time on that day, where the patient is"),
        "business_day": Field(shape=Flag(), about="moved to the next day on which the clinic is open"),
        "questions": Field(
            shape=Many(Name("questions", "a question"), "a list of questions"),
            about="what is asked, in this order",
            needed=True,
        ),
        "also_ask": Field(shape=Rows(_EXTRA, "questions for some patients"), about="asked as well, of some patients"),
        "reminder": Field(shape=_REMINDER, about="one reminder with the open question; left out: none"),
        "closes": Field(shape=_CLOSES, about="when it ends; later answers are filed and still looked at", needed=True),
        "unanswered": Field(shape=_UNANSWERED, about="when it counts as unanswered, for rules about that"),
        "safety": Field(shape=Flag(), about="a safety check-in: never merged, not counted in the limits"),
        "by_email": Field(shape=Flag(), about="whether it may go by e-mail where no text can be sent"),
        "renamed_from": Field(
            shape=Text("the former name", 40), about="its former name, so that running courses keep it"
        ),
        "repeat_every": Field(shape=Integer(1, 400, "a number of days"), about="days between repetitions"),
        "repetitions": Field(shape=Integer(1, 60), about="how many times in all"),
        "stop_after_silent": Field(shape=Integer(1, 60), about="this many silent repetitions in a row end the course"),
    },
)

_CHECK_INS = Field(
    shape=Named(_CHECK_IN, "check-ins", pattern="[A-Za-z][A-Za-z0-9_]*"),
    about="the check-ins, under names that stay put",
    needed=True,
)


def _schedule(
    key: str,
    treatment: str,
    check_ins: Mapping[str, CheckInSpec],
    indications: tuple[str, ...] = (),
    drop_rules: tuple[str, ...] = (),
) -> Schedule:
    return Schedule(
        key=key,
        treatment=treatment,
        check_ins=tuple(check_ins.values()),
        indications=frozenset(indications),
        dropped_rules=frozenset(drop_rules),
    )


SCHEDULE = Record(
    "a schedule",
    _schedule,
    {
        "treatment": Field(
            shape=Text("a treatment", 60), about="the treatment as the clinic's system names it", needed=True
        ),
        "indications": Field(
            shape=Many(_INDICATION, "a list of indications"),
            about="only for these indications; left out: for all others",
        ),
        "check_ins": _CHECK_INS,
        "drop_rules": Field(
            shape=Many(Name("rules", "a rule"), "a list of rules"), about="rules that do not apply; never emergencies"
        ),
    },
)


def _safety_course(check_ins: Mapping[str, CheckInSpec]) -> Schedule:
    return _schedule("safety-course", "any", check_ins)


SAFETY_COURSE = Record("the safety course", _safety_course, {"check_ins": _CHECK_INS})

"""Clinics, staff, rotas and chains as they are written in schedules.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from followup.content.containers import Field, Many, Mistake, Pairs, Record, Rows
from followup.content.problems import listed, nearest
from followup.content.shapes import Flag, Integer, Member, Name, OneOf, Parsed, Reading, Schema, Shape, Text, shown
from followup.content.words_of_time import (
    CALL_BACK,
    CHAT_NAME,
    CLOCK_TIME,
    DAY,
    DURATION,
    E164,
    EMAIL,
    MOMENT,
    ZONE,
    clock_time,
)
from followup.content.yaml_source import Node, Table
from followup.domain import windows
from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.schedule import (
    Chain,
    Clinic,
    Coverage,
    HandOver,
    Override,
    Rota,
    StaffMember,
    Step,
    Target,
    TargetKind,
    Way,
    WeeklyPage,
    WorkList,
)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: Care texts keep the hours that federal rules set for sales calls, 8:00 to 21:00 (47 CFR 64.1200(c)(1)).
EARLIEST, LATEST = time(8), time(21)

#: Levels that reach a person; `none` and `info` open no alert.
ALERT_LEVELS = (Level.EMERGENCY, Level.URGENT, Level.ROUTINE)


def _hours(text: str) -> windows.Window:
    found = re.fullmatch(r"([0-9:]{4,5}) ?[-–] ?([0-9:]{4,5})", text)
    if not found:
        raise ValueError("")
    start, end = clock_time(found[1]), clock_time(found[2])
    if start >= end:
        raise ValueError("; the end must come after the start")
    return windows.Window(start=start, end=end)


HOURS = Parsed(_hours, "hours such as 08:00-17:00", r"^[0-9]{1,2}:[0-9]{2} ?[-–] ?[0-9]{1,2}:[0-9]{2}$")


def _clinic(key: str, hours: Mapping[str, windows.Window], holidays: tuple[date, ...] = (), **rest: Any) -> Clinic:
    clinic = Clinic(
        key=key,
        hours={WEEKDAYS.index(weekday): window for weekday, window in hours.items()},
        holidays=frozenset(holidays),
        **rest,
    )
    if clinic.send_window.start < EARLIEST or clinic.send_window.end > LATEST:
        raise Mistake("check-ins are never sent before 08:00 or after 21:00", at="send_window")
    return clinic


def _test_page(weekday: str, **rest: Any) -> WeeklyPage:
    page = WeeklyPage(weekday=WEEKDAYS.index(weekday), **rest)
    if page.acknowledge_within < timedelta(minutes=1):
        raise Mistake("nobody can answer within less than a minute", at="acknowledge_within")
    return page


_TEST_PAGE = Record(
    "a weekly test page",
    _test_page,
    {
        "weekday": Field(
            shape=OneOf(WEEKDAYS, "a weekday"), about="the day; where closed, the next open one", needed=True
        ),
        "at": Field(shape=CLOCK_TIME, about="clock time at the clinic, best in opening hours", needed=True),
        "acknowledge_within": Field(shape=DURATION, about="not answered by then: those in charge are told"),
    },
)

CLINIC = Record(
    "a clinic",
    _clinic,
    {
        "name": Field(
            shape=Text("the clinic's name", 60), about="as patients know it; it begins most texts", needed=True
        ),
        "phone": Field(shape=CALL_BACK, about="the number that patients are told to call", needed=True),
        "timezone": Field(shape=ZONE, about="IANA name of the clinic's time zone", needed=True),
        "sender": Field(shape=E164, about="the number that texts come from"),
        "hours": Field(
            shape=Pairs(OneOf(WEEKDAYS, "a weekday"), HOURS, "hours per weekday", "|".join(WEEKDAYS)),
            about="opening hours per weekday; a day left out is closed",
            needed=True,
        ),
        "holidays": Field(shape=Many(DAY, "a list of dates", 0), about="days on which the clinic is closed"),
        "send_window": Field(shape=HOURS, about="hours, in the patient's own time, between which check-ins may go out"),
        "coverage": Field(
            shape=Member(Coverage, "one"), about="A: on call day and night; B: in extended hours; C: in business hours"
        ),
        "extended_hours": Field(shape=HOURS, about="hours in which somebody is on call under coverage B"),
        "answering_service": Field(
            shape=Flag(), about="whether somebody answers the phone out of hours under coverage C"
        ),
        "fold_spanish": Field(shape=Flag(), about="write a for á and so on in texts, so that they cost half as much"),
        "discreet": Field(shape=Flag(), about="send the versions of the texts that leave out the word pain"),
        "chains": Field(
            shape=Pairs(
                Member(Level, "a level", ALERT_LEVELS),
                Name("chains", "a chain"),
                "a chain per level",
                "emergency|urgent|routine",
            ),
            about="chain per level; a level left out uses the chain of its own name",
        ),
        "test_page": Field(
            shape=_TEST_PAGE, about="once a week whoever is on duty must answer a test notice; left out: none is sent"
        ),
    },
)


@dataclass(frozen=True, slots=True)
class WayShape(Shape[Way]):
    """`sms`, or `voice: 2m`: a channel, and how long it waits."""

    def read(self, node: Node, reading: Reading) -> Way:
        channel = Member(Channel, "a channel")
        if not isinstance(node, Table):
            return Way(channel=channel.read(node, reading))
        if len(node.entries) != 1:
            raise reading.refuse(
                node.place, f"expected one channel with its delay, such as `voice: 2m`; found {shown(node)}"
            )
        entry = node.entries[0]
        return Way(channel=channel.read(entry.key, reading), after=DURATION.read(entry.value, reading))

    def schema(self) -> Schema:
        plain = Member(Channel, "a channel").schema()
        delayed = {channel.value: DURATION.schema() for channel in Channel}
        waiting = {
            "type": "object",
            "properties": delayed,
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }
        return {"anyOf": [plain, waiting]}


STAFF = Record(
    "a member of staff",
    StaffMember,
    {
        "name": Field(shape=Text("a name", 60), about="as colleagues see it", needed=True),
        "role": Field(shape=OneOf(("nurse", "clinician", "manager", "other")), about="what they are at the clinic"),
        "phone": Field(shape=E164, about="their number for texts"),
        "email": Field(shape=EMAIL, about="their e-mail address"),
        "contact": Field(
            shape=Many(WayShape(), "a list of ways"),
            about="their own order of ways within a step, with delays: `[sms, voice: 2m, email]`",
        ),
        "prescriber": Field(shape=Flag(), about="may see what is `prescriber_only`"),
        "chat": Field(
            shape=Many(CHAT_NAME, "a list of names"),
            about="names of chat or pager addresses; the addresses stand in FOLLOWUP_CHAT_URLS, they are secrets",
        ),
    },
)


@dataclass(frozen=True, slots=True)
class _WallOverride:
    start: datetime
    end: datetime
    person: str


def _wall_override(start: datetime, end: datetime, person: str) -> _WallOverride:
    if start >= end:
        raise Mistake("the end must come after the start", at="end")
    return _WallOverride(start, end, person)


_OVERRIDE = Record(
    "an override",
    _wall_override,
    {
        "start": Field(shape=MOMENT, about="from when, in the rota's time zone", needed=True),
        "end": Field(shape=MOMENT, about="until just before", needed=True),
        "person": Field(shape=Name("staff", "a member of staff"), about="who has the duty instead", needed=True),
    },
)


def _rota(
    key: str,
    timezone: str,
    weekday: str = WEEKDAYS[0],
    overrides: tuple[_WallOverride, ...] = (),
    holidays: str | None = None,
    **rest: Any,
) -> Rota:
    return Rota(
        key=key,
        holiday_person=holidays,
        timezone=timezone,
        weekday=WEEKDAYS.index(weekday),
        overrides=tuple(
            Override(
                start=windows.instant_of(one.start.date(), one.start.time(), timezone),
                end=windows.instant_of(one.end.date(), one.end.time(), timezone),
                person=one.person,
            )
            for one in overrides
        ),
        **rest,
    )


ROTA = Record(
    "a rota",
    _rota,
    {
        "timezone": Field(shape=ZONE, about="time zone of the hand-over and of the overrides", needed=True),
        "people": Field(
            shape=Many(Name("staff", "a member of staff"), "a list of staff"),
            about="who takes turns, in order",
            needed=True,
        ),
        "hand_over": Field(shape=Member(HandOver, "one"), about="how often the duty passes on"),
        "at": Field(shape=CLOCK_TIME, about="clock time of the hand-over"),
        "weekday": Field(shape=OneOf(WEEKDAYS, "a weekday"), about="day of a weekly hand-over"),
        "since": Field(shape=DAY, about="the day on which the first of the people began"),
        "holidays": Field(
            shape=Name("staff", "a member of staff"),
            about="who has the duty that begins on a holiday of the clinics whose chains tell this rota",
        ),
        "overrides": Field(shape=Rows(_OVERRIDE, "overrides", 0), about="exceptions: swaps, leave, sickness"),
    },
)


# --- chains ------------------------------------------------------------------------------------

_TARGETS = {
    TargetKind.ON_DUTY: Name("rotas", "a rota"),
    TargetKind.NEXT_ON_DUTY: Name("rotas", "a rota"),
    TargetKind.PERSON: Name("staff", "a member of staff"),
    TargetKind.EVERYONE: Name("rotas", "a rota"),
}


@dataclass(frozen=True, slots=True)
class _TargetShape(Shape[Target]):
    """`on_duty: nurses`, `next_on_duty: nurses`, `everyone: nurses` or `person: lee`."""

    def read(self, node: Node, reading: Reading) -> Target:
        kinds = [kind.value for kind in _TARGETS]
        if not isinstance(node, Table) or len(node.entries) != 1:
            message = f"expected one of {listed(kinds)} with a name, such as `on_duty: nurses`; found {shown(node)}"
            raise reading.refuse(node.place, message)
        entry = node.entries[0]
        if entry.key.text not in kinds:
            message = f"`{entry.key.text}` tells nobody; expected {listed(kinds)}{nearest(entry.key.text, kinds)}"
            raise reading.refuse(entry.key.place, message)
        kind = TargetKind(entry.key.text)
        return Target(kind=kind, name=_TARGETS[kind].read(entry.value, reading))

    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {kind.value: name.schema() for kind, name in _TARGETS.items()},
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": False,
        }


_TELL = Field(shape=Many(_TargetShape(), "whom to tell"), about="whom to tell", needed=True, into="targets")
_BY = Field(
    shape=Many(Member(Channel, "one"), "a list of channels"),
    about="by which channels: sms, voice, email, chat",
    needed=True,
    into="channels",
)

_STEP = Record(
    "a step",
    Step,
    {
        "after": Field(shape=DURATION, about="how long after the alert opened", needed=True),
        "tell": _TELL,
        "by": _BY,
        "tell_patient": Field(
            shape=Flag(), about="whether the patient is told, once, that nobody has answered yet and what to do"
        ),
    },
)

_WORK_LIST = Record(
    "a work list",
    WorkList,
    {
        "overdue_after_business_days": Field(
            shape=Integer(1, 30), about="marked overdue when the clinic closes on this business day after"
        ),
        "tell_after_business_days": Field(
            shape=Integer(1, 60), about="told to somebody when the clinic closes on this business day after"
        ),
        "tell": _TELL,
        "by": _BY,
    },
)


def _chain(
    key: str,
    fallback: str,
    repeat: timedelta,
    steps: tuple[Step, ...] = (),
    work_list: WorkList | None = None,
    acknowledge_within: timedelta | None = None,
    raise_again_after: timedelta | None = None,
) -> Chain:
    if bool(steps) is (work_list is not None):
        raise Mistake("a chain has either `steps` or a `work_list`", at="work_list" if steps else None)
    if steps and acknowledge_within is None:
        raise Mistake("a chain with steps needs `acknowledge_within`: how soon somebody must have taken an alert")
    if repeat < timedelta(minutes=1):
        raise Mistake("a chain repeats at most once a minute", at="repeat")
    return Chain(
        key=key,
        steps=steps,
        repeat=repeat,
        fallback=fallback,
        acknowledge_within=acknowledge_within or repeat,
        raise_again_after=raise_again_after,
        work_list=work_list,
    )


CHAIN = Record(
    "a chain",
    _chain,
    {
        "steps": Field(
            shape=Rows(_STEP, "steps"), about="who is told, one after the other, until somebody takes the alert"
        ),
        "work_list": Field(
            shape=_WORK_LIST, about="instead of steps: nobody is woken, the alert waits on the work list"
        ),
        "repeat": Field(
            shape=DURATION, about="after the last step all is told again this often, for ever", needed=True
        ),
        "fallback": Field(
            shape=Name("staff", "a member of staff"),
            about="told as well from the first repetition on, and instead of a step that reaches nobody",
            needed=True,
        ),
        "acknowledge_within": Field(shape=DURATION, about="how soon somebody must have taken the alert"),
        "raise_again_after": Field(shape=DURATION, about="taken but not closed: told again after this"),
    },
)

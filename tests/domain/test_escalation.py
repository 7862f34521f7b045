"""Alerts: who is told and when, until somebody has it. A chain never ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import coverage
from followup.domain.alert import Alert, AlertStatus
from followup.domain.escalation import Notice, acknowledge, advance, first_action_at, join, raise_again
from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.schedule import Chain, Configuration, Coverage, Step, Target, TargetKind
from followup.domain.windows import Window
from tests.domain.samples import CONFIGURATION, RULES, alert, clinic, met, utc
from tests.domain.test_windows import INSTANTS

A, B, C = Coverage.AROUND_THE_CLOCK, Coverage.EXTENDED, Coverage.BUSINESS_HOURS
SMS, EMAIL = Channel.SMS, Channel.EMAIL
NIGHT = utc("2026-11-03T02:10:00-06:00")  # the night that belongs to Monday: nurse sam
CHAINS = CONFIGURATION.chains
EMERGENCY, URGENT, ROUTINE = CHAINS["emergency"], CHAINS["urgent"], CHAINS["routine"]


def climb(opened: Alert, chain: Chain, rounds: int, configuration: Configuration = CONFIGURATION):
    """Let nobody take the alert: (minutes since opening, who was told, whether the patient was told), each time."""
    standing, told = opened, []
    for _ in range(rounds):
        now = standing.next_action_at
        assert now is not None
        step = advance(standing, chain, configuration, now)
        minutes = (now - opened.opened_at) / timedelta(minutes=1)
        told.append((minutes, {notice.person for notice in step.notices}, step.tell_sender))
        standing = step.alert
    return told


def on_duty_and_next(at: datetime = NIGHT) -> tuple[str, str]:
    first = climb(alert("E1", at), EMERGENCY, 2)
    ((one,), (two,)) = (people for _, people, _ in first)
    return one, two


def test_an_emergency_that_nobody_takes():
    duty, other = on_duty_and_next()
    assert {duty, other} == {"kay", "sam"}
    assert climb(alert("E1", NIGHT), EMERGENCY, 8) == [
        (0, {duty}, False),
        (5, {other}, False),
        (10, {"lee"}, True),  # and the patient hears, once, that nobody has answered
        (20, {duty, "lee"}, False),
        (30, {other, "lee"}, False),
        (40, {"lee"}, False),
        (50, {duty, "lee"}, False),
        (60, {other, "lee"}, False),
    ]


def test_an_urgent_item_that_nobody_takes():
    duty, other = on_duty_and_next()
    assert climb(alert("U1", NIGHT), URGENT, 6) == [
        (0, {duty}, False),
        (30, {other}, False),
        (60, {"lee"}, False),
        (90, {duty, "lee"}, False),
        (120, {other, "lee"}, False),
        (150, {"lee"}, False),
    ]


def test_every_channel_of_a_step_is_used_each_time():
    step = advance(alert("E1", NIGHT), EMERGENCY, CONFIGURATION, NIGHT)
    assert [notice.channel for notice in step.notices] == [SMS, Channel.VOICE, EMAIL]


def test_a_routine_item_wakes_nobody_is_marked_overdue_and_is_told_of_at_last():
    opened = utc("2026-11-06T21:00:00-06:00")  # Friday night
    standing = alert("R2", opened)
    assert standing.next_action_at == utc("2026-11-09T17:00:00-06:00")
    overdue = advance(standing, ROUTINE, CONFIGURATION, utc("2026-11-09T17:00:00-06:00"))
    assert overdue.notices == ()
    assert overdue.alert.next_action_at == utc("2026-11-10T17:00:00-06:00")
    told = advance(overdue.alert, ROUTINE, CONFIGURATION, utc("2026-11-10T17:00:00-06:00"))
    assert told.notices == (Notice(person="lee", channel=EMAIL),)
    assert told.alert.next_action_at == utc("2026-11-11T17:00:00-06:00")
    again = advance(told.alert, ROUTINE, CONFIGURATION, utc("2026-11-11T17:00:00-06:00"))
    assert again.notices == told.notices


def test_a_work_list_whose_people_cannot_be_reached_falls_back():
    assert ROUTINE.work_list is not None
    gone = replace(ROUTINE, work_list=replace(ROUTINE.work_list, targets=()))
    standing = replace(alert("R2", NIGHT), position=1)
    step = advance(standing, gone, CONFIGURATION, NIGHT)
    assert {notice.person for notice in step.notices} == {"lee"}


# --- when a chain begins ----------------------------------------------------------------------------------------

EVENING = "2026-11-02T21:00:00-06:00"
FRIDAY = "2026-11-06T18:00:00-06:00"


@pytest.mark.parametrize(
    ("mode", "rule", "opened", "begins"),
    [
        # Somebody is there: at once.
        (A, "U1", EVENING, EVENING),
        (B, "U1", EVENING, EVENING),
        (C, "U1", "2026-11-02T12:00:00-06:00", "2026-11-02T12:00:00-06:00"),
        # An emergency always.
        (B, "E1", "2026-11-02T23:00:00-06:00", "2026-11-02T23:00:00-06:00"),
        (C, "E2", EVENING, EVENING),
        # Nobody is there, and these cannot wait.
        *((C, rule, EVENING, EVENING) for rule in ("U3", "U4", "U6", "U8", "U9", "U11", "U13")),
        # Nobody is there: first thing at opening.
        (C, "U1", EVENING, "2026-11-03T08:00:00-06:00"),
        (C, "U5", "2026-11-03T03:00:00-06:00", "2026-11-03T08:00:00-06:00"),
        (B, "U2", "2026-11-02T22:00:00-06:00", "2026-11-03T08:00:00-06:00"),
        # What would wait over twelve hours is told at the next eight o'clock.
        (C, "U14", FRIDAY, "2026-11-07T08:00:00-06:00"),
        (C, "U14", "2026-11-07T07:00:00-06:00", "2026-11-07T08:00:00-06:00"),
        (C, "U14", "2026-11-07T09:00:00-06:00", "2026-11-08T08:00:00-06:00"),
        (C, "U14", "2026-11-26T10:00:00-06:00", "2026-11-27T08:00:00-06:00"),
        (C, "U14", "2026-11-02T17:00:00-06:00", "2026-11-03T08:00:00-06:00"),
        # Across the nights of the clock changes.
        (C, "U14", "2026-10-31T20:00:00-05:00", "2026-11-01T08:00:00-06:00"),
        (C, "U14", "2026-03-07T20:00:00-06:00", "2026-03-08T08:00:00-05:00"),
    ],
)
def test_when_somebody_is_first_told(mode, rule, opened, begins):
    at = clinic(mode)
    chain = CONFIGURATION.chain_for(at, Level.EMERGENCY if rule[0] == "E" else Level.URGENT)
    assert first_action_at(met(rule), chain, at, utc(opened)) == utc(begins)


def test_a_clinic_that_opens_before_eight_is_told_when_it_opens():
    early = clinic(C, hours={day: Window(start=time(7), end=time(18)) for day in range(5)})
    opened = utc("2026-11-02T18:30:00-06:00")  # twelve and a half hours before it opens
    assert first_action_at(met("U1"), URGENT, early, opened) == utc("2026-11-03T07:00:00-06:00")


def test_one_rule_that_cannot_wait_is_enough():
    at = clinic(C)
    assert first_action_at(met("U1", "U8"), URGENT, at, utc(EVENING)) == utc(EVENING)


def test_the_set_up_has_a_chain_of_its_own():
    assert alert("U17").chain == "configuration"


# --- taking, joining and raising --------------------------------------------------------------------------------


def test_whoever_takes_an_alert_stops_the_chain_until_its_limit():
    taken = acknowledge(alert("E1", NIGHT), EMERGENCY, person="kay", via="sms", now=NIGHT)
    assert taken.status is AlertStatus.ACKNOWLEDGED
    assert (taken.acknowledged_by, taken.acknowledged_at, taken.acknowledged_via) == ("kay", NIGHT, "sms")
    assert taken.next_action_at == NIGHT + timedelta(minutes=15)


def test_limits_of_taking_by_level():
    limit = {
        key: acknowledge(alert("E1", NIGHT), chain, person="kay", via="sms", now=NIGHT).next_action_at
        for key, chain in CHAINS.items()
    }
    assert limit == {
        "emergency": NIGHT + timedelta(minutes=15),
        "urgent": NIGHT + timedelta(hours=2),
        "routine": NIGHT + timedelta(days=1),
        "configuration": NIGHT + timedelta(hours=24),
    }


def test_taken_and_not_closed_it_is_raised_from_the_beginning():
    taken = acknowledge(replace(alert("E1", NIGHT), position=3), EMERGENCY, person="kay", via="sms", now=NIGHT)
    later = NIGHT + timedelta(minutes=15)
    step = advance(taken, EMERGENCY, CONFIGURATION, later)
    assert step.alert.status is AlertStatus.OPEN
    assert (step.alert.acknowledged_by, step.alert.acknowledged_at, step.alert.acknowledged_via) == (None, None, None)
    assert (step.alert.raises, step.alert.position, step.alert.round_started_at) == (1, 1, later)
    assert len({notice.person for notice in step.notices}) == 1


def test_the_patient_is_told_once_however_often_the_alert_is_raised():
    standing = alert("E1", NIGHT)
    times_told = 0
    for _ in range(4):
        for _ in range(4):
            step = advance(standing, EMERGENCY, CONFIGURATION, standing.next_action_at or NIGHT)
            times_told += step.tell_sender
            standing = step.alert
        standing = raise_again(standing, NIGHT)
    assert times_told == 1


@pytest.mark.parametrize(
    ("standing", "concern", "again", "level", "rule", "rules", "notify"),
    [
        # A higher level always tells staff again, and names the alert anew.
        ("U8", ("E2",), False, Level.EMERGENCY, "E2", ("E2", "U8"), True),
        ("R2", ("U5",), False, Level.URGENT, "U5", ("U5", "R2"), True),
        # The same level adds to it quietly, unless it is danger in words again.
        ("U8", ("U9",), False, Level.URGENT, "U8", ("U8", "U9"), False),
        ("U8", ("U8",), True, Level.URGENT, "U8", ("U8",), True),
        ("E1", ("E1",), True, Level.EMERGENCY, "E1", ("E1",), True),
        # A lower level never lowers it.
        ("E1", ("R6",), False, Level.EMERGENCY, "E1", ("E1", "R6"), False),
        ("E1", ("R9",), True, Level.EMERGENCY, "E1", ("E1", "R9"), True),
    ],
)
def test_a_further_concern_joins_the_alert(standing, concern, again, level, rule, rules, notify):
    taken = acknowledge(alert(standing, NIGHT), EMERGENCY, person="kay", via="sms", now=NIGHT)
    later = NIGHT + timedelta(minutes=3)
    joined = join(taken, met(*concern), RULES, again=again, now=later)
    assert (joined.alert.level, joined.alert.rule, joined.alert.rules) == (level, rule, rules)
    assert joined.notify is notify
    assert joined.raised is (level is not alert(standing).level)
    if notify:
        assert (joined.alert.status, joined.alert.next_action_at) == (AlertStatus.OPEN, later)
    else:
        assert (joined.alert.status, joined.alert.next_action_at) == (taken.status, taken.next_action_at)


def test_rules_of_an_older_version_are_kept_at_the_end():
    old = alert("U8", NIGHT, rules=("U8", "U99"))
    assert join(old, met("U1"), RULES, again=False, now=NIGHT).alert.rules == ("U1", "U8", "U99")


# --- holes in a chain -------------------------------------------------------------------------------------------


def person(key: str) -> tuple[Target, ...]:
    return (Target(kind=TargetKind.PERSON, name=key),)


def chain_of(*keys: str, fallback: str = "lee", channels: tuple[Channel, ...] = (SMS, EMAIL)) -> Chain:
    """A chain that tells one person after the other, five minutes apart."""
    steps = tuple(
        Step(after=timedelta(minutes=5 * number), targets=person(key), channels=channels)
        for number, key in enumerate(keys)
    )
    return replace(EMERGENCY, key="test", steps=steps, fallback=fallback)


def test_an_empty_step_passes_on_at_once_and_is_named():
    mute = replace(CONFIGURATION.staff["robin"], phone=None, email=None)
    configuration = replace(CONFIGURATION, staff={**CONFIGURATION.staff, "robin": mute})
    step = advance(alert("E1", NIGHT), chain_of("robin", "kay", "sam"), configuration, NIGHT)
    assert {notice.person for notice in step.notices} == {"kay"}
    assert step.unreachable == ("chain test, step 1",)
    assert (step.alert.position, step.alert.next_action_at) == (2, NIGHT + timedelta(minutes=5))


def test_for_a_person_whom_the_file_no_longer_names_the_fallback_person_stands_in():
    step = advance(alert("E1", NIGHT), chain_of("nobody", "kay", "sam"), CONFIGURATION, NIGHT)
    assert {notice.person for notice in step.notices} == {"kay", "lee"}
    assert step.unreachable == ("chain test, step 1",)
    assert (step.alert.position, step.alert.next_action_at) == (2, NIGHT + timedelta(minutes=5))


def test_a_chain_of_holes_falls_back():
    step = advance(alert("E1", NIGHT), chain_of("nobody", "no one"), CONFIGURATION, NIGHT)
    assert {notice.person for notice in step.notices} == {"lee"}
    assert set(step.unreachable) == {"chain test, step 1", "chain test, step 2"}
    assert step.alert.next_action_at == NIGHT + EMERGENCY.repeat


def test_the_last_one_who_is_told_is_called_where_the_chain_calls_anybody():
    calling = chain_of("nobody", channels=(SMS, Channel.VOICE))
    step = advance(alert("E1", NIGHT), calling, CONFIGURATION, NIGHT)
    assert [notice.channel for notice in step.notices] == [SMS, Channel.VOICE, EMAIL]
    quiet = advance(alert("E1", NIGHT), chain_of("nobody"), CONFIGURATION, NIGHT)
    assert [notice.channel for notice in quiet.notices] == [SMS, EMAIL]


def test_a_chain_without_steps_falls_back():
    step = advance(alert("E1", NIGHT), chain_of(), CONFIGURATION, NIGHT)
    assert {notice.person for notice in step.notices} == {"lee"}
    assert step.unreachable == ("chain test, step 0",)


def test_somebody_without_a_phone_is_told_by_mail_and_without_both_passed_over():
    silent = replace(CONFIGURATION.staff["kay"], phone=None)
    by_mail = replace(CONFIGURATION, staff={**CONFIGURATION.staff, "kay": silent})
    step = advance(alert("E1", NIGHT), chain_of("kay", "sam"), by_mail, NIGHT)
    assert step.notices == (Notice(person="kay", channel=EMAIL),)
    gone = replace(CONFIGURATION, staff={**CONFIGURATION.staff, "kay": replace(silent, email=None)})
    assert {one.person for one in advance(alert("E1", NIGHT), chain_of("kay", "sam"), gone, NIGHT).notices} == {"sam"}


def test_a_patient_hears_that_nobody_answered_even_where_that_step_is_a_hole():
    steps = (*chain_of("kay").steps, replace(chain_of("nobody").steps[0], tell_patient=True))
    chain = replace(chain_of("kay"), steps=steps)
    first = advance(alert("E1", NIGHT), chain, CONFIGURATION, NIGHT)
    assert not first.tell_sender
    assert advance(first.alert, chain, CONFIGURATION, NIGHT).tell_sender


def test_nobody_is_told_twice_in_one_step():
    chain = chain_of("lee")
    later = replace(alert("E1", NIGHT), position=1)
    notices = advance(later, chain, CONFIGURATION, NIGHT).notices
    assert sorted(notices, key=str) == sorted(set(notices), key=str)
    assert {notice.person for notice in notices} == {"lee"}


# --- properties -------------------------------------------------------------------------------------------------

PEOPLE = st.lists(st.sampled_from(["kay", "sam", "lee", "robin", "nobody"]), max_size=4)
MOVES = st.lists(st.sampled_from(["advance", "acknowledge", "danger", "worse", "routine"]), max_size=25)


@given(
    keys=PEOPLE, fallback=st.sampled_from(["lee", "nobody"]), moves=MOVES, now=INSTANTS, mode=st.sampled_from(Coverage)
)
def test_an_unclosed_alert_always_has_a_next_action_soon(keys, fallback, moves, now, mode):
    chain = chain_of(*keys, fallback=fallback)
    longest = max([chain.repeat, chain.raise_again_after or chain.repeat, timedelta(minutes=5)])
    standing = alert("U1", now, clinic(mode))
    assert standing.next_action_at is not None
    assert now <= standing.next_action_at <= now + timedelta(hours=25)
    for move in moves:
        match move:
            case "advance":
                now = max(now, standing.next_action_at)
                standing = advance(standing, chain, CONFIGURATION, now).alert
                assert now < standing.next_action_at
            case "acknowledge":
                standing = acknowledge(standing, chain, person="kay", via="sms", now=now)
            case "danger":
                standing = join(standing, met("U8"), RULES, again=True, now=now).alert
            case "worse":
                standing = join(standing, met("E2"), RULES, again=False, now=now).alert
            case _:
                standing = join(standing, met("R6"), RULES, again=False, now=now).alert
        assert standing.status is not AlertStatus.CLOSED
        assert standing.next_action_at is not None
        assert standing.next_action_at <= now + max(longest, timedelta(hours=25))


@given(now=INSTANTS, rounds=st.integers(1, 40), level=st.sampled_from(["E1", "U1"]))
def test_a_chain_never_ends_and_never_goes_by_without_somebody_told(now, rounds, level):
    chain = EMERGENCY if level == "E1" else URGENT
    told = climb(alert(level, now), chain, rounds)
    assert all(people for _, people, _ in told)
    assert all("lee" in people for _, people, _ in told[3:])
    gaps = [later - earlier for (earlier, _, _), (later, _, _) in pairwise(told)]
    assert all(0 < gap <= 30 for gap in gaps)


@given(now=INSTANTS, rule=st.sampled_from(["U1", "U5", "U8", "U14", "E1"]), mode=st.sampled_from(Coverage))
def test_nothing_urgent_waits_beyond_the_next_morning_or_opening(now, rule, mode):
    at = clinic(mode)
    begins = first_action_at(met(rule), CONFIGURATION.chain_for(at, Level.URGENT), at, now)
    assert now <= begins <= now + timedelta(hours=25)
    if begins > now:
        assert coverage.reach(at, now) is coverage.Reach.NOBODY
        assert rule not in {"U8", "E1"}


@given(now=INSTANTS, mode=st.sampled_from(Coverage))
def test_a_routine_item_has_its_hour_too(now, mode):
    standing = alert("R2", now, clinic(mode))
    for _ in range(5):
        due = standing.next_action_at
        assert due is not None
        step = advance(standing, ROUTINE, CONFIGURATION, due)
        assert step.alert.next_action_at is not None
        assert due < step.alert.next_action_at <= due + timedelta(days=6)
        standing = step.alert

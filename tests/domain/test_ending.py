"""How an alert may end, and what has to follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.alert import AlertStatus, Outcome
from followup.domain.ending import (
    Ending,
    FollowOn,
    closed,
    ends_crisis,
    follow_on,
    minutes_since,
    needs_sign_off,
    problems_of,
    reopened,
)
from followup.domain.schedule import Coverage
from followup.domain.tasks import TaskKind, rule_of
from tests.domain.samples import CONFIGURATION, alert, clinic, utc

NOW = utc("2026-11-06T18:00:00-06:00")  # a Friday evening
MONDAY = utc("2026-11-09T08:00:00-06:00")
AT = clinic(Coverage.AROUND_THE_CLOCK)
NEXT_DAY = FollowOn(kind=TaskKind.CALL_NEXT_DAY, due_at=utc("2026-11-07T09:00:00-06:00"))  # closed: at nine
DAY_7 = FollowOn(kind=TaskKind.CALL_DAY_7, due_at=utc("2026-11-13T08:00:00-06:00"))


def again(at=MONDAY):
    return FollowOn(kind=TaskKind.REOPEN, due_at=at)


def rules(*ids: str):
    return [rule for rule in CONFIGURATION.rules if rule.id in ids]


@pytest.mark.parametrize(
    ("rule", "ending", "wrong"),
    [
        ("E1", Ending(outcome=Outcome.REACHED_AND_SAFE, minutes=12), []),
        ("E1", Ending(outcome=Outcome.REACHED_AND_SAFE), ["minutes"]),
        ("U1", Ending(outcome=Outcome.FALSE_ALARM, minutes=1441), ["minutes"]),
        ("R2", Ending(outcome=Outcome.ADVICE_GIVEN), []),
        ("R2", Ending(outcome=Outcome.ADVICE_GIVEN, minutes=-1), ["minutes"]),
        *(
            ("U1", Ending(outcome=outcome, minutes=1), ["outcome"])
            for outcome in (Outcome.ADVICE_GIVEN, Outcome.BOOKED, Outcome.VOICEMAIL, Outcome.RESOLVED_SINCE)
        ),
        ("E2", Ending(outcome=Outcome.NOT_REACHED, minutes=20), ["sign_off"]),
        ("E2", Ending(outcome=Outcome.NOT_REACHED, minutes=20, note="rang twice"), ["sign_off"]),
        ("E2", Ending(outcome=Outcome.NOT_REACHED, minutes=20, note="911 sent for a welfare check"), []),
        ("U1", Ending(outcome=Outcome.NOT_REACHED, minutes=20, note="Police asked to look in, 19:10"), []),
        ("U1", Ending(outcome=Outcome.NOT_REACHED, minutes=20, signed_by="Dr. Lee Chen"), []),
        ("R2", Ending(outcome=Outcome.NOT_REACHED), []),
        ("R2", Ending(outcome=Outcome.VOICEMAIL, retry_at=NOW + timedelta(days=3)), []),
        ("R2", Ending(outcome=Outcome.VOICEMAIL, retry_at=NOW), ["retry_at"]),
        ("R2", Ending(outcome=Outcome.VOICEMAIL, retry_at=NOW + timedelta(days=15)), ["retry_at"]),
        ("R2", Ending(outcome=Outcome.BOOKED, retry_at=NOW + timedelta(days=1)), ["retry_at"]),
        ("E1", Ending(outcome=Outcome.VOICEMAIL), ["outcome", "minutes"]),
    ],
)
def test_what_speaks_against_an_ending(rule, ending, wrong):
    assert [problem.at for problem in problems_of(alert(rule, NOW), ending, NOW)] == wrong
    assert needs_sign_off(alert(rule, NOW), ending) is ("sign_off" in wrong)


@pytest.mark.parametrize(
    ("rule", "outcome", "retry_at", "ahead"),
    [
        ("E2", Outcome.REACHED_AND_SAFE, None, ()),
        ("E2", Outcome.NOT_REACHED, None, (again(),)),
        ("U1", Outcome.NOT_REACHED, None, (again(),)),
        ("U1", Outcome.NOT_REACHED, NOW + timedelta(hours=1), (again(NOW + timedelta(hours=1)),)),
        ("R2", Outcome.NOT_REACHED, None, ()),
        ("R2", Outcome.VOICEMAIL, None, (again(),)),
        ("R2", Outcome.VOICEMAIL, NOW + timedelta(days=5), (again(NOW + timedelta(days=5)),)),
        *(("E1", outcome, None, (NEXT_DAY, DAY_7)) for outcome in (Outcome.REACHED_AND_SAFE, Outcome.HANDED_TO_988)),
        ("E1", Outcome.NOT_REACHED, None, (again(), NEXT_DAY, DAY_7)),
        ("E1", Outcome.FALSE_ALARM, None, ()),
    ],
)
def test_what_has_to_follow(rule, outcome, retry_at, ahead):
    ending = Ending(outcome=outcome, minutes=5, retry_at=retry_at)
    assert follow_on(alert(rule, NOW), ending, rules(rule), AT, NOW) == ahead
    assert ends_crisis(ending, rules(rule)) is (NEXT_DAY in ahead)


def test_a_crisis_among_other_rules_is_one():
    ending = Ending(outcome=Outcome.REACHED_AND_SAFE, minutes=5)
    assert ends_crisis(ending, rules("U1", "E1", "E2"))
    assert not ends_crisis(ending, rules("U6", "U11", "E2", "E3"))


@pytest.mark.parametrize(
    ("closed_at", "next_day", "day_7"),
    [
        ("2026-11-25T10:00:00-06:00", "2026-11-26T09:00:00-06:00", "2026-12-02T08:00:00-06:00"),  # Thanksgiving
        ("2026-10-31T23:30:00-05:00", "2026-11-01T09:00:00-06:00", "2026-11-07T09:00:00-06:00"),  # the clock goes back
        ("2026-11-03T00:10:00-06:00", "2026-11-04T08:00:00-06:00", "2026-11-10T08:00:00-06:00"),
    ],
)
def test_calls_after_a_crisis_keep_the_days_of_the_clinic(closed_at, next_day, day_7):
    ending = Ending(outcome=Outcome.REACHED_AND_SAFE, minutes=5)
    ahead = follow_on(alert("E1", NOW), ending, rules("E1"), AT, utc(closed_at))
    assert [step.due_at for step in ahead] == [utc(next_day), utc(day_7)]


def test_each_call_has_a_reason_of_its_own_so_that_neither_joins_the_other():
    named = [rule_of(kind) for kind in (TaskKind.CALL_NEXT_DAY, TaskKind.CALL_DAY_7)]
    assert len({rule.reason for rule in named if rule is not None}) == 2
    assert rule_of(TaskKind.REOPEN) is None
    assert not {"T1", "T7"} & {rule.id for rule in CONFIGURATION.rules}


def test_closed_and_open_again_it_is_the_same_alert():
    taken = replace(
        alert("U1", NOW),
        status=AlertStatus.ACKNOWLEDGED,
        acknowledged_by="Kay Miller",
        acknowledged_at=NOW,
        acknowledged_via="sms",
        duty_of="nurses",
    )
    ended = closed(
        taken, Ending(outcome=Outcome.NOT_REACHED, minutes=9, note="911"), by="Sam Ortiz", via="page", now=NOW
    )
    assert (ended.acknowledged_by, ended.closed_by, ended.next_action_at, ended.duty_of) == (
        "Kay Miller",
        "Sam Ortiz",
        None,
        None,
    )
    back = reopened(ended, begins=MONDAY, now=MONDAY)
    assert (back.id, back.code, back.status, back.raises) == (taken.id, taken.code, AlertStatus.OPEN, 1)
    assert (back.outcome, back.closed_by, back.closed_at, back.note, back.acknowledged_by) == (None,) * 5
    assert (back.position, back.next_action_at) == (0, MONDAY)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (1, 1), (60, 1), (61, 2), (490, 9), (10**6, 1440)])
def test_minutes_that_nobody_named(seconds, minutes):
    taken = replace(alert("E1", NOW), acknowledged_at=NOW)
    assert minutes_since(taken, NOW + timedelta(seconds=seconds)) == minutes

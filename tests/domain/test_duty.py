"""Exceptions to a rota, what staff text about the duty, and the hour of the weekly test page, as tables of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from followup.domain.duty import DutyChange, DutyKind, hours_of, objection, relieved, with_changes
from followup.domain.duty_words import CoverUntil, SwapDay, TakeOver, duty_request, until
from followup.domain.escalation import ways_of
from followup.domain.oncall import on_duty
from followup.domain.page_test import next_test_at, whom
from followup.domain.people import Channel
from followup.domain.schedule import Way, WeeklyPage
from tests.domain.samples import CLINIC, CONFIGURATION, utc

NOW = utc("2026-11-22T09:00:00-06:00")  # a Sunday of Sam's
NAMES = {key: member.name for key, member in CONFIGURATION.staff.items()}
ROTA = CONFIGURATION.rotas["nurses"]


def change(person: str = "lee", start: datetime = NOW, hours: float = 22, **more: object) -> DutyChange:
    plain = DutyChange(
        id="c1",
        clinic="prairie",
        rota="nurses",
        start=start,
        end=start + timedelta(hours=hours),
        person=person,
        kind=DutyKind.COVER,
        made_at=NOW,
        made_by="staff:lee",
        via="page",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def test_the_newest_exception_counts_and_the_older_one_after_it():
    newest, older = change("robin", hours=2), change("lee", hours=4)
    rota = with_changes(CONFIGURATION, [newest, older]).rotas["nurses"]
    assert [on_duty(rota, NOW + timedelta(hours=hour)) for hour in (0, 1.9, 2, 3.9, 4)] == [
        "robin",
        "robin",
        "lee",
        "lee",
        "sam",
    ]


@pytest.mark.parametrize(
    ("person", "absent", "expected"),
    [("lee", (), "lee"), ("nobody known", (), "sam"), ("lee", ("lee",), "sam"), ("lee", ("sam",), "lee")],
)
def test_an_exception_for_somebody_who_cannot_have_it_is_passed_over(person, absent, expected):
    rota = with_changes(CONFIGURATION, [change(person)], absent).rotas["nurses"]
    assert on_duty(rota, NOW) == expected


def test_an_exception_of_another_rota_changes_nothing():
    rota = with_changes(CONFIGURATION, [change(rota="doctors")]).rotas["nurses"]
    assert on_duty(rota, NOW) == "sam"


@pytest.mark.parametrize(
    ("wanted", "standing", "why"),
    [
        (change(), (), None),
        (change(hours=0), (), "the end must come after the start"),
        (change(start=NOW - timedelta(hours=5), hours=4), (), "that time has passed"),
        (change(hours=28 * 24), (), None),
        (
            change(hours=28 * 24 + 1),
            (),
            "an exception lasts at most 28 days; change the rota in schedules.yaml instead",
        ),
        (change("sam"), (), "Sam Ortiz has nurses in all of that time already"),
        (change("sam", hours=23), (), None),
        (
            change(),
            (change("kay", NOW + timedelta(hours=1), 1),),
            "Kay Miller has nurses from Sun 22 Nov 10:00 to Sun 22 Nov 11:00 by another exception; withdraw that first",
        ),
        (change(), (change("kay", NOW + timedelta(hours=22), 1),), None),  # one ends as the other begins
        (change(), (change("kay", rota="doctors"),), None),
        (change(kind=DutyKind.TAKE_OVER), (change("kay"),), None),  # whoever takes over now need not ask
    ],
)
def test_what_speaks_against_an_exception(wanted, standing, why):
    assert objection(ROTA, wanted, standing, NAMES) == why


def test_whom_an_exception_relieves():
    assert relieved(ROTA, change("lee", hours=30)) == ("sam", "kay")
    assert relieved(ROTA, change("sam", hours=30)) == ("kay",)


def test_the_hours_of_a_person_over_all_rotas():
    twice = replace(CONFIGURATION, rotas={"nurses": ROTA, "leads": replace(ROTA, key="leads", people=("sam",))})
    found = hours_of(twice, "sam", NOW, NOW + timedelta(hours=1))
    assert [shift.rota for shift in found] == ["leads", "nurses"]


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("take over", TakeOver()),
        ("Take over now.", TakeOver()),
        ("TAKEOVER", TakeOver()),
        ("I take over", TakeOver()),
        ("take over nurses", TakeOver(rota="nurses")),
        ("take over the nurses rota now", TakeOver(rota="nurses")),
        ("cover", TakeOver()),
        ("cover nurses", TakeOver(rota="nurses")),
        ("cover until 07:00", CoverUntil(at=time(7))),
        ("cover until 7", CoverUntil(at=time(7))),
        ("Cover till 7 pm!", CoverUntil(at=time(19))),
        ("cover until 12am", CoverUntil(at=time(0))),
        ("cover nurses until 19:30", CoverUntil(at=time(19, 30), rota="nurses")),
        ("cover until 2026-12-24 07:00", CoverUntil(at=time(7), day=date(2026, 12, 24))),
        ("swap 2026-12-24 with sam", SwapDay(day=date(2026, 12, 24), other="sam")),
        ("Swap 2026-12-24 with Dr. Lee Chen", SwapDay(day=date(2026, 12, 24), other="dr. lee chen")),
        (
            "swap 2026-12-24 with sam for 2026-12-26",
            SwapDay(day=date(2026, 12, 24), other="sam", in_return=date(2026, 12, 26)),
        ),
    ],
)
def test_what_is_asked_for(text, expected):
    assert duty_request(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "K7RD",
        "take K7RD",
        "take over the world please and thank you",
        "ok",
        "cover until 25:00",
        "cover until 13pm",
        "cover until 07:75",
        "cover until 2026-13-01 07:00",
        "swap 2026-12-24",
        "swap 2026-02-30 with sam",
        "swap 2026-12-24 with sam for 2026-02-30",
        "can you cover for me until 7?",
        "she took over her whole dose",
    ],
)
def test_what_is_about_something_else(text):
    assert duty_request(text) is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (CoverUntil(at=time(19)), "2026-11-22T19:00:00-06:00"),
        (CoverUntil(at=time(9)), "2026-11-23T09:00:00-06:00"),  # nine o'clock is now: the next one is meant
        (CoverUntil(at=time(7)), "2026-11-23T07:00:00-06:00"),
        (CoverUntil(at=time(7), day=date(2026, 11, 25)), "2026-11-25T07:00:00-06:00"),
        (CoverUntil(at=time(2, 30), day=date(2027, 3, 14)), "2027-03-14T03:30:00-05:00"),  # an hour that is left out
    ],
)
def test_until_when_a_cover_lasts(asked, expected):
    assert until(asked, NOW, "America/Chicago") == utc(expected)


# --- a person's own order of ways -----------------------------------------------------------------------

SMS, VOICE, EMAIL = Channel.SMS, Channel.VOICE, Channel.EMAIL


def way(channel: Channel, minutes: int = 0) -> Way:
    return Way(channel=channel, after=timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("contact", "step", "expected"),
    [
        ((), (SMS, EMAIL), [way(SMS), way(EMAIL)]),
        ((way(SMS), way(VOICE, 2), way(EMAIL, 3)), (SMS, VOICE, EMAIL), [way(SMS), way(VOICE, 2), way(EMAIL, 3)]),
        ((way(EMAIL), way(SMS)), (SMS, EMAIL), [way(EMAIL), way(SMS)]),
        # What the step does not name does not come; what the person does not name comes at once.
        ((way(SMS), way(VOICE, 2)), (SMS, EMAIL), [way(SMS), way(EMAIL)]),
        # A step that uses only the later ways does not wait for the earlier ones.
        ((way(SMS), way(VOICE, 2), way(EMAIL, 5)), (VOICE, EMAIL), [way(VOICE), way(EMAIL, 3)]),
    ],
)
def test_by_which_ways_a_person_is_told(contact, step, expected):
    kay = replace(CONFIGURATION.staff["kay"], contact=contact)
    assert list(ways_of(kay, step)) == expected


def test_a_way_without_an_address_is_left_out():
    kay = replace(CONFIGURATION.staff["kay"], email=None, contact=(way(EMAIL), way(SMS, 5)))
    assert list(ways_of(kay, (SMS, EMAIL))) == [way(SMS)]


# --- the weekly test page ----------------------------------------------------------------------------

WEDNESDAY = replace(CLINIC, test_page=WeeklyPage(weekday=2, at=time(10)))


@pytest.mark.parametrize(
    ("now", "last", "expected"),
    [
        ("2026-11-22T09:00:00-06:00", None, "2026-11-25T10:00:00-06:00"),
        ("2026-11-25T10:00:00-06:00", None, "2026-11-25T10:00:00-06:00"),
        ("2026-11-25T11:59:00-06:00", None, "2026-11-25T10:00:00-06:00"),  # still goes
        ("2026-11-25T12:00:00-06:00", None, "2026-12-02T10:00:00-06:00"),  # too late: the next week
        ("2026-11-25T10:00:00-06:00", date(2026, 11, 25), "2026-12-02T10:00:00-06:00"),
        ("2026-11-25T09:00:00-06:00", date(2026, 11, 18), "2026-11-25T10:00:00-06:00"),
        ("2026-11-10T09:00:00-06:00", None, "2026-11-12T10:00:00-06:00"),  # the 11th is a holiday
        ("2026-11-12T10:30:00-06:00", date(2026, 11, 12), "2026-11-18T10:00:00-06:00"),
        ("2026-03-10T09:00:00-05:00", None, "2026-03-11T10:00:00-05:00"),  # by the clock on the wall
        ("2026-10-28T11:00:00-05:00", date(2026, 10, 28), "2026-11-04T10:00:00-06:00"),
    ],
)
def test_when_the_test_page_goes(now, last, expected):
    assert next_test_at(WEDNESDAY, last, utc(now)) == utc(expected)


def test_a_clinic_that_asks_for_none_gets_none():
    assert next_test_at(CLINIC, None, NOW) is None


def test_whoever_is_on_duty_is_tested_once_for_all_their_rotas():
    rotas = {"nurses": ROTA, "leads": replace(ROTA, key="leads", people=("lee",))}
    found = whom(replace(CLINIC, chains={}), replace(CONFIGURATION, rotas=rotas, chains={}), NOW)
    assert found == {"sam": ("nurses",), "lee": ("leads",)}
    both = {"nurses": ROTA, "leads": replace(ROTA, key="leads", people=("sam",))}
    assert whom(CLINIC, replace(CONFIGURATION, rotas=both, chains={}), NOW) == {"sam": ("nurses", "leads")}

"""Calendars and contact cards, to the letter of what phones read."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.content_lines import Event, calendar, contact_card
from tests.domain.samples import utc

START = datetime(2026, 3, 7, 7, tzinfo=ZoneInfo("America/Chicago"))
DUTY = Event(uid="nurses-1@x", start=START, end=START + timedelta(days=1), summary="On duty: nurses")


def unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def test_a_calendar_says_instants_so_that_a_clock_change_moves_nothing():
    """07:00 on the day before the change is 13:00 UTC, and on the day after it 12:00: the shift has 23 hours."""
    shift = Event(uid="u", start=utc("2026-03-07T07:00:00-06:00"), end=utc("2026-03-08T07:00:00-05:00"), summary="x")
    lines = unfolded(calendar("Duty", [shift], made_at=utc("2026-03-01T00:00:00+00:00")))
    assert "DTSTART:20260307T130000Z" in lines
    assert "DTEND:20260308T120000Z" in lines
    assert "DTSTAMP:20260301T000000Z" in lines


def test_a_calendar_in_order():
    lines = unfolded(calendar("Duty of Kay", [DUTY], made_at=START))
    assert lines[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//followup//duty//EN", "CALSCALE:GREGORIAN"]
    assert lines[-10:] == [
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "UID:nurses-1@x",
        "DTSTAMP:20260307T130000Z",
        "DTSTART:20260307T130000Z",
        "DTEND:20260308T120000Z",  # a day on the wall, which had 23 hours
        "SUMMARY:On duty: nurses",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("A, B; C", "A\\, B\\; C"),
        ("back\\slash", "back\\\\slash"),
        ("two\nlines\r\nmore", "two\\nlines\\nmore"),
        ("END:VCALENDAR", "END:VCALENDAR"),
    ],
)
def test_nothing_in_a_name_ends_its_line(name, written):
    lines = unfolded(calendar(name, [], made_at=START))
    assert f"X-WR-CALNAME:{written}" in lines
    assert lines.count("END:VCALENDAR") == 1


def test_a_contact_card():
    lines = unfolded(contact_card("ALERT Prairie Clinic", "Prairie Clinic", ["+13125550199", "+13125550100"], "a; b"))
    assert lines == [
        "BEGIN:VCARD",
        "VERSION:3.0",
        "N:ALERT Prairie Clinic;;;;",
        "FN:ALERT Prairie Clinic",
        "ORG:Prairie Clinic",
        "TEL;TYPE=CELL,VOICE:+13125550199",
        "TEL;TYPE=CELL,VOICE:+13125550100",
        "NOTE:a\\; b",
        "END:VCARD",
    ]


@given(name=st.text(max_size=200))
def test_no_line_is_longer_than_75_octets_and_nothing_is_lost(name):
    text = calendar(name, [], made_at=START)
    raw = text.split("\r\n")
    assert all(len(line.encode("utf-8", "surrogatepass")) <= 75 for line in raw)
    assert sum(line.startswith("X-WR-CALNAME:") for line in unfolded(text)) == 1

"""Dates and times as exports write them, one by one and as columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followup.intake.found import DayOrder, Unreadable
from tests.intake.files import ENDED, PRAIRIE, ROW, csv, only, read, refusals, warnings

DAY_FIRST = replace(PRAIRIE, order=DayOrder.DAY_FIRST)
MONTH_FIRST = replace(PRAIRIE, order=DayOrder.MONTH_FIRST)


def ended(text: str) -> str:
    return csv(ROW | {"Infusion End": text})


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 15:04",
        "2026-11-22T15:04",
        "2026-11-22T15:04:00",
        "2026-11-22T15:04:00.000",
        "2026-11-22T15:04:00-06:00",
        "2026-11-22 15:04:00 -0600",
        "2026-11-22T21:04:00Z",
        "2026-11-22 21:04 UTC",
        "2026-11-22T15:04:00-06:00[America/Chicago]",
        "2026-11-22 15:04 CST",
        "2026/11/22 15:04",
        "2026.11.22 3:04 PM",
        "20261122 15:04",
        "20261122150400",
        "202611221504",
        "20261122150400-0600",
        "20261122T150400",
        "11/22/2026 15:04",
        "11/22/2026 3:04 PM",
        "11/22/2026 3:04PM",
        "11/22/2026 3:04:00 p.m.",
        "11/22/2026, 3:04 PM",
        "11/22/26 3:04 PM",
        "11-22-2026 15:04",
        "22/11/2026 15:04",
        "22.11.2026 15:04",
        "22/11/2026 3:04 p. m.",
        "22-11-2026 15:04 hrs",
        "Sun 11/22/2026 3:04 PM",
        "Sunday, 11/22/2026 3:04 PM",
        "domingo, 22/11/2026 15:04",
        "Nov 22, 2026 3:04 PM",
        "November 22 2026 15:04",
        "22-Nov-2026 15:04",
        "22 Nov 2026 15:04",
        "22 de noviembre de 2026, 15:04",
        "22 de noviembre de 2026 a las 15:04",
        "46348.627777777778",
        "46348.62777778",
        "46348,62777778",
        "\u00a011/22/2026\u202f3:04\u202fPM ",
        "11/22/2026 15:04 PM",
    ],
)
def test_the_end_of_an_infusion_is_read(text):
    assert only(ended(text))["ended_at"] == ENDED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("22/11/2026", "a date and no time of day"),
        ("2026-11-22", "a date and no time of day"),
        ("22/11/2026 12:00:00 AM", "midnight"),
        ("46348", "a date and no time of day"),
        ("3:04 PM", "a time of day and no date"),
        ("yesterday", "not a date"),
        ("2026-02-30 15:04", "no day of the calendar"),
        ("31/31/2026 15:04", "does not fit dates written"),
        ("2026-11-22 25:04", "not a time"),
        ("2026-11-22 15:64", "not a time"),
        ("2026-11-22 15:04 EST", "time zone that the clinic does not have"),
        ("2026-07-22 15:04 CST", "time zone that the clinic does not have"),
        ("2026-11-22 15:04 +19:00", "an offset that no place"),
        ("2026-11-22 15:04 soon", "not a time"),
        ("22/11/98 15:04", "two digits"),
        ("26/11/22 15:04", "two digits"),
        ("15 PM in the afternoon", "not a time"),
        ("15:04 AM", "AM of an hour after noon"),
        ("#VALUE!", "an error of Excel's (#VALUE!)"),
        ("########", "an error of Excel's (####)"),
        ("=NOW()", "a formula"),
        ("", "is empty"),
        ("n/a", "is empty"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text, reason):
    (told,) = refusals(ended(text), DAY_FIRST)
    assert told.startswith("line 2, column E (Infusion End): ")
    assert reason in told


def column(*texts: str) -> str:
    return csv(*(ROW | {"Visit ID": f"V-{n}", "Infusion End": text} for n, text in enumerate(texts)))


def test_one_date_that_shows_the_order_decides_for_the_whole_column():
    for texts in (("11/02/2026 15:04", "11/22/2026 15:04"), ("02/11/2026 15:04", "22/11/2026 15:04")):
        drafts = read(column(*texts)).drafts
        assert [(draft.raw or {})["ended_at"][:10] for draft in drafts] == ["2026-11-02", "2026-11-22"]


def test_dates_that_show_no_order_are_refused_until_it_is_said():
    with pytest.raises(Unreadable, match="--dates mdy or --dates dmy"):
        read(column("11/02/2026 15:04", "03/04/2026 15:04"))
    assert only(column("11/02/2026 15:04"), MONTH_FIRST)["ended_at"].startswith("2026-11-02")
    assert only(column("11/02/2026 15:04"), DAY_FIRST)["ended_at"].startswith("2026-02-11")


def test_a_date_that_reads_the_same_in_both_ways_needs_no_order():
    assert only(column("11/11/2026 15:04"))["ended_at"].startswith("2026-11-11")


def test_a_column_with_both_orders_is_refused_and_with_an_order_only_the_rows_that_do_not_fit():
    text = column("11/22/2026 15:04", "22/11/2026 15:04")
    with pytest.raises(Unreadable, match="some dates begin with the month, others with the day"):
        read(text)
    assert [draft.raw is None for draft in read(text, MONTH_FIRST).drafts] == [False, True]


def test_another_column_of_the_same_export_may_show_the_order():
    row = ROW | {"Infusion End": "03/04/2026 15:04", "DOB": "05/31/1984"}
    assert only(csv(row))["ended_at"].startswith("2026-03-04")
    row = ROW | {"Infusion End": "03/04/2026 15:04", "DOB": "31/05/1984"}
    assert only(csv(row))["ended_at"].startswith("2026-04-03")


def test_an_open_birth_date_alone_costs_nobody_the_follow_up():
    text = csv(ROW | {"DOB": "05/06/1984"})
    assert "birth_date" not in only(text)["patient"]
    assert warnings(text) == ["line 2, column G (DOB): can be read with the month or the day first; it was left out"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [("5/31/1984", "1984-05-31"), ("31.05.1984", "1984-05-31"), ("1984-05-31", "1984-05-31"), ("30833", "1984-05-31"),
     ("31 de mayo de 1984", "1984-05-31"), ("5/31/84", None), ("2084-05-31", None), ("soon", None)],
)  # fmt: skip
def test_birth_dates(text, taken):
    assert only(csv(ROW | {"DOB": text}))["patient"].get("birth_date") == taken


@pytest.mark.parametrize(
    "text", ["3:04 PM", "15:04", "1504", "15:04:00", "0.627777777777778", "15h04", "3:04 p. m.", "3:04p"]
)
def test_a_time_of_day_stands_on_the_date_of_service(text):
    row = {heading: cell for heading, cell in ROW.items() if heading != "Infusion End"}
    assert only(csv(row | {"Date of Service": "11/22/2026", "End Time": text}))["ended_at"] == ENDED


def test_a_date_of_service_with_a_midnight_takes_its_time_from_the_other_column():
    row = {heading: cell for heading, cell in ROW.items() if heading != "Infusion End"}
    text = csv(row | {"Date of Service": "11/22/2026 12:00:00 AM", "End Time": "3:04 PM", "Discharge Time": "3:40 PM"})
    assert only(text)["ended_at"] == ENDED
    assert only(text)["discharged_at"] == "2026-11-22T21:40:00+00:00"


def test_an_end_on_another_day_than_the_service_is_refused():
    assert "another day than the date of service" in refusals(csv(ROW | {"Date of Service": "2026-11-12"}))[0]


def test_a_clock_of_twelve_hours_without_am_and_pm_is_refused():
    with pytest.raises(Unreadable, match="12-hour clock"):
        read(column("11/22/2026 3:04", "11/22/2026 11:30"))
    told = refusals(column("11/22/2026 3:04 PM", "11/22/2026 3:04"))
    assert told == ["line 3, column E (Infusion End): does not say AM or PM, as others in this column do"]
    assert refusals(column("11/22/2026 9:30", "11/22/2026 15:04")) == []


@pytest.mark.parametrize(
    ("text", "taken", "warning"),
    [
        ("2026-03-08 02:30", "2026-03-08T08:30:00+00:00", "left out"),
        ("2026-11-01 01:30", "2026-11-01T06:30:00+00:00", "came twice"),
        ("2026-11-01 01:30 CST", "2026-11-01T07:30:00+00:00", "came twice"),
        ("2026-11-01 01:30 -06:00", "2026-11-01T07:30:00+00:00", None),
        ("2026-11-01 03:30", "2026-11-01T09:30:00+00:00", None),
    ],
)
def test_hours_of_a_clock_change(text, taken, warning):
    content = ended(text)
    assert only(content)["ended_at"] == taken
    told = warnings(content)
    if warning is None or "CST" in text:
        assert told == []
    else:
        assert warning in told[0]

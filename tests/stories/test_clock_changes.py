"""Both clock changes, in a northern and a southern zone, and in one that has none.

The hours are worked out here from the zone database alone: whatever the service thinks of zones, a patient's
ten o'clock is what their own clock shows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.clinic import Clinic, Clock, PatientPerson

#: The day on whose night the clocks move, or the same day where they do not.
CHANGES = [
    pytest.param("America/Chicago", date(2026, 11, 1), timedelta(hours=25), id="north-back"),
    pytest.param("America/Chicago", date(2027, 3, 14), timedelta(hours=23), id="north-forward"),
    pytest.param("Australia/Sydney", date(2026, 10, 4), timedelta(hours=23), id="south-forward"),
    pytest.param("Australia/Sydney", date(2027, 4, 4), timedelta(hours=25), id="south-back"),
    pytest.param("America/Phoenix", date(2026, 11, 1), timedelta(hours=24), id="none-autumn"),
    pytest.param("America/Phoenix", date(2027, 3, 14), timedelta(hours=24), id="none-spring"),
]


def _wall(patient: PatientPerson) -> list[str]:
    """When each text came, on the patient's own clock."""
    return [f"{at.astimezone(ZoneInfo(patient.zone)):%d %H:%M}" for at, _ in patient.received()]


def _instant(day: date, hour: int, zone: str, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(("zone", "day", "length"), CHANGES)
def test_the_morning_after_a_change_is_at_ten_once(
    clinic_at: Callable[..., Clinic], zone: str, day: date, length: timedelta
) -> None:
    midnight, next_midnight = _instant(day, 0, zone).timestamp(), _instant(day + timedelta(days=1), 0, zone).timestamp()
    assert timedelta(seconds=next_midnight - midnight) == length, "the day is as long as the story says"
    eve = day - timedelta(days=1)
    clinic = clinic_at(_instant(eve, 11, zone))
    clock, pat = Clock(clinic), clinic.patient("Pat", baseline=5, zone=zone)
    clinic.infusion(pat)
    clock.until(_instant(eve, 15, zone))
    pat.answers_check_in()
    pat.expects_sms("thanks")
    clock.until(_instant(day, 23, zone))
    pat.expects_sms("how strong is your pain right now?")
    pat.expects_sms("when you can")
    assert _wall(pat) == [f"{eve:%d} 15:00", f"{eve:%d} 15:00", f"{day:%d} 10:00", f"{day:%d} 14:00"]


@pytest.mark.parametrize(("zone", "day", "length"), CHANGES)
def test_a_course_across_a_change_keeps_its_hours(
    clinic_at: Callable[..., Clinic], zone: str, day: date, length: timedelta
) -> None:
    first = day - timedelta(days=2)
    clinic = clinic_at(_instant(first, 11, zone))
    clock, pat = Clock(clinic), clinic.patient("Pat", baseline=5, zone=zone)
    clinic.infusion(pat)
    hours = {}
    for key, offset, hour in (("C1", 0, 15), ("C2", 1, 10), ("C3", 3, 11), ("C4", 7, 11)):
        clock.to_check_in(pat, key)
        hours[key] = f"{clock.now().astimezone(ZoneInfo(zone)):%d %H:%M}"
        assert hours[key] == f"{first + timedelta(days=offset):%d} {hour}:00"
        assert pat.open_check_in is not None
    pat.answers_check_in()
    pat.expects_sms("glad")


@pytest.mark.parametrize(("zone", "day", "length"), CHANGES)
def test_an_infusion_in_the_night_of_a_change_is_asked_about_at_nine(
    clinic_at: Callable[..., Clinic], zone: str, day: date, length: timedelta
) -> None:
    clinic = clinic_at(_instant(day, 0, zone, 30))
    clock, pat = Clock(clinic), clinic.patient("Pat", baseline=5, zone=zone)
    clinic.infusion(pat)
    clock.until(_instant(day, 8, zone, 59))
    pat.expects_nothing()
    clock.until(_instant(day, 9, zone))
    pat.answers_check_in()
    pat.expects_sms("thanks")
    clock.until(_instant(day + timedelta(days=1), 10, zone))
    pat.answers_check_in()
    pat.expects_sms("glad")
    assert _wall(pat)[0] == f"{day:%d} 09:00"


@pytest.mark.parametrize(("zone", "day", "length"), CHANGES)
def test_a_reminder_a_day_later_comes_at_the_same_hour_or_inside_the_window(
    clinic_at: Callable[..., Clinic], zone: str, day: date, length: timedelta
) -> None:
    first = day - timedelta(days=8)  # C4 falls on the eve of the change
    clinic = clinic_at(_instant(first, 11, zone))
    clock, pat = Clock(clinic), clinic.patient("Pat", baseline=5, zone=zone)
    clinic.infusion(pat)
    clock.to_check_in(pat, "C4")
    pat.expects_sms("on average in the last 24 hours")
    clock.until(_instant(day, 20, zone))
    pat.expects_sms("when you can")
    (reminded, _) = pat.received()[-1]
    assert reminded - pat.received()[-2][0] == timedelta(hours=24)
    local = reminded.astimezone(ZoneInfo(zone))
    assert local.date() == day
    assert 9 <= local.hour < 20


def test_the_rota_hands_over_at_its_wall_time_on_the_night_of_a_change(clinic_at: Callable[..., Clinic]) -> None:
    day = date(2026, 11, 1)
    clinic = clinic_at(_instant(day, 6, "America/Chicago", 30))
    clock, pat = Clock(clinic), clinic.patient("Pat", baseline=5)
    clinic.infusion(pat, ended=_instant(day - timedelta(days=1), 16, "America/Chicago"))
    before = clinic.on_duty()
    pat.replies("chest pain")
    pat.expects_sms("may be an emergency")
    code = before.takes("emergency")
    before.closes(code)
    clock.until(_instant(day, 7, "America/Chicago"))
    after = clinic.on_duty()
    assert after is not before
    pat.replies("chest pain again")
    pat.expects_sms("may be an emergency")
    after.takes("emergency")

"""When a clinic is open and who can be promised what."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from followup.domain import windows
from followup.domain.schedule import Clinic, Coverage

#: From here on a day counts as evening: the usual end of business hours.
EVENING = time(17)


class Reach(StrEnum):
    """Who can be reached at an instant: the open clinic, somebody on call, or nobody."""

    OPEN = "open"
    ON_CALL = "on_call"
    NOBODY = "nobody"


def is_business_day(clinic: Clinic, day: date) -> bool:
    """Whether the clinic opens on `day`."""
    return day.weekday() in clinic.hours and day not in clinic.holidays


def is_open(clinic: Clinic, now: datetime) -> bool:
    """Whether the clinic is open at `now`."""
    day = windows.local_date(now, clinic.timezone)
    return is_business_day(clinic, day) and windows.inside(now, clinic.hours[day.weekday()], clinic.timezone)


def reach(clinic: Clinic, now: datetime) -> Reach:
    """Who can be reached at `now` under the clinic's coverage mode."""
    if is_open(clinic, now):
        return Reach.OPEN
    if clinic.coverage is Coverage.AROUND_THE_CLOCK:
        return Reach.ON_CALL
    if clinic.coverage is Coverage.EXTENDED and windows.inside(now, clinic.extended_hours, clinic.timezone):
        return Reach.ON_CALL
    return Reach.NOBODY


def reachable_in_the_evening(clinic: Clinic, day: date) -> bool:
    """Whether somebody can be reached after 17:00 on `day`: on call, in long hours, or by an answering service."""
    if clinic.coverage is Coverage.AROUND_THE_CLOCK or clinic.answering_service:
        return True
    if clinic.coverage is Coverage.EXTENDED and clinic.extended_hours.end > EVENING:
        return True
    return is_business_day(clinic, day) and clinic.hours[day.weekday()].end > EVENING


def next_opening(clinic: Clinic, now: datetime) -> datetime:
    """The next instant at which the clinic opens, after `now`; a week ahead where it never opens."""
    today = windows.local_date(now, clinic.timezone)
    for offset in range(30):
        day = today + timedelta(days=offset)
        if not is_business_day(clinic, day):
            continue
        opening = windows.instant_of(day, clinic.hours[day.weekday()].start, clinic.timezone)
        if opening > now:
            return opening
    return now + timedelta(days=7)


def end_of_business_day(clinic: Clinic, now: datetime, *, days_ahead: int) -> datetime:
    """The closing time of the `days_ahead`-th business day after the local day of `now`."""
    day = windows.local_date(now, clinic.timezone)
    left = days_ahead
    for _ in range(60):
        day += timedelta(days=1)
        if is_business_day(clinic, day):
            left -= 1
        if left <= 0 and is_business_day(clinic, day):
            return windows.instant_of(day, clinic.hours[day.weekday()].end, clinic.timezone)
    return now + timedelta(days=days_ahead)


def next_business_day(clinic: Clinic, day: date) -> date:
    """`day` itself when the clinic opens on it, else the next day on which it does."""
    for offset in range(30):
        candidate = day + timedelta(days=offset)
        if is_business_day(clinic, candidate):
            return candidate
    return day

"""The weekly test page: when it goes, and to whom. Whoever is on duty must answer it, as they would a real one.

services.test_page sends it and waits for the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from followup.domain import coverage, oncall, windows
from followup.domain.schedule import Clinic, Configuration

#: One that could not go at its hour still goes this long after it; later it waits for the next week.
STILL_GOES = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTest:
    """One test notice to one person, who is on duty in `rotas`. Nothing in it is about a patient.

    It is to be answered, by `code` or by the link in it, until `due_at`. `missed_at`: it was not, and those in
    charge were told.
    """

    id: str
    clinic: str
    person: str
    rotas: tuple[str, ...]
    code: str
    token_hash: str
    sent_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_via: str | None = None
    missed_at: datetime | None = None


def next_test_at(clinic: Clinic, last: date | None, now: datetime) -> datetime | None:
    """When the clinic's next test page is due; in the past where it is due now. None where the file asks for none.

    `last` is the clinic's day of the last one.
    """
    if clinic.test_page is None:
        return None
    today = windows.local_date(now, clinic.timezone)
    monday = today - timedelta(days=today.weekday())
    for week in range(-1, 8):
        day = coverage.next_business_day(clinic, monday + timedelta(weeks=week, days=clinic.test_page.weekday))
        due = windows.instant_of(day, clinic.test_page.at, clinic.timezone)
        if due + STILL_GOES > now and (last is None or last < day):
            return due
    return None


def whom(clinic: Clinic, configuration: Configuration, now: datetime) -> dict[str, tuple[str, ...]]:
    """Staff keys of everybody on duty for the clinic at `now`, each with the rotas in which they are."""
    found: dict[str, tuple[str, ...]] = {}
    for rota in oncall.rotas_of(clinic, configuration):
        person = oncall.on_duty(rota, now)
        if person is not None and person in configuration.staff:
            found[person] = (*found.get(person, ()), rota.key)
    return found

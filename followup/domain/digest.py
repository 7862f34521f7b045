"""The morning digest: when it goes, to whom, and what it counts. services.send_digest calls it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from followup.domain import coverage, windows
from followup.domain.alert import Alert
from followup.domain.level import Level
from followup.domain.lists import EveningEntry, RoutineEntry
from followup.domain.oncall import people_of
from followup.domain.people import Channel
from followup.domain.schedule import Clinic, Configuration

#: Roles that get the digest, beside those whom the clinic's routine chain tells of its work list.
ROLES = frozenset({"clinician", "manager"})

#: A service that has sent no digest yet does not begin with this morning's when the clinic opened longer ago.
FIRST_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a digest says; numbers only.

    `pressing`: emergency and urgent alerts not closed; `routine`: routine ones, `overdue` of them overdue;
    `seen`: patients treated lately, `silent` of them neither answered nor were spoken with since.
    """

    pressing: int
    routine: int
    overdue: int
    seen: int
    silent: int


def counts(alerts: Iterable[Alert], routine: Iterable[RoutineEntry], evening: Iterable[EveningEntry]) -> Counts:
    """The numbers of one clinic; `alerts` are those not closed."""
    waiting, treated = list(routine), list(evening)
    return Counts(
        pressing=sum(alert.level.at_least(Level.URGENT) for alert in alerts),
        routine=len(waiting),
        overdue=sum(entry.overdue for entry in waiting),
        seen=len(treated),
        silent=sum(not entry.heard_of for entry in treated),
    )


def next_digest_at(clinic: Clinic, last: date | None, now: datetime) -> datetime | None:
    """When the clinic's next digest is due; in the past where it is due now. None for a clinic that never opens.

    `last` is the clinic's day of the last one. One that could not go at opening still goes until closing; those
    of days gone by are not sent any more.
    """
    if not clinic.hours:
        return None
    today = windows.local_date(now, clinic.timezone)
    if coverage.is_business_day(clinic, today) and (last is None or last < today):
        hours = clinic.hours[today.weekday()]
        opening = windows.instant_of(today, hours.start, clinic.timezone)
        closing = windows.instant_of(today, hours.end, clinic.timezone)
        if now < (closing if last is not None else opening + FIRST_WITHIN):
            return opening
    return coverage.next_opening(clinic, now)


def readers(configuration: Configuration, clinic: Clinic, now: datetime) -> tuple[str, ...]:
    """Staff keys of those who get the clinic's digest: by role, and whom its work list tells; with an address only."""
    by_role = [member.key for member in configuration.staff.values() if member.role in ROLES]
    work_list = configuration.chain_for(clinic, Level.ROUTINE).work_list
    targets = work_list.targets if work_list is not None else ()
    told = [person for target in targets for person in people_of(target, configuration, now)]
    return tuple(
        person for person in dict.fromkeys(by_role + told) if configuration.staff[person].address(Channel.EMAIL)
    )

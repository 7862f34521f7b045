"""Who is on duty: by turn, on holidays, by exception. Escalation, pages, calendars and preflight ask.

Wall times are those of the rota's zone; a hand-over that a clock change leaves out comes when the clock has moved on,
one that comes twice counts the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from followup.domain import windows
from followup.domain.level import Level
from followup.domain.schedule import Chain, Clinic, Configuration, HandOver, Rota, Step, Target, TargetKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From `start` until just before `end` one person has the duty of a rota; `person` None: nobody has."""

    rota: str
    start: datetime
    end: datetime
    person: str | None


def on_duty(rota: Rota, now: datetime) -> str | None:
    """The staff key of the person on duty at `now`, overrides first; None where there is nobody."""
    person = _planned(rota, now)
    return None if person in rota.absent else person


def next_on_duty(rota: Rota, now: datetime) -> str | None:
    """The next in turn who is not the one on duty, whoever an override stands in for last; else the same person."""
    present = on_duty(rota, now)
    for ahead in range(1, len(rota.people) + 1):
        candidate = _in_turn(rota, now, ahead=ahead)
        if candidate != present and candidate not in rota.absent:
            return candidate
    return present


def people_of(target: Target, configuration: Configuration, now: datetime) -> tuple[str, ...]:
    """The staff keys whom a target means at `now`; empty where it means nobody that is known."""
    found = (target.name,) if target.kind is TargetKind.PERSON else _of_rota(target, configuration, now)
    return tuple(dict.fromkeys(key for key in found if key is not None and key in configuration.staff))


def _of_rota(target: Target, configuration: Configuration, now: datetime) -> tuple[str | None, ...]:
    rota = configuration.rotas.get(target.name)
    if rota is None:
        return ()
    match target.kind:
        case TargetKind.EVERYONE:
            return (*(person for person in rota.people if person not in rota.absent), on_duty(rota, now))
        case TargetKind.NEXT_ON_DUTY:
            return (next_on_duty(rota, now),)
        case _:
            return (on_duty(rota, now),)


def known_only(rota: Rota, configuration: Configuration) -> Rota:
    """The rota in which whoever is not in the file counts as nobody."""
    named = {*rota.people, *(one.person for one in rota.overrides), rota.holiday_person} - {None}
    unknown = frozenset(str(key) for key in named if key not in configuration.staff)
    return replace(rota, absent=rota.absent | unknown)


# --- shifts --------------------------------------------------------------------------------------


def shifts(rota: Rota, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Every shift that has a part between `start` and `end`, in order and without gaps; the outer ones are whole.

    A shift ends where the duty is handed over, and where an exception begins or ends and changes the person.
    """
    if start >= end:
        return ()
    found: list[Shift] = []
    edges = _edges(rota, start, end)
    for begins, ends in pairwise(edges):
        person = on_duty(rota, begins)
        last = found[-1] if found else None
        if last is not None and last.person == person and not _hands_over(rota, begins):
            found[-1] = Shift(rota=rota.key, start=last.start, end=ends, person=person)
        else:
            found.append(Shift(rota=rota.key, start=begins, end=ends, person=person))
    return tuple(shift for shift in found if shift.end > start and shift.start < end)


def gaps(rota: Rota, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """The hours between `start` and `end` in which nobody is on duty, each stretch once."""
    joined: list[Shift] = []
    for shift in shifts(rota, start, end):
        if shift.person is not None:
            continue
        begins, ends = max(shift.start, start), min(shift.end, end)
        if joined and joined[-1].end == begins:
            begins = joined.pop().start
        joined.append(Shift(rota=rota.key, start=begins, end=ends, person=None))
    return tuple(joined)


def shift_at(rota: Rota, now: datetime) -> Shift:
    """The shift that runs at `now`."""
    return shifts(rota, now, now + timedelta(microseconds=1))[0]


def turn_beginning_on(rota: Rota, day: date) -> tuple[datetime, datetime]:
    """From the hand-over on `day` to the next one. On a day without a hand-over: that day, from hour to hour."""
    begins = windows.instant_of(day, rota.at, rota.timezone)
    ends = next(edge for edge in _hand_overs(rota, day + timedelta(days=1)) if edge > begins)
    if _hands_over(rota, begins):
        return begins, ends
    return begins, windows.instant_of(day + timedelta(days=1), rota.at, rota.timezone)


def is_holiday(rota: Rota, now: datetime) -> bool:
    """Whether the duty at `now` is that of a holiday."""
    return rota.holiday_person is not None and _duty_day(rota, now) in rota.holidays


def _edges(rota: Rota, start: datetime, end: datetime) -> list[datetime]:
    """Every instant at which the person may change, from the hand-over before `start` to the one after `end`."""
    first = windows.local_date(start, rota.timezone) - timedelta(days=8)
    edges: list[datetime] = []
    for edge in _hand_overs(rota, first):
        edges.append(edge)
        if edge >= end:
            break
    before = [edge for edge in edges if edge <= start]
    found = {*before[-1:], *(edge for edge in edges if edge > start)}
    changes = {instant for one in rota.overrides for instant in (one.start, one.end)}
    changes |= set(_holiday_edges(rota))
    low, high = min(found), max(found)
    return sorted(found | {instant for instant in changes if low < instant < high})


def _hand_overs(rota: Rota, first: date) -> Iterator[datetime]:
    """The hand-overs from the local day `first` on, without end."""
    day = first
    while True:
        if rota.hand_over is HandOver.DAILY or day.weekday() == rota.weekday:
            yield windows.instant_of(day, rota.at, rota.timezone)
        day += timedelta(days=1)


def _hands_over(rota: Rota, instant: datetime) -> bool:
    day = windows.local_date(instant, rota.timezone)
    turns = rota.hand_over is HandOver.DAILY or day.weekday() == rota.weekday
    return turns and windows.instant_of(day, rota.at, rota.timezone) == instant


def _holiday_edges(rota: Rota) -> Iterator[datetime]:
    if rota.holiday_person is None:
        return
    for day in rota.holidays:
        yield windows.instant_of(day, rota.at, rota.timezone)
        yield windows.instant_of(day + timedelta(days=1), rota.at, rota.timezone)


# --- whose rota it is ------------------------------------------------------------------------------


def chains_of(clinic: Clinic, configuration: Configuration) -> tuple[Chain, ...]:
    """The chains that alerts of a clinic may climb: those of its levels, and those that rules name."""
    named = [rule.chain for rule in configuration.rules if rule.chain is not None]
    usual = [clinic.chains.get(level, level.value) for level in (Level.EMERGENCY, Level.URGENT, Level.ROUTINE)]
    found = (configuration.chains.get(key) for key in dict.fromkeys([*usual, *named]))
    return tuple(chain for chain in found if chain is not None)


def rotas_of(clinic: Clinic, configuration: Configuration) -> tuple[Rota, ...]:
    """The rotas that a clinic's chains tell, in the order of the file; where they name none, all."""
    named = {
        target.name
        for chain in chains_of(clinic, configuration)
        for target in targets_of(chain)
        if target.kind is not TargetKind.PERSON
    }
    found = tuple(rota for key, rota in configuration.rotas.items() if key in named)
    return found or tuple(configuration.rotas.values())


def targets_of(chain: Chain) -> tuple[Target, ...]:
    """Everybody whom a chain tells in its steps or of its work list; the fallback person apart."""
    steps: tuple[Step, ...] = chain.steps
    listed = chain.work_list.targets if chain.work_list is not None else ()
    return (*(target for step in steps for target in step.targets), *listed)


# --- turns -----------------------------------------------------------------------------------------


def _planned(rota: Rota, now: datetime) -> str | None:
    for override in rota.overrides:
        if override.start <= now < override.end:
            return override.person
    if is_holiday(rota, now):
        return rota.holiday_person
    return _in_turn(rota, now, ahead=0)


def _in_turn(rota: Rota, now: datetime, *, ahead: int) -> str | None:
    if not rota.people:
        return None
    return rota.people[(_turn(rota, now) + ahead) % len(rota.people)]


def _turn(rota: Rota, now: datetime) -> int:
    """How many hand-overs lie between the rota's start and `now`; the hand-over hour begins the new turn."""
    day = _duty_day(rota, now)
    if rota.hand_over is HandOver.DAILY:
        return (day - rota.since).days
    return (_week_of(day, rota.weekday) - _week_of(rota.since, rota.weekday)).days // 7


def _duty_day(rota: Rota, now: datetime) -> date:
    """The local day to whose duty `now` belongs: before the hand-over hour it is still that of the day before."""
    day = windows.local_date(now, rota.timezone)
    return day if now >= windows.instant_of(day, rota.at, rota.timezone) else day - timedelta(days=1)


def _week_of(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def shown_hours(start: datetime, end: datetime, zone: str) -> str:
    """`Thu 24 Dec 07:00 to Fri 07:00` on a clock in `zone`; the end as short as it can be told apart."""
    first, last = windows.local(start, zone), windows.local(end, zone)
    if first.date() == last.date():
        return f"{shown_at(start, zone)} to {last:%H:%M}"
    if (last.date() - first.date()).days < 7:
        return f"{shown_at(start, zone)} to {last:%a %H:%M}"
    return f"{shown_at(start, zone)} to {shown_at(end, zone)}"


def shown_at(instant: datetime, zone: str) -> str:
    """`Thu 24 Dec 07:00` on a clock in `zone`."""
    return windows.local(instant, zone).strftime("%a %d %b %H:%M")

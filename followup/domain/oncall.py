"""Who is on duty."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from followup.domain import windows
from followup.domain.schedule import Configuration, HandOver, Rota, Target, TargetKind


def on_duty(rota: Rota, now: datetime) -> str | None:
    """The staff key of the person on duty at `now`, overrides first; None where the rota is empty."""
    for override in rota.overrides:
        if override.start <= now < override.end:
            return override.person
    return _in_turn(rota, now, ahead=0)


def next_on_duty(rota: Rota, now: datetime) -> str | None:
    """The next in turn who is not the one on duty, whoever an override stands in for last; else the same person."""
    present = on_duty(rota, now)
    for ahead in range(1, len(rota.people) + 1):
        candidate = _in_turn(rota, now, ahead=ahead)
        if candidate != present:
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
    if target.kind is TargetKind.EVERYONE:
        return rota.people
    return (on_duty(rota, now) if target.kind is TargetKind.ON_DUTY else next_on_duty(rota, now),)


def _in_turn(rota: Rota, now: datetime, *, ahead: int) -> str | None:
    if not rota.people:
        return None
    return rota.people[(_turn(rota, now) + ahead) % len(rota.people)]


def _turn(rota: Rota, now: datetime) -> int:
    """How many hand-overs lie between the rota's start and `now`; the hand-over hour begins the new turn."""
    local = windows.local(now, rota.timezone)
    day = local.date()
    if now < windows.instant_of(day, rota.at, rota.timezone):
        day -= timedelta(days=1)
    if rota.hand_over is HandOver.DAILY:
        return (day - rota.since).days
    return (_week_of(day, rota.weekday) - _week_of(rota.since, rota.weekday)).days // 7


def _week_of(day: date, weekday: int) -> date:
    return day - timedelta(days=(day.weekday() - weekday) % 7)

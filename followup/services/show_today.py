"""The clinic's day in figures: check-ins, response, alerts, and the service's own health. Today's page calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from followup.domain import windows
from followup.domain.alert_figures import LevelFigures
from followup.domain.day_figures import DayFigures, Rate, by_day, response_rate
from followup.domain.level import Level
from followup.domain.people import Channel, Patient
from followup.domain.talk import Chat
from followup.services import alert_figures
from followup.services.account_pause import paused_until
from followup.services.check_invariants import check
from followup.services.context import Context, clinic_of
from followup.services.human_chat import going_on
from followup.storage.jobs import JobBeat
from followup.storage.leases import Lease

#: How far back the figures look.
MONTH: Final = timedelta(days=28)
WEEK: Final = 7
#: So many days stand in the chart of days.
CHARTED: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Machinery:
    """The service itself: beats of its jobs, leases in force, what the provider takes, what must always hold."""

    beats: tuple[JobBeat, ...]
    leases: tuple[Lease, ...]
    refused_until: Mapping[Channel, datetime]
    breaches: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Everything on the page. `days` are the last ones, today last; alerts are those opened within the month."""

    day: date
    today: DayFigures
    days: tuple[tuple[date, DayFigures], ...]
    week: Rate
    month: Rate
    alerts_today: Mapping[Level, LevelFigures]
    alerts: Mapping[Level, LevelFigures]
    talks: tuple[tuple[Chat, Patient], ...]
    paused: tuple[Patient, ...]
    machinery: Machinery


def today(context: Context, clinic_key: str) -> Today:
    """One reading of the database. Raises NotFound for a clinic that the schedule does not name."""
    now = context.clock.now()
    clinic = clinic_of(context.content.current().content.configuration, clinic_key)
    day = windows.local_date(now, clinic.timezone)
    first = day - MONTH + timedelta(days=1)
    dates = [first + timedelta(days=step) for step in range(MONTH.days)]
    bounds = [windows.instant_of(one, time(0), clinic.timezone) for one in (*dates, day + timedelta(days=1))]
    with context.store.read() as uow:
        figures = by_day(uow.check_ins.counted(clinic.key, bounds), len(dates))
        paused = uow.patients.paused(clinic.key, now)
        machinery = Machinery(
            beats=uow.jobs.all(),
            leases=uow.leases.held(now),
            refused_until={
                channel: until
                for channel in Channel
                if (until := paused_until(uow, channel)) is not None and until > now
            },
            breaches=(),
        )
    midnight = bounds[-2]
    return Today(
        day=day,
        today=figures[-1],
        days=tuple(zip(dates, figures, strict=True))[-CHARTED:],
        week=response_rate(figures[-WEEK:]),
        month=response_rate(figures),
        alerts_today=alert_figures.figures(context, clinic.key, midnight),
        alerts=alert_figures.figures(context, clinic.key, bounds[0]),
        talks=going_on(context, clinic.key),
        paused=paused,
        machinery=Machinery(
            beats=machinery.beats,
            leases=machinery.leases,
            refused_until=machinery.refused_until,
            breaches=check(context),
        ),
    )

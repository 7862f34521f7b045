"""The clinic's day and the service's health in figures: for the lead in the morning, and to be printed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from followup.domain.alert_figures import LevelFigures
from followup.domain.day_figures import DayFigures, Rate, Went
from followup.domain.level import Level
from followup.services.context import clinic_of
from followup.services.note_read import note_read
from followup.services.show_today import Today, today
from followup.services.sign_in import SignedIn
from followup.storage.jobs import JobBeat
from followup.web.charts import Bar, bars
from followup.web.pages import span
from followup.web.site import Site

#: A job that has not run well for so long is worth a look; each has its own limit in `/readyz`.
_OLD = timedelta(minutes=45)

_WORDS: Mapping[Went, str] = {
    Went.ANSWERED: "answered",
    Went.PARTLY: "partly answered",
    Went.BY_PHONE: "taken by phone",
    Went.WAITING: "waiting for an answer",
    Went.TO_COME: "still to come",
    Went.SILENT: "silent",
    Went.FAILED: "did not arrive",
    Went.NOT_ASKED: "not asked",
}


def today_routes(site: Site) -> list[Route]:
    """The one page."""

    def shown(request: Request, who: SignedIn) -> Response:
        note_read(site.context, actor=f"staff:{who.person}", subject="today", subject_id=who.clinic, clinic=who.clinic)
        return site.show(request, "today", _values(site, who))

    return [Route("/staff/today", site.staff(shown), methods=["GET"])]


def _values(site: Site, who: SignedIn) -> dict[str, Any]:
    configuration = site.context.content.current().content.configuration
    clinic = clinic_of(configuration, who.clinic)
    figures = today(site.context, who.clinic)
    now = site.context.clock.now()
    return {
        "who": who,
        "clinic": clinic,
        "zone": clinic.timezone,
        "today": figures,
        "names": {key: member.name for key, member in configuration.staff.items()},
        "health": site.deps.health(),
        "went": _went(figures.today),
        "why_not": bars([(why, number, str(number)) for why, number in sorted(figures.today.why_not.items())]),
        "days": _days(figures),
        "week": _percent(figures.week),
        "month": _percent(figures.month),
        "levels": [_level(level, one, figures) for level, one in figures.alerts.items()],
        "beats": [_beat(beat, now) for beat in figures.machinery.beats],
    }


def _went(day: DayFigures) -> tuple[Bar, ...]:
    return bars([(_WORDS[kind], day.count(kind), str(day.count(kind))) for kind in _WORDS if day.count(kind)])


def _days(figures: Today) -> tuple[Bar, ...]:
    """The share answered of what arrived, day by day; a day without texts has no bar."""
    rows = tuple(
        Bar(
            label=f"{day:%a} {day.day} {day:%b}",
            value=f"{one.replied} of {one.delivered}" if one.delivered else "-",
            share=round(100 * one.replied / one.delivered, 1) if one.delivered else 0,
        )
        for day, one in figures.days
    )
    return rows if any(one.delivered for _, one in figures.days) else ()


def _percent(rate: Rate) -> str:
    return "none yet" if rate.share is None else f"{100 * rate.share:.0f} %"


def _level(level: Level, month: LevelFigures, figures: Today) -> dict[str, Any]:
    day = figures.alerts_today.get(level)
    return {
        "level": level.value,
        "today": day.opened if day is not None else 0,
        "opened": month.opened,
        "false": f"{month.false_alarms}"
        + (f" ({100 * month.false_share:.0f} %)" if month.false_share is not None and month.false_alarms else ""),
        "to_take": _time(month.to_take),
        "slowest": _time(month.slowest_to_take),
        "to_reach": _time(month.to_reach),
        "slowest_reach": _time(month.slowest_to_reach),
    }


def _time(length: timedelta | None) -> str:
    return "-" if length is None else span(length)


def _beat(beat: JobBeat, now: datetime) -> dict[str, Any]:
    well = beat.last_ok_at
    return {
        "name": beat.name.replace("_", " "),
        "ran": span(now - beat.last_run_at),
        "well": span(now - well) if well is not None else "never",
        "old": well is None or now - well > _OLD,
        "error": beat.error,
    }

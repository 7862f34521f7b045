"""How fast alerts are taken and patients reached, and how many were false: figures by level for pages and reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from followup.domain.alert import Outcome
from followup.domain.level import Level

LEVELS = (Level.EMERGENCY, Level.URGENT, Level.ROUTINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """What counts of one alert: when it opened, was first taken, when the patient was first reached, how it ended."""

    level: Level
    opened_at: datetime
    taken_at: datetime | None = None
    reached_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFigures:
    """The alerts of one level. Times are None where there is nothing to count; `slowest` is the longest one."""

    opened: int
    taken: int
    closed: int
    false_alarms: int
    reached: int
    to_take: timedelta | None
    slowest_to_take: timedelta | None
    to_reach: timedelta | None
    slowest_to_reach: timedelta | None

    @property
    def false_share(self) -> float | None:
        """Which part of the closed alerts were false alarms; None without a closed one."""
        return self.false_alarms / self.closed if self.closed else None


def figures_of(alerts: Iterable[AlertFacts]) -> Mapping[Level, LevelFigures]:
    """The figures of each level, the most urgent first; a level without an alert has zeros. Times are medians."""
    known = tuple(alerts)
    return {level: _figures([one for one in known if one.level is level]) for level in LEVELS}


def _figures(alerts: list[AlertFacts]) -> LevelFigures:
    to_take = [one.taken_at - one.opened_at for one in alerts if one.taken_at is not None]
    to_reach = [one.reached_at - one.opened_at for one in alerts if one.reached_at is not None]
    return LevelFigures(
        opened=len(alerts),
        taken=len(to_take),
        closed=sum(one.outcome is not None for one in alerts),
        false_alarms=sum(one.outcome is Outcome.FALSE_ALARM for one in alerts),
        reached=len(to_reach),
        to_take=_median(to_take),
        slowest_to_take=max(to_take, default=None),
        to_reach=_median(to_reach),
        slowest_to_reach=max(to_reach, default=None),
    )


def _median(times: list[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(each.total_seconds() for each in times)) if times else None

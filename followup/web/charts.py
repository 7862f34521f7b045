"""Where the lines and dots of a chart stand, in the units of its drawing; templates/pages/chart.html draws them.

Everything is drawn on the server as SVG: it needs no script, prints, and is read out by its description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from followup.domain.course_chart import CourseChart, Felt, Rated

WIDTH: Final = 480
#: Room for the figures at the left, and for half a date at the right.
LEFT: Final = 30
RIGHT: Final = 14
TOP: Final = 34
PAIN_HIGH: Final = 150
MOOD_HIGH: Final = 70
GAP: Final = 30
ROW: Final = 24
_MOST_DATES: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One rating or report: where it stands, and in words what it says."""

    x: float
    y: float
    label: str
    spoken: bool = False
    size: float = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One scale from 0 to 10: where 10 and 0 stand, its lines, its dots, its baseline."""

    name: str
    top: float
    bottom: float
    lines: tuple[tuple[float, str], ...]
    dots: tuple[Dot, ...]
    path: str
    baseline: float | None
    baseline_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One side effect: its name and a mark for each report."""

    name: str
    y: float
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A whole chart."""

    width: int
    height: float
    left: float
    right: float
    infusions: tuple[tuple[float, str], ...]
    dates: tuple[tuple[float, str], ...]
    pain: Band
    mood: Band
    rows: tuple[Row, ...]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Across:
    """From instants to places between the left and the right edge."""

    start: datetime
    end: datetime
    zone: str

    def x(self, at: datetime) -> float:
        share = (at - self.start) / (self.end - self.start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def date(self, at: datetime) -> str:
        local = at.astimezone(ZoneInfo(self.zone))
        return f"{local.day} {local:%b}"


def drawing_of(chart: CourseChart, zone: str, names: dict[str, str]) -> Drawing:
    """The drawing of a course for a patient in `zone`; `names` are those of the symptoms."""
    across = _Across(start=chart.start, end=chart.end, zone=zone)
    pain_bottom = TOP + PAIN_HIGH
    mood_top = pain_bottom + GAP
    rows_top = mood_top + MOOD_HIGH + GAP
    rows = tuple(
        Row(
            name=names.get(symptom, symptom),
            y=rows_top + position * ROW,
            dots=_reports(chart.effects, symptom, rows_top + position * ROW, across),
        )
        for position, symptom in enumerate(chart.symptoms)
    )
    return Drawing(
        width=WIDTH,
        height=rows_top + max(len(rows), 1) * ROW + 18,
        left=LEFT,
        right=WIDTH - RIGHT,
        infusions=tuple((across.x(one.ended_at), across.date(one.ended_at)) for one in chart.infusions),
        dates=_dates(across),
        pain=_band("Pain", chart.pain, chart.baseline_pain, TOP, pain_bottom, across),
        mood=_band("Mood", chart.mood, chart.baseline_mood, mood_top, mood_top + MOOD_HIGH, across),
        rows=rows,
        description=_description(chart, across),
    )


def _band(
    name: str, rated: Sequence[Rated], baseline: float | None, top: float, bottom: float, across: _Across
) -> Band:
    def y(value: float) -> float:
        return round(bottom - value / 10 * (bottom - top), 1)

    dots = tuple(
        Dot(
            x=across.x(one.at),
            y=y(one.value),
            spoken=one.spoken,
            label=f"{across.date(one.at)}: {name.lower()} {one.value:g}" + (" (by phone)" if one.spoken else ""),
        )
        for one in rated
    )
    steps = (0, 5, 10) if bottom - top < PAIN_HIGH else (0, 2, 4, 6, 8, 10)
    return Band(
        name=name,
        top=top,
        bottom=bottom,
        lines=tuple((y(step), str(step)) for step in steps),
        dots=dots,
        path=" ".join(f"{'M' if position == 0 else 'L'}{dot.x} {dot.y}" for position, dot in enumerate(dots)),
        baseline=None if baseline is None else y(baseline),
        baseline_label="" if baseline is None else f"before: {baseline:g}",
    )


_STRENGTH: Final = {0: "none", 1: "mild", 2: "moderate", 3: "severe", None: "strength not said"}


def _reports(effects: Sequence[Felt], symptom: str, y: float, across: _Across) -> tuple[Dot, ...]:
    return tuple(
        Dot(
            x=across.x(one.at),
            y=y,
            label=f"{across.date(one.at)}: {_STRENGTH.get(one.severity, '')}",
            size=3 + 2 * (one.severity or 1),
        )
        for one in effects
        if one.symptom == symptom
    )


def _dates(across: _Across) -> tuple[tuple[float, str], ...]:
    days = max((across.end - across.start).days, 1)
    every = max(1, -(-days // _MOST_DATES))
    local = across.start.astimezone(ZoneInfo(across.zone))
    first = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    marks = (first + timedelta(days=every * step) for step in range(_MOST_DATES + 1))
    return tuple((across.x(mark), across.date(mark)) for mark in marks if mark < across.end)


def _description(chart: CourseChart, across: _Across) -> str:
    parts = [f"{len(chart.infusions)} infusion{'s' if len(chart.infusions) != 1 else ''}"]
    for name, rated, before in (
        ("pain", chart.pain, chart.baseline_pain),
        ("mood", chart.mood, chart.baseline_mood),
    ):
        if rated:
            since = f" (before: {before:g})" if before is not None else ""
            last = rated[-1]
            parts.append(
                f"{len(rated)} answers on {name}, from {rated[0].value:g} to {last.value:g}{since}, "
                f"the last on {across.date(last.at)}"
            )
        else:
            parts.append(f"no answer on {name}")
    parts.append(f"side effects: {len(chart.effects)} reports")
    return f"From {across.date(chart.start)} to {across.date(chart.end)}: " + "; ".join(parts) + "."


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart of counts: its part of the width, from 0 to 100."""

    label: str
    value: str
    share: float


def bars(counts: Sequence[tuple[str, float, str]]) -> tuple[Bar, ...]:
    """Bars for labelled numbers, each as a share of the greatest; the third is how the number is written."""
    most = max((count for _, count, _ in counts), default=0)
    return tuple(
        Bar(label=label, value=written, share=round(100 * count / most, 1) if most else 0)
        for label, count, written in counts
    )

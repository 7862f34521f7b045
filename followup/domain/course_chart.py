"""A patient's course as a chart shows it: pain against infusions and baseline, mood, side effects. Pages draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from followup.domain.evidence import answered, standing
from followup.domain.infusion import Infusion, series_baseline, series_of
from followup.domain.plan import Answer
from followup.domain.schedule import Configuration, Score

#: What the chart shows at most; older answers stand in the table of answers.
LONGEST = timedelta(days=180)
#: A course that has just begun is not drawn wider than it is worth reading.
SHORTEST = timedelta(days=7)
#: A little air before the first infusion.
_LEAD = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A rating from 0 to 10; `spoken` by phone rather than by text."""

    at: datetime
    value: float
    spoken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """A side effect as reported: 1 mild, 2 moderate, 3 severe, None where nobody said how strong, 0 for none."""

    at: datetime
    symptom: str
    severity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseChart:
    """All that is drawn of a span, oldest first. The baselines are those of the series of the last infusion."""

    start: datetime
    end: datetime
    infusions: tuple[Infusion, ...]
    pain: tuple[Rated, ...]
    mood: tuple[Rated, ...]
    effects: tuple[Felt, ...]
    baseline_pain: float | None
    baseline_mood: float | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.pain or self.mood or self.effects)

    @property
    def symptoms(self) -> tuple[str, ...]:
        """Every symptom that was reported, in the order of its first report."""
        return tuple(dict.fromkeys(one.symptom for one in self.effects))


def chart_of(
    infusions: Sequence[Infusion], answers: Sequence[Answer], configuration: Configuration, now: datetime
) -> CourseChart | None:
    """The chart of a course; None without an infusion. Corrected and doubtful answers are left out."""
    given = sorted((one for one in infusions if one.cancelled_at is None), key=lambda one: one.ended_at)
    if not given:
        return None
    kept = standing(answers)
    start = max(given[0].ended_at - _LEAD, now - LONGEST)
    latest = max([now, start + SHORTEST, *(one.at for one in kept)])
    baseline = series_baseline(series_of(given[-1], given))
    shown = [one for one in kept if one.at >= start]
    return CourseChart(
        start=start,
        end=latest,
        infusions=tuple(one for one in given if one.ended_at >= start),
        pain=_rated(shown, Score.PAIN, configuration),
        mood=_rated(shown, Score.MOOD, configuration),
        effects=_felt(shown, configuration),
        baseline_pain=baseline.pain,
        baseline_mood=baseline.mood,
    )


def _rated(answers: Sequence[Answer], score: Score, configuration: Configuration) -> tuple[Rated, ...]:
    found = [
        Rated(at=one.at, value=one.value, spoken=one.entered_by is not None)
        for one in answers
        if one.value is not None and (asked := configuration.questions.get(one.question)) and asked.score is score
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _felt(answers: Sequence[Answer], configuration: Configuration) -> tuple[Felt, ...]:
    by_check_in: dict[str, list[Answer]] = {}
    for one in answers:
        by_check_in.setdefault(one.check_in, []).append(one)
    found = [
        Felt(at=group[0].at, symptom=symptom, severity=severity)
        for group in by_check_in.values()
        for symptom, severity in answered(group, configuration).symptoms.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.symptom)))

"""The event that starts a follow-up, and the series it belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: Infusions of one treatment at most this far apart belong to one series: the unit of baseline and outcome.
SERIES_GAP = timedelta(days=21)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Scores taken before an infusion, 0 to 10; None where not taken."""

    pain: float | None = None
    mood: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """One infusion as the clinic recorded it. `external_id` is the clinic's own id."""

    id: str
    clinic: str
    external_id: str
    patient: str
    treatment: str
    ended_at: datetime
    recorded_at: datetime
    indication: str | None = None
    discharged_at: datetime | None = None
    baseline: Baseline = field(default_factory=Baseline)
    flags: frozenset[str] = frozenset()
    cancelled_at: datetime | None = None

    @property
    def discharged(self) -> datetime:
        """When the patient left; the end of the infusion where the clinic did not say."""
        return self.discharged_at or self.ended_at


def series_of(infusion: Infusion, of_patient: Sequence[Infusion]) -> tuple[Infusion, ...]:
    """The infusions of the series up to and including `infusion`, oldest first.

    `of_patient` are all infusions of the same patient in any order; cancelled ones do not count.
    """
    earlier = sorted(
        (
            other
            for other in of_patient
            if other.treatment == infusion.treatment
            and other.cancelled_at is None
            and other.id != infusion.id
            and other.ended_at <= infusion.ended_at
        ),
        key=lambda other: other.ended_at,
        reverse=True,
    )
    series = [infusion]
    for other in earlier:
        if series[-1].ended_at - other.ended_at > SERIES_GAP:
            break
        series.append(other)
    return tuple(reversed(series))


def series_baseline(series: Sequence[Infusion]) -> Baseline:
    """The baseline of a series: what was taken before its first infusion; later values are observations."""
    return series[0].baseline if series else Baseline()

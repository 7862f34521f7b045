"""How check-ins are counted: each in one class, never-due ones in none, and a rate of what arrived."""

from __future__ import annotations

import pytest

from followup.domain.day_figures import Counted, Rate, Went, by_day, response_rate, went
from followup.domain.plan import CheckInState
from followup.domain.planning import SkipReason

S = CheckInState


@pytest.mark.parametrize(
    ("state", "reason", "kind"),
    [
        (S.PLANNED, None, Went.TO_COME),
        (S.OPEN, None, Went.WAITING),
        (S.ANSWERED, None, Went.ANSWERED),
        (S.ANSWERED, "by phone", Went.BY_PHONE),
        (S.PARTLY_ANSWERED, "no further answer", Went.PARTLY),
        (S.PARTLY_ANSWERED, "by phone", Went.BY_PHONE),
        (S.EXPIRED, "no answer", Went.SILENT),
        (S.EXPIRED, "newer check-in", Went.SILENT),
        (S.EXPIRED, "undeliverable", Went.FAILED),
        (S.EXPIRED, "delivery unknown", Went.FAILED),
        (S.SKIPPED, "alert", Went.NOT_ASKED),
        (S.CANCELLED, "opted out", Went.NOT_ASKED),
        (S.CANCELLED, SkipReason.NEWER_INFUSION.value, None),
        (S.SKIPPED, SkipReason.HISTORY.value, None),
        (S.SKIPPED, SkipReason.MERGED.value, None),
    ],
)
def test_each_check_in_went_one_way(state: S, reason: str | None, kind: Went | None) -> None:
    assert went(state, reason) is kind


def test_days_are_counted_apart_and_reasons_are_kept() -> None:
    counted = [
        Counted(day=0, state=S.ANSWERED, reason=None, number=3),
        Counted(day=0, state=S.EXPIRED, reason="no answer", number=1),
        Counted(day=1, state=S.SKIPPED, reason="no consent", number=2),
        Counted(day=1, state=S.SKIPPED, reason=SkipReason.HISTORY.value, number=9),
        Counted(day=7, state=S.ANSWERED, reason=None, number=9),
    ]
    first, second = by_day(counted, 2)
    assert (first.due, first.replied, first.delivered) == (4, 3, 4)
    assert (second.due, dict(second.why_not)) == (2, {"no consent": 2})
    assert response_rate([first, second]) == Rate(part=3, whole=4)


def test_a_rate_of_nothing_is_none() -> None:
    assert response_rate(by_day([], 3)).share is None
    assert Rate(part=1, whole=4).share == 0.25

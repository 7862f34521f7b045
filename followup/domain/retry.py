"""When a refused message may be tried again: a pure function of the tries so far."""

from __future__ import annotations

from datetime import datetime, timedelta

_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=10)
#: An account that may send nothing at all is asked again seldom; people hear of it at once.
ACCOUNT_WAIT = timedelta(minutes=15)


def retry_at(now: datetime, tries: int, *, retry_after: timedelta | None = None, account: bool = False) -> datetime:
    """The next try after `tries` refusals: doubling from five seconds, at most ten minutes, never sooner than asked."""
    if account:
        return now + max(ACCOUNT_WAIT, retry_after or timedelta(0))
    doublings = min(max(tries - 1, 0), 10)
    wait = min(_FIRST * (1 << doublings), _LONGEST)
    return now + max(wait, retry_after or timedelta(0))

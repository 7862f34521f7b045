"""How an alert may end, and what has to follow. Services that close alerts ask it.

Outcomes are those of the protocol: for Emergency and Urgent somebody was reached, handed on or not reached; Routine
alerts may also end with advice, a booking, a voicemail, or because it passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from followup.domain import coverage
from followup.domain.alert import ROUTINE_OUTCOMES, Alert, AlertStatus, Outcome
from followup.domain.level import Level
from followup.domain.schedule import Clinic, ReplyFamily, Rule
from followup.domain.tasks import CRISIS_CALLS, TaskKind, day_after
from followup.errors import Problem

MOST_MINUTES = 24 * 60
#: A voicemail is followed up within so long at the latest.
RETRY_AT_MOST = timedelta(days=14)
#: What a note says of a welfare check that was asked for.
_WELFARE = re.compile(
    r"\b(welfare|wellness|well-being|wellbeing|911|police|sheriff|dispatch|bienestar)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How somebody says that an alert ended. `signed_by`: name of the lead who signs off that nobody was reached."""

    outcome: Outcome
    minutes: int | None = None
    note: str | None = None
    signed_by: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowOn:
    """What a closed alert leaves to do, and when."""

    kind: TaskKind
    due_at: datetime


def problems_of(alert: Alert, ending: Ending, now: datetime) -> tuple[Problem, ...]:
    """Everything that speaks against closing the alert like this; empty where nothing does."""
    found = (
        _of_outcome(alert, ending),
        _of_minutes(alert, ending),
        _of_sign_off(alert, ending),
        _of_retry(ending, now),
    )
    return tuple(problem for problem in found if problem is not None)


def _of_outcome(alert: Alert, ending: Ending) -> Problem | None:
    if ending.outcome in ROUTINE_OUTCOMES and alert.level.at_least(Level.URGENT):
        return Problem(at="outcome", message=f"{ending.outcome.value} closes routine alerts only")
    return None


def _of_minutes(alert: Alert, ending: Ending) -> Problem | None:
    if ending.minutes is not None and not 0 <= ending.minutes <= MOST_MINUTES:
        return Problem(at="minutes", message=f"give the minutes spent, 0 to {MOST_MINUTES}")
    if ending.minutes is None and alert.level.at_least(Level.URGENT):
        return Problem(at="minutes", message="give the minutes spent on it")
    return None


def _of_sign_off(alert: Alert, ending: Ending) -> Problem | None:
    if not needs_sign_off(alert, ending):
        return None
    return Problem(
        at="sign_off",
        message="nobody was reached: note the welfare check that was asked for (note), or name the lead who signs off",
    )


def needs_sign_off(alert: Alert, ending: Ending) -> bool:
    """Whether an Emergency or Urgent alert is left with nobody reached, no welfare check noted and no lead's word."""
    unreached = ending.outcome is Outcome.NOT_REACHED and alert.level.at_least(Level.URGENT)
    noted = ending.note is not None and _WELFARE.search(ending.note) is not None
    return unreached and not noted and ending.signed_by is None


def _of_retry(ending: Ending, now: datetime) -> Problem | None:
    if ending.retry_at is None:
        return None
    if ending.outcome not in {Outcome.VOICEMAIL, Outcome.NOT_REACHED}:
        return Problem(at="retry_at", message="only where nobody was reached there is something to try again")
    if not now < ending.retry_at <= now + RETRY_AT_MOST:
        return Problem(at="retry_at", message=f"give a time from now to {RETRY_AT_MOST.days} days ahead")
    return None


def follow_on(
    alert: Alert, ending: Ending, rules: Iterable[Rule], clinic: Clinic, now: datetime
) -> tuple[FollowOn, ...]:
    """What people have to come back to after this ending.

    Not reached: the alert is open again at the next opening. A voicemail: at the time named, else at the next opening.
    A crisis: calls on the next day and on day 7.
    """
    found: list[FollowOn] = []
    again = _try_again_at(alert, ending, clinic, now)
    if again is not None:
        found.append(FollowOn(kind=TaskKind.REOPEN, due_at=again))
    if ends_crisis(ending, rules):
        found += [FollowOn(kind=kind, due_at=day_after(clinic, now, days)) for kind, days in CRISIS_CALLS.items()]
    return tuple(found)


def _try_again_at(alert: Alert, ending: Ending, clinic: Clinic, now: datetime) -> datetime | None:
    if ending.retry_at is not None:
        return ending.retry_at
    unreached = ending.outcome is Outcome.NOT_REACHED and alert.level.at_least(Level.URGENT)
    if unreached or ending.outcome is Outcome.VOICEMAIL:
        return coverage.next_opening(clinic, now)
    return None


def ends_crisis(ending: Ending, rules: Iterable[Rule]) -> bool:
    """Whether a crisis was closed that was one: people call again, and automatic texts resume by hand only."""
    return ending.outcome is not Outcome.FALSE_ALARM and any(is_crisis(rule) for rule in rules)


def is_crisis(rule: Rule) -> bool:
    """Whether a rule is about somebody's life: its reply is the crisis text."""
    return rule.level is Level.EMERGENCY and rule.reply is ReplyFamily.CRISIS


def closed(alert: Alert, ending: Ending, *, by: str, via: str, now: datetime) -> Alert:
    """The alert closed by the name `by`; whoever closes an alert that nobody has, has taken it too."""
    return replace(
        alert,
        status=AlertStatus.CLOSED,
        next_action_at=None,
        acknowledged_by=alert.acknowledged_by or by,
        acknowledged_at=alert.acknowledged_at or now,
        acknowledged_via=alert.acknowledged_via or via,
        closed_at=now,
        closed_by=by,
        outcome=ending.outcome,
        minutes=ending.minutes,
        note=ending.note,
        handed_to=None,
        duty_of=None,
    )


def reopened(alert: Alert, *, begins: datetime, now: datetime) -> Alert:
    """A closed alert open again under its code, its chain from the beginning at `begins`."""
    return replace(
        alert,
        status=AlertStatus.OPEN,
        next_action_at=max(begins, now),
        round_started_at=now,
        position=0,
        raises=alert.raises + 1,
        acknowledged_by=None,
        acknowledged_at=None,
        acknowledged_via=None,
        closed_at=None,
        closed_by=None,
        outcome=None,
        minutes=None,
        note=None,
    )


def minutes_since(alert: Alert, now: datetime) -> int:
    """The minutes from taking an alert until now, at least one: what a text that names none means."""
    began = alert.acknowledged_at or alert.opened_at
    whole = -(-int((now - began).total_seconds()) // 60)
    return max(1, min(whole, MOST_MINUTES))

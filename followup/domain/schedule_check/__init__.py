"""Is a schedule file that can be read also one to rely on? The content loader asks, and tells where in the file."""

from __future__ import annotations

from datetime import datetime

from followup.domain.schedule import Configuration
from followup.domain.schedule_check import chains, contacts, courses, people, questions, reach, rules
from followup.domain.schedule_check.found import Found, KeyPath

__all__ = ["Found", "KeyPath", "check", "check_weeks_ahead"]


def check(configuration: Configuration) -> tuple[Found, ...]:
    """Everything about `configuration` that cannot be meant so, or is worth a warning, whatever the date."""
    parts = (people, chains, contacts, questions, rules, courses, reach)
    return tuple(found for part in parts for found in part.check(configuration))


def check_weeks_ahead(configuration: Configuration, now: datetime) -> tuple[Found, ...]:
    """Hours of the 14 days after `now` in which nobody would be told, or nobody could be reached for long."""
    return tuple(reach.check_weeks_ahead(configuration, now))

"""What belongs in the inbox: texts that nobody understood, that are nobody's or somebody's of two, and questions."""

from __future__ import annotations

from enum import StrEnum

from followup.domain.alert import Alert
from followup.domain.level import Level
from followup.domain.schedule import Condition, Configuration, EventKind

_EVENTS = frozenset(
    {
        EventKind.UNREADABLE_TWICE,
        EventKind.PHOTO,
        EventKind.UNKNOWN_SENDER,
        EventKind.UNFILED,
        EventKind.TWO_PATIENTS,
        EventKind.UNREAD,
    }
)
_TOPICS = frozenset({"question", "callback"})


class InboxKind(StrEnum):
    """Why a text is in the inbox."""

    UNKNOWN = "unknown"  # nobody has this number
    SHARED = "shared"  # two patients have it
    PATIENT = "patient"  # a patient's own words: a question, or not understood


def belongs(alert: Alert, configuration: Configuration) -> bool:
    """Whether an alert is a text for the inbox; what is more pressing stands on the board instead.

    `configuration` is that of the version which judged.
    """
    if alert.level is not Level.ROUTINE:
        return False
    rules = (configuration.rule(rule) for rule in alert.rules)
    return any(_is_text(condition) for rule in rules if rule is not None for condition in rule.when)


def kind_of(alert: Alert) -> InboxKind:
    """Why it is there."""
    if alert.patient is not None:
        return InboxKind.PATIENT
    return InboxKind.SHARED if alert.also else InboxKind.UNKNOWN


def _is_text(condition: Condition) -> bool:
    return condition.event in _EVENTS or bool(condition.words & _TOPICS)

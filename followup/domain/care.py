"""What staff keep about a patient beside the course: notes, and side effects that are expected for a while."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from followup.domain.level import Level
from followup.domain.schedule import AnswerKind, Condition, Configuration, Symptom

#: An expected level is looked at anew after this long at the latest.
EXPECTED_AT_MOST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of the staff on a patient. It is never changed; `author` is a staff key."""

    id: str
    clinic: str
    patient: str
    at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLevel:
    """A side effect that staff know of: up to `severity` (1 mild, 2 moderate) it makes no routine task until then.

    `symptom` is a key of the schedule. It never reaches a rule above routine. `set_by` and `ended_by` are staff keys.
    """

    id: str
    clinic: str
    patient: str
    symptom: str
    severity: int
    set_at: datetime
    set_by: str
    until: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is in force at `now`."""
        return self.ended_at is None and now < self.until


def expected_now(levels: Iterable[ExpectedLevel], now: datetime) -> Mapping[str, int]:
    """The severity up to which each symptom is expected at `now`; the newest word on a symptom counts."""
    newest = {one.symptom: one for one in sorted(levels, key=lambda one: (one.set_at, one.id)) if one.holds(now)}
    return {symptom: one.severity for symptom, one in newest.items()}


def may_be_expected(configuration: Configuration, symptom: Symptom) -> bool:
    """Whether a patient's staff may call a symptom expected: not one whose mere report is an emergency."""
    emergencies = (rule for rule in configuration.rules if rule.level is Level.EMERGENCY)
    return not any(_met_by_report(condition, configuration, symptom) for rule in emergencies for condition in rule.when)


def _met_by_report(condition: Condition, configuration: Configuration, symptom: Symptom) -> bool:
    """Whether a condition names the symptom, however strong."""
    if symptom.key in condition.symptoms and condition.severity_at_least is None:
        return True
    return any(
        symptom.code in digits and configuration.questions[question].kind is AnswerKind.CODES
        for question, digits in condition.answers.items()
        if question in configuration.questions
    )

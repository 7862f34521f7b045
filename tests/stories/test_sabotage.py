"""Row 9: each promise is broken once on purpose, and the story that guards it must fail.

A suite that stays green over a broken promise guards nothing. One database is enough here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest

from followup.domain import windows
from followup.domain.level import Level
from followup.domain.message import MessageState
from followup.domain.outreach import Go
from tests.stories import test_alert_life, test_delivery, test_staff_lessons, test_staff_texts, test_stop_everywhere
from tests.support.clinic import CHICAGO, SUNDAY, Clinic, Clock


@pytest.fixture
def told(make_migrated_database: Callable[[str], str]) -> Iterator[dict[str, Any]]:
    """Everything that a story may ask for, by the name under which it asks."""
    clinic = Clinic(make_migrated_database("sqlite"), start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    people = {"ann": clinic.patient("Ann", baseline=5), "bob": clinic.patient("Bob", baseline=8)}
    yield {"clinic": clinic, "clock": Clock(clinic), **people, **clinic.staff}
    clinic.close()


def _nothing(*_given: object, **_named: object) -> None:
    """A function that no longer does its work."""


SABOTAGE: list[tuple[str, str, Callable[..., Any], Callable[..., None], dict[str, Any]]] = [
    (
        "notices go although somebody has the alert",
        "followup.domain.outreach._may_tell_staff",
        lambda *_: Go(),
        test_staff_lessons.test_a_closed_alert_sends_nothing_more_either,
        {},
    ),
    (
        "a notice that was not delivered is left at that",
        "followup.services.aftermath.Aftermath.advance_chain",
        _nothing,
        test_staff_lessons.test_h4_row_4_a_text_that_was_not_delivered_moves_on_at_once,
        {"state": MessageState.UNDELIVERED},
    ),
    (
        "a notice in doubt is not repeated",
        "followup.services.settle_doubts._repeat_notice",
        lambda *_: False,
        test_delivery.test_a_staff_notice_in_doubt_is_repeated_at_once,
        {},
    ),
    (
        "a chain whose time has come is not looked for",
        "followup.storage.alerts.AlertRows.due",
        lambda *_: (),
        test_staff_lessons.test_h5_oncall_1206_the_next_step_stands_in_the_database_and_outlives_a_restart,
        {},
    ),
    (
        "an emergency may be closed though nobody was reached",
        "followup.domain.ending.needs_sign_off",
        lambda *_: False,
        test_staff_lessons.test_row_6_an_end_needs_an_outcome_that_fits,
        {},
    ),
    (
        "what was taken stays with whoever went home",
        "followup.domain.passing.heir",
        _nothing,
        test_alert_life.test_oncall_1792_what_was_taken_at_night_goes_to_the_morning_shift,
        {},
    ),
    (
        "nobody comes back to whom was not reached",
        "followup.services.ending_alerts._plan",
        _nothing,
        test_alert_life.test_nobody_reached_opens_it_again_when_the_clinic_opens,
        {"how": {"sign_off": "lee"}},
    ),
    (
        "texts go on by themselves after a crisis",
        "followup.services.ending_alerts._pause",
        lambda *_: False,
        test_alert_life.test_after_a_crisis_texts_go_on_by_hand_only,
        {},
    ),
    (
        "the patient reads that calls were tried when none was",
        "followup.services.contacting.not_reached_by_phone",
        lambda *_: True,
        test_alert_life.test_without_a_call_nobody_is_told_that_calls_were_tried,
        {},
    ),
    (
        "one text takes every Emergency too",
        "followup.services.staff_texts.Level",
        type("Level", (), {"EMERGENCY": None, "URGENT": Level.URGENT}),
        test_staff_texts.test_ack_all_leaves_emergencies_to_be_taken_one_by_one,
        {"emergency": "E", "urgent": "U"},
    ),
    (
        "a STOP is confirmed and not kept",
        "followup.services.apply._suppress",
        _nothing,
        test_stop_everywhere.test_before_the_first_check_in,
        {},
    ),
]


@pytest.mark.parametrize(("what", "target", "broken", "story", "given"), SABOTAGE, ids=[each[0] for each in SABOTAGE])
def test_row_9_a_broken_promise_fails_its_story(
    told: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    target: str,
    broken: Callable[..., Any],
    story: Callable[..., None],
    given: dict[str, Any],
) -> None:
    """What the story says of the unbroken service stands in its own file."""
    monkeypatch.setattr(target, broken)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        _tell(story, told | given)


def test_unbroken_the_same_story_holds(told: dict[str, Any]) -> None:
    """So that it is the broken promise that fails a story, and not the way it is told here."""
    _tell(test_staff_texts.test_ack_all_leaves_emergencies_to_be_taken_one_by_one, told)


def _tell(story: Callable[..., None], known: dict[str, Any]) -> None:
    ready = {"emergency": test_staff_texts.emergency, "urgent": test_staff_texts.urgent}
    asked = list(inspect.signature(story).parameters)
    for name in asked:
        if name in ready:
            patient = known["ann"] if name == "emergency" else known["bob"]
            known[name] = inspect.unwrap(ready[name])(known["clinic"], patient)
    story(**{name: known[name] for name in asked})
    known["clinic"].expects_nothing_more()

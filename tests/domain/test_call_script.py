"""The script of an emergency: which step is next after which tries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.call_script import Next, ScriptStep, next_step
from followup.domain.contact import ContactResult, ContactTry, ContactWay
from tests.domain.samples import T0

MINUTE = timedelta(minutes=1)
CALL, BRIDGE, VISIT, RELATIVE = (
    ContactWay.CALL,
    ContactWay.BRIDGE,
    ContactWay.IN_PERSON,
    ContactWay.EMERGENCY_CONTACT,
)
REACHED, NOBODY, VOICEMAIL, WRONG = (
    ContactResult.REACHED,
    ContactResult.NO_ANSWER,
    ContactResult.VOICEMAIL,
    ContactResult.WRONG_PERSON,
)


def tries(*made: tuple[ContactWay, ContactResult]) -> list[ContactTry]:
    """One try a minute, from T0 on."""
    return [
        ContactTry(
            id=str(at), clinic="prairie", alert="a", patient="p", at=T0 + at * MINUTE, by="kay", way=way, result=result
        )
        for at, (way, result) in enumerate(made)
    ]


@pytest.mark.parametrize(
    ("made", "step"),
    [
        ([], ScriptStep.CALL),
        ([(CALL, NOBODY)], ScriptStep.CALL_AGAIN),
        ([(BRIDGE, VOICEMAIL)], ScriptStep.CALL_AGAIN),
        ([(CALL, NOBODY), (BRIDGE, WRONG)], ScriptStep.EMERGENCY_CONTACT),
        ([(CALL, NOBODY), (CALL, NOBODY), (RELATIVE, NOBODY)], ScriptStep.WELFARE_CHECK),
        ([(CALL, NOBODY), (CALL, NOBODY), (RELATIVE, REACHED)], ScriptStep.WELFARE_CHECK),
        ([(RELATIVE, NOBODY)], ScriptStep.CALL),
        ([(CALL, REACHED)], ScriptStep.REACHED),
        ([(CALL, NOBODY), (CALL, NOBODY), (RELATIVE, NOBODY), (VISIT, REACHED)], ScriptStep.REACHED),
    ],
)
def test_the_step_that_is_next(made, step):
    assert next_step(tries(*made), T0).step is step


def test_the_second_call_waits_two_minutes():
    assert next_step(tries((CALL, NOBODY)), T0) == Next(step=ScriptStep.CALL_AGAIN, not_before=T0 + 2 * MINUTE)


def test_an_alert_that_was_raised_again_begins_its_script_anew():
    made = tries((CALL, NOBODY), (CALL, REACHED))
    assert next_step(made, T0 + timedelta(hours=1)).step is ScriptStep.CALL

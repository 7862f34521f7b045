"""What belongs in the inbox, and what stands on the board instead."""

from __future__ import annotations

import pytest

from followup.domain.inbox import InboxKind, belongs, kind_of
from followup.domain.level import Level
from tests.domain.samples import CONFIGURATION, alert


@pytest.mark.parametrize(
    ("rules", "level", "there"),
    [
        (("R6",), Level.ROUTINE, True),
        (("R6", "R1"), Level.ROUTINE, True),
        (("R10",), Level.ROUTINE, False),
        (("R7",), Level.ROUTINE, False),
        (("E1", "R6"), Level.EMERGENCY, False),
        (("U3", "R6"), Level.URGENT, False),
    ],
)
def test_by_rule_and_level(rules, level, there):
    assert belongs(alert(rules[0], rules=rules, level=level), CONFIGURATION) is there


def test_a_rule_that_the_file_no_longer_has_puts_nothing_there():
    assert not belongs(alert("R6", rules=("GONE",), level=Level.ROUTINE), CONFIGURATION)


def test_why_it_is_there():
    assert kind_of(alert("R6", patient="ann")) is InboxKind.PATIENT
    assert kind_of(alert("R6", patient=None, also=("ann", "bob"))) is InboxKind.SHARED
    assert kind_of(alert("R6", patient=None)) is InboxKind.UNKNOWN

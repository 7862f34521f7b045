"""Who an alert goes to when somebody passes it on, and when a duty ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.alert import AlertStatus
from followup.domain.escalation import acknowledge, advance, chain_of, join
from followup.domain.passing import colleague, duty_ends_at, duty_of, hand_over, heir, next_person
from tests.domain.samples import CONFIGURATION, RULES, alert, met, utc

NIGHT = utc("2026-11-03T02:10:00-06:00")  # the night that belongs to Monday: nurse sam
HAND_OVER = utc("2026-11-03T07:00:00-06:00")
EMERGENCY, URGENT, ROUTINE = (CONFIGURATION.chains[key] for key in ("emergency", "urgent", "routine"))


def test_whoever_it_is_handed_to_is_told_first_and_then_the_chain_begins():
    handed = hand_over(alert("E1", NIGHT), to="robin", now=NIGHT)
    assert (handed.status, handed.next_action_at, handed.raises) == (AlertStatus.OPEN, NIGHT, 1)
    first = advance(handed, EMERGENCY, CONFIGURATION, NIGHT)
    assert {notice.person for notice in first.notices} == {"robin"}
    assert (first.alert.position, first.alert.handed_to) == (0, None)
    assert first.alert.next_action_at == NIGHT + EMERGENCY.acknowledge_within
    then = advance(first.alert, EMERGENCY, CONFIGURATION, first.alert.next_action_at)
    assert {notice.person for notice in then.notices} == {"sam"}


def test_a_receiver_who_cannot_be_told_is_passed_over():
    mute = replace(CONFIGURATION.staff["robin"], phone=None, email=None)
    configuration = replace(CONFIGURATION, staff={**CONFIGURATION.staff, "robin": mute})
    for to in ("robin", "nobody"):
        move = advance(hand_over(alert("E1", NIGHT), to=to, now=NIGHT), EMERGENCY, configuration, NIGHT)
        assert {notice.person for notice in move.notices} == {"sam"}
        assert move.alert.handed_to is None


def test_a_routine_item_that_is_handed_over_tells_its_receiver_alone():
    handed = hand_over(alert("R2", NIGHT), to="kay", now=NIGHT)
    move = advance(handed, ROUTINE, CONFIGURATION, NIGHT)
    assert {notice.person for notice in move.notices} == {"kay"}
    assert (move.alert.position, move.alert.next_action_at) == (0, utc("2026-11-04T17:00:00-06:00"))


@pytest.mark.parametrize(
    ("chain", "position", "by", "to"),
    [
        ("emergency", 1, "sam", "kay"),
        ("emergency", 1, "kay", "lee"),
        ("emergency", 2, "kay", "lee"),
        ("emergency", 3, "lee", "sam"),
        ("routine", 0, "kay", "lee"),
        ("routine", 0, "lee", None),
    ],
)
def test_the_next_person_is_the_first_of_the_rest_of_the_chain(chain, position, by, to):
    standing = replace(alert("E1", NIGHT), position=position)
    assert next_person(standing, CONFIGURATION.chains[chain], CONFIGURATION, by=by, now=NIGHT) == to


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ("sam", "sam"),
        ("Sam Ortiz", "sam"),
        ("ortiz", "sam"),
        ("dr. lee", "lee"),
        ("Lee", "lee"),
        ("chen", "lee"),
        ("nobody", None),
        ("sam miller", None),
        ("", None),
        (".", None),
    ],
)
def test_whom_a_text_names(said, key):
    assert colleague(CONFIGURATION, said) == key


def test_a_name_that_two_have_is_nobodys():
    twin = replace(CONFIGURATION.staff["robin"], name="Robin Ortiz")
    configuration = replace(CONFIGURATION, staff={**CONFIGURATION.staff, "robin": twin})
    assert colleague(configuration, "ortiz") is None
    assert colleague(configuration, "robin ortiz") == "robin"


def test_an_alert_follows_the_duty_that_it_was_taken_on():
    assert duty_of("sam", URGENT, CONFIGURATION, NIGHT) == "nurses"
    taken = acknowledge(alert("U1", NIGHT), URGENT, person="Sam Ortiz", via="sms", now=NIGHT, duty_of="nurses")
    assert heir(taken, CONFIGURATION, HAND_OVER - timedelta(seconds=1)) is None
    assert duty_ends_at(taken, CONFIGURATION, NIGHT) == HAND_OVER
    assert heir(taken, CONFIGURATION, HAND_OVER) == "kay"
    assert duty_ends_at(taken, CONFIGURATION, HAND_OVER) == HAND_OVER
    handed = hand_over(taken, to="kay", now=HAND_OVER)
    assert heir(handed, CONFIGURATION, HAND_OVER) is None, "once"


def test_what_was_taken_on_no_duty_stays_where_it_is():
    assert duty_of("lee", URGENT, CONFIGURATION, NIGHT) is None
    taken = acknowledge(alert("U1", NIGHT), URGENT, person="Dr. Lee Chen", via="sms", now=NIGHT)
    assert (heir(taken, CONFIGURATION, HAND_OVER), duty_ends_at(taken, CONFIGURATION, HAND_OVER)) == (None, None)


def test_worse_words_undo_a_hand_over_that_has_not_been_told_yet():
    """The chain begins anew for everybody; nobody is left out for one who may be asleep."""
    handed = hand_over(alert("U1", NIGHT), to="robin", now=NIGHT)
    worse = join(handed, met("E2"), RULES, again=False, now=NIGHT).alert
    assert (worse.handed_to, worse.position) == (None, 0)


def test_steps_are_those_of_the_opening_even_where_the_chain_is_gone():
    old = alert("U1", NIGHT)
    without = replace(CONFIGURATION, chains={key: one for key, one in CONFIGURATION.chains.items() if key != "urgent"})
    renamed = replace(without, chains={**without.chains, "urgent2": URGENT})
    assert chain_of(old, CONFIGURATION, renamed) is URGENT
    level_rose = replace(old, chain="urgent2")
    assert chain_of(level_rose, CONFIGURATION, renamed) is URGENT
    assert chain_of(replace(old, chain="gone"), CONFIGURATION, CONFIGURATION) is URGENT

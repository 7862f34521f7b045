"""An alert told to people: which words stand first, what came after them, by when somebody must have it."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from followup.domain.account_of_alert import acknowledge_by, came_after, came_in, weightiest
from followup.domain.alert import AlertEntry, AlertStatus, EntryKind
from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.received import Inbound
from tests.domain.samples import CONFIGURATION, T0, alert

MINUTE = timedelta(minutes=1)


def entry(number: int, words: str | None, level: Level = Level.URGENT, kind: EntryKind = EntryKind.ADDED) -> AlertEntry:
    return AlertEntry(
        id=f"e{number}",
        alert="a",
        at=T0 + number * MINUTE,
        kind=kind,
        level=level,
        actor="reader",
        words=words,
        inbound=f"i{number}" if words else None,
    )


def text(number: int, words: str) -> Inbound:
    return Inbound(
        id=f"i{number}",
        clinic="prairie",
        provider="p",
        provider_id=str(number),
        channel=Channel.SMS,
        sender="+13125550101",
        to="+13125550100",
        body=words,
        received_at=T0 + number * MINUTE,
    )


def test_a_later_ok_does_not_stand_where_chest_pain_belongs():
    entries = [entry(0, "chest pain", Level.EMERGENCY, EntryKind.OPENED), entry(1, "ok", Level.INFO)]
    said = weightiest(entries)
    assert said is not None
    assert said.words == "chest pain"
    assert [later.words for later in came_after(said, [text(0, "chest pain"), text(1, "ok")], T0)] == ["ok"]


def test_of_equal_weight_the_latest_stands():
    said = weightiest([entry(0, "dizzy", kind=EntryKind.OPENED), entry(1, "very dizzy")])
    assert said is not None
    assert said.words == "very dizzy"


def test_a_note_of_whoever_closed_it_is_nobodys_words():
    entries = [entry(0, "dizzy", kind=EntryKind.OPENED), entry(1, "all is well", Level.EMERGENCY, EntryKind.CLOSED)]
    assert [one.words for one in came_in(entries)] == ["dizzy"]


def test_silence_is_told_by_what_opened_the_alert():
    opened = entry(0, None, kind=EntryKind.OPENED)
    assert weightiest([opened]) == opened
    before, after = text(-1, "thanks"), text(2, "none")
    assert [one.words for one in came_after(opened, [before, after], T0)] == ["none"]
    assert weightiest([]) is None


def test_a_picture_without_words_is_told_too():
    said = entry(0, "look", kind=EntryKind.OPENED)
    assert [one.words for one in came_after(said, [text(0, "look"), text(1, " ")], T0)] == ["(a picture)"]


@given(st.lists(st.sampled_from(list(Level)), min_size=1, max_size=6))
def test_nothing_weightier_is_hidden(levels):
    entries = [entry(number, "words", level, EntryKind.OPENED) for number, level in enumerate(levels)]
    said = weightiest(entries)
    assert said is not None
    assert said.level.rank == max(level.rank for level in levels)


def test_the_deadline_is_that_of_the_chain_and_ends_when_somebody_has_it():
    pressing = alert("E1", level=Level.EMERGENCY, chain="emergency", round_started_at=T0)
    chain = CONFIGURATION.chains["emergency"]
    assert acknowledge_by(pressing, chain) == T0 + chain.acknowledge_within
    taken = alert("E1", level=Level.EMERGENCY, chain="emergency", status=AlertStatus.ACKNOWLEDGED)
    assert acknowledge_by(taken, chain) is None
    assert acknowledge_by(alert("R6", chain="routine"), CONFIGURATION.chains["routine"]) is None
    assert acknowledge_by(pressing, None) is None

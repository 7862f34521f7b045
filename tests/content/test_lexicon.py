"""Every entry of the word lists sees what it must see and leaves alone what it must leave alone."""

import pytest

from followup.content.lexicon import load_lexicon
from followup.domain.reading.lexicon import Entry, Sort
from followup.domain.reading.normalise import normalise
from followup.domain.reading.scope import scope_of, surroundings
from followup.domain.reading.topics import BY_NAME

LEXICON = load_lexicon()
EXAMPLES = [(entry, text) for entry in LEXICON.entries for text in entry.matches]
COUNTERS = [(entry, text) for entry in LEXICON.entries for text in entry.counters]


def _live(entry: Entry, text: str) -> bool:
    """Whether the entry is seen in the text and counts there."""
    words = normalise(text, LEXICON.spelling)
    matches = LEXICON.find(words)
    around = surroundings(words, matches)
    for match in matches:
        if match.entry.id != entry.id:
            continue
        if entry.sort is not Sort.DANGER or scope_of(match, around, crisis=BY_NAME[entry.topic].crisis).counts:
            return True
    return False


@pytest.mark.parametrize(("entry", "text"), EXAMPLES, ids=lambda value: getattr(value, "id", None))
def test_an_entry_sees_its_examples(entry, text):
    assert _live(entry, text)


@pytest.mark.parametrize(("entry", "text"), COUNTERS, ids=lambda value: getattr(value, "id", None))
def test_an_entry_leaves_its_counter_examples_alone(entry, text):
    assert not _live(entry, text)


def test_every_entry_has_an_example_and_an_id_of_its_own():
    assert [entry.id for entry in LEXICON.entries if not entry.matches] == []
    assert len({entry.id for entry in LEXICON.entries}) == len(LEXICON.entries)


def test_every_danger_entry_has_a_listed_topic():
    assert {entry.topic for entry in LEXICON.entries if entry.sort is Sort.DANGER} <= set(BY_NAME)


def test_nothing_is_ever_mended_towards_a_stop_word_a_number_or_a_denial():
    silencing = {"stop", "end", "quit", "cancel", "unsubscribe", "alto", "no", "none", "fine", "bien", "ok", "nada"}
    assert LEXICON.spelling.danger.isdisjoint(silencing)


@pytest.mark.parametrize("word", ["abrazo", "cheat", "alice", "brave", "chests"])
def test_a_real_word_is_never_taken_for_a_danger_word(word):
    assert LEXICON.spelling.mend(word) == word


@pytest.mark.parametrize(
    ("written", "meant"),
    [("brething", "breathing"), ("suicidall", "suicidal"), ("desmallada", "desmayada"), ("seizur", "seizure")],
)
def test_a_misspelt_danger_word_is_mended(written, meant):
    assert LEXICON.spelling.mend(written) == meant

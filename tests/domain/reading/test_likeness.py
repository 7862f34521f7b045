"""The second opinion: what it adds, what it leaves alone, and that it says which words weighed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.content.lexicon import load_lexicon
from followup.domain.level import Level
from followup.domain.reading import Asked, read
from followup.domain.reading.likeness import LONGEST, LONGEST_WORDS, Likeness, second_opinion
from followup.domain.reading.normalise import Words, normalise

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data"
LEARNT_FROM = (
    "replies-dev.jsonl",
    "replies-own.jsonl",
    "replies-learnt.jsonl",
    "replies-learnt-2.jsonl",
    "replies-learnt-3.jsonl",
    "ordinary.txt",
    "ordinary-near.txt",
    "ordinary-answers.txt",
    "ordinary-people.txt",
    "ordinary-people-3.txt",
    "ordinary-people-4.txt",
)
#: In no list of words, and nobody's idiom.
UNHEARD = "i lined the pills up on the counter and wrote the kids a letter, nobody has to worry about me anymore"


def _words(text: str) -> Words:
    return normalise(text, load_lexicon().spelling)


def _read(text: str) -> Level:
    return read(text, asked=Asked.NONE, lexicon=load_lexicon()).level


def test_the_weights_are_those_of_the_replies_in_this_folder() -> None:
    """Whoever changes a reply learns anew: `scripts/learn_likeness.py`."""
    found = hashlib.sha256(b"".join((DATA / name).read_bytes() for name in LEARNT_FROM)).hexdigest()
    head = (
        (ROOT / "followup" / "content" / "words" / "likeness.tsv").read_text(encoding="utf-8").split("\n# The first")[0]
    )
    assert found in head


def test_a_finding_names_the_words_that_weighed_most() -> None:
    likeness = load_lexicon().likeness
    (found,) = second_opinion(_words(UNHEARD), likeness, ())
    assert found.topic in {"like_crisis", "like_urgent"}
    assert found.words == UNHEARD
    named = found.pattern.removeprefix("likeness: ").split(", ")
    assert named
    assert all(word in UNHEARD.casefold() for word in named)


@pytest.mark.parametrize(
    "text",
    [
        "thanks, see you thursday",
        "can i eat before the next infusion",
        "pain is about a 4 today, slept fine",
        "gracias, todo bien por aquí",
        "is parking free at the clinic",
        "cuánto cuesta la próxima",
    ],
)
def test_everyday_texts_weigh_nothing(text: str) -> None:
    assert second_opinion(_words(text), load_lexicon().likeness, ()) == ()


@pytest.mark.parametrize("text", ["", "8", "ok", "so tired", "1 y 2", "2 3 and 5", "😀😀😀", "????"])
def test_a_word_or_two_are_not_weighed(text: str) -> None:
    assert second_opinion(_words(text), load_lexicon().likeness, ()) == ()


def test_what_patterns_found_is_never_lowered() -> None:
    for text in ("i have chest pain", "i want to die", "me quiero morir"):
        assert _read(text) is Level.EMERGENCY


def test_words_taken_back_weigh_less() -> None:
    """A denial is a reason to doubt; more is needed then."""
    assert _read("no chest pain and no trouble breathing today, all good") is not Level.EMERGENCY
    assert _read("i am not suicidal, just checking in as you asked") is not Level.EMERGENCY


@given(st.text(max_size=2000))
def test_any_text_is_weighed(text: str) -> None:
    weighed = load_lexicon().likeness.weigh(_words(text))
    assert -100 < weighed.emergency < 100
    assert -100 < weighed.urgent < 100


def test_only_so_much_of_a_long_text_is_looked_at() -> None:
    likeness = load_lexicon().likeness
    begin, end = "a tight chest " * 40, "and i feel faint " * 40
    assert min(len(begin), len(end)) > LONGEST // 2
    assert min(len(begin.split()), len(end.split())) > LONGEST_WORDS // 2
    calm, wild = "everything is fine " * 10_000, "i am going to die " * 10_000
    assert likeness.weigh(_words(begin + calm + end)) == likeness.weigh(_words(begin + wild + end))


def test_without_weights_nothing_is_added() -> None:
    assert second_opinion(_words(UNHEARD), Likeness(), ()) == ()

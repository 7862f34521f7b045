"""What holds for every text: an answer, never an exception, in time that grows with length alone."""

import os
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followup.content.lexicon import load_lexicon
from followup.domain.level import Level
from followup.domain.reading import Asked, read, scan

LEXICON = load_lexicon()
EXPLICIT = (
    "i want to kill myself",
    "my chest hurts",
    "i can't breathe",
    "quiero morirme",
    "me duele el pecho",
    "no puedo respirar",
    "i fainted this morning",
    "vomite sangre",
)
CALM = ("no", "lol", "all good", "pain is 3", "gracias", "thanks", "no nausea", "see you friday")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=400), asked=st.sampled_from(Asked))
def test_any_text_gets_an_answer(text, asked):
    result = read(text, asked=asked, lexicon=LEXICON)
    assert result.text == text
    assert result.level in (Level.NONE, Level.ROUTINE, Level.URGENT, Level.EMERGENCY)
    assert result.kind in result.kinds


@settings(max_examples=60, deadline=None)
@given(danger=st.sampled_from(EXPLICIT), calm=st.sampled_from(CALM), first=st.booleans())
def test_a_sentence_of_its_own_never_lowers_an_explicit_danger(danger, calm, first):
    text = f"{calm}. {danger}." if first else f"{danger}. {calm}."
    assert read(text, asked=Asked.NONE, lexicon=LEXICON).level is Level.EMERGENCY


@pytest.mark.parametrize("danger", EXPLICIT)
@pytest.mark.parametrize("tail", [" lol", " haha", ". no", " jaja", " \U0001f602", ". its prob nothing"])
def test_a_laugh_never_lowers_an_explicit_danger(danger, tail):
    assert read(danger + tail, asked=Asked.NONE, lexicon=LEXICON).level is Level.EMERGENCY


@pytest.mark.parametrize("danger", EXPLICIT)
def test_danger_at_the_end_of_a_long_text_is_seen(danger):
    filler = "the garden is nice and the dog is happy. " * 240
    assert read(filler + danger, asked=Asked.NONE, lexicon=LEXICON).level is Level.EMERGENCY


@pytest.mark.parametrize(
    "seed",
    [
        "a ",
        "no ",
        "no, ",
        "i want to die laughing ",
        "8 ",
        "1,",
        "((",
        "x",
        "voices ",
        "the pain stopped and ",
        "555 ",
        "\u00e1\u0301 ",
        "S.T.O.P. ",
        "****",
        "my chest ",
    ],
)
def test_time_grows_no_faster_than_length(seed):
    def cost(size):
        text = (seed * size)[:size]
        spans = []
        for _ in range(3):
            began = time.thread_time()
            read(text, asked=Asked.PAIN, lexicon=LEXICON)
            spans.append(time.thread_time() - began)
        return min(spans)

    cost(500)
    small, large = cost(2_500), cost(10_000)
    assert large < 10 * small + 0.02
    assert large < 2.0


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE patients;--",
        "{{7*7}}",
        "${x} %s {0}",
        "\x00\x1b[31m",
        "../../etc/passwd",
        "\u202e\u200b",
    ],
)
def test_hostile_text_is_only_words(hostile):
    result = read(hostile + " my chest hurts", asked=Asked.NONE, lexicon=LEXICON)
    assert result.level is Level.EMERGENCY
    assert scan(hostile, lexicon=LEXICON) == ()


TIED = "mareao desmayo golpeé vomitó confundió convulsionó soltarme confundi desmayó golpeó"  # as near to two words
SPELT = """
from followup.content.lexicon import load_lexicon
print(*(load_lexicon().spelling.mend(word) for word in input().split()))
"""


def test_a_misspelt_word_is_the_same_word_in_every_process():
    """Nothing hangs on the order of a set, which differs from process to process."""
    mended = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", SPELT]
        done = subprocess.run(command, input=TIED, env=environment, check=True, capture_output=True, encoding="utf-8")
        mended.add(done.stdout)
    assert len(mended) == 1

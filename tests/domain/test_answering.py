"""What a text answers: the open question, those behind it, and what was answered before."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from followup.content.lexicon import load_lexicon
from followup.domain.answering import Given, Reader, ask_next, asked_as, chosen_anew, correction, take_answers
from followup.domain.reading import Asked, Lexicon, Reading, Severity, read
from tests.domain.samples import CONFIGURATION, MUMBLE, Text, check_in, figure, symptom

QUESTIONS = CONFIGURATION.questions


@cache
def lexicon() -> Lexicon:
    return load_lexicon()


def text(words: str) -> Reader:
    """A text as the real reader takes it."""

    def reader(asked: Asked) -> Reading:
        return read(words, asked=asked, lexicon=lexicon())

    return reader


def taken(reader: Reader, question: str, *left: str) -> tuple[dict[str, object], tuple[str, ...]]:
    """Question -> value, codes or severity; and the questions that are left, the next one first."""
    found = take_answers(check_in("C2", question, left), CONFIGURATION, reader)
    given: dict[str, object] = {
        one.question: one.severity if one.severity is not None else one.codes or one.value for one in found.given
    }
    return given, found.left


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (None, Asked.NONE),
        ("C1", Asked.CHOICE),
        ("C2_PAIN", Asked.PAIN),
        ("C3_PAIN", Asked.PAIN),
        ("MOOD", Asked.MOOD),
        ("SE", Asked.CODES),
        ("SEV", Asked.SEVERITY),
        ("SEV_5", Asked.SEVERITY),
        ("URINE", Asked.CHOICE),
        ("MOOD_CHECK", Asked.CHOICE),
    ],
)
def test_each_question_is_read_in_its_own_way(question, asked):
    assert asked_as(QUESTIONS[question] if question else None) is asked


@pytest.mark.parametrize(
    ("words", "value", "is_range"),
    [
        ("7", 7, False),
        ("7/10", 7, False),
        ("it's a 7", 7, False),
        ("seven", 7, False),
        ("siete", 7, False),
        ("0", 0, False),
        ("10", 10, False),
        ("6-7", 7, True),
        ("between 4 and 6", 6, True),
    ],
)
def test_a_rating_however_it_is_written(words, value, is_range):
    found = take_answers(check_in("C2", "C2_PAIN"), CONFIGURATION, text(words))
    assert found.given == (Given(question="C2_PAIN", value=value, is_range=is_range),)


@pytest.mark.parametrize("words", ["maybe", "", "?"])
def test_what_is_no_rating_answers_nothing(words):
    assert taken(text(words), "C2_PAIN", "SE") == ({}, ("C2_PAIN", "SE"))


@pytest.mark.parametrize(
    ("words", "codes", "left"),
    [
        ("0", (0,), ()),
        ("1", (1,), ("SEV",)),
        ("1 3", (1, 3), ("SEV",)),
        ("13", (1, 3), ("SEV",)),
        ("5", (5,), ("SEV",)),  # alone it is the worst one
        ("1 5", (1, 5), ("SEV_5",)),
        ("5 and 1", (5, 1), ("SEV_5",)),
        ("9", (9,), ()),  # nothing more is asked of somebody in danger
        ("0 9", (9,), ()),
        ("0 1", (1,), ("SEV",)),
        ("7", (7,), ("SEV",)),
    ],
)
def test_side_effects_by_their_digits_and_what_they_lead_to(words, codes, left):
    assert taken(text(words), "SE") == ({"SE": codes}, left)


def test_what_an_answer_leads_to_is_asked_before_what_was_still_to_come():
    assert taken(figure(1), "SE", "MOOD") == ({"SE": (1,)}, ("SEV", "MOOD"))
    assert taken(figure(2), "C1", "MOOD") == ({"C1": 2}, ("SE", "MOOD"))
    assert taken(figure(2), "C1", "SE") == ({"C1": 2}, ("SE",))  # never put twice


@pytest.mark.parametrize(("number", "left"), [(1, ()), (2, ("SE",)), (3, ())])
def test_the_first_question_and_what_follows(number, left):
    assert taken(figure(number), "C1") == ({"C1": number}, left)


@pytest.mark.parametrize("number", [0, 4, 7])
def test_a_digit_that_is_no_choice_is_not_guessed_at(number):
    assert taken(figure(number), "C1") == ({}, ("C1",))
    assert taken(figure(number), "SEV") == ({}, ("SEV",))


@pytest.mark.parametrize(("number", "severity"), [(1, 1), (2, 2), (3, 3)])
@pytest.mark.parametrize("question", ["SEV", "SEV_5"])
def test_a_severity_is_one_to_three_and_never_a_rating(question, number, severity):
    assert taken(figure(number), question) == ({question: severity}, ())


def test_a_code_that_is_not_offered_is_left_out():
    assert taken(Text(codes=(8, 1)), "SE") == ({"SE": (1,)}, ("SEV",))
    assert taken(Text(codes=(8,)), "SE") == ({}, ("SE",))


# --- several answers in one text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "given", "left"),
    [
        ("5, mood 6, no side effects", {"C2_PAIN": 5, "MOOD": 6, "SE": (0,)}, ()),
        ("4 and a bit dizzy", {"C2_PAIN": 4}, ("MOOD", "SE")),
        ("4", {"C2_PAIN": 4}, ("MOOD", "SE")),
    ],
)
def test_several_answers_in_one_text_are_taken_together(words, given, left):
    assert taken(text(words), "C2_PAIN", "MOOD", "SE") == (given, left)


def test_a_bare_figure_answers_only_the_open_question():
    """The one number of a text is pain; it is not mood, a side effect and a severity as well."""
    assert taken(figure(5), "C2_PAIN", "MOOD", "SE", "URINE") == ({"C2_PAIN": 5}, ("MOOD", "SE", "URINE"))


def test_a_second_score_of_the_same_kind_is_not_made_of_the_first():
    assert taken(Text(words="mood is 4", value=4), "C2_PAIN", "C3_PAIN") == ({"C2_PAIN": 4}, ("C3_PAIN",))


def test_symptoms_beside_a_rating_answer_the_question_behind_it():
    beside = Text(words="4 and nauseous", value=4, symptoms=(symptom("nausea"),))
    assert taken(beside, "C2_PAIN", "SE") == ({"C2_PAIN": 4, "SE": (2,)}, ("SEV",))
    severe = Text(words="4, bad nausea", value=4, symptoms=(symptom("nausea", Severity.SEVERE),))
    assert taken(severe, "C2_PAIN", "SE") == ({"C2_PAIN": 4, "SE": (2,), "SEV": 3}, ())


def test_no_side_effects_in_words():
    assert taken(text("no side effects"), "SE") == ({"SE": (0,)}, ())
    assert taken(Text(words="sin efectos"), "SE") == ({"SE": (0,)}, ())
    denied_and_named = Text(words="no other, only dizzy", symptoms=(symptom("dizziness"),))
    assert taken(denied_and_named, "SE") == ({"SE": (1,)}, ("SEV",))
    assert taken(Text(words="all quiet"), "SE") == ({}, ("SE",))


# --- words to a question of digits ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "given", "left"),
    [
        ((symptom("dizziness", Severity.MILD),), {"C1": 2, "SE": (1,), "SEV": 1}, ()),
        ((symptom("dizziness"),), {"C1": 2, "SE": (1,)}, ("SEV",)),
        ((symptom("vomiting", Severity.SEVERE),), {"C1": 2, "SE": (2,), "SEV": 3}, ()),
        ((symptom("hallucination"),), {"C1": 2, "SE": (5,)}, ("SEV",)),
        ((symptom("dizziness"), symptom("dissociation")), {"C1": 2, "SE": (1, 5)}, ("SEV_5",)),
        ((symptom("dizziness", Severity.NONE),), {}, ("C1",)),  # "not dizzy" is no side effect
        ((symptom("toothache"),), {}, ("C1",)),  # unknown to this schedule
    ],
)
def test_a_side_effect_in_words_answers_the_first_question(said, given, left):
    assert taken(Text(words="words", symptoms=said), "C1") == (given, left)


def test_a_bit_dizzy_to_the_first_question():
    given, left = taken(text("a bit dizzy"), "C1")
    assert (given, left) == ({"C1": 2, "SE": (1,), "SEV": 1}, ())


def test_words_do_not_answer_a_choice_that_leads_to_no_side_effects():
    assert taken(Text(words="dizzy", symptoms=(symptom("dizziness"),)), "URINE") == ({}, ("URINE",))


# --- corrections ------------------------------------------------------------------------------------------------


def corrected(reader: Reader, *answered: str, question: str | None = None) -> Given | None:
    return correction(check_in("C4", question), answered, CONFIGURATION, reader)


@pytest.mark.parametrize("words", ["sorry, 4 not 7", "I meant 4", "sorry i meant 4"])
def test_a_corrected_rating_replaces_the_last_one(words):
    assert corrected(text(words), "C3_PAIN", question="SE") == Given(question="C3_PAIN", value=4)
    assert corrected(text(words), "C3_PAIN", "MOOD", "SE") == Given(question="MOOD", value=4)


def test_a_correction_of_the_open_question_is_just_its_answer():
    assert corrected(text("I meant 4"), "C3_PAIN", question="C3_PAIN") is None
    assert taken(text("I meant 4"), "C3_PAIN") == ({"C3_PAIN": 4}, ())


@pytest.mark.parametrize(
    ("reader", "answered"),
    [
        (figure(4), ("C3_PAIN",)),  # a plain figure corrects nothing
        (MUMBLE, ("C3_PAIN",)),
        (text("I meant 4"), ()),
        (text("I meant 4"), ("a question of an older version",)),
        (text("I meant 4"), ("SE",)),
    ],
)
def test_what_corrects_nothing(reader, answered):
    assert corrected(reader, *answered) is None


@pytest.mark.parametrize("words", ["sorry, 3 not 1", "I meant 3", "oops, 3"])
def test_a_corrected_choice_replaces_the_last_one(words):
    """Somebody who sent 1 for fine and meant 3 for help must not be thanked and left alone."""
    assert corrected(text(words), "C1") == Given(question="C1", value=3)


def test_a_corrected_choice_is_one_of_its_options():
    assert corrected(text("I meant 4"), "C1") is None
    assert corrected(text("I meant 4"), "C3_PAIN", "URINE") == Given(question="C3_PAIN", value=4)


def test_a_range_in_a_correction_is_marked():
    ranged = Text(value=5, as_range=True, corrects=True)
    assert corrected(ranged, "C3_PAIN") == Given(question="C3_PAIN", value=5, is_range=True)


# --- what is asked next -----------------------------------------------------------------------------------------


def test_the_next_question_is_new_and_may_be_put_once_more():
    asked = ask_next(check_in("C4", "C3_PAIN", ("MOOD", "SE"), reasked=True), ("MOOD", "SE"))
    assert (asked.question, asked.questions, asked.reasked) == ("MOOD", ("SE",), False)
    done = ask_next(check_in("C4", "C3_PAIN"), ())
    assert (done.question, done.questions) == (None, ())


def test_a_question_may_follow_any_answer_but_none():
    """`then` with the key None: whatever was answered, 0 apart."""
    then = replace(QUESTIONS["SE"], then={None: "SEV"}, then_among={})
    changed = replace(CONFIGURATION, questions={**QUESTIONS, "SE": then})
    assert take_answers(check_in("C2", "SE"), changed, figure(7)).left == ("SEV",)
    assert take_answers(check_in("C2", "SE"), changed, figure(0)).left == ()


@pytest.mark.parametrize(
    ("left", "reader", "given"),
    [
        # A choice is never answered from the side, and a severity only by words that say how bad.
        ("URINE", Text(words="4, urine is fine", value=4, choice=1), {"C2_PAIN": 4}),
        ("SEV", Text(words="4, nauseous", value=4, symptoms=(symptom("nausea"),)), {"C2_PAIN": 4}),
    ],
)
def test_what_is_not_taken_from_beside(left, reader, given):
    assert taken(reader, "C2_PAIN", left) == (given, (left,))


def test_nobody_changes_their_mind_about_a_rating_by_a_bare_figure():
    assert chosen_anew(("C1",), CONFIGURATION, figure(3)) == (Given(question="C1", value=3),)
    for answered in ((), ("C2_PAIN",), ("C1", "SE"), ("an old question",)):
        assert chosen_anew(answered, CONFIGURATION, figure(3)) == ()
    assert chosen_anew(("C1",), CONFIGURATION, figure(7)) == ()
    assert chosen_anew(("C1",), CONFIGURATION, MUMBLE) == ()


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("two", {"C1": 2}),
        ("dos", {"C1": 2}),
        ("seven", {}),
    ],
)
def test_a_choice_may_be_spelled(words, given):
    assert taken(Text(words=words), "C1")[0] == given


def test_a_choice_whose_follow_up_asks_for_no_side_effects_is_not_answered_by_one():
    dizzy = Text(words="dizzy", symptoms=(symptom("dizziness"),))
    changed = replace(QUESTIONS["C1"], then={None: "SE", 2: "MOOD"})
    configuration = replace(CONFIGURATION, questions={**QUESTIONS, "C1": changed})
    assert take_answers(check_in("C1", "C1"), configuration, dizzy).given == ()

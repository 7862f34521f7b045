"""What replies mean, as a table of cases a nurse would agree with."""

import pytest

from followup.content.lexicon import load_lexicon
from followup.domain.level import Level
from followup.domain.reading import Asked, Kind, NumberType, Scope, Severity, read, scan

LEXICON = load_lexicon()


def reading(text, asked="none", about=None, sent=()):
    return read(text, asked=Asked(asked), lexicon=LEXICON, about=about, sent_texts=sent)


@pytest.mark.parametrize(
    ("text", "level", "crisis"),
    [
        ("probly nothing but my chest feels tight", "emergency", False),
        ("kiero morirme", "emergency", True),
        ("its prob nothing but my chest has been kinda tight since lunch lol", "emergency", False),
        ("no puedo respirar bien me falta el aire hasta sentada", "emergency", False),
        ("i don't want to be alive anymore", "emergency", True),
        ("para que sigo aqui", "emergency", True),
        ("i dont want to b here tomorrow", "emergency", True),
        ("i dont want to be here tomorrow, my in-laws land at 9. any chance of friday instead", "routine", False),
        ("stop, I want to die", "emergency", True),
        ("hopeless. and before you ask no im not suicidal", "urgent", False),
        ("this heat is killing me", "none", False),
        ("me muero de hambre", "none", False),
        ("BP 192/118 and my vision is swimmy", "emergency", False),
        ("bp 184/100, feel fine", "urgent", False),
        ("fever of 103.4", "urgent", False),
        ("my neighbor fainted at church, she is fine, i am fine too", "none", False),
        ("2 yrs ago i wanted to be dead & now im pickin out paint colors", "none", False),
        ("the pain stopped", "none", False),
    ],
)
def test_how_urgent_the_words_are(text, level, crisis):
    result = reading(text)
    assert (result.level, result.crisis) == (Level(level), crisis)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("seven out of ten", 7),
        ("siete", 7),
        ("6 or 7 no nausea tho", 7),
        ("2-3", 3),
        ("sorry, 4 not 7", 4),
        ("no es 5 es 8 perdon", 8),
        ("2 sitting, 6 walking", 6),
        ("5 in the morning, 2 by now", 2),
        ("its an ate today", 8),
        ("3\ufe0f\u20e3", 3),
        ("call it a 5 and a half", 5.5),
        ("15 out of 10", 10),
        ("47", None),
        ("no pain", 0),
        ("sin dolor gracias a dios", 0),
        ("took 2 tylenol at 9", None),
        ("can someone call 555-0108 after 8", None),
        ("Not an 8 like last week. Only a 3.", 3),
        ("eightish", 8),
        ("6 the usual. going out on sunday", 6),
        ("7 yesterday", None),
        ("3. sold my guitars, all nine of them", 3),
        ("3. knee is a 6", 6),
        ("eighty-eight years old and still going, five", 5),
        ("ocho y medio no, ocho", 8),
        ("era 4 no 44", 4),
        ("5 nomás, como siempre", 5),
        ("wun", 1),
        ("8 no, perdon, se me fue el dedo. 4", 4),
    ],
)
def test_which_number_is_the_pain(text, value):
    assert reading(text, "pain").value == value


def test_a_sharp_rise_is_urgent_whatever_the_number():
    assert reading("6!!! el domingo era un 1", "pain").level is Level.URGENT


def test_a_range_and_a_correction_are_marked():
    assert reading("6 or 7", "pain").value_is_range
    assert reading("sorry, meant 4", "pain").value_is_correction


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("STOP", "opt_out"),
        ("END", "opt_out"),
        ("sotp", "opt_out"),
        ('"S.T.O.P."', "opt_out"),
        ("lose my number", "opt_out"),
        ("ya no me manden mensajes", "opt_out"),
        ("take me off this list", "opt_out"),
        ("cancel my appointment", "question"),
        ("end of the day im doing alright", "answer"),
        ("do NOT stop these texts", "chat"),
        ("unstop", "opt_in"),
        ("HELP", "help"),
        ("HELP with my portal password please", "question"),
        ("wrong number", "wrong_number"),
        ("call me", "callback"),
        ("where do i park", "question"),
        ("gracias", "chat"),
        ("{{7*7}}", "unclear"),
        ("", "unclear"),
    ],
)
def test_what_sort_of_message_it_is(text, kind):
    assert reading(text).kind is Kind(kind)


def test_a_mistyped_number_is_an_answer():
    result = reading("typed the wrong number, meant 5", "pain")
    assert (result.kind, result.value) == (Kind.ANSWER, 5)


def test_stop_beside_danger_is_both():
    result = reading("stop, I want to die")
    assert result.kind is Kind.OPT_OUT
    assert result.crisis


@pytest.mark.parametrize(
    ("text", "symptoms"),
    [
        ("moderate nausea", {"nausea": "moderate"}),
        ("nausea 8 dizzy 2 everything else ok", {"nausea": "severe", "dizziness": "mild"}),
        (
            "No nausea. No dizziness. Sleep is garbage, four hours on a good night.",
            {"nausea": "none", "dizziness": "none", "sleep": "moderate"},
        ),
        ("threw up once after dinner, ok since", {"vomiting": "moderate"}),
        ("poquita nausea", {"nausea": "mild"}),
        ("queasy AND lightheaded, both medium", {"nausea": "moderate", "dizziness": "moderate"}),
    ],
)
def test_side_effects_with_their_severity(text, symptoms):
    assert {one.code: one.severity.value for one in reading(text, "side_effects").symptoms} == symptoms


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("severe", "severe"),
        ("leve", "mild"),
        ("5", "moderate"),
        ("it was severe at first but now like a 4", "moderate"),
    ],
)
def test_how_bad_the_symptom_asked_about_is(text, severity):
    result = reading(text, "side_effect_severity", about="nausea")
    assert result.severity is Severity(severity)


@pytest.mark.parametrize(
    ("text", "codes"),
    [("1 3", (1, 3)), ("1,3 and 9", (1, 3, 9)), ("13", (1, 3)), ("0", (0,)), ("8", ()), ("1 bad day", ())],
)
def test_codes_are_digits_of_their_own(text, codes):
    assert reading(text, "codes").codes == codes


@pytest.mark.parametrize(
    ("text", "choice"), [("1", 1), ("uno", 1), ("3", 3), ("fine", 1), ("bien", 1), ("4", None), ("maybe", None)]
)
def test_a_choice_is_its_digit_or_a_sure_word(text, choice):
    assert reading(text, "choice").choice == choice


def test_a_severity_digit_never_passes_through_the_scale():
    result = reading("2", "severity")
    assert result.severity is Severity.MODERATE
    assert result.level is Level.NONE
    assert reading("3", "severity").severity is Severity.SEVERE


def test_what_we_sent_is_set_aside():
    ours = "How is your pain now, 0 to 10?"
    liked = reading(f"Liked \u201c{ours}\u201d", "pain", sent=(ours,))
    assert liked.reaction
    assert liked.value is None
    assert liked.new_words == ""
    copied = reading(f"{ours} 4", "pain", sent=(ours,))
    assert copied.value == 4


def test_a_reaction_that_quotes_danger_is_still_read():
    assert reading("Liked \u201ci want to die\u201d", sent=("How are you?",)).crisis


def test_a_driving_reply_is_a_machine():
    text = "I'm driving with Do Not Disturb While Driving turned on. I'll see your message when I get where I'm going."
    assert reading(text).auto_reply


def test_a_denied_danger_keeps_its_topic():
    found = [one for one in scan("i am not suicidal, no pills", lexicon=LEXICON) if one.topic == "suicide"]
    assert {one.scope for one in found} <= {Scope.NEGATED}
    assert [one.level for one in scan("no fainting", lexicon=LEXICON) if one.level is not Level.NONE] == []


def test_somebody_else_in_danger_is_danger():
    topics = {one.topic: one for one in scan("my husband fainted just now", lexicon=LEXICON)}
    assert topics["faint"].level is Level.EMERGENCY
    assert topics["faint"].scope is Scope.OTHER_IN_DANGER


def test_a_finding_says_its_words_and_where_they_stand():
    text = "ok so... me duele el pecho"
    (finding, *_) = scan(text, lexicon=LEXICON)
    assert text[finding.start : finding.end] == finding.words


def test_numbers_have_types():
    types = {one.value: one.type for one in reading("took 300 mg at 7:30, bp 120/80, back 4", "free").numbers}
    assert types == {300: NumberType.DOSE, 7: NumberType.TIME, 120: NumberType.BLOOD_PRESSURE, 4: NumberType.RATING}


def test_provider_keywords_are_named():
    assert [reading(text).keyword for text in ("STOP", "start", "Help", "stop it")] == ["stop", "start", "help", None]


def test_the_language_is_told_only_when_the_words_tell():
    assert reading("the pain is much better today thank you").language == "en"
    assert reading("me siento mucho mejor hoy gracias").language == "es"
    assert reading("7").language is None

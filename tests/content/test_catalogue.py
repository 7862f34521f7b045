"""What services get when they ask for a text."""

from __future__ import annotations

import hashlib

import pytest

from followup.domain.people import Channel
from followup.errors import FollowupError
from tests.content import shipped

CATALOGUE = shipped.content().catalogue
VALUES = {"clinic": "Prairie Clinic", "phone": "(312) 555-0142"}
NOTICE = {
    **VALUES,
    "level": "Emergency",
    "code": "K7QM",
    "age": "2 min",
    "news": "",
    "link": "https://x.example.org/a/1",
}


def test_a_text_has_its_values_and_no_subject():
    text = CATALOGUE.render("E_MED", language="en", channel=Channel.SMS, values=VALUES)
    assert text.subject is None
    assert text.body.startswith("Prairie Clinic: this may be an emergency. Call 911 now")
    assert text.body.endswith("(312) 555-0142")


def test_the_hash_names_the_very_template():
    text = CATALOGUE.render("E_MED", language="en", channel=Channel.SMS, values=VALUES)
    source = shipped.template_texts()["messages/E_MED/en.sms.txt"]
    assert text.template_hash == hashlib.sha256(source.encode()).hexdigest()


def test_spanish_is_folded_only_where_the_clinic_says_so():
    plain = CATALOGUE.render("C1", language="es", channel=Channel.SMS, values=VALUES, fold=True).body
    whole = CATALOGUE.render("C1", language="es", channel=Channel.SMS, values=VALUES).body
    assert "¿como esta ahora?" in plain
    assert "¿cómo está ahora?" in whole


@pytest.mark.parametrize("key", ["C1", "C2_PAIN", "SE", "SEV_5", "REMIND_PAIN", "REASK_SE", "MOOD_CHECK"])
def test_a_check_in_by_e_mail_says_only_the_neutral_sentence(key):
    text = CATALOGUE.render(key, language="en", channel=Channel.EMAIL, values={**VALUES, "question_short": "pain?"})
    assert text.subject == "Your check-in from Prairie Clinic"
    assert text.body == "We would like to know how you are. Please call (312) 555-0142.\n"


def test_an_answer_by_e_mail_carries_its_text_under_a_neutral_subject():
    text = CATALOGUE.render("E_CRISIS", language="es", channel=Channel.EMAIL, values=VALUES)
    assert text.subject == "Un mensaje de Prairie Clinic"
    assert "Llame al 988" in text.body
    assert "está solo/a" in text.body


def test_a_notice_goes_to_staff_in_the_staff_language():
    text = CATALOGUE.render("STAFF_NOTICE", language="fr", channel=Channel.SMS, values=NOTICE)
    assert text.body == ("Emergency follow-up alert K7QM, open 2 min. Reply K7QM to take it. https://x.example.org/a/1")


def test_a_notice_by_e_mail_has_a_subject_with_nothing_but_the_code():
    text = CATALOGUE.render("STAFF_NOTICE", language="en", channel=Channel.EMAIL, values=NOTICE)
    assert text.subject == "Follow-up alert K7QM"
    assert "https://x.example.org/a/1" in text.body


def test_staff_texts_have_no_place_for_a_patient():
    allowed = {"level", "code", "age", "news", "link", "who", "time", "codes", "standing", "clinic"}
    duty = {"duty", "by", "why", "minutes"}
    endings = {"outcome", "words", "names", "emergencies"}
    numbers = {"pressing", "routine", "overdue", "seen", "silent"}
    for template in CATALOGUE.templates:
        if template.key.startswith("STAFF_"):
            found = CATALOGUE.variables(template.key, language="en", channel=template.channel)
            assert found <= allowed | numbers | duty | endings


def test_a_discreet_clinic_gets_the_text_without_the_word():
    text = CATALOGUE.render("C2_PAIN", language="en", channel=Channel.SMS, values=VALUES, discreet=True)
    assert "pain" not in text.body
    assert CATALOGUE.render("C1", language="en", channel=Channel.SMS, values=VALUES, discreet=True).body


@pytest.mark.parametrize(
    ("key", "language", "values", "message"),
    [
        ("NOPE", "en", VALUES, "there is no template messages/NOPE/en.sms.txt"),
        ("E_MED", "fr", VALUES, "there is no template messages/E_MED/fr.sms.txt"),
        ("E_MED", "en", {"clinic": "x"}, "needs a value for phone"),
        ("U_CLOSED", "en", VALUES, "needs a value for open"),
    ],
)
def test_what_cannot_be_rendered_is_an_error_that_names_it(key, language, values, message):
    with pytest.raises(FollowupError, match=message):
        CATALOGUE.render(key, language=language, channel=Channel.SMS, values=values)


@pytest.mark.parametrize("value", ["{{ phone }}", "{% raw %}", "{{ 7*7 }}", "%s", "<script>", "=cmd"])
def test_a_value_is_never_read_as_a_template(value):
    text = CATALOGUE.render("STOP", language="en", channel=Channel.SMS, values={**VALUES, "clinic": value})
    assert text.body.startswith(f"{value}: you are opted out")


def test_a_value_cannot_add_a_header():
    text = CATALOGUE.render(
        "C1", language="en", channel=Channel.EMAIL, values={**VALUES, "clinic": "X\r\nBcc: all@example.org"}
    )
    assert text.subject == "Your check-in from X Bcc: all@example.org"

"""Mistakes in templates are shown in their file, and nothing in a template can do anything but name a value."""

# ruff: noqa: E501 - a case of the table is one line

from __future__ import annotations

import pytest

from followup.content.loader import InvalidContent, content_from
from followup.content.template_folder import read_templates
from tests.content import shipped

CASES = [
    ("an unknown variable", "R/en", "{{ clinc }}: thanks.", "1:1", 'unknown variable `clinc` - did you mean "clinic"?'),
    ("a variable of another text", "R/en", "{{ clinic }}: {{ open }}", "1:15", "unknown variable `open`"),
    ("a patient's name", "STAFF_NOTICE/en", "{{ code }} {{ level }} {{ name }}", "1:24", "unknown variable `name`"),
    ("one brace", "R/en", "{clinic}: thanks.", "1:1", "a single `{`"),
    ("a brace left open", "R/en", "{{ clinic }: thanks.", "1:1", "only a plain name"),
    ("on the second line", "R/en", "{{ clinic }}:\nthanks {{ fone }}", "2:8", "unknown variable `fone`"),
    ("empty", "R/en", " \n", "1:1", "this template is empty"),
    ("a comment", "R/en", "{# nurse #}{{ clinic }}", "1:1", "not `{#`"),
    ("a loop", "R/en", "{% for x in clinic %}{{ x }}{% endfor %}", "1:1", "not `{%`"),
    ("a drug", "C1/en", "{{ clinic }}: after your ketamine: 1 2 3", "1:1", "`ketamine` names a drug"),
    ("a drug in capitals", "C1/es", "{{ clinic }}: KETAMINA 1 2 3", "1:1", "`KETAMINA` names a drug"),
    ("the other treatment", "C1/en", "{{ clinic }}: your lidocaine visit: 1 2 3", "1:1", "`lidocaine`"),
    ("a diagnosis", "C1/es", "{{ clinic }}: ¿su depresión? 1 2 3", "1:1", "`depresión`"),
    ("a shortener", "R/en", "{{ clinic }}: https://bit.ly/x1", "1:1", "carriers block links of bit.ly"),
    ("a carrier's word", "C1/en", "{{ clinic }}: how are you? YES=fine 1 2 3", "1:1", "`YES` cannot be an answer"),
    ("a digit left out", "C1/en", "{{ clinic }}: how are you? 1=fine 2=not", "1:1", "does not name the answer 3 of question C1"),
    ("a scale without end", "MOOD/en", "How is your mood, 0 or more?", "1:1", "does not name the answer 10"),
    ("too long", "R/en", "{{ clinic }} " + "a" * 640, "1:1", "4 parts are the most"),
    ("far too long", "R/en", "a" * 5_000, "1:1", "at most 4,000 characters"),
]  # fmt: skip


def problems_with(**templates: str) -> dict[str, list[str]]:
    """What the check says about the shipped files with these instead, by place."""
    files = {f"messages/{name}": text for name, text in templates.items()}
    try:
        content_from(shipped.schedules_text(), shipped.template_texts() | files)
    except InvalidContent as error:
        found: dict[str, list[str]] = {}
        for problem in error.problems:
            found.setdefault(problem.at, []).append(problem.message)
        return found
    return {}


@pytest.mark.parametrize(
    ("name", "text", "place", "message"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_mistake_is_shown_in_its_file(name, text, place, message):
    path = f"{name}.sms.txt"
    found = problems_with(**{path: text})
    assert any(message in said for said in found.get(f"templates/messages/{path}:{place}", [])), found


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ clinic.__class__.__mro__ }}",
    "{{ clinic['__class__'] }}",
    "{{ clinic|attr('__class__') }}",
    "{{ clinic|upper }}",
    "{{ clinic|safe }}",
    "{{ clinic.format(clinic) }}",
    "{{ '%s'|format(clinic) }}",
    "{{ clinic() }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ range(999999999) }}",
    "{{ dict() }}",
    "{{ config }}",
    "{{ request }}",
    "{{ ().__class__.__bases__[0].__subclasses__() }}",
    "{{ [].append(1) }}",
    "{{ 7*7 }}",
    "{{ 'a' * 10**9 }}",
    "{{ 10**10**10 }}",
    "{{ clinic ~ phone }}",
    "{{ clinic + phone }}",
    "{{ clinic if phone }}",
    "{{ clinic if phone else clinic }}",
    "{{ not clinic }}",
    "{{ clinic in phone }}",
    "{{ clinic == phone }}",
    "{{ clinic is defined }}",
    "{{ clinic, phone }}",
    "{{ [clinic] }}",
    "{{ {'a': clinic} }}",
    "{{ 'text' }}",
    "{{ 1 }}",
    "{{ true }}",
    "{{ none }}",
    "{{ -clinic }}",
    "{{ clinic[0] }}",
    "{{ clinic[:5] }}",
    "{{ clinic.upper }}",
    "{{ clinic.0 }}",
    "{{ (clinic) }}{{ '' }}",
    "{{ }}",
    "{{",
    "}}",
    "{{ {{ clinic }} }}",
    "{{ clinic }} }}",
    "{{ clinic",
    "{% set x = 1 %}",
    "{% if clinic %}x{% endif %}",
    "{% for a in [1,2] %}x{% endfor %}",
    "{% include 'C1/en.sms.txt' %}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% macro a() %}{% endmacro %}",
    "{% call a() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% raw %}{{ clinic }}{% endraw %}",
    "{% autoescape true %}x{% endautoescape %}",
    "{% with a = 1 %}{% endwith %}",
    "{% do clinic %}",
    "{% debug %}",
    "{% trans %}x{% endtrans %}",
    "{% print clinic %}",
    "{%- if 1 -%}x{%- endif -%}",
    "{%",
    "%}{%",
    "{# comment #}",
    "{#",
    "{#- x -#}",
    "{{- 7 -}}",
    "{{ _ }}",
    "{{ __builtins__ }}",
    "{{ clinic.__init__ }}",
    "{{ clinic|map('upper')|list }}",
    "{{ clinic|list|first }}",
    "{{ clinic|replace('a','b') }}",
    "{{ clinic|xmlattr }}",
    "{{ clinic|tojson }}",
    "{{ clinic|pprint }}",
    "{{ clinic|e }}",
    "{{ clinic|default(phone) }}",
    "{{ caller() }}",
    "{{ loop.index }}",
    "{{ varargs }}",
    "{{ super() }}",
    "{{ gettext('x') }}",
    "{{ url_for.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ environ }}",
    "{{ open('/etc/passwd').read() }}",
    "{{ link }}",
    "${{ 7*7 }}",
    "#{{ 7*7 }}",
    "<%= 7*7 %>{{ 7*7 }}",
    "{{constructor}}",
    "{clinic!r}",
    "{0.__class__}",
    "{{ clinic }}{",
    "}{{ clinic }}",
]


@pytest.mark.parametrize("attempt", ESCAPES)
def test_nothing_but_a_plain_name_gets_through(attempt):
    files = read_templates({"messages/R/en.sms.txt": attempt})
    assert files.reports["messages/R/en.sms.txt"].problems


def test_the_corpus_of_attempts_is_large_enough():
    assert len(ESCAPES) >= 100


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("messages/R/en.sms.text", "this file has no use here"),
        ("messages/R/en.html", "this file has no use here"),
        ("messages/en.sms.txt", "this file has no use here"),
        ("../messages/R/en.sms.txt", "this file has no use here"),
        ("messages/REMIND_PIAN/en.sms.txt", 'is used by nothing - did you mean "REMIND_PAIN"?'),
    ],
)
def test_a_file_that_nothing_uses_is_refused(path, message):
    with pytest.raises(InvalidContent) as refused:
        content_from(shipped.schedules_text(), shipped.template_texts() | {path: "{{ clinic }}"})
    assert any(message in problem.message for problem in refused.value.problems)


@pytest.mark.parametrize(
    "missing",
    ["messages/E_CRISIS/es.sms.txt", "messages/SE/en.sms.txt", "messages/EMAIL_CHECK_IN/en.email.txt", "messages/STAFF_NOTICE/en.email.txt"],
)  # fmt: skip
def test_a_text_that_is_missing_is_named(missing):
    templates = shipped.template_texts()
    del templates[missing]
    with pytest.raises(InvalidContent) as refused:
        content_from(shipped.schedules_text(), templates)
    assert any(f"templates/{missing} is missing" in problem.message for problem in refused.value.problems)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("We would like to know how you are.", "the first line of an e-mail is `Subject: ...`"),
        ("Subject:\n\nHello", "the first line of an e-mail is `Subject: ...`"),
        ("Subject: Your check-in from {{ clinic }}\n", "has a subject and no text"),
        ("Subject: Your ketamine check-in\n\nPlease call.", "`ketamine` names a drug"),
        ("Subject: {{ link }}\n\nPlease call.", "unknown variable `link`"),
    ],
)
def test_an_e_mail_has_a_neutral_subject_and_a_text(text, message):
    found = problems_with(**{"EMAIL_CHECK_IN/en.email.txt": text})
    said = [one for at, messages in found.items() if "EMAIL_CHECK_IN" in at for one in messages]
    assert any(message in one for one in said), found


def test_a_text_of_two_parts_is_a_warning():
    templates = shipped.template_texts()
    templates["messages/R/en.sms.txt"] = (
        "{{ clinic }}: thanks 👍, we have your answer and will look at it by tomorrow evening."
    )
    content = content_from(shipped.schedules_text(), templates)
    assert [(warning.at, warning.message) for warning in content.warnings] == [
        ("templates/messages/R/en.sms.txt:1:1", "2 parts (87 units of UCS-2, because of 👍) for Prairie Clinic")
    ]


def test_a_longer_name_of_the_clinic_is_counted_and_warned_about():
    text = shipped.schedules_text().replace(
        "name: Prairie Clinic", "name: Prairie Infusion and Pain Centre of Springfield", 1
    )
    warnings = content_from(text, shipped.template_texts()).warnings
    assert "templates/messages/SE/en.sms.txt:1:1" not in [warning.at for warning in warnings]
    assert "templates/messages/E_MED/en.sms.txt:1:1" in [warning.at for warning in warnings]


def test_unfolded_spanish_costs_more_and_is_warned_about():
    text = shipped.schedules_text().replace("fold_spanish: true ", "fold_spanish: false", 1)
    warnings = content_from(text, shipped.template_texts()).warnings
    assert any("UCS-2" in warning.message and "/es.sms.txt" in warning.at for warning in warnings)


def test_a_discreet_clinic_needs_texts_without_the_word():
    text = shipped.schedules_text().replace("discreet: false", "discreet: true ", 1)
    templates = shipped.template_texts()
    assert content_from(text, templates).warnings == ()
    del templates["messages/C2_PAIN/es.discreet.sms.txt"]
    with pytest.raises(InvalidContent) as refused:
        content_from(text, templates)
    assert [problem.at for problem in refused.value.problems] == ["templates/messages/C2_PAIN/es.sms.txt:1:1"]

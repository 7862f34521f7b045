"""Every template, filled in with the longest values it may get: what it costs, and what it must not say.

The loader runs this over a configuration and templates that were read without mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from followup.content import private_words, sms, staff_said
from followup.content.carrier_words import CARRIER_WORDS
from followup.content.catalogue import Catalogue, Template, TemplateId
from followup.content.problems import Place, listed
from followup.domain.alert import Outcome
from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.schedule import AnswerKind, Clinic, Configuration, Question, Score

#: A text of more parts than this costs too much and may arrive in the wrong order.
MOST_PARTS = 4

#: A link of ours, and the next opening in each language, at their longest.
_LINK = "https://followup.clinic.example.org/a/" + "x" * 18
_OPENING = {"en": "Mon Sep 28 at 10:00 AM"[:20], "es": "el mié 28 sept a las 10:00 a"}
#: As many alerts of every level as say the most.
_MANY = [(level, "WWWW") for level in (Level.EMERGENCY, Level.EMERGENCY, Level.URGENT, *[Level.ROUTINE] * 100)]
_KEYWORD_ANSWER = re.compile(rf"\b({'|'.join(sorted(CARRIER_WORDS))})\s*=", re.IGNORECASE)
_TOP = Place(1, 1)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one template file."""

    template: TemplateId
    place: Place
    message: str
    warning: bool = False


def lint(catalogue: Catalogue, configuration: Configuration) -> Iterator[Remark]:
    """Everything that must not be sent, and a warning for each text that takes more than one part."""
    treatments = frozenset(schedule.treatment for schedule in configuration.schedules.values())
    for template_id, template in catalogue.templates.items():
        yield from _says(template_id, template, treatments)
        if template_id.channel is Channel.SMS:
            yield from _costs(template_id, catalogue, configuration)
    for question in configuration.questions.values():
        yield from _offers(question, catalogue)
    yield from _discreet(catalogue, configuration)


def worst_values(clinic: Clinic, configuration: Configuration, language: str) -> dict[str, str]:
    """The longest value that each variable may get."""
    shorts = [question.short.get(language, "") for question in configuration.questions.values()]
    longest = max((person.name for person in configuration.staff.values()), key=len, default="")
    return {
        "clinic": clinic.name,
        "phone": clinic.phone,
        "link": _LINK,
        "open": _OPENING.get(language, _OPENING["es"]),
        "question_short": max(shorts, key=len, default=""),
        "level": staff_said.level_said(Level.EMERGENCY, language),
        "code": "WWWW",
        "age": "59 min",
        "who": longest,
        "time": "Wed 30 Sep 12:59",
        "codes": "WWWW, MMMM, HHHH, WWWW, MMMM, HHHH and 10 more",
        "standing": staff_said.standing(_MANY, ["WWWW"] * 11, language),
        "news": max((staff_said.news(each, language, longest) for each in staff_said.News), key=len),
        "emergencies": "WWWW, MMMM, HHHH",
        "outcome": max((staff_said.ending_said(each, language) for each in Outcome), key=len),
        "words": "safe, er, 988, welfare, not reached, false, advice, booked, voicemail, resolved",
        "names": ", ".join(sorted(configuration.staff, key=len, reverse=True)[:4]),
        "duty": f"{max(configuration.rotas, key=len)}, 28 turns from Wed 30 Sep 12:59 to Wed 30 Sep 12:59",
        "by": longest,
        "why": "x" * 140,
        "minutes": "120",
        "text": "",
    }


# --- what a text says --------------------------------------------------------------------------


def _says(template_id: TemplateId, template: Template, treatments: frozenset[str]) -> Iterator[Remark]:
    parts = (*(template.subject.parts if template.subject else ()), *template.body.parts)
    text = " ".join(part for part in parts if isinstance(part, str))
    word = private_words.found_in(text, treatments)
    if word is not None:
        message = f"`{word}` names a drug, a treatment or a diagnosis; anybody may read a patient's messages"
        yield Remark(template_id, _TOP, message)
    shortener = private_words.shortener_in(text)
    if shortener is not None:
        yield Remark(template_id, _TOP, f"carriers block links of {shortener}; use a link of the clinic's own")
    keyword = _KEYWORD_ANSWER.search(text)
    if keyword is not None:
        yield Remark(
            template_id, _TOP, f"`{keyword[1]}` cannot be an answer: carriers act on that word themselves; use digits"
        )


def _offers(question: Question, catalogue: Catalogue) -> Iterator[Remark]:
    """A question must name the digits that answer it."""
    wanted = question.options or ((0, 10) if question.kind is AnswerKind.SCALE else ())
    for template_id, template in catalogue.templates.items():
        if template_id.key != question.text or template_id.channel is not Channel.SMS:
            continue
        text = " ".join(part for part in template.body.parts if isinstance(part, str))
        missing = [str(digit) for digit in wanted if not re.search(rf"(?<!\d){digit}(?!\d)", text)]
        if missing:
            yield Remark(
                template_id, _TOP, f"the text does not name the answer {listed(missing)} of question {question.key}"
            )


def _discreet(catalogue: Catalogue, configuration: Configuration) -> Iterator[Remark]:
    """A discreet clinic's pain questions must have the versions without the word."""
    clinic = next((clinic for clinic in configuration.clinics.values() if clinic.discreet), None)
    if clinic is None:
        return
    keys = {
        key
        for question in configuration.questions.values()
        if question.score is Score.PAIN
        for key in (question.text, question.remind)
    }
    for template_id in catalogue.templates:
        if template_id.key not in keys or template_id.discreet or template_id.channel is not Channel.SMS:
            continue
        if not catalogue.has(template_id.key, template_id.language, Channel.SMS, discreet=True):
            message = (
                f"clinic {clinic.key} is discreet, and there is no {template_id.language}.discreet.sms.txt beside this"
            )
            yield Remark(template_id, _TOP, message)


# --- what a text costs -------------------------------------------------------------------------


def _costs(template_id: TemplateId, catalogue: Catalogue, configuration: Configuration) -> Iterator[Remark]:
    worst: tuple[int, str] = (1, "")
    for clinic in configuration.clinics.values():
        values = worst_values(clinic, configuration, template_id.language)
        text = catalogue.render(
            template_id.key,
            language=template_id.language,
            channel=Channel.SMS,
            values=values,
            fold=clinic.fold_spanish,
            discreet=template_id.discreet,
        ).body
        count = sms.parts(text)
        if count.parts > worst[0]:
            worst = (count.parts, _why(clinic, text, count))
    if worst[0] > MOST_PARTS:
        yield Remark(template_id, _TOP, f"{worst[1]}; {MOST_PARTS} parts are the most")
    elif worst[0] > 1:
        yield Remark(template_id, _TOP, worst[1], warning=True)


def _why(clinic: Clinic, text: str, count: sms.SmsCount) -> str:
    beyond = sms.outside_gsm(text)
    reason = f", because of {' '.join(beyond)}" if beyond else ""
    return f"{count.parts} parts ({count.units} units of {count.encoding}{reason}) for {clinic.name}"


def lint_clinics(configuration: Configuration) -> Mapping[str, str]:
    """Clinics whose name gives a treatment or diagnosis away in every text, with the reason."""
    treatments = frozenset(schedule.treatment for schedule in configuration.schedules.values())
    found = {key: private_words.found_in(clinic.name, treatments) for key, clinic in configuration.clinics.items()}
    return {
        key: f"`{word}` in the clinic's name would stand in every text; give a name that tells no treatment"
        for key, word in found.items()
        if word is not None
    }

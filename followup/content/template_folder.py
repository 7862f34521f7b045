"""The template files of one version -> a catalogue, or every mistake in them; used by the loader."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from followup.content.catalogue import Catalogue, Template, TemplateId, template_hash
from followup.content.problems import Place, Report, listed, nearest
from followup.content.template_keys import QUESTION_VARIABLES, TEMPLATE_KEYS, Audience, TemplateKey
from followup.content.template_source import Parts, read_parts, split_subject
from followup.domain.people import Channel
from followup.domain.schedule import Configuration

#: Where templates stand in messages to people.
FOLDER = "templates"

_PATH = re.compile(
    r"messages/(?P<key>[A-Za-z][A-Za-z0-9_]*)/(?P<language>[a-z]{2})(?P<discreet>\.discreet)?\.(?P<channel>sms|email|voice)\.txt"
)
_SHAPE = "messages/<key>/<language>.sms.txt, <language>.email.txt, <language>.voice.txt or <language>.discreet.sms.txt"


@dataclass(frozen=True, slots=True)
class TemplateFiles:
    """Template files that were read, and what is wrong with them."""

    templates: Mapping[TemplateId, Template]
    reports: Mapping[str, Report]

    @property
    def keys(self) -> frozenset[str]:
        """The folders that there are, those with mistakes in them included."""
        return frozenset(template.key for template in self.templates)


def read_templates(files: Mapping[str, str]) -> TemplateFiles:
    """Every template of `files` (path below the template folder -> text)."""
    templates: dict[TemplateId, Template] = {}
    reports: dict[str, Report] = {}
    for path, text in sorted(files.items()):
        report = Report(f"{FOLDER}/{path}", text)
        reports[path] = report
        found = _PATH.fullmatch(path)
        if found is None:
            report.add(Place(1, 1), f"this file has no use here; templates are {_SHAPE}")
            continue
        template_id = TemplateId(
            key=found["key"],
            language=found["language"],
            channel=Channel(found["channel"]),
            discreet=found["discreet"] is not None,
        )
        templates[template_id] = _read(template_id, text, report)
    return TemplateFiles(templates, reports)


def _read(template_id: TemplateId, text: str, report: Report) -> Template:
    known = TEMPLATE_KEYS.get(template_id.key)
    allowed = known.variables if known else QUESTION_VARIABLES
    parts = read_parts(report, allowed)
    subject: Parts | None = None
    if template_id.channel is Channel.EMAIL:
        subject, parts = _mail(text, allowed, report)
    return Template(id=template_id, body=parts, subject=subject, hash=template_hash(text))


def _mail(text: str, allowed: frozenset[str], report: Report) -> tuple[Parts | None, Parts]:
    """Subject and body of an e-mail; their mistakes are in the report already."""
    head, body = split_subject(text.replace("\r\n", "\n"))
    if not head:
        report.add(Place(1, 1), "the first line of an e-mail is `Subject: ...`")
        return None, Parts(())
    if not body.strip():
        report.add(Place(1, 1), "this e-mail has a subject and no text")
    return read_parts(Report(report.name, head), allowed), read_parts(Report(report.name, body), allowed)


# --- are the right ones there? -----------------------------------------------------------------


def question_keys(configuration: Configuration) -> frozenset[str]:
    """The templates that questions name: the question, its second asking and its reminder."""
    return frozenset(
        key for question in configuration.questions.values() for key in (question.text, question.reask, question.remind)
    )


def catalogue(files: TemplateFiles, configuration: Configuration) -> Catalogue:
    """The texts of one version of the content."""
    return Catalogue(
        templates=files.templates,
        questions=question_keys(configuration) - {key for key in TEMPLATE_KEYS if key != "MOOD_CHECK"},
        staff_language=configuration.staff_language,
    )


def missing_templates(
    files: TemplateFiles, questions: Iterable[str], languages: tuple[str, ...], staff_language: str
) -> Iterator[str]:
    """What must be there and is not, and what is there for nothing, a sentence each."""
    wanted = {key: TemplateKey(Audience.PATIENT, QUESTION_VARIABLES) for key in questions} | TEMPLATE_KEYS
    for key, known in wanted.items():
        for template_id in _needed(key, known, languages, staff_language):
            if template_id not in files.templates:
                yield f"{FOLDER}/{template_id.path} is missing; every text is needed in {listed(languages)}"
    for key in sorted(files.keys - wanted.keys()):
        yield f"{FOLDER}/messages/{key} is used by nothing{nearest(key, wanted)}"


def _needed(key: str, known: TemplateKey, languages: tuple[str, ...], staff_language: str) -> Iterator[TemplateId]:
    if known.audience.for_staff:
        if known.audience in {Audience.STAFF, Audience.STAFF_TEXT}:
            yield TemplateId(key=key, language=staff_language, channel=Channel.SMS)
        if known.audience is Audience.STAFF_VOICE:
            yield TemplateId(key=key, language=staff_language, channel=Channel.VOICE)
        if known.audience in {Audience.STAFF, Audience.STAFF_EMAIL}:
            yield TemplateId(key=key, language=staff_language, channel=Channel.EMAIL)
        return
    channel = Channel.SMS if known.audience is Audience.PATIENT else Channel.EMAIL
    for language in languages:
        yield TemplateId(key=key, language=language, channel=channel)

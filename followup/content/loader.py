"""schedules.yaml and the templates -> one immutable Content, or every mistake in them at once.

`load_content` reads files; `content_from` takes the texts of a version that the database holds. Services and the
command line call both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from followup.content.catalogue import Catalogue
from followup.content.problems import InvalidContent, Report, format_problems, refuse
from followup.content.schedules_file import FILE, names_in
from followup.content.shapes import Reading, Refused
from followup.content.template_folder import (
    TemplateFiles,
    catalogue,
    missing_templates,
    question_keys,
    read_templates,
)
from followup.content.template_lint import lint, lint_clinics
from followup.content.yaml_source import Table, parse, place_of
from followup.domain.schedule import Configuration
from followup.domain.schedule_check import Found, check, check_weeks_ahead
from followup.errors import BadInput, Problem

__all__ = [
    "Content",
    "InvalidContent",
    "content_as_published",
    "content_from",
    "format_problems",
    "load_content",
    "locate",
    "weeks_ahead",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One version of what admins own, valid in itself.

    `template_files` maps a path below the template folder to its text. `content_hash` is the same for the same
    texts, wherever they were read. `warnings` are worth a look and stop nothing.
    """

    configuration: Configuration
    catalogue: Catalogue
    schedules_text: str
    template_files: Mapping[str, str]
    content_hash: str
    warnings: tuple[Problem, ...] = ()


def load_content(schedules: Path, templates: Path) -> Content:
    """The content of a schedule file and of a template folder (the one that holds `messages/`).

    Raises InvalidContent with every mistake, BadInput when a file cannot be read.
    """
    return content_from(_text(schedules), _template_files(templates), name=schedules.name)


def content_from(schedules_text: str, templates: Mapping[str, str], name: str = "schedules.yaml") -> Content:
    """The content of these texts; `name` is what the schedule file is called in problems. Raises InvalidContent."""
    root = parse(schedules_text, name)
    files = read_templates(templates)
    report = Report(name, schedules_text)
    configuration = _configuration(root, files, report)
    reports = (report, *files.reports.values())
    if configuration is None:
        refuse(reports)
        # Not reached: a part that is refused is always in the report.
        raise InvalidContent("the schedule file cannot be used", (), {})
    _note_missing(files, configuration, root, report)
    _note_found(check(configuration), root, report)
    refuse(reports)
    texts = catalogue(files, configuration)
    _note_texts(texts, configuration, root, files, report)
    refuse(reports)
    return Content(
        configuration=configuration,
        catalogue=texts,
        schedules_text=schedules_text,
        template_files=dict(templates),
        content_hash=content_hash(schedules_text, templates),
        warnings=tuple(warning for one in reports for warning in one.warnings),
    )


def content_as_published(schedules_text: str, templates: Mapping[str, str]) -> Content:
    """The content of a version that was checked when it was published, by this program or an earlier one.

    A later program may need texts that it does not have yet, or judge it more strictly: it runs on all the same until
    the next version is in force, and what was asked under it is judged by it for ever. Raises InvalidContent only
    where no configuration can be made of it.
    """
    root = parse(schedules_text, "schedules.yaml")
    files = read_templates(templates)
    report = Report("schedules.yaml", schedules_text)
    configuration = _configuration(root, files, report)
    if configuration is None:
        refuse((report,))
        raise InvalidContent("a published version cannot be used", (), {})
    return Content(
        configuration=configuration,
        catalogue=catalogue(files, configuration),
        schedules_text=schedules_text,
        template_files=dict(templates),
        content_hash=content_hash(schedules_text, templates),
    )


def weeks_ahead(content: Content, now: datetime, name: str = "schedules.yaml") -> tuple[Problem, ...]:
    """What the rotas and hours of `content` leave open in the 14 days after `now`: nobody on duty, long closures."""
    report = Report(name, content.schedules_text)
    found = check_weeks_ahead(content.configuration, now)
    _note_found(found, parse(content.schedules_text, name), report)
    return (*report.problems, *report.warnings)


def locate(content: Content, path: Sequence[str | int], name: str = "schedules.yaml") -> str:
    """`file:line:column` of what is at `path` in the file of `content`, or of the nearest thing around it."""
    place = place_of(parse(content.schedules_text, name), tuple(path))
    return f"{name}:{place.line}:{place.column}"


def content_hash(schedules_text: str, templates: Mapping[str, str]) -> str:
    """SHA-256 over all texts, in hexadecimal; line ends do not count."""
    texts = [schedules_text, *(part for path in sorted(templates) for part in (path, templates[path]))]
    whole = json.dumps([text.replace("\r\n", "\n") for text in texts])
    return hashlib.sha256(whole.encode("ascii")).hexdigest()


def _configuration(root: Table, files: TemplateFiles, report: Report) -> Configuration | None:
    names = names_in(root) | {"templates": files.keys}
    try:
        return FILE.read(root, Reading(report, names))
    except Refused:
        return None


def _note_missing(files: TemplateFiles, configuration: Configuration, root: Table, report: Report) -> None:
    missing = missing_templates(
        files, question_keys(configuration), configuration.languages, configuration.staff_language
    )
    for sentence in missing:
        report.add(place_of(root, ("languages",)), sentence)


def _note_found(found: Iterable[Found], root: Table, report: Report) -> None:
    for one in found:
        report.add(place_of(root, one.path), one.message, warning=one.warning)


def _note_texts(
    texts: Catalogue, configuration: Configuration, root: Table, files: TemplateFiles, report: Report
) -> None:
    for key, message in lint_clinics(configuration).items():
        report.add(place_of(root, ("clinics", key, "name")), message)
    for remark in lint(texts, configuration):
        files.reports[remark.template.path].add(remark.place, remark.message, warning=remark.warning)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from error


def _template_files(folder: Path) -> dict[str, str]:
    messages = folder / "messages"
    if not messages.is_dir():
        raise BadInput(f"{folder} holds no folder `messages` with the texts")
    files = sorted(path for path in messages.rglob("*") if path.is_file() and not _is_left_over(path.name))
    return {path.relative_to(folder).as_posix(): _text(path) for path in files}


def _is_left_over(name: str) -> bool:
    """What editors and file managers leave behind."""
    return name.startswith(".") or name.endswith(("~", ".swp", ".tmp", ".bak"))

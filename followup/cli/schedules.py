"""`followup schedules`: the tools of whoever edits schedules.yaml and the templates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from followup.cli.saying import local, say, say_json, say_table
from followup.cli.times import instant
from followup.cli.wiring import DEFAULT_VAR, Json, Var, actor, opened
from followup.clock import SystemClock
from followup.content.loader import Content, InvalidContent, format_problems, load_content
from followup.content.schema import schema_text
from followup.domain import windows
from followup.domain.schedule_check import check_weeks_ahead
from followup.errors import InvalidInput
from followup.services.course_preview import CourseLine, course_preview
from followup.services.preview_schedules import PatientChange, Preview, in_words, preview
from followup.services.publish_schedules import Taken, publish_by_hand, roll_back
from followup.settings import Settings, load

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path | None, typer.Argument(help="The schedule file; FOLLOWUP_SCHEDULES by default.")]
Templates = Annotated[Path | None, typer.Option(help="The template folder; FOLLOWUP_TEMPLATES by default.")]
#: More versions than this are not listed.
_MOST_VERSIONS = 200


@app.callback()
def _group() -> None:
    """Check schedules.yaml and the templates, see what an edit does, publish it, go back."""


@app.command()
def check(file: File = None, templates: Templates = None, as_json: Json = False) -> None:
    """Find every mistake: file, line, column, what was expected. Exit 1 when there is one; warnings stop nothing.

    Example: followup schedules check schedules.yaml
    """
    content = _content(file, templates, as_json=as_json)
    warnings = _warnings(content)
    if as_json:
        say_json({"fine": True, "problems": [], "warnings": warnings})
        return
    for warning in warnings:
        say(f"warning: {warning['at']}: {warning['message']}")
    configuration = content.configuration
    say(
        f"Fine: {len(configuration.schedules)} schedule(s), {len(configuration.rules)} rules, "
        f"{len(configuration.staff)} members of staff, {len(content.template_files)} template files."
    )


def _content(file: Path | None, templates: Path | None, *, as_json: bool) -> Content:
    """The content of the files; every mistake is printed and ends the command with exit 1."""
    settings = load(Settings)
    try:
        return load_content(file or settings.schedules, templates or settings.templates)
    except InvalidContent as error:
        if as_json:
            say_json({"fine": False, "problems": _problems(error.problems), "warnings": []})
        else:
            say(format_problems(error))
            say(f"{error}.")
        raise typer.Exit(1) from None


@contextmanager
def _refusals(*, as_json: bool) -> Iterator[None]:
    """What must not be published is wrong in the files, not in how the command was used."""
    try:
        yield
    except InvalidInput as error:
        if as_json:
            say_json({"fine": False, "problems": _problems(error.problems), "warnings": []})
        else:
            for problem in error.problems:
                say(f"{problem.at}: {problem.message}")
            say(f"{error}.")
        raise typer.Exit(1) from None


def _warnings(content: Content) -> list[dict[str, str]]:
    ahead = check_weeks_ahead(content.configuration, SystemClock().now())
    return _problems(content.warnings) + [
        {"at": ".".join(map(str, found.path)), "message": found.message} for found in ahead
    ]


def _problems(problems: tuple[Any, ...]) -> list[dict[str, str]]:
    return [{"at": each.at, "message": each.message} for each in problems]


@app.command()
def schema() -> None:
    """Print the JSON Schema by which editors complete and check schedules.yaml while one types.

    Example: followup schedules schema > schedules.schema.json
    """
    say(schema_text().rstrip("\n"))


# --- what an edit would do, and doing it -------------------------------------------------------


@app.command()
def diff(file: File = None, templates: Templates = None, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Show what publishing the files would do: what is less safe, and which check-ins of which patients change.

    Example: followup schedules diff schedules.yaml
    """
    content = _content(file, templates, as_json=as_json)
    with opened(var) as context:
        shown = preview(context.store, context.content, content, context.clock.now())
    if as_json:
        say_json(_as_json(shown))
    else:
        _show(shown)


@app.command()
def publish(file: File = None, templates: Templates = None, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Put the files in force now, whatever makes them wait, and show what that did. Look at `diff` before.

    Example: followup schedules publish schedules.yaml
    """
    content = _content(file, templates, as_json=as_json)
    with opened(var) as context, _refusals(as_json=as_json):
        taken = publish_by_hand(context.store, context.content, content, actor=actor(), clock=context.clock)
    _tell(taken, as_json=as_json)


@app.command()
def rollback(
    number: Annotated[int, typer.Argument(help="The version to go back to; `followup schedules versions` lists them.")],
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Put an earlier version in force again, under a new number. The files on disk stay as they are.

    Example: followup schedules rollback 3
    """
    with opened(var) as context, _refusals(as_json=as_json):
        taken = roll_back(context.store, context.content, number, actor=actor(), clock=context.clock)
    _tell(taken, as_json=as_json)


@app.command()
def versions(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """List the published versions, newest first; the first is in force.

    Example: followup schedules versions --json
    """
    with opened(var) as context, context.store.read() as uow:
        found = uow.versions.list(_MOST_VERSIONS)
    latest = found[0].number if found else None
    if as_json:
        say_json(
            [
                {
                    "version": each.number,
                    "in_force": each.number == latest,
                    "published_at": each.published_at.isoformat(),
                    "published_by": each.published_by,
                    "hash": each.content_hash,
                }
                for each in found
            ]
        )
        return
    rows = [
        (
            each.number,
            "in force" if each.number == latest else "",
            each.published_at.strftime("%Y-%m-%d %H:%M UTC"),
            each.published_by,
            each.content_hash[:12],
        )
        for each in found
    ]
    say_table(("version", "", "published", "by", "content"), rows)


@app.command(name="preview")
def preview_course(
    file: File = None,
    templates: Templates = None,
    treatment: Annotated[str | None, typer.Option(help="The treatment; that of the first schedule by default.")] = None,
    indication: Annotated[str | None, typer.Option(help="The indication, such as chronic_pain.")] = None,
    ended: Annotated[str | None, typer.Option(help="When the infusion ended, with offset; now by default.")] = None,
    zone: Annotated[str | None, typer.Option(help="The patient's time zone; the clinic's by default.")] = None,
    lang: Annotated[str, typer.Option(help="The language of the texts.")] = "en",
    as_json: Json = False,
) -> None:
    """Show the course that one infusion would get: each check-in's hour, its texts and how many SMS they cost.

    Example: followup schedules preview --treatment ketamine --ended 2026-11-22T15:04:00-06:00 --lang es
    """
    content = _content(file, templates, as_json=as_json)
    at = instant(ended, "--ended") if ended is not None else SystemClock().now()
    lines = course_preview(content, treatment=treatment, indication=indication, ended_at=at, zone=zone, language=lang)
    if as_json:
        say_json([_line_as_json(line) for line in lines])
        return
    for line in lines:
        skipped = f"   not sent: {line.reason}" if line.reason else ""
        say(f"{line.key}  {local(line.due_at, line.zone)} {line.zone}{skipped}")
        for text in line.texts:
            say(f"    {text.question}  ({text.parts} SMS)  {text.body}")


def _line_as_json(line: CourseLine) -> dict[str, object]:
    return {
        "key": line.key,
        "due_at": _iso(line.due_at, line.zone),
        "reason": line.reason,
        "texts": [{"question": one.question, "body": one.body, "parts": one.parts} for one in line.texts],
    }


# --- telling -----------------------------------------------------------------------------------


def _tell(taken: Taken, *, as_json: bool) -> None:
    if as_json:
        say_json({"version": taken.version, "replanned": taken.replanned, "diff": _as_json(taken.preview)})
        return
    if taken.preview.in_force:
        say(f"Nothing to do: this is version {taken.version}, which is in force.")
        return
    _show(taken.preview)
    say(f"Version {taken.version} is in force. Courses planned anew: {taken.replanned}.")


def _show(shown: Preview) -> None:
    if shown.in_force:
        say(f"No difference: this is version {shown.version}, which is in force.")
        return
    for problem in shown.impossible:
        say(f"cannot be published: {problem.at}: {problem.message}")
    for problem in shown.weaker:
        say(f"less safe: {problem.at}: {problem.message}")
    by_kind: dict[str, list[PatientChange]] = {}
    for change in shown.changes:
        by_kind.setdefault(in_words(change.change.kind), []).append(change)
    for heading, changes in by_kind.items():
        say(f"{len(changes)} check-in(s) {heading}:")
        say_table(("patient", "infusion", "check-in", "until now", "then"), [_row(one) for one in changes])
    if not shown.changes:
        say("No check-in of any patient changes.")
    say(f"Running courses that change: {shown.plans_moved}.")
    for reason in shown.waits:
        say(f"A running service does not take this by itself: {reason}.")


def _row(one: PatientChange) -> tuple[str, ...]:
    change = one.change
    return one.patient, one.infusion, change.key, local(change.was, one.zone), local(change.becomes, one.zone)


def _as_json(shown: Preview) -> dict[str, object]:
    return {
        "version": shown.version,
        "hash": shown.content_hash,
        "in_force": shown.in_force,
        "waits": list(shown.waits),
        "impossible": _problems(shown.impossible),
        "less_safe": _problems(shown.weaker),
        "courses_changed": shown.plans_moved,
        "changes": [
            {
                "patient": one.patient,
                "infusion": one.infusion,
                "check_in": one.change.key,
                "change": one.change.kind.value,
                "was": _iso(one.change.was, one.zone),
                "becomes": _iso(one.change.becomes, one.zone),
            }
            for one in shown.changes
        ],
    }


def _iso(at: datetime | None, zone: str) -> str | None:
    return None if at is None else windows.local(at, zone).isoformat()

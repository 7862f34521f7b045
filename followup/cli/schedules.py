"""`followup schedules`: the tools of whoever edits schedules.yaml and the templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from followup.cli.saying import say, say_json
from followup.cli.wiring import Json
from followup.clock import SystemClock
from followup.content.loader import Content, InvalidContent, format_problems, load_content
from followup.domain.schedule_check import check_weeks_ahead
from followup.settings import Settings, load

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Check schedules.yaml and the templates."""


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(help="The schedule file; FOLLOWUP_SCHEDULES by default.")] = None,
    templates: Annotated[Path | None, typer.Option(help="The template folder; FOLLOWUP_TEMPLATES by default.")] = None,
    as_json: Json = False,
) -> None:
    """Find every mistake: file, line, column, what was expected. Exit 1 when there is one; warnings stop nothing.

    Example: followup schedules check schedules.yaml
    """
    settings = load(Settings)
    try:
        content = load_content(file or settings.schedules, templates or settings.templates)
    except InvalidContent as error:
        if as_json:
            problems = [{"at": each.at, "message": each.message} for each in error.problems]
            say_json({"fine": False, "problems": problems, "warnings": []})
        else:
            say(format_problems(error))
            say(f"{error}.")
        raise typer.Exit(1) from None
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


def _warnings(content: Content) -> list[dict[str, str]]:
    ahead = check_weeks_ahead(content.configuration, SystemClock().now())
    return [{"at": each.at, "message": each.message} for each in content.warnings] + [
        {"at": ".".join(map(str, found.path)), "message": found.message} for found in ahead
    ]

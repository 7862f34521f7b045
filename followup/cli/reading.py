"""`followup reading`: the examples that staff gave by correcting what a text was taken to mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from followup.cli.saying import say
from followup.cli.wiring import DEFAULT_VAR, Clinic, Var, actor, opened
from followup.errors import BadInput
from followup.services.context import only_clinic
from followup.services.correct_reading import export as write_examples

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Examples for the reader."""


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; JSON lines.", metavar="FILE")],
    yes: Annotated[bool, typer.Option("--yes", help="Yes, this file will hold what patients wrote.")] = False,
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Write every corrected reading to a file: what patients wrote, and what it should have been taken to mean.

    Example: followup reading export examples.jsonl --yes
    """
    if not yes:
        message = "the file will hold what patients wrote, so it is patient data: say --yes, and keep it as such"
        raise BadInput(message)
    with opened(var) as context:
        place = only_clinic(context.content.current().content.configuration, clinic)
        try:
            count = write_examples(context, file, clinic=place.key, actor=actor())
        except OSError as error:
            message = f"{file} cannot be written; choose another place"
            raise BadInput(message) from error
    say(f"{count} examples are in {file}. It is patient data: keep it where only you can read it, and remove it after.")

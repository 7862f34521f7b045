"""What commands begin with: the options that they share, and the context they work on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from followup.bootstrap.tool import tool
from followup.services.context import Context
from followup.settings import Settings, load

Var = Annotated[
    Path, typer.Option(help="The folder of a demo; also where the database is when FOLLOWUP_DATABASE_URL is not set.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Clinic = Annotated[str | None, typer.Option(help="The clinic's key; needed only where there are several.")]
DEFAULT_VAR = Path("var")


@contextmanager
def opened(var: Path) -> Iterator[Context]:
    """A context on the configured database. Raises FollowupError where it cannot be used."""
    context = tool(load(Settings), var)
    try:
        yield context
    finally:
        context.store.close()


def actor() -> str:
    """Who is named in the audit trail: the account of this machine that ran the command."""
    try:
        return f"terminal:{getuser()}"
    except (OSError, KeyError):
        return "terminal"

"""`followup backup FILE`: the whole database in one file, while the service runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from followup.bootstrap.backups import back_up
from followup.cli.saying import say, say_json
from followup.cli.wiring import DEFAULT_VAR, Json, Var, actor
from followup.settings import Settings, load

File = Annotated[Path, typer.Argument(help="Where to write it; a file that is not there yet.")]


def command(file: File, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Copy the whole database into FILE, while the service runs.

    Patient data is encrypted in it as in the database; the keys are not in it: keep them apart.

    Example: followup backup backup/monday-0915.followup
    """
    made = back_up(load(Settings), var, file, actor=actor())
    if as_json:
        say_json({"file": str(made.file), "at": made.at, "bytes": made.size})
    else:
        say(f"{made.file} holds the database as of {made.at:%Y-%m-%d %H:%M:%S} UTC. Keep the keys apart from it.")

"""`followup restore FILE`: an empty database filled from a backup, with what may have happened since put in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from followup.bootstrap.backups import restore
from followup.cli.saying import say, say_json
from followup.cli.wiring import DEFAULT_VAR, Json, Var, actor
from followup.settings import Settings, load

File = Annotated[Path, typer.Argument(help="A file made by `followup backup`.")]


def command(file: File, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Fill the configured database, which must be empty, from FILE. Stop the service first; start it again afterwards.

    What was due since the backup is not sent again: texts are looked up at the provider, check-ins of that time go to
    staff instead. What was recorded, closed or told to the service since then is gone: post the infusions again.

    Example: followup restore backup/monday-0915.followup
    """
    gap = restore(load(Settings), var, file, actor=actor())
    if as_json:
        say_json({"since": gap.since, "until": gap.until, "in_doubt": gap.in_doubt, "unasked": gap.unasked})
        return
    since, until = f"{gap.since:%Y-%m-%d %H:%M:%S}", f"{gap.until:%Y-%m-%d %H:%M:%S}"
    say(f"Restored as of {since} UTC; of the time from then until {until} UTC nothing is known.")
    say(f"{gap.in_doubt} message(s) that were waiting may have gone: they are looked up, not sent again.")
    say(f"{gap.unasked} check-in(s) fell due meanwhile: they are not asked; staff find them as alerts.")
    say("Now start the service, and post again the infusions recorded since then. Opt-outs by text are fetched anew.")

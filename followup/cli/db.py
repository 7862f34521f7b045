"""`followup db`: the schema of the database."""

from __future__ import annotations

import typer

from followup.bootstrap.tool import database_url
from followup.cli.saying import say, say_json
from followup.cli.wiring import DEFAULT_VAR, Json, Var
from followup.settings import Settings, load
from followup.storage import migrate

app = typer.Typer(no_args_is_help=True)


@app.command()
def upgrade(var: Var = DEFAULT_VAR) -> None:
    """Bring the database to what this version of the program needs. Make a backup first.

    Example: followup db upgrade
    """
    url = database_url(load(Settings), var)
    before = migrate.current(url)
    migrate.upgrade(url)
    say("The database was up to date." if before == migrate.head() else f"The database is at {migrate.head()} now.")


@app.command()
def status(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Tell which revision the database is at, and which this version of the program needs.

    Example: followup db status
    """
    current, head = migrate.current(database_url(load(Settings), var)), migrate.head()
    if as_json:
        say_json({"current": current, "needed": head})
    else:
        say(f"current {current or 'none'}, needed {head}")
    if current != head:
        raise typer.Exit(1)

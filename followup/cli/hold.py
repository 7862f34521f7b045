"""`followup hold`: the clinic's own stop switch for texts to patients."""

from __future__ import annotations

from pathlib import Path

import typer

from followup.cli.saying import say, say_json
from followup.cli.wiring import DEFAULT_VAR, Json, Var, actor, opened
from followup.services.hold import is_held, set_hold

app = typer.Typer(no_args_is_help=True)


@app.command()
def on(var: Var = DEFAULT_VAR) -> None:
    """Stop every text to patients. Notices to staff always go.

    Example: followup hold on
    """
    _set(var, on=True)
    say("On hold: no text goes to any patient. Notices to staff still go. `followup hold off` lets texts go again.")


@app.command()
def off(var: Var = DEFAULT_VAR) -> None:
    """Let texts to patients go again; each that waited is checked once more before it goes.

    Example: followup hold off
    """
    _set(var, on=False)
    say("Not on hold: texts to patients go.")


@app.command()
def status(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Tell whether texts to patients are on hold.

    Example: followup hold status --json
    """
    with opened(var) as context, context.store.read() as uow:
        held = is_held(uow)
    if as_json:
        say_json({"hold": held})
    else:
        say("on hold" if held else "not on hold")


def _set(var: Path, *, on: bool) -> None:
    with opened(var) as context:
        set_hold(context, on=on, actor=actor())

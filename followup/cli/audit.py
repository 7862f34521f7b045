"""`followup audit`: whether the audit trail is as it was written."""

from __future__ import annotations

import typer

from followup.cli.saying import say, say_json
from followup.cli.wiring import DEFAULT_VAR, Json, Var, opened
from followup.services.seal_audit import seal

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Verify the audit trail."""


@app.command()
def verify(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Check the whole trail; exit 1 names the first row that was changed, removed, moved or inserted.

    Example: followup audit verify
    """
    with opened(var) as context:
        while seal(context):
            pass
        with context.store.read() as uow:
            fault = uow.audit.verify()
    if as_json:
        say_json({"intact": fault is None, "fault": fault})
    else:
        say("The audit trail is as it was written." if fault is None else f"The audit trail was changed: {fault}.")
    if fault is not None:
        raise typer.Exit(1)

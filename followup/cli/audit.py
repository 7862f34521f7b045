"""`followup audit`: whether the audit trail is as it was written, and what it tells of a patient or of a person."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from followup.cli.saying import say, say_json, say_table
from followup.cli.times import duration, instant
from followup.cli.wiring import DEFAULT_VAR, Clinic, Json, Var, actor, opened
from followup.errors import FollowupError
from followup.services.audit_reports import export, exposure, who_touched
from followup.services.context import Context
from followup.services.seal_audit import seal

app = typer.Typer(no_args_is_help=True)

Since = Annotated[str, typer.Option(help="How far back: 90d, 12h, or a time such as 2026-11-22T09:00:00-06:00.")]
_PRIVATE = 0o600


@app.callback()
def _group() -> None:
    """Verify the audit trail, and ask it who saw what."""


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


@app.command()
def who(
    patient: Annotated[str, typer.Argument(help="The clinic's own id of the patient.", metavar="PATIENT")],
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """List everybody who read or changed a patient, or an alert about them, and from where.

    Example: followup audit who P-101
    """
    with opened(var) as context:
        touches = who_touched(context, patient, clinic=clinic, actor=actor())
    if as_json:
        say_json([{**asdict(touch), "at": touch.at.isoformat()} for touch in touches])
        return
    say_table(
        ("at (UTC)", "who", "what", "from"), [(_at(each.at), each.actor, each.action, each.place) for each in touches]
    )


@app.command(name="exposure")
def exposure_(
    person: Annotated[str, typer.Option("--person", help="A name or key of the staff in schedules.yaml.")],
    since: Since = "90d",
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """List the patients whose data somebody saw: opened, taken, or on the board while it was open.

    Example: followup audit exposure --person kay --since 90d
    """
    with opened(var) as context:
        found = exposure(context, person, since=_since(since, context), actor=actor())
    if as_json:
        say_json(asdict(found))
        return
    rows = [
        (each.patient, each.clinic, _at(each.first), _at(each.last), each.times, ", ".join(each.ways))
        for each in found.patients
    ]
    say_table(("patient", "clinic", "first (UTC)", "last (UTC)", "times", "where"), rows)
    for name, times in found.lists.items():
        say(f"And {times} times the page of {name}, which shows several; the trail does not say whom.")


@app.command(name="export")
def export_(
    file: Annotated[Path, typer.Argument(help="Where to write, one JSON object a line; it must not be there yet.")],
    since: Since = "2200d",
    var: Var = DEFAULT_VAR,
) -> None:
    """Write the trail into a file, one row a line, for whoever examines it.

    Example: followup audit export audit.jsonl --since 90d
    """
    with opened(var) as context:
        rows = export(context, since=_since(since, context), actor=actor())
        try:
            target = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        except OSError as error:
            message = f"cannot write {file} ({error.strerror}): name a file that is not there yet"
            raise FollowupError(message) from error
        count = 0
        with os.fdopen(target, "w", encoding="utf-8") as lines:
            for count, row in enumerate(rows, 1):  # noqa: B007 - told below
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    say(f"{count} rows are in {file}.")


def _since(text: str, context: Context) -> datetime:
    if text[:1].isdigit() and text[-1:] in "smhd":
        return context.clock.now() - duration(text, "--since")
    return instant(text, "--since")


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

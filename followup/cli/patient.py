"""`followup patient`: one patient from the terminal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from followup.cli.saying import local, say, say_json, say_table
from followup.cli.times import instant
from followup.cli.wiring import DEFAULT_VAR, Clinic, Json, Var, actor, opened
from followup.domain.people import Channel, PatientStatus
from followup.services import merge_patients
from followup.services.change_patient import opt_out as stop_texts
from followup.services.change_patient import set_status
from followup.services.invite_patient import invite
from followup.services.show_patient import patient_view

app = typer.Typer(no_args_is_help=True)

Patient = Annotated[str, typer.Argument(help="The clinic's own id of the patient.", metavar="PATIENT")]


@app.command()
def show(patient: Patient, clinic: Clinic = None, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Show one patient: check-ins, messages with state and reason, answers, alerts.

    Example: followup patient show P-101 --json
    """
    with opened(var) as context:
        view = patient_view(context, clinic, patient)
    if as_json:
        say_json(view)
    else:
        _show(view)


@app.command()
def status(
    patient: Patient,
    to: Annotated[PatientStatus, typer.Argument(help="Where the patient stands; only active ones get texts.")],
    until: Annotated[str | None, typer.Option(help="End of a pause, such as 2026-12-01T09:00:00-06:00.")] = None,
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Set where a patient stands.

    Example: followup patient status P-101 paused --until 2026-12-01T09:00:00-06:00
    """
    end: datetime | None = None if until is None else instant(until, "--until")
    with opened(var) as context:
        changed = set_status(context, patient, to, clinic=clinic, until=end, actor=actor())
    say(f"{patient} is {changed.status.value.replace('_', ' ')} now.")


@app.command(name="opt-out")
def opt_out(
    patient: Patient,
    channel: Annotated[Channel, typer.Option(help="What to stop.")] = Channel.SMS,
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Stop texts to a patient, as their own STOP would: for everybody on that number, for good.

    Example: followup patient opt-out P-101
    """
    with opened(var) as context:
        dropped = stop_texts(context, patient, channel, clinic=clinic, actor=actor())
    say(f"Nothing goes to {patient} by {channel.value} any more; {dropped} waiting dropped. Only START lifts it.")


@app.command(name="invite")
def invite_(patient: Patient, clinic: Clinic = None, var: Var = DEFAULT_VAR) -> None:
    """Ask a patient by text whether they want follow-up texts; their "1" in answer is the consent.

    Example: followup patient invite P-101
    """
    with opened(var) as context:
        invite(context, clinic, patient, actor())
    say(f"{patient} is asked by text, within their own hours; the answer 1 is the consent.")


@app.command()
def merge(
    keep: Annotated[str, typer.Argument(help="The clinic's id that stays.", metavar="KEEP")],
    other: Annotated[str, typer.Argument(help="The clinic's id of the same person, whose record moves.")],
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Make one patient of two ids that are one person. Either id finds them afterwards; `unmerge` undoes it.

    Example: followup patient merge P-101 P-877
    """
    with opened(var) as context:
        done = merge_patients.merge(context, keep, other, clinic=clinic, actor=actor())
    _tell_merge(done, f"{other} is {keep} now", "retired", as_json=as_json)


@app.command()
def unmerge(
    other: Annotated[str, typer.Argument(help="The clinic's id whose record was moved.")],
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Undo a merge: what came with this id, and what has come to hang on its infusions since, moves back.

    Example: followup patient unmerge P-877
    """
    with opened(var) as context:
        done = merge_patients.unmerge(context, other, clinic=clinic, actor=actor())
    _tell_merge(done, f"{other} is a patient of its own again", "planned again", as_json=as_json)


def _tell_merge(done: merge_patients.Merged, what: str, retired: str, *, as_json: bool) -> None:
    if as_json:
        say_json(
            {
                "kept": done.kept.external_id,
                "other": done.other.external_id,
                "moved": dict(done.moved),
                "check_ins": done.retired,
                "opted_out": list(done.opted_out),
            }
        )
        return
    moved = ", ".join(f"{count} {kind.replace('_', '-')}" for kind, count in done.moved.items() if count)
    say(f"{what}; moved: {moved or 'nothing'}; check-ins {retired}: {done.retired}.")


def _show(view: dict[str, Any]) -> None:
    zone = view["timezone"]
    say(f"{view['id']}  {view['status']}  {view['language'] or 'no language'}  {zone}")
    say("\ncheck-ins")
    say_table(
        ("key", "infusion", "due", "state", "reason"),
        [(c["key"], c["infusion"], local(c["due_at"], zone), c["state"], c["reason"]) for c in view["check_ins"]],
    )
    say("\nmessages")
    say_table(
        ("id", "class", "by", "created", "sent", "state", "reason"),
        [
            (
                m["id"],
                m["class"],
                m["channel"],
                local(m["created_at"], zone),
                local(m["sent_at"], zone),
                m["state"],
                m["reason"],
            )
            for m in view["messages"]
        ],
    )
    say("\nanswers")
    say_table(
        ("at", "question", "value", "severity", "text"),
        [(local(a["at"], zone), a["question"], a["value"], a["severity"], a["text"]) for a in view["answers"]],
    )
    say(f"\nalerts  {', '.join(view['alerts']) or 'none'}")

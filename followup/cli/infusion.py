"""`followup infusion`: infusions recorded from the terminal, as the API takes them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from followup.cli.importing import Outcome, fingerprint, read_bytes, show_progress, write_report
from followup.cli.saying import local, say, say_json, say_table
from followup.cli.wiring import DEFAULT_VAR, Json, Var, actor, opened
from followup.errors import BadInput, NotFound
from followup.intake.found import DayOrder
from followup.services.context import Context
from followup.services.import_infusions import Wishes, import_infusions
from followup.services.import_report import refusal_report
from followup.services.import_report import report as sender_report
from followup.services.record_infusion import Recorded, RecordOutcome, record_infusion
from followup.web.api.infusion_shape import read_infusion

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Record infusions."""


@app.command()
def add(
    file: Annotated[
        Path | None, typer.Option(help="An infusion as the API takes it, in JSON; - reads standard input.")
    ] = None,
    infusion_id: Annotated[str | None, typer.Option("--id", help="The clinic's id of the infusion.")] = None,
    clinic: Annotated[str | None, typer.Option(help="The clinic's key; needed only where there are several.")] = None,
    patient_id: Annotated[str | None, typer.Option(help="The clinic's id of the patient.")] = None,
    name: Annotated[str | None, typer.Option(help="The patient's name.")] = None,
    phone: Annotated[str | None, typer.Option(help="Such as +13125550142.")] = None,
    email: Annotated[str | None, typer.Option(help="The patient's e-mail address.")] = None,
    language: Annotated[str | None, typer.Option(help="Such as en or es.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Such as America/Chicago; the clinic's by default.")] = None,
    consent_sms: Annotated[bool, typer.Option(help="The patient agreed to texts.")] = False,
    consent_email: Annotated[bool, typer.Option(help="The patient agreed to e-mail.")] = False,
    treatment: Annotated[str, typer.Option(help="What was given.")] = "ketamine",
    indication: Annotated[str | None, typer.Option(help="What for, such as chronic_pain.")] = None,
    ended_at: Annotated[str | None, typer.Option(help="Such as 2026-11-22T15:04:00-06:00; now by default.")] = None,
    discharged_at: Annotated[str | None, typer.Option(help="When the patient left.")] = None,
    pain: Annotated[float | None, typer.Option(help="Pain before the infusion, 0 to 10.")] = None,
    mood: Annotated[float | None, typer.Option(help="Mood before the infusion, 0 to 10.")] = None,
    flag: Annotated[list[str] | None, typer.Option(help="Such as first_infusion; may be repeated.")] = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Record an infusion, from a file or from options. The same one again changes nothing but demographics.

    Example: followup infusion add --id INF-7 --patient-id P-7 --name "Ann Lee" --phone +13125550142 --consent-sms
    """
    with opened(var) as context:
        if file is not None:
            raw = _read(file)
        else:
            raw = {
                "id": infusion_id,
                "clinic": clinic,
                "patient": {
                    "id": patient_id,
                    "name": name,
                    "phone": phone,
                    "email": email,
                    "language": language,
                    "timezone": timezone or _clinic_zone(context, clinic),
                    "consent": {"sms": consent_sms, "email": consent_email, "method": "told to staff"},
                },
                "treatment": treatment,
                "indication": indication,
                "ended_at": ended_at or context.clock.now().isoformat(),
                "discharged_at": discharged_at,
                "baseline": {"pain": pain, "mood": mood},
                "flags": flag or [],
            }
        configuration = context.content.current().content.configuration
        new = read_infusion(_without_gaps(raw), configuration, context.clock.now())
        recorded = record_infusion(context, new, actor=actor())
    _tell(recorded, as_json=as_json)


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, JSON or FHIR, found by content; - reads standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Try every row and keep nothing.")] = False,
    clinic: Annotated[str | None, typer.Option(help="The clinic of rows that name none.")] = None,
    treatment: Annotated[str | None, typer.Option(help="What was given, for a file without such a column.")] = None,
    dates: Annotated[
        DayOrder | None, typer.Option(help="How 03/04/2026 is meant where the file does not show it.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a text here for whoever sent the file; it holds no patient data.")
    ] = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Record every infusion of a file. Good rows are taken, each bad one is named; importing twice changes nothing.

    Ends with 0 when every row was taken, 1 when some were refused, 2 when the file or the command cannot be used.

    Example: followup infusion import monday.csv --dry-run --report for-the-sender.txt
    """
    data = read_bytes(file)
    wishes = Wishes(clinic=clinic, treatment=treatment, order=dates, dry_run=dry_run)
    with opened(var) as context:
        now = context.clock.now()
        try:
            with show_progress(hidden=as_json) as progress:
                found = import_infusions(context, data, read_infusion, wishes, actor=actor(), progress=progress)
        except (BadInput, NotFound) as error:
            write_report(report, refusal_report(str(error), now, fingerprint(data)))
            raise BadInput(str(error)) from None
    write_report(report, sender_report(found, now, fingerprint(data)))
    Outcome(found).tell(as_json=as_json)


def _read(file: Path) -> object:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    except ValueError:
        raise BadInput(f"{file} is not readable JSON") from None


def _without_gaps(raw: object) -> object:
    """Leave out what was not given: null and missing are the same on a command line."""
    if isinstance(raw, dict):
        return {key: _without_gaps(value) for key, value in raw.items() if value is not None}
    return raw


def _clinic_zone(context: Context, clinic: str | None) -> str | None:
    clinics = context.content.current().content.configuration.clinics
    found = clinics.get(clinic) if clinic else next(iter(clinics.values()))
    return found.timezone if found else None


def _tell(recorded: Recorded, *, as_json: bool) -> None:
    infusion, patient = recorded.infusion, recorded.patient
    if as_json:
        shown: dict[str, Any] = {
            "id": infusion.external_id,
            "clinic": infusion.clinic,
            "outcome": recorded.outcome.value,
            "patient": patient.external_id,
            "check_ins": [
                {"key": one.key, "state": one.state.value, "reason": one.reason, "due_at": one.due_at.isoformat()}
                for one in recorded.check_ins
            ],
        }
        say_json(shown)
        return
    new = recorded.outcome is RecordOutcome.CREATED
    say(f"{infusion.external_id} is {'recorded' if new else 'known already'}; check-ins at the patient's local time:")
    say_table(
        ("check-in", "due", "state", "reason"),
        [(one.key, local(one.due_at, patient.timezone), one.state.value, one.reason) for one in recorded.check_ins],
    )

"""`followup alerts`: alerts from the terminal."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from followup.cli.saying import local, say, say_json, say_table
from followup.cli.times import instant
from followup.cli.wiring import DEFAULT_VAR, Json, Var, opened
from followup.domain.alert import Outcome
from followup.domain.contact import ContactResult, ContactWay
from followup.errors import NotFound
from followup.services.acknowledge_alert import acknowledge as take
from followup.services.close_alert import close as end
from followup.services.context import Context
from followup.services.hand_over import hand_over as give
from followup.services.list_alerts import AlertView, alert_item, alert_list, alert_view
from followup.services.log_contact import log_contact
from followup.services.taking import TakeOutcome

app = typer.Typer(no_args_is_help=True)

VIA = "terminal"
Which = Annotated[str, typer.Argument(help="The alert's code, such as K4TN, or its id.", metavar="ALERT")]
By = Annotated[str, typer.Option(help="Who: a name or key of schedules.yaml.")]


class Status(StrEnum):
    """Which alerts to list."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    ALL = "all"


@app.command(name="list")
def list_(
    status: Annotated[Status, typer.Option(help="Which ones.")] = Status.OPEN,
    after: Annotated[str | None, typer.Option(help="Go on after this id, as given in `next`.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """List alerts, newest first.

    Example: followup alerts list --status all --json
    """
    with opened(var) as context:
        found = alert_list(context, status.value, after, limit)
        zone = _zone(context)
    if as_json:
        say_json(found)
        return
    titles = ("code", "level", "rule", "patient", "status", "opened", "taken by", "next step")
    rows = [
        (
            item["code"],
            item["level"],
            item["rule"],
            item["patient"] or "unknown sender",
            item["status"],
            local(item["opened_at"], zone),
            item["acknowledged_by"],
            local(item["next_step_at"], zone),
        )
        for item in found["items"]
    ]
    say_table(titles, rows)
    if found["next"]:
        say(f"More: --after {found['next']}")


@app.command()
def show(alert: Which, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Show one alert: the words, what was understood, the rules met, who was told, who has it.

    Example: followup alerts show K4TN
    """
    with opened(var) as context:
        alert_id = _found(context, alert)
        if as_json:
            say_json(alert_item(context, alert_id))
            return
        _show(context, alert_view(context, alert_id))


@app.command()
def acknowledge(alert: Which, by: By, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Take an alert: nobody else is woken by it any more. Exit 1 when somebody else has it or it is closed.

    Example: followup alerts acknowledge K4TN --by "Kay Miller"
    """
    with opened(var) as context:
        taken = take(context, alert=_found(context, alert), person=by, via=VIA)
        if as_json:
            say_json({"outcome": taken.outcome.value, "alert": alert_item(context, taken.alert.id)})
    sentence = {
        TakeOutcome.TAKEN: f"{taken.alert.code} is yours.",
        TakeOutcome.ALREADY_YOURS: f"{taken.alert.code} was yours already.",
        TakeOutcome.TAKEN_BY_OTHER: f"{taken.alert.code} is with {taken.alert.acknowledged_by}.",
        TakeOutcome.CLOSED: f"{taken.alert.code} is closed.",
    }
    if not as_json:
        say(sentence[taken.outcome])
    if taken.outcome in {TakeOutcome.TAKEN_BY_OTHER, TakeOutcome.CLOSED}:
        raise typer.Exit(1)


@app.command()
def close(
    alert: Which,
    by: By,
    outcome: Annotated[Outcome, typer.Option(help="How it ended.")],
    minutes: Annotated[int | None, typer.Option(help="Minutes spent on it.")] = None,
    note: Annotated[str | None, typer.Option(help="What was found and done; kept encrypted.")] = None,
    sign_off: Annotated[str | None, typer.Option(help="The lead who signs off that nobody was reached.")] = None,
    retry_at: Annotated[str | None, typer.Option(help="When to try again, such as 2026-11-23T09:00-06:00.")] = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Close an alert with its outcome. Not reached, or a voicemail: it is open again at the next opening.

    Example: followup alerts close K4TN --by kay --outcome reached_and_safe --minutes 12
    """
    with opened(var) as context:
        closed = end(
            context,
            alert=_found(context, alert),
            person=by,
            outcome=outcome,
            minutes=minutes,
            note=note,
            via=VIA,
            sign_off=sign_off,
            retry_at=instant(retry_at, "--retry-at") if retry_at else None,
        )
        if as_json:
            say_json(alert_item(context, closed.id))
        else:
            say(f"{closed.code} is closed: {outcome.value.replace('_', ' ')}.")


@app.command(name="hand-over")
def hand_over(
    alert: Which,
    by: By,
    to: Annotated[str | None, typer.Option(help="To whom; left out, the next person of its chain.")] = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Pass an alert on: it is open again, and that person is told at once.

    Example: followup alerts hand-over K4TN --by kay --to sam
    """
    with opened(var) as context:
        handed = give(context, alert=_found(context, alert), by=by, to=to, via=VIA)
        if as_json:
            say_json(alert_item(context, handed.id))
            return
        who = context.content.current().content.configuration.staff[handed.handed_to or ""].name
        say(f"{handed.code} is passed on to {who}, who is told now.")


@app.command()
def contact(
    alert: Which,
    by: By,
    result: Annotated[ContactResult, typer.Option(help="What came of it.")],
    way: Annotated[ContactWay, typer.Option(help="How it was tried.")] = ContactWay.CALL,
    note: Annotated[str | None, typer.Option(help="What was said; kept encrypted.")] = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Write down a try to reach the patient. After two calls in vain on an emergency the patient is told so by text.

    Example: followup alerts contact K4TN --by kay --result no_answer
    """
    with opened(var) as context:
        tried = log_contact(
            context, alert=_found(context, alert), patient=None, by=by, way=way, result=result, note=note
        )
    say(f"Written down: {tried.way.value.replace('_', ' ')}, {tried.result.value.replace('_', ' ')}.")


def _found(context: Context, given: str) -> str:
    """The id of the alert meant. Raises NotFound."""
    with context.store.read() as uow:
        known = uow.alerts.get(given) or uow.alerts.by_code(None, given.strip().upper())
    if known is None:
        message = "there is no such alert; `followup alerts list --status all` shows them"
        raise NotFound(message)
    return known.id


def _zone(context: Context) -> str:
    return next(iter(context.content.current().content.configuration.clinics.values())).timezone


def _show(context: Context, view: AlertView) -> None:
    alert, line = view.alert, view.line
    zone = line.clinic.timezone
    say(f"{alert.code}  {alert.level.value}  {line.reason}")
    say(f"status    {alert.status.value}" + (f", with {alert.acknowledged_by}" if alert.acknowledged_by else ""))
    if line.patient is not None:
        say(f"patient   {line.patient.name} ({line.patient.external_id}), {line.patient.phone or 'no phone'}")
    else:
        say(f"sender    {alert.sender or 'none'}")
    say(f"rules     {', '.join(f'{rule.id} ({rule.level.value}): {rule.reason}' for rule in view.rules)}")
    if view.gaps:
        say(f"missing   {', '.join(view.gaps)}")
    if line.next_step is not None:
        people = ", ".join(line.next_step.people)
        say(f"next      {local(line.next_step.at, zone)}  {line.next_step.kind.value} {people}".rstrip())
    for entry in view.entries:
        words = f'"{entry.words}"' if entry.words else ""
        parts = (local(entry.at, zone), entry.kind.value, entry.actor, words, entry.understood or "")
        say("  " + "  ".join(part for part in parts if part))
    clock = context.clock.now()
    say(f"seen at   {local(clock, zone)}")

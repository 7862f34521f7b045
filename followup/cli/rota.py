"""`followup rota`: who has the duty, whether everybody can be reached, and changing it for some hours."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from followup.cli.saying import WRONG, local, say, say_json, say_table
from followup.cli.times import wall_time
from followup.cli.wiring import DEFAULT_VAR, Clinic, Json, Var, actor, opened
from followup.domain import oncall, windows
from followup.domain.duty import DutyChange, span
from followup.domain.schedule import Configuration, Rota
from followup.errors import BadInput, FollowupError
from followup.services import duty, page_test
from followup.services.contact_card import card as contact_card
from followup.services.context import Context, only_clinic, staff_by_name
from followup.services.duty_calendar import calendar_address, renew_calendar
from followup.services.preflight import findings
from followup.services.show_rota import RotaView, show_rota

app = typer.Typer(no_args_is_help=True)

_VIA = "terminal"
Person = Annotated[str, typer.Argument(help="A name or key of the staff in schedules.yaml.", metavar="PERSON")]
RotaName = Annotated[str | None, typer.Option("--rota", help="The rota's key; needed only where there are several.")]


@app.command()
def show(clinic: Clinic = None, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Show who has the duty now and in the next 14 days, and the exceptions in force.

    Example: followup rota show
    """
    with opened(var) as context:
        page = show_rota(context, _clinic(context, clinic))
    if as_json:
        say_json([_as_json(view) for view in page.rotas])
        return
    for view in page.rotas:
        zone = view.rota.timezone
        say(f"{view.rota.key}, times of {zone}: {view.present.name or 'NOBODY'} is on duty")
        rows = [
            (local(turn.shift.start, zone), local(turn.shift.end, zone), turn.name or "NOBODY", _remark(turn.usual))
            for turn in view.turns
        ]
        say_table(("from", "until", "on duty", ""), rows)
        for one in view.exceptions:
            say(f"exception {one.change.id}: {one.name} {span(one.change, zone)}, made by {one.made_by}")


@app.command()
def check(clinic: Clinic = None, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Check that in the next 14 days nobody is missing and everybody can be reached in two ways, one of them waking.

    Exit 1 with everything that is wrong and its remedy.

    Example: followup rota check
    """
    with opened(var) as context:
        found = findings(context, _clinic(context, clinic))
    if as_json:
        shown = [
            {
                "kind": one.kind.value,
                "grave": one.grave,
                "person": one.person,
                "rota": one.rota,
                "start": one.start,
                "end": one.end,
                "message": one.message,
                "remedy": one.remedy,
            }
            for one in found
        ]
        say_json({"fine": not found, "findings": shown})
    else:
        for one in found:
            say(f"{'PROBLEM' if one.grave else 'warning'}   {one.message}. {one.remedy[:1].upper()}{one.remedy[1:]}.")
        if not found:
            say("Everybody can be reached in two ways, one of them waking, and nobody is missing, for 14 days.")
    if found:
        raise typer.Exit(WRONG)


@app.command()
def cover(
    person: Person,
    rota: RotaName = None,
    from_: Annotated[str | None, typer.Option("--from", help="Day and time at the rota; left out: now.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Day and time at the rota; left out: the next hand-over hour.")
    ] = None,
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Put somebody on duty for some hours; without --from they take over now.

    Example: followup rota cover sam --from "2026-12-24 07:00" --until "2026-12-26 07:00"
    """
    with opened(var) as context:
        found = _rota(context, clinic, rota)
        end = None if until is None else _instant(until, "--until", found)
        if from_ is None:
            made = duty.take_over(context, rota=found.key, person=person, until=end, by=actor(), via=_VIA)
        elif end is None:
            raise BadInput("--from needs --until: until when they have the duty")
        else:
            start = _instant(from_, "--from", found)
            made = duty.cover(context, rota=found.key, start=start, end=end, person=person, by=actor(), via=_VIA)
        _tell_made(context, found, (made,), as_json=as_json)


@app.command()
def swap(
    person: Person,
    day: Annotated[str, typer.Argument(help="The day on which the turn begins that they get, such as 2026-12-24.")],
    in_return: Annotated[
        str | None, typer.Option("--for", help="The day on which the turn begins that they give in return.")
    ] = None,
    rota: RotaName = None,
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Give somebody the turn that begins on a day; with --for, the other one gets theirs of that day.

    Example: followup rota swap sam 2026-12-24 --for 2026-12-25
    """
    with opened(var) as context:
        found = _rota(context, clinic, rota)
        start, end = _turn(day, found)
        made = duty.swap(
            context,
            rota=found.key,
            start=start,
            end=end,
            person=person,
            by=actor(),
            via=_VIA,
            in_return=None if in_return is None else _turn(in_return, found),
        )
        _tell_made(context, found, made, as_json=as_json)


@app.command()
def withdraw(
    exception: Annotated[str, typer.Argument(help="An exception by its id, as `followup rota show` gives it.")],
    var: Var = DEFAULT_VAR,
) -> None:
    """Withdraw an exception: the rota counts again.

    Example: followup rota withdraw 01JD3V
    """
    with opened(var) as context:
        duty.withdraw(context, change=exception, by=actor(), via=_VIA)
    say("The exception is withdrawn; the rota counts again.")


@app.command(name="test")
def send_test(rota: RotaName = None, clinic: Clinic = None, var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Send a test page to whoever is on duty now, which they must answer. The running service sends it.

    Example: followup rota test
    """
    with opened(var) as context:
        key = _clinic(context, clinic)
        named = None if rota is None else _rota(context, clinic, rota).key
        sent = page_test.send_now(context, clinic=key, rota=named, by=actor())
        people = duty.names(context.content.current().content.configuration)
    if as_json:
        say_json([{"person": one.person, "rotas": one.rotas, "code": one.code, "due_at": one.due_at} for one in sent])
        return
    for one in sent:
        minutes = round((one.due_at - one.sent_at).total_seconds() / 60)
        say(f"{people.get(one.person, one.person)} gets a test, {one.code}, to be answered within {minutes} min.")


@app.command()
def calendar(
    person: Person,
    renew: Annotated[
        bool, typer.Option("--renew", help="Another address; the old one opens nothing any more.")
    ] = False,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Give the address of somebody's duty hours as a calendar to subscribe to. Whoever has the address can read it.

    Example: followup rota calendar kay
    """
    with opened(var) as context:
        if not context.policy.public_url:
            raise FollowupError("FOLLOWUP_PUBLIC_URL is not set: it is what the address begins with")
        address = renew_calendar(context, person, by=actor()) if renew else calendar_address(context, person)
    if as_json:
        say_json({"address": address})
    else:
        say(address)


@app.command()
def card(clinic: Clinic = None, var: Var = DEFAULT_VAR) -> None:
    """Print the contact card of the numbers that alerts come from, for phones to let through at night.

    Example: followup rota card > alerts.vcf
    """
    with opened(var) as context:
        text = contact_card(context, clinic)
    sys.stdout.write(text.replace("\r\n", "\n"))


def _clinic(context: Context, clinic: str | None) -> str:
    return only_clinic(context.content.current().content.configuration, clinic).key


def _rota(context: Context, clinic: str | None, named: str | None) -> Rota:
    configuration: Configuration = context.content.current().content.configuration
    if named is not None:
        return duty.rota_called(configuration, named)
    rotas = oncall.rotas_of(only_clinic(configuration, clinic), configuration)
    if len(rotas) == 1:
        return rotas[0]
    message = f"there are several rotas: say which one by --rota, of {', '.join(rota.key for rota in rotas)}"
    raise BadInput(message)


def _instant(text: str, name: str, rota: Rota) -> datetime:
    wall = wall_time(text, name)
    return windows.instant_of(wall.date(), wall.time(), rota.timezone)


def _turn(text: str, rota: Rota) -> tuple[datetime, datetime]:
    return oncall.turn_beginning_on(rota, wall_time(f"{text} 00:00", "a day").date())


def _remark(usual: str | None) -> str:
    return "" if usual is None else f"in place of {usual}"


def _tell_made(context: Context, rota: Rota, made: tuple[DutyChange, ...], *, as_json: bool) -> None:
    configuration = context.content.current().content.configuration
    if as_json:
        say_json([_change(one) for one in made])
        return
    for one in made:
        say(f"{staff_by_name(configuration, one.person).name} has {rota.key} {span(one, rota.timezone)} ({one.id}).")


def _as_json(view: RotaView) -> dict[str, object]:
    return {
        "rota": view.rota.key,
        "timezone": view.rota.timezone,
        "on_duty": view.present.shift.person,
        "turns": [
            {"start": turn.shift.start, "end": turn.shift.end, "person": turn.shift.person} for turn in view.turns
        ],
        "exceptions": [_change(one.change) for one in view.exceptions],
    }


def _change(change: DutyChange) -> dict[str, object]:
    return {
        "id": change.id,
        "rota": change.rota,
        "person": change.person,
        "start": change.start,
        "end": change.end,
        "kind": change.kind.value,
        "made_by": change.made_by,
    }

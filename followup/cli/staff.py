"""`followup staff`: accounts for the staff pages. Who works here stands in schedules.yaml."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from followup.cli.saying import say, say_json, say_table
from followup.cli.wiring import DEFAULT_VAR, Clinic, Json, Var, actor, opened
from followup.clock import SystemClock
from followup.domain.access import Role
from followup.errors import BadInput, Conflict, NotFound
from followup.services.accounts import add_account, end_all_sessions, set_role
from followup.services.audit_reports import Access
from followup.services.context import Context, Mode, only_clinic, staff_by_name
from followup.services.disable_staff import disable_staff
from followup.services.emergency_access import make_emergency_code
from followup.services.invite_staff import Invited, invite, reset
from followup.services.list_accounts import AccountLine, accounts_of
from followup.services.passwords import Passwords
from followup.settings import Settings, load

app = typer.Typer(no_args_is_help=True)

Person = Annotated[str, typer.Argument(help="A name or key of the staff in schedules.yaml.", metavar="PERSON")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
RoleOption = Annotated[
    Role | None,
    typer.Option("--role", help="What they may do; left out: what goes with their job.", show_default=False),
]


@app.command(name="invite")
def invite_(person: Person, role: RoleOption = None, clinic: Clinic = None, var: Var = DEFAULT_VAR) -> None:
    """Make a one-time link with which a member of staff sets a password; it is also mailed where mail is set up.

    Example: followup staff invite "Kay Miller" --role nurse
    """
    with opened(var) as context:
        key = only_clinic(context.content.current().content.configuration, clinic).key
        invited = invite(
            context,
            person=person,
            clinic=key,
            role=role,
            by_mail=_mails(context),
            now=SystemClock().now(),
            actor=actor(),
        )
        _say_link(context, invited)


@app.command(name="reset")
def reset_(person: Person, var: Var = DEFAULT_VAR) -> None:
    """For a lost phone or password: end everything that opened the account, and make a link that sets it up anew.

    Example: followup staff reset kay
    """
    with opened(var) as context:
        invited = reset(context, person=person, by_mail=_mails(context), now=SystemClock().now(), actor=actor())
        say(f"{invited.member.name} is signed out everywhere; password, phone codes and known browsers are gone.")
        _say_link(context, invited)


@app.command()
def add(
    person: Person,
    role: RoleOption = None,
    clinic: Clinic = None,
    password_stdin: FromStdin = False,
    var: Var = DEFAULT_VAR,
) -> None:
    """Let a member of staff sign in, with a password that you type. `invite` lets them choose it themselves.

    Example: followup staff add "Kay Miller" --role nurse
    """
    with opened(var) as context:
        key = _key(context, person)
        with context.store.read() as uow:
            known = uow.accounts.by_person(key)
        if known is not None and known.enabled:
            message = f"{person} has an account; `followup staff password` gives it another password"
            raise Conflict(message)
        _set(context, key, clinic, role, from_stdin=password_stdin)
    say(f"{person} can sign in now.")


@app.command()
def password(person: Person, clinic: Clinic = None, password_stdin: FromStdin = False, var: Var = DEFAULT_VAR) -> None:
    """Give a member of staff another password; signs them out everywhere.

    Example: followup staff password kay
    """
    with opened(var) as context:
        key = _key(context, person)
        with context.store.read() as uow:
            known = uow.accounts.by_person(key)
        if known is None:
            message = f"{person} has no account; `followup staff add` makes one"
            raise NotFound(message)
        _set(context, key, clinic, None, from_stdin=password_stdin)
    say(f"{person} has another password, and is signed out everywhere.")


@app.command(name="emergency-code")
def emergency_code(clinic: Clinic = None, var: Var = DEFAULT_VAR) -> None:
    """Make the code for the clinic's sealed envelope: it lets one member of staff in without password and phone, once.

    Example: followup staff emergency-code
    """
    with opened(var) as context:
        key = only_clinic(context.content.current().content.configuration, clinic).key
        code = make_emergency_code(context, clinic=key, now=SystemClock().now(), actor=actor())
    say(code)
    say("Write it down, seal it in an envelope, keep it where the nurse on duty gets at it. It is not shown again.")


@app.command(name="role")
def role_(
    person: Person,
    role: Annotated[Role, typer.Argument(help="viewer reads, nurse works, lead signs off, admin keeps accounts.")],
    clinic: Clinic = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Say what a member of staff may do at a clinic; it counts from the next click.

    Example: followup staff role sam lead
    """
    with opened(var) as context:
        key = only_clinic(context.content.current().content.configuration, clinic).key
        set_role(context, person=_key(context, person), clinic=key, role=role, now=SystemClock().now(), actor=actor())
    say(f"{person} is {role.one} now.")


@app.command(name="sign-out")
def sign_out(person: Person, var: Var = DEFAULT_VAR) -> None:
    """End every session of a member of staff, and know none of their browsers any more.

    Example: followup staff sign-out kay
    """
    with opened(var) as context:
        ended = end_all_sessions(context, person=_key(context, person), now=SystemClock().now(), actor=actor())
    say(f"{person} is signed out everywhere ({ended} sessions).")


@app.command()
def disable(
    person: Person,
    cover: Annotated[str | None, typer.Option(help="Who takes their duty and their alerts.")] = None,
    var: Var = DEFAULT_VAR,
) -> None:
    """Somebody leaves: end sessions, known browsers and links, hand over duty and alerts, show 90 days of access.

    Refused while they have duty in the next four weeks that nobody would have instead. Where every second counts,
    `followup staff reset` shuts them out at once.

    Example: followup staff disable kay --cover sam
    """
    with opened(var) as context:
        left = disable_staff(context, person=person, cover=cover, now=SystemClock().now(), actor=actor())
    say(f"{left.member.name} cannot sign in any more; sessions, known browsers and links have ended.")
    if left.covered:
        say(f"Duty handed to {cover}: {left.covered} turns.")
    if left.passed_on:
        say(f"Alerts passed on: {', '.join(left.passed_on)}.")
    if left.kept:
        say(f"Nobody to pass these on to; close or hand them over on the board: {', '.join(left.kept)}.")
    say(f"Now take them out of schedules.yaml, or notices still go to their phone: {', '.join(left.still_named)}.")
    _say_access(left.access)


@app.command(name="list")
def list_(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """List the staff of schedules.yaml, how they are reached, who can sign in, and what they may do.

    Example: followup staff list
    """
    with opened(var) as context:
        lines = accounts_of(context)
    if as_json:
        say_json([_line(line) for line in lines])
        return
    titles = ("key", "name", "role", "phone", "e-mail", "can sign in", "may", "second factor")
    rows = [
        (
            line.member.key,
            line.member.name,
            line.member.role,
            line.member.phone,
            line.member.email,
            _yes(line.enabled),
            ", ".join(f"{role} at {clinic}" for clinic, role in line.roles.items()),
            _yes(line.second_factor),
        )
        for line in lines
    ]
    say_table(titles, rows)


def _line(line: AccountLine) -> dict[str, object]:
    return {
        "key": line.member.key,
        "name": line.member.name,
        "role": line.member.role,
        "phone": line.member.phone,
        "email": line.member.email,
        "can_sign_in": line.enabled,
        "access": dict(line.roles),
        "second_factor": line.second_factor,
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _mails(context: Context) -> bool:
    """Whether a mail with the link would go out, and lead somewhere."""
    there_is_mail = context.policy.mode is Mode.DEMO or load(Settings).smtp_url is not None
    return bool(context.policy.public_url) and there_is_mail


def _say_link(context: Context, invited: Invited) -> None:
    say(f"For {invited.member.name} alone, once, until {invited.expires_at:%d %B, %H:%M} UTC:")
    say(f"{context.policy.public_url or 'at the address of the service, '}{invited.path}")


def _say_access(access: Access) -> None:
    if access.first is None or access.last is None:
        say("In the last 90 days they did nothing here.")
        return
    say(f"In the last 90 days, from {access.first:%Y-%m-%d %H:%M} to {access.last:%Y-%m-%d %H:%M} UTC:")
    say_table(("what", "times"), list(access.actions.items()))
    if access.places:
        say_table(("signed in from", "times"), list(access.places.items()))
    say("`followup audit exposure --person` lists the patients whose data they saw.")


def _key(context: Context, person: str) -> str:
    return staff_by_name(context.content.current().content.configuration, person).key


def _set(context: Context, person: str, clinic: str | None, role: Role | None, *, from_stdin: bool) -> None:
    key = only_clinic(context.content.current().content.configuration, clinic).key
    add_account(
        context,
        clinic=key,
        person=person,
        password=_password(from_stdin=from_stdin),
        passwords=Passwords(),
        now=SystemClock().now(),
        actor=actor(),
        role=role,
    )


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInput("there is no terminal to ask for the password; give it on standard input with --password-stdin")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed

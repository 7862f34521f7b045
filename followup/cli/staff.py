"""`followup staff`: accounts for the staff pages. Who works here stands in schedules.yaml."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from followup.cli.saying import say, say_json, say_table
from followup.cli.wiring import DEFAULT_VAR, Clinic, Json, Var, actor, opened
from followup.clock import SystemClock
from followup.errors import BadInput, Conflict, NotFound
from followup.services.accounts import add_account, disable_account
from followup.services.context import Context, only_clinic, staff_by_name
from followup.services.passwords import Passwords

app = typer.Typer(no_args_is_help=True)

Person = Annotated[str, typer.Argument(help="A name or key of the staff in schedules.yaml.", metavar="PERSON")]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


@app.command()
def add(person: Person, clinic: Clinic = None, password_stdin: FromStdin = False, var: Var = DEFAULT_VAR) -> None:
    """Let a member of staff sign in. The password is asked for, twice.

    Example: followup staff add "Kay Miller"
    """
    with opened(var) as context:
        key = _key(context, person)
        with context.store.read() as uow:
            known = uow.accounts.by_person(key)
        if known is not None and known.enabled:
            message = f"{person} has an account; `followup staff password` gives it another password"
            raise Conflict(message)
        _set(context, key, clinic, from_stdin=password_stdin)
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
        _set(context, key, clinic, from_stdin=password_stdin)
    say(f"{person} has another password, and is signed out everywhere.")


@app.command()
def disable(person: Person, var: Var = DEFAULT_VAR) -> None:
    """Let nobody sign in as this member of staff any more; signs them out everywhere.

    Example: followup staff disable kay
    """
    with opened(var) as context:
        disable_account(context, person=_key(context, person), now=SystemClock().now(), actor=actor())
    say(f"{person} cannot sign in any more.")


@app.command(name="list")
def list_(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """List the staff of schedules.yaml, how they are reached, and who can sign in.

    Example: followup staff list
    """
    with opened(var) as context:
        members = context.content.current().content.configuration.staff.values()
        with context.store.read() as uow:
            accounts = {account.person: account.enabled for account in uow.accounts.list()}
    shown = [
        {
            "key": member.key,
            "name": member.name,
            "role": member.role,
            "phone": member.phone,
            "email": member.email,
            "can_sign_in": accounts.get(member.key, False),
        }
        for member in members
    ]
    if as_json:
        say_json(shown)
        return
    titles = ("key", "name", "role", "phone", "e-mail", "can sign in")
    rows = [(*list(each.values())[:-1], "yes" if each["can_sign_in"] else "no") for each in shown]
    say_table(titles, rows)


def _key(context: Context, person: str) -> str:
    return staff_by_name(context.content.current().content.configuration, person).key


def _set(context: Context, person: str, clinic: str | None, *, from_stdin: bool) -> None:
    key = only_clinic(context.content.current().content.configuration, clinic).key
    add_account(
        context,
        clinic=key,
        person=person,
        password=_password(from_stdin=from_stdin),
        passwords=Passwords(),
        now=SystemClock().now(),
        actor=actor(),
    )


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise BadInput("there is no terminal to ask for the password; give it on standard input with --password-stdin")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed

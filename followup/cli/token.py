"""`followup token`: tokens for the API."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from followup.cli.saying import say, say_json, say_table
from followup.cli.times import duration
from followup.cli.wiring import DEFAULT_VAR, Json, Var, actor, opened
from followup.clock import SystemClock
from followup.services.check_token import Scope
from followup.services.issue_token import issue_token, revoke_token

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is for, such as the system that will use it.")],
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; may be repeated. All by default.")] = None,
    expires: Annotated[str | None, typer.Option(help="How long it lives, such as 365d; for ever by default.")] = None,
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Make a token and print it, for the only time. Two of one name may live at once while one replaces the other.

    Example: followup token add scheduling-system --scope infusions:write --expires 365d
    """
    lives = None if expires is None else duration(expires, "--expires")
    with opened(var) as context:
        token = issue_token(
            context, name=name, scopes=scope or list(Scope), lives=lives, now=SystemClock().now(), actor=actor()
        )
    if as_json:
        say_json({"token": token})
    else:
        say(token)


@app.command(name="list")
def list_(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """List tokens: names and scopes, never the tokens themselves.

    Example: followup token list
    """
    with opened(var) as context, context.store.read() as uow:
        tokens = uow.tokens.list()
    shown: list[dict[str, Any]] = [
        {
            "id": token.id,
            "name": token.name,
            "scopes": sorted(token.scopes),
            "created_at": token.created_at.isoformat(),
            "expires_at": token.expires_at.isoformat() if token.expires_at else None,
        }
        for token in tokens
    ]
    if as_json:
        say_json(shown)
        return
    say_table(
        ("id", "name", "scopes", "created", "expires"),
        [
            (each["id"], each["name"], ", ".join(each["scopes"]), each["created_at"], each["expires_at"] or "never")
            for each in shown
        ],
    )


@app.command()
def revoke(token: Annotated[str, typer.Argument(help="The id that `list` shows.")], var: Var = DEFAULT_VAR) -> None:
    """Take a token back at once.

    Example: followup token revoke 0006406a1b2c3d4e5f60718293a4b5c6
    """
    with opened(var) as context:
        revoke_token(context, token, now=SystemClock().now(), actor=actor())
    say("The token is worth nothing any more.")

"""`followup why`: why a text went, or did not."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from followup.cli.saying import local, say, say_json
from followup.cli.wiring import DEFAULT_VAR, Json, Var, opened
from followup.domain.message import Message
from followup.errors import NotFound

PROVIDERS = ("twilio", "smtp", "simulator")


def command(
    message: Annotated[str, typer.Argument(help="Our id of the message, or the provider's.", metavar="MESSAGE")],
    var: Var = DEFAULT_VAR,
    as_json: Json = False,
) -> None:
    """Tell why a text went, or did not: what it was for, when it waited for what, what the provider said.

    Example: followup why 0006406a1b2c3d4e5f60718293a4b5c6
    """
    with opened(var) as context:
        with context.store.read() as uow:
            found = uow.messages.get(message) or next(
                filter(None, (uow.messages.by_provider_id(name, message) for name in PROVIDERS)), None
            )
        if found is None:
            raise NotFound("no message has this id; `followup patient show` lists a patient's")
        zone = next(iter(context.content.current().content.configuration.clinics.values())).timezone
    if as_json:
        say_json(_facts(found))
        return
    for line in _account(found, zone):
        say(line)


def _facts(message: Message) -> dict[str, Any]:
    """Everything but the words and the address."""
    return {
        "id": message.id,
        "class": message.message_class.value,
        "channel": message.channel.value,
        "template": message.template,
        "intent": message.intent,
        "state": message.state.value,
        "reason": message.reason,
        "attempt": message.attempt,
        "schedule_version": message.schedule_version,
        "provider": message.provider,
        "provider_id": message.provider_id,
        "error_code": message.error_code,
        **{name: _iso(at) for name, at in _moments(message)},
    }


def _account(message: Message, zone: str) -> list[str]:
    told = [
        f"{message.message_class.value.replace('_', ' ')} by {message.channel.value}, attempt {message.attempt}",
        f"text {message.template}, for {message.intent}",
        f"{message.state.value}" + (f": {message.reason}" if message.reason else ""),
    ]
    told += [f"  {name.replace('_', ' '):<12}{local(at, zone)}" for name, at in _moments(message) if at is not None]
    if message.provider_id is not None:
        told.append(f"  {message.provider} names it {message.provider_id}")
    if message.error_code is not None:
        told.append(f"  the provider's code is {message.error_code}")
    if message.schedule_version is not None:
        told.append(f"  composed under version {message.schedule_version} of schedules.yaml")
    return told


def _moments(message: Message) -> tuple[tuple[str, datetime | None], ...]:
    return (
        ("created_at", message.created_at),
        ("not_before", message.not_before),
        ("expires_at", message.expires_at),
        ("sending_at", message.sending_at),
        ("sent_at", message.sent_at),
        ("settled_at", message.settled_at),
        ("next_look_at", message.next_look_at),
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()

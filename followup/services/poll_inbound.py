"""The net under lost webhooks: the provider is asked now and then for what it has received for our numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

from followup.domain.people import Channel
from followup.errors import FollowupError
from followup.gateways.port import Inbox
from followup.services.context import Context
from followup.services.receive_inbound import receive

#: Lists may lag behind and clocks may differ, so each question reaches back behind the last one.
OVERLAP = timedelta(minutes=10)


def poll(context: Context) -> int:
    """Take in every text that the provider has and we do not; returns how many were new.

    The first question ever only sets the mark, so that a new database does not read a number's whole past.
    A provider that cannot be asked is asked again next time, from the same mark.
    """
    if context.inbox is None:
        return 0
    numbers = dict.fromkeys((*context.own_numbers, *_known_to(context.inbox)))
    return sum(_poll_number(context, number) for number in numbers)


def _known_to(inbox: Inbox) -> tuple[str, ...]:
    try:
        return inbox.own_numbers()
    except FollowupError:
        return ()


def _poll_number(context: Context, number: str) -> int:
    now = context.clock.now()
    with context.store.read() as uow:
        mark = uow.facts.get(_fact(number))
    if mark is None or context.inbox is None:
        _set_mark(context, number, now, first=True)
        return 0
    try:
        texts = context.inbox.received_since(to=number, since=_from(context, number, mark))
    except FollowupError:
        return 0
    fresh = sum(receive(context, text, channel=Channel.SMS, received_at=text.received_at) for text in texts)
    _set_mark(context, number, now)
    return fresh


def _from(context: Context, number: str, mark: str) -> datetime:
    """A while before the last question, but never before the first one."""
    with context.store.read() as uow:
        first = uow.facts.get(_first(number)) or mark
    return max(datetime.fromisoformat(mark) - OVERLAP, datetime.fromisoformat(first))


def _set_mark(context: Context, number: str, now: datetime, *, first: bool = False) -> None:
    with context.store.write() as uow:
        uow.facts.set(_fact(number), now.isoformat())
        if first:
            uow.facts.set(_first(number), now.isoformat())
        uow.commit()


def _first(number: str) -> str:
    return f"polled-first/{number}"


def _fact(number: str) -> str:
    return f"polled/{number}"

"""A status callback: it may come late, twice, in any order, or before the send was recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from followup.domain.message import Message, MessageState
from followup.errors import Conflict
from followup.gateways.port import Late, StatusUpdate
from followup.services.aftermath import Aftermath, undelivered
from followup.services.context import Context
from followup.services.deliver_messages import note_sent
from followup.storage.unit_of_work import UnitOfWork

#: Nobody moves one message more often than this while one status is being stored.
_TRIES = 5
_FAILED = frozenset({MessageState.FAILED, MessageState.UNDELIVERED})


def track(context: Context, update: StatusUpdate) -> None:
    """Move a message forward by what the provider says. What is unknown, old or not a state changes nothing.

    Where somebody else moved the message meanwhile (the answer to its own send, say), it is read again.
    """
    for _ in range(_TRIES):
        if _tracked(context, update):
            return
    message = "a status could not be stored: its message was moved by others each time; the provider may ask again"
    raise Conflict(message)


def _tracked(context: Context, update: StatusUpdate) -> bool:
    """Whether the status is stored, or there was nothing to store; False where the message moved meanwhile."""
    now = context.clock.now()
    with context.store.write() as uow:
        message = _message_of(uow, update)
        if message is None:
            return True
        moved = _moved(message, update, now)
        if moved == message:
            return True
        if not uow.messages.update(moved, expected=message.state):
            return False
        note_sent(uow, moved, now)
        if moved.state in _FAILED and message.state not in _FAILED:
            aftermath = Aftermath(uow=uow, context=context, now=now)
            undelivered(aftermath, moved, update.late or Late.PERMANENT)
        uow.commit()
    return True


def _message_of(uow: UnitOfWork, update: StatusUpdate) -> Message | None:
    """By our own id from the callback's address, else by the provider's; a foreign pairing is not ours."""
    if update.message_id is not None:
        message = uow.messages.get(update.message_id)
        if message is not None and message.provider_id in {None, update.provider_id}:
            return message
        return None
    return uow.messages.by_provider_id(update.provider, update.provider_id)


def _moved(message: Message, update: StatusUpdate, now: datetime) -> Message:
    """Any callback with our id proves that the provider took the message, even when its answer got lost."""
    known = replace(message, provider=update.provider, provider_id=update.provider_id)
    state = update.state or MessageState.SENT
    if state.progress <= message.state.progress and not _refused_wrongly(message):
        return known
    return replace(
        known,
        state=state,
        sent_at=message.sent_at or now,
        settled_at=now if state.progress > MessageState.SENT.progress else None,
        reason=update.reason,
        error_code=update.error_code or message.error_code,
        next_look_at=None,
    )


def _refused_wrongly(message: Message) -> bool:
    """Whether it was taken for refused though the provider, which posts statuses only of what it took, has it.

    Something between us and the provider may answer a request in its place.
    """
    return message.state is MessageState.FAILED and message.provider_id is None

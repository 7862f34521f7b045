"""The clinic's own stop switch: no text to any patient until it is lifted; staff notices always go."""

from __future__ import annotations

from dataclasses import replace

from followup.domain.message import MessageState
from followup.services.context import Context
from followup.storage.unit_of_work import UnitOfWork

_FACT = "hold"
_BATCH = 500


def is_held(uow: UnitOfWork) -> bool:
    """Whether texts to patients are on hold."""
    return uow.facts.get(_FACT) == "on"


def set_hold(context: Context, *, on: bool, actor: str) -> None:
    """Switch the hold; lifting it lets waiting messages go, each checked again before it does."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        uow.facts.set(_FACT, "on" if on else "off")
        uow.audit.append(
            at=now, actor=actor, action="hold.on" if on else "hold.off", subject="service", subject_id="hold", detail={}
        )
        if not on:
            for message in uow.messages.held(_BATCH):
                released = replace(message, state=MessageState.QUEUED, not_before=now, reason=None)
                uow.messages.update(released, expected=MessageState.HELD)
                uow.wake(message.message_class.lane.value)
        uow.commit()

"""A database that comes from a backup: what went out since is not known to it, and must not go out again.

`followup backup` calls `mark`, `followup restore` calls `settle_gap` before the service starts on the database. Texts
that came in since are fetched from the provider by poll_inbound, whose mark lies in the backup.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from followup.domain.message import Message, MessageState
from followup.domain.plan import CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.schedule import EventKind
from followup.errors import FollowupError
from followup.services.alerting import raise_event
from followup.services.context import Context, clinic_of
from followup.storage.unit_of_work import UnitOfWork

_BACKUP, _RESTORED = "backup.at", "restored.at"
_MANY = 100_000
_NOTE = (
    "{keys} fell due in the time that was lost when the service was restored from a backup: it may have been asked and "
    "answered, or not; it is not asked again; please call"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What a restore found: since when nothing is known, and how much may have happened meanwhile."""

    since: datetime
    until: datetime
    in_doubt: int
    unasked: int


def mark(context: Context, *, actor: str) -> datetime:
    """Write into the database when it is being backed up; gives that instant."""
    now = context.clock.now()
    with context.store.write() as uow:
        uow.facts.set(_BACKUP, now.isoformat())
        uow.audit.append(at=now, actor=actor, action="backup.made", subject="service", subject_id="database", detail={})
        uow.commit()
    return now


def restored_at(uow: UnitOfWork) -> datetime | None:
    """When this database was last restored; None where it never was. What came in before is not answered again."""
    stored = uow.facts.get(_RESTORED)
    return None if stored is None else datetime.fromisoformat(stored)


def settle_gap(context: Context, *, actor: str) -> Gap:
    """Put into doubt what may have gone out since the backup, in one transaction. Raises FollowupError for no backup.

    Messages that were due are looked up at the provider and settled by class, as after a crash. Check-ins that fell
    due in the gap are not asked; staff are told of each patient. Alerts stay as they were and page again.
    """
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        stored = uow.facts.get(_BACKUP)
        if stored is None:
            wrong = "this is no database made by `followup backup`: the moment of the backup is missing"
            raise FollowupError(wrong)
        doubtful = uow.messages.may_have_gone(now, _MANY)
        for message in doubtful:
            uow.messages.update(_in_doubt(message, now), expected=message.state)
        unasked = [one for one in uow.check_ins.due(now, _MANY) if _may_have_been_asked(uow, one, now)]
        _tell(context, uow, unasked, now)
        uow.facts.set(_RESTORED, now.isoformat())
        uow.audit.append(
            at=now,
            actor=actor,
            action="backup.restored",
            subject="service",
            subject_id="database",
            detail={"since": stored, "in_doubt": len(doubtful), "unasked": len(unasked)},
        )
        uow.commit()
    return Gap(since=datetime.fromisoformat(stored), until=now, in_doubt=len(doubtful), unasked=len(unasked))


def _in_doubt(message: Message, now: datetime) -> Message:
    return replace(
        message,
        state=MessageState.IN_DOUBT,
        reason="restored from a backup; it may have been sent",
        sending_at=message.sending_at or message.created_at,
        claimed_by=None,
        lease_until=None,
        next_look_at=now,
        looks=0,
    )


def _may_have_been_asked(uow: UnitOfWork, check_in: CheckIn, now: datetime) -> bool:
    """A planned one is ended unasked; an open one is not reminded of again. Tells whether it was planned."""
    if check_in.state is CheckInState.PLANNED and check_in.due_at <= now:
        ended = replace(check_in, state=CheckInState.SKIPPED, reason=SkipReason.RESTORED.value, closed_at=now)
        return uow.check_ins.update(ended, expected=CheckInState.PLANNED)
    if check_in.state is CheckInState.OPEN and check_in.remind_at is not None and check_in.remind_at <= now:
        reminded = replace(check_in, reminded_at=check_in.reminded_at or now)
        uow.check_ins.update(reminded, expected=CheckInState.OPEN)
    return False


def _tell(context: Context, uow: UnitOfWork, unasked: list[CheckIn], now: datetime) -> None:
    published = context.content.current()
    for patient in dict.fromkeys(one.patient for one in unasked):
        theirs = [one for one in unasked if one.patient == patient]
        raise_event(
            uow,
            published,
            clinic_of(published.content.configuration, theirs[0].clinic),
            EventKind.NO_REPLY_POSSIBLE,
            now=now,
            actor="service",
            patient=patient,
            note=_NOTE.format(keys=", ".join(one.key for one in theirs)),
            check_in=theirs[0].id,
        )

"""A person talks with a patient by text: check-ins and reminders wait meanwhile; it ends by hand or by time.

The patient's page and the inbox call it. Danger is read all the same, see `followup/services/read_inbound.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel, Patient
from followup.domain.plan import CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.received import Inbound
from followup.domain.schedule import EventKind
from followup.domain.talk import TALK_LASTS, Chat
from followup.errors import NotFound
from followup.ids import new_id
from followup.services.alerting import raise_event
from followup.services.context import Context, clinic_of, staff_by_name
from followup.storage.unit_of_work import UnitOfWork

#: What ended a talk that nobody ended.
BY_TIME = "time"


def start(context: Context, *, patient: str, by: str) -> Chat:
    """Begin a talk with a patient (our id), or let the one that goes on last as long again. `by` is a staff key.

    Raises NotFound.
    """
    with context.store.write() as uow:
        chat = begin(uow, context, patient=patient, by=by, now=context.clock.now())
        uow.commit()
    return chat


def begin(uow: UnitOfWork, context: Context, *, patient: str, by: str, now: datetime) -> Chat:
    """The same inside the caller's transaction. Raises NotFound."""
    member = staff_by_name(context.content.current().content.configuration, by)
    known = _known(uow, patient)
    uow.serialize(f"talk/{patient}")
    standing = uow.chats.open_of(patient)
    if standing is not None and standing.holds(now):
        chat = replace(standing, until=now + TALK_LASTS, seen_at=now)
        uow.chats.update(chat)
        action = "talk.lengthened"
    else:
        if standing is not None:
            _close(uow, context, standing, standing.until, BY_TIME)
        chat = Chat(
            id=new_id(),
            clinic=known.clinic,
            patient=patient,
            started_at=now,
            started_by=member.key,
            until=now + TALK_LASTS,
            seen_at=now,
        )
        uow.chats.add(chat)
        action = "talk.started"
    _audit(uow, chat, action, f"staff:{member.key}", now)
    return chat


def end(context: Context, *, patient: str, by: str) -> None:
    """End the talk with a patient now; what waited for it goes on at once. Nothing happens where there is none.

    Raises NotFound for a person who is not on the staff.
    """
    now = context.clock.now()
    member = staff_by_name(context.content.current().content.configuration, by)
    with context.store.write() as uow:
        standing = uow.chats.open_of(patient)
        if standing is None:
            return
        if not uow.chats.update(replace(standing, ended_at=now, ended_by=member.key)):
            return
        _audit(uow, standing, "talk.ended", f"staff:{member.key}", now)
        _let_go(uow, patient, now)
        uow.commit()


def current(uow: UnitOfWork, patient: str, now: datetime) -> Chat | None:
    """The talk that goes on with a patient."""
    chat = uow.chats.open_of(patient)
    return chat if chat is not None and chat.holds(now) else None


def held_until(uow: UnitOfWork, patient: str, now: datetime) -> datetime | None:
    """Until when the automation holds back for a talk; None where it does not."""
    chat = current(uow, patient, now)
    return chat.until if chat is not None else None


def is_held(uow: UnitOfWork, patient: str, now: datetime) -> bool:
    """Whether check-ins and reminders of a patient are held for a talk."""
    return current(uow, patient, now) is not None


def going_on(context: Context, clinic: str) -> tuple[tuple[Chat, Patient], ...]:
    """Who is being talked with now, the talk that ends first first."""
    with context.store.read() as uow:
        pairs = [(chat, uow.patients.get(chat.patient)) for chat in uow.chats.going_on(clinic, context.clock.now())]
    return tuple((chat, patient) for chat, patient in pairs if patient is not None)


def looked_at(context: Context, chat: Chat) -> None:
    """Somebody has the talk on the screen: what comes in is seen. Written once a minute at most."""
    now = context.clock.now()
    if (now - chat.seen_at).total_seconds() < 60:
        return
    with context.store.write() as uow:
        uow.chats.seen(chat.id, now)
        uow.commit()


def end_overdue(context: Context, limit: int = 50) -> int:
    """End the talks whose time has passed; returns how many. What the patient wrote last and nobody answered is told.

    The worker's ticker calls it.
    """
    with context.store.read() as uow:
        over = uow.chats.over(context.clock.now(), limit)
    return sum(_end_one(context, chat) for chat in over)


def _end_one(context: Context, seen: Chat) -> bool:
    now = context.clock.now()
    with context.store.write() as uow:
        chat = uow.chats.open_of(seen.patient)
        if chat is None or chat.holds(now):
            return False
        if not _close(uow, context, chat, now, BY_TIME):
            return False
        _let_go(uow, chat.patient, now)
        uow.commit()
    return True


def _close(uow: UnitOfWork, context: Context, chat: Chat, at: datetime, by: str) -> bool:
    """End a talk whose time has passed; staff are told of what nobody answered in it."""
    if not uow.chats.update(replace(chat, ended_at=at, ended_by=by)):
        return False
    now = context.clock.now()
    _audit(uow, chat, "talk.ended", "service", now)
    left = _unanswered(uow.inbound.of_patient(chat.patient), uow.messages.of_patient(chat.patient), chat)
    if left is not None:
        published = context.content.current()
        raise_event(
            uow,
            published,
            clinic_of(published.content.configuration, chat.clinic),
            EventKind.UNFILED,
            now=now,
            actor="service",
            patient=chat.patient,
            note="the patient wrote last while a person talked with them, and nobody has answered",
            words=left.body,
        )
    return True


def _unanswered(received: tuple[Inbound, ...], sent: tuple[Message, ...], chat: Chat) -> Inbound | None:
    """The last text of the patient in this talk, where no text of a person followed it."""
    in_talk = [one for one in received if one.received_at >= chat.started_at and one.channel is Channel.SMS]
    if not in_talk:
        return None
    last = in_talk[-1]
    # Ids rise: where a clock stands still, as in a demo, they tell what came first.
    personal = [(one.created_at, one.id) for one in sent if one.message_class is MessageClass.PERSONAL]
    return None if personal and max(personal) > (last.received_at, last.id) else last


def _let_go(uow: UnitOfWork, patient: str, now: datetime) -> None:
    """Check-ins, reminders and texts that waited for the talk need wait no longer."""
    for check_in in uow.check_ins.of_patient(patient):
        ready = _ready(check_in, now)
        if ready is not None:
            uow.check_ins.update(ready, expected=check_in.state)
    for message in uow.messages.waiting_for(patient):
        if message.reason == SkipReason.TALKING.value and message.not_before > now:
            uow.messages.update(replace(message, not_before=now), expected=message.state)
            uow.wake(message.message_class.lane.value)
    uow.wake("check_in")


def _ready(check_in: CheckIn, now: datetime) -> CheckIn | None:
    if check_in.reason != SkipReason.TALKING.value:
        return None
    if check_in.state is CheckInState.PLANNED:
        return replace(check_in, due_at=min(check_in.due_at, now))
    if check_in.state is CheckInState.OPEN and check_in.remind_at is not None:
        return replace(check_in, remind_at=min(check_in.remind_at, now), reason=None)
    return None


def _known(uow: UnitOfWork, patient: str) -> Patient:
    known = uow.patients.get(patient)
    if known is None:
        raise NotFound("There is no such patient.")
    return known


def _audit(uow: UnitOfWork, chat: Chat, action: str, actor: str, now: datetime) -> None:
    uow.audit.append(
        at=now,
        actor=actor,
        action=action,
        subject="patient",
        subject_id=chat.patient,
        detail={"until": chat.until.isoformat()},
        clinic=chat.clinic,
    )

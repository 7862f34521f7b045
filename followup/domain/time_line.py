"""Everything that happened with a patient, in one order: what the patient's page tells. Pure; services gather it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from followup.domain.alert import Alert
from followup.domain.care import Note
from followup.domain.contact import ContactTry
from followup.domain.infusion import Infusion, series_of
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.received import Inbound
from followup.domain.talk import Chat


class What(StrEnum):
    """What an event is, which decides how it is shown."""

    INFUSION = "infusion"
    CHECK_IN = "check_in"
    ANSWER = "answer"
    TEXT_IN = "text_in"
    TEXT_OUT = "text_out"
    STAFF_TEXT = "staff_text"
    ALERT = "alert"
    CLOSED = "closed"
    NOTE = "note"
    CALL = "call"
    TALK = "talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line. `words` are somebody's own; `trouble`: it did not go as meant; `subject` is an id to link to.

    `order` tells what came first within one instant.
    """

    at: datetime
    what: What
    title: str
    detail: str | None = None
    words: str | None = None
    trouble: bool = False
    subject: str | None = None
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """All rows about one patient. `names` maps staff keys to names, `reasons` an alert's id to why it was opened,
    `asked` a question to how it is called, `answers` those that whoever reads may see."""

    infusions: Sequence[Infusion] = ()
    check_ins: Sequence[CheckIn] = ()
    messages: Sequence[Message] = ()
    inbound: Sequence[Inbound] = ()
    answers: Sequence[Answer] = ()
    alerts: Sequence[Alert] = ()
    notes: Sequence[Note] = ()
    contacts: Sequence[ContactTry] = ()
    chats: Sequence[Chat] = ()
    names: Mapping[str, str] | None = None
    reasons: Mapping[str, str] | None = None
    asked: Mapping[str, str] | None = None

    def name(self, key: str | None) -> str:
        """What people call a member of staff."""
        return (self.names or {}).get(key or "", key or "somebody")


def time_line(recorded: Recorded) -> tuple[Event, ...]:
    """Every event, the newest first. Check-ins that are still to come are not events yet."""
    events = [
        *_infusions(recorded.infusions),
        *_check_ins(recorded.check_ins),
        *_answers(recorded),
        *_texts_out(recorded),
        *_texts_in(recorded),
        *_alerts(recorded),
        *_by_staff(recorded),
    ]
    return tuple(sorted(events, key=lambda event: (event.at, event.order), reverse=True))


def _infusions(infusions: Sequence[Infusion]) -> Iterable[Event]:
    for infusion in infusions:
        position = len(series_of(infusion, infusions))
        place = "a series begins" if position == 1 else f"number {position} of the series"
        before = f"before it pain {_score(infusion.baseline.pain)}, mood {_score(infusion.baseline.mood)}"
        flags = f"; {', '.join(sorted(infusion.flags)).replace('_', ' ')}" if infusion.flags else ""
        withdrawn = infusion.cancelled_at is not None
        yield Event(
            at=infusion.ended_at,
            what=What.INFUSION,
            title=f"Infusion {infusion.external_id} ended" + (", withdrawn since" if withdrawn else f", {place}"),
            detail=before + flags,
            trouble=withdrawn,
            order=infusion.id,
        )


def _score(value: float | None) -> str:
    return "not taken" if value is None else f"{value:g}"


def _check_ins(check_ins: Sequence[CheckIn]) -> Iterable[Event]:
    for one in check_ins:
        if one.state is CheckInState.PLANNED:
            continue
        at = one.asked_at if one.state is CheckInState.OPEN else one.closed_at
        state = "waits for an answer" if one.state is CheckInState.OPEN else one.state.value.replace("_", " ")
        yield Event(
            at=at or one.due_at,
            what=What.CHECK_IN,
            title=f"Check-in {one.key}: {state}",
            detail=one.reason.replace("_", " ") if one.reason else None,
            trouble=one.state in {CheckInState.EXPIRED, CheckInState.SKIPPED},
            subject=one.id,
            order=one.id,
        )


def _answers(recorded: Recorded) -> Iterable[Event]:
    """Answers that no text of the patient holds: those told by phone. The others stand with their text."""
    texts = {one.id for one in recorded.inbound}
    for one in recorded.answers:
        if one.inbound in texts:
            continue
        by = f"entered by {recorded.name(one.entered_by)}, by phone" if one.entered_by else None
        marks = [by, "late" if one.late else None, "perhaps somebody else's" if one.doubtful else None]
        yield Event(
            at=one.at,
            what=What.ANSWER,
            title=_taken_as(recorded, one),
            detail=", ".join(mark for mark in marks if mark) or None,
            words=one.text if one.entered_by and one.text != "by phone" else None,
            trouble=one.doubtful,
            order=one.id,
        )


def _taken_as(recorded: Recorded, answer: Answer) -> str:
    """What an answer answers: `C3: average pain, 0 to 10? 4`."""
    key = next((one.key for one in recorded.check_ins if one.id == answer.check_in), "")
    question = (recorded.asked or {}).get(answer.question, answer.question)
    return f"{key}: {question} {told(answer)}".strip()


def told(answer: Answer) -> str:
    """An answer in figures and words: `8`, `2, 3`, `moderate`."""
    if answer.value is not None:
        return f"{answer.value:g}" + (" (from a range)" if answer.is_range else "")
    if answer.codes:
        return ", ".join(str(code) for code in answer.codes)
    return {1: "mild", 2: "moderate", 3: "severe"}.get(answer.severity or 0, "")


_WENT = frozenset({MessageState.SENT, MessageState.DELIVERED})


def _texts_out(recorded: Recorded) -> Iterable[Event]:
    for one in recorded.messages:
        personal = one.message_class is MessageClass.PERSONAL
        who = f"{recorded.name(one.person)} wrote" if personal else "We wrote"
        state = one.state.value.replace("_", " ")
        yield Event(
            at=one.sent_at or one.created_at,
            what=What.STAFF_TEXT if personal else What.TEXT_OUT,
            title=f"{who}: {state}",
            detail=one.reason.replace("_", " ") if one.reason else None,
            words=one.body,
            trouble=one.state not in _WENT and not one.state.waiting,
            order=one.id,
        )


def _texts_in(recorded: Recorded) -> Iterable[Event]:
    taken: dict[str, list[str]] = {}
    for answer in recorded.answers:
        late = ", late" if answer.late else ""
        doubtful = ", perhaps somebody else's" if answer.doubtful else ""
        taken.setdefault(answer.inbound or "", []).append(f"{_taken_as(recorded, answer)}{late}{doubtful}")
    for one in recorded.inbound:
        media = [f"{len(one.media)} not opened"] if one.media else []
        answers = [f"taken as {'; '.join(taken[one.id])}"] if one.id in taken else []
        yield Event(
            at=one.received_at,
            what=What.TEXT_IN,
            title="The patient wrote",
            detail="; ".join([*media, *answers]) or None,
            words=one.body,
            order=one.id,
        )


def _alerts(recorded: Recorded) -> Iterable[Event]:
    reasons = recorded.reasons or {}
    for one in recorded.alerts:
        yield Event(
            at=one.opened_at,
            what=What.ALERT,
            title=f"{one.level.value.capitalize()} alert {one.code}",
            detail=reasons.get(one.id),
            subject=one.id,
            order=one.id,
        )
        if one.closed_at is not None:
            outcome = one.outcome.value.replace("_", " ") if one.outcome else "no outcome"
            minutes = f", {one.minutes} min" if one.minutes else ""
            yield Event(
                at=one.closed_at,
                what=What.CLOSED,
                title=f"Alert {one.code} closed by {one.closed_by}: {outcome}{minutes}",
                words=one.note,
                subject=one.id,
                order=one.id,
            )


def _by_staff(recorded: Recorded) -> Iterable[Event]:
    for note in recorded.notes:
        yield Event(
            at=note.at, what=What.NOTE, title=f"Note by {recorded.name(note.author)}", words=note.text, order=note.id
        )
    for tried in recorded.contacts:
        way, result = tried.way.value.replace("_", " "), tried.result.value.replace("_", " ")
        yield Event(
            at=tried.at,
            what=What.CALL,
            title=f"{recorded.name(tried.by)}, {way}: {result}",
            words=tried.note,
            subject=tried.alert,
            order=tried.id,
        )
    for chat in recorded.chats:
        yield Event(
            at=chat.started_at,
            what=What.TALK,
            title=f"{recorded.name(chat.started_by)} began to text with the patient; check-ins wait",
            order=chat.id,
        )
        if chat.ended_at is not None:
            by = "by time" if chat.ended_by == "time" else f"by {recorded.name(chat.ended_by)}"
            yield Event(at=chat.ended_at, what=What.TALK, title=f"The talk by text was ended {by}", order=chat.id)

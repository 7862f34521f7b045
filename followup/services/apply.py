"""Effects -> rows, inside the transaction of the inbound that caused them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from followup.domain.effects import (
    ChangeDuty,
    Decision,
    DoubtAnswers,
    DropWaiting,
    Effect,
    GiveConsent,
    HoldContact,
    MoveCheckIn,
    OptIn,
    OptOut,
    RaiseConcern,
    RecordAnswer,
    Say,
    SetStatus,
    StaffAsks,
    StaffOptedOut,
    SwitchLanguage,
    TakeAlert,
)
from followup.domain.inbound import OPTED_OUT_NOTE, STALE_AFTER
from followup.domain.level import Level
from followup.domain.message import MessageClass, MessageState
from followup.domain.people import Channel
from followup.domain.plan import Answer
from followup.domain.schedule import EventKind
from followup.domain.staff_words import StaffCommand, TakeCode
from followup.ids import new_id
from followup.services.alerting import Concern, raise_concern, raise_event
from followup.services.composing import Draft, compose
from followup.services.duty import Desk
from followup.services.duty_by_text import change_duty
from followup.services.page_test import answers_test
from followup.services.reported import change_patient
from followup.services.restored import restored_at
from followup.services.scene import Scene
from followup.services.staff_texts import obey
from followup.services.turns import address_turn

#: At most this many automatic replies per number and hour, safety texts and the opt-out confirmation apart,
#: so that two robots never talk each other through the night.
REPLIES_PER_HOUR = 5
#: An answer that could not go out for so long, because of a hold or an outage, has lost its moment.
REPLY_STANDS = timedelta(hours=1)
SAFETY_STANDS = timedelta(hours=2)
_CLOSING_TEXTS = frozenset({"I", "I_OK", "I_PLAIN", "I_NOTED", "R", "LATE"})
_UNCAPPED = frozenset({"STOP", "START"})


def apply(scene: Scene, decision: Decision) -> None:
    """Turn every effect of `decision` into rows. The caller commits."""
    for effect in decision.effects:
        _apply_one(scene, effect)


def _apply_one(scene: Scene, effect: Effect) -> None:
    match effect:
        case Say():
            _say(scene, effect)
        case RecordAnswer():
            _record(scene, effect)
        case MoveCheckIn():
            scene.uow.check_ins.update(effect.check_in, expected=effect.was)
        case RaiseConcern():
            _concern(scene, effect)
        case SetStatus() | HoldContact() | SwitchLanguage() | GiveConsent() | DoubtAnswers():
            change_patient(scene, effect)
        case _:
            _apply_to_number(scene, effect)


def _apply_to_number(
    scene: Scene, effect: OptOut | OptIn | DropWaiting | TakeAlert | StaffAsks | ChangeDuty | StaffOptedOut
) -> None:
    match effect:
        case OptOut():
            _suppress(scene, effect.source)
        case OptIn():
            _lift(scene, effect.source)
        case DropWaiting():
            _drop_waiting(scene, effect.reason)
        case _:
            _apply_for_staff(scene, effect)


def _apply_for_staff(scene: Scene, effect: TakeAlert | StaffAsks | ChangeDuty | StaffOptedOut) -> None:
    match effect:
        case TakeAlert() if answers_test(scene.uow, scene.published, scene.inbound, effect, scene.now):
            pass
        case TakeAlert():
            _obey(scene, effect.person, TakeCode(code=effect.code))
        case StaffAsks():
            _obey(scene, effect.person, effect.command)
        case ChangeDuty():
            desk = Desk(published=scene.published, public_url=scene.public_url, now=scene.now)
            change_duty(scene.uow, desk, person=effect.person, request=effect.request, inbound=scene.inbound)
        case StaffOptedOut():
            _staff_opted_out(scene, effect)


def _obey(scene: Scene, person: str, command: StaffCommand) -> None:
    obey(
        scene.uow,
        scene.published,
        person=person,
        command=command,
        inbound=scene.inbound,
        public_url=scene.public_url,
        now=scene.now,
    )


def _say(scene: Scene, effect: Say) -> None:
    if _is_past(scene) or _talks_too_much(scene, effect):
        return
    if _said_already(scene, effect):
        return
    question = scene.published.content.configuration.questions.get(effect.question or "")
    short = question.short.get(scene.language or "en", "") if question else ""
    message = compose(
        scene.published,
        scene.clinic,
        Draft(
            template=effect.template,
            message_class=effect.message_class,
            channel=Channel.SMS,
            to=scene.inbound.sender,
            intent=f"reply/{scene.inbound.id}",
            language=scene.language,
            values={"question_short": short, **effect.values},
            patient=scene.patient.id if scene.patient else None,
            check_in=effect.check_in,
            question=effect.question,
            inbound=scene.inbound.id,
            expires_at=scene.now + (SAFETY_STANDS if effect.message_class is MessageClass.SAFETY else REPLY_STANDS),
        ),
        scene.now,
    )
    if scene.uow.messages.add(message):
        scene.uow.wake(message.message_class.lane.value)


def _is_past(scene: Scene) -> bool:
    """Too old to be answered by itself, or from before a restore, when it may have been answered already."""
    restored = restored_at(scene.uow)
    received = scene.inbound.received_at
    return scene.now - received > STALE_AFTER or (restored is not None and received <= restored)


def _talks_too_much(scene: Scene, effect: Say) -> bool:
    if effect.message_class is MessageClass.SAFETY or effect.template in _UNCAPPED:
        return False
    since = scene.now - timedelta(hours=1)
    return scene.uow.messages.automatic_since(scene.clinic.key, scene.inbound.sender, since) >= REPLIES_PER_HOUR


def _said_already(scene: Scene, effect: Say) -> bool:
    """The same closing text goes at most once in four hours, unless it closes a check-in."""
    if effect.closes or effect.template not in _CLOSING_TEXTS or scene.patient is None:
        return False
    return scene.uow.messages.any(effect.template, scene.patient.id, scene.now - timedelta(hours=4))


def _record(scene: Scene, effect: RecordAnswer) -> None:
    if scene.patient is None:
        return
    scene.uow.answers.add(
        Answer(
            id=new_id(),
            clinic=scene.clinic.key,
            patient=scene.patient.id,
            check_in=effect.check_in,
            question=effect.question,
            at=scene.now,
            text=scene.words,
            channel=scene.inbound.channel.value,
            attempt=effect.attempt,
            value=effect.value,
            codes=effect.codes,
            severity=effect.severity,
            is_range=effect.is_range,
            late=effect.late,
            inbound=scene.inbound.id,
        )
    )


def _concern(scene: Scene, effect: RaiseConcern) -> None:
    raise_concern(
        scene.uow,
        scene.published,
        Concern(
            clinic=scene.clinic,
            triage=effect.triage,
            understood=effect.understood,
            inputs=effect.inputs,
            patient=scene.patient.id if scene.patient else None,
            also=_also(scene, effect),
            sender=scene.inbound.sender if scene.patient is None else None,
            words=scene.words,
            inbound=scene.inbound.id,
            check_in=effect.check_in,
            again=effect.again,
            note=effect.note or _opted_out_note(scene, effect),
            join=effect.join,
        ),
        actor=scene.actor,
        now=scene.now,
    )


def _also(scene: Scene, effect: RaiseConcern) -> tuple[str, ...]:
    """Who else on the phone may be meant: an answer is its own patient's, an emergency may be anybody's there."""
    anybody = scene.patient is None or effect.triage.level is Level.EMERGENCY
    return scene.also if anybody else ()


def _opted_out_note(scene: Scene, effect: RaiseConcern) -> str | None:
    """Whoever takes a dangerous text from a number that gets no texts must know that only a call reaches it."""
    urgent = effect.triage.level.at_least(Level.URGENT)
    opted_out = urgent and scene.uow.suppressions.active(scene.clinic.key, Channel.SMS, scene.inbound.sender)
    return OPTED_OUT_NOTE if opted_out else None


def _suppress(scene: Scene, source: str) -> None:
    scene.uow.serialize(address_turn(scene.clinic.key, scene.inbound.sender))
    scene.uow.suppressions.add(scene.clinic.key, Channel.SMS, scene.inbound.sender, at=scene.now, source=source)
    _audit(scene, "opt_out", scene.patient.id if scene.patient else scene.inbound.id)


def _lift(scene: Scene, source: str) -> None:
    scene.uow.suppressions.lift(scene.clinic.key, Channel.SMS, scene.inbound.sender, at=scene.now, source=source)
    _audit(scene, "opt_in", scene.patient.id if scene.patient else scene.inbound.id)


def _drop_waiting(scene: Scene, reason: str) -> None:
    for patient in scene.patients:
        for message in scene.uow.messages.waiting_for(patient.id):
            if message.channel is Channel.SMS:
                dropped = replace(message, state=MessageState.SUPPRESSED, reason=reason, settled_at=scene.now)
                scene.uow.messages.update(dropped, expected=message.state)


def _staff_opted_out(scene: Scene, effect: StaffOptedOut) -> None:
    scene.uow.suppressions.add(scene.clinic.key, Channel.SMS, scene.inbound.sender, at=scene.now, source="staff text")
    raise_event(
        scene.uow,
        scene.published,
        scene.clinic,
        EventKind.CONFIGURATION,
        now=scene.now,
        actor=scene.actor,
        note=f"{effect.person} has stopped texts from this service and cannot be woken by SMS",
    )


def _audit(scene: Scene, action: str, subject_id: str) -> None:
    scene.uow.audit.append(
        at=scene.now, actor=scene.actor, action=action, subject="patient", subject_id=subject_id, detail={}
    )

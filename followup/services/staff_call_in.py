"""A member of staff calls the number that alerts come from: what is open for them, and a key to take it.

Called by receive_call, which knows them by their number, and by the provider's voice webhook for each key.
A number can be forged. So nothing of a patient is said, what is taken is confirmed by text to the phone on file, and
whoever asks for the patient is rung back there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime

from followup.content.call_words import CallWords, said
from followup.content.staff_said import age_said, level_said
from followup.domain.alert import Alert, AlertStatus
from followup.domain.calls import LONGEST_CALL, spelled
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.received import Inbound
from followup.domain.schedule import Clinic, Configuration, StaffMember
from followup.gateways.port import PressedKey, Spoken
from followup.services.bridging import Blocked, number_to_ring, ring_back
from followup.services.composing import Draft, compose
from followup.services.context import Context, clinic_of
from followup.services.duty import configuration_now
from followup.services.links import alert_link
from followup.services.on_the_line import Line, not_usable, passed_on, taken
from followup.services.turns import alert_turn
from followup.storage.unit_of_work import UnitOfWork

#: Where a key goes that somebody presses who has called in; the id of the stored call follows.
CALL_IN_PATH = "/twilio/voice/staff"
#: What such a call is stored as.
KIND = "staff_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class _CallIn(Line):
    """One key of one call: `ahead` are the alerts for whoever called, the one spoken of among them or gone."""

    inbound: Inbound
    ahead: tuple[Alert, ...]


def for_them(uow: UnitOfWork, configuration: Configuration, clinic: Clinic, member: StaffMember) -> tuple[Alert, ...]:
    """What somebody who calls `clinic` may have to do, the most pressing first: what nobody has, then what they have.

    Of what nobody has: whatever was told to them, and every Emergency of the clinic. The work list can wait for a page.
    """
    unclosed = (alert for key in configuration.clinics for alert in uow.alerts.unclosed_of(key))
    found = [alert for alert in unclosed if alert.level is not Level.ROUTINE]
    told = {alert.id for alert in found if _was_told(uow, alert, member)}

    def concerns(alert: Alert) -> bool:
        if alert.status is AlertStatus.ACKNOWLEDGED:
            return alert.acknowledged_by == member.name
        return alert.id in told or (alert.level is Level.EMERGENCY and alert.clinic == clinic.key)

    def pressing(alert: Alert) -> tuple[bool, int, bool, datetime]:
        taken_already = alert.status is AlertStatus.ACKNOWLEDGED
        return taken_already, -alert.level.rank, alert.id not in told, alert.opened_at

    return tuple(sorted(filter(concerns, found), key=pressing))


def _was_told(uow: UnitOfWork, alert: Alert, member: StaffMember) -> bool:
    """Whether a notice has left for them, arrived or not: who missed a call may well call back."""
    prefix = f"notice/{alert.id}/"
    return alert.handed_to == member.key or any(
        message.person == member.key and message.sent_at is not None and message.intent.startswith(prefix)
        for message in uow.messages.of_alert(alert.id)
    )


def greet(
    uow: UnitOfWork, context: Context, inbound: Inbound, member: StaffMember, ahead: tuple[Alert, ...], now: datetime
) -> Spoken:
    """What somebody hears who has just called in, with `ahead` open for them. `inbound` is stored already."""
    configuration = configuration_now(uow, context.content.current(), now)
    language = configuration.staff_language
    if not ahead:
        return Spoken(text=said(CallWords.NONE_OPEN, language), language=language)
    words = CallWords.ONE_OPEN if len(ahead) == 1 else CallWords.SEVERAL_OPEN
    call = _call(uow, context, configuration, inbound, member, ahead, ahead[0], now)
    return _and_then(said(words, language, count=str(len(ahead))), _speaks_of(call, ahead[0]))


def press_call_in_key(context: Context, pressed: PressedKey) -> Spoken:
    """Do what a key asks for; returns what is said next. A key of a call that is over or not ours changes nothing."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        call = _found(uow, context, pressed, now)
        if call is None:
            return not_usable(context)
        spoken = _acted(call, pressed.key)
        uow.commit()
    return spoken


def _found(uow: UnitOfWork, context: Context, pressed: PressedKey, now: datetime) -> _CallIn | None:
    """The call, where it is one of staff's, not long ago: signatures have no time in them, requests can be recorded."""
    inbound = uow.inbound.get(pressed.message_id)
    if inbound is None or inbound.kind != KIND or inbound.provider_id != pressed.provider_id:
        return None
    if now - inbound.received_at > LONGEST_CALL:
        return None
    configuration = configuration_now(uow, context.content.current(), now)
    member = caller_on_staff(configuration, inbound.sender)
    spoken_of = uow.alerts.get(json.loads(inbound.reading or "{}").get("alert", ""))
    if member is None or spoken_of is None:
        return None
    uow.serialize(alert_turn(spoken_of.id))
    alert = uow.alerts.get(spoken_of.id) or spoken_of
    ahead = for_them(uow, configuration, clinic_of(configuration, inbound.clinic), member)
    return _call(uow, context, configuration, inbound, member, ahead, alert, now)


def caller_on_staff(configuration: Configuration, number: str) -> StaffMember | None:
    """The member of staff whose phone this is."""
    return next((member for member in configuration.staff.values() if member.phone == number), None)


def _call(
    uow: UnitOfWork,
    context: Context,
    configuration: Configuration,
    inbound: Inbound,
    member: StaffMember,
    ahead: tuple[Alert, ...],
    alert: Alert,
    now: datetime,
) -> _CallIn:
    return _CallIn(
        uow=uow,
        context=context,
        configuration=configuration,
        member=member,
        alert=alert,
        key_path=f"{CALL_IN_PATH}/{inbound.id}",
        now=now,
        inbound=inbound,
        ahead=ahead,
    )


def _acted(call: _CallIn, key: str) -> Spoken:
    match key:
        case "1":
            return _take(call)
        case "2":
            spoken = passed_on(call)
            return spoken if spoken.key_path else _and_the_next(call, spoken.text)
        case "3":
            return _ring_back(call)
        case "4":
            following = _after(call)
            return call.says(CallWords.NO_NEXT) if following is None else _speaks_of(call, following)
        case _:
            return _speaks_of(call, call.alert)


def _take(call: _CallIn) -> Spoken:
    had_it = call.alert.acknowledged_by == call.member.name
    spoken = taken(call)
    if spoken.key_path is None:
        return _and_the_next(call, spoken.text)
    if not had_it:
        _confirm(call)
    words = CallWords.YOURS_IN if _after(call) is None else CallWords.YOURS_AND_MORE
    return call.says(words, asks=True)


def _confirm(call: _CallIn) -> None:
    """To the phone on file: if it was not they who called, they hear of it."""
    alert = call.uow.alerts.get(call.alert.id) or call.alert
    link = alert_link(call.uow, alert, call.member, call.context.policy.public_url, call.now)
    draft = Draft(
        template="STAFF_TAKEN",
        message_class=MessageClass.STAFF_REPLY,
        channel=Channel.SMS,
        to=call.member.phone or "",
        intent=f"reply/{call.inbound.id}/{alert.id}",
        values={"code": alert.code, "link": link},
        person=call.member.key,
        alert=alert.id,
    )
    clinic = clinic_of(call.configuration, alert.clinic)
    if call.uow.messages.add(compose(call.context.content.current(), clinic, draft, call.now)):
        call.uow.wake(draft.message_class.lane.value)


def _ring_back(call: _CallIn) -> Spoken:
    """Their own phone rings, and a key on it connects: whoever called, it is the person on file who speaks."""
    alert = call.alert
    if alert.status is AlertStatus.CLOSED:
        return _and_the_next(call, call.says(CallWords.CLOSED).text)
    if alert.status is AlertStatus.ACKNOWLEDGED and alert.acknowledged_by != call.member.name:
        return _and_the_next(call, taken(call).text)
    number = number_to_ring(call.uow, alert)
    if isinstance(number, Blocked) or Channel.VOICE not in call.context.gateways:
        return call.says(CallWords.NOT_CONNECTED, asks=True)
    ring_back(call.uow, call.context, alert, call.member, call.now)
    return call.says(CallWords.RINGING_BACK)


def _speaks_of(call: _CallIn, alert: Alert) -> Spoken:
    """Level, code and age, and what the keys do; from now on they are about this alert."""
    call.uow.inbound.update(replace(call.inbound, reading=json.dumps({"alert": alert.id})))
    language = call.configuration.staff_language
    theirs = alert.status is AlertStatus.ACKNOWLEDGED
    about = call.says(
        CallWords.ABOUT_YOURS if theirs else CallWords.ABOUT_OPEN,
        asks=True,
        level=level_said(alert.level, language),
        code=spelled(alert.code),
        age=age_said(call.now - alert.opened_at, language),
    )
    more = any(one.id != alert.id for one in call.ahead)
    return replace(about, text=f"{about.text} {said(CallWords.NEXT, language)}") if more else about


def _and_the_next(call: _CallIn, text: str) -> Spoken:
    """What came of a key, and the next alert with it where there is one."""
    following = _after(call)
    if following is None:
        return Spoken(text=text, language=call.configuration.staff_language)
    return _and_then(text, _speaks_of(call, following))


def _and_then(text: str, spoken: Spoken) -> Spoken:
    return replace(spoken, text=f"{text} {spoken.text}")


def _after(call: _CallIn) -> Alert | None:
    """The one after that which is spoken of, from the top again after the last; None where there is no other."""
    ids = [alert.id for alert in call.ahead]
    place = ids.index(call.alert.id) + 1 if call.alert.id in ids else 0
    others = [alert for alert in (*call.ahead[place:], *call.ahead[:place]) if alert.id != call.alert.id]
    return others[0] if others else None

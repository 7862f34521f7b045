"""A member of staff calls the number that alerts come from: what is open for them, and a key to take it.

Who missed the call of a weekly test hears that it was one, and answers it by a key.

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
from followup.domain.page_test import PageTest
from followup.domain.people import Channel
from followup.domain.received import Inbound
from followup.domain.schedule import Clinic, Configuration, StaffMember
from followup.gateways.port import PressedKey, Spoken
from followup.services import page_test
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
_ALERT, _TEST = "alert", "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Caller:
    """Who is on the phone, the transaction, and what waits for them in the order in which it is told."""

    uow: UnitOfWork
    context: Context
    configuration: Configuration
    inbound: Inbound
    member: StaffMember
    ahead: tuple[Alert | PageTest, ...]
    now: datetime

    @property
    def key_path(self) -> str:
        """Where a key goes."""
        return f"{CALL_IN_PATH}/{self.inbound.id}"

    def says(self, words: CallWords, *, asks: bool = False, **values: str) -> Spoken:
        """An answer; `asks`: a further key may follow it."""
        language = self.configuration.staff_language
        return Spoken(text=said(words, language, **values), language=language, key_path=self.key_path if asks else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CallIn(Line):
    """One key of one call, about an alert: one of those ahead of the caller, or gone from there meanwhile."""

    caller: _Caller


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
    uow: UnitOfWork, context: Context, inbound: Inbound, member: StaffMember, alerts: tuple[Alert, ...], now: datetime
) -> Spoken:
    """What somebody hears who has just called in, with `alerts` open for them. `inbound` is stored already."""
    configuration = configuration_now(uow, context.content.current(), now)
    caller = _caller(uow, context, configuration, inbound, member, alerts, now)
    if not caller.ahead:
        return caller.says(CallWords.NONE_OPEN)
    if not alerts:
        return _speaks_of(caller, caller.ahead[0], words_of_test=CallWords.ONLY_TEST)
    words = CallWords.ONE_OPEN if len(alerts) == 1 else CallWords.SEVERAL_OPEN
    return _and_then(caller.says(words, count=str(len(alerts))).text, _speaks_of(caller, alerts[0]))


def press_call_in_key(context: Context, pressed: PressedKey) -> Spoken:
    """Do what a key asks for; returns what is said next. A key of a call that is over or not ours changes nothing."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        inbound = _call_of(uow, pressed, now)
        configuration = configuration_now(uow, context.content.current(), now)
        member = None if inbound is None else caller_on_staff(configuration, inbound.sender)
        if inbound is None or member is None:
            return not_usable(context)
        spoken_of = _spoken_of(uow, inbound)
        if spoken_of is None:
            return not_usable(context)
        alerts = for_them(uow, configuration, clinic_of(configuration, inbound.clinic), member)
        caller = _caller(uow, context, configuration, inbound, member, alerts, now)
        spoken = _acted(caller, spoken_of, pressed.key)
        uow.commit()
    return spoken


def _call_of(uow: UnitOfWork, pressed: PressedKey, now: datetime) -> Inbound | None:
    """The call, where it is one of staff's, not long ago: signatures have no time in them, requests can be recorded."""
    inbound = uow.inbound.get(pressed.message_id)
    if inbound is None or inbound.kind != KIND or inbound.provider_id != pressed.provider_id:
        return None
    return None if now - inbound.received_at > LONGEST_CALL else inbound


def _spoken_of(uow: UnitOfWork, inbound: Inbound) -> Alert | PageTest | None:
    """What a key is about: whatever was told last on this call."""
    stored = json.loads(inbound.reading or "{}")
    if _TEST in stored:
        return uow.page_tests.get(stored[_TEST])
    alert = uow.alerts.get(stored.get(_ALERT, ""))
    if alert is None:
        return None
    uow.serialize(alert_turn(alert.id))
    return uow.alerts.get(alert.id)


def caller_on_staff(configuration: Configuration, number: str) -> StaffMember | None:
    """The member of staff whose phone this is."""
    return next((member for member in configuration.staff.values() if member.phone == number), None)


def _caller(
    uow: UnitOfWork,
    context: Context,
    configuration: Configuration,
    inbound: Inbound,
    member: StaffMember,
    alerts: tuple[Alert, ...],
    now: datetime,
) -> _Caller:
    """Alerts come before a test that waits for an answer."""
    return _Caller(
        uow=uow,
        context=context,
        configuration=configuration,
        inbound=inbound,
        member=member,
        ahead=(*alerts, *page_test.waiting_for(uow, member.key, now)),
        now=now,
    )


def _acted(caller: _Caller, spoken_of: Alert | PageTest, key: str) -> Spoken:
    if key == "4":
        following = _after(caller, spoken_of)
        return caller.says(CallWords.NO_NEXT) if following is None else _speaks_of(caller, following)
    if isinstance(spoken_of, PageTest):
        return _answer_test(caller, spoken_of) if key == "1" else _speaks_of(caller, spoken_of)
    return _about_alert(_call(caller, spoken_of), key)


def _call(caller: _Caller, alert: Alert) -> _CallIn:
    return _CallIn(
        uow=caller.uow,
        context=caller.context,
        configuration=caller.configuration,
        member=caller.member,
        alert=alert,
        key_path=caller.key_path,
        now=caller.now,
        caller=caller,
    )


def _answer_test(caller: _Caller, page: PageTest) -> Spoken:
    published = caller.context.content.current()
    page_test.answered_by_call_in(caller.uow, published, page, caller.member, caller.inbound, caller.now)
    following = _after(caller, page)
    if following is None:
        return caller.says(CallWords.TEST_HEARD)
    answered = replace(caller, ahead=tuple(one for one in caller.ahead if one.id != page.id))
    return _and_then(caller.says(CallWords.TEST_AND_MORE).text, _speaks_of(answered, following))


def _about_alert(call: _CallIn, key: str) -> Spoken:
    match key:
        case "1":
            return _take(call)
        case "2":
            spoken = passed_on(call)
            return spoken if spoken.key_path else _and_the_next(call, spoken.text)
        case "3":
            return _ring_back(call)
        case _:
            return _speaks_of(call.caller, call.alert)


def _take(call: _CallIn) -> Spoken:
    had_it = call.alert.acknowledged_by == call.member.name
    spoken = taken(call)
    if spoken.key_path is None:
        return _and_the_next(call, spoken.text)
    if not had_it:
        _confirm(call)
    words = CallWords.YOURS_IN if _after(call.caller, call.alert) is None else CallWords.YOURS_AND_MORE
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
        intent=f"reply/{call.caller.inbound.id}/{alert.id}",
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


def _speaks_of(caller: _Caller, one: Alert | PageTest, words_of_test: CallWords = CallWords.ABOUT_TEST) -> Spoken:
    """What it is, what the keys do, and whether there is another; from now on the keys are about this one."""
    kind = _TEST if isinstance(one, PageTest) else _ALERT
    caller.uow.inbound.update(replace(caller.inbound, reading=json.dumps({kind: one.id})))
    about = caller.says(words_of_test, asks=True) if isinstance(one, PageTest) else _about(caller, one)
    following = _after(caller, one)
    if following is None:
        return about
    words = CallWords.NEXT_TEST if isinstance(following, PageTest) else CallWords.NEXT
    return replace(about, text=f"{about.text} {caller.says(words).text}")


def _about(caller: _Caller, alert: Alert) -> Spoken:
    language = caller.configuration.staff_language
    theirs = alert.status is AlertStatus.ACKNOWLEDGED
    return caller.says(
        CallWords.ABOUT_YOURS if theirs else CallWords.ABOUT_OPEN,
        asks=True,
        level=level_said(alert.level, language),
        code=spelled(alert.code),
        age=age_said(caller.now - alert.opened_at, language),
    )


def _and_the_next(call: _CallIn, text: str) -> Spoken:
    """What came of a key, and the next with it where there is one."""
    following = _after(call.caller, call.alert)
    if following is None:
        return Spoken(text=text, language=call.configuration.staff_language)
    return _and_then(text, _speaks_of(call.caller, following))


def _and_then(text: str, spoken: Spoken) -> Spoken:
    return replace(spoken, text=f"{text} {spoken.text}")


def _after(caller: _Caller, spoken_of: Alert | PageTest) -> Alert | PageTest | None:
    """The one after that which is spoken of, from the top again after the last; None where there is no other."""
    ids = [one.id for one in caller.ahead]
    place = ids.index(spoken_of.id) + 1 if spoken_of.id in ids else 0
    others = [one for one in (*caller.ahead[place:], *caller.ahead[:place]) if one.id != spoken_of.id]
    return others[0] if others else None

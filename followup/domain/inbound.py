"""Whoever wrote: danger first, then the exact keyword, opt-out in words, a staff code, an answer, a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from followup.domain import replies
from followup.domain.alert import Alert
from followup.domain.answering import Reader, asked_as
from followup.domain.conversation import Judged, Situation, answer_patient, concern, judge, reported_status, safety_text
from followup.domain.coverage import Reach
from followup.domain.duty_words import duty_request
from followup.domain.effects import (
    BY_PROVIDER,
    WRONG_NUMBER,
    ChangeDuty,
    Decision,
    DoubtAnswers,
    DropWaiting,
    Effect,
    GiveConsent,
    MoveCheckIn,
    OptIn,
    OptOut,
    RaiseConcern,
    Say,
    StaffAsks,
    StaffOptedOut,
    SwitchLanguage,
    TakeAlert,
)
from followup.domain.evidence import inputs_of, understood_as, words_level
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.plan import CheckInState
from followup.domain.planning import SkipReason
from followup.domain.reading import Asked, Kind, Reading
from followup.domain.schedule import Clinic, Configuration, EventKind, Rule
from followup.domain.staff_words import AskHelp, BackAgain, TakeCode, staff_command
from followup.domain.triage import Evidence, Triage, triage

#: An inbound older than this is read and alerts, but gets no automatic answer: the moment has passed.
STALE_AFTER = timedelta(hours=1)
#: What stands on an alert about a number that gets no more texts.
OPTED_OUT_NOTE = "opted out: phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """What is known when the sender is no patient: the clinic written to and what stands about the number.

    `also` are patients who share the number, where the text could be any of theirs. `suppressed`: the number
    has opted out, `confirmed` that it was told so or is blocked by the provider; `held`: contact with one of them
    is on hold; `reassured`: a safety text went to the number less than `AGAIN_AT_MOST` ago.
    """

    clinic: Clinic
    configuration: Configuration
    reach: Reach
    unclosed: tuple[Alert, ...] = ()
    also: tuple[str, ...] = ()
    suppressed: bool = False
    confirmed: bool = False
    held: bool = False
    reassured: bool = False


def keyword_of(reading: Reading, opt_out_type: str | None) -> str | None:
    """`stop`, `start` or `help` where the text is one; the provider's own word for it wins."""
    if opt_out_type:
        return opt_out_type.casefold()
    if reading.kind is Kind.OPT_OUT or Kind.OPT_OUT in reading.kinds:
        return "stop"
    if reading.kind is Kind.WRONG_NUMBER:
        return "stop"
    if reading.kind is Kind.OPT_IN:
        return "start"
    return "help" if reading.kind is Kind.HELP else None


def route_staff(
    person: str, text: str, reading: Reading, *, opt_out_type: str | None = None, provider_answered: bool = False
) -> tuple[Effect, ...]:
    """What a text from a staff phone that belongs to no patient asks for; danger apart.

    `provider_answered`: it is one word that the provider has answered by itself, so that no text of ours follows.
    """
    keyword = (opt_out_type or "").casefold()
    if keyword == "stop" or reading.kind is Kind.OPT_OUT:
        return (StaffOptedOut(person=person),)
    if keyword == "start" or reading.kind is Kind.OPT_IN:
        answer = () if provider_answered else (StaffAsks(person=person, command=BackAgain()),)
        return (OptIn(source="staff text"), *answer)
    request = duty_request(text)
    if request is not None:
        return (ChangeDuty(person=person, request=request),)
    command = staff_command(text)
    if isinstance(command, TakeCode):
        return (TakeAlert(person=person, code=command.code),)
    if isinstance(command, AskHelp) and provider_answered:
        return ()
    return (StaffAsks(person=person, command=command),)


def decide_for_patient(
    situation: Situation, read: Reader, *, opt_out_type: str | None, provider_answered: bool, now: datetime
) -> Decision:
    """The whole decision about a text from a patient.

    `provider_answered`: the text is a one-word keyword that the provider has already answered (and, for
    STOP, blocked the number), so that no text of ours is tried.
    """
    question = situation.check_in.question if situation.check_in else None
    reading = read(asked_as(situation.configuration.questions.get(question) if question else None))
    if (reading.reaction or reading.auto_reply) and not _danger_in(reading):
        return Decision(kind="reaction" if reading.reaction else "auto_reply", level=Level.NONE)
    if _only_quotes(reading) and not situation.photo:
        return Decision(kind="quoted", level=Level.NONE)
    danger = _danger_in(reading)
    match keyword_of(reading, opt_out_type):
        case "stop":
            return _opt_out(situation, read(Asked.NONE), provider_answered=provider_answered, now=now)
        case "start" if not danger:
            return _opt_in(situation, provider_answered=provider_answered)
        case "help" if not danger:
            return _help(situation, provider_answered=provider_answered, now=now)
        case _ if situation.invited and situation.check_in is None and _agrees(read):
            return _agreed(situation)
        case _:
            return _in_own_language(situation, reading, answer_patient(situation, read, now))


def _agrees(read: Reader) -> bool:
    """Whether a text is the "1" that an invitation asks for."""
    return read(Asked.CHOICE).choice == 1


def _agreed(situation: Situation) -> Decision:
    return Decision(
        kind=Kind.OPT_IN.value,
        level=Level.NONE,
        effects=(GiveConsent(patient=situation.patient.id), _keyword_text("OPTIN_OK")),
    )


def _in_own_language(situation: Situation, reading: Reading, decision: Decision) -> Decision:
    """Two texts in a row in the other supported language switch the patient to it."""
    spoken, known = reading.language, situation.patient.language
    decision = replace(decision, language=spoken)
    supported = spoken in situation.configuration.languages
    if spoken is None or known is None or spoken == known or not supported or situation.last_language != spoken:
        return decision
    switch = SwitchLanguage(patient=situation.patient.id, language=spoken)
    return replace(decision, effects=(switch, *decision.effects))


def decide_for_stranger(
    stranger: Stranger, reading: Reading, *, opt_out_type: str | None, provider_answered: bool
) -> Decision:
    """The decision about a text that is filed to no patient: an unknown number, or one that several share."""
    if (reading.reaction or reading.auto_reply) and not _danger_in(reading):
        return Decision(kind="reaction" if reading.reaction else "auto_reply", level=Level.NONE)
    if _only_quotes(reading):
        return Decision(kind="quoted", level=Level.NONE)
    event = EventKind.TWO_PATIENTS if stranger.also else EventKind.UNKNOWN_SENDER
    words = Evidence(findings=reading.findings, read_level=words_level(reading))
    met = triage(words, stranger.configuration.rules)
    dangerous = met.level.at_least(Level.URGENT)
    match keyword_of(reading, opt_out_type):
        case "stop":
            effects = _stranger_stop(stranger, met, words, provider_answered=provider_answered)
        case "start" if not dangerous:
            text = () if provider_answered else (_keyword_text("START"),)
            effects = (OptIn(source="text"), *text)
        case "help" if not dangerous:
            effects = () if provider_answered or stranger.suppressed else (_keyword_text("HELP"),)
        case _:
            evidence = words if dangerous else replace(words, events=frozenset({event}))
            told = met if dangerous else triage(evidence, stranger.configuration.rules)
            effects = (_concern_of(told, evidence, again=dangerous), *_stranger_text(stranger, told, reading))
    return Decision(kind=reading.kind.value, level=met.level, effects=effects)


def unread(configuration: Configuration) -> RaiseConcern:
    """The concern about a text that could not be read at all: a person must."""
    evidence = Evidence(events=frozenset({EventKind.UNREAD}))
    return _concern_of(triage(evidence, configuration.rules), evidence, again=True)


def _concern_of(met: Triage, evidence: Evidence, *, again: bool) -> RaiseConcern:
    return RaiseConcern(triage=met, understood=understood_as(evidence), inputs=inputs_of(evidence), again=again)


def _danger_in(reading: Reading) -> bool:
    return any(finding.scope.counts and finding.level.at_least(Level.URGENT) for finding in reading.findings)


def _only_quotes(reading: Reading) -> bool:
    """Whether a text is nothing but a copy of what we sent."""
    return _says_something(reading.text) and not _says_something(reading.new_words)


def _says_something(text: str) -> bool:
    return any(not sign.isspace() and (sign.isalnum() or not sign.isascii()) for sign in text)


def _keyword_text(template: str) -> Say:
    return Say(template=template, message_class=MessageClass.KEYWORD)


def _stranger_stop(stranger: Stranger, met: Triage, words: Evidence, *, provider_answered: bool) -> tuple[Effect, ...]:
    source = _opt_out_source(provider_answered=provider_answered)
    effects: list[Effect] = [OptOut(source=source), DropWaiting(reason=SkipReason.OPTED_OUT.value)]
    if any(alert.level.at_least(Level.URGENT) for alert in stranger.unclosed):
        words = replace(words, events=words.events | {EventKind.STOP_DURING_WATCH})
        met = triage(words, stranger.configuration.rules)
    if words.events or met.level.at_least(Level.URGENT):
        effects.append(_concern_of(met, words, again=True))
    told = stranger.suppressed and (stranger.confirmed or met.level is not Level.EMERGENCY)
    silent = provider_answered or told or stranger.held or replies.forbidden(met)
    if not silent:
        effects.append(_stop_text(met, stranger.unclosed, stranger.configuration))
    return tuple(effects)


def _stranger_text(stranger: Stranger, told: Triage, reading: Reading) -> tuple[Effect, ...]:
    named = told.named
    if named is None or stranger.held or replies.forbidden(told):
        return ()
    if stranger.suppressed:
        one_text = named.level is Level.EMERGENCY and not stranger.confirmed
        return (_stop_with_danger(named),) if one_text else ()
    template = replies.text_for(named.reply, stranger.reach)
    if template is None:
        return ()
    if named.level is Level.EMERGENCY and any(alert.level is Level.EMERGENCY for alert in stranger.unclosed):
        if stranger.reassured:
            return ()
        template = "E_AGAIN"
    dangerous = _danger_in(reading) and named.level.at_least(Level.URGENT)
    return (Say(template=template, message_class=MessageClass.SAFETY if dangerous else MessageClass.REPLY),)


def _opt_out_source(*, provider_answered: bool) -> str:
    """Who keeps the opt-out: a number that the provider has blocked cannot be written to at all."""
    return BY_PROVIDER if provider_answered else "text"


def _opt_out(situation: Situation, reading: Reading, *, provider_answered: bool, now: datetime) -> Decision:
    """No further texts but the one confirmation; danger, or an alert already open, still tells staff."""
    judged = judge(situation, reading, None, (), now)
    judged = _with_stop_events(situation, judged, reading)
    wrong_number = EventKind.WRONG_NUMBER in judged.evidence.events
    effects: list[Effect] = [
        OptOut(source=WRONG_NUMBER if wrong_number else _opt_out_source(provider_answered=provider_answered)),
        DropWaiting(reason=SkipReason.OPTED_OUT.value),
    ]
    if wrong_number:
        effects.append(DoubtAnswers(patient=situation.patient.id))
    if situation.check_in is not None:
        ended = replace(
            situation.check_in,
            state=CheckInState.CANCELLED,
            reason=SkipReason.OPTED_OUT.value,
            closed_at=now,
        )
        effects.append(MoveCheckIn(check_in=ended, was=situation.check_in.state))
    effects += reported_status(situation, judged)
    if judged.fresh.opens_alert:
        effects.append(_stop_concern(situation, judged))
    held = situation.patient.safe_contact_hold or replies.forbidden(judged.fresh)
    told = situation.suppressed and (situation.confirmed or judged.fresh.level is not Level.EMERGENCY)
    if not told and not provider_answered and not held:
        effects.append(_stop_text(judged.fresh, situation.unclosed, situation.configuration))
    return Decision(kind=Kind.OPT_OUT.value, level=judged.fresh.level, effects=tuple(effects))


def _stop_concern(situation: Situation, judged: Judged) -> RaiseConcern:
    """STOP is told like any concern; while somebody watches over the patient it joins that alert and tells again."""
    dangerous = judged.fresh.level.at_least(Level.URGENT)
    told = concern(judged, situation.check_in, again=dangerous or situation.watched, note=OPTED_OUT_NOTE)
    if dangerous or not situation.watched:
        return told
    watch = max(situation.unclosed, key=lambda alert: alert.level.rank)
    return replace(told, join=watch.id)


def _with_stop_events(situation: Situation, judged: Judged, reading: Reading) -> Judged:
    events = {EventKind.OPT_OUT}
    if situation.watched:
        events.add(EventKind.STOP_DURING_WATCH)
    if reading.kind is Kind.WRONG_NUMBER or Kind.WRONG_NUMBER in reading.kinds:
        events.add(EventKind.WRONG_NUMBER)
    evidence = replace(judged.evidence, events=judged.evidence.events | events)
    dropped = situation.schedule.dropped_rules if situation.schedule else frozenset()
    met = triage(evidence, situation.configuration.rules, dropped=dropped)
    return Judged(evidence=evidence, all=met, fresh=met)


def _stop_text(met: Triage, unclosed: tuple[Alert, ...], configuration: Configuration) -> Say:
    """The one confirmation: it speaks to the emergency in the text, else to what is still open about the patient."""
    named = met.named
    if named is not None and named.level is Level.EMERGENCY:
        return _stop_with_danger(named)
    for alert in sorted(unclosed, key=lambda one: one.level.rank, reverse=True):
        rule = configuration.rule(alert.rule)
        if alert.level.at_least(Level.URGENT) and _is_of_the_patient(rule):
            return _stop_with_danger(rule)
    return _keyword_text("STOP")


def _stop_with_danger(rule: Rule | None) -> Say:
    return Say(template=replies.stopping_text(rule), message_class=MessageClass.SAFETY)


def _is_of_the_patient(rule: Rule | None) -> bool:
    """Whether words or answers meet the rule; silence and the set-up are no danger to speak of."""
    return rule is None or any(condition.event is None for condition in rule.when)


def _opt_in(situation: Situation, *, provider_answered: bool) -> Decision:
    text = () if provider_answered or situation.patient.safe_contact_hold else (_keyword_text("START"),)
    return Decision(kind=Kind.OPT_IN.value, level=Level.NONE, effects=(OptIn(source="text"), *text))


def _help(situation: Situation, *, provider_answered: bool, now: datetime) -> Decision:
    """The help text; while an emergency is open the word is taken as a call for help and told to staff again."""
    emergency = next((alert for alert in situation.unclosed if alert.level is Level.EMERGENCY), None)
    rule = situation.configuration.rule(emergency.rule) if emergency else None
    if rule is not None:
        evidence = Evidence()
        judged = Judged(evidence=evidence, all=Triage(rules=(rule,)), fresh=Triage(rules=(rule,)))
        told = concern(judged, None, again=True, note="texted HELP while the emergency is open")
        answer = () if provider_answered else safety_text(situation, judged, now)
        return Decision(kind=Kind.HELP.value, level=Level.EMERGENCY, effects=(told, *answer))
    silent = provider_answered or situation.suppressed or situation.patient.safe_contact_hold
    text = () if silent else (_keyword_text("HELP"),)
    return Decision(kind=Kind.HELP.value, level=Level.NONE, effects=text)

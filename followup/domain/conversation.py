"""A patient's text -> answers, alert, status and the one text that answers it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from followup.domain import replies
from followup.domain.alert import Alert, AlertStatus
from followup.domain.answering import Given, Reader, Taken, ask_next, asked_as, chosen_anew, correction, take_answers
from followup.domain.coverage import Reach
from followup.domain.effects import (
    Decision,
    Effect,
    HoldContact,
    MoveCheckIn,
    RaiseConcern,
    RecordAnswer,
    Say,
    SetStatus,
)
from followup.domain.evidence import Course, evidence_of, inputs_of, understood_as
from followup.domain.level import Level
from followup.domain.message import MessageClass
from followup.domain.people import Patient, PatientStatus
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.reading import Asked, Kind, Reading
from followup.domain.schedule import Clinic, Configuration, EventKind, ReplyFamily, Rule, Schedule
from followup.domain.silence import ALERT
from followup.domain.triage import Evidence, Triage, triage

#: A further text of danger is answered by E_AGAIN, at most this often.
AGAIN_AT_MOST = timedelta(minutes=5)
#: Texts that name a time by which somebody calls.
_CALLS_LATER = frozenset({ReplyFamily.URGENT, ReplyFamily.TONIGHT})
#: The question that a very low mood opens, because the scale runs opposite to that of pain.
MOOD_CHECK = "MOOD_CHECK"
#: A text this soon after a question replaced an unanswered one may still answer the old one.
CROSSED = timedelta(minutes=2)
#: A reply this long after a check-in closed is still filed under it.
LATE_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that is known when a patient's text is read.

    `check_in` is the open one, `latest` the newest that has ended. `answers` are the standing answers of
    whichever of the two the text may belong to. `last_safety_at` is when the last safety text went, `invited`
    whether the patient was asked to agree to texts and has not, `last_language` what the text before was in.
    """

    clinic: Clinic
    configuration: Configuration
    reach: Reach
    patient: Patient
    schedule: Schedule | None = None
    course: Course = field(default_factory=Course)
    check_in: CheckIn | None = None
    latest: CheckIn | None = None
    answers: tuple[Answer, ...] = ()
    unclosed: tuple[Alert, ...] = ()
    last_safety_at: datetime | None = None
    suppressed: bool = False
    confirmed: bool = False
    photo: bool = False
    invited: bool = False
    last_language: str | None = None

    @property
    def watched(self) -> bool:
        """Whether an emergency or urgent alert of this patient is not closed."""
        return any(alert.level.at_least(Level.URGENT) for alert in self.unclosed)

    @property
    def emergency_open(self) -> bool:
        """Whether an emergency of this patient is not closed."""
        return any(alert.level is Level.EMERGENCY for alert in self.unclosed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rules say of a text and of the answers in it.

    `fresh` leaves out the rules that held before this text, so that one answer is not told twice.
    """

    evidence: Evidence
    all: Triage
    fresh: Triage


def answer_patient(situation: Situation, read: Reader, now: datetime) -> Decision:
    """What to do about a patient's text that is no keyword and no opt-out."""
    decision = _answered_by_itself(situation, read, now)
    emergency = next((alert for alert in situation.unclosed if alert.level is Level.EMERGENCY), None)
    if emergency is None or decision.level.at_least(Level.URGENT):
        return decision
    return _beside_emergency(situation, decision, emergency, now)


def _beside_emergency(situation: Situation, decision: Decision, emergency: Alert, now: datetime) -> Decision:
    """Whatever a patient in an open emergency writes belongs to it, and is never answered as if all were ordinary.

    While nobody has it, staff are told again; once somebody has, the words stand on the alert and no robot speaks.
    """
    waiting = emergency.status is AlertStatus.OPEN
    rule = situation.configuration.rule(emergency.rule)
    told = next((effect for effect in decision.effects if isinstance(effect, RaiseConcern)), None)
    if told is None:
        nothing = Judged(evidence=Evidence(), all=Triage(), fresh=Triage())
        told = concern(nothing, None, note="wrote again")
    joined = replace(told, join=emergency.id, again=waiting)
    kept = [effect for effect in decision.effects if not isinstance(effect, Say | RaiseConcern)]
    met = Triage(rules=(rule,) if rule else ())
    said = safety_text(situation, Judged(evidence=Evidence(), all=met, fresh=met), now) if waiting else []
    return replace(decision, effects=(*kept, joined, *said))


def _answered_by_itself(situation: Situation, read: Reader, now: datetime) -> Decision:
    """The decision about a text, whatever else is going on with the patient."""
    question = _open_question(situation)
    reading = read(asked_as(situation.configuration.questions.get(question) if question else None))
    if situation.check_in is None:
        return _outside_check_in(situation, read, reading, now)
    if _crossed(situation, situation.check_in, now):
        return _put_again(situation, reading, situation.check_in, now)
    corrected = _corrected(situation, situation.check_in, read)
    taken = (
        Taken(given=(corrected,), left=_queue(situation.check_in))
        if corrected
        else take_answers(situation.check_in, situation.configuration, read)
    )
    judged = judge(situation, reading, situation.check_in, taken.given, now)
    if _goes_first(judged):
        return _concerning(situation, reading, situation.check_in, taken, judged, now)
    if not taken.given:
        return _not_answered(situation, reading, situation.check_in, judged)
    if taken.given[0].question == MOOD_CHECK:
        return _mood_checked(situation, reading, situation.check_in, taken, judged, now)
    return _answered(situation, reading, situation.check_in, taken, judged, now)


def _crossed(situation: Situation, check_in: CheckIn, now: datetime) -> bool:
    """Whether the text may still answer the question that this one has just replaced."""
    latest, asked_at = situation.latest, check_in.asked_at
    if latest is None or asked_at is None or latest.reason != SkipReason.SUPERSEDED.value:
        return False
    return latest.closed_at == asked_at and now - asked_at < CROSSED and not check_in.reasked


def _put_again(situation: Situation, reading: Reading, check_in: CheckIn, now: datetime) -> Decision:
    """An answer that crossed with a new question is not guessed onto either: danger is read, the question put again."""
    judged = judge(situation, reading, check_in, (), now)
    if _goes_first(judged):
        return _concerning(situation, reading, check_in, Taken(given=(), left=_queue(check_in)), judged, now)
    told = (concern(judged, check_in),) if judged.fresh.opens_alert else ()
    moved = MoveCheckIn(check_in=replace(check_in, reasked=True), was=check_in.state)
    again = _question_text(situation, check_in, check_in.question or "")
    return Decision(kind=reading.kind.value, level=judged.fresh.level, effects=(*told, moved, again))


def judge(
    situation: Situation, reading: Reading | None, check_in: CheckIn | None, given: tuple[Given, ...], now: datetime
) -> Judged:
    """Put the words and all answers of the check-in before the rules."""
    configuration = situation.configuration
    before = situation.answers if check_in is not None else ()
    merged = _merged(before, given, check_in, situation.patient, now)
    dropped = situation.schedule.dropped_rules if situation.schedule else frozenset()
    check_in_id = check_in.id if check_in else None
    evidence = evidence_of(
        situation.course, configuration, check_in=check_in_id, answers=merged, reading=reading, now=now
    )
    if situation.photo:
        evidence = replace(evidence, events=evidence.events | {EventKind.PHOTO})
    earlier = evidence_of(situation.course, configuration, check_in=check_in_id, answers=before, reading=None, now=now)
    met = triage(evidence, configuration.rules, dropped=dropped)
    known = {rule.id for rule in triage(earlier, configuration.rules, dropped=dropped).rules}
    corrected = {one.question for one in given} & {answer.question for answer in before}
    # What the words just read meet by themselves is always new, whatever an answer has met before.
    words = evidence_of(situation.course, configuration, check_in=check_in_id, answers=(), reading=reading, now=now)
    spoken = {rule.id for rule in triage(words, configuration.rules, dropped=dropped).rules}
    new = tuple(rule for rule in met.rules if rule.id not in known or rule.id in spoken)
    return Judged(evidence=evidence, all=met, fresh=met if corrected else Triage(rules=new))


def _goes_first(judged: Judged) -> bool:
    """Whether its text goes at once and the questions end: danger, or news by which all automatic texts stop."""
    news = any(rule.reply is ReplyFamily.IN_CARE for rule in judged.fresh.rules)
    return news or judged.fresh.level.at_least(Level.URGENT)


def concern(judged: Judged, check_in: CheckIn | None, *, again: bool = False, note: str | None = None) -> RaiseConcern:
    """The concern that a judgement amounts to."""
    return RaiseConcern(
        triage=judged.fresh,
        understood=understood_as(judged.evidence),
        inputs=inputs_of(judged.evidence),
        check_in=check_in.id if check_in else None,
        again=again,
        note=note,
    )


def _open_question(situation: Situation) -> str | None:
    if situation.check_in is not None:
        return situation.check_in.question
    latest = situation.latest
    return latest.question if latest is not None else None


def _queue(check_in: CheckIn) -> tuple[str, ...]:
    return tuple(key for key in (check_in.question, *check_in.questions) if key is not None)


def _corrected(situation: Situation, check_in: CheckIn, read: Reader) -> Given | None:
    return correction(check_in, tuple(answer.question for answer in situation.answers), situation.configuration, read)


def _merged(
    before: tuple[Answer, ...], given: tuple[Given, ...], check_in: CheckIn | None, patient: Patient, now: datetime
) -> tuple[Answer, ...]:
    fresh = {one.question for one in given}
    kept = [answer for answer in before if answer.question not in fresh]
    made = [
        Answer(
            id="",
            clinic=patient.clinic,
            patient=patient.id,
            check_in=check_in.id if check_in else "",
            question=one.question,
            at=now,
            text="",
            value=one.value,
            codes=one.codes,
            severity=one.severity,
            is_range=one.is_range,
        )
        for one in given
    ]
    return (*kept, *made)


def _records(situation: Situation, check_in: CheckIn, given: tuple[Given, ...], *, late: bool) -> list[Effect]:
    attempts = {answer.question: answer.attempt for answer in situation.answers}
    return [
        RecordAnswer(
            check_in=check_in.id,
            question=one.question,
            attempt=attempts.get(one.question, 0) + 1,
            value=one.value,
            codes=one.codes,
            severity=one.severity,
            is_range=one.is_range,
            late=late,
        )
        for one in given
    ]


def _concerning(
    situation: Situation, reading: Reading, check_in: CheckIn | None, taken: Taken, judged: Judged, now: datetime
) -> Decision:
    """Emergency or urgent: the text first, and what is still open waits for staff."""
    effects: list[Effect] = []
    named = judged.fresh.named
    asks_mood = named is not None and named.reply is ReplyFamily.MOOD_CHECK and check_in is not None
    if check_in is not None and not check_in.state.final:
        effects += _records(situation, check_in, taken.given, late=False)
        ended = _mood_check_opened(check_in) if asks_mood else _ended_by_alert(check_in, taken, now)
        effects.append(MoveCheckIn(check_in=ended, was=check_in.state))
    elif check_in is not None:
        effects += _records(situation, check_in, taken.given, late=True)
    effects += reported_status(situation, judged)
    effects.append(concern(judged, check_in, again=_danger(judged.evidence, judged.fresh.level)))
    effects += safety_text(situation, judged, now)
    return Decision(kind=reading.kind.value, level=judged.fresh.level, effects=tuple(effects))


def _ended_by_alert(check_in: CheckIn, taken: Taken, now: datetime) -> CheckIn:
    return replace(
        check_in,
        state=CheckInState.PARTLY_ANSWERED,
        reason=ALERT,
        question=taken.left[0] if taken.left else None,
        questions=taken.left[1:],
        closed_at=now,
    )


def _mood_check_opened(check_in: CheckIn) -> CheckIn:
    return replace(check_in, question=MOOD_CHECK, questions=(), reasked=True)


def _mood_checked(
    situation: Situation, reading: Reading, check_in: CheckIn, taken: Taken, judged: Judged, now: datetime
) -> Decision:
    """The answer to the one question behind a low mood stands beside its alert; "yes" tells staff again."""
    low = taken.given[0].value == 1
    late = check_in.state.final
    closed = replace(check_in, state=CheckInState.ANSWERED, question=None, questions=(), closed_at=now)
    standing = Judged(evidence=judged.evidence, all=judged.all, fresh=judged.all)
    family = ReplyFamily.URGENT if low else ReplyFamily.ROUTINE
    text = replies.text_for(family, situation.reach)
    said = Say(template=text, message_class=MessageClass.REPLY, check_in=check_in.id) if text else None
    return Decision(
        kind=reading.kind.value,
        level=judged.all.level,
        effects=(
            *_records(situation, check_in, taken.given, late=late),
            *(() if late else (MoveCheckIn(check_in=closed, was=check_in.state),)),
            concern(standing, check_in, again=low, note="mood very low: yes" if low else "mood very low: no"),
            *((said,) if said else ()),
        ),
    )


def _danger(evidence: Evidence, level: Level) -> bool:
    """Whether words, not only answers, speak of danger."""
    return (
        any(finding.scope.counts and finding.level.at_least(Level.URGENT) for finding in evidence.findings)
        or level is Level.EMERGENCY
    )


def safety_text(situation: Situation, judged: Judged, now: datetime) -> list[Effect]:
    """The text that answers an emergency or urgent finding, if one may go."""
    named = judged.fresh.named
    if named is None or situation.patient.safe_contact_hold or replies.forbidden(judged.fresh):
        return []
    if situation.suppressed:
        return _one_text(situation, named)
    family = ReplyFamily.SORRY if named.reply is ReplyFamily.IN_CARE and _died(judged.evidence) else named.reply
    template = replies.text_for(family, situation.reach)
    # Who was told to call 911 and writes that it gets worse must not be told to wait two hours.
    waits = family in _CALLS_LATER and _danger(judged.evidence, named.level)
    if situation.emergency_open and (named.level is Level.EMERGENCY or waits):
        recent = situation.last_safety_at is not None and now - situation.last_safety_at < AGAIN_AT_MOST
        template = None if recent else "E_AGAIN"
    if template is None:
        return []
    safety = _danger(judged.evidence, named.level)
    return [Say(template=template, message_class=MessageClass.SAFETY if safety else MessageClass.REPLY)]


def _one_text(situation: Situation, named: Rule) -> list[Effect]:
    """A number that has opted out and was never told so gets the one text that says both, and only for an emergency."""
    if situation.confirmed or named.level is not Level.EMERGENCY:
        return []
    return [Say(template=replies.stopping_text(named), message_class=MessageClass.SAFETY)]


def reported_status(situation: Situation, judged: Judged) -> list[Effect]:
    """A status that a text reports holds at once, marked as reported until a person confirms it."""
    effects: list[Effect] = []
    for rule in judged.fresh.rules:
        if rule.reply is ReplyFamily.IN_CARE:
            status = PatientStatus.DECEASED if _died(judged.evidence) else PatientStatus.IN_HOSPITAL
            effects.append(SetStatus(patient=situation.patient.id, status=status))
        elif rule.holds_contact:
            effects.append(HoldContact(patient=situation.patient.id))
    return effects


def _died(evidence: Evidence) -> bool:
    return any(finding.topic == "died" and finding.scope.counts for finding in evidence.findings)


def _answered(
    situation: Situation, reading: Reading, check_in: CheckIn, taken: Taken, judged: Judged, now: datetime
) -> Decision:
    effects = _records(situation, check_in, taken.given, late=False)
    if judged.fresh.opens_alert:
        effects.append(concern(judged, check_in))
    if taken.left:
        moved = ask_next(check_in, taken.left)
        effects.append(MoveCheckIn(check_in=replace(moved, asked_at=now), was=check_in.state))
        effects.append(_question_text(situation, check_in, taken.left[0]))
    else:
        closed = replace(check_in, state=CheckInState.ANSWERED, question=None, questions=(), closed_at=now)
        effects.append(MoveCheckIn(check_in=closed, was=check_in.state))
        text = replies.closing_text(judged.all, judged.evidence)
        effects.append(Say(template=text, message_class=MessageClass.REPLY, check_in=check_in.id, closes=True))
    return Decision(kind=reading.kind.value, level=judged.fresh.level, effects=tuple(effects))


def _question_text(situation: Situation, check_in: CheckIn, key: str) -> Say:
    question = situation.configuration.questions[key]
    return Say(template=question.text, message_class=MessageClass.REPLY, check_in=check_in.id, question=key)


def _not_answered(situation: Situation, reading: Reading, check_in: CheckIn, judged: Judged) -> Decision:
    """Not an answer: a person's own words are told to staff, anything else is asked once more, then told."""
    if judged.fresh.opens_alert:
        return Decision(
            kind=reading.kind.value,
            level=judged.fresh.level,
            effects=(concern(judged, check_in), *_routine_text(judged.fresh)),
        )
    question = situation.configuration.questions[check_in.question] if check_in.question else None
    if question is not None and not check_in.reasked:
        asked = Say(
            template=question.reask, message_class=MessageClass.REPLY, check_in=check_in.id, question=question.key
        )
        moved = MoveCheckIn(check_in=replace(check_in, reasked=True), was=check_in.state)
        return Decision(kind=reading.kind.value, level=Level.NONE, effects=(moved, asked))
    return _unreadable(situation, reading, check_in, EventKind.UNREADABLE_TWICE, judged)


def _unreadable(
    situation: Situation, reading: Reading, check_in: CheckIn | None, event: EventKind, judged: Judged
) -> Decision:
    evidence = replace(judged.evidence, events=judged.evidence.events | {event})
    met = triage(evidence, situation.configuration.rules)
    told = Judged(
        evidence=evidence, all=met, fresh=Triage(rules=tuple(r for r in met.rules if r not in judged.all.rules))
    )
    return Decision(
        kind=reading.kind.value,
        level=told.fresh.level,
        effects=(concern(told, check_in), *_routine_text(told.fresh)),
    )


def _routine_text(met: Triage) -> tuple[Effect, ...]:
    named = met.named
    template = replies.text_for(named.reply, Reach.OPEN) if named is not None else None
    return (Say(template=template, message_class=MessageClass.REPLY),) if template else ()


def _outside_check_in(situation: Situation, read: Reader, reading: Reading, now: datetime) -> Decision:
    """No question is open: a late answer or correction is filed where it belongs, anything else is read by itself."""
    latest = situation.latest
    late = _late_answers(situation, read, latest, now) if latest is not None else ()
    filed = latest if late else None
    judged = judge(situation, reading if late else read(Asked.NONE), filed, late, now)
    taken = Taken(given=late, left=())
    mood_checked = bool(late) and late[0].question == MOOD_CHECK and not _danger(judged.evidence, judged.fresh.level)
    if filed is not None and mood_checked:
        return _mood_checked(situation, reading, filed, taken, judged, now)
    if _goes_first(judged):
        return _concerning(situation, reading, filed, taken, judged, now)
    effects: list[Effect] = []
    if filed is not None:
        effects += _records(situation, filed, late, late=True)
    if judged.fresh.opens_alert:
        effects.append(concern(judged, filed))
    if filed is not None:
        effects.append(_late_text(filed, judged))
        return Decision(kind=reading.kind.value, level=judged.fresh.level, effects=tuple(effects))
    if judged.fresh.opens_alert:
        effects += _routine_text(judged.fresh)
        return Decision(kind=reading.kind.value, level=judged.fresh.level, effects=tuple(effects))
    return _small_talk(situation, reading, judged)


def _late_text(check_in: CheckIn, judged: Judged) -> Say:
    if judged.fresh.opens_alert:
        template = "R"
    elif check_in.state is CheckInState.ANSWERED:
        template = replies.closing_text(judged.all, judged.evidence)
    else:
        template = "LATE"
    return Say(template=template, message_class=MessageClass.REPLY, check_in=check_in.id)


def _late_answers(situation: Situation, read: Reader, latest: CheckIn, now: datetime) -> tuple[Given, ...]:
    """What a text answers of a check-in that has closed: its open question, or a correction."""
    if latest.closed_at is None or now - latest.closed_at > LATE_FOR:
        return ()
    corrected = _corrected(situation, latest, read)
    if corrected is not None:
        return (corrected,)
    if latest.state is CheckInState.CANCELLED:
        return ()
    if latest.question is None:
        return chosen_anew(tuple(answer.question for answer in situation.answers), situation.configuration, read)
    return take_answers(latest, situation.configuration, read).given


def _small_talk(situation: Situation, reading: Reading, judged: Judged) -> Decision:
    """Thanks get a short answer; what nobody understood goes to a person."""
    if reading.kind is Kind.CHAT or (reading.understood and reading.kind is Kind.ANSWER):
        template = "I" if judged.all.level is Level.INFO and judged.evidence.symptoms else "I_PLAIN"
        return Decision(
            kind=reading.kind.value,
            level=Level.INFO,
            effects=(Say(template=template, message_class=MessageClass.REPLY),),
        )
    return _unreadable(situation, reading, None, EventKind.UNFILED, judged)

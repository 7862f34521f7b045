"""A check-in closes: silence and half answers are put before the rules. Called by send_due_checkins and asking."""

from __future__ import annotations

from dataclasses import replace

from followup.domain.evidence import evidence_of, inputs_of, understood_as
from followup.domain.message import Message, MessageState
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.planning import SkipReason
from followup.domain.schedule import EventKind
from followup.domain.silence import is_unanswered, silence_ends_course, silence_event
from followup.domain.triage import Triage, triage
from followup.services.alerting import Concern, raise_concern, raise_event
from followup.services.check_in_scene import CheckInScene
from followup.services.courses import History, history_of


def close(scene: CheckInScene, check_in: CheckIn, *, superseded: bool = False) -> None:
    """End an open check-in whose time is over, or in whose place a newer one is asked."""
    history = history_of(scene.uow, scene.patient)
    answers = history.answers_of(check_in)
    state = CheckInState.PARTLY_ANSWERED if answers else CheckInState.EXPIRED
    reason = _why_ended(scene, check_in, answered=bool(answers), superseded=superseded)
    closed = replace(check_in, state=state, reason=reason, closed_at=scene.now)
    if not scene.uow.check_ins.update(closed, expected=CheckInState.OPEN):
        return
    if answers:
        _judge_unstated(scene, check_in, history, answers)
    else:
        _tell_of_silence(scene, closed, history)


def _tell_of_silence(scene: CheckInScene, closed: CheckIn, history: History) -> None:
    schedule = scene.schedule(closed)
    if schedule is None:
        return
    course = [closed if one.id == closed.id else one for one in history.check_ins if one.infusion == closed.infusion]
    event = silence_event(closed, course, schedule)
    spec = schedule.check_in(closed.key)
    note = None
    if spec is not None and silence_ends_course(closed, course, spec):
        note = "several check-ins in a row went unanswered; no more are sent"
        for one in course:
            if one.state is CheckInState.PLANNED:
                stopped = replace(
                    one, state=CheckInState.CANCELLED, reason=SkipReason.SILENT.value, closed_at=scene.now
                )
                scene.uow.check_ins.update(stopped, expected=CheckInState.PLANNED)
    if event is not None:
        _raise(scene, event, closed, history, note)


def _raise(scene: CheckInScene, event: EventKind, check_in: CheckIn, history: History, note: str | None) -> None:
    evidence = evidence_of(
        history.course(check_in),
        scene.configuration(check_in),
        check_in=check_in.id,
        answers=(),
        reading=None,
        now=scene.now,
    )
    raise_event(
        scene.uow,
        scene.published,
        scene.clinic,
        event,
        now=scene.now,
        actor="service",
        patient=scene.patient.id,
        evidence=evidence,
        note=note,
        check_in=check_in.id,
    )


def tell_if_unanswered(scene: CheckInScene, check_in: CheckIn) -> CheckIn:
    """The rules about an evening without a full answer are asked once; they look at the risk flags."""
    told = replace(check_in, unanswered_at=None)
    scene.uow.check_ins.update(told, expected=check_in.state)
    if is_unanswered(check_in):
        history = history_of(scene.uow, scene.patient)
        _raise(scene, EventKind.UNANSWERED_SAFETY_CHECK_IN, told, history, None)
    return told


def _why_ended(scene: CheckInScene, check_in: CheckIn, *, answered: bool, superseded: bool) -> str:
    if superseded:
        return SkipReason.SUPERSEDED.value
    return "no further answer" if answered else _why_silent(scene, check_in)


def _why_silent(scene: CheckInScene, check_in: CheckIn) -> str:
    first = next(iter(scene.uow.messages.of_check_in(check_in.id)), None)
    return _silence(first)


def _judge_unstated(scene: CheckInScene, check_in: CheckIn, history: History, answers: tuple[Answer, ...]) -> None:
    """A side effect without a severity counts as moderate once nobody can be asked any more."""
    configuration = scene.configuration(check_in)
    course = history.course(check_in)

    def judged(*, closing: bool) -> Triage:
        evidence = evidence_of(
            course,
            configuration,
            check_in=check_in.id,
            answers=answers,
            reading=None,
            now=scene.now,
            closing=closing,
        )
        return triage(evidence, configuration.rules)

    known = {rule.id for rule in judged(closing=False).rules}
    fresh = Triage(rules=tuple(rule for rule in judged(closing=True).rules if rule.id not in known))
    evidence = evidence_of(
        course, configuration, check_in=check_in.id, answers=answers, reading=None, now=scene.now, closing=True
    )
    concern = Concern(
        clinic=scene.clinic,
        triage=fresh,
        understood=understood_as(evidence),
        inputs=inputs_of(evidence),
        patient=scene.patient.id,
        check_in=check_in.id,
        note="severity was asked and not answered; taken as moderate",
    )
    raise_concern(scene.uow, scene.published, concern, actor="service", now=scene.now)


def _silence(first: Message | None) -> str:
    if first is None:
        return "not sent"
    match first.state:
        case MessageState.FAILED | MessageState.UNDELIVERED:
            return "undeliverable"
        case MessageState.SUPPRESSED | MessageState.EXPIRED:
            return first.reason or "not sent"
        case MessageState.UNKNOWN | MessageState.IN_DOUBT:
            return "delivery unknown"
        case _:
            return "no answer"

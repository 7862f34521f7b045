"""A due check-in is asked, or not for a reason, and later reminded of once. Called by send_due_checkins."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain import windows
from followup.domain.message import MessageClass
from followup.domain.outreach import Drop, Go, Standing, Wait, channel_for, may_ask
from followup.domain.pacing import Paced, merged_questions, pace
from followup.domain.people import Channel
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.planning import SkipReason, reminder_time
from followup.domain.schedule import CheckInSpec, Configuration, EventKind, ExtraQuestion, Score
from followup.services.alerting import raise_event
from followup.services.check_in_scene import CheckInScene
from followup.services.closing import close
from followup.services.composing import Draft, compose
from followup.services.courses import History, history_of, is_watched
from followup.services.human_chat import held_until

#: While another check-in is open on the same phone, look again this often.
SHARED_PHONE_WAIT = timedelta(minutes=15)


def ask(scene: CheckInScene, check_in: CheckIn) -> None:
    """Ask a due check-in, put it off, or end it unasked with its reason."""
    verdict = may_ask(check_in, _standing(scene, by_email=_mails(scene, check_in)), scene.now)
    match verdict:
        case Go():
            _ask_within_limits(scene, check_in)
        case Wait():
            later = verdict.until or min(scene.now + SHARED_PHONE_WAIT, check_in.closes_at)
            why = verdict.reason if verdict.reason == SkipReason.TALKING.value else check_in.reason
            scene.uow.check_ins.update(replace(check_in, due_at=later, reason=why), expected=CheckInState.PLANNED)
        case Drop():
            _end_unasked(scene, check_in, verdict)
            if verdict.reason == SkipReason.SHARED_PHONE.value:
                _call_instead(scene, check_in)


def _mails(scene: CheckInScene, check_in: CheckIn) -> bool:
    """Whether this check-in may go by mail where texts cannot."""
    spec = scene.spec(check_in)
    return spec is not None and spec.by_email


def _call_instead(scene: CheckInScene, check_in: CheckIn) -> None:
    """Somebody else on the same phone had a check-in open all the while: this patient is phoned."""
    raise_event(
        scene.uow,
        scene.published,
        scene.clinic,
        EventKind.TWO_PATIENTS,
        now=scene.now,
        actor="service",
        patient=scene.patient.id,
        note=f"{check_in.key} was not asked: another patient's check-in was open on the same phone; please call",
        check_in=check_in.id,
    )


def _ask_within_limits(scene: CheckInScene, check_in: CheckIn) -> None:
    everything = [_paced(scene, one) for one in scene.uow.check_ins.of_patient(scene.patient.id)]
    limits = scene.configuration(check_in).limits
    allowed = pace(_paced(scene, check_in), everything, limits, zone=scene.patient.timezone, now=scene.now)
    if allowed.limit is not None:
        _end_unasked(scene, check_in, Drop(reason=allowed.limit))
        return
    for other in allowed.merged:
        _end_unasked(scene, other, Drop(reason=SkipReason.MERGED.value))
    questions = merged_questions(check_in, allowed.merged, scene.configuration(check_in))
    _open(scene, replace(check_in, questions=questions))


def _paced(scene: CheckInScene, check_in: CheckIn) -> Paced:
    spec = scene.spec(check_in)
    return Paced(check_in=check_in, safety=spec is not None and spec.safety)


def _standing(scene: CheckInScene, *, by_email: bool) -> Standing:
    return Standing(
        patient=scene.patient,
        clinic=scene.clinic,
        suppressed=_suppressed(scene),
        watched=is_watched(scene.uow, scene.patient, scene.published.content.configuration),
        shared_phone_busy=_phone_is_busy(scene),
        by_email=by_email,
        talk_until=held_until(scene.uow, scene.patient.id, scene.now),
    )


def _suppressed(scene: CheckInScene) -> bool:
    phone = scene.patient.phone
    return phone is not None and scene.uow.suppressions.active(scene.clinic.key, Channel.SMS, phone)


def _phone_is_busy(scene: CheckInScene) -> bool:
    """Whether another patient on the same phone has a check-in open, or somebody talks with them."""
    if scene.patient.phone is None:
        return False
    sharing = scene.uow.patients.by_address(scene.clinic.key, Channel.SMS, scene.patient.phone)
    others = [one.id for one in sharing if one.id != scene.patient.id]
    talked_with = any(held_until(scene.uow, other, scene.now) for other in others)
    return talked_with or (bool(others) and bool(scene.uow.check_ins.open_of(others)))


def _end_unasked(scene: CheckInScene, check_in: CheckIn, verdict: Drop) -> None:
    if verdict.expired:
        state = CheckInState.EXPIRED
    elif verdict.reason == SkipReason.OPTED_OUT.value:
        state = CheckInState.CANCELLED
    else:
        state = CheckInState.SKIPPED
    ended = replace(check_in, state=state, reason=verdict.reason, closed_at=scene.now)
    scene.uow.check_ins.update(ended, expected=CheckInState.PLANNED)


def _open(scene: CheckInScene, check_in: CheckIn) -> None:
    for earlier in scene.uow.check_ins.open_of([scene.patient.id]):
        close(scene, earlier, superseded=True)
    spec = scene.spec(check_in)
    configuration = scene.configuration(check_in)
    history = history_of(scene.uow, scene.patient)
    extra = _extra_questions(spec, history, check_in, configuration, scene.now) if spec else ()
    questions = (*check_in.questions, *(key for key in extra if key not in check_in.questions))
    remind_at = (
        reminder_time(spec.reminder, scene.now, check_in.closes_at, scene.clinic, scene.patient.timezone)
        if spec
        else None
    )
    opened = replace(
        check_in,
        state=CheckInState.OPEN,
        reason=None,
        question=questions[0],
        questions=questions[1:],
        asked_at=scene.now,
        remind_at=remind_at,
    )
    scene.uow.check_ins.update(opened, expected=CheckInState.PLANNED)
    template = configuration.questions[questions[0]].text
    _queue(scene, opened, template, MessageClass.CHECK_IN, f"check-in/{check_in.id}/{questions[0]}/1")


def _queue(scene: CheckInScene, check_in: CheckIn, template: str, message_class: MessageClass, intent: str) -> None:
    question = scene.configuration(check_in).questions[check_in.question or ""]
    language = scene.patient.language or "en"
    channel = channel_for(scene.patient, by_email=_mails(scene, check_in)) or Channel.SMS
    message = compose(
        scene.published,
        scene.clinic,
        Draft(
            template=template,
            message_class=message_class,
            channel=channel,
            to=scene.patient.address(channel) or "",
            intent=intent,
            language=language,
            values={"question_short": question.short.get(language, "")},
            patient=scene.patient.id,
            check_in=check_in.id,
            question=check_in.question,
            expires_at=_valid_until(scene, check_in),
        ),
        scene.now,
    )
    if scene.uow.messages.add(message):
        scene.uow.wake(message.message_class.lane.value)


def _valid_until(scene: CheckInScene, check_in: CheckIn) -> datetime:
    """No later than the check-in closes or the patient's window ends, so that nothing arrives at night."""
    window_end = windows.window_end(scene.now, scene.clinic.send_window, scene.patient.timezone)
    return min(check_in.closes_at, window_end)


def remind(scene: CheckInScene, check_in: CheckIn) -> None:
    """Put the open question once more, unless something now speaks against it."""
    standing = _standing(scene, by_email=_mails(scene, check_in))
    verdict = may_ask(check_in, replace(standing, shared_phone_busy=False), scene.now)
    if isinstance(verdict, Wait) and verdict.reason == SkipReason.TALKING.value:
        waiting = replace(check_in, remind_at=verdict.until, reason=verdict.reason)
        scene.uow.check_ins.update(waiting, expected=CheckInState.OPEN)
        return
    reminded = replace(check_in, reminded_at=scene.now, reason=None)
    scene.uow.check_ins.update(reminded, expected=CheckInState.OPEN)
    if not isinstance(verdict, Go):
        return
    question = scene.configuration(check_in).questions[check_in.question or ""]
    _queue(scene, reminded, question.remind, MessageClass.REMINDER, f"reminder/{check_in.id}/1")


def _extra_questions(
    spec: CheckInSpec, history: History, check_in: CheckIn, configuration: Configuration, now: datetime
) -> tuple[str, ...]:
    infusion = history.infusion(check_in.infusion)
    if infusion is None:
        return ()
    course = history.course(check_in)
    moods = [
        answer
        for answer in course.answers
        if answer.value is not None and _score_of(answer, configuration) is Score.MOOD
    ]

    def wanted(extra: ExtraQuestion) -> bool:
        last = moods[-1] if moods else None
        return (
            infusion.indication in extra.indications
            or bool(extra.flags & infusion.flags)
            or (extra.last_at_most is not None and last is not None and (last.value or 0) <= extra.last_at_most)
            or (extra.none_for is not None and _none_for(extra.none_for, last, course.series[0].ended_at, now))
        )

    return tuple(extra.question for extra in spec.extra if wanted(extra))


def _none_for(gap: timedelta, last: Answer | None, series_began: datetime, now: datetime) -> bool:
    """Whether the question has gone unanswered for longer than `gap` within the series."""
    return now - (last.at if last else series_began) > gap


def _score_of(answer: Answer, configuration: Configuration) -> Score | None:
    question = configuration.questions.get(answer.question)
    return question.score if question else None

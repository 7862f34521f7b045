"""Due rows of plans: check-ins are asked, reminded of once, and closed. Called by the worker's ticker."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from followup.domain import windows
from followup.domain.evidence import evidence_of, inputs_of, understood_as
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.outreach import Drop, Go, Standing, Wait, may_ask
from followup.domain.people import Channel, Patient
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.planning import SkipReason, reminder_time
from followup.domain.schedule import CheckInSpec, Clinic, Configuration, ExtraQuestion, Score
from followup.domain.triage import Triage, triage
from followup.services.alerting import Concern, raise_concern
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published, clinic_of
from followup.services.courses import History, history_of, is_watched
from followup.storage.unit_of_work import UnitOfWork

#: While another check-in is open on the same phone, look again this often.
SHARED_PHONE_WAIT = timedelta(minutes=15)


def send_due_checkins(context: Context, limit: int = 100) -> int:
    """Move every due check-in one step on; returns how many rows moved. One transaction a row."""
    with context.store.read() as uow:
        due = uow.check_ins.due(context.clock.now(), limit)
    return sum(_move(context, check_in) for check_in in due)


def _move(context: Context, seen: CheckIn) -> bool:
    now = context.clock.now()
    published = context.content.current()
    with context.store.write() as uow:
        check_in = uow.check_ins.get(seen.id)
        due = check_in.next_action_at if check_in else None
        patient = uow.patients.get(seen.patient)
        if check_in is None or patient is None or due is None or due > now:
            return False
        move = _Move(uow=uow, context=context, published=published, patient=patient, now=now)
        move.step(check_in)
        uow.commit()
    return True


class _Move:
    """One step of one check-in inside its transaction."""

    def __init__(
        self, *, uow: UnitOfWork, context: Context, published: Published, patient: Patient, now: datetime
    ) -> None:
        self.uow = uow
        self.published = published
        self.patient = patient
        self.now = now
        self.clinic: Clinic = clinic_of(published.content.configuration, patient.clinic)
        self.content_of = context.content.version

    def step(self, check_in: CheckIn) -> None:
        if check_in.state is CheckInState.PLANNED:
            self._ask(check_in)
        elif check_in.closes_at <= self.now:
            self._close(check_in)
        else:
            self._remind(check_in)

    def _configuration(self, check_in: CheckIn) -> Configuration:
        """The version that planned the check-in: an answer is judged by the version that asked."""
        return self.content_of(check_in.schedule_version).configuration

    def _spec(self, check_in: CheckIn) -> CheckInSpec | None:
        plan = self.uow.plans.get(check_in.plan)
        schedule = self._configuration(check_in).schedule(plan.schedule) if plan else None
        return schedule.check_in(check_in.key) if schedule else None

    # --- asking ---

    def _ask(self, check_in: CheckIn) -> None:
        verdict = may_ask(check_in, self._standing(check_in), self.now)
        match verdict:
            case Go():
                self._open(check_in)
            case Wait():
                later = verdict.until or min(self.now + SHARED_PHONE_WAIT, check_in.closes_at)
                self.uow.check_ins.update(replace(check_in, due_at=later), expected=CheckInState.PLANNED)
            case Drop():
                self._end_unasked(check_in, verdict)

    def _standing(self, check_in: CheckIn) -> Standing:
        return Standing(
            patient=self.patient,
            clinic=self.clinic,
            suppressed=self._suppressed(),
            watched=is_watched(self.uow, self.patient),
            shared_phone_busy=self._phone_is_busy(check_in),
        )

    def _suppressed(self) -> bool:
        phone = self.patient.phone
        return phone is not None and self.uow.suppressions.active(self.clinic.key, Channel.SMS, phone)

    def _phone_is_busy(self, check_in: CheckIn) -> bool:
        if self.patient.phone is None:
            return False
        sharing = self.uow.patients.by_address(self.clinic.key, Channel.SMS, self.patient.phone)
        opened = self.uow.check_ins.open_of([one.id for one in sharing])
        return any(one.id != check_in.id for one in opened)

    def _end_unasked(self, check_in: CheckIn, verdict: Drop) -> None:
        if verdict.expired:
            state = CheckInState.EXPIRED
        elif verdict.reason == SkipReason.OPTED_OUT.value:
            state = CheckInState.CANCELLED
        else:
            state = CheckInState.SKIPPED
        ended = replace(check_in, state=state, reason=verdict.reason, closed_at=self.now)
        self.uow.check_ins.update(ended, expected=CheckInState.PLANNED)

    def _open(self, check_in: CheckIn) -> None:
        spec = self._spec(check_in)
        configuration = self._configuration(check_in)
        history = history_of(self.uow, self.patient)
        extra = _extra_questions(spec, history, check_in, configuration, self.now) if spec else ()
        questions = (*check_in.questions, *(key for key in extra if key not in check_in.questions))
        remind_at = (
            reminder_time(spec.reminder, self.now, check_in.closes_at, self.clinic, self.patient.timezone)
            if spec
            else None
        )
        opened = replace(
            check_in,
            state=CheckInState.OPEN,
            question=questions[0],
            questions=questions[1:],
            asked_at=self.now,
            remind_at=remind_at,
        )
        self.uow.check_ins.update(opened, expected=CheckInState.PLANNED)
        template = configuration.questions[questions[0]].text
        self._queue(opened, template, MessageClass.CHECK_IN, f"check-in/{check_in.id}/{questions[0]}/1")

    def _queue(self, check_in: CheckIn, template: str, message_class: MessageClass, intent: str) -> None:
        question = self._configuration(check_in).questions[check_in.question or ""]
        language = self.patient.language or "en"
        message = compose(
            self.published,
            self.clinic,
            Draft(
                template=template,
                message_class=message_class,
                channel=Channel.SMS,
                to=self.patient.phone or "",
                intent=intent,
                language=language,
                values={"question_short": question.short.get(language, "")},
                patient=self.patient.id,
                check_in=check_in.id,
                question=check_in.question,
                expires_at=self._valid_until(check_in),
            ),
            self.now,
        )
        if self.uow.messages.add(message):
            self.uow.wake(message.message_class.lane.value)

    def _valid_until(self, check_in: CheckIn) -> datetime:
        """No later than the check-in closes or the patient's window ends, so that nothing arrives at night."""
        window_end = windows.window_end(self.now, self.clinic.send_window, self.patient.timezone)
        return min(check_in.closes_at, window_end)

    # --- reminding ---

    def _remind(self, check_in: CheckIn) -> None:
        reminded = replace(check_in, reminded_at=self.now)
        self.uow.check_ins.update(reminded, expected=CheckInState.OPEN)
        standing = self._standing(check_in)
        if not isinstance(may_ask(check_in, replace(standing, shared_phone_busy=False), self.now), Go):
            return
        question = self._configuration(check_in).questions[check_in.question or ""]
        self._queue(reminded, question.remind, MessageClass.REMINDER, f"reminder/{check_in.id}/1")

    # --- closing ---

    def _close(self, check_in: CheckIn) -> None:
        history = history_of(self.uow, self.patient)
        answers = history.answers_of(check_in)
        state = CheckInState.PARTLY_ANSWERED if answers else CheckInState.EXPIRED
        reason = "no further answer" if answers else self._why_silent(check_in)
        closed = replace(check_in, state=state, reason=reason, closed_at=self.now)
        if not self.uow.check_ins.update(closed, expected=CheckInState.OPEN):
            return
        if answers:
            self._judge_unstated(check_in, history, answers)

    def _why_silent(self, check_in: CheckIn) -> str:
        first = next(iter(self.uow.messages.of_check_in(check_in.id)), None)
        return _silence(first)

    def _judge_unstated(self, check_in: CheckIn, history: History, answers: tuple[Answer, ...]) -> None:
        """A side effect without a severity counts as moderate once nobody can be asked any more."""
        configuration = self._configuration(check_in)
        course = history.course(check_in)

        def judged(*, closing: bool) -> Triage:
            evidence = evidence_of(
                course,
                configuration,
                check_in=check_in.id,
                answers=answers,
                reading=None,
                now=self.now,
                closing=closing,
            )
            return triage(evidence, configuration.rules)

        known = set(judged(closing=False).rules)
        fresh = Triage(rules=tuple(rule for rule in judged(closing=True).rules if rule not in known))
        evidence = evidence_of(
            course, configuration, check_in=check_in.id, answers=answers, reading=None, now=self.now, closing=True
        )
        concern = Concern(
            clinic=self.clinic,
            triage=fresh,
            understood=understood_as(evidence),
            inputs=inputs_of(evidence),
            patient=self.patient.id,
            check_in=check_in.id,
            note="severity was asked and not answered; taken as moderate",
        )
        raise_concern(self.uow, self.published, concern, actor="service", now=self.now)


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

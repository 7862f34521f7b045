"""A person enters what a patient told them by phone: same questions, same rules, same alerts as a text.

The patient's page calls it. No text goes to the patient, unless whoever enters it asks for the closing one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from followup.domain import coverage
from followup.domain.alert import Alert
from followup.domain.answering import Given
from followup.domain.by_phone import Spoken, given_by, questions_for, spoken
from followup.domain.conversation import Situation, concern
from followup.domain.message import MessageClass
from followup.domain.people import Channel, Patient
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.schedule import Clinic, Configuration, Question, Schedule, StaffMember
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.alerting import Concern, raise_concern
from followup.services.composing import Draft, compose
from followup.services.context import Context, Published, clinic_of, staff_by_name
from followup.services.courses import History, history_of
from followup.services.turns import address_turn
from followup.storage.unit_of_work import UnitOfWork

LONGEST_WORDS = 2000
#: Answers of another day than the check-in's would be compared with the wrong ones.
EARLIEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What became of it: the check-in as it is now, the alert that holds what is concerning, whether a text goes."""

    check_in: CheckIn
    alert: Alert | None
    texted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One call in its transaction."""

    context: Context
    uow: UnitOfWork
    published: Published
    clinic: Clinic
    patient: Patient
    check_in: CheckIn
    configuration: Configuration
    history: History
    member: StaffMember
    words: str
    now: datetime

    @property
    def actor(self) -> str:
        return f"staff:{self.member.key}"


def questions_by_phone(context: Context, check_in_id: str) -> tuple[Question, ...]:
    """The questions that a caller may put for a check-in, by the version that planned it. Raises NotFound."""
    with context.store.read() as uow:
        check_in = uow.check_ins.get(check_in_id)
        if check_in is None:
            raise NotFound("There is no such check-in.")
        answers = uow.answers.of_check_in(check_in.id)
    return questions_for(check_in, answers, context.content.version(check_in.schedule_version).configuration)


def record(
    context: Context,
    *,
    check_in: str,
    answers: Mapping[str, str],
    words: str | None,
    by: str,
    closing_text: bool = False,
) -> Entered:
    """Keep answers by phone under a check-in. `answers`: digits by question, `words` the patient's own, noted down.

    `by` is a staff key. Raises NotFound; InvalidInput for answers that a question does not have, or for none;
    Conflict where somebody, or a text, answered at the same moment.
    """
    now = context.clock.now()
    published = context.content.current()
    with context.store.write(urgent=True) as uow:
        call = _call(context, uow, published, check_in, by, (words or "").strip()[:LONGEST_WORDS], now)
        given = given_by(answers, call.configuration)
        if not given:
            raise InvalidInput("Nothing was entered.", (Problem(at="answers", message="answer one question at least"),))
        outcome = spoken(_situation(call), call.check_in, given, now)
        if not uow.check_ins.update(outcome.check_in, expected=call.check_in.state):
            raise Conflict("The check-in has just changed; look again before entering it.")
        _keep(call, given)
        alert = _tell(call, outcome)
        texted = closing_text and _text(call, outcome)
        _audit(call, given, alert)
        uow.wake("check_in")
        uow.commit()
    return Entered(check_in=outcome.check_in, alert=alert, texted=texted)


def _call(
    context: Context, uow: UnitOfWork, published: Published, check_in_id: str, by: str, words: str, now: datetime
) -> _Call:
    check_in = uow.check_ins.get(check_in_id)
    patient = uow.patients.get(check_in.patient) if check_in else None
    if check_in is None or patient is None:
        raise NotFound("There is no such check-in.")
    if check_in.state is CheckInState.PLANNED and check_in.due_at - now > EARLIEST:
        raise Conflict(f"{check_in.key} is not due yet: what the patient tells now goes into a note.")
    if patient.phone is not None:
        uow.serialize(address_turn(patient.clinic, patient.phone))
    return _Call(
        context=context,
        uow=uow,
        published=published,
        clinic=clinic_of(published.content.configuration, patient.clinic),
        patient=patient,
        check_in=check_in,
        configuration=context.content.version(check_in.schedule_version).configuration,
        history=history_of(uow, patient),
        member=staff_by_name(published.content.configuration, by),
        words=words,
        now=now,
    )


def _situation(call: _Call) -> Situation:
    return Situation(
        clinic=call.clinic,
        configuration=call.configuration,
        reach=coverage.reach(call.clinic, call.now),
        patient=call.patient,
        schedule=_schedule(call),
        course=call.history.course(call.check_in),
        check_in=call.check_in,
        answers=call.history.answers_of(call.check_in),
        unclosed=call.uow.alerts.unclosed_of(call.clinic.key, patient=call.patient.id),
    )


def _schedule(call: _Call) -> Schedule | None:
    plan = call.uow.plans.get(call.check_in.plan)
    return call.configuration.schedule(plan.schedule) if plan else None


def _keep(call: _Call, given: tuple[Given, ...]) -> None:
    stored = call.uow.answers.of_check_in(call.check_in.id)
    attempts: dict[str, int] = {}
    for answer in stored:
        attempts[answer.question] = max(attempts.get(answer.question, 0), answer.attempt)
    for one in given:
        call.uow.answers.add(
            Answer(
                id=new_id(),
                clinic=call.clinic.key,
                patient=call.patient.id,
                check_in=call.check_in.id,
                question=one.question,
                at=call.now,
                text=call.words or "by phone",
                channel=Channel.VOICE.value,
                attempt=attempts.get(one.question, 0) + 1,
                value=one.value,
                codes=one.codes,
                severity=one.severity,
                late=call.check_in.closed_at is not None and call.check_in.asked_at is not None,
                entered_by=call.member.key,
            )
        )


def _tell(call: _Call, outcome: Spoken) -> Alert | None:
    told = concern(outcome.judged, outcome.check_in, note=f"told {call.member.name} by phone")
    return raise_concern(
        call.uow,
        call.published,
        Concern(
            clinic=call.clinic,
            triage=told.triage,
            understood=told.understood,
            inputs=told.inputs,
            patient=call.patient.id,
            words=call.words or None,
            check_in=call.check_in.id,
            note=told.note,
        ),
        actor=call.actor,
        now=call.now,
    )


def _text(call: _Call, outcome: Spoken) -> bool:
    """The closing text, where one is due and the patient may be texted; the door looks again before it goes."""
    patient = call.patient
    if outcome.closing_text is None or patient.phone is None or not patient.consent.sms:
        return False
    message = compose(
        call.published,
        call.clinic,
        Draft(
            template=outcome.closing_text,
            message_class=MessageClass.REPLY,
            channel=Channel.SMS,
            to=patient.phone,
            intent=f"by-phone/{call.check_in.id}/{new_id()}",
            language=patient.language,
            patient=patient.id,
            check_in=call.check_in.id,
        ),
        call.now,
    )
    if call.uow.messages.add(message):
        call.uow.wake(message.message_class.lane.value)
    return True


def _audit(call: _Call, given: tuple[Given, ...], alert: Alert | None) -> None:
    call.uow.audit.append(
        at=call.now,
        actor=call.actor,
        action="answers.by_phone",
        subject="patient",
        subject_id=call.patient.id,
        detail={"check_in": call.check_in.id, "answers": len(given), "alert": alert.id if alert else None},
        clinic=call.clinic.key,
    )

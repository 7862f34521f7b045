"""What is known of a patient's course, loaded for every use case that puts answers before rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from followup.domain.alert import Alert
from followup.domain.care import ExpectedLevel
from followup.domain.evidence import Course, standing
from followup.domain.infusion import Infusion, series_of
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass
from followup.domain.people import Channel, Patient
from followup.domain.plan import Answer, CheckIn, CheckInState
from followup.domain.schedule import Configuration
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything recorded of one patient, oldest first."""

    patient: Patient
    infusions: tuple[Infusion, ...]
    check_ins: tuple[CheckIn, ...]
    answers: tuple[Answer, ...]
    expected: tuple[ExpectedLevel, ...] = ()

    @property
    def open_check_in(self) -> CheckIn | None:
        """The check-in that waits for an answer."""
        return next((one for one in reversed(self.check_ins) if one.state is CheckInState.OPEN), None)

    @property
    def latest_ended(self) -> CheckIn | None:
        """The check-in that was asked and ended last."""
        ended = [one for one in self.check_ins if one.state.final and one.asked_at is not None]
        return max(ended, key=lambda one: one.closed_at or one.due_at, default=None)

    def infusion(self, infusion_id: str | None) -> Infusion | None:
        """An infusion by our id; without one the latest that stands."""
        if infusion_id is not None:
            return next((one for one in self.infusions if one.id == infusion_id), None)
        standing_ones = [one for one in self.infusions if one.cancelled_at is None]
        return max(standing_ones, key=lambda one: one.ended_at, default=None)

    def answers_of(self, check_in: CheckIn | None) -> tuple[Answer, ...]:
        """The standing answers of one check-in."""
        if check_in is None:
            return ()
        return standing([answer for answer in self.answers if answer.check_in == check_in.id])

    def course(self, check_in: CheckIn | None) -> Course:
        """The course that a check-in belongs to, or the latest one."""
        infusion = self.infusion(check_in.infusion if check_in else None)
        if infusion is None:
            return Course(zone=self.patient.timezone, expected=self.expected)
        series = series_of(infusion, self.infusions)
        ids = {one.id for one in series}
        in_series = {one.id for one in self.check_ins if one.infusion in ids}
        return Course(
            infusion=infusion,
            series=series,
            answers=standing([answer for answer in self.answers if answer.check_in in in_series]),
            check_in_keys={one.id: one.key for one in self.check_ins if one.infusion == infusion.id},
            zone=self.patient.timezone,
            expected=self.expected,
        )


def history_of(uow: UnitOfWork, patient: Patient) -> History:
    """Load everything recorded of `patient`."""
    return History(
        patient=patient,
        infusions=uow.infusions.of_patient(patient.id),
        check_ins=uow.check_ins.of_patient(patient.id),
        answers=uow.answers.of_patient(patient.id),
        expected=uow.expected_levels.of_patient(patient.id),
    )


def is_watched(uow: UnitOfWork, patient: Patient, configuration: Configuration) -> bool:
    """Whether an emergency or urgent alert that holds back check-ins is not closed.

    Alerts about events alone, such as silence or the set-up, hold nothing: they come from no words of the
    patient. An alert that came from a shared phone and names the patient as well holds theirs too.
    """
    unclosed = (*uow.alerts.unclosed_of(patient.clinic, patient=patient.id), *_naming(uow, patient))
    return any(alert.level.at_least(Level.URGENT) and not _holds_nothing(alert, configuration) for alert in unclosed)


def _holds_nothing(alert: Alert, configuration: Configuration) -> bool:
    rule = configuration.rule(alert.rule)
    return rule is not None and rule.about_events


def _naming(uow: UnitOfWork, patient: Patient) -> tuple[Alert, ...]:
    """Alerts about somebody else on the patient's phone, or about nobody known there, that name the patient too."""
    if patient.phone is None:
        return ()
    sharing = uow.patients.by_address(patient.clinic, Channel.SMS, patient.phone)
    of_others = [
        alert
        for other in sharing
        if other.id != patient.id
        for alert in uow.alerts.unclosed_of(patient.clinic, patient=other.id)
    ]
    of_nobody = uow.alerts.unclosed_of(patient.clinic, sender=patient.phone) if len(sharing) > 1 else ()
    return tuple(alert for alert in (*of_others, *of_nobody) if patient.id in alert.also)


def last_safety_text(messages: Sequence[Message]) -> Message | None:
    """The newest safety text among `messages`."""
    return next((one for one in reversed(messages) if one.message_class is MessageClass.SAFETY), None)

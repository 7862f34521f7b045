"""Closing an alert inside a caller's transaction, with all that has to follow; pages, API, terminal and texts do so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from followup.domain import windows
from followup.domain.access import Role, first_role
from followup.domain.alert import Alert, AlertEntry, AlertStatus, EntryKind, Outcome
from followup.domain.ending import Ending, FollowOn, closed, ends_crisis, follow_on, problems_of
from followup.domain.level import Level
from followup.domain.people import PatientStatus
from followup.domain.schedule import Clinic, Configuration, Rule, StaffMember
from followup.domain.tasks import Task, TaskKind
from followup.errors import Conflict, InvalidInput
from followup.ids import new_id
from followup.services.context import Published, clinic_of
from followup.services.turns import alert_turn
from followup.storage.unit_of_work import UnitOfWork

_LEFT_TO_DO = {
    TaskKind.REOPEN: "open again",
    TaskKind.CALL_NEXT_DAY: "call the patient",
    TaskKind.CALL_DAY_7: "call the patient",
    TaskKind.CALL_BACK: "call back",
}


def end(
    uow: UnitOfWork,
    published: Published,
    alert: Alert,
    member: StaffMember,
    ending: Ending,
    *,
    via: str,
    now: datetime,
) -> Alert:
    """Close the alert. Raises Conflict where it is closed or changed meanwhile, InvalidInput for a wrong ending."""
    if alert.status is AlertStatus.CLOSED:
        message = "this alert is closed already"
        raise Conflict(message)
    wrong = problems_of(alert, ending, now)
    if wrong:
        summary = "the alert was not closed"
        raise InvalidInput(summary, wrong)
    uow.serialize(alert_turn(alert.id))
    ended = closed(alert, ending, by=member.name, via=via, now=now)
    if not uow.alerts.update(ended, expected_status=alert.status):
        message = "somebody else has just changed this alert; look again"
        raise Conflict(message)
    for task in uow.tasks.of_alert(alert.id):
        if task.kind is TaskKind.CALL_BACK:
            uow.tasks.finish(task, at=now)
    clinic = clinic_of(published.content.configuration, alert.clinic)
    rules = _rules_of(alert, published.content.configuration)
    ahead = follow_on(alert, ending, rules, clinic, now)
    paused = ends_crisis(ending, rules) and _pause(uow, alert, now)
    for step in ahead:
        _plan(uow, ended, step, member, now)
    _write_down(uow, ended, ending, member, ahead, clinic, via=via, paused=paused, now=now)
    return ended


def may_sign_off(uow: UnitOfWork, clinic: str, member: StaffMember) -> bool:
    """Whether somebody is a lead there: by their account, or by their job where they have none."""
    account = uow.accounts.by_person(member.key)
    role = uow.roles.role(account.id, clinic) if account is not None else first_role(member.role)
    return role is not None and role.may(Role.LEAD)


def own_sign_off(uow: UnitOfWork, alert: Alert, member: StaffMember, outcome: Outcome) -> str | None:
    """The name of a lead who closes an Emergency or Urgent alert with nobody reached: that is their sign-off."""
    unreached = outcome is Outcome.NOT_REACHED and alert.level.at_least(Level.URGENT)
    return member.name if unreached and may_sign_off(uow, alert.clinic, member) else None


def _rules_of(alert: Alert, configuration: Configuration) -> tuple[Rule, ...]:
    return tuple(rule for rule in configuration.rules if rule.id in alert.rules)


def _pause(uow: UnitOfWork, alert: Alert, now: datetime) -> bool:
    """After a crisis automatic texts wait until a person lets them go on; tells whether that changed anything."""
    patient = uow.patients.get(alert.patient) if alert.patient else None
    if patient is None or patient.status not in {PatientStatus.ACTIVE, PatientStatus.PAUSED}:
        return False
    uow.patients.update(replace(patient, status=PatientStatus.PAUSED, status_until=None, status_reported=False))
    uow.audit.append(
        at=now,
        actor="service",
        action="patient.status",
        subject="patient",
        subject_id=patient.id,
        detail={"status": PatientStatus.PAUSED.value, "alert": alert.id},
    )
    return True


def _plan(uow: UnitOfWork, alert: Alert, step: FollowOn, member: StaffMember, now: datetime) -> None:
    task = Task(
        id=new_id(),
        clinic=alert.clinic,
        alert=alert.id,
        patient=alert.patient,
        kind=step.kind,
        due_at=step.due_at,
        made_at=now,
        made_by=member.key,
    )
    uow.tasks.plan(task)
    uow.wake("tasks")


def _write_down(
    uow: UnitOfWork,
    alert: Alert,
    ending: Ending,
    member: StaffMember,
    ahead: tuple[FollowOn, ...],
    clinic: Clinic,
    *,
    via: str,
    paused: bool,
    now: datetime,
) -> None:
    said = [f"closed: {ending.outcome.value.replace('_', ' ')}"]
    said += [f"signed off by {ending.signed_by}"] if ending.signed_by else []
    said += [f"{_LEFT_TO_DO[step.kind]} {_day(step.due_at, clinic)}" for step in ahead]
    said += ["automatic texts wait until a person lets them go on"] if paused else []
    uow.alerts.add_entry(
        AlertEntry(
            id=new_id(),
            alert=alert.id,
            at=now,
            kind=EntryKind.CLOSED,
            level=alert.level,
            actor=member.name,
            understood="; ".join(said),
            words=ending.note,
        )
    )
    uow.audit.append(
        at=now,
        actor=f"staff:{member.key}",
        action="alert.closed",
        subject="alert",
        subject_id=alert.id,
        detail={
            "outcome": ending.outcome.value,
            "via": via,
            "minutes": ending.minutes,
            **({"signed_off_by": ending.signed_by} if ending.signed_by else {}),
        },
    )


def _day(instant: datetime, clinic: Clinic) -> str:
    return windows.local(instant, clinic.timezone).strftime("%a %d %b %H:%M")

"""Somebody leaves: their duty is covered, their alerts are passed on, nothing opens any more. The terminal calls it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from followup.domain import windows
from followup.domain.alert import AlertStatus
from followup.domain.oncall import Shift
from followup.domain.schedule import Configuration, StaffMember, Target, TargetKind
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.services import duty
from followup.services.accounts import disable_account
from followup.services.aftermath import round_now
from followup.services.audit_reports import Access, access_of
from followup.services.context import Context, staff_by_name
from followup.services.hand_over import hand_over

LOOKS_BACK: Final = timedelta(days=90)
_SHOWN: Final = 3
_MANY: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What came of it.

    `passed_on` and `kept` are codes of alerts; the latter found nobody and stay open on the board. `still_named`
    are the places of schedules.yaml to take the person out of. `access` is what they did in the last 90 days.
    """

    member: StaffMember
    covered: int
    passed_on: tuple[str, ...]
    kept: tuple[str, ...]
    still_named: tuple[str, ...]
    access: Access


def disable_staff(context: Context, *, person: str, cover: str | None, now: datetime, actor: str) -> Left:
    """Let nobody sign in as `person` (key or name) any more, with everything that hangs on them.

    `cover` takes their duty and their alerts. Raises NotFound without an account, Conflict where hours would be
    without anybody and no `cover` is named; nothing is changed then. `now` is the real time of the sign-ins.
    """
    configuration = context.content.current().content.configuration
    member = staff_by_name(configuration, person)
    with context.store.read() as uow:
        if uow.accounts.by_person(member.key) is None:
            raise NotFound("that person has no account; `followup staff list` shows who has")
    if cover is not None and staff_by_name(configuration, cover).key == member.key:
        wrong = Problem(at="cover", message="name somebody else than the one who leaves")
        raise InvalidInput("Nothing was changed.", (wrong,))
    hours = duty.leaving(context, member.key)
    if hours and cover is None:
        raise Conflict(_uncovered(member, hours, configuration))
    covered = len(hours)
    if cover is not None and hours:
        duty.hand_to(context, person=member.key, to=cover, by=actor, via="terminal")
    disable_account(context, person=member.key, now=now, actor=actor)
    passed_on, kept = _pass_on(context, member, cover)
    _move_on(context, member)
    return Left(
        member=member,
        covered=covered,
        passed_on=passed_on,
        kept=kept,
        still_named=_still_named(configuration, member.key),
        access=access_of(context, member.key, since=context.clock.now() - LOOKS_BACK),
    )


def _uncovered(member: StaffMember, hours: tuple[Shift, ...], configuration: Configuration) -> str:
    shown = "; ".join(_told(shift, configuration) for shift in hours[:_SHOWN])
    more = f" and {len(hours) - _SHOWN} more" if len(hours) > _SHOWN else ""
    return (
        f"{member.name} still has duty in the next four weeks ({shown}{more}), and nobody would be woken then: "
        "name who takes it with --cover NAME, or change the rota in schedules.yaml first"
    )


def _told(shift: Shift, configuration: Configuration) -> str:
    zone = configuration.rotas[shift.rota].timezone
    start = windows.local(shift.start, zone)
    return f"{shift.rota}, {start:%a %d %b %H:%M}"


def _pass_on(context: Context, member: StaffMember, cover: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every alert that they have goes to `cover`, or to the next of its chain; gives the codes, done and not."""
    with context.store.read() as uow:
        taken = uow.alerts.list(AlertStatus.ACKNOWLEDGED.value, limit=_MANY)
    passed_on, kept = [], []
    for alert in (one for one in taken if one.acknowledged_by == member.name):
        try:
            hand_over(context, alert=alert.id, by=member.key, to=cover, via="terminal")
        except Conflict:
            kept.append(alert.code)
        else:
            passed_on.append(alert.code)
    return tuple(passed_on), tuple(kept)


def _move_on(context: Context, member: StaffMember) -> None:
    """An alert of which only they were told goes to the next of its chain now: nobody else knows that it waits."""
    now = context.clock.now()
    with context.store.write(urgent=True) as uow:
        for alert in uow.alerts.list(AlertStatus.OPEN.value, limit=_MANY):
            told = {notice.person for notice in uow.messages.of_round(alert.id, round_now(alert))}
            waits = alert.next_action_at is None or alert.next_action_at > now
            if told == {member.key} and waits:
                uow.alerts.update(replace(alert, next_action_at=now), expected_status=AlertStatus.OPEN)
                uow.wake("alerts")
        uow.commit()


def _still_named(configuration: Configuration, key: str) -> tuple[str, ...]:
    """Where the file still names them: they are told of alerts there as long as it does."""
    places = ["staff"]
    places += [f"rotas.{rota.key}" for rota in configuration.rotas.values() if key in rota.people]
    places += [
        f"chains.{chain.key}"
        for chain in configuration.chains.values()
        if Target(kind=TargetKind.PERSON, name=key) in {target for step in chain.steps for target in step.targets}
    ]
    return tuple(places)

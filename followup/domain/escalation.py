"""Alerts: opening and joining them, and climbing the chain until somebody has it.

Every function returns the alert as it should be stored; an unclosed alert always has a next action.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from followup.domain import coverage, windows
from followup.domain.alert import Alert, AlertStatus
from followup.domain.level import Level
from followup.domain.oncall import people_of
from followup.domain.people import Channel
from followup.domain.schedule import (
    Chain,
    Clinic,
    Configuration,
    Rule,
    StaffMember,
    Step,
    Target,
    TargetKind,
    Way,
    WorkList,
)
from followup.domain.triage import Triage

#: Urgent items that would wait longer than this for the next opening are told at the next morning hour.
LONGEST_WAIT = timedelta(hours=12)
MORNING = time(8)
_PLAIN = (Channel.SMS, Channel.EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Tell one person by one channel, `after` a wait of their own."""

    person: str
    channel: Channel
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """One move of a chain: the alert after it, whom to tell, and what was wrong with the chain."""

    alert: Alert
    notices: tuple[Notice, ...]
    unreachable: tuple[str, ...] = ()
    tell_sender: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A concern added to an open alert: `raised` when its level rose, `notify` when staff are told again."""

    alert: Alert
    raised: bool
    notify: bool


def first_action_at(triage: Triage, chain: Chain, clinic: Clinic, now: datetime) -> datetime:
    """When the chain of a new alert begins: at once, or for some urgent items when somebody is there."""
    if chain.work_list is not None:
        return coverage.end_of_business_day(clinic, now, days_ahead=chain.work_list.overdue_after_business_days)
    if triage.level is not Level.URGENT or coverage.reach(clinic, now) is not coverage.Reach.NOBODY:
        return now
    if any(rule.pages_after_hours for rule in triage.rules if rule.level is Level.URGENT):
        return now
    opening = coverage.next_opening(clinic, now)
    if opening - now <= LONGEST_WAIT:
        return opening
    return min(opening, _next_morning(clinic, now))


def _next_morning(clinic: Clinic, now: datetime) -> datetime:
    local = windows.local(now, clinic.timezone)
    day = local.date() + timedelta(days=0 if local.time() < MORNING else 1)
    return windows.instant_of(day, MORNING, clinic.timezone)


def join(alert: Alert, triage: Triage, order: tuple[Rule, ...], *, again: bool, now: datetime) -> Joined:
    """Add a concern to an open alert. A higher level, or words of danger again, tell staff again."""
    raised = triage.level.rank > alert.level.rank
    positions = {rule.id: position for position, rule in enumerate(order)}
    met = {rule.id for rule in triage.rules} | set(alert.rules)
    rules = tuple(sorted(met, key=lambda rule_id: positions.get(rule_id, len(positions))))
    named = triage.named
    changed = replace(alert, rules=rules)
    if raised and named is not None:
        changed = replace(changed, level=triage.level, rule=named.id)
    notify = raised or again
    if notify:
        changed = raise_again(changed, now)
    return Joined(alert=changed, raised=raised, notify=notify)


def raise_again(alert: Alert, now: datetime) -> Alert:
    """The alert open once more, its chain from the beginning, due at once."""
    return replace(
        alert,
        status=AlertStatus.OPEN,
        acknowledged_by=None,
        acknowledged_at=None,
        acknowledged_via=None,
        handed_to=None,
        duty_of=None,
        position=0,
        raises=alert.raises + 1,
        round_started_at=now,
        next_action_at=now,
    )


def chain_of(alert: Alert, opened_under: Configuration, current: Configuration) -> Chain:
    """The chain of an alert: its steps are those at its opening, people those of now.

    A chain that neither version knows (renamed, and the level rose since) is that of its level now.
    """
    found = opened_under.chains.get(alert.chain) or current.chains.get(alert.chain)
    return found or current.chain_for(current.clinics[alert.clinic], alert.level)


def move_on(alert: Alert, now: datetime) -> Alert:
    """The alert due for its next step at once: whoever was told last will not answer in time."""
    if alert.next_action_at is not None and alert.next_action_at <= now:
        return alert
    return replace(alert, next_action_at=now)


def acknowledge(
    alert: Alert, chain: Chain, *, person: str, via: str, now: datetime, duty_of: str | None = None
) -> Alert:
    """The alert in somebody's hands; it is raised again when not closed within the chain's limit.

    `duty_of`: the rota whose duty they have, so that the alert goes with the duty.
    """
    limit = chain.raise_again_after or chain.repeat
    return replace(
        alert,
        status=AlertStatus.ACKNOWLEDGED,
        acknowledged_by=person,
        acknowledged_at=now,
        acknowledged_via=via,
        next_action_at=now + limit,
        handed_to=None,
        duty_of=duty_of,
    )


def advance(
    alert: Alert, chain: Chain, configuration: Configuration, now: datetime, *, taken_since: bool = False
) -> Advance:
    """The next move of an alert whose next action is due.

    `taken_since`: somebody has had it since its sender last wrote. Then "our staff have not answered" would be untrue,
    even where they forgot to close it and nobody has it now.

    Whoever it was handed to comes first. A step that reaches nobody passes on at once, to the fallback person at
    last; the fallback person also stands in for a person or rota that the file no longer names. The chain never
    ends: after its last step it goes round again every `repeat`, the fallback person beside each step.
    """
    if alert.status is AlertStatus.ACKNOWLEDGED:
        alert = raise_again(alert, now)
    handed = _advance_to_receiver(alert, chain, configuration, now)
    if handed is not None:
        return handed
    if chain.work_list is not None:
        return _advance_work_list(alert, chain, chain.work_list, configuration, now)
    notices, position, unreachable = _next_notices(alert, chain, configuration, now)
    tell = any(_tells_sender(chain, passed) for passed in range(alert.position, position))
    tell = tell and not alert.patient_told_no_answer and not taken_since
    moved = replace(
        alert,
        handed_to=None,
        position=position,
        next_action_at=now + _gap(chain, position),
        patient_told_no_answer=alert.patient_told_no_answer or tell,
    )
    return Advance(alert=moved, notices=notices, unreachable=unreachable, tell_sender=tell)


def _next_notices(
    alert: Alert, chain: Chain, configuration: Configuration, now: datetime
) -> tuple[tuple[Notice, ...], int, tuple[str, ...]]:
    """Who is told now, the position after it, and the steps that told nobody or not all whom they name."""
    holes: list[str] = []
    stand_in: tuple[Notice, ...] = ()
    position = alert.position
    for _ in range(len(chain.steps) + 1):
        notices = _notices(chain, position, configuration, now)
        gone = _names_somebody_gone(_step(chain, position), configuration)
        stand_in = _fallback(chain, configuration, now) if gone else stand_in
        if gone or not notices:
            holes.append(_step_name(chain, position))
        position += 1
        if notices:
            break
    else:
        notices = _fallback(chain, configuration, now)
    notices += tuple(notice for notice in stand_in if notice not in notices)
    return notices, position, tuple(dict.fromkeys(holes))


def _advance_to_receiver(alert: Alert, chain: Chain, configuration: Configuration, now: datetime) -> Advance | None:
    """The one notice to whom an alert was handed; None where it was handed to nobody who can be told."""
    member = configuration.staff.get(alert.handed_to or "")
    if member is None:
        return None
    channels = chain.steps[0].channels if chain.steps else _PLAIN
    notices = _reaching([member.key], channels, configuration) or _reaching([member.key], _PLAIN, configuration)
    if not notices:
        return None
    begins = now + chain.acknowledge_within
    if chain.work_list is not None:
        clinic = configuration.clinics[alert.clinic]
        days = chain.work_list.overdue_after_business_days
        begins = coverage.end_of_business_day(clinic, now, days_ahead=days)
    return Advance(alert=replace(alert, handed_to=None, next_action_at=begins), notices=notices)


def _advance_work_list(
    alert: Alert, chain: Chain, work_list: WorkList, configuration: Configuration, now: datetime
) -> Advance:
    """A routine item wakes nobody: first it is marked overdue, then named people are told, then again and again."""
    clinic = configuration.clinics[alert.clinic]
    alert = replace(alert, handed_to=None)
    position = alert.position + 1
    if position == 1:
        tell_at = coverage.end_of_business_day(clinic, alert.opened_at, days_ahead=work_list.tell_after_business_days)
        overdue = replace(alert, position=position, next_action_at=max(tell_at, now + timedelta(minutes=1)))
        return Advance(alert=overdue, notices=())
    people = [person for target in work_list.targets for person in people_of(target, configuration, now)]
    notices = _reaching(people, work_list.channels, configuration) or _fallback(chain, configuration, now)
    moved = replace(alert, position=position, next_action_at=now + chain.repeat)
    return Advance(alert=moved, notices=notices)


def _tells_sender(chain: Chain, position: int) -> bool:
    return position < len(chain.steps) and chain.steps[position].tell_patient


def _gap(chain: Chain, position: int) -> timedelta:
    """How long after the step just taken the one at `position` follows."""
    if 0 < position < len(chain.steps):
        return chain.steps[position].after - chain.steps[position - 1].after
    return chain.repeat


def _step(chain: Chain, position: int) -> Step | None:
    return chain.steps[position % len(chain.steps)] if chain.steps else None


def _step_name(chain: Chain, position: int) -> str:
    number = position % len(chain.steps) + 1 if chain.steps else 0
    return f"chain {chain.key}, step {number}"


def _notices(chain: Chain, position: int, configuration: Configuration, now: datetime) -> tuple[Notice, ...]:
    step = _step(chain, position)
    if step is None:
        return ()
    people = [person for target in step.targets for person in people_of(target, configuration, now)]
    notices = _reaching(people, step.channels, configuration)
    if notices and position >= len(chain.steps):
        notices += tuple(notice for notice in _fallback(chain, configuration, now) if notice not in notices)
    return notices


def _names_somebody_gone(step: Step | None, configuration: Configuration) -> bool:
    """Whether a step of an older version names a person or rota that there is no more."""
    if step is None:
        return False
    return any(
        target.name not in (configuration.staff if target.kind is TargetKind.PERSON else configuration.rotas)
        for target in step.targets
    )


def _fallback(chain: Chain, configuration: Configuration, now: datetime) -> tuple[Notice, ...]:
    """The notices to the fallback person, who is called too where the chain calls anybody."""
    people = people_of(Target(kind=TargetKind.PERSON, name=chain.fallback), configuration, now)
    calls = any(Channel.VOICE in step.channels for step in chain.steps)
    channels = (Channel.SMS, Channel.VOICE, Channel.EMAIL) if calls else _PLAIN
    return _reaching(list(people), channels, configuration)


def _reaching(people: list[str], channels: tuple[Channel, ...], configuration: Configuration) -> tuple[Notice, ...]:
    return tuple(
        dict.fromkeys(
            Notice(person=person, channel=way.channel, after=way.after)
            for person in people
            for way in ways_of(configuration.staff[person], channels)
        )
    )


def ways_of(person: StaffMember, channels: tuple[Channel, ...]) -> tuple[Way, ...]:
    """By which of a step's channels a person is told, in the order and with the waits of their own.

    What they name no wait for comes at once; so does the first, whatever is named.
    """
    own = [way for way in person.contact if way.channel in channels]
    named = {way.channel for way in own}
    ways = [*own, *(Way(channel=channel) for channel in channels if channel not in named)]
    ways = [way for way in ways if person.address(way.channel)]
    soonest = min((way.after for way in ways), default=timedelta(0))
    return tuple(replace(way, after=way.after - soonest) for way in ways)

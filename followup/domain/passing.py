"""Who an alert goes to when somebody passes it on, or when the duty it was taken on passes on.

Services that hand alerts over ask it; the notice itself is the next move of the chain, see escalation.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from followup.domain.alert import Alert, AlertStatus
from followup.domain.escalation import raise_again
from followup.domain.oncall import on_duty, people_of, shift_at
from followup.domain.people import Channel
from followup.domain.schedule import Chain, Configuration, StaffMember, Target, TargetKind


def hand_over(alert: Alert, *, to: str, now: datetime) -> Alert:
    """The alert open again; the next notice, due at once, goes to the staff key `to`, then the chain begins anew."""
    return replace(raise_again(alert, now), handed_to=to)


def next_person(alert: Alert, chain: Chain, configuration: Configuration, *, by: str, now: datetime) -> str | None:
    """The staff key of the first in the rest of the chain who is not `by` and can be reached; None without one."""
    count = len(chain.steps)
    ahead = [chain.steps[(alert.position + offset) % count] for offset in range(count)]
    targets = [target for step in ahead for target in step.targets]
    if chain.work_list is not None:
        targets += chain.work_list.targets
    targets.append(Target(kind=TargetKind.PERSON, name=chain.fallback))
    people = (person for target in targets for person in people_of(target, configuration, now))
    return next((one for one in people if one != by and can_be_told(configuration.staff[one])), None)


def can_be_told(member: StaffMember) -> bool:
    """Whether there is any way to tell somebody."""
    return any(member.address(channel) for channel in Channel)


def duty_of(person: str, chain: Chain, configuration: Configuration, now: datetime) -> str | None:
    """The rota of the chain whose duty `person` has at `now`; None where they have none."""
    for step in chain.steps:
        for target in step.targets:
            rota = None if target.kind is TargetKind.PERSON else configuration.rotas.get(target.name)
            if rota is not None and on_duty(rota, now) == person:
                return rota.key
    return None


def heir(alert: Alert, configuration: Configuration, now: datetime) -> str | None:
    """The staff key of whom the alert goes to, since the duty it was taken on is somebody else's now; else None."""
    rota = configuration.rotas.get(alert.duty_of or "")
    if rota is None or alert.status is not AlertStatus.ACKNOWLEDGED:
        return None
    present = on_duty(rota, now)
    member = configuration.staff.get(present or "")
    if member is None or member.name == alert.acknowledged_by or not can_be_told(member):
        return None
    return member.key


def duty_ends_at(alert: Alert, configuration: Configuration, now: datetime) -> datetime | None:
    """When the duty that the alert was taken on ends (now, where it has); None where it was taken on none."""
    if heir(alert, configuration, now) is not None:
        return now
    rota = configuration.rotas.get(alert.duty_of or "")
    if rota is None or alert.status is not AlertStatus.ACKNOWLEDGED:
        return None
    return shift_at(rota, now).end


def colleague(configuration: Configuration, said: str) -> str | None:
    """The staff key of whom a text names: by key, by name, or by a part of the name that only one has; in any case."""
    wanted = said.casefold().replace(".", "").split()
    members = tuple(configuration.staff.values())
    by_key = [member.key for member in members if [member.key.casefold()] == wanted]
    by_name = [member.key for member in members if wanted and set(wanted) <= _words(member)]
    return next((found[0] for found in (by_key, by_name) if len(found) == 1), None)


def _words(member: StaffMember) -> set[str]:
    return set(member.name.casefold().replace(".", "").split())

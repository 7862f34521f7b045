"""Who works here, who of them can sign in, and what they may do where. The terminal and the page of accounts ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from followup.domain.access import Role, Stage
from followup.domain.schedule import StaffMember
from followup.services.context import Context
from followup.services.second_factor import is_enrolled
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """One member of staff of schedules.yaml; `account` is the id of theirs, `roles` go by clinic."""

    member: StaffMember
    account: str | None = None
    enabled: bool = False
    second_factor: bool = False
    sessions: int = 0
    roles: Mapping[str, Role] = field(default_factory=dict)


def accounts_of(context: Context, *, clinic: str | None = None) -> tuple[AccountLine, ...]:
    """Everybody in the order of the file. `clinic`: an account without a role there is as if it were not there."""
    members = context.content.current().content.configuration.staff.values()
    with context.store.read() as uow:
        lines = tuple(_line(uow, member) for member in members)
    if clinic is None:
        return lines
    return tuple(line if clinic in line.roles else AccountLine(member=line.member) for line in lines)


def _line(uow: UnitOfWork, member: StaffMember) -> AccountLine:
    account = uow.accounts.by_person(member.key)
    if account is None:
        return AccountLine(member=member)
    return AccountLine(
        member=member,
        account=account.id,
        enabled=account.enabled,
        second_factor=is_enrolled(uow, account.id),
        sessions=sum(one.stage is Stage.FULL for one in uow.sessions.of_account(account.id)),
        roles=uow.roles.of_account(account.id),
    )

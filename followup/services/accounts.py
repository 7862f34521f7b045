"""Accounts of staff: made, given a role, another password, ended. The terminal, the demo and the account page call it.

Who somebody is stands in schedules.yaml; what they may do stands with the account. There is no default account.
"""

from __future__ import annotations

from datetime import datetime

from followup.content.account_said import AccountChange
from followup.domain.access import Role, first_role
from followup.domain.schedule import StaffMember
from followup.errors import Conflict, InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services import tries
from followup.services.account_news import tell_owner
from followup.services.context import Context, staff_by_name
from followup.services.links import hash_of
from followup.services.passwords import Passwords, check_password
from followup.storage.accounts import Account
from followup.storage.unit_of_work import UnitOfWork


def add_account(
    context: Context,
    *,
    clinic: str,
    person: str,
    password: str,
    passwords: Passwords,
    now: datetime,
    actor: str,
    role: Role | None = None,
) -> None:
    """Let a member of staff of schedules.yaml sign in, or give them a new password, which ends their sessions.

    `role` is what they may do; left out, what they could before, or what goes with their job.
    Raises NotFound for nobody of that name, InvalidInput for a weak password.
    """
    member = staff_by_name(context.content.current().content.configuration, person)
    check_password(password, member)
    hashed = passwords.hash(password)
    with context.store.write() as uow:
        set_password(uow, context, member, clinic=clinic, hashed=hashed, role=role, now=now, actor=actor)
        uow.commit()


def set_password(
    uow: UnitOfWork,
    context: Context,
    member: StaffMember,
    *,
    clinic: str,
    hashed: str,
    role: Role | None,
    now: datetime,
    actor: str,
) -> Account:
    """The account of `member` with this password, made where there is none; in the caller's transaction.

    Whoever had one before hears that it has another password now.
    """
    account = uow.accounts.by_person(member.key)
    if account is None:
        uow.accounts.add(new_id(), clinic, member.key, hashed, now)
    else:
        uow.accounts.set_password(account.id, hashed, now)
        uow.accounts.enable(account.id)
        uow.sessions.end_sessions(account.id)
        tell_owner(uow, context, account, AccountChange.PASSWORD)
    action = "account.added" if account is None else "account.password_set"
    account = uow.accounts.by_person(member.key)
    if account is None:  # not reached: it was added above
        message = "an account that was just made is gone"
        raise AssertionError(message)
    if role is not None or uow.roles.role(account.id, account.clinic) is None:
        given = role or first_role(member.role)
        uow.roles.give(account.id, account.clinic, given, at=now, by=actor)
    note(uow, account, action, actor=actor, now=now)
    return account


def change_password(
    context: Context,
    *,
    account: str,
    old: str,
    new: str,
    keep: str | None,
    passwords: Passwords,
    now: datetime,
) -> None:
    """Somebody gives themselves another password; every session but the one of the token `keep` ends.

    Raises InvalidInput where the old one does not fit, or the new one is weak.
    """
    held = check_own_password(context, account=account, password=old, passwords=passwords, now=now)
    check_password(new, staff_by_name(context.content.current().content.configuration, held.person))
    hashed = passwords.hash(new)
    with context.store.write() as uow:
        uow.accounts.set_password(held.id, hashed, now)
        end_other_sessions(uow, held.id, keep)
        note(uow, held, "account.password_changed", actor=f"staff:{held.person}", now=now)
        tell_owner(uow, context, held, AccountChange.PASSWORD)
        uow.commit()


def check_own_password(
    context: Context, *, account: str, password: str, passwords: Passwords, now: datetime
) -> Account:
    """Before something weighty, whoever is signed in shows that it is still them. Raises InvalidInput."""
    with context.store.read() as uow:
        held = uow.accounts.get(account)
    wrong = "this is not your password"
    if not tries.may_try(context, ((f"own|{account}", tries.PER_DEVICE),), now):
        held, wrong = None, "too many tries; wait a quarter of an hour"
    if held is None or not passwords.fits(held.password_hash, password):
        raise InvalidInput("Nothing was changed.", (Problem(at="old", message=wrong),))
    return held


def end_other_sessions(uow: UnitOfWork, account: str, keep: str | None) -> int:
    """Sign out every browser of an account but the one whose token is `keep`; gives how many there were."""
    kept = hash_of(keep) if keep else None
    others = [one for one in uow.sessions.of_account(account) if one.token_hash != kept]
    for session in others:
        uow.sessions.end_session(session.token_hash)
    return len(others)


def set_role(context: Context, *, person: str, clinic: str, role: Role, now: datetime, actor: str) -> None:
    """Say what somebody may do at a clinic. Raises NotFound without an account."""
    with context.store.write() as uow:
        account = _account(uow, person)
        before = uow.roles.role(account.id, clinic)
        uow.roles.give(account.id, clinic, role, at=now, by=actor)
        uow.audit.append(
            at=now,
            actor=actor,
            action="account.role_set",
            subject="staff",
            subject_id=person,
            clinic=clinic,
            detail={"role": role.value, "before": before.value if before else None},
        )
        uow.commit()


def disable_account(context: Context, *, person: str, now: datetime, actor: str) -> None:
    """End all sessions of a member of staff and let nobody sign in as them. Raises NotFound without an account.

    Known browsers, invitations and the links in notices to them are worth nothing any more either.
    """
    with context.store.write() as uow:
        account = _account(uow, person)
        end_everything(uow, account)
        uow.accounts.disable(account.id, now)
        note(uow, account, "account.disabled", actor=actor, now=now)
        uow.commit()


def end_everything(uow: UnitOfWork, account: Account) -> None:
    """No browser, invitation, link or second factor of this account opens anything any more."""
    uow.sessions.end_sessions(account.id)
    uow.devices.forget_all(account.id)
    uow.second_factors.forget(account.id)
    uow.invitations.forget(account.person)
    uow.links.forget_of(account.person)


def end_all_sessions(context: Context, *, person: str, now: datetime, actor: str) -> int:
    """Sign a member of staff out everywhere, known browsers included; returns how many sessions ended."""
    with context.store.write() as uow:
        account = _account(uow, person)
        ended = uow.sessions.end_sessions(account.id)
        uow.devices.forget_all(account.id)
        note(uow, account, "sign_out.all", actor=actor, now=now)
        uow.commit()
    return ended


def enabled_account(context: Context, person: str) -> Account:
    """The account of a person who can sign in. Raises NotFound, or Conflict where it was disabled."""
    with context.store.read() as uow:
        account = _account(uow, person)
    if not account.enabled:
        raise Conflict("that account is disabled; `followup staff invite` lets them in again")
    return account


def note(uow: UnitOfWork, account: Account, action: str, *, actor: str, now: datetime) -> None:
    """Write down what was done to an account."""
    uow.audit.append(
        at=now, actor=actor, action=action, subject="staff", subject_id=account.person, clinic=account.clinic
    )


def _account(uow: UnitOfWork, person: str) -> Account:
    account = uow.accounts.by_person(person)
    if account is None:
        raise NotFound("that person has no account; `followup staff list` shows who has")
    return account

"""What somebody sees and changes of their own account: browsers, second factor, clinic. The account page calls it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from followup.content.account_said import AccountChange
from followup.domain.access import Role, Stage
from followup.errors import InvalidInput, NotFound, Problem
from followup.services import second_factor, tries
from followup.services.account_news import tell_owner
from followup.services.accounts import check_own_password, end_other_sessions, note
from followup.services.context import Context
from followup.services.links import hash_of
from followup.services.passwords import Passwords
from followup.services.second_factor import Enrolment
from followup.services.sign_in import SignedIn
from followup.storage.accounts import Account
from followup.storage.devices import Device
from followup.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """An account as its owner sees it. `this_device` is the known browser they sit at, `others` counts sessions
    elsewhere, `roles` are those at every clinic."""

    password_set_at: datetime
    second_factor_since: datetime | None
    codes_left: int
    devices: tuple[Device, ...]
    this_device: str | None
    others: int
    roles: Mapping[str, Role]


def own_account(context: Context, who: SignedIn, token: str | None, *, now: datetime) -> OwnAccount:
    """Everything that may sign in as `who`; `token` is that of the session at hand."""
    hashed = hash_of(token or "")
    with context.store.read() as uow:
        account = _account(uow, who)
        factor = uow.second_factors.confirmed(account.id)
        sessions = [one for one in uow.sessions.of_account(account.id) if one.stage is Stage.FULL]
        here = next((session for session in sessions if session.token_hash == hashed), None)
        return OwnAccount(
            password_set_at=account.password_set_at,
            second_factor_since=factor.confirmed_at if factor else None,
            codes_left=uow.second_factors.codes_left(account.id),
            devices=tuple(each for each in uow.devices.of_account(account.id) if now < each.expires_at),
            this_device=here.device if here else None,
            others=sum(now < session.expires_at for session in sessions) - (1 if here else 0),
            roles=uow.roles.of_account(account.id),
        )


def begin_second_factor(context: Context, who: SignedIn, *, password: str, passwords: Passwords, now: datetime) -> None:
    """Set up a second factor, or one on another phone; an earlier one counts until the first code of the new one.

    Raises InvalidInput for a wrong password.
    """
    account = check_own_password(context, account=who.account, password=password, passwords=passwords, now=now)
    with context.store.write() as uow:
        second_factor.begin_enrolment(uow, account.id, now)
        uow.commit()


def pending_enrolment(context: Context, account: str, *, person: str, clinic: str) -> Enrolment | None:
    """What the phone is to take up, while a second factor is being set up."""
    configuration = context.content.current().content.configuration
    issuer = configuration.clinics[clinic].name if clinic in configuration.clinics else "Follow-up"
    with context.store.read() as uow:
        return second_factor.enrolment(uow, account, name=configuration.staff[person].name, issuer=issuer)


def confirm_second_factor(
    context: Context, who: SignedIn, code: str, *, keep: str | None, now: datetime
) -> tuple[str, ...]:
    """The first code of the new phone: it counts from now on, other browsers are signed out. Gives codes on paper.

    Raises InvalidInput for a wrong code.
    """
    wrong = "this code does not fit; wait for the next one"
    allowed = tries.may_try(context, tries.code_keys(who.account), now)
    with context.store.write() as uow:
        codes = second_factor.confirm(uow, who.account, code, now) if allowed else None
        if codes is not None:
            account = _account(uow, who)
            end_other_sessions(uow, account.id, keep)
            note(uow, account, "second_factor.set", actor=f"staff:{who.person}", now=now)
            tell_owner(uow, context, account, AccountChange.PHONE_CODES)
            uow.commit()
    if codes is None:
        message = wrong if allowed else "too many tries; wait a quarter of an hour"
        raise InvalidInput("Nothing was changed.", (Problem(at="code", message=message),))
    return codes


def new_recovery_codes(
    context: Context, who: SignedIn, *, password: str, passwords: Passwords, now: datetime
) -> tuple[str, ...]:
    """New codes for a lost phone in place of all earlier ones. Raises InvalidInput."""
    account = check_own_password(context, account=who.account, password=password, passwords=passwords, now=now)
    with context.store.write() as uow:
        if not second_factor.is_enrolled(uow, account.id):
            wrong = Problem(at="old", message="set up the second factor first")
            raise InvalidInput("Nothing was changed.", (wrong,))
        codes = second_factor.new_codes(uow, account.id, now)
        note(uow, account, "second_factor.new_codes", actor=f"staff:{who.person}", now=now)
        tell_owner(uow, context, account, AccountChange.PAPER_CODES)
        uow.commit()
    return codes


def forget_device(context: Context, who: SignedIn, device: str, *, now: datetime) -> None:
    """A browser is not known any more, and signed out. Raises NotFound, also for somebody else's."""
    with context.store.write() as uow:
        account = _account(uow, who)
        if device not in {each.id for each in uow.devices.of_account(account.id)}:
            raise NotFound("There is no such browser.")
        uow.sessions.end_of_device(device)
        uow.devices.forget(account.id, device)
        note(uow, account, "device.forgotten", actor=f"staff:{who.person}", now=now)
        uow.commit()


def sign_out_elsewhere(context: Context, who: SignedIn, token: str | None, *, now: datetime) -> int:
    """End every session but this one, and know only this browser; gives how many sessions ended."""
    with context.store.write() as uow:
        account = _account(uow, who)
        here = uow.sessions.session(hash_of(token or ""))
        ended = end_other_sessions(uow, account.id, token)
        for device in uow.devices.of_account(account.id):
            if here is None or device.id != here.device:
                uow.devices.forget(account.id, device.id)
        note(uow, account, "sign_out.elsewhere", actor=f"staff:{who.person}", now=now)
        uow.commit()
    return ended


def go_to_clinic(context: Context, who: SignedIn, clinic: str, token: str | None, *, now: datetime) -> None:
    """Look at another clinic, with the role that one has there. Raises NotFound where one has none."""
    with context.store.write() as uow:
        account = _account(uow, who)
        if uow.roles.role(account.id, clinic) is None:
            raise NotFound("There is no such clinic.")
        uow.sessions.move(hash_of(token or ""), clinic)
        uow.audit.append(
            at=now,
            actor=f"staff:{who.person}",
            action="clinic.entered",
            subject="staff",
            subject_id=who.person,
            clinic=clinic,
        )
        uow.commit()


def _account(uow: UnitOfWork, who: SignedIn) -> Account:
    account = uow.accounts.get(who.account)
    if account is None:
        raise NotFound("There is no such account.")
    return account

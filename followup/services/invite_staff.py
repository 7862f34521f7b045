"""One-time links by which a member of staff sets a password: made by the terminal, used by the page behind them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from followup.content.account_said import AccountChange
from followup.domain.access import Role, Stage, first_role
from followup.domain.message import MessageClass
from followup.domain.people import Channel
from followup.domain.schedule import StaffMember
from followup.errors import NotFound
from followup.ids import new_id
from followup.services.account_news import tell_owner
from followup.services.accounts import end_everything, note, set_password
from followup.services.composing import Draft, compose
from followup.services.context import Context, clinic_of, staff_by_name
from followup.services.links import hash_of
from followup.services.passwords import Passwords, check_password
from followup.services.sign_in import Begun, Halfway, Limits, begin_halfway, begin_session
from followup.storage.invitations import Invitation
from followup.storage.unit_of_work import UnitOfWork

#: Long enough for a weekend, short enough for a mailbox.
LIVES: Final = timedelta(hours=72)
TEMPLATE: Final = "STAFF_INVITATION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whom the link is for, and until when."""

    member: StaffMember
    path: str
    expires_at: datetime


def invite(
    context: Context,
    *,
    person: str,
    clinic: str,
    role: Role | None,
    by_mail: bool,
    now: datetime,
    actor: str,
) -> Invited:
    """A link by which `person` sets a password and can sign in; every earlier link is worth nothing any more.

    `role` left out: the one they have, or the one that goes with their job. Raises NotFound.
    """
    member = staff_by_name(context.content.current().content.configuration, person)
    with context.store.write() as uow:
        invited = _invite(uow, member, clinic, role, now, actor)
        _by_mail(uow, context, invited, clinic, now, wanted=by_mail)
        uow.audit.append(
            at=now, actor=actor, action="account.invited", subject="staff", subject_id=member.key, clinic=clinic
        )
        uow.commit()
    return invited


def reset(context: Context, *, person: str, by_mail: bool, now: datetime, actor: str) -> Invited:
    """For a lost phone or password: everything that opened the account ends, and a link sets it up anew.

    Raises NotFound without an account.
    """
    member = staff_by_name(context.content.current().content.configuration, person)
    with context.store.write() as uow:
        account = uow.accounts.by_person(member.key)
        if account is None:
            raise NotFound("that person has no account; `followup staff invite` makes one")
        end_everything(uow, account)
        uow.accounts.disable(account.id, now)
        invited = _invite(uow, member, account.clinic, None, now, actor)
        _by_mail(uow, context, invited, account.clinic, now, wanted=by_mail)
        note(uow, account, "account.reset", actor=actor, now=now)
        tell_owner(uow, context, account, AccountChange.RESET)
        uow.commit()
    return invited


def invited(context: Context, token: str, *, now: datetime) -> StaffMember | None:
    """Whom a link is for; None for one that never was, is over, or is for somebody who has left. Changes nothing."""
    with context.store.read() as uow:
        found = uow.invitations.by_token(hash_of(token))
    if found is None or now >= found.expires_at:
        return None
    return context.content.current().content.configuration.staff.get(found.person)


def accept(
    context: Context,
    token: str,
    password: str,
    *,
    passwords: Passwords,
    now: datetime,
    limits: Limits,
    second_factor: bool,
) -> Begun | Halfway | None:
    """Set the password, use the link up, and go on to the second factor where everybody needs one.

    None where the link does not work (any more). Raises InvalidInput for a weak password; the link works on then.
    """
    member = invited(context, token, now=now)
    if member is None:
        return None
    check_password(password, member)
    hashed = passwords.hash(password)
    with context.store.write() as uow:
        found = uow.invitations.by_token(hash_of(token))
        if found is None:  # used in another window meanwhile
            return None
        uow.invitations.forget(member.key)
        actor = f"staff:{member.key}"
        account = set_password(
            uow, context, member, clinic=found.clinic, hashed=hashed, role=found.role, now=now, actor=actor
        )
        begun = (
            begin_halfway(uow, account, Stage.ENROL, now)
            if second_factor
            else begin_session(context, uow, account, now, limits)
        )
        uow.commit()
    return begun


def _invite(uow: UnitOfWork, member: StaffMember, clinic: str, role: Role | None, now: datetime, actor: str) -> Invited:
    account = uow.accounts.by_person(member.key)
    had = uow.roles.role(account.id, clinic) if account is not None else None
    token = secrets.token_urlsafe(24)
    invitation = Invitation(
        token_hash=hash_of(token),
        clinic=clinic,
        person=member.key,
        role=role or had or first_role(member.role),
        made_at=now,
        made_by=actor,
        expires_at=now + LIVES,
    )
    uow.invitations.add(invitation)
    return Invited(member=member, path=f"/staff/invitation/{token}", expires_at=invitation.expires_at)


def _by_mail(uow: UnitOfWork, context: Context, invited: Invited, clinic: str, now: datetime, *, wanted: bool) -> None:
    address = invited.member.address(Channel.EMAIL)
    if not wanted or not address:
        return
    published = context.content.current()
    message = compose(
        published,
        clinic_of(published.content.configuration, clinic),
        Draft(
            template=TEMPLATE,
            message_class=MessageClass.STAFF_NOTICE,
            channel=Channel.EMAIL,
            to=address,
            intent=f"invitation/{new_id()}",
            values={"link": f"{context.policy.public_url}{invited.path}"},
            person=invited.member.key,
            expires_at=invited.expires_at,
        ),
        now,
    )
    if uow.messages.add(message):
        uow.wake(message.message_class.lane.value)

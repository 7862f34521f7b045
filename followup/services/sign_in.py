"""Staff sign in and out: password, second factor, sessions. The web floor calls it.

Times are real ones, handed in by the caller: the demo's clock may be pushed forward without signing anybody out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from followup.content.account_said import AccountChange
from followup.domain.access import Role, Stage
from followup.domain.schedule import StaffMember
from followup.ids import new_id
from followup.services import tries
from followup.services.account_news import tell_owner
from followup.services.context import Context
from followup.services.links import hash_of
from followup.services.passwords import Passwords
from followup.services.second_factor import Proof, begin_enrolment, confirm, is_enrolled, proved
from followup.storage.accounts import Account
from followup.storage.devices import Device
from followup.storage.unit_of_work import UnitOfWork

#: A page that is loaded within this span of the last one does not write the session again.
TOUCH_EVERY = timedelta(minutes=1)
#: Between the password and the code.
HALFWAY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a session lasts without a click (`idle`) and in all (`longest`); and on a browser called one's own.

    There it lasts a duty of 24 hours with the hand-over on both sides, and a night's sleep within it. `known_for`
    is how long such a browser is not asked for a code.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    own_idle: timedelta = timedelta(hours=12)
    own_longest: timedelta = timedelta(hours=26)
    known_for: timedelta = timedelta(days=30)


class Refusal(StrEnum):
    """Why nobody was signed in; the same for an unknown person as for a wrong password."""

    WRONG = "wrong"
    TOO_MANY_TRIES = "too_many_tries"
    OVER = "over"  # too long since the password


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to sign in.

    `person` is what was typed; `device` names a browser that this person used before; `known` is the token of one
    that they called their own.
    """

    person: str
    password: str
    address: str
    device: str | None = None
    known: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is signed in, and what they may do. `person` is the key in schedules.yaml, `name` what people call them.

    `own_device`: in a browser that they called their own.
    """

    account: str
    clinic: str
    person: str
    name: str
    role: Role = Role.VIEWER
    prescriber: bool = False
    own_device: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A new session; `token` is what the browser keeps, we keep its hash. `lasts` until it ends in any case.

    `known` is a new token for a browser that is to be known from now on.
    """

    token: str
    who: SignedIn
    lasts: timedelta
    known: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Halfway:
    """The password was right; a code is asked for, or a second factor is to be set up, before anything else."""

    token: str
    stage: Stage


def sign_in(
    context: Context, attempt: Attempt, *, passwords: Passwords, now: datetime, limits: Limits, second_factor: bool
) -> Begun | Halfway | Refusal:
    """Begin a session for whoever knows the password and, where they have or need one, holds the second factor.

    `second_factor`: everybody needs one.
    """
    member = member_called(context, attempt.person)
    if not tries.may_try(context, _keys(attempt), now):
        return Refusal.TOO_MANY_TRIES
    with context.store.read() as uow:
        account = uow.accounts.by_person(member.key) if member else None
        usable = account if account is not None and _usable(uow, account) else None
    # No transaction is open while the password is looked at: it takes a fifth of a second on purpose.
    fits = passwords.fits(usable.password_hash if usable else None, attempt.password)
    if usable is None or member is None or not fits:
        _note(context, usable, "sign_in.refused", now)
        return Refusal.WRONG
    return _past_the_password(context, attempt, usable, now, limits, required=second_factor)


def halfway(context: Context, token: str | None, *, now: datetime) -> tuple[Account, Stage] | None:
    """Whose sign-in waits for a code in this browser, or for a second factor to be set up; None where none does."""
    if not token:
        return None
    with context.store.read() as uow:
        session = uow.sessions.session(hash_of(token))
        account = uow.accounts.get(session.account) if session else None
    if session is None or account is None or session.stage is Stage.FULL or now >= session.expires_at:
        return None
    return (account, session.stage) if account.enabled and _works_here(context, account) else None


def pass_code(
    context: Context, token: str | None, code: str, *, own_device: str | None, now: datetime, limits: Limits
) -> Begun | Refusal:
    """Go on from the password with a code of the phone, or one on paper. `own_device` names a browser to know."""
    waiting = halfway(context, token, now=now)
    if token is None or waiting is None or waiting[1] is not Stage.CODE:
        return Refusal.OVER
    account = waiting[0]
    if not tries.may_try(context, tries.code_keys(account.id), now):
        return Refusal.TOO_MANY_TRIES
    with context.store.write(urgent=True) as uow:
        proof = proved(uow, account.id, code, now)
        if proof is None:
            _append(uow, account, "sign_in.code_refused", now)
            uow.commit()
            return Refusal.WRONG
        uow.sessions.end_session(hash_of(token))
        tries.forgive(context, uow, tries.code_keys(account.id))
        begun = _begin(context, uow, account, now, limits, name=own_device, proof=proof)
        if proof is Proof.RECOVERY:
            tell_owner(uow, context, account, AccountChange.PAPER_CODE_USED)
        uow.commit()
    return begun


def pass_enrolment(
    context: Context, token: str | None, code: str, *, own_device: str | None, now: datetime, limits: Limits
) -> tuple[Begun, tuple[str, ...]] | Refusal:
    """Set up the second factor with its first code and go on from the password. Gives the codes for a lost phone."""
    waiting = halfway(context, token, now=now)
    if token is None or waiting is None or waiting[1] is not Stage.ENROL:
        return Refusal.OVER
    account = waiting[0]
    if not tries.may_try(context, tries.code_keys(account.id), now):
        return Refusal.TOO_MANY_TRIES
    with context.store.write(urgent=True) as uow:
        codes = confirm(uow, account.id, code, now)
        if codes is None:
            return Refusal.WRONG
        uow.sessions.end_session(hash_of(token))
        _append(uow, account, "second_factor.set", now)
        tell_owner(uow, context, account, AccountChange.PHONE_CODES)
        begun = _begin(context, uow, account, now, limits, name=own_device, proof=Proof.CODE)
        uow.commit()
    return begun, codes


def begin_session(context: Context, uow: UnitOfWork, account: Account, now: datetime, limits: Limits) -> Begun:
    """A session without a second factor, in the caller's transaction: for whoever has just set a password."""
    return _begin(context, uow, account, now, limits)


def begin_halfway(uow: UnitOfWork, account: Account, stage: Stage, now: datetime) -> Halfway:
    """A sign-in that goes on with a code, or with setting up a second factor, in the caller's transaction."""
    token = secrets.token_urlsafe(32)
    if stage is Stage.ENROL:
        begin_enrolment(uow, account.id, now)
    uow.sessions.add_session(hash_of(token), account.id, now, now + HALFWAY, clinic=account.clinic, stage=stage)
    return Halfway(token=token, stage=stage)


def signed_in(
    context: Context, token: str | None, *, now: datetime, limits: Limits, active: bool = True
) -> SignedIn | None:
    """Who holds this session token; None where it has ended. `active` tells that a person is at it, not a timer."""
    if not token:
        return None
    with context.store.read() as uow:
        session = uow.sessions.session(hash_of(token))
        account = uow.accounts.get(session.account) if session else None
        role = uow.roles.role(session.account, session.clinic) if session else None
    if session is None or account is None or not account.enabled or session.stage is not Stage.FULL:
        return None
    idle = limits.own_idle if session.device else limits.idle
    if now >= session.expires_at or now - session.seen_at >= idle:
        sign_out(context, token, now=now)
        return None
    if active and now - session.seen_at >= TOUCH_EVERY:
        with context.store.write() as uow:
            uow.sessions.touch(session.token_hash, now)
            uow.commit()
    if role is None or not _works_here(context, account):
        return None
    return _who(context, account, session.clinic, role, own_device=session.device is not None)


def sign_out(context: Context, token: str | None, *, now: datetime) -> None:
    """End this session here, so that its cookie is worth nothing any more."""
    if not token:
        return
    hashed = hash_of(token)
    with context.store.write() as uow:
        session = uow.sessions.session(hashed)
        if session is None:
            return
        account = uow.accounts.get(session.account)
        uow.sessions.end_session(hashed)
        _append(uow, account, "sign_out", now)
        uow.commit()


def member_called(context: Context, typed: str) -> StaffMember | None:
    """Whom the typed name means: key, name or e-mail address, in any case."""
    wanted = typed.strip().casefold()
    for member in context.content.current().content.configuration.staff.values():
        if wanted and wanted in {member.key.casefold(), member.name.casefold(), (member.email or "").casefold()}:
            return member
    return None


def _keys(attempt: Attempt) -> tries.Keys:
    return tries.password_keys(attempt.person, attempt.address, attempt.device)


def _works_here(context: Context, account: Account) -> bool:
    """Whether schedules.yaml still names them: whoever has left the file has left the pages."""
    return account.person in context.content.current().content.configuration.staff


def _usable(uow: UnitOfWork, account: Account) -> bool:
    return account.enabled and _where(uow, account) is not None


def _where(uow: UnitOfWork, account: Account) -> tuple[str, Role] | None:
    """The clinic that a session begins at, and the role there: one's own, or another that one has a role at."""
    roles = uow.roles.of_account(account.id)
    clinic = account.clinic if account.clinic in roles else next(iter(roles), None)
    return None if clinic is None else (clinic, roles[clinic])


def _past_the_password(
    context: Context,
    attempt: Attempt,
    account: Account,
    now: datetime,
    limits: Limits,
    *,
    required: bool,
) -> Begun | Halfway:
    with context.store.write(urgent=True) as uow:
        tries.forgive(context, uow, _keys(attempt))
        uow.sessions.end_expired(now)
        uow.throttle.forget_before(now - tries.TRIES_COUNT_FOR)
        outcome = _next_stage(context, uow, attempt, account, now, limits, required=required)
        uow.commit()
    return outcome


def _next_stage(
    context: Context,
    uow: UnitOfWork,
    attempt: Attempt,
    account: Account,
    now: datetime,
    limits: Limits,
    *,
    required: bool,
) -> Begun | Halfway:
    if not is_enrolled(uow, account.id):
        if required:
            return begin_halfway(uow, account, Stage.ENROL, now)
        return _begin(context, uow, account, now, limits)
    device = _known(uow, account, attempt.known, now)
    if device is None:
        return begin_halfway(uow, account, Stage.CODE, now)
    uow.devices.touch(device.id, now)
    return _begin(context, uow, account, now, limits, device=device)


def _known(uow: UnitOfWork, account: Account, token: str | None, now: datetime) -> Device | None:
    device = uow.devices.by_token(hash_of(token)) if token else None
    return device if device is not None and device.account == account.id and now < device.expires_at else None


def _begin(
    context: Context,
    uow: UnitOfWork,
    account: Account,
    now: datetime,
    limits: Limits,
    *,
    device: Device | None = None,
    name: str | None = None,
    proof: Proof | None = None,
) -> Begun:
    """A session, in a known browser or in one that is to be known from now on under `name`."""
    token, known = secrets.token_urlsafe(32), None
    if device is None and name is not None:
        known = secrets.token_urlsafe(32)
        device = _know(uow, account, known, name, now, limits)
    lasts = limits.own_longest if device else limits.longest
    device_id = device.id if device else None
    clinic, role = _where(uow, account) or (account.clinic, Role.VIEWER)
    uow.sessions.add_session(hash_of(token), account.id, now, now + lasts, clinic=clinic, device=device_id)
    _append(uow, account, "sign_in", now, second=proof.value if proof else None, device=device_id)
    who = _who(context, account, clinic, role, own_device=device is not None)
    return Begun(token=token, who=who, lasts=lasts, known=known)


def _know(uow: UnitOfWork, account: Account, token: str, name: str, now: datetime, limits: Limits) -> Device:
    device = Device(
        id=new_id(),
        account=account.id,
        token_hash=hash_of(token),
        name=name,
        made_at=now,
        seen_at=now,
        expires_at=now + limits.known_for,
    )
    uow.devices.add(device)
    return device


def _who(context: Context, account: Account, clinic: str, role: Role, *, own_device: bool) -> SignedIn:
    member = context.content.current().content.configuration.staff[account.person]
    return SignedIn(
        account=account.id,
        clinic=clinic,
        person=account.person,
        name=member.name,
        role=role,
        prescriber=member.prescriber,
        own_device=own_device,
    )


def _note(context: Context, account: Account | None, action: str, now: datetime) -> None:
    with context.store.write() as uow:
        _append(uow, account, action, now)
        uow.commit()


def _append(uow: UnitOfWork, account: Account | None, action: str, now: datetime, **detail: str | None) -> None:
    person = account.person if account else "unknown"
    uow.audit.append(
        at=now,
        actor=f"staff:{person}" if account else "unknown",
        action=action,
        subject="staff",
        subject_id=person,
        clinic=account.clinic if account else None,
        detail={name: value for name, value in detail.items() if value is not None},
    )

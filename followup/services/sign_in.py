"""Staff sign in and out: passwords, throttling, sessions. The web floor, the demo and `followup staff` call it.

Times are real ones, handed in by the caller: the demo's clock may be pushed forward without signing anybody out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from followup.domain.schedule import StaffMember
from followup.errors import InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.context import Context, staff_by_name
from followup.services.links import hash_of
from followup.storage.accounts import Account
from followup.storage.unit_of_work import UnitOfWork

#: NIST SP 800-63B and OWASP ASVS 6.2: length matters, composition does not. Fifteen or more is advised.
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256

#: How many tries within TRIES_COUNT_FOR are looked at; the rest are refused without a look.
TRIES_PER_DEVICE = 10
TRIES_PER_PERSON_AND_ADDRESS = 10
TRIES_PER_ADDRESS = 60
TRIES_COUNT_FOR = timedelta(minutes=15)

#: A page that is loaded within this span of the last one does not write the session again.
TOUCH_EVERY = timedelta(minutes=1)

# The long ones of published lists of common passwords; shorter ones are refused for their length.
_COMMON = frozenset(
    "123456789012 1234567890123 12345678901234 123456789012345 1234567890ab 0123456789012 qwertyuiopasdf "
    "qwertyuiop[] qwertyuiop12 qwertyuiop123 1q2w3e4r5t6y 1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv "
    "password1234 password12345 password123456 passwordpassword mypassword123 administrator administrator1 "
    "changeme1234 changemenow1 welcome12345 welcome123456 letmein12345 iloveyou1234 iloveyousomuch "
    "abcdefghijkl abcdefghijklm abc123abc123 abcd1234abcd asdfghjkl123 zaq12wsxcde3 correcthorsebatterystaple "
    "princess1234 sunshine1234 football1234 baseball1234 dragon123456 monkey123456 superman1234 trustno1trustno1 "
    "unbelievable thisisapassword thisismypassword followupfollowup hospital1234 clinic123456".split()
)


class Passwords:
    """Hashes passwords with argon2id. The defaults are RFC 9106's for little memory; tests use less."""

    def __init__(self, *, passes: int = 3, memory_kib: int = 65536) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib)
        # Checked when no such person exists, so that the answer takes as long either way.
        self._nobody = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The text to store."""
        return self._hasher.hash(password)

    def fits(self, stored: str | None, password: str) -> bool:
        """Whether `password` is the one behind `stored`; takes as long where there is none."""
        try:
            self._hasher.verify(stored or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


class Refusal(StrEnum):
    """Why nobody was signed in; the same for an unknown person as for a wrong password."""

    WRONG = "wrong"
    TOO_MANY_TRIES = "too_many_tries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to sign in. `person` is what was typed; `device` names a browser that this person used before."""

    person: str
    password: str
    address: str
    device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is signed in. `person` is the key in schedules.yaml, `name` what people call them."""

    account: str
    clinic: str
    person: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A new session; `token` is what the browser keeps, we keep its hash."""

    token: str
    who: SignedIn


def add_account(
    context: Context, *, clinic: str, person: str, password: str, passwords: Passwords, now: datetime, actor: str
) -> None:
    """Let a member of staff of schedules.yaml sign in, or give them a new password, which ends their sessions.

    Raises NotFound for nobody of that name, InvalidInput for a weak password.
    """
    member = staff_by_name(context.content.current().content.configuration, person)
    _check_password(password, member)
    hashed = passwords.hash(password)
    with context.store.write() as uow:
        account = uow.accounts.by_person(member.key)
        if account is None:
            uow.accounts.add(new_id(), clinic, member.key, hashed, now)
        else:
            uow.accounts.set_password(account.id, hashed, now)
            uow.accounts.enable(account.id)
            uow.sessions.end_sessions(account.id)
        action = "account.added" if account is None else "account.password_set"
        uow.audit.append(at=now, actor=actor, action=action, subject="staff", subject_id=member.key, clinic=clinic)
        uow.commit()


def disable_account(context: Context, *, person: str, now: datetime, actor: str) -> None:
    """End all sessions of a member of staff and let nobody sign in as them. Raises NotFound without an account."""
    with context.store.write() as uow:
        account = uow.accounts.by_person(person)
        if account is None:
            raise NotFound("that person has no account; `followup staff list` shows who has")
        uow.accounts.disable(account.id, now)
        uow.sessions.end_sessions(account.id)
        uow.audit.append(at=now, actor=actor, action="account.disabled", subject="staff", subject_id=account.person)
        uow.commit()


def sign_in(
    context: Context, attempt: Attempt, *, passwords: Passwords, now: datetime, longest: timedelta
) -> Begun | Refusal:
    """Begin a session for whoever knows the password. A session ends `longest` from now in any case."""
    member = member_called(context, attempt.person)
    if not _may_try(context, attempt, now):
        return Refusal.TOO_MANY_TRIES
    with context.store.read() as uow:
        account = uow.accounts.by_person(member.key) if member else None
    usable = account if account is not None and account.enabled else None
    # No transaction is open while the password is looked at: it takes a fifth of a second on purpose.
    fits = passwords.fits(usable.password_hash if usable else None, attempt.password[:LONGEST_PASSWORD])
    if usable is None or member is None or not fits:
        _note(context, usable, "sign_in.refused", now)
        return Refusal.WRONG
    return _begin(context, attempt, usable, member, now, longest)


def signed_in(
    context: Context, token: str | None, *, now: datetime, idle: timedelta, active: bool = True
) -> SignedIn | None:
    """Who holds this session token; None where it has ended. `active` tells that a person is at it, not a timer."""
    if not token:
        return None
    hashed = hash_of(token)
    with context.store.read() as uow:
        session = uow.sessions.session(hashed)
        account = uow.accounts.get(session.account) if session else None
    if session is None or account is None or not account.enabled:
        return None
    if now >= session.expires_at or now - session.seen_at >= idle:
        sign_out(context, token, now=now)
        return None
    if active and now - session.seen_at >= TOUCH_EVERY:
        with context.store.write() as uow:
            uow.sessions.touch(hashed, now)
            uow.commit()
    member = member_called(context, account.person)
    return SignedIn(
        account=account.id, clinic=account.clinic, person=account.person, name=member.name if member else account.person
    )


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


def end_all_sessions(context: Context, *, person: str, now: datetime, actor: str) -> int:
    """Sign a member of staff out everywhere; returns how many sessions ended."""
    with context.store.write() as uow:
        account = uow.accounts.by_person(person)
        if account is None:
            raise NotFound("that person has no account; `followup staff list` shows who has")
        ended = uow.sessions.end_sessions(account.id)
        uow.audit.append(at=now, actor=actor, action="sign_out.all", subject="staff", subject_id=account.person)
        uow.commit()
    return ended


def member_called(context: Context, typed: str) -> StaffMember | None:
    """Whom the typed name means: key, name or e-mail address, in any case."""
    wanted = typed.strip().casefold()
    for member in context.content.current().content.configuration.staff.values():
        if wanted and wanted in {member.key.casefold(), member.name.casefold(), (member.email or "").casefold()}:
            return member
    return None


def _keys(context: Context, attempt: Attempt) -> tuple[tuple[str, int], ...]:
    """What a try counts against, with how many are allowed.

    A browser that signed this person in before has a count of its own, so that whoever hammers at the
    account from elsewhere locks nobody out (OWASP, "Device cookies").
    """
    person = attempt.person.strip().casefold()[:100]
    if attempt.device is not None:
        counted = [(f"device|{attempt.device}", TRIES_PER_DEVICE)]
    else:
        counted = [
            (f"person|{person}|{attempt.address}", TRIES_PER_PERSON_AND_ADDRESS),
            (f"address|{attempt.address}", TRIES_PER_ADDRESS),
        ]
    return tuple((context.store.vault.index("sign-in", key), limit) for key, limit in counted)


def _may_try(context: Context, attempt: Attempt, now: datetime) -> bool:
    """Count the try before it is looked at, so that many at once cannot slip through together."""
    keys = _keys(context, attempt)
    with context.store.write() as uow:
        if any(uow.throttle.failures_since(key, now - TRIES_COUNT_FOR) >= limit for key, limit in keys):
            return False
        for key, _ in keys:
            uow.throttle.note_failure(key, now)
        uow.commit()
    return True


def _begin(
    context: Context, attempt: Attempt, account: Account, member: StaffMember, now: datetime, longest: timedelta
) -> Begun:
    token = secrets.token_urlsafe(32)
    with context.store.write(urgent=True) as uow:
        uow.sessions.end_expired(now)
        uow.throttle.forget_before(now - TRIES_COUNT_FOR)
        uow.throttle.clear_failures(_keys(context, attempt)[0][0])
        uow.sessions.add_session(hash_of(token), account.id, now, now + longest)
        _append(uow, account, "sign_in", now)
        uow.commit()
    who = SignedIn(account=account.id, clinic=account.clinic, person=account.person, name=member.name)
    return Begun(token=token, who=who)


def _note(context: Context, account: Account | None, action: str, now: datetime) -> None:
    with context.store.write() as uow:
        _append(uow, account, action, now)
        uow.commit()


def _append(uow: UnitOfWork, account: Account | None, action: str, now: datetime) -> None:
    person = account.person if account else "unknown"
    uow.audit.append(
        at=now,
        actor=f"staff:{person}" if account else "unknown",
        action=action,
        subject="staff",
        subject_id=person,
        clinic=account.clinic if account else None,
    )


def _check_password(password: str, member: StaffMember) -> None:
    if len(password) < SHORTEST_PASSWORD:
        wrong = f"take at least {SHORTEST_PASSWORD} characters; fifteen or more, such as four words, are better"
    elif len(password) > LONGEST_PASSWORD:
        wrong = f"take at most {LONGEST_PASSWORD} characters"
    elif password.casefold() in _COMMON or len(set(password)) < 5:
        wrong = "this is among the first that anybody tries; take another"
    elif member.name.casefold() in password.casefold() and len(password) < len(member.name) + SHORTEST_PASSWORD:
        wrong = "leave your own name out of it"
    else:
        return
    raise InvalidInput("The password was not taken.", (Problem(at="password", message=wrong),))

"""Emergency access: a code in a sealed envelope that lets a member of staff in without password and phone, once.

The terminal makes it, the page of emergency access uses it. Its use raises an alert at once and is in the trail
(45 CFR 164.312(a)(2)(ii)).
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import Final

from followup.content.account_said import AccountChange
from followup.domain.schedule import EventKind
from followup.errors import NotFound
from followup.services import tries
from followup.services.account_news import tell_owner
from followup.services.alerting import raise_event
from followup.services.context import Context, clinic_of
from followup.services.sign_in import Begun, Limits, Refusal, begin_session, member_called
from followup.storage.accounts import Account
from followup.storage.unit_of_work import UnitOfWork

#: Long enough to call a patient back, short enough to be no way of working.
LIMITS: Final = Limits(idle=timedelta(minutes=30), longest=timedelta(hours=1))
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUPS, _GROUP = 4, 5


def make_emergency_code(context: Context, *, clinic: str, now: datetime, actor: str) -> str:
    """A new code for a clinic's envelope, such as `7KQ2M-XW94T-...` (100 bits); an earlier one is worth nothing.

    Raises NotFound for no such clinic. It is not kept: only its keyed hash is.
    """
    clinic_of(context.content.current().content.configuration, clinic)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_GROUPS * _GROUP))
    with context.store.write() as uow:
        uow.facts.set(_fact(clinic), context.store.vault.index("emergency-access", code))
        _note(uow, "emergency_code.made", actor, clinic, clinic, now)
        uow.commit()
    return "-".join(re.findall(f".{{{_GROUP}}}", code))


def has_emergency_code(context: Context, clinic: str) -> bool:
    """Whether an envelope of this clinic holds a code that was not used."""
    with context.store.read() as uow:
        return bool(uow.facts.get(_fact(clinic)))


def use_emergency_code(context: Context, *, person: str, code: str, address: str, now: datetime) -> Begun | Refusal:
    """A session of an hour for `person` (name, key or address), who has an account but neither password nor phone.

    The code is used up; whoever looks after the service is told at once, by an alert.
    """
    keys = tries.password_keys("emergency access", address, None)
    if not tries.may_try(context, keys, now):
        return Refusal.TOO_MANY_TRIES
    typed = re.sub(r"[\s-]", "", code).upper()[:100]
    member = member_called(context, person)
    with context.store.write(urgent=True) as uow:
        account = uow.accounts.by_person(member.key) if member is not None else None
        if member is None or account is None or not _fits(context, uow, account, typed):
            _note(uow, "emergency_access.refused", "unknown", "unknown", None, now)
            uow.commit()
            return Refusal.WRONG
        uow.facts.set(_fact(account.clinic), "")
        begun = begin_session(context, uow, account, now, LIMITS)
        _note(uow, "emergency_access.used", f"staff:{account.person}", account.person, account.clinic, now)
        tell_owner(uow, context, account, AccountChange.EMERGENCY_ACCESS)
        _alarm(context, uow, account, member.name)
        uow.commit()
    return begun


def _fits(context: Context, uow: UnitOfWork, account: Account, typed: str) -> bool:
    kept = uow.facts.get(_fact(account.clinic))
    usable = account.enabled and uow.roles.role(account.id, account.clinic) is not None
    return usable and bool(kept) and kept in context.store.vault.candidates("emergency-access", typed)


def _alarm(context: Context, uow: UnitOfWork, account: Account, name: str) -> None:
    published = context.content.current()
    try:
        clinic = clinic_of(published.content.configuration, account.clinic)
    except NotFound:  # the file has dropped the clinic meanwhile: the trail has it
        return
    raise_event(
        uow,
        published,
        clinic,
        EventKind.CONFIGURATION,
        now=context.clock.now(),
        actor="service",
        note=f"emergency access was used as {name}; find out why, and seal a new code in the envelope",
        again=True,
    )


def _fact(clinic: str) -> str:
    return f"emergency-access/{clinic}"


def _note(uow: UnitOfWork, action: str, actor: str, subject_id: str, clinic: str | None, now: datetime) -> None:
    uow.audit.append(at=now, actor=actor, action=action, subject="staff", subject_id=subject_id, clinic=clinic)

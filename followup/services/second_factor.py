"""The second factor of staff: codes that a phone makes (TOTP, RFC 6238), and codes on paper for a lost phone.

Sign-in and the account page call it. Seeds are sealed; a code counts once; times are real ones, given by the caller.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import pyotp

from followup.ids import new_id
from followup.storage.second_factors import SecondFactor
from followup.storage.unit_of_work import UnitOfWork

#: The step before and the one after count too: phones' clocks differ, and people type slowly (RFC 6238, 5.2).
_STEPS: Final = (0, -1, 1)
RECOVERY_CODES: Final = 10
#: Without letters and digits that look alike; ten of them are 50 bits.
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_GROUP: Final = 5


class Proof(StrEnum):
    """By what somebody proved to be there, beside the password."""

    CODE = "code"
    RECOVERY = "recovery_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What the phone is to take up: as an address for a picture, and as text for typing."""

    uri: str
    key: str


def is_enrolled(uow: UnitOfWork, account: str) -> bool:
    """Whether codes are asked for."""
    return uow.second_factors.confirmed(account) is not None


def begin_enrolment(uow: UnitOfWork, account: str, now: datetime) -> None:
    """Make a seed that counts once its first code was typed; what counts until then goes on."""
    factor = SecondFactor(id=new_id(), account=account, seed=pyotp.random_base32(), made_at=now)
    uow.second_factors.begin(factor)


def enrolment(uow: UnitOfWork, account: str, *, name: str, issuer: str) -> Enrolment | None:
    """What is to be shown while a seed waits for its first code; None where none does."""
    factor = uow.second_factors.pending(account)
    if factor is None:
        return None
    uri = pyotp.TOTP(factor.seed).provisioning_uri(name=name, issuer_name=issuer)
    return Enrolment(uri=uri, key=" ".join(re.findall(".{1,4}", factor.seed)))


def confirm(uow: UnitOfWork, account: str, code: str, now: datetime) -> tuple[str, ...] | None:
    """The phone has the seed, as its first code shows: it counts from now on. None for a wrong code.

    Gives the codes for a lost phone. They are shown this once; we keep their hashes.
    """
    factor = uow.second_factors.pending(account)
    step = _step_of(factor.seed, code, now) if factor is not None else None
    if factor is None or step is None:
        return None
    uow.second_factors.confirm(factor, step, now)
    return new_codes(uow, account, now)


def new_codes(uow: UnitOfWork, account: str, now: datetime) -> tuple[str, ...]:
    """New codes for a lost phone, such as `7KQ2M-XW94T`; all earlier ones are worth nothing any more."""
    plain = [_recovery_code() for _ in range(RECOVERY_CODES)]
    uow.second_factors.set_codes(account, plain, now)
    return tuple(f"{code[:_GROUP]}-{code[_GROUP:]}" for code in plain)


def proved(uow: UnitOfWork, account: str, typed: str, now: datetime) -> Proof | None:
    """By what the typed code proves that its owner is there; it is used up then. None where it proves nothing."""
    code = re.sub(r"[\s-]", "", typed).upper()[:40]
    factor = uow.second_factors.confirmed(account)
    if factor is not None:
        step = _step_of(factor.seed, code, now)
        if step is not None and uow.second_factors.use_step(factor.id, step):
            return Proof.CODE
    return Proof.RECOVERY if uow.second_factors.use_code(account, code, now) else None


def _step_of(seed: str, typed: str, now: datetime) -> int | None:
    """The time step whose code was typed; None where it is of no step around now."""
    code = re.sub(r"\s", "", typed)
    made = pyotp.TOTP(seed)
    for offset in _STEPS:
        if hmac.compare_digest(made.at(now, counter_offset=offset).encode(), code.encode("utf-8", "replace")):
            return made.timecode(now) + offset
    return None


def _recovery_code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(2 * _GROUP))

"""Counts tries before they are looked at, so that guessing ends early. Whatever checks a secret at the door calls it.

A try counts against several keys, each with a limit of its own: the browser, the person at one address, the person
at all addresses, the address. A browser that a person used before counts by itself alone, so that whoever hammers at
an account from elsewhere locks nobody out (OWASP, "Device cookies").
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from followup.services.context import Context
from followup.storage.unit_of_work import UnitOfWork

#: Tries within this span are looked at up to the limit; the rest are refused without a look.
TRIES_COUNT_FOR: Final = timedelta(minutes=15)

PER_DEVICE: Final = 10
PER_PERSON_AND_ADDRESS: Final = 10
PER_PERSON: Final = 50
PER_ADDRESS: Final = 60
#: Six digits: with ten tries in a quarter of an hour somebody with the password needs months.
CODES_PER_ACCOUNT: Final = 10

Keys = tuple[tuple[str, int], ...]


def password_keys(person: str, address: str, device: str | None) -> Keys:
    """What a try at a password counts against, and how often. `person` is what was typed."""
    if device is not None:
        return ((f"device|{device}", PER_DEVICE),)
    typed = person.strip().casefold()[:100]
    return (
        (f"person|{typed}|{address}", PER_PERSON_AND_ADDRESS),
        (f"person|{typed}", PER_PERSON),
        (f"address|{address}", PER_ADDRESS),
    )


def code_keys(account: str) -> Keys:
    """What a try at a code counts against."""
    return ((f"code|{account}", CODES_PER_ACCOUNT),)


def may_try(context: Context, keys: Keys, now: datetime) -> bool:
    """Count a try before it is looked at, so that many at once cannot slip through together."""
    hashed = [(context.store.vault.index("sign-in", key), limit) for key, limit in keys]
    with context.store.write() as uow:
        if any(uow.throttle.failures_since(key, now - TRIES_COUNT_FOR) >= limit for key, limit in hashed):
            return False
        for key, _ in hashed:
            uow.throttle.note_failure(key, now)
        uow.commit()
    return True


def forgive(context: Context, uow: UnitOfWork, keys: Keys) -> None:
    """After a success: forget the tries of the narrowest key, and what is too old to count."""
    uow.throttle.clear_failures(context.store.vault.index("sign-in", keys[0][0]))

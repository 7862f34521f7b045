"""What a database is for and which keys it was made with; checked by the bootstrap before anything runs on it."""

from __future__ import annotations

import json
from typing import Literal

from followup.errors import Conflict, FollowupError
from followup.storage.facts import FactRows
from followup.storage.store import Store
from followup.storage.vault import SealBroken, Vault

Mode = Literal["demo", "live"]

_MODE = "mode"
_DATA_KEYS = "check.data_keys"
_INDEX_KEYS = "check.index_keys"
_WORDS = "followup key check"


class WrongKeys(FollowupError):
    """The keys given are not those that the database was written with."""


def mode(store: Store) -> str | None:
    """`demo` or `live`; None for a database that was not stamped yet."""
    with store.read() as unit:
        return unit.facts.get(_MODE)


def stamp(store: Store, wanted: Mode) -> None:
    """Stamp a database for ever. Raises Conflict where it is stamped for the other use."""
    with store.write() as unit:
        stamped = unit.facts.get(_MODE)
        if stamped is None:
            unit.facts.set(_MODE, wanted)
            unit.commit()
        elif stamped != wanted:
            raise Conflict(
                f"this database was made for {stamped} use and cannot be used as {wanted}; "
                "set FOLLOWUP_DATABASE_URL to another one"
            )


def check_keys(store: Store) -> None:
    """Hold the keys against the check values in the database, and leave one for a key that is new.

    Raises WrongKeys where a key that rows were written under is missing.
    """
    with store.write() as unit:
        changed_data = _check_data_keys(unit.facts, store.vault)
        changed_index = _check_index_keys(unit.facts, store.vault)
        if changed_data or changed_index:
            unit.commit()


def reseal(store: Store, *, batch: int = 500) -> int:
    """Seal every row under the first data key, and give how many there were; the keys behind it can then go.

    Other processes must have been started with the new key before: they go on writing under the first they know.
    """
    total = 0
    while renewed := _renew(store, batch):
        total += renewed
    with store.write() as unit:
        unit.facts.set(_DATA_KEYS, "{}")
        _check_data_keys(unit.facts, store.vault)
        unit.commit()
    return total


def _renew(store: Store, batch: int) -> int:
    with store.write() as unit:
        renewed = unit.seals.renew(batch)
        unit.commit()
    return renewed


def _check_data_keys(facts: FactRows, vault: Vault) -> bool:
    """Open the words that were sealed under each key ever used; tells whether one was added."""
    sealed: dict[str, str] = json.loads(facts.get(_DATA_KEYS) or "{}")
    for name, words in sealed.items():
        try:
            vault.decrypt("facts", _DATA_KEYS, name, bytes.fromhex(words))
        except SealBroken:
            wrong = WrongKeys(
                f"FOLLOWUP_DATA_KEYS lacks the key {name} that this database was written with; "
                "put it back, behind the new one"
            )
            raise wrong from None
    current = vault.sealing_key_id.hex()
    if current in sealed:
        return False
    sealed[current] = vault.encrypt("facts", _DATA_KEYS, current, _WORDS).hex()
    facts.set(_DATA_KEYS, json.dumps(sealed, sort_keys=True))
    return True


def _check_index_keys(facts: FactRows, vault: Vault) -> bool:
    """Find the hash that was made under each key ever used; tells whether one was added."""
    used: list[str] = json.loads(facts.get(_INDEX_KEYS) or "[]")
    if not set(used) <= set(vault.candidates("check", _WORDS)):
        raise WrongKeys(
            "FOLLOWUP_INDEX_KEY lacks a key that this database was written with; "
            "put it back, behind the new one: without it opt-outs are not found"
        )
    current = vault.index("check", _WORDS)
    if current in used:
        return False
    facts.set(_INDEX_KEYS, json.dumps([*used, current]))
    return True

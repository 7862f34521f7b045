"""Encryption at rest and keyed look-up hashes; the repositories seal and open columns through it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from followup.errors import FollowupError
from followup.storage.errors import StorageError

KEY_BYTES = 32
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class SealBroken(StorageError):
    """A stored value cannot be opened: changed, moved to another place, or sealed under a key that is not given."""

    def __init__(self, message: str) -> None:
        super().__init__(message, temporary=False)


class Vault:
    """Two rings of 32-byte keys: one seals text, the other makes look-up hashes. Neither depends on the other.

    `data_keys`: the first seals, all open. `index_keys`: the first makes new hashes, all are tried in a look-up.
    A new key is put in front. Index keys are never taken away: an opt-out hashed under one could not be found
    again. Safe to use from any thread.
    """

    def __init__(self, data_keys: Sequence[bytes], index_keys: Sequence[bytes]) -> None:
        _check("FOLLOWUP_DATA_KEYS", data_keys)
        _check("FOLLOWUP_INDEX_KEY", index_keys)
        self._ciphers = {key_id(key): AESGCM(key) for key in data_keys}
        #: Stands before everything that is sealed now.
        self.sealing_key_id = key_id(data_keys[0])
        # The oldest key is version 1, so that a key put in front renames none of those before it.
        self._index_keys = tuple(zip(range(len(index_keys), 0, -1), index_keys, strict=True))

    def encrypt(self, table: str, column: str, row_id: str, text: str) -> bytes:
        """`text` sealed for this one place: key name, nonce, AES-GCM ciphertext."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self.sealing_key_id].encrypt(nonce, text.encode(), _place(table, column, row_id))
        return self.sealing_key_id + nonce + sealed

    def decrypt(self, table: str, column: str, row_id: str, sealed: bytes) -> str:
        """What `encrypt` sealed for this place. Raises SealBroken."""
        name, nonce, ciphertext = _parts(sealed)
        cipher = self._ciphers.get(name)
        where = f"{table}.{column} of row {row_id}"
        if cipher is None:
            raise SealBroken(
                f"{where} is sealed under the data key {name.hex()}, which is not in FOLLOWUP_DATA_KEYS; add it there"
            )
        try:
            return cipher.decrypt(nonce, ciphertext, _place(table, column, row_id)).decode()
        except (InvalidTag, ValueError):
            broken = SealBroken(f"{where} was changed or moved outside this product; restore it from a backup")
        raise broken

    def index(self, purpose: str, value: str) -> str:
        """A keyed hash to find `value` again, as `version:hexadecimal HMAC-SHA256` under the first index key."""
        version, key = self._index_keys[0]
        return _hash(version, key, purpose, value)

    def candidates(self, purpose: str, value: str) -> tuple[str, ...]:
        """What `index` gives, or gave under an earlier key: a look-up tries them all."""
        return tuple(_hash(version, key, purpose, value) for version, key in self._index_keys)


def key_id(key: bytes) -> bytes:
    """A short name for a data key, stored before everything sealed under it."""
    return hashlib.sha256(b"followup data key" + key).digest()[:_KEY_ID_BYTES]


def _check(setting: str, keys: Sequence[bytes]) -> None:
    if not keys:
        raise FollowupError(f"{setting} is empty; give base64 of {KEY_BYTES} random bytes")
    if any(len(key) != KEY_BYTES for key in keys):
        raise FollowupError(f"{setting} holds a key that is not {KEY_BYTES} bytes long; give base64 of 32 random bytes")
    if len(set(keys)) != len(keys):
        raise FollowupError(f"{setting} holds the same key twice; give each once, the newest first")


def _place(table: str, column: str, row_id: str) -> bytes:
    return f"{table}|{column}|{row_id}".encode()


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    body = _KEY_ID_BYTES + _NONCE_BYTES
    return sealed[:_KEY_ID_BYTES], sealed[_KEY_ID_BYTES:body], sealed[body:]


def _hash(version: int, key: bytes, purpose: str, value: str) -> str:
    digest = hmac.digest(key, f"{purpose}|{value}".encode(), "sha256").hex()
    return f"{version}:{digest}"

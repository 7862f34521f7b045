"""Staff sign in and out: passwords, throttling, sessions. The web floor and `followup staff` call it."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


class Passwords:
    """Hashes passwords with argon2id. The defaults are those of RFC 9106's low-memory profile; tests use less."""

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

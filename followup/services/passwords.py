"""Passwords of staff: how they are hashed, and which are taken. Whatever signs people in or gives them one calls it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from followup.domain.schedule import StaffMember
from followup.errors import InvalidInput, Problem

#: NIST SP 800-63B and OWASP ASVS 6.2: length matters, composition does not. Fifteen or more is advised.
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256
_FEWEST_DIFFERENT: Final = 5

_LIST: Final = Path(__file__).with_name("common_passwords.txt")
_LOOKALIKES: Final = str.maketrans("@4301$57!", "aaeolssti")


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
            self._hasher.verify(stored or self._nobody, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


def check_password(password: str, member: StaffMember) -> None:
    """Raises InvalidInput for a password that is too short, among those tried first, or one's own name."""
    if len(password) < SHORTEST_PASSWORD:
        wrong = f"take at least {SHORTEST_PASSWORD} characters; fifteen or more, such as four words, are better"
    elif len(password) > LONGEST_PASSWORD:
        wrong = f"take at most {LONGEST_PASSWORD} characters"
    elif is_common(password):
        wrong = "this is among the first that anybody tries; take another"
    elif member.name.casefold() in password.casefold() and len(password) < len(member.name) + SHORTEST_PASSWORD:
        wrong = "leave your own name out of it"
    else:
        return
    raise InvalidInput("The password was not taken.", (Problem(at="password", message=wrong),))


def is_common(password: str) -> bool:
    """Whether it stands on the list, or is one word of it dressed up with digits, signs or itself once more."""
    folded = password.casefold()
    if len(set(folded)) < _FEWEST_DIFFERENT:
        return True
    forms = (folded, _word(folded), _repeated(folded))
    return any(form in _common() or form.translate(_LOOKALIKES) in _common() for form in forms)


def _word(text: str) -> str:
    """What is left without the digits and signs around it."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _repeated(text: str) -> str:
    """What a text repeats to the end; itself where it does not."""
    found = re.fullmatch(r"(.+?)\1+", text)
    return found[1] if found else text


@cache
def _common() -> frozenset[str]:
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))

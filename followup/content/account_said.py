"""What happened to the account of a member of staff, in the staff language: filled into the mail that says so.

services.account_news sends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AccountChange(StrEnum):
    """What was done to a way of signing in, or of being reached."""

    PASSWORD = "password"  # noqa: S105 - a word, no secret
    PHONE_CODES = "phone_codes"
    PAPER_CODES = "paper_codes"
    PAPER_CODE_USED = "paper_code_used"
    RESET = "reset"
    EMERGENCY_ACCESS = "emergency_access"
    PHONE = "phone"
    MAIL = "mail"


_SAID: Final[Mapping[str, Mapping[AccountChange, str]]] = MappingProxyType(
    {
        "en": {
            AccountChange.PASSWORD: "your password was changed",
            AccountChange.PHONE_CODES: "a phone was set up for your sign-in codes",
            AccountChange.PAPER_CODES: "new codes on paper were made, the old ones have ended",
            AccountChange.PAPER_CODE_USED: "somebody signed in as you with a code on paper",
            AccountChange.RESET: "your password and codes were reset",
            AccountChange.EMERGENCY_ACCESS: "somebody signed in as you with the code of the sealed envelope",
            AccountChange.PHONE: "the phone number on file for you was changed",
            AccountChange.MAIL: "the mail address on file for you was changed",
        },
        "es": {
            AccountChange.PASSWORD: "se cambió su contraseña",
            AccountChange.PHONE_CODES: "se configuró un teléfono para sus códigos de entrada",
            AccountChange.PAPER_CODES: "se hicieron nuevos códigos en papel; los anteriores ya no valen",
            AccountChange.PAPER_CODE_USED: "alguien entró en su nombre con un código en papel",
            AccountChange.RESET: "se restablecieron su contraseña y sus códigos",
            AccountChange.EMERGENCY_ACCESS: "alguien entró en su nombre con el código del sobre sellado",
            AccountChange.PHONE: "se cambió el número de teléfono que consta de usted",
            AccountChange.MAIL: "se cambió la dirección de correo que consta de usted",
        },
    }
)


def change_said(change: AccountChange, language: str) -> str:
    """A change as its owner reads it, to stand within a sentence."""
    return _SAID.get(language, _SAID["en"])[change]

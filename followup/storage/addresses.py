"""Look-up hashes of phone numbers, e-mail addresses and name words. For the repositories that find people."""

from __future__ import annotations

import unicodedata

from followup.storage.vault import Vault

_SHORTEST_BEGINNING = 2
_LONGEST_BEGINNING = 20


class Directory:
    """Turns what people are found by into keyed hashes."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def address(self, address: str) -> str:
        """The hash under which a number or e-mail address is stored."""
        return self._vault.index("address", _plain_address(address))

    def addresses(self, address: str) -> tuple[str, ...]:
        """Every hash under which it may have been stored."""
        return self._vault.candidates("address", _plain_address(address))

    def name_words(self, name: str) -> frozenset[str]:
        """Hashes of each word of a name and of its beginnings from two letters on."""
        return frozenset(
            self._vault.index("name", word[:length])
            for word in _plain_words(name)
            for length in (*range(_SHORTEST_BEGINNING, min(len(word), _LONGEST_BEGINNING) + 1), len(word))
        )

    def sought_words(self, words: str) -> tuple[tuple[str, ...], ...]:
        """For each word of a search, every hash under which it may have been stored."""
        return tuple(self._vault.candidates("name", word) for word in _plain_words(words))


def _plain_address(address: str) -> str:
    return address.strip().casefold()


def _plain_words(text: str) -> tuple[str, ...]:
    """Words in small letters without accents: `José O'Neil` is found as jose, oneil."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if letter.isalnum() or letter.isspace() or letter == "-")
    return tuple(plain.replace("-", " ").split())

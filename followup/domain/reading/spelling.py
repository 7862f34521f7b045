"""Chat spelling, and bounded misspelling of danger words; used while normalising.

Only words of danger and distress are mended, never towards an opt-out, a number or a denial:
a wrong guess may worry somebody, it may not silence or reassure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_SHORTEST = 5
_LONG = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """What a written word may stand for.

    `expansions` are chat forms and contractions; `danger` the words that may be mended towards;
    `known` every word of the lists; `ordinary` real words that look like danger words.
    """

    expansions: Mapping[str, tuple[str, ...]]
    danger: frozenset[str]
    known: frozenset[str]
    ordinary: frozenset[str]
    _near: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _sounds: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the danger words by their shortened forms and by sound."""
        near: dict[str, list[str]] = {}
        sounds: dict[str, str] = {}
        for word in sorted(self.danger):
            sounds.setdefault(_sound(word), word)
            if len(word) >= _SHORTEST:
                for form in _shortened(word, _reach(word)):
                    near.setdefault(form, []).append(word)
        object.__setattr__(self, "_near", {form: tuple(words) for form, words in near.items()})
        object.__setattr__(self, "_sounds", sounds)

    def expansion(self, word: str) -> tuple[str, ...] | None:
        """The words a chat form stands for, or None."""
        return self.expansions.get(word)

    def knows(self, word: str) -> bool:
        """Whether the word needs no mending."""
        return word in self.known or word in self.ordinary or word in self.danger

    def is_danger(self, word: str) -> bool:
        """Whether this is itself a danger word."""
        return word in self.danger

    def unstar(self, word: str) -> str | None:
        """The danger word behind one starred letter: `k*ll`, `su*cide`."""
        if word.count("*") != 1 or len(word) < 4:
            return None
        before, _, after = word.partition("*")
        fits = [w for w in self.danger if len(w) == len(word) and w.startswith(before) and w.endswith(after)]
        return fits[0] if len(fits) == 1 else None

    def mend(self, word: str) -> str:
        """The danger word that this unknown word misspells, else the word itself."""
        if len(word) < 4 or len(word) > 18 or self.knows(word):
            return word
        by_sound = self._sounds.get(_sound(word))
        if by_sound is not None:
            return by_sound
        return self._nearest(word) if len(word) >= _SHORTEST else word

    def _nearest(self, word: str) -> str:
        """The nearest danger word; of several as near, the first by the alphabet, so that it is the same each time."""
        near: set[tuple[int, str]] = set()
        for form in _shortened(word, _reach(word)):
            for candidate in self._near.get(form, ()):
                distance = _distance(word, candidate)
                if distance <= min(_reach(word), _reach(candidate)):
                    near.add((distance, candidate))
        return min(near)[1] if near else word


def _reach(word: str) -> int:
    """How many slips of the finger are forgiven in a word of this length."""
    return 2 if len(word) >= _LONG else 1


def _shortened(word: str, reach: int) -> Iterable[str]:
    forms = {word}
    edge = {word}
    for _ in range(reach):
        edge = {form[:at] + form[at + 1 :] for form in edge for at in range(len(form))}
        forms |= edge
    return forms


def _distance(left: str, right: str) -> int:
    """Edits and swaps of neighbours between two words."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if last and i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _sound(word: str) -> str:
    """How a Spanish ear would write it: b/v, c/s/z, k/qu, ll/y and silent h fall together."""
    return "".join(_sounds_of(word))


def _sounds_of(word: str) -> Iterator[str]:
    text = word.replace("ll", "y").replace("qu", "k").replace("ce", "se").replace("ci", "si").replace("ch", "#")
    text = text.replace("ge", "je").replace("gi", "ji").translate(_LETTERS)
    last = ""
    for char in text:
        if char and char != last:
            yield char
        last = char


_LETTERS = str.maketrans({"v": "b", "z": "s", "c": "k", "h": "", "x": "s", "w": "u"})

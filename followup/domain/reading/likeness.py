"""A second opinion: how like a text is to replies that were emergencies, by what its words and its patterns weigh.

Patterns find what somebody thought of; people in danger find other words. The weights are learnt from labelled replies
and everyday texts (`scripts/learn_likeness.py`) and lie in `words/likeness.tsv` for anybody to read. Words and pieces
of words have one, and so have the patterns themselves, since how much a pattern tells is learnt as well. They add what
no pattern is sure of, and they have a say in what the widest patterns found: those see much that is harmless. What a
pattern of plain danger has found stands. The reader and the scan of every inbound weigh each text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from followup.domain.level import Level
from followup.domain.reading.normalise import Words
from followup.domain.reading.reading import Finding, Scope, Severity
from followup.domain.reading.topics import BY_NAME

#: What only the weights see. They are learnt from patients' texts and know nothing of how staff write about patients.
LEARNT = frozenset(("like_crisis", "like_medical", "like_urgent"))
#: A longer text is weighed by its beginning and its end, where people put what matters.
LONGEST, LONGEST_WORDS = 600, 120
#: Two words alone ("very tired") are not weighed: they are like everything.
FEWEST_WORDS = 3
#: From here on a text is an emergency by its weight alone; a little below, or with that weight of urgent things, a
#: person reads it soon. Further up where patterns saw a lesser danger. Chosen by cross-validation.
EMERGENCY, NEAR_EMERGENCY, URGENT, DOUBT = 1.4, 1.2, 1.2, 0.6
#: A wide pattern makes an emergency from here on; below that a person reads the text, soon or with the day's work.
SUPPORTED, HALF_SUPPORTED = 0.9, -0.1
#: From here on, by either weight, it lies on the work list.
WORRYING, WORRYING_URGENT = 0.8, 0.5

_REPEATED = re.compile(r"(.)\1{2,}")
_WORDS = re.compile(r"[a-z0-9']+")
_PIECE = 4
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a text weighs: above 0 more like an emergency (or like anything urgent) than not.

    `crisis` is above 0 where an emergency is more of the mind than of the body. `words` weighed most.
    """

    emergency: float
    urgent: float
    crisis: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """The weights: for each feature its rarity, and what it adds to `emergency`, `urgent` and `crisis`.

    `begin` is where each of the three begins. Without weights every text weighs nothing.
    """

    weights: Mapping[str, tuple[float, float, float, float]] = field(default_factory=dict)
    begin: tuple[float, float, float] = (-9.0, -9.0, -9.0)

    def weigh(self, words: Words, told: Collection[Finding] = ()) -> Weighed:
        """Weigh a text and what patterns were told by it. Any will do; only so much of it is looked at."""
        totals = list(self.begin)
        telling: list[tuple[float, str]] = []
        for block in features_of(words, told):
            known = [name for name in block if name in self.weights]
            length = math.sqrt(sum(self.weights[name][0] ** 2 for name in known))
            for name in known:
                rarity, *learnt = self.weights[name]
                for at, weight in enumerate(learnt):
                    totals[at] += rarity / length * weight
            telling += [(self.weights[name][0] * self.weights[name][1], name) for name in known if name[0] not in "~@"]
        telling_most = tuple(name for weight, name in sorted(telling, reverse=True)[:_SHOWN] if weight > 0)
        return Weighed(emergency=totals[0], urgent=totals[1], crisis=totals[2], words=telling_most)


def second_opinion(
    words: Words,
    likeness: Likeness,
    told: Collection[Finding],
    *,
    beside: Collection[Finding] = (),
    wide: Collection[str] = (),
) -> tuple[Finding, ...]:
    """What was found, once the weights have had their say: findings by `wide` patterns, and what is missing.

    `told` is the danger that patterns found, `beside` what else was found (a high number, a question): it is not
    weighed. `wide` are the ids of patterns that make no emergency without support. A word or two are not weighed.
    """
    found = (*told, *beside)
    if not likeness.weights or sum(len(word) > 1 and word.isalpha() for word in letters_of(words)) < FEWEST_WORDS:
        return found
    weighed = likeness.weigh(words, told)
    agreed = tuple(_agreed(finding, weighed, wide) for finding in found)
    return (*agreed, *_missing(words.original, weighed, agreed))


def _agreed(finding: Finding, weighed: Weighed, wide: Collection[str]) -> Finding:
    """A finding as it is; an emergency that only wide patterns see, and the weights do not, is for a person to read."""
    by_wide = all(part in wide for part in finding.pattern.split("+"))
    if not by_wide or finding.level is not Level.EMERGENCY or weighed.emergency >= SUPPORTED:
        return finding
    topic = BY_NAME["like_urgent" if weighed.emergency >= HALF_SUPPORTED else "worrying_words"]
    return replace(finding, topic=topic.name, level=topic.level)


def _missing(text: str, weighed: Weighed, found: Collection[Finding]) -> tuple[Finding, ...]:
    present = max((finding.level.rank for finding in found if finding.scope.counts), default=Level.NONE.rank)
    taken_back = any(not finding.scope.counts for finding in found)
    name = _topic(weighed, doubted=taken_back or present >= Level.URGENT.rank, taken_back=taken_back)
    topic = BY_NAME[name] if name is not None else None
    if topic is None or topic.level.rank <= present:
        return ()
    return (
        Finding(
            topic=topic.name,
            scope=Scope.PRESENT,
            level=topic.level,
            severity=Severity.PRESENT,
            words=text.strip(),
            start=0,
            end=len(text),
            pattern=f"likeness: {', '.join(weighed.words) or 'pieces of words'}",
        ),
    )


def _topic(weighed: Weighed, *, doubted: bool, taken_back: bool) -> str | None:
    """Words weigh the same under a "no", so what was taken back is at most for a person to read."""
    doubt = DOUBT if doubted else 0.0
    if weighed.emergency >= EMERGENCY + doubt and not taken_back:
        return "like_crisis" if weighed.crisis > 0 else "like_medical"
    if weighed.emergency >= NEAR_EMERGENCY + doubt or weighed.urgent >= URGENT + doubt:
        return "like_urgent"
    worrying = weighed.emergency >= WORRYING + doubt or weighed.urgent >= WORRYING_URGENT + doubt
    return "worrying_words" if worrying else None


def features_of(words: Words, told: Iterable[Finding] = ()) -> tuple[list[str], ...]:
    """What is weighed, each feature once: words and pairs of neighbours, pieces of words, patterns."""
    blocks = (_word_features(words), _piece_features(letters_of(words)), _pattern_features(told))
    return tuple(list(dict.fromkeys(block)) for block in blocks)


def letters_of(words: Words) -> list[str]:
    """The words as they were spelt, without case, accents and letters repeated for weight: of beginning and end."""
    text, half = words.original, LONGEST // 2
    shortened = text if len(text) <= LONGEST else f"{text[:half]} {text[-half:]}"
    plain = unicodedata.normalize("NFKD", shortened.casefold())
    return _WORDS.findall(_REPEATED.sub(r"\1\1", "".join(char for char in plain if not unicodedata.combining(char))))


def _word_features(words: Words) -> Iterator[str]:
    """Words in their one spelling, and pairs of neighbours."""
    half = LONGEST_WORDS // 2
    kept = words.words if len(words.words) <= LONGEST_WORDS else (*words.words[:half], *words.words[-half:])
    texts = [word.text for word in kept]
    yield from texts
    yield from (f"{first} {second}" for first, second in pairwise(texts))


def _piece_features(letters: Sequence[str]) -> Iterator[str]:
    """Pieces of four letters, so that a misspelt word still shares most of itself with the right one."""
    for word in letters:
        padded = f" {word} "
        for start in range(max(1, len(padded) - _PIECE + 1)):
            yield f"~{padded[start : start + _PIECE]}"


def _pattern_features(told: Iterable[Finding]) -> Iterator[str]:
    """Patterns that met, and topics with their scope: a denied danger weighs otherwise than one that is present."""
    for finding in told:
        yield f"@{finding.topic} {'present' if finding.scope.counts else finding.scope}"
        yield from (f"@{pattern}" for pattern in finding.pattern.split("+"))

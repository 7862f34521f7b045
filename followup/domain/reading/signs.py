"""Signs of a wish to die that prove little alone and much together; the reader and the scan of an inbound weigh them.

A gun in a drawer, a farewell, being a burden, a day that was picked: warning signs as in "IS PATH WARM"
(American Association of Suicidology) and the means questions of the C-SSRS screener. Each entry of
`words/signs.yaml` belongs to one family; a certain sign weighs three, a likely one two, a possible one one,
and each family counts once: one is read by a person, two a heavy heart, three a crisis.
"""

from __future__ import annotations

from collections.abc import Iterable

from followup.domain.reading.lexicon import Certainty, Match, Sort
from followup.domain.reading.reading import Finding, Scope, Severity
from followup.domain.reading.scope import Surroundings, scope_of
from followup.domain.reading.topics import BY_NAME

_WEIGHTS = {Certainty.CERTAIN: 3, Certainty.LIKELY: 2, Certainty.POSSIBLE: 1}
_CRISIS, _HEAVY, _LOW = 3, 2, 1
# Thanks, a farewell or peace of mind is what most people write most days: these count beside another sign only.
_QUIET = frozenset(("alone", "calm", "thanks", "forever", "curious"))


def weighed_signs(matches: Iterable[Match], around: Surroundings) -> tuple[Finding, ...]:
    """One finding for all signs of a text together; none when they weigh too little."""
    by_family = _heaviest(match for match in matches if match.entry.sort is Sort.SIGN and _counts(match, around))
    weight = sum(_weight(match) for match in by_family.values())
    if weight < _LOW or (weight == _LOW and by_family.keys() <= _QUIET):
        return ()
    soft = all(match.entry.certainty is Certainty.POSSIBLE for match in by_family.values())
    topic = BY_NAME[_topic(weight, soft=soft)]
    first = min(by_family.values(), key=lambda match: (-_weight(match), match.first))
    start, end = around.words.span(first.first, first.last)
    return (
        Finding(
            topic=topic.name,
            scope=Scope.PRESENT,
            level=topic.level,
            severity=Severity.SEVERE,
            words=around.words.original[start:end],
            start=start,
            end=end,
            pattern="+".join(sorted(match.entry.id for match in by_family.values())),
        ),
    )


def _topic(weight: int, *, soft: bool) -> str:
    """Tired, alone and calm together are sad, they are no crisis."""
    if weight >= _CRISIS and not soft:
        return "suicide"
    return "hopeless" if weight >= _HEAVY else "worrying_words"


def _counts(match: Match, around: Surroundings) -> bool:
    return scope_of(match, around, crisis=True).counts


def _heaviest(signs: Iterable[Match]) -> dict[str, Match]:
    found: dict[str, Match] = {}
    for match in signs:
        before = found.get(match.entry.topic)
        if before is None or _weight(match) > _weight(before):
            found[match.entry.topic] = match
    return found


def _weight(match: Match) -> int:
    return _WEIGHTS[match.entry.certainty]

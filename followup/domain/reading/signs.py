"""Signs of a wish to die, told by what is done and prepared; the reader and the scan of every inbound weigh them.

A gun in a drawer, a farewell, being a burden, a day that was picked: warning signs as in "IS PATH WARM"
(American Association of Suicidology) and the means questions of the C-SSRS screener. Each entry of
`words/signs.yaml` belongs to one family. A certain or likely sign is a crisis; of the possible ones, two
families make a heavy heart and one is read by a person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from followup.domain.reading.lexicon import Certainty, Match, Sort
from followup.domain.reading.reading import Finding, Scope, Severity
from followup.domain.reading.scope import Surroundings, scope_of
from followup.domain.reading.topics import BY_NAME

_SEVERAL = 2
# Thanks, kind words or peace of mind are what most people write most days: these count beside another sign only.
_QUIET = frozenset(("calm", "thanks", "kindness"))


def weighed_signs(matches: Iterable[Match], around: Surroundings) -> tuple[Finding, ...]:
    """One finding for all signs of a text together; none when they weigh too little."""
    by_family = _heaviest(match for match in matches if match.entry.sort is Sort.SIGN and _counts(match, around))
    if by_family.keys() <= _QUIET and len(by_family) < _SEVERAL:
        return ()
    topic = BY_NAME[_topic(by_family.values())]
    first = min(by_family.values(), key=lambda match: (not _sure(match), match.first))
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


def _topic(signs: Collection[Match]) -> str:
    """Tired, alone and calm together are sad, they are no crisis."""
    if any(_sure(match) for match in signs):
        return "suicide"
    return "hopeless" if len(signs) >= _SEVERAL else "worrying_words"


def _counts(match: Match, around: Surroundings) -> bool:
    return scope_of(match, around, crisis=True).counts


def _heaviest(signs: Iterable[Match]) -> dict[str, Match]:
    found: dict[str, Match] = {}
    for match in signs:
        before = found.get(match.entry.topic)
        if before is None or (_sure(match) and not _sure(before)):
            found[match.entry.topic] = match
    return found


def _sure(match: Match) -> bool:
    return match.entry.certainty is not Certainty.POSSIBLE

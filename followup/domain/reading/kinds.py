"""What sort of message a text is: stop, wrong number, answer, question and the rest, the first that fits wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from followup.domain.reading.lexicon import Match, Sort
from followup.domain.reading.normalise import Words
from followup.domain.reading.pattern import ASK, HARD, SOFT
from followup.domain.reading.reading import Asked, Finding, Kind, Scope
from followup.domain.reading.scope import Surroundings

_STOPS = frozenset((HARD, SOFT, ASK))
_NOT_HEALTH = frozenset(("question", "callback", "wrong_person", "language_switch"))
_ANSWERED_IN_A_WORD = frozenset((Asked.SIDE_EFFECTS, Asked.FREE, Asked.CODES, Asked.CHOICE, Asked.SIDE_EFFECT_SEVERITY))
_STATE_WORDS = frozenset(
    (Asked.PAIN, Asked.MOOD, Asked.SIDE_EFFECTS, Asked.SIDE_EFFECT_SEVERITY, Asked.SEVERITY, Asked.CODES, Asked.CHOICE)
)


def acts_of(matches: Iterable[Match], around: Surroundings) -> dict[str, list[Match]]:
    """The acts in a text by name; an act that is taken back is left out.

    Words that only may ask for an end of the texts are a request, unless others surely ask for it.
    """
    acts: dict[str, list[Match]] = {}
    for match in matches:
        if match.entry.sort is not Sort.ACT:
            continue
        if match.entry.negatable and around.denied(match):
            continue
        acts.setdefault(match.entry.topic, []).append(match)
    perhaps = acts.pop("may_opt_out", [])
    if perhaps and not wants_out(acts):
        # Nobody is silenced on a guess: a person reads it, as any other request.
        acts.setdefault("request", []).extend(perhaps)
    return acts


def wants_out(acts: Mapping[str, list[Match]]) -> bool:
    """Whether the texts are to end, and that is not taken back."""
    return "opt_out" in acts and "opt_out_not" not in acts


def kinds_of(
    words: Words, acts: dict[str, list[Match]], findings: Sequence[Finding], asked: Asked, *, reports: bool
) -> frozenset[Kind]:
    """Every kind that fits; `reports` is whether a number or symptom was read."""
    kinds: set[Kind] = set()
    if wants_out(acts):
        kinds.add(Kind.OPT_OUT)
    for name, kind in (("wrong_number", Kind.WRONG_NUMBER), ("help", Kind.HELP), ("opt_in", Kind.OPT_IN)):
        if name in acts and f"{name}_not" not in acts:
            kinds.add(kind)
    if reports or _is_report(acts, findings, asked):
        kinds.add(Kind.ANSWER)
    if "callback" in acts and "callback_not" not in acts:
        kinds.add(Kind.CALLBACK)
    if acts.keys() & {"question", "request", "meta_question"} or ("asks" in acts and len(words.words) > 3):
        kinds.add(Kind.QUESTION)
    if not kinds:
        kinds.add(_rest(words, acts))
    return frozenset(kinds)


def _is_report(acts: dict[str, list[Match]], findings: Sequence[Finding], asked: Asked) -> bool:
    if any(finding.topic not in _NOT_HEALTH and finding.scope is not Scope.IDIOM for finding in findings):
        return True
    if "report" in acts:
        return True
    if "state" in acts and asked in _STATE_WORDS:
        return True
    return bool(acts.keys() & {"yes", "no"}) and asked in _ANSWERED_IN_A_WORD


def _rest(words: Words, acts: dict[str, list[Match]]) -> Kind:
    """Chat when there are words to speak of, else unclear."""
    if "unclear" in acts:
        return Kind.UNCLEAR
    if "chat" in acts:
        return Kind.CHAT
    letters = [word.text for word in words.words if word.text.isalpha() and word.text not in _STOPS]
    markup = any(word.text in ("<", ">", "{", "}", "\\", "$") for word in words.words)
    return Kind.CHAT if len(letters) > 1 and not markup else Kind.UNCLEAR


def winner(kinds: frozenset[Kind]) -> Kind:
    """The kind that beats the others."""
    return next(kind for kind in Kind if kind in kinds)

"""The word lists in `words/*.yaml` as a `Lexicon`; read once by whatever wires the reader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from followup.domain.reading.lexicon import Certainty, Entry, Lexicon, Part, Rule, Sort
from followup.domain.reading.likeness import Likeness
from followup.domain.reading.pattern import PatternError, compile_pattern, fold
from followup.domain.reading.reading import Asked, Severity
from followup.domain.reading.spelling import Spelling
from followup.errors import FollowupError

# Every scalar stays text: `no` and `on` are words here, not truth values.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NOT_ENTRIES = frozenset(("lists", "spelling"))


class BadWordList(FollowupError):
    """A word list that cannot be used; the message names the file and the entry."""


@cache
def load_lexicon() -> Lexicon:
    """The packaged word lists, read and indexed once per process; BadWordList when one is broken."""
    raw = dict(_raw_files())
    expansions = {fold(key): tuple(fold(value).split()) for key, value in raw["spelling"]["expansions"].items()}
    lists = {name: _lines(words, ",") for name, words in raw["lists"].items()}
    lists = _spelled(_nested(lists), expansions)
    rules = tuple(
        rule
        for name, content in raw.items()
        if name not in _NOT_ENTRIES
        for rule in _rules(name, content, lists, expansions)
    )
    spelling = _spelling(raw["spelling"], rules, lists, expansions)
    return Lexicon(spelling=spelling, rules=rules, lists=lists, likeness=_likeness())


def _likeness() -> Likeness:
    """The weights of words/likeness.tsv: `#` begins a comment, the first line is where the three sums begin."""
    text = (files("followup.content") / "words" / "likeness.tsv").read_text(encoding="utf-8")
    begin, *rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return Likeness(
        begin=(float(begin[0]), float(begin[1]), float(begin[2])),
        weights={row[0]: (float(row[1]), float(row[2]), float(row[3]), float(row[4])) for row in rows},
    )


def _raw_files() -> Iterator[tuple[str, Any]]:
    folder = files("followup.content") / "words"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".yaml"):
            yield file.name.removesuffix(".yaml"), yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a loader that builds text only


def _lines(text: str, separator: str = "\n") -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", separator).split(separator) if part.strip())


def _nested(lists: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Lists with the lists they name put in; a list names only lists that stand above it."""
    flat: dict[str, tuple[str, ...]] = {}
    for name, words in lists.items():
        flat[name] = tuple(
            dict.fromkeys(inner for word in words for inner in (flat[word[1:-1]] if word.startswith("<") else (word,)))
        )
    return flat


def _spelled(
    lists: Mapping[str, tuple[str, ...]], expansions: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    return {name: tuple(dict.fromkeys(_expand(word, expansions) for word in words)) for name, words in lists.items()}


def _expand(phrase: str, expansions: Mapping[str, tuple[str, ...]]) -> str:
    """A phrase of a list or pattern in the spelling that normalised texts have."""
    words = (expansions.get(word.replace("'", ""), (word.replace("'", ""),)) for word in fold(phrase).split())
    return " ".join(" ".join(word) for word in words)


def _respell(pattern: str, expansions: Mapping[str, tuple[str, ...]]) -> str:
    """A pattern whose words are spelled as in normalised texts; its signs stay."""
    out: list[str] = []
    token = ""
    for char in fold(pattern) + " ":
        if char.isalnum() or char in "'*_":
            token += char
            continue
        out.append(_respelled(token, char, expansions) if token else "")
        out.append(char)
        token = ""
    return "".join(out).strip()


def _respelled(token: str, following: str, expansions: Mapping[str, tuple[str, ...]]) -> str:
    plain = token.replace("'", "")
    if following in ">?" or plain.endswith("*"):
        return plain
    return " ".join(expansions.get(plain, (plain,)))


def _rules(
    name: str,
    content: Mapping[str, Any],
    lists: Mapping[str, tuple[str, ...]],
    expansions: Mapping[str, tuple[str, ...]],
) -> Iterator[Rule]:
    for raw in content["entries"]:
        try:
            entry = _entry(raw, content)
            unless = _parts(entry.unless, lists, expansions)
            anywhere = _parts(entry.unless_anywhere, lists, expansions)
            for pattern in entry.patterns:
                yield Rule(entry, pattern, _parts((pattern,), lists, expansions), unless, anywhere)
        except (KeyError, ValueError) as error:
            message = f"words/{name}.yaml, entry {raw.get('id', '?')}: {error}"
            raise BadWordList(message) from error


def _parts(
    patterns: Iterable[str], lists: Mapping[str, tuple[str, ...]], expansions: Mapping[str, tuple[str, ...]]
) -> tuple[Part, ...]:
    return tuple(Part(part) for pattern in patterns for part in compile_pattern(_respell(pattern, expansions), lists))


def _entry(raw: Mapping[str, str], content: Mapping[str, Any]) -> Entry:
    unknown = set(raw) - _FIELDS
    if unknown:
        message = f"unknown field {min(unknown)!r}"
        raise PatternError(message)
    return Entry(
        id=raw["id"],
        sort=Sort(raw.get("sort", content.get("sort", ""))),
        topic=raw["topic"],
        language=raw.get("lang", "both"),
        certainty=Certainty(raw.get("certainty", "likely")),
        patterns=_lines(raw["patterns"]),
        unless=_lines(raw.get("unless", "")),
        unless_anywhere=_lines(raw.get("unless_anywhere", "")),
        negatable=raw.get("negatable", "yes") == "yes",
        symptom=raw.get("symptom"),
        asked=frozenset(Asked(name) for name in _lines(raw.get("asked", ""), ",")),
        severity=Severity(raw.get("severity", "present")),
        matches=_lines(raw.get("matches", "")),
        counters=_lines(raw.get("counters", "")),
    )


_FIELDS = frozenset(
    "id sort topic lang certainty asked patterns unless unless_anywhere negatable symptom severity matches "
    "counters".split()
)


def _spelling(
    raw: Mapping[str, Any],
    rules: tuple[Rule, ...],
    lists: Mapping[str, tuple[str, ...]],
    expansions: Mapping[str, tuple[str, ...]],
) -> Spelling:
    danger = frozenset(word for text in raw["danger"].values() for word in fold(text).replace(",", " ").split())
    known = {word for words in lists.values() for phrase in words for word in phrase.split()}
    for rule in rules:
        for part in (*rule.parts, *rule.unless, *rule.unless_anywhere):
            known.update(word.strip("()[]<>?*") for word in part.compiled.source.replace("|", " ").split())
    ordinary_text = (files("followup.content") / "words" / "ordinary.txt").read_text(encoding="utf-8")
    return Spelling(
        expansions=expansions,
        danger=danger,
        known=frozenset(known),
        ordinary=frozenset(line for line in ordinary_text.split() if line),
    )

"""What a reply is taken to mean, and why: for one text or a file of them; the command `understand` calls this."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from followup.domain.reading import Asked, Finding, Lexicon, Reading, Scope, Severity, read
from followup.domain.reading.topics import BY_NAME
from followup.domain.schedule import Condition, Rule
from followup.errors import BadInput

_SCOPES = {
    Scope.PRESENT: "now",
    Scope.NEGATED: "denied",
    Scope.PAST: "over or long past",
    Scope.HYPOTHETICAL: "only supposed",
    Scope.OTHER_PERSON: "about somebody not in danger now",
    Scope.OTHER_IN_DANGER: "about somebody in danger",
    Scope.DURING_INFUSION: "during the infusion",
    Scope.IDIOM: "a figure of speech",
}


def explain(text: str, asked: Asked, about: str | None, lexicon: Lexicon, rules: Sequence[Rule] = ()) -> str:
    """A few plain lines: what was understood, the level, and which words, pattern and rule each thing comes from.

    `rules` are those of the schedule; the ones named are met by the words alone, whatever baseline, time and question.
    """
    reading = read(text, asked=asked, lexicon=lexicon, about=about)
    lines = [
        f"Read as     {reading.kind.value}{_also(reading)}",
        f"Level       {reading.level.value}{' (crisis)' if reading.crisis else ''}",
        f"Value       {_value(reading)}",
        *_answers(reading),
        *_symptom_lines(reading),
        *(_finding_line(finding) for finding in reading.findings),
        *(f"Rule        {rule.id}: {rule.level.value}, {rule.reason}" for rule in rules if _meets(reading, rule)),
    ]
    if not reading.understood:
        lines.append("Not understood as an answer: the question is asked once more, then a person looks.")
    return "\n".join(lines)


def _also(reading: Reading) -> str:
    others = [kind.value for kind in sorted(reading.kinds) if kind is not reading.kind]
    return f" (also {', '.join(others)})" if others else ""


def _value(reading: Reading) -> str:
    if reading.value is None:
        return "none"
    notes = [
        note
        for note, holds in (
            ("a range, its higher end", reading.value_is_range),
            ("corrected", reading.value_is_correction),
        )
        if holds
    ]
    return f"{reading.value:g}" + (f" ({', '.join(notes)})" if notes else "")


def _answers(reading: Reading) -> Iterator[str]:
    if reading.choice is not None:
        yield f"Choice      {reading.choice}"
    if reading.codes:
        yield f"Codes       {' '.join(map(str, reading.codes))}"
    if reading.severity is not None:
        yield f"Severity    {reading.severity.value}"
    if reading.reaction:
        yield "Reaction    quotes one of our own texts; nothing new was said"
    if reading.auto_reply:
        yield "Auto-reply  sent by the phone, not by a person"


def _symptom_lines(reading: Reading) -> Iterator[str]:
    for symptom in reading.symptoms:
        because = f'because of "{_shown(symptom.words)}", ' if symptom.words else ""
        yield f"Symptom     {symptom.code}: {symptom.severity.value} ({because}pattern {symptom.pattern})"


def _finding_line(finding: Finding) -> str:
    meaning = BY_NAME[finding.topic].meaning
    return (
        f'Finding     {finding.topic}: {finding.level.value}, {_SCOPES[finding.scope]}; "{_shown(finding.words)}" '
        f"({meaning}; pattern {finding.pattern})"
    )


def _meets(reading: Reading, rule: Rule) -> bool:
    return any(_in_words(finding, condition) for condition in rule.when for finding in reading.findings)


def _in_words(finding: Finding, condition: Condition) -> bool:
    return finding.topic in condition.words and finding.scope.value in condition.scopes


def _shown(words: str) -> str:
    """Words on one line, control characters made visible: hostile text stays inert on a terminal."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in words)


def understand_file(in_path: Path, out_path: Path, lexicon: Lexicon) -> int:
    """Reads JSON lines from `in_path`, writes one prediction a line to `out_path`; the number of lines.

    A line that is no such item raises BadInput with its number, and nothing is written.
    """
    results = [_predicted(item, lexicon) for item in _items(in_path)]
    lines = "".join(json.dumps(result, ensure_ascii=False) + "\n" for result in results)
    unfinished = out_path.with_name(out_path.name + ".part")
    unfinished.write_text(lines, encoding="utf-8")
    unfinished.replace(out_path)
    return len(results)


def _items(path: Path) -> Iterator[tuple[str, str, Asked, str | None]]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read as UTF-8 text. Give a file of JSON lines."
        raise BadInput(message) from error
    for number, line in enumerate(content.split("\n"), 1):
        if line.strip():
            yield _item(line, number)


def _item(line: str, number: int) -> tuple[str, str, Asked, str | None]:
    try:
        raw: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _bad(number, "is not JSON") from error
    if not isinstance(raw, dict):
        raise _bad(number, "is not a JSON object")
    identity, text = _text(raw, "id", number), _text(raw, "text", number)
    about = raw.get("about")
    if about is not None and not isinstance(about, str):
        raise _bad(number, '"about" must be text or absent')
    return identity, text, _asked(raw, number), about


def _text(raw: Mapping[str, Any], field: str, number: int) -> str:
    value = raw.get(field)
    if not isinstance(value, str):
        raise _bad(number, f'"{field}" is missing or not text')
    return value


def _asked(raw: Mapping[str, Any], number: int) -> Asked:
    try:
        return Asked(raw.get("asked", "none") or "none")
    except ValueError as error:
        raise _bad(number, f'"asked" must be one of {", ".join(asked.value for asked in Asked)}') from error


def _bad(number: int, what: str) -> BadInput:
    return BadInput(f'line {number} {what}. Each line is {{"id","lang","asked","about","text"}}; nothing was written.')


def _predicted(item: tuple[str, str, Asked, str | None], lexicon: Lexicon) -> dict[str, object]:
    identity, text, asked, about = item
    reading = read(text, asked=asked, lexicon=lexicon, about=about)
    return {
        "id": identity,
        "kind": reading.kind.value,
        "value": _plain_number(reading.value),
        "symptoms": {symptom.code: _plain_severity(symptom.severity) for symptom in reading.symptoms},
        "level": reading.level.value,
        "crisis": reading.crisis,
    }


def _plain_number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value == int(value) else value


def _plain_severity(severity: Severity) -> str:
    return severity.value

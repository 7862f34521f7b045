"""Prints how well replies are read, on every labelled corpus in `tests/data`; `--write` puts it into docs/reading.md.

One command for all figures: `.venv/bin/python scripts/reading_figures.py`. The test beside the documentation fails
when the page lags.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from followup.content.lexicon import load_lexicon  # noqa: E402 - runs from a checkout without being installed
from followup.domain.level import Level  # noqa: E402
from followup.domain.reading import Asked, Reading, read  # noqa: E402
from followup.domain.reading.lexicon import Lexicon  # noqa: E402

DATA = ROOT / "tests" / "data"
PAGE = ROOT / "docs" / "reading.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
_FOLDED = {"vomiting": "nausea", "hallucination": "dissociation"}
_NOT_SCORED = frozenset(("headache", "breathing", "other"))
_SEEN_SHARE = 154


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled reply and what was read in it."""

    item: dict[str, Any]
    reading: Reading

    @property
    def level(self) -> Level:
        """The labelled level."""
        return Level(self.item["expect"]["level"])

    @property
    def crisis(self) -> bool:
        """The labelled crisis."""
        return bool(self.item["expect"]["crisis"])


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, shown with its 95 % Wilson interval."""

    part: int
    whole: int

    def __str__(self) -> str:
        """`0.95 (19/20, 0.76-0.99)`."""
        if not self.whole:
            return "n/a"
        rate = self.part / self.whole
        z2 = 1.96**2
        middle = (rate + z2 / (2 * self.whole)) / (1 + z2 / self.whole)
        half = 1.96 * math.sqrt(rate * (1 - rate) / self.whole + z2 / (4 * self.whole**2)) / (1 + z2 / self.whole)
        return f"{rate:.2f} ({self.part}/{self.whole}, {max(middle - half, 0):.2f}-{min(middle + half, 1):.2f})"


def looked_at(identity: str) -> bool:
    """Whether a development reply was open while patterns were written (by hash, so that the parts stay)."""
    digest = hashlib.sha256(identity.encode()).digest()
    return digest[0] < _SEEN_SHARE or digest[1] < 128


def set_aside(item: dict[str, Any]) -> bool:
    """Whether an own reply was put aside, by hash, before anybody looked at how it is read."""
    return bool(item["stratum"].endswith(", set aside"))


def is_put_aside(name: str, item: dict[str, Any]) -> bool:
    """Whether nothing may be learnt from a reply: its part of the file is kept to judge by."""
    return not looked_at(item["id"]) if name == "replies-dev.jsonl" else set_aside(item)


def cases(name: str) -> list[Case]:
    """Every reply of a corpus, read."""
    lexicon = load_lexicon()
    found = []
    for line in (DATA / name).read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        reading = read(item["text"], asked=Asked(item["asked"]), lexicon=lexicon, about=item.get("about"))
        found.append(Case(item, reading))
    return found


def share(among: Iterable[Case], holds: Callable[[Case], bool]) -> Share:
    """How many of these cases the condition holds for."""
    results = [holds(case) for case in among]
    return Share(sum(results), len(results))


def _is_emergency(case: Case) -> bool:
    return case.level is Level.EMERGENCY


def rows(found: Sequence[Case]) -> list[tuple[str, str]]:
    """Every figure of the table for these cases."""
    emergencies = [case for case in found if _is_emergency(case)]
    raised = [case for case in found if case.reading.level is Level.EMERGENCY]
    high = [case for case in found if case.level.at_least(Level.URGENT)]
    pain = [case for case in found if case.item["asked"] == "pain" and not case.item.get("levels_only")]
    unrated = [case for case in pain if case.item["expect"]["value"] is None]
    return [
        ("replies", str(len(found))),
        (
            "emergency recall, plain replies",
            str(share([c for c in emergencies if c.item["stratum"].startswith("plain")], _raised)),
        ),
        ("emergency recall, all", str(share(emergencies, _raised))),
        ("emergencies that reach a person", str(share(emergencies, lambda c: c.reading.level is not Level.NONE))),
        ("crisis recall", str(share([c for c in found if c.crisis], lambda c: c.reading.crisis))),
        ("emergency precision", str(share(raised, _is_emergency))),
        ("urgent or above, recall", str(share(high, lambda c: c.reading.level.at_least(Level.URGENT)))),
        ("level accuracy", str(share(found, lambda c: c.reading.level is c.level))),
        ("pain value exact", str(share(pain, lambda c: c.reading.value == c.item["expect"]["value"]))),
        ("no number invented", str(share(unrated, lambda c: c.reading.value is None))),
        ("symptom F1", _symptom_f1([c for c in found if not c.item.get("levels_only")])),
        *_opt_out([c for c in found if not c.item.get("levels_only")]),
        ("emergency recall, English", str(share([c for c in emergencies if c.item["lang"] == "en"], _raised))),
        ("emergency recall, Spanish", str(share([c for c in emergencies if c.item["lang"] == "es"], _raised))),
    ]


def _raised(case: Case) -> bool:
    return case.reading.level is Level.EMERGENCY


def _codes(symptoms: dict[str, str]) -> set[str]:
    present = {_FOLDED.get(code, code) for code, severity in symptoms.items() if severity != "none"}
    return {code for code in present if code not in _NOT_SCORED}


def _symptom_f1(found: Sequence[Case]) -> str:
    right = wrong = missed = 0
    for case in found:
        if case.crisis:
            continue
        wanted = _codes(case.item["expect"]["symptoms"])
        got = _codes({one.code: one.severity.value for one in case.reading.symptoms})
        right, wrong, missed = right + len(wanted & got), wrong + len(got - wanted), missed + len(wanted - got)
    if not right + wrong + missed:
        return "n/a"
    return f"{2 * right / (2 * right + wrong + missed):.2f} ({right} right, {wrong} too many, {missed} missed)"


def _opt_out(found: Sequence[Case]) -> list[tuple[str, str]]:
    clear = [
        case
        for case in found
        if case.item["expect"]["kind"] == "opt_out" or "opt_out" not in case.item["expect"].get("kind_also", [])
    ]
    wanted = [case for case in clear if case.item["expect"]["kind"] == "opt_out"]
    said = [case for case in clear if case.reading.kind == "opt_out"]
    return [
        ("opt-out recall", str(share(wanted, lambda c: c.reading.kind == "opt_out"))),
        ("opt-out precision", str(share(said, lambda c: c.item["expect"]["kind"] == "opt_out"))),
    ]


def ordinary() -> list[tuple[str, str]]:
    """Flags a thousand everyday texts, each read after a question that fits it."""
    lexicon = load_lexicon()
    texts = (DATA / "ordinary.txt").read_text(encoding="utf-8").splitlines()
    asked = (Asked.PAIN, Asked.SIDE_EFFECTS, Asked.FREE, Asked.NONE)
    found = [read(text, asked=asked[at % len(asked)], lexicon=lexicon) for at, text in enumerate(texts)]
    near = (DATA / "ordinary-near.txt").read_text(encoding="utf-8").splitlines()
    near_found = [read(text, asked=asked[at % len(asked)], lexicon=lexicon) for at, text in enumerate(near)]
    return [
        *_kept("written one by one as life is, nothing learnt from them", "ordinary-kept.txt", lexicon),
        *_kept("the same, but crammed with words of danger", "ordinary-people-2.txt", lexicon),
        ("texts with words of danger in a harmless sense", str(len(near_found))),
        ("of these read as emergencies", str(sum(one.level is Level.EMERGENCY for one in near_found))),
        ("ordinary texts", str(len(found))),
        ("crisis flags per 1,000", f"{1000 * sum(one.crisis for one in found) / len(found):.2f}"),
        ("emergency flags per 1,000", f"{1000 * sum(one.level is Level.EMERGENCY for one in found) / len(found):.2f}"),
    ]


def plain() -> list[tuple[str, str]]:
    """Short direct words of danger by a writer of their own."""
    found = cases("replies-heldout-plain.jsonl")
    return [
        ("replies, half of them crises", str(len(found))),
        ("read as an emergency", str(share(found, _raised))),
        ("read as urgent or above", str(share(found, lambda c: c.reading.level.at_least(Level.URGENT)))),
        ("reach a person", str(share(found, lambda c: c.reading.level is not Level.NONE))),
        *(
            (f"read as an emergency, {name}", str(share([c for c in found if c.item["lang"] == lang], _raised)))
            for lang, name in (("en", "English"), ("es", "Spanish"))
        ),
    ]


def _kept(what: str, name: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    texts = (DATA / name).read_text(encoding="utf-8").splitlines()
    readings = [read(text, asked=Asked.NONE, lexicon=lexicon) for text in texts]
    levels = [reading.level for reading in readings]
    counts = (sum(one.crisis for one in readings), levels.count(Level.EMERGENCY), levels.count(Level.URGENT))
    shown = " / ".join(str(count) for count in counts)
    return [(what, str(len(texts))), ("of these read as a crisis / an emergency / urgent", shown)]


def timing(found: Sequence[Case]) -> tuple[float, float]:
    """Median and 99th percentile of the time a reply takes, in milliseconds of processor time."""
    lexicon = load_lexicon()
    spans = []
    for case in found:
        began = time.thread_time()
        read(case.item["text"], asked=Asked(case.item["asked"]), lexicon=lexicon, about=case.item.get("about"))
        spans.append(1000 * (time.thread_time() - began))
    return statistics.median(spans), statistics.quantiles(spans, n=100)[98]


def table() -> str:
    """The published table, in Markdown."""
    dev, own = cases("replies-dev.jsonl"), cases("replies-own.jsonl")
    columns = [
        ("development, looked at", rows([c for c in dev if looked_at(c.item["id"])])),
        ("development, never looked at", rows([c for c in dev if not looked_at(c.item["id"])])),
        ("own, worked on", rows([c for c in own if not set_aside(c.item)])),
        ("own, set aside", rows([c for c in own if set_aside(c.item)])),
        ("own, held out", rows(cases("replies-heldout.jsonl"))),
        ("own, held out, second set", rows(cases("replies-heldout-2.jsonl"))),
        ("own, held out, third set", rows(cases("replies-heldout-3.jsonl"))),
    ]
    lines = ["| figure | " + " | ".join(name for name, _ in columns) + " |", "|---" * (len(columns) + 1) + "|"]
    lines += [
        f"| {name} | " + " | ".join(column[at][1] for _, column in columns) + " |"
        for at, (name, _) in enumerate(columns[0][1])
    ]
    lines += ["", "| everyday texts | |", "|---|---|", *(f"| {name} | {value} |" for name, value in ordinary())]
    lines += [
        "",
        "| plain emergencies, kept apart | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in plain()),
    ]
    return "\n".join(lines)


def page_with(figures: str) -> str:
    """The documentation page with the figures put between its markers."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{figures}\n{END}{after}"


def main() -> int:
    """Print everything, and write the page when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures into docs/reading.md")
    wanted = parser.parse_args()
    figures = table()
    print(figures)
    median, high = timing(cases("replies-dev.jsonl"))
    print(f"\ntime a reply: median {median:.2f} ms, p99 {high:.2f} ms")
    if wanted.write:
        PAGE.write_text(page_with(figures), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

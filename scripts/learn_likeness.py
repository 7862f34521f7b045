"""Learns the weights of words/likeness.tsv from the labelled replies in tests/data.

Needs scikit-learn, which nothing else here does: `python -m venv learn && learn/bin/pip install . scikit-learn`, then
`PYTHONPATH=. learn/bin/python scripts/learn_likeness.py`. The same data give the same weights. Never learnt
from: `replies-heldout*.jsonl`, `ordinary-people-2.txt`, `ordinary-kept.txt`, and a third of `ordinary.txt`.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from followup.content.lexicon import load_lexicon
from followup.domain.reading.lexicon import Lexicon
from followup.domain.reading.likeness import features_of
from followup.domain.reading.normalise import normalise
from followup.domain.reading.reader import told_by_patterns
from scripts.reading_figures import is_put_aside

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
WEIGHTS = ROOT / "followup" / "content" / "words" / "likeness.tsv"
LEARNT_FROM = tuple(f"replies-{name}.jsonl" for name in ("dev", "own", "learnt", "learnt-2", "learnt-3"))
ORDINARY = "ordinary.txt"
#: Everyday texts that were written one by one. `ordinary-people-2.txt` and `ordinary-kept.txt` are kept to judge by.
WRITTEN = tuple(f"ordinary-{name}.txt" for name in ("near", "answers", "people", "people-3", "people-4"))
#: Everyday texts count less, since there are many and they are much alike; a third of them is kept to judge by.
ORDINARY_WEIGHT, ORDINARY_SHARE = 0.3, 2 / 3
#: Nobody wrote or mended a pattern with these in view: only they tell how far patterns are to be trusted. Whoever works
#: on a file takes it out of here, or patterns seem better than they are.
FRESH = ("replies-learnt-3.jsonl", "ordinary-people-4.txt")
FEWEST_TEXTS = 2
STRENGTH = 3.0  # scikit-learn's C: how closely the weights follow the replies
HEADER = """# What words and pieces of words weigh in the second opinion on a text: followup/domain/reading/likeness.py.
# Made by scripts/learn_likeness.py from tests/data, sha256 {hash}.
# The first line is where the three sums begin. Then: feature (`~` before a piece of a word), rarity, and what it adds
# to "an emergency", "urgent or above" and, among emergencies, "a crisis".
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A text to learn from; `counts` is its share of weight.

    `fresh`: no pattern was written or mended with this text in view.
    """

    text: str
    emergency: bool = False
    urgent: bool = False
    crisis: bool = False
    counts: float = 1.0
    fresh: bool = False

    def features(self, lexicon: Lexicon) -> tuple[list[str], ...]:
        """Its three blocks of features."""
        words = normalise(self.text, lexicon.spelling)
        return features_of(words, told_by_patterns(words, lexicon=lexicon) if self.fresh else ())


def examples() -> list[Example]:
    """Every text to learn from."""
    found = [_labelled(name, item) for name in LEARNT_FROM for item in _items(name) if not is_put_aside(name, item)]
    found += [Example(text, fresh=name in FRESH) for name in WRITTEN for text in _lines(name)]
    return found + [Example(text, counts=ORDINARY_WEIGHT, fresh=True) for text in ordinary()[0]]


def _items(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def _labelled(name: str, item: dict[str, Any]) -> Example:
    expected = item["expect"]
    emergency = expected["level"] == "emergency"
    return Example(
        item["text"],
        emergency=emergency,
        urgent=emergency or expected["level"] == "urgent",
        crisis=emergency and bool(expected["crisis"]),
        fresh=name in FRESH,
    )


def _lines(name: str) -> list[str]:
    """The lines of a file in an order of their own that stays: by hash."""
    lines = [line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line.strip()]
    return sorted(lines, key=lambda line: hashlib.sha256(line.encode()).hexdigest())


def ordinary() -> tuple[list[str], list[str]]:
    """The everyday texts to learn from, and those kept to judge by; told apart by their hash."""
    ordered = _lines(ORDINARY)
    cut = round(len(ordered) * ORDINARY_SHARE)
    return ordered[:cut], ordered[cut:]


def data_hash() -> str:
    """Of everything that is learnt from."""
    files = (*LEARNT_FROM, ORDINARY, *WRITTEN)
    return hashlib.sha256(b"".join((DATA / name).read_bytes() for name in files)).hexdigest()


def learn(rows: Sequence[Example]) -> str:
    """The text of the weights' file."""
    lexicon = load_lexicon()
    texts = [row.features(lexicon) for row in rows]
    seen = Counter(name for blocks in texts for block in blocks for name in block)
    names = sorted(name for name, count in seen.items() if count >= FEWEST_TEXTS)
    rarity = [math.log((1 + len(rows)) / (1 + seen[name])) + 1 for name in names]
    features = _matrix(texts, names, rarity)
    emergency, urgent, crisis, counts = (
        np.array([getattr(row, field) for row in rows]) for field in ("emergency", "urgent", "crisis", "counts")
    )
    fits = [
        _fit(features, emergency, counts),
        _fit(features, urgent, counts),
        _fit(features[emergency], crisis[emergency], counts[emergency]),
    ]
    lines = ["\t".join(f"{fit.intercept_[0]:.4f}" for fit in fits)]
    for at, name in enumerate(names):
        lines.append("\t".join([name, f"{rarity[at]:.2f}", *(f"{fit.coef_[0][at]:.2f}" for fit in fits)]))
    return HEADER.format(hash=data_hash()) + "\n".join(lines) + "\n"


def _matrix(texts: Iterable[tuple[list[str], ...]], names: list[str], rarity: list[float]) -> csr_matrix:
    index = {name: at for at, name in enumerate(names)}
    starts, columns, values = [0], [], []
    for blocks in texts:
        for block in blocks:
            known = [index[name] for name in block if name in index]
            length = math.sqrt(sum(rarity[at] ** 2 for at in known))
            columns += known
            values += [rarity[at] / length for at in known]
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(starts) - 1, len(names)))


def _fit(features: csr_matrix, wanted: np.ndarray, counts: np.ndarray) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced", solver="liblinear", random_state=0)
    return model.fit(features, wanted, sample_weight=counts)


def main() -> int:
    """Learn and write."""
    rows = examples()
    WEIGHTS.write_text(learn(rows), encoding="utf-8")
    sys.stdout.write(f"learnt from {len(rows)} texts; written to {WEIGHTS.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

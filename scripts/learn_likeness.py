"""Learns the weights of words/likeness.tsv from the labelled replies in tests/data.

Needs scikit-learn, which nothing else here does: `python -m venv learn && learn/bin/pip install . scikit-learn`, then
`PYTHONPATH=. learn/bin/python scripts/learn_likeness.py`. The same data give the same weights. Never learnt
from: `replies-heldout.jsonl`, `replies-heldout-2.jsonl`, `ordinary-people-2.txt`, and a third of `ordinary.txt`.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from followup.domain.reading.likeness import piece_features, word_features, words_of
from scripts.reading_figures import is_put_aside

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
WEIGHTS = ROOT / "followup" / "content" / "words" / "likeness.tsv"
LEARNT_FROM = ("replies-dev.jsonl", "replies-own.jsonl", "replies-learnt.jsonl")
ORDINARY = "ordinary.txt"
#: Everyday texts that people wrote, one by one. `ordinary-people-2.txt` is kept to judge by.
WRITTEN = ("ordinary-near.txt", "ordinary-answers.txt", "ordinary-people.txt")
#: Everyday texts count less, since there are many and they are much alike; a third of them is kept to judge by.
ORDINARY_WEIGHT, ORDINARY_SHARE = 0.3, 2 / 3
FEWEST_TEXTS = 2
STRENGTH = 30.0  # scikit-learn's C: how closely the weights follow the replies
HEADER = """# What words and pieces of words weigh in the second opinion on a text: followup/domain/reading/likeness.py.
# Made by scripts/learn_likeness.py from tests/data, sha256 {hash}.
# The first line is where the three sums begin. Then: feature (`~` before a piece of a word), rarity, and what it adds
# to "an emergency", "urgent or above" and, among emergencies, "a crisis".
"""


def texts() -> list[tuple[str, bool, bool, bool, float]]:
    """Every text to learn from: emergency, urgent or above, crisis, and how much it counts."""
    found = []
    for name in LEARNT_FROM:
        for line in (DATA / name).read_text(encoding="utf-8").splitlines():
            item: dict[str, Any] = json.loads(line)
            if is_put_aside(name, item):
                continue
            expected = item["expect"]
            emergency = expected["level"] == "emergency"
            urgent = emergency or expected["level"] == "urgent"
            found.append((item["text"], emergency, urgent, bool(expected["crisis"]) and emergency, 1.0))
    found += [(text, False, False, False, 1.0) for name in WRITTEN for text in _lines(name)]
    return found + [(text, False, False, False, ORDINARY_WEIGHT) for text in ordinary()[0]]


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


def learn(rows: Sequence[tuple[str, bool, bool, bool, float]]) -> str:
    """The text of the weights' file."""
    blocks = [_blocks(text) for text, *_ in rows]
    seen = Counter(name for both in blocks for block in both for name in block)
    names = sorted(name for name, count in seen.items() if count >= FEWEST_TEXTS)
    rarity = [math.log((1 + len(rows)) / (1 + seen[name])) + 1 for name in names]
    features = _matrix(blocks, names, rarity)
    emergency, urgent, crisis, weight = (np.array(column) for column in list(zip(*rows, strict=True))[1:])
    fits = [
        _fit(features, emergency, weight),
        _fit(features, urgent, weight),
        _fit(features[emergency], crisis[emergency], weight[emergency]),
    ]
    lines = ["\t".join(f"{fit.intercept_[0]:.4f}" for fit in fits)]
    for at, name in enumerate(names):
        lines.append("\t".join([name, f"{rarity[at]:.2f}", *(f"{fit.coef_[0][at]:.2f}" for fit in fits)]))
    return HEADER.format(hash=data_hash()) + "\n".join(lines) + "\n"


def _blocks(text: str) -> tuple[list[str], list[str]]:
    words = words_of(text)
    return list(dict.fromkeys(word_features(words))), list(dict.fromkeys(piece_features(words)))


def _matrix(blocks: Iterable[tuple[list[str], list[str]]], names: list[str], rarity: list[float]) -> csr_matrix:
    index = {name: at for at, name in enumerate(names)}
    starts, columns, values = [0], [], []
    for both in blocks:
        for block in both:
            known = [index[name] for name in block if name in index]
            length = math.sqrt(sum(rarity[at] ** 2 for at in known))
            columns += known
            values += [rarity[at] / length for at in known]
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(starts) - 1, len(names)))


def _fit(features: csr_matrix, wanted: np.ndarray, weight: np.ndarray) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, max_iter=2000, class_weight="balanced", solver="liblinear", random_state=0)
    return model.fit(features, wanted, sample_weight=weight)


def main() -> int:
    """Learn and write."""
    rows = texts()
    WEIGHTS.write_text(learn(rows), encoding="utf-8")
    sys.stdout.write(f"learnt from {len(rows)} texts; written to {WEIGHTS.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Times the reader on the development replies and on long hostile texts; `make bench` runs it."""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

from followup.content.lexicon import load_lexicon
from followup.domain.reading import Asked, read

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
LONG = ("no ", "i want to die laughing ", "8 ", "( ", "the pain stopped and ", "x", "voices, ", "a b c d ")


def _say(line: str) -> None:
    sys.stdout.write(f"reading: {line}\n")


def main() -> int:
    """Print the median, the 99th percentile, and the time of 10,000 characters of each hostile kind."""
    lexicon = load_lexicon()
    items = [json.loads(line) for line in (DATA / "replies-dev.jsonl").read_text(encoding="utf-8").splitlines()]
    for _ in range(2):
        spans = []
        for item in items:
            began = time.thread_time()
            read(item["text"], asked=Asked(item["asked"]), lexicon=lexicon, about=item.get("about"))
            spans.append(1000 * (time.thread_time() - began))
    high = statistics.quantiles(spans, n=100)[98]
    _say(f"{len(items)} replies, median {statistics.median(spans):.2f} ms, p99 {high:.2f} ms")
    for seed in LONG:
        text = (seed * 10_000)[:10_000]
        began = time.thread_time()
        read(text, asked=Asked.PAIN, lexicon=lexicon)
        _say(f"10,000 characters of {seed!r}: {1000 * (time.thread_time() - began):.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())

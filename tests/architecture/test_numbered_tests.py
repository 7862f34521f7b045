"""tests/README.md names tests by number: each is there, so that none is lost when a file is tidied."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
README = (TESTS / "README.md").read_text(encoding="utf-8")
ROWS = [line for line in README.splitlines() if line.startswith("| ") and ".py`" in line]


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_a_numbered_test_is_where_it_is_said_to_be(row: str) -> None:
    files = [TESTS / name for name in re.findall(r"`([a-z_]+/test_[a-z_]+\.py)`", row)]
    assert files
    sources = "\n".join(file.read_text(encoding="utf-8") for file in files)
    for name in re.findall(r"`(test_\w+?)_?\.\.\.`", row):
        assert f"def {name}" in sources, f"{name} is in none of {[file.name for file in files]}"


@pytest.mark.parametrize(
    "number",
    [
        *(f"| H{number} |" for number in range(1, 11)),
        *(f"| {number} |" for number in range(1, 14)),
    ],
)
def test_no_number_is_left_out(number: str) -> None:
    assert number in README

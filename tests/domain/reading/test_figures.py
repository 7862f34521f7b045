"""The published figures are the figures of today, and none of them falls below its floor."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_spec = importlib.util.spec_from_file_location("reading_figures", ROOT / "scripts" / "reading_figures.py")
assert _spec is not None
assert _spec.loader is not None
figures = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = figures
_spec.loader.exec_module(figures)


@pytest.fixture(scope="module")
def table():
    return figures.table()


def test_the_page_shows_the_figures_of_today(table):
    assert table in (ROOT / "docs" / "reading.md").read_text(encoding="utf-8"), "run scripts/reading_figures.py --write"


def test_everyday_texts_wake_nobody(table):
    flags = dict(figures.ordinary())
    assert int(flags["ordinary texts"]) >= 3_000
    assert float(flags["crisis flags per 1,000"]) <= 1
    assert float(flags["emergency flags per 1,000"]) <= 2
    assert int(flags["texts with words of danger in a harmless sense"]) >= 200
    assert int(flags["of these read as emergencies"]) <= 2


def test_what_was_understood_once_stays_understood():
    found = [case for case in figures.cases("replies-dev.jsonl") if figures.looked_at(case.item["id"])]
    emergencies = [case for case in found if case.item["expect"]["level"] == "emergency"]
    missed = [case.item["id"] for case in emergencies if case.reading.level != "emergency"]
    assert missed == []

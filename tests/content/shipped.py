"""The shipped schedule and texts, for tests that change a little of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from followup.content.loader import Content, load_content

ROOT = Path(__file__).parents[2]
SCHEDULES = ROOT / "schedules.yaml"
TEMPLATES = ROOT / "templates"


@cache
def content() -> Content:
    """The shipped content, read once per process; it is immutable."""
    return load_content(SCHEDULES, TEMPLATES)


def schedules_text() -> str:
    """The text of the shipped schedule."""
    return SCHEDULES.read_text(encoding="utf-8")


def template_texts() -> dict[str, str]:
    """The shipped templates by path; a dict of its own each time."""
    return dict(content().template_files)

"""The schema beside schedules.yaml is the code's own; it takes the shipped file and refuses what the loader does."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from followup.content.schema import schema, schema_text
from followup.content.yaml_source import Node, Scalar, Series, as_flag, as_integer, as_number, is_null, parse
from tests.content import shipped

VALIDATOR = jsonschema.Draft202012Validator(schema())


def plain(node: Node) -> Any:
    """A node as an editor sees it."""
    if isinstance(node, Scalar):
        known = [value for value in (as_flag(node), as_integer(node), as_number(node)) if value is not None]
        return None if is_null(node) else (known[0] if known else node.text)
    if isinstance(node, Series):
        return [plain(item) for item in node.items]
    return {entry.key.text: plain(entry.value) for entry in node.entries}


def test_the_file_is_in_step_with_the_code():
    committed = (shipped.ROOT / "schedules.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "write it anew: followup schedules schema > schedules.schema.json"


def test_the_first_line_of_the_file_names_it():
    first = shipped.schedules_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=schedules.schema.json"


def test_the_schema_is_one_and_takes_the_shipped_file():
    jsonschema.Draft202012Validator.check_schema(schema())
    errors = [error.message for error in VALIDATOR.iter_errors(plain(parse(shipped.schedules_text(), "s")))]
    assert errors == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("role: manager", "role: boss"),
        ("per_day: 1", "per_day: 0"),
        ("discharge_gap: 60m", "discharge_gap: 60"),
        ("coverage: A", "coverage: D"),
        ("\nstaff:\n", "\nstaf:\n"),
        ('"+13125550161"', '"3125550161"'),
        ("words: [help_now]", "words: [help_me]"),
        ("discreet: false", "discreet: no"),
        ('latest: "19:45"', 'latest: "25:45"'),
    ],
)
def test_an_editor_is_shown_the_same_mistakes(old, new):
    text = shipped.schedules_text()
    assert old in text
    assert not VALIDATOR.is_valid(plain(parse(text.replace(old, new, 1), "s")))

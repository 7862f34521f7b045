"""docs/data.md tells of every table what is really there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Table, UniqueConstraint

from followup.domain.alert import AlertStatus
from followup.domain.message import MessageState
from followup.domain.plan import CheckInState
from followup.domain.received import InboundState
from followup.storage.mapping import sealed_columns
from followup.storage.tables import metadata

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
SECTIONS = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))

tables = pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)


def told(table: Table, what: str) -> str:
    """The line of a table's section that begins with `what`."""
    line = re.search(rf"^- {what}: (.*)$", SECTIONS[table.name], re.MULTILINE)
    return line.group(1) if line else ""


def unique_keys(table: Table) -> set[tuple[str, ...]]:
    """The columns of every unique key, apart from an id of our own."""
    constraints = [key.columns for key in table.constraints if isinstance(key, UniqueConstraint)]
    indexes = [index.columns for index in table.indexes if index.unique]
    keys = {tuple(column.name for column in columns) for columns in (table.primary_key.columns, *constraints, *indexes)}
    return keys - {("id",)}


def test_every_table_has_a_section_and_no_other():
    assert set(SECTIONS) == set(metadata.tables)


@tables
def test_every_column_is_listed(table):
    assert re.findall(r"`(\w+)`", told(table, "Columns")) == [column.name for column in table.columns]


@tables
def test_what_is_encrypted_is_told(table):
    assert re.findall(r"`(\w+)`", told(table, "Encrypted")) == list(sealed_columns(table))


@tables
def test_the_unique_keys_are_told(table):
    keys = re.findall(r"\((`\w+`(?:, `\w+`)*)\)", told(table, "Unique"))
    assert {tuple(re.findall(r"`(\w+)`", key)) for key in keys} == unique_keys(table)


@pytest.mark.parametrize(
    ("table", "words"),
    [("check_ins", CheckInState), ("messages", MessageState), ("inbound", InboundState), ("alerts", AlertStatus)],
)
def test_every_state_is_in_the_diagram_and_no_other(table, words):
    drawn = re.findall(r"^ +([\w\[\]*]+) --> (\w+)", SECTIONS[table], re.MULTILINE)
    assert {state for arrow in drawn for state in arrow} - {"[*]"} == {word.value for word in words}

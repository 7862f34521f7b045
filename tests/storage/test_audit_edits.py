"""Hundreds of random edits of the audit trail, each as somebody with the database and a grudge would make it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from followup.storage.store import Store
from followup.storage.vault import Vault
from tests.storage.samples import CLINIC, NOW

ROWS = 40
EDITS = 250
TEXTS = ("clinic_id", "at", "actor", "action", "subject", "subject_id", "detail", "seal", "chain")

Edit = Callable[[sqlite3.Connection, random.Random, int, str], None]


@pytest.fixture
def trail(migrated_sqlite_url: str) -> Iterator[tuple[Store, sqlite3.Connection]]:
    """A sealed trail, and a way around the product to the file beneath it, with a copy to put back."""
    store = Store(migrated_sqlite_url, vault=Vault([b"d" * 32], [b"i" * 32]))
    with store.write() as unit:
        for number in range(ROWS):
            unit.audit.append(
                at=NOW + timedelta(seconds=number),
                actor=f"staff:person-{number % 4}",
                action="patient.read",
                subject="patient",
                subject_id=f"p{number}",
                detail={"from": f"203.0.113.{number}"},
                clinic=CLINIC,
            )
        unit.audit.seal(ROWS)
        unit.commit()
    with closing(sqlite3.connect(migrated_sqlite_url.removeprefix("sqlite:///"))) as file:
        file.execute("CREATE TEMP TABLE kept AS SELECT * FROM audit")
        yield store, file
    store.close()


def _changed(file: sqlite3.Connection, chance: random.Random, _position: int, row: str) -> None:
    """One character of one text becomes another."""
    column = chance.choice(TEXTS)
    (text,) = file.execute(f"SELECT {column} FROM audit WHERE id = ?", (row,)).fetchone()
    place = chance.randrange(len(text))
    other = chance.choice([sign for sign in "0123456789abcdef" if sign != text[place]])
    if column == "at":  # still a time
        place = len(text) - 1
        other = str((int(text[place]) + 1) % 10)
    if column == "detail":  # still JSON
        text, place, other = text.replace("203.", "198.", 1), 0, text[0]
    changed = text[:place] + other + text[place + 1 :]
    file.execute(f"UPDATE audit SET {column} = ? WHERE id = ?", (changed, row))


def _removed(file: sqlite3.Connection, _chance: random.Random, _position: int, row: str) -> None:
    file.execute("DELETE FROM audit WHERE id = ?", (row,))


def _removed_and_closed_up(file: sqlite3.Connection, _chance: random.Random, position: int, row: str) -> None:
    """The rows after it move up, so that no number is missing."""
    file.execute("DELETE FROM audit WHERE id = ?", (row,))
    for later in range(position + 1, ROWS + 1):
        file.execute("UPDATE audit SET position = ? WHERE position = ?", (later - 1, later))


def _unsealed(file: sqlite3.Connection, _chance: random.Random, _position: int, row: str) -> None:
    """As if it had just been written, so that the sealer would chain it anew."""
    file.execute("UPDATE audit SET position = NULL, chain = NULL WHERE id = ?", (row,))


def _doubled(file: sqlite3.Connection, chance: random.Random, _position: int, row: str) -> None:
    """The same deed once more, under another id."""
    file.execute(
        "INSERT INTO audit (id, clinic_id, at, actor, action, subject, subject_id, detail, seal, position, chain) "
        "SELECT ?, clinic_id, at, actor, action, subject, subject_id, detail, seal, NULL, NULL FROM audit WHERE id = ?",
        (f"{chance.randrange(16**32):032x}", row),
    )


def _said_of_another(file: sqlite3.Connection, chance: random.Random, position: int, row: str) -> None:
    """What it says, with its seal, stands where another row stood."""
    other = chance.choice([number for number in range(1, ROWS + 1) if number != position])
    columns = "clinic_id, at, actor, action, subject, subject_id, detail, seal"
    values = file.execute(f"SELECT {columns} FROM audit WHERE position = ?", (other,)).fetchone()
    places = ", ".join(f"{column} = ?" for column in columns.split(", "))
    file.execute(f"UPDATE audit SET {places} WHERE id = ?", (*values, row))


EDITS_OF_ALL_KINDS: tuple[Edit, ...] = (
    _changed, _changed, _changed, _removed, _removed_and_closed_up, _unsealed, _doubled, _said_of_another,
)  # fmt: skip


def test_s21_after_any_edit_verify_fails_and_names_the_row(trail: tuple[Store, sqlite3.Connection]) -> None:
    """By its id, or by the place in the chain that it stood at; and put back, the trail is whole again."""
    store, file = trail
    chance = random.Random(21)
    for number in range(EDITS):
        position = chance.randint(1, ROWS)
        (row,) = file.execute("SELECT id FROM kept WHERE position = ?", (position,)).fetchone()
        edit = chance.choice(EDITS_OF_ALL_KINDS)
        edit(file, chance, position, row)
        file.commit()
        with store.read() as unit:
            fault = unit.audit.verify()
        assert fault is not None, (number, edit.__name__, position)
        if edit is not _doubled:  # which leaves the row itself as it was
            named = {row, *fault.split()}
            assert row in fault or str(position) in named, (number, edit.__name__, position, fault)
        assert "row" in fault
        file.execute("DELETE FROM audit")
        file.execute("INSERT INTO audit SELECT * FROM kept")
        file.commit()
    with store.read() as unit:
        assert unit.audit.verify() is None

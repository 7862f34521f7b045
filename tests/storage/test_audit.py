"""The audit trail notices whatever is done to it outside this product."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from followup.storage.store import Store
from followup.storage.vault import Vault
from tests.storage.samples import CLINIC, MINUTE, NOW


def tell(store: Store, *actions: str) -> None:
    with store.write() as unit:
        for number, action in enumerate(actions):
            unit.audit.append(
                at=NOW + number * MINUTE,
                actor="Kay",
                action=action,
                subject="alert",
                subject_id=f"a{number}",
                detail={"minutes": number, "via": "sms", "late": False, "note": None},
                clinic=CLINIC,
            )
        unit.commit()


def seal(store: Store, limit: int = 100) -> int:
    with store.write() as unit:
        sealed = unit.audit.seal(limit)
        unit.commit()
    return sealed


def verify(store: Store) -> str | None:
    with store.read() as unit:
        return unit.audit.verify()


def tamper(url: str, *statements: str, **values: object) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)
    engine.dispose()


def test_an_empty_trail_is_whole(store):
    assert verify(store) is None
    assert seal(store) == 0


def test_a_trail_is_whole_before_while_and_after_it_is_chained(store):
    tell(store, "read", "acknowledge", "close", "read", "read")
    assert verify(store) is None
    assert seal(store, 2) == 2
    assert verify(store) is None
    assert seal(store) == 3
    assert verify(store) is None
    tell(store, "read")
    assert seal(store) == 1
    assert verify(store) is None


def test_a_trail_longer_than_a_page_is_whole(store):
    tell(store, *["read"] * 501)
    assert seal(store, 1000) == 501
    assert verify(store) is None


def test_rows_come_newest_first_and_by_subject(store):
    tell(store, "read", "acknowledge", "close")
    seal(store, 2)
    with store.read() as unit:
        newest, middle, oldest = unit.audit.list()
        assert [row.action for row in (newest, middle, oldest)] == ["close", "acknowledge", "read"]
        assert [row.position for row in (newest, middle, oldest)] == [None, 2, 1]
        assert oldest.detail == {"minutes": 0, "via": "sms", "late": False, "note": None}
        assert (oldest.at, oldest.clinic, oldest.actor) == (NOW, CLINIC, "Kay")
        assert unit.audit.list(subject="alert", subject_id="a1") == (middle,)
        assert unit.audit.list(after=middle.id) == (oldest,)
        assert unit.audit.list(limit=1) == (newest,)


@pytest.mark.parametrize("number", [1, 2, 3], ids=["chained first", "chained last", "not chained yet"])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "x"),
        ("clinic_id", "hilltop"),
        ("at", "2026-11-22 15:04:06.000000+00:00"),
        ("actor", "Lee"),
        ("action", "export"),
        ("subject", "patient"),
        ("subject_id", "b"),
        ("detail", '{"minutes": 99}'),
        ("seal", "1:00"),
        ("chain", "1:00"),
        ("position", 7),
    ],
)
def test_a_changed_row_is_noticed(store, migrated_database_url, number, column, value):
    tell(store, "first", "second")
    seal(store)
    tell(store, "third")
    action = {1: "first", 2: "second", 3: "third"}[number]
    if column == "at":
        value = NOW.replace(hour=1) if "postgresql" in migrated_database_url else "2026-11-22 01:04:05.678901"
    tamper(migrated_database_url, f"UPDATE audit SET {column} = :value WHERE action = :was", value=value, was=action)
    assert verify(store) is not None


REMOVED = "DELETE FROM audit WHERE position = {}"
TURNED = (
    "UPDATE audit SET position = 99 WHERE position = 2",
    "UPDATE audit SET position = 2 WHERE position = 3",
    "UPDATE audit SET position = 3 WHERE position = 99",
)
COPIED = (
    "INSERT INTO audit (id, clinic_id, at, actor, action, subject, subject_id, detail, seal, position, chain) "
    "SELECT {}, clinic_id, at, actor, action, subject, subject_id, detail, seal, {}, chain "
    "FROM audit WHERE position = 3"
)


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ([REMOVED.format(1)], "position 1 was removed"),
        ([REMOVED.format(2)], "position 2 was removed"),
        ([REMOVED.format(4)], "position 4 or later was removed"),
        (["DELETE FROM audit"], "position 1 or later was removed"),
        ([REMOVED.format(2), "UPDATE audit SET position = position - 1 WHERE position = 3"], "position 2"),
        (list(TURNED), "position 2"),
        ([COPIED.format("'x'", "5")], "position 5 was changed"),
        ([COPIED.format("'x'", "NULL")], "row x was inserted"),
        (["UPDATE audit SET position = NULL, chain = NULL WHERE position = 4"], "position 4"),
        (["UPDATE audit SET position = NULL WHERE position = 4"], "position 4"),
        (["DELETE FROM facts WHERE key = 'audit.head'"], "end of the trail"),
        ([REMOVED.format(4), "UPDATE facts SET value = '3 1:00' WHERE key = 'audit.head'"], "end of the trail"),
    ],
)
def test_removed_moved_and_inserted_rows_are_named(store, migrated_database_url, statements, told):
    tell(store, "one", "two", "three", "four")
    seal(store)
    tamper(migrated_database_url, *statements)
    assert told in str(verify(store))


def test_whoever_lacks_the_key_cannot_write_a_whole_trail_anew(store, migrated_database_url):
    tell(store, "one")
    seal(store)
    forger = Store(migrated_database_url, vault=Vault([b"f" * 32], [b"f" * 32]))
    tamper(migrated_database_url, "DELETE FROM audit", "DELETE FROM facts WHERE key = 'audit.head'")
    tell(forger, "another")
    seal(forger)
    assert verify(forger) is None
    assert "was changed" in str(verify(store))
    forger.close()


def test_a_trail_goes_on_under_a_new_index_key(store, migrated_database_url):
    tell(store, "one")
    seal(store)
    tell(store, "two")
    turned = Store(migrated_database_url, vault=Vault([b"d" * 32], [b"n" * 32, b"i" * 32]))
    tell(turned, "three")
    assert seal(turned) == 2
    assert verify(turned) is None
    turned.close()


def test_what_is_not_committed_is_not_in_the_trail(store):
    with store.write() as unit:
        unit.audit.append(at=NOW, actor="Kay", action="read", subject="patient", subject_id="p")
    with store.read() as unit:
        assert unit.audit.list() == ()

"""When the server drops a connection, the work in hand is told so and the next goes on as if nothing had been."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from followup.storage.errors import StorageError
from followup.storage.store import Store
from followup.storage.vault import Vault


@pytest.fixture
def store(migrated_postgres_url: str, vault: Vault) -> Iterator[Store]:
    opened = Store(migrated_postgres_url, vault=vault)
    yield opened
    opened.close()


def drop_everybody_else(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"))
    engine.dispose()


def test_between_two_units_of_work_nobody_notices(store, migrated_postgres_url):
    with store.write() as unit:
        unit.facts.set("hold", "on")
        unit.commit()
    drop_everybody_else(migrated_postgres_url)
    with store.read() as unit:
        assert unit.facts.get("hold") == "on"


@pytest.mark.parametrize(
    "go_on", [lambda unit: unit.facts.get("hold"), lambda unit: unit.commit()], ids=["a statement", "the commit"]
)
def test_within_a_unit_of_work_it_is_a_temporary_error_and_nothing_is_kept(store, migrated_postgres_url, go_on):
    with store.write() as unit:
        unit.facts.set("hold", "on")
        drop_everybody_else(migrated_postgres_url)
        with pytest.raises(StorageError) as caught:
            go_on(unit)
    assert caught.value.temporary
    with store.read() as unit:
        assert unit.facts.get("hold") is None

"""A store on each database, for every storage test that asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from followup.storage.store import Store
from followup.storage.vault import Vault


@pytest.fixture
def vault() -> Vault:
    """One key of each kind."""
    return Vault([b"d" * 32], [b"i" * 32])


@pytest.fixture
def store(migrated_database_url: str, vault: Vault) -> Iterator[Store]:
    """A database in which only the tables are; each test runs on both kinds."""
    opened = Store(migrated_database_url, vault=vault)
    yield opened
    opened.close()

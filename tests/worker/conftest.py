"""A context on a database of its own, without a way out: the threads are tested with work of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from followup.clock import SystemClock
from followup.content.lexicon import load_lexicon
from followup.content.loader import load_content
from followup.services.context import Context, Mode, Policy
from followup.services.publish_schedules import StoredContent, publish
from followup.storage.store import Store
from followup.storage.vault import Vault

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def context(migrated_sqlite_url: str) -> Iterator[Context]:
    """A live service's context that has nothing published."""
    store = Store(migrated_sqlite_url, vault=Vault([bytes(range(32))], [bytes(range(32))]))
    yield Context(
        store=store,
        clock=SystemClock(),
        content=StoredContent(store),
        lexicon=load_lexicon(),
        policy=Policy(public_url="https://follow-up.example", mode=Mode.LIVE),
        gateways={},
    )
    store.close()


@pytest.fixture
def published(context: Context) -> Context:
    """The same, with the shipped schedule in force."""
    publish(context.store, load_content(ROOT / "schedules.yaml", ROOT / "templates"), actor="test", clock=context.clock)
    return context

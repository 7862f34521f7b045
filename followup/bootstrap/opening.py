"""Opens a database for what it was made for, with the keys it was written with. For the three ways to begin."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from followup.errors import FollowupError
from followup.settings import Settings
from followup.storage import migrate, stamp
from followup.storage.store import Store
from followup.storage.vault import Vault

SQLITE = "sqlite:///"
DATABASE_FILE = "followup.sqlite"

#: Where the running service is reached; commands beside it make links with it.
_ADDRESS = "service.address"

OnCommit = Callable[[frozenset[str]], None]


def database_in(var: Path) -> str:
    """The address of the SQLite file below `var`, for when FOLLOWUP_DATABASE_URL is not set."""
    return f"{SQLITE}{var / DATABASE_FILE}"


def sqlite_file(url: str) -> Path | None:
    """The file behind a SQLite address; None for PostgreSQL."""
    scheme, _, path = url.partition(":///")
    return Path(path) if scheme.partition("+")[0] == "sqlite" else None


def open_store(settings: Settings, url: str, *, use: stamp.Mode, on_commit: OnCommit | None = None) -> Store:
    """The store of a database that is, or now becomes, for this `use`; an empty one gets its schema, a demo the newest.

    Raises FollowupError where it was made for the other use, by another version of this program, or with other keys.
    """
    if use == "demo" or migrate.current(url) is None:
        migrate.upgrade(url)
    store = open_any(settings, url, on_commit, durable=use == "live")
    if stamp.mode(store) is not None:  # the use is told before the keys: a database of the other use has others
        stamp.stamp(store, use)
    stamp.check_keys(store)
    stamp.stamp(store, use)
    return store


def open_any(settings: Settings, url: str, on_commit: OnCommit | None = None, *, durable: bool = True) -> Store:
    """The store, whatever it is for; keys are not checked. Raises FollowupError where its schema is not ours."""
    revision = migrate.current(url)
    if revision != migrate.head():
        state = "is empty" if revision is None else "was made by another version of this program"
        message = f"the database {state}: make a backup, then run `followup db upgrade`"
        raise FollowupError(message)
    vault = Vault(settings.data_keys, settings.index_keys)
    return Store(url, vault=vault, on_commit=on_commit, durable=durable)


def this_process() -> str:
    """A name for this process in leases and claims, unique among all that run."""
    return f"{socket.gethostname()}:{os.getpid()}"


def keep_address(store: Store, public_url: str) -> None:
    """Note where the service that starts is reached, so that links from the terminal lead there."""
    with store.write() as uow:
        if uow.facts.get(_ADDRESS) != public_url:
            uow.facts.set(_ADDRESS, public_url)
            uow.commit()


def kept_address(store: Store) -> str | None:
    """Where the service that started last is reached; None where none ever did."""
    with store.read() as uow:
        return uow.facts.get(_ADDRESS)

"""A database is for one use for ever, and is opened only with the keys that it was written with."""

from __future__ import annotations

import pytest

from followup.errors import Conflict, FollowupError
from followup.storage import stamp
from followup.storage.store import Store
from followup.storage.vault import Vault

DATA, DATA_2, INDEX, INDEX_2 = b"d" * 32, b"e" * 32, b"i" * 32, b"j" * 32


def test_a_database_is_stamped_once(store):
    assert stamp.mode(store) is None
    stamp.stamp(store, "demo")
    stamp.stamp(store, "demo")
    assert stamp.mode(store) == "demo"
    with pytest.raises(Conflict, match="FOLLOWUP_DATABASE_URL"):
        stamp.stamp(store, "live")
    assert stamp.mode(store) == "demo"


def checked(url: str, data_keys: list[bytes], index_keys: list[bytes]) -> None:
    store = Store(url, vault=Vault(data_keys, index_keys))
    try:
        stamp.check_keys(store)
    finally:
        store.close()


@pytest.mark.parametrize(
    ("data_keys", "index_keys", "setting"),
    [
        ([DATA_2], [INDEX], "FOLLOWUP_DATA_KEYS"),
        ([DATA], [INDEX_2], "FOLLOWUP_INDEX_KEY"),
        ([DATA], [INDEX, INDEX_2], "FOLLOWUP_INDEX_KEY"),
    ],
    ids=["other data key", "other index key", "new index key behind the old"],
)
def test_wrong_keys_are_told_by_their_setting(migrated_database_url, data_keys, index_keys, setting):
    checked(migrated_database_url, [DATA], [INDEX])
    checked(migrated_database_url, [DATA], [INDEX])
    with pytest.raises(FollowupError, match=setting) as caught:
        checked(migrated_database_url, data_keys, index_keys)
    assert isinstance(caught.value, stamp.WrongKeys)


def test_keys_are_turned_one_ring_at_a_time_and_none_may_then_be_missing(migrated_database_url):
    checked(migrated_database_url, [DATA], [INDEX])
    checked(migrated_database_url, [DATA_2, DATA], [INDEX])
    checked(migrated_database_url, [DATA_2, DATA], [INDEX_2, INDEX])
    with pytest.raises(stamp.WrongKeys, match="FOLLOWUP_DATA_KEYS"):
        checked(migrated_database_url, [DATA_2], [INDEX_2, INDEX])
    with pytest.raises(stamp.WrongKeys, match="FOLLOWUP_INDEX_KEY"):
        checked(migrated_database_url, [DATA_2, DATA], [INDEX_2])

"""What is sealed opens only whole, in its place, and under its key."""

from __future__ import annotations

import secrets

import pytest

from followup.errors import FollowupError
from followup.storage.vault import SealBroken, Vault

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
OLD_INDEX, NEW_INDEX = secrets.token_bytes(32), secrets.token_bytes(32)

vault = Vault([OLD], [OLD_INDEX])
rotated = Vault([NEW, OLD], [NEW_INDEX, OLD_INDEX])


@pytest.mark.parametrize("text", ["", "7", "¿Cómo está? 😀", "x" * 10_000])
def test_a_sealed_text_opens_in_its_place(text):
    sealed = vault.encrypt("answers", "text", "1", text)
    assert vault.decrypt("answers", "text", "1", sealed) == text
    assert len(text) < 4 or text.encode() not in sealed


def test_the_same_text_is_never_sealed_alike():
    assert vault.encrypt("answers", "text", "1", "9") != vault.encrypt("answers", "text", "1", "9")


def test_any_flipped_byte_is_noticed():
    sealed = vault.encrypt("answers", "text", "1", "no pain")
    for position in range(len(sealed)):
        changed = bytearray(sealed)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            vault.decrypt("answers", "text", "1", bytes(changed))


@pytest.mark.parametrize("length", [0, 3, 10, 16, 20])
def test_a_text_cut_short_is_noticed(length):
    sealed = vault.encrypt("answers", "text", "1", "no pain")
    with pytest.raises(SealBroken):
        vault.decrypt("answers", "text", "1", sealed[:length])


@pytest.mark.parametrize(
    ("table", "column", "row_id"), [("answers", "text", "2"), ("answers", "note", "1"), ("messages", "text", "1")]
)
def test_a_text_moved_to_another_place_does_not_open(table, column, row_id):
    sealed = vault.encrypt("answers", "text", "1", "no pain")
    with pytest.raises(SealBroken, match="changed or moved"):
        vault.decrypt(table, column, row_id, sealed)


def test_a_new_data_key_opens_what_the_old_one_sealed_and_seals_by_itself():
    assert rotated.decrypt("t", "c", "1", vault.encrypt("t", "c", "1", "old")) == "old"
    with pytest.raises(SealBroken, match="FOLLOWUP_DATA_KEYS"):
        vault.decrypt("t", "c", "1", rotated.encrypt("t", "c", "1", "new"))


def test_a_new_index_key_still_finds_what_the_old_one_hashed():
    assert vault.index("address", "+13125550101") in rotated.candidates("address", "+13125550101")
    assert rotated.index("address", "+13125550101") == rotated.candidates("address", "+13125550101")[0]


def test_the_rings_are_turned_independently():
    only_data = Vault([NEW, OLD], [OLD_INDEX])
    only_index = Vault([OLD], [NEW_INDEX, OLD_INDEX])
    assert only_data.index("address", "a") == vault.index("address", "a")
    assert only_index.decrypt("t", "c", "1", vault.encrypt("t", "c", "1", "words")) == "words"


def test_a_hash_carries_its_version_and_nothing_of_the_value():
    assert vault.index("address", "+13125550101").startswith("1:")
    assert rotated.index("address", "+13125550101").startswith("2:")
    assert "3125550101" not in vault.index("address", "+13125550101")


def test_hashes_differ_by_purpose():
    assert vault.index("address", "ann") != vault.index("name", "ann")


@pytest.mark.parametrize(
    ("data_keys", "index_keys", "setting"),
    [
        ([], [OLD], "FOLLOWUP_DATA_KEYS"),
        ([OLD], [], "FOLLOWUP_INDEX_KEY"),
        ([b"short"], [OLD], "FOLLOWUP_DATA_KEYS"),
        ([OLD], [OLD + b"x"], "FOLLOWUP_INDEX_KEY"),
        ([OLD, OLD], [OLD], "FOLLOWUP_DATA_KEYS"),
    ],
)
def test_unfit_keys_are_refused_by_the_name_of_their_setting(data_keys, index_keys, setting):
    with pytest.raises(FollowupError, match=setting):
        Vault(data_keys, index_keys)

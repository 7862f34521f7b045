"""An opt-out hangs on the address, holds until it is lifted, and leaves its history."""

from __future__ import annotations

import pytest

from followup.domain.people import Channel
from followup.storage.store import Store
from followup.storage.vault import Vault
from tests.storage.samples import ANN_PHONE, BOB_PHONE, CLINIC, MINUTE, NOW


def test_stop_and_start_and_stop_again(store):
    with store.write() as unit:
        suppressions = unit.suppressions
        assert not suppressions.active(CLINIC, Channel.SMS, ANN_PHONE)
        suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW, source="STOP")
        assert suppressions.active(CLINIC, Channel.SMS, ANN_PHONE)
        suppressions.lift(CLINIC, Channel.SMS, ANN_PHONE, at=NOW + MINUTE, source="START")
        assert not suppressions.active(CLINIC, Channel.SMS, ANN_PHONE)
        suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW + 2 * MINUTE, source="Kay")
        assert suppressions.active(CLINIC, Channel.SMS, ANN_PHONE)
        first, second = suppressions.history(CLINIC, Channel.SMS, ANN_PHONE)
    assert (first.began_at, first.began_by) == (NOW, "STOP")
    assert (first.lifted_at, first.lifted_by) == (NOW + MINUTE, "START")
    assert (second.began_by, second.lifted_at) == ("Kay", None)


def test_a_second_stop_changes_nothing(store):
    with store.write() as unit:
        unit.suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW, source="STOP")
        unit.suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW + MINUTE, source="provider")
        (only,) = unit.suppressions.history(CLINIC, Channel.SMS, ANN_PHONE)
    assert (only.began_at, only.began_by) == (NOW, "STOP")


def test_start_without_stop_changes_nothing(store):
    with store.write() as unit:
        unit.suppressions.lift(CLINIC, Channel.SMS, ANN_PHONE, at=NOW, source="START")
        assert unit.suppressions.history(CLINIC, Channel.SMS, ANN_PHONE) == ()


@pytest.mark.parametrize(
    "other",
    [(CLINIC, Channel.SMS, BOB_PHONE), (CLINIC, Channel.VOICE, ANN_PHONE), ("hilltop", Channel.SMS, ANN_PHONE)],
    ids=["number", "channel", "clinic"],
)
def test_an_opt_out_holds_for_nothing_else(store, other):
    with store.write() as unit:
        unit.suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW, source="STOP")
        assert not unit.suppressions.active(*other)
        unit.suppressions.lift(*other, at=NOW, source="START")
        assert unit.suppressions.active(CLINIC, Channel.SMS, ANN_PHONE)


def test_an_address_is_known_however_it_is_written(store):
    with store.write() as unit:
        unit.suppressions.add(CLINIC, Channel.EMAIL, "Ann@Example.org", at=NOW, source="link")
        assert unit.suppressions.active(CLINIC, Channel.EMAIL, " ann@example.ORG")


def test_an_opt_out_outlives_a_new_index_key_and_can_still_be_lifted(migrated_database_url):
    data, old, new = b"d" * 32, b"o" * 32, b"n" * 32
    before = Store(migrated_database_url, vault=Vault([data], [old]))
    with before.write() as unit:
        unit.suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW, source="STOP")
        unit.commit()
    before.close()
    after = Store(migrated_database_url, vault=Vault([data], [new, old]))
    with after.write() as unit:
        assert unit.suppressions.active(CLINIC, Channel.SMS, ANN_PHONE)
        unit.suppressions.add(CLINIC, Channel.SMS, ANN_PHONE, at=NOW + MINUTE, source="STOP")
        assert len(unit.suppressions.history(CLINIC, Channel.SMS, ANN_PHONE)) == 1
        unit.suppressions.lift(CLINIC, Channel.SMS, ANN_PHONE, at=NOW + MINUTE, source="START")
        assert not unit.suppressions.active(CLINIC, Channel.SMS, ANN_PHONE)
    after.close()

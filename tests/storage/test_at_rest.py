"""What lies on the disk: nothing of a patient in clear, and nothing that can be changed unseen."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from followup.domain.people import Channel
from followup.storage import stamp
from followup.storage.store import Store
from followup.storage.tables import metadata
from followup.storage.vault import SealBroken, Vault
from tests.storage import samples
from tests.storage.samples import ANN_PHONE, BOB_PHONE, CLINIC, NOW

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32

#: Everything about people in tests/storage/samples.py that must never lie in clear.
CANARIES = ["canary", "3125550101", "3125550102", "3125550911", "1980-02-29", "How is your pain", "after 5 pm"]


def fill(store: Store):
    """One row at least in every table that has something encrypted."""
    ann = samples.patient()
    infusion = samples.infusion(ann)
    plan = samples.plan(infusion)
    check_in = samples.check_in(plan)
    received = samples.inbound(patient=ann.id)
    alert = samples.full_alert(patient=ann.id, sender=BOB_PHONE)
    with store.write() as unit:
        unit.patients.add(ann)
        unit.infusions.add(infusion)
        unit.plans.add(plan)
        unit.check_ins.add_many([check_in])
        unit.answers.add(samples.answer(check_in))
        unit.messages.add(samples.full_message(patient=ann.id))
        unit.inbound.add(received)
        unit.alerts.add(alert)
        unit.alerts.add_entry(samples.entry(alert))
        unit.commit()
    return ann, check_in, alert


def read_everything(store: Store, ann, check_in, alert) -> None:
    with store.read() as unit:
        assert unit.patients.get(ann.id) == ann
        assert unit.answers.of_check_in(check_in.id)[0].text.startswith("canary")
        assert unit.messages.of_patient(ann.id)[0].to == ANN_PHONE
        assert unit.inbound.of_patient(ann.id)[0].body.startswith("canary")
        assert unit.alerts.get(alert.id) == alert
        assert unit.alerts.entries(alert.id)[0].words == "canary words in an entry"


def test_no_word_about_a_patient_lies_in_the_files(migrated_sqlite_url, vault):
    store = Store(migrated_sqlite_url, vault=vault)
    fill(store)
    store.close()
    database = Path(migrated_sqlite_url.removeprefix("sqlite:///"))
    lying = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*")).lower()
    assert CLINIC.encode() in lying, "the rows are in the files that were looked at"
    assert [canary for canary in CANARIES if canary.lower().encode() in lying] == []


def test_no_word_about_a_patient_lies_in_any_column(store, migrated_database_url):
    fill(store)
    engine = create_engine(migrated_database_url)
    with engine.connect() as connection:
        values = [
            bytes(value).lower() if isinstance(value, bytes | memoryview) else str(value).lower().encode()
            for table in metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))
            for value in row
        ]
    engine.dispose()
    assert [canary for canary in CANARIES if any(canary.lower().encode() in value for value in values)] == []


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("patients", "name"),
        ("patients", "details"),
        ("messages", "body"),
        ("messages", "to_address"),
        ("answers", "text"),
        ("inbound", "raw"),
        ("alerts", "note"),
        ("alert_entries", "words"),
    ],
)
def test_a_byte_changed_in_the_database_is_an_error_that_tells_the_place_and_no_more(
    store, migrated_database_url, table, column
):
    ann, check_in, alert = fill(store)
    engine = create_engine(migrated_database_url)
    with engine.begin() as connection:
        sealed = bytearray(connection.execute(text(f"SELECT {column} FROM {table}")).scalar_one())
        sealed[-1] ^= 1
        connection.execute(text(f"UPDATE {table} SET {column} = :sealed"), {"sealed": bytes(sealed)})
    engine.dispose()
    with pytest.raises(SealBroken, match=rf"{table}\.{column} of row") as caught:
        read_everything(store, ann, check_in, alert)
    assert "anary" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_value_copied_from_one_row_to_another_does_not_open(store, migrated_database_url):
    ann, son = samples.patient(), samples.patient(name="Son")
    with store.write() as unit:
        unit.patients.add(ann)
        unit.patients.add(son)
        unit.commit()
    engine = create_engine(migrated_database_url)
    with engine.begin() as connection:
        copy = text("UPDATE patients SET name = (SELECT name FROM patients WHERE id = :ann) WHERE id = :son")
        connection.execute(copy, {"ann": ann.id, "son": son.id})
    engine.dispose()
    with store.read() as unit, pytest.raises(SealBroken, match="moved"):
        unit.patients.get(son.id)


def test_turning_the_data_key_reseals_every_row_and_makes_the_old_key_useless(migrated_database_url):
    before = Store(migrated_database_url, vault=Vault([OLD], [INDEX]))
    stamp.check_keys(before)
    stored = fill(before)
    before.close()

    both = Store(migrated_database_url, vault=Vault([NEW, OLD], [INDEX]))
    stamp.check_keys(both)
    read_everything(both, *stored)
    assert stamp.reseal(both, batch=2) == 6
    assert stamp.reseal(both) == 0
    both.close()

    only_new = Store(migrated_database_url, vault=Vault([NEW], [INDEX]))
    stamp.check_keys(only_new)
    read_everything(only_new, *stored)
    only_new.close()

    only_old = Store(migrated_database_url, vault=Vault([OLD], [INDEX]))
    with only_old.read() as unit, pytest.raises(SealBroken, match="FOLLOWUP_DATA_KEYS"):
        unit.patients.get(stored[0].id)
    only_old.close()


def test_turning_the_index_key_loses_nobody(migrated_database_url):
    data, old, new = b"d" * 32, b"o" * 32, b"n" * 32
    before = Store(migrated_database_url, vault=Vault([data], [old]))
    ann, _, alert = fill(before)
    before.close()
    after = Store(migrated_database_url, vault=Vault([data], [new, old]))
    later = samples.patient(name="Later Canary")
    with after.write() as unit:
        unit.patients.add(later)
        assert unit.patients.by_address(CLINIC, Channel.SMS, ANN_PHONE) == (ann, later)
        assert unit.patients.search(CLINIC, "canary") == (ann, later)
        assert unit.patients.search(CLINIC, "canaryn") == (ann,)
        assert len(unit.messages.texts_to(CLINIC, ANN_PHONE, NOW)) == 1
        assert len(unit.inbound.of_sender(CLINIC, ANN_PHONE, NOW)) == 1
        assert unit.alerts.of_patient(ann.id) == (alert,)
    after.close()

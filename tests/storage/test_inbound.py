"""Everything that comes in is stored once and waits, oldest first, until it has been read."""

from __future__ import annotations

from dataclasses import replace

from followup.domain.received import InboundState
from tests.storage import samples
from tests.storage.samples import ANN_PHONE, BOB_PHONE, CLINIC, MINUTE, NOW


def test_a_redelivery_is_not_taken_again(store):
    first = samples.inbound(provider_id="SM1")
    with store.write() as unit:
        assert unit.inbound.add(first)
        assert not unit.inbound.add(samples.inbound(provider_id="SM1", body="other words"))
        assert unit.inbound.add(samples.inbound(provider="imap", provider_id="SM1"))
        assert unit.inbound.get(first.id) == first
        assert unit.inbound.get("nowhere") is None


def test_what_was_not_read_waits_oldest_first(store):
    newer = samples.inbound(received_at=NOW)
    older = samples.inbound(received_at=NOW - MINUTE)
    with store.write() as unit:
        assert unit.inbound.oldest_pending_at() is None
        unit.inbound.add(newer)
        unit.inbound.add(older)
        assert unit.inbound.pending(10) == (older, newer)
        assert unit.inbound.pending(1) == (older,)
        assert unit.inbound.oldest_pending_at() == older.received_at
        unit.inbound.update(replace(older, state=InboundState.READ))
        unit.inbound.update(replace(newer, state=InboundState.FAILED))
        assert unit.inbound.pending(10) == ()
        assert unit.inbound.oldest_pending_at() is None


def test_what_came_from_an_address_or_was_filed_to_a_patient_is_found(store):
    ann = samples.patient()
    filed = samples.inbound(patient=ann.id, received_at=NOW - MINUTE)
    unfiled = samples.inbound()
    from_bob = samples.inbound(sender=BOB_PHONE)
    elsewhere = samples.inbound(clinic="hilltop")
    with store.write() as unit:
        unit.patients.add(ann)
        for received in (unfiled, filed, from_bob, elsewhere):
            unit.inbound.add(received)
        assert unit.inbound.of_patient(ann.id) == (filed,)
        assert unit.inbound.of_sender(CLINIC, ANN_PHONE, NOW - MINUTE) == (filed, unfiled)
        assert unit.inbound.of_sender(CLINIC, ANN_PHONE, NOW) == (unfiled,)

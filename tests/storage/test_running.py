"""The service's own book-keeping: versions, heartbeats, leases, facts."""

from __future__ import annotations

from tests.storage.samples import MINUTE, NOW


def test_versions_are_numbered_and_a_rollback_is_a_new_one(store):
    with store.write() as unit:
        versions = unit.versions
        assert versions.latest() is None
        assert versions.latest_number() == 0
        first = versions.add("hash-1", "clinics: {}", {"STOP/en.sms.txt": "¡Adiós!"}, "Kay", NOW)
        second = versions.add("hash-2", "clinics: {}", {}, "Kay", NOW + MINUTE)
        back = versions.add("hash-1", "clinics: {}", {"STOP/en.sms.txt": "¡Adiós!"}, "Lee", NOW + 2 * MINUTE)
        assert [first.number, second.number, back.number] == [1, 2, 3]
        assert versions.latest() == back
        assert versions.get(1) == first
        assert versions.get(9) is None
        assert versions.by_hash("hash-2") == second
        assert versions.by_hash("hash-1") == back
        assert versions.by_hash("hash-3") is None


def test_a_heartbeat_tells_the_last_run_the_last_good_one_and_the_error(store):
    with store.write() as unit:
        unit.jobs.record("ladder", NOW, ok=True)
        unit.jobs.record("ladder", NOW + MINUTE, ok=False, error="StorageError")
        unit.jobs.record("deliver", NOW, ok=False, error="StorageError")
        unit.jobs.record("deliver", NOW + MINUTE, ok=True)
        deliver, ladder = unit.jobs.all()
    assert (ladder.name, ladder.last_run_at, ladder.last_ok_at, ladder.error) == (
        "ladder",
        NOW + MINUTE,
        NOW,
        "StorageError",
    )
    assert (deliver.last_ok_at, deliver.error) == (NOW + MINUTE, None)


def test_a_lease_goes_to_another_only_when_it_ran_out_or_was_given_back(store):
    with store.write() as unit:
        leases = unit.leases
        assert leases.take("publish", "one", NOW, NOW + MINUTE)
        assert not leases.take("publish", "other", NOW, NOW + MINUTE)
        assert leases.take("publish", "one", NOW, NOW + 2 * MINUTE), "its holder may hold it longer"
        assert not leases.take("publish", "other", NOW + MINUTE, NOW + 3 * MINUTE)
        assert leases.take("publish", "other", NOW + 2 * MINUTE, NOW + 3 * MINUTE)
        leases.release("publish", "one")
        assert not leases.take("publish", "one", NOW, NOW + MINUTE), "one cannot give back what another holds"
        leases.release("publish", "other")
        assert leases.take("publish", "one", NOW, NOW + MINUTE)
        assert leases.take("seal", "other", NOW, NOW + MINUTE)


def test_facts_are_replaced(store):
    with store.write() as unit:
        assert unit.facts.get("hold") is None
        unit.facts.set("hold", "on")
        unit.facts.set("hold", "off")
        assert unit.facts.get("hold") == "off"

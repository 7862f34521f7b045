"""Many at once: no message is given to two workers, no inbound taken twice, no alert opened twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from followup.domain.message import Lane
from followup.storage.errors import Collision
from followup.storage.store import Store
from followup.storage.vault import Vault
from tests.storage import samples
from tests.storage.samples import MINUTE, NOW

WORKERS = 4


def together(work: Callable[[int], Any]) -> list[Any]:
    """What `work` gives to each of the workers, who all begin at the same moment."""
    start = threading.Barrier(WORKERS)

    def run(number: int) -> Any:
        start.wait(10)
        return work(number)

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


def test_no_message_is_claimed_twice(store):
    messages = [samples.message() for _ in range(120)]
    with store.write() as unit:
        for message in messages:
            unit.messages.add(message)
        unit.commit()

    def claim_all(number: int) -> list[str]:
        mine: list[str] = []
        while True:
            with store.write() as unit:
                taken = unit.messages.claim(Lane.CHECK_IN, f"worker-{number}", NOW, MINUTE, 7)
                unit.commit()
            if not taken:
                return mine
            mine += [message.id for message in taken]

    claimed = [message for mine in together(claim_all) for message in mine]
    assert sorted(claimed) == sorted(message.id for message in messages)


def test_a_lapsed_claim_goes_to_one_worker(store):
    with store.write() as unit:
        unit.messages.add(samples.message())
        unit.messages.claim(Lane.CHECK_IN, "dead", NOW, MINUTE, 1)
        unit.commit()

    def claim(number: int) -> int:
        with store.write() as unit:
            taken = unit.messages.claim(Lane.CHECK_IN, f"worker-{number}", NOW + 2 * MINUTE, MINUTE, 1)
            unit.commit()
        return len(taken)

    assert sorted(together(claim)) == [0, 0, 0, 1]


def test_a_claim_does_not_wait_for_another_that_is_not_committed(migrated_postgres_url):
    """PostgreSQL alone: rows that another worker has locked are skipped."""
    store = Store(migrated_postgres_url, vault=Vault([b"d" * 32], [b"i" * 32]))
    with store.write() as unit:
        first, second = samples.message(), samples.message()
        unit.messages.add(first)
        unit.messages.add(second)
        unit.commit()
    with store.write() as one, store.write() as other:
        (mine,) = one.messages.claim(Lane.CHECK_IN, "one", NOW, MINUTE, 1)
        (theirs,) = other.messages.claim(Lane.CHECK_IN, "other", NOW, MINUTE, 2)
    assert (mine.id, theirs.id) == (first.id, second.id)
    store.close()


def test_a_text_delivered_by_the_provider_many_times_is_taken_once(store):
    def deliver(_number: int) -> bool:
        with store.write() as unit:
            taken = unit.inbound.add(samples.inbound(provider_id="SM1"))
            unit.commit()
        return taken

    assert sorted(together(deliver)) == [False, False, False, True]


def test_an_intent_queued_by_many_is_queued_once(store):
    def queue(_number: int) -> bool:
        with store.write() as unit:
            queued = unit.messages.add(samples.message(intent="alert/1/kay/1"))
            unit.commit()
        return queued

    assert sorted(together(queue)) == [False, False, False, True]


def test_two_replies_read_at_one_instant_open_one_alert(store):
    ann = samples.patient()
    with store.write() as unit:
        unit.patients.add(ann)
        unit.commit()

    def open_alert(number: int) -> str:
        try:
            with store.write() as unit:
                unit.alerts.add(samples.alert(patient=ann.id, reason="fever", code=f"C{number}"))
                unit.commit()
        except Collision:
            return "there already"
        return "opened"

    assert sorted(together(open_alert)) == ["opened", "there already", "there already", "there already"]


def test_a_lease_is_held_by_one(store):
    def take(number: int) -> bool:
        with store.write() as unit:
            taken = unit.leases.take("publish", f"worker-{number}", NOW, NOW + MINUTE)
            unit.commit()
        return taken

    assert sorted(together(take)) == [False, False, False, True]

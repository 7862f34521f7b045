"""A unit of work keeps all or nothing, wakes those who wait, and lets urgent work go first."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from functools import partial

import pytest

from followup.storage.errors import Collision, StorageError
from followup.storage.lock import WriteLock
from followup.storage.store import Store
from tests.storage import samples
from tests.storage.samples import CLINIC, NOW


def set_fact(store: Store, value: str) -> None:
    with store.write() as unit:
        unit.facts.set("hold", value)
        unit.commit()


def fact(store: Store) -> str | None:
    with store.read() as unit:
        return unit.facts.get("hold")


def wait_until(condition: Callable[[], bool]) -> None:
    """Until another thread has come to a point that it cannot tell us of."""
    pause = threading.Event()
    for _ in range(2000):
        if condition():
            return
        pause.wait(0.005)
    pytest.fail("it did not come about within 10 s")


def test_nothing_is_kept_without_a_commit(store):
    with store.write() as unit:
        unit.facts.set("hold", "on")
    assert fact(store) is None


def test_nothing_is_kept_after_an_exception(store):
    def fail_half_way() -> None:
        with store.write() as unit:
            unit.facts.set("hold", "on")
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert fact(store) is None
    set_fact(store, "off")  # and nothing was left locked
    assert fact(store) == "off"


def test_a_commit_keeps_everything(store):
    set_fact(store, "on")
    assert fact(store) == "on"


def test_a_unit_of_work_is_over_once_committed(store):
    with store.write() as unit:
        unit.facts.set("hold", "on")
        unit.commit()
        with pytest.raises(StorageError, match="over"):
            unit.facts.get("hold")


def test_a_unit_of_work_is_over_once_its_block_is_left(store):
    with store.write() as unit:
        pass
    with pytest.raises(StorageError, match="over"):
        unit.facts.get("hold")


def test_reading_changes_nothing(store):
    with store.read() as unit, pytest.raises(StorageError):
        unit.facts.set("hold", "on")
    with store.read() as unit, pytest.raises(StorageError, match="only reads"):
        unit.commit()
    assert fact(store) is None


def test_a_reader_sees_what_is_committed_while_a_writer_works(store):
    set_fact(store, "on")
    with store.write() as unit:
        unit.facts.set("hold", "off")
        assert fact(store) == "on"


def test_topics_are_woken_after_the_commit_and_only_then(migrated_database_url, vault):
    seen = []

    def note(topics):
        seen.append((topics, fact(waking)))

    waking = Store(migrated_database_url, vault=vault, on_commit=note)
    with waking.write() as unit:
        unit.facts.set("hold", "on")
        unit.wake("staff")
        unit.wake("inbound")
        assert seen == []
        unit.commit()
        assert seen == [(frozenset({"staff", "inbound"}), "on")]
    with waking.write() as unit:
        unit.wake("staff")
    assert len(seen) == 1, "undone work wakes nobody"
    set_fact(waking, "off")
    assert len(seen) == 1, "a commit without topics wakes nobody"
    waking.close()


def test_whoever_is_woken_may_write_at_once(migrated_database_url, vault):
    """The lock is given back with the commit, not when the block is left."""

    def write_too(topics):
        if "first" in topics:
            done = threading.Thread(target=set_fact, args=(waking, "second"))
            done.start()
            done.join(timeout=20)
            assert not done.is_alive()

    waking = Store(migrated_database_url, vault=vault, on_commit=write_too)
    with waking.write() as unit:
        unit.facts.set("hold", "first")
        unit.wake("first")
        unit.commit()
    assert fact(waking) == "second"
    waking.close()


def test_a_collision_says_so_and_nothing_about_the_row(store):
    ann, zed = samples.patient(external_id="MRN-SECRET"), samples.patient(external_id="MRN-SECRET", name="Zed Canary")
    with store.write() as unit:
        unit.patients.add(ann)
        unit.commit()
    with store.write() as unit, pytest.raises(Collision) as caught:
        unit.patients.add(zed)
    assert caught.value.temporary
    told = "".join(traceback.format_exception(caught.value, chain=True))
    assert caught.value.__context__ is None
    assert "MRN-SECRET" not in told
    assert "Zed Canary" not in told


def test_a_row_that_names_a_missing_row_is_refused_at_the_commit(store):
    with store.write() as unit:
        unit.infusions.add(samples.infusion(samples.patient()))
        with pytest.raises(StorageError) as caught:
            unit.commit()
    assert not isinstance(caught.value, Collision)
    assert not caught.value.temporary


def test_a_naive_datetime_is_refused_to_store_and_to_ask_by(store):
    naive = NOW.replace(tzinfo=None)
    with store.write() as unit:
        with pytest.raises(StorageError, match="without time zone"):
            unit.messages.add(samples.message(not_before=naive))
        with pytest.raises(StorageError, match="without time zone"):
            unit.check_ins.due(naive, 10)


def test_a_word_outside_its_set_is_refused_without_repeating_it(store):
    odd = samples.message(state="canary-state")
    with store.write() as unit, pytest.raises(StorageError) as caught:
        unit.messages.add(odd)
    assert "canary-state" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite://", "mysql://root:secretword@db/x", "nonsense secretword"])
def test_an_unfit_address_is_refused_without_repeating_it(url, vault):
    with pytest.raises(StorageError) as caught:
        Store(url, vault=vault)
    assert "secretword" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_server_that_is_not_there_is_a_temporary_error(vault):
    nowhere = Store("postgresql://nobody:secretword@127.0.0.1:1/none", vault=vault)
    with pytest.raises(StorageError) as caught, nowhere.read() as unit:
        unit.facts.get("mode")
    assert caught.value.temporary
    assert "secretword" not in str(caught.value)
    nowhere.close()


def test_on_sqlite_writing_does_not_nest(migrated_sqlite_url, vault):
    store = Store(migrated_sqlite_url, vault=vault)
    with store.write(), pytest.raises(StorageError, match="writing already"), store.write():
        pass
    store.close()


def test_urgent_writers_go_before_those_who_waited_longer():
    lock = WriteLock()
    order: list[str] = []
    lock.acquire(urgent=False)

    def write(name: str, *, urgent: bool) -> None:
        lock.acquire(urgent=urgent)
        order.append(name)
        lock.release()

    patients = [
        threading.Thread(target=write, args=(f"patient {number}",), kwargs={"urgent": False}) for number in "12"
    ]
    staff = threading.Thread(target=write, args=("staff",), kwargs={"urgent": True})
    for number, thread in enumerate((*patients, staff), start=1):
        thread.start()
        wait_until(partial(lambda wanted: lock.waiting == wanted, number))
    lock.release()
    for thread in (*patients, staff):
        thread.join(timeout=10)
    assert order[0] == "staff"
    assert sorted(order[1:]) == ["patient 1", "patient 2"]


def test_a_writer_gives_up_in_time_and_the_others_go_on():
    lock = WriteLock(patience=0.05)
    lock.acquire(urgent=False)
    failures: list[StorageError] = []

    def try_to_write() -> None:
        try:
            lock.acquire(urgent=True)
        except StorageError as error:
            failures.append(error)

    waiting = threading.Thread(target=try_to_write)
    waiting.start()
    waiting.join(timeout=10)
    lock.release()
    lock.acquire(urgent=False)
    lock.release()
    assert [error.temporary for error in failures] == [True]


def test_serialized_work_waits_for_its_like_and_for_nothing_else(store):
    """Two opt-out checks on one address: the second reads only after the first has committed."""
    inside, go_on, done = threading.Event(), threading.Event(), threading.Event()
    read: list[str | None] = []

    def first() -> None:
        with store.write() as unit:
            unit.serialize(f"{CLINIC}/address-1")
            unit.facts.set("hold", "first")
            inside.set()
            go_on.wait(10)
            unit.commit()

    def second() -> None:
        with store.write() as unit:
            unit.serialize(f"{CLINIC}/address-1", f"{CLINIC}/address-2")
            read.append(unit.facts.get("hold"))
        done.set()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    assert not done.wait(0.3), "the second did not wait"
    go_on.set()
    for thread in threads:
        thread.join(timeout=20)
    assert read == ["first"]

"""The bell: a ring between looking for work and waiting is never missed."""

from __future__ import annotations

import threading
import time

from followup.worker.bell import Bell

LONG = 30.0


def test_a_ring_before_the_wait_ends_it_at_once() -> None:
    bell = Bell()
    heard = bell.heard(["staff"])
    bell.ring(["staff"])
    began = time.monotonic()
    bell.wait(["staff"], heard, LONG)
    assert time.monotonic() - began < 5


def test_a_ring_during_the_wait_ends_it() -> None:
    bell = Bell()
    heard = bell.heard(["staff"])
    waiter = threading.Thread(target=bell.wait, args=(["staff"], heard, LONG))
    waiter.start()
    bell.ring({"staff", "alerts"})
    waiter.join(LONG)
    assert not waiter.is_alive()


def test_another_topic_wakes_nobody_and_the_wait_ends_by_itself() -> None:
    bell = Bell()
    heard = bell.heard(["staff"])
    bell.ring(["check_in"])
    began = time.monotonic()
    bell.wait(["staff"], heard, 0.05)
    assert time.monotonic() - began >= 0.05
    assert bell.heard(["staff"]) == heard


def test_stopping_wakes_everybody_for_good() -> None:
    bell = Bell()
    waiters = [threading.Thread(target=bell.wait, args=([topic], 0, LONG)) for topic in ("staff", "inbound")]
    for waiter in waiters:
        waiter.start()
    bell.stop()
    for waiter in waiters:
        waiter.join(LONG)
        assert not waiter.is_alive()
    assert bell.stopped
    bell.wait(["staff"], 0, LONG)

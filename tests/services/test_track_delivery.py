"""Statuses late, doubled and in any order: a message ends where the provider says, and never moves backwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel
from followup.gateways.port import Accepted, Late, Outcome, RefusalKind, Refused, StatusUpdate, Uncertain
from followup.ids import new_id
from followup.services.deliver_messages import record
from followup.services.track_delivery import track
from tests.support.clinic import Clinic

NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SENT, DELIVERED = MessageState.SENT, MessageState.DELIVERED
#: What a provider says of one message, in its own order, and where that ends.
STORIES = [
    ((SENT, SENT), SENT),
    ((SENT, SENT, DELIVERED), DELIVERED),
    ((SENT, DELIVERED, DELIVERED), DELIVERED),  # delivered, then read
    ((SENT, MessageState.UNDELIVERED), MessageState.UNDELIVERED),
    ((SENT, MessageState.FAILED), MessageState.FAILED),
    ((None, SENT), SENT),  # a word that we do not know
]


@pytest.fixture(scope="module")
def clinic(migrated_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """One clinic for all examples: each has a message of its own."""
    file = tmp_path_factory.mktemp("track") / "clinic.sqlite"
    file.write_bytes(migrated_sqlite_template.read_bytes())
    made = Clinic(f"sqlite:///{file}", start=NOON)
    yield made
    made.close()


def _sending(clinic: Clinic) -> Message:
    """A message on the wire."""
    name = new_id()
    message = Message(
        id=name,
        clinic="prairie",
        message_class=MessageClass.REPLY,
        channel=Channel.SMS,
        to="+13125550001",
        template="I_OK",
        body="thanks",
        intent=f"test/{name}",
        created_at=NOON,
        not_before=NOON,
        state=MessageState.SENDING,
        sending_at=NOON,
        tries=1,
    )
    with clinic.store.write() as uow:
        uow.messages.add(message)
        uow.commit()
    return message


def _state(clinic: Clinic, message: Message) -> Message:
    with clinic.store.read() as uow:
        found = uow.messages.get(message.id)
    assert found is not None
    return found


def _update(message: Message, state: MessageState | None, *, ours: bool = True) -> StatusUpdate:
    failed = state in {MessageState.FAILED, MessageState.UNDELIVERED}
    return StatusUpdate(
        message_id=message.id if ours else None,
        attempt=1,
        provider="twilio",
        provider_id=f"SM{message.id}",
        state=state,
        error_code="30005" if failed else None,
        late=Late.PERMANENT if failed else None,
        reason="gone" if failed else None,
    )


def _answer(message: Message, kind: str) -> Outcome:
    if kind == "accepted":
        return Accepted(provider="twilio", provider_id=f"SM{message.id}")
    if kind == "lost":
        return Uncertain(reason="lost")
    # Somebody between us and the provider refused in its place; the provider has the message all the same.
    later = kind == "refused for now"
    return Refused(kind=RefusalKind.LATER if later else RefusalKind.PERMANENT, code="403", reason="refused")


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    story=st.sampled_from(STORIES),
    kind=st.sampled_from(["accepted", "lost", "never"]),
    data=st.data(),
)
def test_any_order_ends_in_the_same_state(clinic: Clinic, story, kind: str, data: st.DataObject) -> None:
    said, ends = story
    message = _sending(clinic)
    steps: list[Callable[[], None]] = []
    for state in said:
        times = data.draw(st.integers(1, 2))
        update = _update(message, state)
        steps += [lambda update=update: track(clinic.context, update)] * times  # type: ignore[misc]
    if kind != "never":
        steps.append(lambda: record(clinic.context, message, _answer(message, kind)))
    reached = [MessageState.SENDING.progress]
    for step in data.draw(st.permutations(steps)):
        step()
        reached.append(_state(clinic, message).state.progress)
    assert reached == sorted(reached), "never backwards"
    final = _state(clinic, message)
    assert final.state is ends
    assert final.provider_id == f"SM{message.id}"
    assert final.sent_at is not None


@pytest.mark.parametrize("kind", ["refused", "refused for now"])
def test_a_refusal_by_somebody_between_never_undoes_what_the_provider_says(clinic: Clinic, kind: str) -> None:
    message = _sending(clinic)
    track(clinic.context, _update(message, DELIVERED))
    record(clinic.context, message, _answer(message, kind))
    assert _state(clinic, message).state is DELIVERED


def test_a_status_after_such_a_refusal_is_believed(clinic: Clinic) -> None:
    message = _sending(clinic)
    record(clinic.context, message, _answer(message, "refused"))
    assert _state(clinic, message).state is MessageState.FAILED
    track(clinic.context, _update(message, DELIVERED))
    assert _state(clinic, message).state is DELIVERED


def test_a_failure_after_delivery_does_not_count(clinic: Clinic) -> None:
    message = _sending(clinic)
    track(clinic.context, _update(message, DELIVERED))
    track(clinic.context, _update(message, MessageState.UNDELIVERED))
    assert _state(clinic, message).state is DELIVERED


def test_a_status_that_pairs_our_id_with_another_message_of_theirs_changes_nothing(clinic: Clinic) -> None:
    message = _sending(clinic)
    track(clinic.context, _update(message, SENT))
    track(clinic.context, replace(_update(message, DELIVERED), provider_id="SMother"))
    assert _state(clinic, message).state is SENT


def test_a_status_without_our_id_is_known_by_theirs(clinic: Clinic) -> None:
    message = _sending(clinic)
    track(clinic.context, _update(message, DELIVERED, ours=False))
    assert _state(clinic, message).state is MessageState.SENDING, "nothing ties it to ours yet"
    record(clinic.context, message, _answer(message, "accepted"))
    track(clinic.context, _update(message, DELIVERED, ours=False))
    assert _state(clinic, message).state is DELIVERED


def test_statuses_and_the_answer_in_the_same_instant(migrated_database_url: str) -> None:
    """Whoever writes second reads again: no receipt is lost to a race."""
    clinic = Clinic(migrated_database_url, start=NOON)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(15):
                message = _sending(clinic)
                updates = [_update(message, state) for state in (SENT, DELIVERED, DELIVERED)]
                work = [pool.submit(record, clinic.context, message, _answer(message, "accepted"))]
                work += [pool.submit(track, clinic.context, update) for update in updates]
                for each in work:
                    each.result(30)
                assert _state(clinic, message).state is DELIVERED
    finally:
        clinic.close()

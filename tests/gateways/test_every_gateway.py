"""What every gateway must do, asked of each: the simulator, Twilio's SDK against a stand-in, mail against a server."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from followup.clock import SystemClock
from followup.domain.message import MessageState
from followup.gateways.port import Accepted, RefusalKind, Refused, Uncertain
from tests.gateways.worlds import SOON, World, world

WORLDS = ("simulator", "simulator-voice", "twilio", "twilio-voice", "mail")


@pytest.fixture(params=WORLDS)
def provider(request: pytest.FixtureRequest) -> Iterator[World]:
    with world(request.param) as running:
        yield running


def test_an_accepted_message_has_a_name_at_the_provider_and_was_taken_once(provider: World):
    outcome = provider.gateway.send(provider.message(id="a1"))

    assert isinstance(outcome, Accepted)
    assert outcome.provider == provider.gateway.name
    assert outcome.provider_id
    assert outcome.state is MessageState.SENT
    assert provider.taken() == ["a1"]


def test_each_message_gets_a_name_of_its_own(provider: World):
    outcomes = [provider.gateway.send(provider.message(id=each)) for each in ("a1", "a2", "a3")]

    names = [outcome.provider_id for outcome in outcomes if isinstance(outcome, Accepted)]
    assert len(set(names)) == 3


@pytest.mark.parametrize("kind", RefusalKind)
def test_a_refusal_says_what_it_asks_for_and_nothing_was_taken(provider: World, kind: RefusalKind):
    if kind is RefusalKind.OPTED_OUT and provider.gateway.name == "smtp":
        pytest.skip("mail servers know no opt-out")
    provider.refuse(kind)

    outcome = provider.gateway.send(provider.message())

    assert isinstance(outcome, Refused)
    assert outcome.kind is kind
    assert outcome.code
    assert outcome.reason.endswith(("provider", "."))
    assert provider.taken() == []


def test_after_a_refusal_the_next_message_goes_through(provider: World):
    provider.refuse(RefusalKind.LATER)
    provider.gateway.send(provider.message(id="a1"))

    assert isinstance(provider.gateway.send(provider.message(id="a1", attempt=2)), Accepted)
    assert provider.taken() == ["a1"]


@pytest.mark.parametrize("accepted", [True, False], ids=["taken", "not taken"])
def test_a_lost_answer_is_uncertain_and_the_request_is_not_repeated(provider: World, accepted: bool):
    provider.lose_answer(accepted=accepted)

    outcome = provider.gateway.send(provider.message(id="a1"))

    assert isinstance(outcome, Uncertain)
    assert provider.taken() == (["a1"] if accepted else [])


@pytest.mark.parametrize("accepted", [True, False], ids=["taken", "not taken"])
def test_look_up_finds_what_was_taken_exactly_when_it_was(provider: World, accepted: bool):
    before = SystemClock().now()
    provider.lose_answer(accepted=accepted)
    message = provider.message(body="Day 3: how are you?")
    provider.gateway.send(message)

    found = provider.gateway.look_up(to=message.to, sender=None, since=before)

    expected = 1 if accepted and provider.finds_what_it_took else 0
    words = "Day 3: how are you?" if provider.lists_words else None
    assert [record.body for record in found] == [words] * expected
    assert all(record.state is MessageState.SENT and not record.refused for record in found)


def test_look_up_finds_the_name_that_send_was_given(provider: World):
    before = SystemClock().now()
    message = provider.message()
    outcome = provider.gateway.send(message)

    found = provider.gateway.look_up(to=message.to, sender=None, since=before)

    assert isinstance(outcome, Accepted)
    assert [record.provider_id for record in found] == [outcome.provider_id] * provider.finds_what_it_took


def test_look_up_finds_nothing_of_other_people_or_of_a_later_time(provider: World):
    before = SystemClock().now()
    message = provider.message()
    provider.gateway.send(message)

    assert provider.gateway.look_up(to="+13125550199", sender=None, since=before) == ()
    assert provider.gateway.look_up(to=message.to, sender=None, since=SystemClock().now() + SOON) == ()


def test_look_up_lists_oldest_first(provider: World):
    before = SystemClock().now()
    outcomes = [provider.gateway.send(provider.message(body=each)) for each in ("one", "two", "three")]
    names = [outcome.provider_id for outcome in outcomes if isinstance(outcome, Accepted)]

    found = provider.gateway.look_up(to=provider.message().to, sender=None, since=before)

    assert [record.provider_id for record in found] == (names if provider.finds_what_it_took else [])


def test_many_threads_share_one_gateway_and_nothing_is_lost_or_doubled(provider: World):
    ids = [f"m{index}" for index in range(60)]
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda each: provider.gateway.send(provider.message(id=each)), ids))

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert sorted(provider.taken()) == sorted(ids)


@pytest.mark.parametrize(
    "body", ["", " ", "x" * 5000, "nul \0 inside", "Grüße 🙂", "\ud800 half", "line\r\nbreak\n.\n.dot"]
)
def test_no_text_makes_it_raise(provider: World, body: str):
    assert isinstance(provider.gateway.send(provider.message(body=body)), Accepted | Refused | Uncertain)


@pytest.mark.parametrize("name", ["twilio", "twilio-voice", "mail"])
def test_a_provider_that_cannot_be_reached_took_nothing_and_may_be_tried_later(name: str):
    with world(name) as running:
        gateway, message = running.gateway, running.message()

    outcome = gateway.send(message)

    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code) == (RefusalKind.LATER, "connection")

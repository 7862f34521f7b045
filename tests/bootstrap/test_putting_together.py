"""Settings -> a wired context: what is made once, what is refused, which sender a text goes out under."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from followup.bootstrap.contents import SendersFromSettings
from followup.bootstrap.demo import demo
from followup.bootstrap.demo_keys import FILE, make_demo_keys, with_demo_keys
from followup.bootstrap.live import live
from followup.bootstrap.only_one import OnlyOne
from followup.bootstrap.tool import tool
from followup.clock import SystemClock
from followup.content.loader import Content, load_content
from followup.domain.people import Channel
from followup.errors import FollowupError
from followup.services.context import Mode, Published
from followup.settings import LiveSettings, Settings, load
from tests.test_settings import LIVE

ROOT = Path(__file__).resolve().parents[2]
SUNDAY = datetime.fromisoformat("2026-11-22T09:00:00-06:00")
NOBODY: Callable[[frozenset[str]], None] = lambda _topics: None  # noqa: E731 - a value


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*os.environ]:
        if name.startswith(("FOLLOWUP_", "TWILIO_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOLLOWUP_SCHEDULES", str(ROOT / "schedules.yaml"))
    monkeypatch.setenv("FOLLOWUP_TEMPLATES", str(ROOT / "templates"))


def give(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in {**LIVE, **more}.items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Where the clock of a demo stood once it was made, and where it was said to be on the way there."""

    now: datetime
    told: list[datetime]


Restart = Callable[[datetime | None], Started]


@pytest.fixture
def restart() -> Restart:
    def start(at: datetime | None) -> Started:
        told: list[datetime] = []
        made = demo(
            load(Settings), var=Path("var"), at=at, empty=False, public_url="http://127.0.0.1:1", told=told.append
        )
        made.close()
        return Started(now=made.world.now(), told=told)

    return start


def test_the_secrets_of_a_demo_are_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, password = make_demo_keys(load(Settings), tmp_path / "var")
    again, same = make_demo_keys(load(Settings), tmp_path / "var")
    assert password == same
    assert (first.data_keys, first.index_keys, first.api_token) == (again.data_keys, again.index_keys, again.api_token)
    assert len({first.data_keys, first.index_keys, first.secret_keys}) == 3
    assert stat.S_IMODE((tmp_path / "var" / FILE).stat().st_mode) == 0o600
    assert with_demo_keys(load(Settings), tmp_path / "var").data_keys == first.data_keys
    assert with_demo_keys(load(Settings), tmp_path / "nowhere").data_keys == ()


def test_two_demos_share_no_secret(tmp_path: Path) -> None:
    one, password = make_demo_keys(load(Settings), tmp_path / "one")
    two, other = make_demo_keys(load(Settings), tmp_path / "two")
    assert password != other
    assert one.data_keys != two.data_keys


def test_what_is_set_wins_over_what_the_demo_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_demo_keys(load(Settings), tmp_path)
    monkeypatch.setenv("FOLLOWUP_API_TOKEN", "mine")
    assert make_demo_keys(load(Settings), tmp_path)[0].api_token == "mine"


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with OnlyOne(tmp_path / "a.sqlite"):
        with pytest.raises(FollowupError, match=r"another process runs on .*a\.sqlite already"):
            OnlyOne(tmp_path / "a.sqlite").__enter__()
        with OnlyOne(tmp_path / "b.sqlite"):
            pass
    with OnlyOne(tmp_path / "a.sqlite"):
        pass


def test_an_empty_database_becomes_live_and_stays_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    give(monkeypatch, FOLLOWUP_ONLY_TO="+13125550142, +13125550143", FOLLOWUP_SHADOW="1")
    service = live(load(LiveSettings), on_commit=NOBODY)
    policy = service.context.policy
    assert (policy.mode, policy.provider_answers_keywords, policy.shadow) == (Mode.LIVE, True, True)
    assert policy.only_to == {"+13125550142", "+13125550143"}
    assert [*service.context.gateways] == [Channel.SMS, Channel.VOICE]
    assert service.context.content.current().version == 1
    service.close()
    with pytest.raises(FollowupError, match="made for live use"):
        demo(load(Settings), var=Path("var"), at=SUNDAY, empty=True, public_url="http://127.0.0.1:1")
    beside = tool(load(Settings), Path("var"))
    assert (beside.policy.mode, dict(beside.gateways)) == (Mode.LIVE, {})
    beside.store.close()


def test_a_demo_stays_a_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    made = demo(load(Settings), var=Path("var"), at=SUNDAY, empty=True, public_url="http://127.0.0.1:1")
    assert made.context.policy.provider_answers_keywords is False
    made.close()
    beside = tool(load(Settings), Path("var"))
    assert (beside.clock.now(), beside.policy.public_url) == (SUNDAY, "http://127.0.0.1:1")
    beside.store.close()
    give(monkeypatch)
    with pytest.raises(FollowupError, match="made for demo use"):
        live(load(LiveSettings), on_commit=NOBODY)


def test_a_demo_started_again_goes_on_at_the_instant_where_its_clock_stood(restart: Restart) -> None:
    """Nobody who comes back the next day waits for a night of alerts that nobody answered."""
    yesterday = SystemClock().now().replace(microsecond=0) - timedelta(days=1, hours=5)
    assert restart(yesterday).now == yesterday
    again = restart(None)
    assert (again.now, again.told) == (yesterday, [])
    earlier = restart(yesterday - timedelta(days=3))
    assert (earlier.now, earlier.told) == (yesterday, [])


def test_a_demo_that_is_to_catch_up_tells_how_far_it_is(restart: Restart) -> None:
    restart(SUNDAY)
    later = restart(SUNDAY + timedelta(days=2))
    assert later.now == SUNDAY + timedelta(days=2)
    assert later.told == sorted(later.told)
    assert (later.told[0] > SUNDAY, len(later.told) > 2, later.told[-1]) == (True, True, later.now)


def test_links_of_a_command_lead_to_the_service_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo is where it runs, also where the settings name the real service, and also on another port next time."""
    monkeypatch.setenv("FOLLOWUP_PUBLIC_URL", "https://follow.example.org")
    for address in ("http://127.0.0.1:1", "http://127.0.0.1:2"):
        demo(load(Settings), var=Path("var"), at=SUNDAY, empty=True, public_url=address).close()
        beside = tool(load(Settings), Path("var"))
        assert beside.policy.public_url == address
        beside.store.close()


def test_links_of_a_command_without_settings_lead_to_the_live_service(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch)
    live(load(LiveSettings), on_commit=NOBODY).close()
    monkeypatch.delenv("FOLLOWUP_PUBLIC_URL")
    beside = tool(load(Settings), Path("var"))
    assert beside.policy.public_url == LIVE["FOLLOWUP_PUBLIC_URL"]
    beside.store.close()


def test_without_keys_a_command_says_which_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch)
    live(load(LiveSettings), on_commit=NOBODY).close()
    monkeypatch.delenv("FOLLOWUP_DATA_KEYS")
    with pytest.raises(FollowupError, match="FOLLOWUP_DATA_KEYS and FOLLOWUP_INDEX_KEY are missing"):
        tool(load(Settings), Path("var"))


class Book:
    """One version, always."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def current(self) -> Published:
        return Published(version=1, content=self._content)

    def version(self, number: int) -> Content:
        return self._content


@pytest.mark.parametrize("sender", ["+13125559999", None])
def test_the_number_in_the_settings_is_the_only_clinics_sender(sender: str | None) -> None:
    content = load_content(ROOT / "schedules.yaml", ROOT / "templates")
    book = SendersFromSettings(Book(content), sender)
    for seen in (book.current().content, book.version(1)):
        (clinic,) = seen.configuration.clinics.values()
        assert clinic.sender == sender
    (unchanged,) = content.configuration.clinics.values()
    assert unchanged.sender == "+13125550100"

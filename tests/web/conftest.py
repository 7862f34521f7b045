"""The web floor, live and as a demo, over the shipped clinic, real storage on SQLite and the simulated provider."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from followup.clock import StandingClock
from followup.domain import windows
from followup.gateways.twilio_webhook import TwilioWebhook
from followup.services.sign_in import Passwords, add_account
from followup.simulation.world import World
from followup.web.app import create_app
from followup.web.deps import WebDeps
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock, PatientPerson
from tests.support.twilio_signed_posts import signed as signature_of

PUBLIC_URL = "https://follow.example.org"
AUTH_TOKEN = "provider-token"
API_TOKEN = "first-token-of-these-tests"
PASSWORD = "four plain words together"
#: Cheap on purpose: what is tested is who gets in, not how long a hash takes.
CHEAP = Passwords(passes=1, memory_kib=64)

_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


@dataclass
class Web:
    """One application, the clinic behind it, and the clock by which sign-ins and links end."""

    clinic: Clinic
    clock: Clock
    real_clock: StandingClock
    deps: WebDeps
    browsers: list[TestClient] = field(default_factory=list)

    def browser(self, *, base: str | None = None, client: tuple[str, int] = ("127.0.0.1", 50000)) -> TestClient:
        """A new browser without cookies; it follows no redirect by itself."""
        address = base or (PUBLIC_URL if self.deps.secure_cookies else "http://127.0.0.1:8000")
        browser = TestClient(create_app(self.deps), base_url=address, follow_redirects=False, client=client)
        self.browsers.append(browser)
        return browser

    def signed_in(self, person: str = "kay") -> TestClient:
        """A browser in which `person` has signed in."""
        browser = self.browser()
        answer = post(browser, "/staff/sign-in", {"person": person, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return browser

    def api(self, token: str = API_TOKEN) -> TestClient:
        """A program that calls the API."""
        program = self.browser()
        program.headers["authorization"] = f"Bearer {token}"
        return program

    def emergency(self) -> str:
        """Ann answers the evening's check-in with "3", need help now; the id of the alert it raised at 12:00."""
        ann = self.ann()
        self.clinic.infusion(ann, ended="08:00")
        self.clock.to("12:00")
        ann.replies("3")
        return self.clinic.alerts("open")[0].id

    def written_by_a_stranger(self, words: str) -> str:
        """An unknown number writes; the id of the alert it raised."""
        self.clinic.stranger().replies(words)
        return self.clinic.alerts("open")[0].id

    def ann(self) -> PatientPerson:
        """The one patient of most tests."""
        known = [person for person in self.clinic.people if isinstance(person, PatientPerson)]
        return known[0] if known else self.clinic.patient("Ann", baseline=5)


def form_token(browser: TestClient, page: str = "/staff/sign-in") -> str:
    """The token of the first form on a page."""
    shown = browser.get(page, follow_redirects=True)
    found = _FORM_TOKEN.search(shown.text)
    assert found, f"{page} has no form"
    return found[1]


def post(browser: TestClient, path: str, fields: dict[str, str], *, page: str | None = None):
    """Send a form as its own page would; `page` is where the form stands."""
    token = form_token(browser, page or path)
    return browser.post(path, data={"form_token": token, **fields})


def signed(path: str, form: Sequence[tuple[str, str]], *, token: str = AUTH_TOKEN) -> dict[str, str]:
    """The header with which the provider signs this request."""
    return {"x-twilio-signature": signature_of(token, f"{PUBLIC_URL}{path}", tuple(form))}


MakeWeb = Callable[..., Web]


def build(database_url: str, *, demo: bool = False, health: dict[str, Any] | None = None, **changes: Any) -> Web:
    """Puts an application together; `health` and keywords replace fields of what it says and of its WebDeps."""
    clinic = Clinic(database_url, start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    real_clock = StandingClock(datetime(2026, 11, 22, 15, tzinfo=UTC))
    state = {
        "ready": True,
        "checks": {"database": "ok"},
        "schedule": {"version": 1, "pending_error": None},
        "hold": False,
        "shadow": False,
        "mode": "demo" if demo else "live",
    }
    fields: dict[str, Any] = {
        "context": clinic.context,
        "webhook": None if demo else TwilioWebhook(public_url=PUBLIC_URL, auth_tokens=[AUTH_TOKEN]),
        "simulation": World(clinic.context, clinic.clock, clinic.provider) if demo else None,
        "health": lambda: {**state, **(health or {})},
        "secret_key": b"k" * 32,
        "secure_cookies": not demo,
        "pages": ROOT / "templates" / "pages",
        "real_clock": real_clock,
        "api_token": API_TOKEN,
        "passwords": CHEAP,
    }
    for person in ("kay", "sam"):
        add_account(
            clinic.context,
            clinic="prairie",
            person=person,
            password=PASSWORD,
            passwords=CHEAP,
            now=real_clock.now(),
            actor="test",
        )
    return Web(clinic, Clock(clinic), real_clock, WebDeps(**(fields | changes)))


@pytest.fixture
def make_web(migrated_sqlite_url: str) -> Iterator[MakeWeb]:
    """Makes an application as `build` does, on a database of this test."""
    made: list[Web] = []

    def make(**changes: Any) -> Web:
        made.append(build(migrated_sqlite_url, **changes))
        return made[-1]

    yield make
    for web in made:
        web.clinic.close()


@pytest.fixture
def live(make_web: MakeWeb) -> Web:
    """The application of a live service."""
    return make_web()


@pytest.fixture
def demo(make_web: MakeWeb) -> Web:
    """The application of the demo."""
    return make_web(demo=True)


def _standing(template: Path, folder: Path, *, demo: bool) -> Iterator[Web]:
    file = folder / "standing.sqlite"
    shutil.copyfile(template, file)
    web = build(f"sqlite:///{file}", demo=demo)
    yield web
    web.clinic.close()


@pytest.fixture(scope="module")
def standing(migrated_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A live application that tests share: only for requests that change nothing."""
    yield from _standing(migrated_sqlite_template, tmp_path_factory.mktemp("live"), demo=False)


@pytest.fixture(scope="module")
def standing_demo(migrated_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A demo that tests share: only for requests that change nothing."""
    yield from _standing(migrated_sqlite_template, tmp_path_factory.mktemp("demo"), demo=True)


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The application behind a real socket on loopback; gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, server_header=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()

"""The web floor, live and as a demo, over the shipped clinic, real storage on SQLite and the simulated provider."""

from __future__ import annotations

import base64
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
import uvicorn
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from followup.clock import StandingClock
from followup.domain import windows
from followup.domain.access import Role
from followup.gateways.twilio_webhook import TwilioWebhook
from followup.ids import new_id
from followup.services.accounts import add_account
from followup.services.links import hash_of
from followup.services.passwords import Passwords
from followup.simulation.world import World
from followup.storage.devices import Device
from followup.storage.second_factors import SecondFactor
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

    def signed_in(self, person: str = "kay", *, own: bool = True) -> TestClient:
        """A browser in which `person` has signed in; `own`: one that they called their own before."""
        browser = self.known_browser(person) if own and self.deps.second_factor else self.browser()
        answer = post(browser, "/staff/sign-in", {"person": person, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        if answer.headers["location"].startswith("/staff/sign-in/code"):
            answer = post(browser, "/staff/sign-in/code", {"code": self.code(person)})
            assert answer.status_code == 303, answer.text
        return browser

    def known_browser(self, person: str = "kay") -> TestClient:
        """A browser that `person` called their own before, signed out."""
        browser = self.browser()
        browser.cookies.set("__Host-known", known_token(person), domain="follow.example.org")
        return browser

    def code(self, person: str) -> str:
        """The code that this person's phone shows next; half a minute goes by, since each counts once."""
        self.real_clock.advance(timedelta(seconds=30))
        return pyotp.TOTP(seed(person)).at(self.real_clock.now())

    def account(self, person: str, role: Role | None = None, *, clinic: str = "prairie") -> None:
        """`person` gets an account, and on a live service a phone with codes and a browser of their own."""
        add_account(
            self.clinic.context,
            clinic=clinic,
            person=person,
            password=PASSWORD,
            passwords=CHEAP,
            now=self.real_clock.now(),
            actor="test",
            role=role,
        )
        if self.deps.second_factor:
            _enrol(self.clinic, person, self.real_clock.now())

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
    web = Web(clinic, Clock(clinic), real_clock, WebDeps(**(fields | changes)))
    for person in ("kay", "sam"):
        web.account(person)
    return web


def seed(person: str) -> str:
    """What the phone of this person and the service share."""
    return base64.b32encode(person.encode().ljust(20, b"-")).decode()


def known_token(person: str) -> str:
    """The token of the browser that this person called their own."""
    return f"known-browser-of-{person}"


def _enrol(clinic: Clinic, person: str, now: datetime) -> None:
    with clinic.store.write() as uow:
        account = uow.accounts.by_person(person)
        assert account is not None
        if uow.second_factors.confirmed(account.id) is not None:
            return
        factor = SecondFactor(id=new_id(), account=account.id, seed=seed(person), made_at=now)
        uow.second_factors.begin(factor)
        uow.second_factors.confirm(factor, 0, now)
        uow.devices.add(
            Device(
                id=new_id(),
                account=account.id,
                token_hash=hash_of(known_token(person)),
                name="Firefox on Linux",
                made_at=now,
                seen_at=now,
                expires_at=now + timedelta(days=30),
            )
        )
        uow.commit()


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

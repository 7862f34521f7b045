"""Times the staff pages over a large clinic's data, through the real application; `make bench` runs it.

python -m bench.pages                      2,000 patients, made anew and thrown away
BENCH=full python -m bench.pages           20,000 patients and a million messages
python -m bench.pages --make FILE          makes such a database and keeps it
python -m bench.pages --on FILE            times the pages over one that was kept
"""

from __future__ import annotations

import argparse
import math
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from bench.many_patients import CLINIC, KEYS, NOW, Size, make
from followup.clock import StandingClock
from followup.content.lexicon import load_lexicon
from followup.content.loader import Content, load_content
from followup.domain.access import Role, Stage
from followup.services.accounts import add_account
from followup.services.context import Context, Mode, Policy
from followup.services.links import hash_of
from followup.services.passwords import Passwords
from followup.services.publish_schedules import StoredContent
from followup.storage import migrate
from followup.storage.store import Store
from followup.storage.vault import Vault
from followup.web.app import create_app
from followup.web.deps import WebDeps

ROOT = Path(__file__).resolve().parent.parent
SHORT = Size(patients=2_000)
#: Each patient with two courses of six check-ins of five texts: a million messages after those that were silent.
FULL = Size(patients=20_000)
ROUNDS = 20
#: What nobody waits for.
GOAL_MS = 150
_TOKEN = "a-session-of-the-benchmark"  # noqa: S105 - opens a made-up database that is thrown away


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One page: the milliseconds of every round, sorted; `work` is what the processor spent on one, in the middle."""

    name: str
    spans: tuple[float, ...]
    work: float
    size: int

    @property
    def median(self) -> float:
        """Half of the rounds took no longer."""
        return statistics.median(self.spans)

    @property
    def slow(self) -> float:
        """19 of 20 rounds took no longer."""
        return self.spans[math.ceil(0.95 * len(self.spans)) - 1]


def main() -> int:
    """Print the median and the 95th percentile of each page."""
    asked = _arguments()
    content = load_content(ROOT / "schedules.yaml", ROOT / "templates")
    if asked.make:
        _say(_made(f"sqlite:///{Path(asked.make).resolve()}", content, FULL))
        return 0
    if asked.on:
        _measure(f"sqlite:///{Path(asked.on).resolve()}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite"
        _say(_made(url, content, FULL if os.environ.get("BENCH") == "full" else SHORT))
        _measure(url)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--make", metavar="FILE", nargs="?", const="var/bench.sqlite", help="only make the data")
    parser.add_argument("--on", metavar="FILE", help="time the pages over this database")
    return parser.parse_args()


def _made(url: str, content: Content, size: Size) -> str:
    began = time.perf_counter()
    rows = make(url, content, size)
    counts = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in rows.items())
    return f"made {counts} in {time.perf_counter() - began:.0f} s"


def _measure(url: str) -> None:
    with _browser(url) as (browser, store):
        for timed in _pages(browser, store):
            mark = "" if timed.slow < GOAL_MS else "   over the goal"
            _say(
                f"{timed.name:<20} median {timed.median:5.0f} ms   95% {timed.slow:5.0f} ms   "
                f"processor {timed.work:5.0f} ms   {timed.size / 1024:4.0f} kB{mark}"
            )


@contextmanager
def _browser(url: str) -> Iterator[tuple[TestClient, Store]]:
    """A signed-in browser before the real application over the database at `url`, brought up to date first."""
    migrate.upgrade(url)
    store = Store(url, vault=Vault(*KEYS))
    clock = StandingClock(NOW)
    context = Context(
        store=store,
        clock=clock,
        content=StoredContent(store),
        lexicon=load_lexicon(),
        policy=Policy(public_url="http://127.0.0.1:8000", mode=Mode.LIVE),
        gateways={},
    )
    _sign_in(context)
    deps = WebDeps(
        context=context,
        webhook=None,
        simulation=None,
        health=lambda: {
            "ready": True,
            "checks": {"database": "ok"},
            "schedule": {"version": 1, "pending_error": None},
            "hold": False,
            "shadow": False,
            "mode": "live",
        },
        secret_key=b"k" * 32,
        secure_cookies=False,
        pages=ROOT / "templates" / "pages",
        real_clock=clock,
    )
    browser = TestClient(create_app(deps), base_url="http://127.0.0.1:8000", follow_redirects=False)
    browser.cookies.set("session", _TOKEN)
    try:
        yield browser, store
    finally:
        browser.close()
        store.close()


def _sign_in(context: Context) -> None:
    cheap = Passwords(passes=1, memory_kib=64)
    with context.store.read() as uow:
        known = uow.accounts.by_person("kay")
    if known is None:
        add_account(
            context,
            clinic=CLINIC,
            person="kay",
            password="four plain words together",  # noqa: S106 - as above
            passwords=cheap,
            now=NOW,
            actor="bench",
            role=Role.LEAD,
        )
    with context.store.write() as uow:
        account = uow.accounts.by_person("kay")
        if account is not None and uow.sessions.session(hash_of(_TOKEN)) is None:
            uow.sessions.add_session(
                hash_of(_TOKEN), account.id, NOW, NOW + timedelta(hours=8), clinic=CLINIC, stage=Stage.FULL
            )
        uow.commit()


def _pages(browser: TestClient, store: Store) -> Iterator[Timed]:
    with store.read() as uow:
        alert = uow.alerts.unclosed_of(CLINIC)[0]
        patient = uow.patients.get(alert.patient or "")
    assert patient is not None  # noqa: S101 - the benchmark's own data
    paths = {
        "board": "/staff",
        "board, renewed": "/staff/board",
        "alert": f"/staff/alerts/{alert.id}",
        "lists": "/staff/lists",
        "work list": "/staff/routine",
        "inbox": "/staff/inbox",
        "patients": "/staff/patients",
        "patient": f"/staff/patients/{patient.id}",
        "patient, all": f"/staff/patients/{patient.id}?all=1",
        "patient, renewed": f"/staff/patients/{patient.id}/talk",
        "patient, on file": f"/staff/patients/{patient.id}/file",
        "today": "/staff/today",
    }
    for name, path in paths.items():
        yield _timed(name, [lambda path=path: browser.get(path)] * ROUNDS)  # type: ignore[misc]
    token = re.findall(r'name="form_token" value="([^"]+)"', browser.get("/staff/patients").text)[0]
    for name, words in {"search, one found": patient.name, "search, many found": "ann"}.items():
        form = {"form_token": token, "words": words}
        yield _timed(name, [lambda form=form: browser.post("/staff/patients", data=form)] * ROUNDS)  # type: ignore[misc]


def _timed(name: str, asks: list) -> Timed:  # type: ignore[type-arg]
    first = asks[0]()
    if first.status_code != 200:
        raise SystemExit(f"{name} answered {first.status_code}")
    spans, work = [], []
    for ask in asks:
        began, busy = time.perf_counter(), time.process_time()
        ask()
        spans.append(1000 * (time.perf_counter() - began))
        work.append(1000 * (time.process_time() - busy))
    return Timed(name=name, spans=tuple(sorted(spans)), work=statistics.median(work), size=len(first.content))


def _say(line: str) -> None:
    sys.stdout.write(f"pages: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

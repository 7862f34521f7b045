"""The real service as a process of its own, with what a test needs to start, watch, ask and end it.

with Service(folder, twilio, FOLLOWUP_API_TOKEN="...") as service:
    service.post_infusion(...)
    service.kill()
    service.start()
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from followup.clock import SystemClock
from tests.support.twilio_stand_in import TwilioStandIn

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0  # seconds that anything here waits at most
#: A check-in that was due before its infusion was recorded is skipped.
SOON = timedelta(seconds=4)
TOKEN = "process-test-token"
KEYS = [base64.b64encode(bytes([number]) * 31 + bytes([number + 1])).decode() for number in (1, 2, 3)]

T = TypeVar("T")


def settings(twilio: TwilioStandIn, database: str, **more: str) -> dict[str, str]:
    """What a live service is started with in tests."""
    return {
        "FOLLOWUP_DATABASE_URL": database,
        "FOLLOWUP_PUBLIC_URL": twilio.public_url,
        "FOLLOWUP_PORT": "0",
        "FOLLOWUP_SECRET_KEY": KEYS[0],
        "FOLLOWUP_DATA_KEYS": KEYS[1],
        "FOLLOWUP_INDEX_KEY": KEYS[2],
        "FOLLOWUP_API_TOKEN": TOKEN,
        "FOLLOWUP_TWILIO_BASE_URL": twilio.url,
        "TWILIO_ACCOUNT_SID": twilio.account,
        "TWILIO_AUTH_TOKEN": twilio.token,
        "TWILIO_FROM_NUMBER": twilio.number,
        **more,
    }


def environment(values: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the machine's own settings or proxies, the project's schedule and templates, and `values`."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    own = {"FOLLOWUP_SCHEDULES": str(ROOT / "schedules.yaml"), "FOLLOWUP_TEMPLATES": str(ROOT / "templates")}
    return kept | own | dict(values)


def run(folder: Path, arguments: Sequence[str], values: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment({"PYTHONPATH": str(ROOT), **values}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def followup(*arguments: str) -> list[str]:
    """The console script, whatever the folder."""
    return ["-c", "import sys; from followup.cli import main; sys.exit(main())", *arguments]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP."""

    status: int
    body: str

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Process:
    """One process whose output is read as it comes."""

    def __init__(self, folder: Path, arguments: Sequence[str], values: Mapping[str, str]) -> None:
        self._child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env=environment({"PYTHONPATH": str(ROOT), **values}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self.errors: list[str] = []
        self._changed = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(self._child.stdout, self.lines), daemon=True),
            threading.Thread(target=self._read, args=(self._child.stderr, self.errors), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def wait_for_line(self, wanted: Callable[[str], bool]) -> str:
        """The first line of standard output that is `wanted`. Raises AssertionError when the process ends before."""
        seen = 0
        with self._changed:
            while True:
                for line in self.lines[seen:]:
                    seen += 1
                    if wanted(line):
                        return line
                ended = self._child.poll() is not None and not self._readers[0].is_alive()
                assert not ended, f"the process ended with {self._child.poll()}: {self.errors} {self.lines}"
                assert self._changed.wait(PATIENCE), f"no such line within {PATIENCE:.0f} s: {self.lines}"

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._child.send_signal(number)

    def wait(self, seconds: float = PATIENCE) -> int:
        """The exit code. Raises TimeoutExpired."""
        code = self._child.wait(seconds)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    def end(self) -> None:
        """Make sure that nothing is left running."""
        if self._child.poll() is None:
            self._child.kill()
        self.wait()

    def _read(self, stream: Any, into: list[str]) -> None:
        with stream:
            for line in stream:
                with self._changed:
                    into.append(line.rstrip("\n"))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()


class Web:
    """Asks a process over HTTP on loopback."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request, with the API's token."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", **(headers or {})}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), sent)
            answer = connection.getresponse()
            return Reply(answer.status, answer.read().decode())
        finally:
            connection.close()


class Service:
    """`python worker.py` against a Twilio that is played on loopback."""

    def __init__(
        self, folder: Path, twilio: TwilioStandIn, *, database: str | None = None, role: str | None = None, **more: str
    ) -> None:
        self.folder = folder
        self.twilio = twilio
        self.database = database or f"sqlite:///{folder / 'service.sqlite'}"
        self._values = settings(twilio, self.database, **more)
        self._role = role
        self.worker = ROOT / "worker.py"
        self._process: Process | None = None
        self.web = Web(0)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.end()

    @property
    def process(self) -> Process:
        """The process that runs, or ran last."""
        assert self._process is not None
        return self._process

    @property
    def output(self) -> str:
        """All that the running process has written."""
        return "\n".join(self.process.lines + self.process.errors)

    def start(self) -> None:
        """Start it; returns when it is ready."""
        role = [] if self._role is None else ["--role", self._role]
        self._process = Process(self.folder, [str(self.worker), *role], self._values)
        line = json.loads(self._process.wait_for_line(lambda each: '"event": "ready"' in each))
        if "port" in line:
            self.web = Web(line["port"])
            self.twilio.target = f"http://127.0.0.1:{line['port']}"

    def kill(self) -> None:
        """SIGKILL: as when the machine dies."""
        self.process.signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self, seconds: float) -> int:
        """SIGTERM, and the exit code, which must come within `seconds`."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def post_infusion(self, patient: str, phone: str, *, due_in: timedelta = SOON, **more: object) -> Reply:
        """Record an infusion whose first check-in is due in `due_in`, where it is the middle of the day now."""
        return self.web.ask("POST", "/api/infusions", infusion(patient, phone, due_in=due_in, **more))

    def patient(self, patient: str) -> Any:
        """What the API tells of a patient."""
        reply = self.web.ask("GET", f"/api/patients/{patient}")
        assert reply.status == 200, reply
        return reply.json

    def alerts(self, status: str) -> list[Any]:
        """The alerts of one status, newest first."""
        reply = self.web.ask("GET", f"/api/alerts?status={status}")
        assert reply.status == 200, reply
        items: list[Any] = reply.json["items"]
        return items


def infusion(patient: str, phone: str, *, due_in: timedelta = SOON, **more: object) -> dict[str, object]:
    """An infusion as the API takes it, ended so that C1 (four hours after) is due in `due_in`."""
    now = SystemClock().now()
    return {
        "id": f"INF-{patient}",
        "patient": {
            "id": patient,
            "name": f"Canary {patient}",
            "phone": phone,
            "language": "en",
            "timezone": where_it_is_noon(now),
            "consent": {"sms": True},
        },
        "treatment": "ketamine",
        "ended_at": (now - timedelta(hours=4) + due_in).isoformat(),
        "baseline": {"pain": 5, "mood": 5},
        **more,
    }


def where_it_is_noon(now: datetime) -> str:
    """A zone in which it is between 12:00 and 13:00 now, whatever the hour that the tests run at."""
    ahead = 12 - now.astimezone(UTC).hour
    # The names count west: Etc/GMT-3 is three hours ahead of UTC.
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{-ahead:+d}"


def eventually(ask: Callable[[], T], holds: Callable[[T], bool]) -> T:
    """What `ask` gives once it `holds`; asks again at short intervals. Raises AssertionError after PATIENCE."""
    wait = threading.Event()
    for _ in range(int(PATIENCE / 0.1)):
        found = ask()
        if holds(found):
            return found
        wait.wait(0.1)
    raise AssertionError(f"did not come to hold within {PATIENCE:.0f} s: {ask()!r}")

"""`followup demo` as a process: a clinic to try, whose clock is pushed and which goes on where it stood."""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.process.service import ROOT, TOKEN, Process, Web, eventually, followup, run, settings

SUNDAY = "2026-11-22T09:00:00-06:00"
ANN = "+13125550999"
INFUSION = {
    "id": "INF-1",
    "patient": {
        "id": "P-1",
        "name": "Ann Lee",
        "phone": ANN,
        "language": "en",
        "timezone": "America/Chicago",
        "consent": {"sms": True},
    },
    "treatment": "ketamine",
    "ended_at": "2026-11-22T08:00:00-06:00",
    "baseline": {"pain": 5, "mood": 5},
}


class Demo(Web):
    """A demo that runs."""

    def __init__(self, process: Process, address: str) -> None:
        super().__init__(int(address.rpartition(":")[2]))
        self.process = process
        self.address = address

    def now(self) -> str:
        """Where its clock stands."""
        text: str = self.ask("GET", "/simulator/api/clock").json["now"]
        return text

    def push(self, **to: str) -> None:
        """Push the clock."""
        assert self.ask("POST", "/simulator/api/clock", to).status == 200

    def phone(self, number: str) -> list[dict]:
        """What a phone shows."""
        shown: list[dict] = self.ask("GET", f"/simulator/api/phones/{quote(number)}/messages").json
        return shown

    def texts(self, number: str) -> list[str]:
        """The texts that a phone got."""
        return [each["body"] for each in self.phone(number) if each["to"] == number]


@contextmanager
def demo(folder: Path, *arguments: str, **values: str) -> Iterator[Demo]:
    given = {"FOLLOWUP_API_TOKEN": TOKEN, **values}
    process = Process(folder, followup("demo", "--no-browser", *arguments), given)
    try:
        line = process.wait_for_line(lambda each: each.startswith("ready "))
        yield Demo(process, line.removeprefix("ready "))
    finally:
        process.end()


def stop(running: Demo) -> None:
    running.process.signal(signal.SIGTERM)
    assert running.process.wait(10) == 0


def test_a_day_in_the_demo(tmp_path: Path) -> None:
    with demo(tmp_path, "--port", "0", "--var", "clinic", "--at", SUNDAY, "--empty") as clinic:
        assert clinic.address.startswith("http://127.0.0.1:")
        assert clinic.ask("GET", "/readyz").json["mode"] == "demo"
        assert clinic.now() == "2026-11-22T15:00:00+00:00"
        assert {phone["role"] for phone in clinic.ask("GET", "/simulator/api/phones").json} == {"staff"}

        assert clinic.ask("POST", "/api/infusions", INFUSION).status == 201
        clinic.push(advance="3h")
        (text,) = clinic.texts(ANN)
        assert "how are you now?" in text
        assert clinic.now() == "2026-11-22T18:00:00+00:00"

        clinic.ask("POST", f"/simulator/api/phones/{quote(ANN)}/messages", {"body": "STOP"})
        assert len(clinic.texts(ANN)) == 2
        clinic.push(to="2026-11-29T09:00:00-06:00")
        assert len(clinic.texts(ANN)) == 2
        assert clinic.ask("POST", "/simulator/api/clock", {"to": SUNDAY}).status in {400, 422}
        stop(clinic)


def test_started_again_it_goes_on_where_it_stood(tmp_path: Path) -> None:
    where = ("--port", "0", "--var", "clinic", "--at", SUNDAY)
    with demo(tmp_path, *where) as clinic:
        patients = [phone for phone in clinic.ask("GET", "/simulator/api/phones").json if phone["role"] == "patient"]
        assert 3 <= len(patients) <= 4
        assert all(phone["number"].startswith("+1312555") for phone in patients)
        clinic.push(advance="2d")
        seen = {phone["number"]: clinic.texts(phone["number"]) for phone in patients}
        assert any(seen.values())
        stop(clinic)
    with demo(tmp_path, *where) as clinic:
        assert clinic.now() == "2026-11-24T15:00:00+00:00"
        assert {number: clinic.texts(number) for number in seen} == seen
        stop(clinic)
    with demo(tmp_path, "--port", "0", "--var", "clinic") as clinic:
        assert clinic.now() == "2026-11-24T15:00:00+00:00"
        clinic.process.wait_for_line(lambda line: "Tue 2026-11-24 09:00, where it stood" in line)
        stop(clinic)
    with demo(tmp_path, "--port", "0", "--var", "clinic", "--at", "2026-11-25T09:00:00-06:00") as clinic:
        assert clinic.now() == "2026-11-25T15:00:00+00:00"
        assert clinic.process.lines[0].startswith(f"starting {clinic.address}, once all that is due on the way")
        clinic.process.wait_for_line(lambda line: "Wed 2026-11-25 09:00; it stands still" in line)
        stop(clinic)


def test_everything_is_in_one_folder_and_only_the_owner_may_read_its_keys(tmp_path: Path) -> None:
    with demo(tmp_path, "--port", "0", "--var", "clinic", "--empty") as clinic:
        stop(clinic)
    assert [entry.name for entry in tmp_path.iterdir()] == ["clinic"]
    mode = stat.S_IMODE(os.stat(tmp_path / "clinic" / "demo-secrets.env").st_mode)  # noqa: PTH116 - the mode alone
    assert mode == 0o600


def test_commands_act_on_a_demo_that_runs(tmp_path: Path) -> None:
    with demo(tmp_path, "--port", "0", "--var", "clinic", "--at", SUNDAY, "--empty") as clinic:
        clinic.ask("POST", "/api/infusions", INFUSION)
        clinic.push(advance="3h")
        clinic.ask("POST", f"/simulator/api/phones/{quote(ANN)}/messages", {"body": "chest pain, cant breathe"})
        (alert,) = clinic.ask("GET", "/api/alerts?status=open").json["items"]
        told = [phone for phone in clinic.ask("GET", "/simulator/api/phones").json if clinic.texts(phone["number"])]
        (nurse,) = [phone for phone in told if phone["role"] == "staff"]

        var = ("--var", "clinic")
        done = run(tmp_path, followup("alerts", "acknowledge", alert["code"], "--by", nurse["name"], *var), {})
        assert (done.returncode, done.stderr) == (0, "")
        (taken,) = clinic.ask("GET", "/api/alerts?status=acknowledged").json["items"]
        assert (taken["acknowledged_by"], taken["acknowledged_at"]) == (nurse["name"], "2026-11-22T18:00:00+00:00")
        eventually(lambda: clinic.texts(nurse["number"]), lambda texts: len(texts) >= 1)
        stop(clinic)


def test_the_usual_port_or_a_free_one(tmp_path: Path) -> None:
    with (
        demo(tmp_path, "--var", "one", "--empty", FOLLOWUP_PORT="0") as one,
        demo(tmp_path, "--var", "two", "--empty", FOLLOWUP_PORT=str(one.port)) as two,
    ):
        assert one.port != two.port
        assert two.ask("GET", "/healthz").status == 200


def test_a_worker_refuses_the_database_of_a_demo(tmp_path: Path, twilio) -> None:
    with demo(tmp_path, "--port", "0", "--var", "clinic", "--empty") as clinic:
        stop(clinic)
    database = f"sqlite:///{tmp_path / 'clinic' / 'followup.sqlite'}"
    done = run(tmp_path, [str(ROOT / "worker.py")], settings(twilio, database))
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "made for demo use" in done.stderr

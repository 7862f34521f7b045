"""A process that cannot do its work says so in at most five lines, and nothing before them; it never half starts."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.process.service import ROOT, Service, followup, run, settings
from tests.support.twilio_stand_in import TwilioStandIn

WORKER = [str(ROOT / "worker.py")]


def database_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'service.sqlite'}"


def assert_refused(done, *, saying: str) -> list[str]:
    lines = done.stderr.splitlines()
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert 1 <= len(lines) <= 5
    assert saying in done.stderr
    assert "Traceback" not in done.stderr
    return lines


def test_an_account_without_a_token_is_one_sentence(tmp_path: Path, twilio: TwilioStandIn) -> None:
    given = settings(twilio, database_in(tmp_path))
    given.pop("TWILIO_AUTH_TOKEN")
    done = run(tmp_path, WORKER, given)
    assert assert_refused(done, saying="TWILIO_AUTH_TOKEN is missing beside the other TWILIO_ settings") == [
        done.stderr.strip()
    ]
    assert [*tmp_path.iterdir()] == []


def test_without_any_setting_everything_needed_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, WORKER, {})
    assert len(assert_refused(done, saying="TWILIO_ACCOUNT_SID is missing")) == 5
    assert [*tmp_path.iterdir()] == []


def test_a_schedule_with_mistakes_and_nothing_to_fall_back_on(tmp_path: Path, twilio: TwilioStandIn) -> None:
    (tmp_path / "schedules.yaml").write_text("clinics:\n  a: 1\nnonsense: 2\n", encoding="utf-8")
    given = settings(twilio, database_in(tmp_path), FOLLOWUP_SCHEDULES="schedules.yaml")
    assert_refused(run(tmp_path, WORKER, given), saying="schedules.yaml:")


def test_a_schedule_broken_later_leaves_the_last_good_version_running(tmp_path: Path, twilio: TwilioStandIn) -> None:
    schedules = tmp_path / "schedules.yaml"
    schedules.write_text((ROOT / "schedules.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with Service(tmp_path, twilio, FOLLOWUP_SCHEDULES=str(schedules)) as service:
        assert service.terminate(10) == 0
        schedules.write_text("clinics: [\n", encoding="utf-8")
        service.start()
        state = service.web.ask("GET", "/readyz").json["schedule"]
        assert state["version"] == 1
        assert "schedules.yaml:" in state["pending_error"]
        assert service.post_infusion("P1", "+13125550142").status == 201
        assert service.terminate(10) == 0


def test_a_port_that_somebody_has(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = settings(twilio, database_in(tmp_path), FOLLOWUP_PORT=str(port))
        assert_refused(run(tmp_path, WORKER, given), saying=f"cannot listen on 127.0.0.1 port {port}")
        demo = followup("demo", "--port", str(port), "--var", "demo", "--no-browser")
        assert_refused(run(tmp_path, demo, {}), saying=f"port {port}")


def test_a_second_process_on_one_sqlite_file(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with Service(tmp_path, twilio) as service:
        second = run(tmp_path, WORKER, settings(twilio, service.database))
        assert_refused(second, saying="another process runs on")
        assert service.web.ask("GET", "/healthz").status == 200


@pytest.mark.parametrize("role", ["web", "worker"])
def test_roles_need_postgresql(tmp_path: Path, twilio: TwilioStandIn, role: str) -> None:
    done = run(tmp_path, [*WORKER, "--role", role], settings(twilio, database_in(tmp_path)))
    assert_refused(done, saying="needs PostgreSQL")


def test_a_demo_refuses_the_database_of_a_live_service(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with Service(tmp_path, twilio) as service:
        assert service.terminate(10) == 0
    demo = followup("demo", "--port", "0", "--var", "demo", "--no-browser")
    done = run(tmp_path, demo, {"FOLLOWUP_DATABASE_URL": service.database})
    assert_refused(done, saying="made for live use")


def test_a_demo_refuses_a_time_without_offset(tmp_path: Path) -> None:
    demo = followup("demo", "--port", "0", "--var", "demo", "--at", "2026-11-22T09:00", "--no-browser")
    assert_refused(run(tmp_path, demo, {}), saying="--at must be a time with its offset")


def test_other_keys_than_the_database_was_written_with(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with Service(tmp_path, twilio) as service:
        assert service.terminate(10) == 0
    given = settings(twilio, service.database)
    swapped = given | {"FOLLOWUP_DATA_KEYS": given["FOLLOWUP_INDEX_KEY"]}
    assert_refused(run(tmp_path, WORKER, swapped), saying="FOLLOWUP_DATA_KEYS lacks the key")
    swapped = given | {"FOLLOWUP_INDEX_KEY": given["FOLLOWUP_DATA_KEYS"]}
    assert_refused(run(tmp_path, WORKER, swapped), saying="FOLLOWUP_INDEX_KEY lacks a key")

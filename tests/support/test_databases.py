"""The databases that tests get are theirs alone and go when the run ends."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).parents[2]


def libpq(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def test_each_postgres_database_is_fresh(make_postgres_database):
    first, second = make_postgres_database(), make_postgres_database()
    with psycopg.connect(libpq(first)) as connection:
        connection.execute("CREATE TABLE mark (id int)")
    with psycopg.connect(libpq(second)) as connection:
        assert connection.execute("SELECT to_regclass('mark')").fetchone() == (None,)


def test_a_database_of_each_kind(database_url):
    assert database_url.startswith(("sqlite:///", "postgresql+psycopg://"))


HOLDS_A_DATABASE = """
import pathlib, time

def test_holds_a_database(postgres_url, run_directory):
    assert pathlib.Path({note!r}).write_text(str(run_directory))
    {then}
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["by itself", "interrupted", "killed"])
@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="that server is not ours to stop")
def test_nothing_is_left_running(tmp_path, ending):
    """However a run ends, its server goes with it and takes its files along."""
    note = tmp_path / "note"
    os.mkfifo(note)
    then = "" if ending == "by itself" else "time.sleep(60)"
    test = tmp_path / "test_run.py"
    test.write_text(HOLDS_A_DATABASE.format(note=str(note), then=then))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.support.databases"]
    with subprocess.Popen(
        [*command, "-c", os.devnull, "--rootdir", tmp_path, test],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    ) as run:
        directory = Path(note.read_text())  # returns once the test has its database
        watch = os.open(directory / "keeper.lock", os.O_RDWR)
        if ending != "by itself":
            run.send_signal(signal.SIGINT if ending == "interrupted" else signal.SIGKILL)
        run.wait()
    wait_until_free(watch)
    assert not directory.exists()


def wait_until_free(lock: int) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.close(lock)

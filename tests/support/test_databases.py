"""The databases that tests get are theirs alone and go when the run ends."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
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


def test_a_migrated_database_holds_the_schema(migrated_database_url):
    assert table_names(migrated_database_url) > {"alembic_version"}


def table_names(url: str) -> set[str]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    with psycopg.connect(libpq(url)) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables")}


SIGNALS = {"interrupted": signal.SIGINT, "terminated": signal.SIGTERM, "killed": signal.SIGKILL}

HOLDS_A_DATABASE = """
import signal
import sys

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs in the background may have it ignored

def test_holds_a_database(postgres_url, run_directory):
    print("directory", run_directory, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["by itself", *SIGNALS])
@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="that server is not ours to stop")
def test_nothing_is_left_running(tmp_path, ending):
    """However a run ends, its server goes with it and takes its files along."""
    test = tmp_path / "test_run.py"
    test.write_text(HOLDS_A_DATABASE)
    options = ["-q", "-s", "-p", "no:cacheprovider", "-p", "tests.support.databases", "-c", os.devnull]
    with subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, "--rootdir", tmp_path, test],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as run:
        directory = directory_of(run)
        lock = os.open(directory / "keeper.lock", os.O_RDWR)
        if ending in SIGNALS:
            run.send_signal(SIGNALS[ending])
            run.wait()
        run.communicate()  # closes what the test reads from: it goes on
    wait_until_free(lock)
    assert not directory.exists()


def directory_of(run: subprocess.Popen[str]) -> Path:
    """What the run says once its test has a database."""
    said = []
    for line in run.stdout or ():
        said.append(line)
        if line.startswith("directory "):
            return Path(line.split()[1])
    pytest.fail("The run ended early:\n" + "".join(said))


def wait_until_free(lock: int) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.close(lock)

"""Fixtures that give a test a database of its own, on SQLite and on PostgreSQL.

`database_url` (empty) and `migrated_database_url` (schema in place) run a test once on each; the fixtures named for
one database run it on that one. `make_postgres_database` and `make_migrated_database` are for tests that need several.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from tests.support import postgres
from tests.support.postgres import Postgres

DATABASES = ["sqlite", "postgresql"]

_run_directory = pytest.StashKey[Path]()
_alive = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a directory that all its processes share."""
    given = getattr(config, "workerinput", {}).get("run_directory")
    if given:
        config.stash[_run_directory] = Path(given)
        return
    run = Path(tempfile.mkdtemp(prefix="followup-tests-"))
    run.chmod(0o711)  # the server may run as another user
    os.mkfifo(run / "alive")
    config.stash[_run_directory] = run
    config.stash[_alive] = os.open(run / "alive", os.O_RDWR)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node) -> None:
    """Tell a parallel worker of the run's directory."""
    node.workerinput["run_directory"] = str(node.config.stash[_run_directory])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove the run's directory, in the process that made it."""
    alive = config.stash.get(_alive, None)
    if alive is not None:
        run = config.stash[_run_directory]
        postgres.stop(run, alive)
        shutil.rmtree(run, ignore_errors=True)


@pytest.fixture(scope="session")
def run_directory(pytestconfig: pytest.Config) -> Path:
    """A directory shared by all processes of this test run, removed at its end."""
    return pytestconfig.stash[_run_directory]


@pytest.fixture(scope="session")
def postgres_server(run_directory: Path) -> Postgres:
    """The one PostgreSQL server of this run."""
    return postgres.serve(run_directory)


@pytest.fixture
def make_postgres_database(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Each call makes an empty PostgreSQL database and gives its address; all go when the test ends."""
    made: list[str] = []

    def make(template: str | None = None) -> str:
        server: Postgres = request.getfixturevalue("postgres_server")
        made.append(server.create(template=template))
        return server.sqlalchemy_url(made[-1])

    yield make
    for name in made:
        request.getfixturevalue("postgres_server").drop(name)


@pytest.fixture
def make_sqlite_database(tmp_path: Path) -> Callable[[], str]:
    """Each call gives the address of a SQLite file that is not there yet."""
    return lambda: f"sqlite:///{tmp_path / uuid.uuid4().hex[:12]}.sqlite"


@pytest.fixture
def postgres_url(make_postgres_database: Callable[[], str]) -> str:
    """An empty PostgreSQL database."""
    return make_postgres_database()


@pytest.fixture
def sqlite_url(make_sqlite_database: Callable[[], str]) -> str:
    """An empty SQLite database."""
    return make_sqlite_database()


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database; the test runs once on each kind."""
    return request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])


@pytest.fixture
def make_migrated_database(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Each call, with "sqlite" or "postgresql", makes a database whose schema is in place."""

    def make(kind: str) -> str:
        if kind == "postgresql":
            template = request.getfixturevalue("migrated_postgres_template")
            return request.getfixturevalue("make_postgres_database")(template)
        url: str = request.getfixturevalue("make_sqlite_database")()
        shutil.copyfile(request.getfixturevalue("migrated_sqlite_template"), url.removeprefix("sqlite:///"))
        return url

    return make


@pytest.fixture
def migrated_postgres_url(make_migrated_database: Callable[[str], str]) -> str:
    """A PostgreSQL database whose schema is in place."""
    return make_migrated_database("postgresql")


@pytest.fixture
def migrated_sqlite_url(make_migrated_database: Callable[[str], str]) -> str:
    """A SQLite database whose schema is in place."""
    return make_migrated_database("sqlite")


@pytest.fixture(params=DATABASES)
def migrated_database_url(request: pytest.FixtureRequest, make_migrated_database: Callable[[str], str]) -> str:
    """A database whose schema is in place; the test runs once on each kind."""
    return make_migrated_database(request.param)


@pytest.fixture(scope="session")
def migrated_sqlite_template(run_directory: Path) -> Path:
    """A SQLite file migrated once in this run, to be copied."""
    template = run_directory / "migrated.sqlite"
    with postgres.locked(run_directory, "migrate-sqlite"):
        if not template.exists():
            draft = run_directory / "draft.sqlite"
            draft.unlink(missing_ok=True)
            _upgrade(f"sqlite:///{draft}")
            with closing(sqlite3.connect(draft)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            draft.rename(template)
    return template


@pytest.fixture(scope="session")
def migrated_postgres_template(run_directory: Path, postgres_server: Postgres) -> str:
    """The name of a PostgreSQL database migrated once in this run, to be copied."""
    note = run_directory / "migrated-postgres"
    with postgres.locked(run_directory, "migrate-postgres"):
        if not note.exists():
            name = postgres_server.create()
            _upgrade(postgres_server.sqlalchemy_url(name))
            postgres_server.close_to_new_connections(name)
            note.write_text(name)
    return note.read_text()


def _upgrade(url: str) -> None:
    # By name, so that tests without a database do not wait for SQLAlchemy.
    import_module("followup.storage.migrate").upgrade(url)

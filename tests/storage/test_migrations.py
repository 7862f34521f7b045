"""The migrations lead, on both databases, to exactly the tables that the code works with."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from followup.storage import migrate
from followup.storage.engine import parsed, writing_engine
from followup.storage.errors import StorageError
from followup.storage.tables import metadata


def schema(engine: Engine) -> list[str]:
    """Every table, column, constraint and index, as the database itself tells it, in an order of its own."""
    queries = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name <> 'alembic_version'",
        "postgresql": """
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
            UNION ALL
            SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
            UNION ALL
            SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
            FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
        """,
    }
    with engine.connect() as connection:
        told = connection.execute(text(queries[engine.dialect.name])).scalars().all()
    # SQLite gives back the text of CREATE TABLE, where the order of the constraints means nothing.
    parts = [part for definition in told for part in re.split(r"(?=CONSTRAINT )", str(definition))]
    return sorted(re.sub(r"\s+", " ", part).rstrip(" ,)") for part in parts)


def engine_of(url: str) -> Engine:
    return writing_engine(parsed(url))


def test_an_empty_database_is_brought_to_the_tables_of_the_code(database_url):
    assert migrate.current(database_url) is None
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == migrate.head()
    engine = engine_of(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_migrations_make_what_the_metadata_makes(request, kind):
    """To the letter: partial conditions, deferred references and names too, which the comparison above passes over."""
    make = request.getfixturevalue(f"make_{'postgres' if kind == 'postgresql' else 'sqlite'}_database")
    migrated, made = engine_of(make()), engine_of(make())
    migrate.upgrade(migrated.url.render_as_string(hide_password=False))
    metadata.create_all(made)
    assert schema(migrated) == schema(made)
    migrated.dispose()
    made.dispose()


def test_an_upgrade_of_what_is_up_to_date_does_nothing(migrated_database_url):
    migrate.upgrade(migrated_database_url)
    assert migrate.current(migrated_database_url) == migrate.head()


def test_processes_that_start_together_upgrade_once(database_url):
    upgrade = "import sys; from followup.storage import migrate; migrate.upgrade(sys.argv[1])"
    processes = [subprocess.Popen([sys.executable, "-c", upgrade, database_url]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert migrate.current(database_url) == migrate.head()


def test_a_database_of_a_newer_version_is_left_alone(migrated_database_url):
    engine = create_engine(migrated_database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StorageError, match="newer version"):
        migrate.upgrade(migrated_database_url)
    assert migrate.current(migrated_database_url) == "9999"


def test_a_migration_that_fails_half_way_leaves_nothing_behind(database_url):
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE patients (id INTEGER)"))
    with pytest.raises(StorageError):
        migrate.upgrade(database_url)
    assert inspect(engine).get_table_names() == ["patients"]
    engine.dispose()


def test_the_head_that_is_written_down_is_the_newest_step():
    scripts = ScriptDirectory(str(Path(migrate.__file__).parent / "migrations"))
    assert scripts.get_heads() == [migrate.head()]

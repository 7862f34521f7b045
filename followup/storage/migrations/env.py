"""Alembic runs this to bring a database up to date; the connection comes from followup/storage/migrations/run.py."""

from __future__ import annotations

from alembic import context

from followup.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can change a table only by making it anew, and keeps or undoes that as one piece like PostgreSQL.
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()

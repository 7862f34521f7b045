"""What storage raises: driver errors are turned into these at this border, without a word of what the rows held."""

from __future__ import annotations

from sqlalchemy import exc

from followup.errors import Conflict, FollowupError

#: SQLSTATE classes after which the same work may succeed: connection, rollback, resources, operator, lock.
_TEMPORARY_CLASSES = frozenset({"08", "40", "53", "55", "57"})


class StorageError(FollowupError, exc.DontWrapMixin):
    """The database did not do what was asked; nothing of the unit of work was kept.

    `temporary` tells whether the same work may succeed when it is tried again.
    """

    def __init__(self, message: str, *, temporary: bool) -> None:
        super().__init__(message)
        self.temporary = temporary


class Collision(StorageError, Conflict):
    """A row with the same unique key is there already, or was written at the same moment. Load again, then decide."""


def translated(error: exc.SQLAlchemyError) -> StorageError:
    """The storage error that stands for `error`. The driver's own text is left out: it may quote rows."""
    if isinstance(error, exc.DBAPIError):
        return _translated_driver_error(error)
    if isinstance(error, exc.TimeoutError):
        return StorageError("every database connection is busy; try again", temporary=True)
    return StorageError(f"the database layer refused a statement ({type(error).__name__})", temporary=False)


def _translated_driver_error(error: exc.DBAPIError) -> StorageError:
    named = _name_of(error)
    if isinstance(error, exc.IntegrityError):
        if _is_collision(error):
            return Collision(
                f"a row with this key is there already ({named}); load it and decide again", temporary=True
            )
        return StorageError(f"the database refused a row that breaks its rules ({named})", temporary=False)
    if error.connection_invalidated or _is_temporary(error):
        return StorageError(f"the database is not available just now ({named}); try again", temporary=True)
    return StorageError(f"the database refused a statement ({named})", temporary=False)


def _name_of(error: exc.DBAPIError) -> str:
    """SQLite's error name or PostgreSQL's SQLSTATE and constraint: names of ours, never values."""
    original = error.orig
    name = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    constraint = getattr(getattr(original, "diag", None), "constraint_name", None)
    parts = [str(part) for part in (name, constraint) if part]
    return " ".join(parts) or type(original).__name__


def _is_collision(error: exc.IntegrityError) -> bool:
    name = getattr(error.orig, "sqlite_errorname", "")
    return name in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"} or (
        getattr(error.orig, "sqlstate", None) == "23505"
    )


def _is_temporary(error: exc.DBAPIError) -> bool:
    sqlite_name = getattr(error.orig, "sqlite_errorname", None)
    if sqlite_name is not None:
        return str(sqlite_name).startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR"))
    sqlstate = getattr(error.orig, "sqlstate", None)
    if sqlstate is not None:
        return sqlstate[:2] in _TEMPORARY_CLASSES
    return isinstance(error, exc.OperationalError)

"""Sign-in accounts of staff. Who somebody is and what they do stands in the schedules file, under the same name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from followup.storage.rows import Row, Rows
from followup.storage.tables.access import accounts

_column = accounts.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account. `person` is the name in the schedules file."""

    id: str
    clinic: str
    person: str
    password_hash: str
    created_at: datetime
    password_set_at: datetime
    disabled_at: datetime | None

    @property
    def enabled(self) -> bool:
        """Whether one may sign in with it."""
        return self.disabled_at is None


class AccountRows:
    """The accounts of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, account_id: str, clinic: str, person: str, password_hash: str, at: datetime) -> None:
        """Make an account. Raises Collision where the person has one."""
        row = {"id": account_id, "clinic_id": clinic, "person": person, "password_hash": password_hash}
        self._rows.change(insert(accounts), row | {"created_at": at, "password_set_at": at})

    def by_person(self, person: str) -> Account | None:
        """The account of a person, disabled or not."""
        return self._one(select(accounts).where(_column.person == person))

    def get(self, account_id: str) -> Account | None:
        """By its id."""
        return self._one(select(accounts).where(_column.id == account_id))

    def list(self) -> tuple[Account, ...]:
        """All accounts, by person."""
        return tuple(Account(**_fields(row)) for row in self._rows.all(select(accounts).order_by(_column.person)))

    def set_password(self, account_id: str, password_hash: str, at: datetime) -> None:
        """Replace the password; sessions go on until they are ended."""
        stored = update(accounts).where(_column.id == account_id)
        self._rows.change(stored.values(password_hash=password_hash, password_set_at=at))

    def disable(self, account_id: str, at: datetime) -> None:
        """Nobody may sign in with it any more; sessions go on until they are ended."""
        self._rows.change(update(accounts).where(_column.id == account_id).values(disabled_at=at))

    def enable(self, account_id: str) -> None:
        """Take back `disable`."""
        self._rows.change(update(accounts).where(_column.id == account_id).values(disabled_at=None))

    def _one(self, statement: Select[Any]) -> Account | None:
        row = self._rows.first(statement)
        return None if row is None else Account(**_fields(row))


def _fields(row: Row) -> dict[str, Any]:
    values = dict(row)
    clinic = values.pop("clinic_id")
    return values | {"clinic": clinic}

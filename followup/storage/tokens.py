"""API tokens. Only their hashes are stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from followup.storage.rows import Row, Rows
from followup.storage.tables.access import api_tokens

_column = api_tokens.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token: what it is called, what it may do, and until when (None: until it is revoked)."""

    id: str
    name: str
    token_hash: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None


class TokenRows:
    """The API tokens of one unit of work."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(
        self,
        token_id: str,
        name: str,
        token_hash: str,
        scopes: Collection[str],
        at: datetime,
        expires_at: datetime | None,
    ) -> None:
        """Make a token. Several of one name may live at once, while one replaces the other."""
        row = {"id": token_id, "name": name, "token_hash": token_hash, "scopes": frozenset(scopes)}
        self._rows.change(insert(api_tokens), row | {"created_at": at, "expires_at": expires_at})

    def by_hash(self, token_hash: str) -> ApiToken | None:
        """A token that was not revoked; whether it has expired is for the caller to see."""
        row = self._rows.first(select(api_tokens).where(_column.token_hash == token_hash))
        return None if row is None else _token(row)

    def list(self) -> tuple[ApiToken, ...]:
        """All that were not revoked, oldest first."""
        return tuple(_token(row) for row in self._rows.all(select(api_tokens).order_by(_column.id)))

    def revoke(self, token_id: str) -> bool:
        """Take a token back at once. Tells whether it was there."""
        return self._rows.change(delete(api_tokens).where(_column.id == token_id)) == 1


def _token(row: Row) -> ApiToken:
    return ApiToken(
        id=row["id"],
        name=row["name"],
        token_hash=row["token_hash"],
        scopes=frozenset(row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )

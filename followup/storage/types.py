"""Column types of our own, for the tables: instants that refuse a naive datetime, closed sets, short lists."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, LargeBinary, Text, TypeDecorator

from followup.storage.errors import StorageError


class Instant(TypeDecorator[datetime]):
    """An aware instant, given back in UTC. A naive datetime is refused: it would be read as another time elsewhere."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps it without a zone, which is then UTC by agreement."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise StorageError("a datetime without time zone cannot be stored; give an aware one", temporary=False)
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One word of a closed set, stored as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, _dialect: Dialect) -> str | None:
        """Its text; a word that is not of the set is refused."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        """The word."""
        return None if value is None else self.words(value)


class Items(TypeDecorator[tuple[Any, ...]]):
    """A short list of texts or numbers, stored as JSON and given back as a tuple."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[Any] | None, _dialect: Dialect) -> str | None:
        """JSON; a set is sorted, so that equal sets are stored alike."""
        if value is None:
            return None
        items = sorted(value) if isinstance(value, (set, frozenset)) else list(value)
        return json.dumps(items, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[Any, ...] | None:
        """The items, as a tuple."""
        return None if value is None else tuple(json.loads(value))


class Mapped(TypeDecorator[dict[str, Any]]):
    """A small mapping, stored as JSON with sorted keys."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, _dialect: Dialect) -> str | None:
        """JSON."""
        return None if value is None else json.dumps(dict(value), ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> dict[str, Any] | None:
        """The mapping."""
        return None if value is None else dict(json.loads(value))


class Sealed(TypeDecorator[bytes]):
    """Text that is encrypted before it comes here: repositories seal and open it, as only they know the row's id."""

    impl = LargeBinary
    cache_ok = True

"""Published versions of schedules and templates: never changed, never removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select

from followup.storage.rows import Row, Rows
from followup.storage.tables.running import published_versions

_column = published_versions.c


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVersion:
    """One published content: the schedules file's text, and the templates' texts by their paths."""

    number: int
    content_hash: str
    schedules: str
    templates: Mapping[str, str]
    published_at: datetime
    published_by: str


class VersionRows:
    """The published versions as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def latest(self) -> PublishedVersion | None:
        """The one in force."""
        return self._one(select(published_versions).order_by(_column.number.desc()).limit(1))

    def get(self, number: int) -> PublishedVersion | None:
        """By its number."""
        return self._one(select(published_versions).where(_column.number == number))

    def by_hash(self, content_hash: str) -> PublishedVersion | None:
        """The latest with this content: a rollback publishes an earlier content again."""
        found = select(published_versions).where(_column.content_hash == content_hash)
        return self._one(found.order_by(_column.number.desc()).limit(1))

    def latest_number(self) -> int:
        """The number of the one in force, without reading it; 0 before the first."""
        return int(self._rows.scalar(select(func.max(_column.number))) or 0)

    def list(self, limit: int) -> tuple[PublishedVersion, ...]:
        """The newest versions, newest first."""
        newest = select(published_versions).order_by(_column.number.desc()).limit(limit)
        return tuple(PublishedVersion(**row) for row in self._rows.all(newest))

    def mentioning(self, word: str) -> frozenset[int]:
        """The numbers of the versions whose schedules file has `word` in it."""
        found = select(_column.number).where(_column.schedules.contains(word, autoescape=True))
        return frozenset(self._rows.scalars(found))

    def add(
        self, content_hash: str, schedules: str, templates: Mapping[str, str], actor: str, at: datetime
    ) -> PublishedVersion:
        """Publish under the next number. Raises Collision where somebody else took it at the same moment."""
        version = PublishedVersion(
            number=self.latest_number() + 1,
            content_hash=content_hash,
            schedules=schedules,
            templates=dict(templates),
            published_at=at,
            published_by=actor,
        )
        self._rows.change(insert(published_versions), _row(version))
        return version

    def _one(self, statement: Select[Any]) -> PublishedVersion | None:
        row = self._rows.first(statement)
        return None if row is None else PublishedVersion(**row)


def _row(version: PublishedVersion) -> Row:
    return {
        "number": version.number,
        "content_hash": version.content_hash,
        "schedules": version.schedules,
        "templates": version.templates,
        "published_at": version.published_at,
        "published_by": version.published_by,
    }

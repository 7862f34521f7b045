"""The weekly test pages, and whether they were answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select, update

from followup.domain.page_test import PageTest
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.duty import is_unanswered, test_pages
from followup.storage.vault import Vault

_column = test_pages.c


class PageTestRows:
    """The test pages of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(test_pages, PageTest, vault)

    def add(self, page: PageTest) -> None:
        """Store a test page."""
        self._rows.change(insert(test_pages), self._mapper.values(page))

    def update(self, page: PageTest) -> None:
        """Replace what is stored under the same id."""
        self._rows.change(update(test_pages).where(_column.id == page.id), self._mapper.values(page))

    def get(self, page_id: str) -> PageTest | None:
        """By its id."""
        row = self._rows.first(select(test_pages).where(_column.id == page_id))
        return None if row is None else self._mapper.record(row)

    def by_token(self, token_hash: str) -> PageTest | None:
        """The one whose link this is."""
        row = self._rows.first(select(test_pages).where(_column.token_hash == token_hash))
        return None if row is None else self._mapper.record(row)

    def by_code(self, clinic: str, code: str) -> PageTest | None:
        """The newest of a clinic with this code."""
        found = select(test_pages).where(_column.clinic_id == clinic, _column.code == code)
        row = self._rows.first(found.order_by(_column.sent_at.desc()).limit(1))
        return None if row is None else self._mapper.record(row)

    def latest(self, clinic: str, limit: int) -> tuple[PageTest, ...]:
        """Of a clinic, newest first."""
        found = select(test_pages).where(_column.clinic_id == clinic).order_by(_column.id.desc()).limit(limit)
        return self._mapper.records(self._rows.all(found))

    def to_person(self, person: str, since: datetime) -> tuple[PageTest, ...]:
        """Those to one person at or after `since`, of every clinic, newest first."""
        found = select(test_pages).where(_column.person == person, _column.sent_at >= since)
        return self._mapper.records(self._rows.all(found.order_by(_column.sent_at.desc(), _column.id.desc())))

    def overdue(self, now: datetime) -> tuple[PageTest, ...]:
        """Those that should have been answered by now, oldest first."""
        found = select(test_pages).where(is_unanswered, _column.due_at <= now).order_by(_column.due_at, _column.id)
        return self._mapper.records(self._rows.all(found))

    def next_due_at(self) -> datetime | None:
        """When the next one must have been answered; None where none waits."""
        due: datetime | None = self._rows.scalar(select(func.min(_column.due_at)).where(is_unanswered))
        return due

"""The one MetaData, and short ways to write the columns that most tables have. For the tables beside it."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Boolean, Column, ForeignKey, Integer, MetaData, Text
from sqlalchemy.sql.elements import ColumnElement, literal_column

from followup.storage.types import Instant, Items, Sealed, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def own_id() -> Column[str]:
    """An id made by ourselves, which ties a sealed column to its row."""
    return Column("id", Text, primary_key=True)


def clinic(*, nullable: bool = False) -> Column[str]:
    """The clinic that the row belongs to; its key in the schedules file."""
    return Column("clinic_id", Text, nullable=nullable)


def reference(name: str, table: str, *, nullable: bool = False) -> Column[str]:
    """An id of a row of `table`. Checked at commit, so that rows of one unit of work may come in any order."""
    target = ForeignKey(f"{table}.id", deferrable=True, initially="DEFERRED")
    return Column(name, Text, target, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[str]:
    """Plain text: nothing about a patient's health, name or address goes in here."""
    return Column(name, Text, nullable=nullable)


def sealed(name: str, *, nullable: bool = False) -> Column[bytes]:
    """Text that is encrypted at rest."""
    return Column(name, Sealed, nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """A point in time, UTC."""
    return Column(name, Instant, nullable=nullable)


def word(name: str, words: type[StrEnum], *, nullable: bool = False) -> Column:  # type: ignore[type-arg]
    """One word of a closed set."""
    return Column(name, Word(words), nullable=nullable)


def items(name: str) -> Column:  # type: ignore[type-arg]
    """A short list."""
    return Column(name, Items, nullable=False)


def number(name: str, *, nullable: bool = False) -> Column[int]:
    """A whole number."""
    return Column(name, Integer, nullable=nullable)


def flag(name: str) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False)


def is_one_of(column: Column, words: tuple[StrEnum, ...]) -> ColumnElement[bool]:  # type: ignore[type-arg]
    """That `column` is one of `words`, written out.

    Both databases use a partial index only where the query repeats its condition with the same constants;
    bound parameters would hide them.
    """
    return column.in_([literal_column(f"'{word.value}'") for word in words])

"""Lists, tables and records of schedules.yaml: shapes made of other shapes, which go on after a mistake to find all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from followup.content.problems import listed, nearest
from followup.content.shapes import Reading, Refused, Schema, Shape, shown
from followup.content.yaml_source import Node, Scalar, Series, Table, is_null

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Many(Shape[tuple[T, ...]]):
    """A list of one shape; a single value may stand for a list of one."""

    item: Shape[T]
    what: str = "a list"
    least: int = 1

    def read(self, node: Node, reading: Reading) -> tuple[T, ...]:
        if isinstance(node, Series):
            items: Iterable[Node] = node.items
        elif not is_null(node):
            items = (node,)
        else:
            raise reading.refuse(node.place, f"expected {self.what}, found {shown(node)}")
        values = _each([(item, self.item) for item in items], reading)
        if len(values) < self.least:
            raise reading.refuse(node.place, f"expected {self.what} with at least {self.least} in it")
        return tuple(values)

    def schema(self) -> Schema:
        item = self.item.schema()
        return {"anyOf": [{"type": "array", "items": item, "minItems": self.least}, item]}


@dataclass(frozen=True, slots=True)
class Rows(Shape[tuple[T, ...]]):
    """A list of tables."""

    item: Shape[T]
    what: str
    least: int = 1

    def read(self, node: Node, reading: Reading) -> tuple[T, ...]:
        if not isinstance(node, Series):
            raise reading.refuse(node.place, f"expected {self.what}, each begun with `- `; found {shown(node)}")
        values = _each([(item, self.item) for item in node.items], reading)
        if len(values) < self.least:
            raise reading.refuse(node.place, f"expected {self.what}, at least {self.least}")
        return tuple(values)

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema(), "minItems": self.least}


def _each(pairs: Iterable[tuple[Node, Shape[T]]], reading: Reading) -> list[T]:
    """All values, every mistake noted before the first is raised."""
    values: list[T] = []
    refused: Refused | None = None
    for node, shape in pairs:
        try:
            values.append(shape.read(node, reading))
        except Refused as error:
            refused = error
    if refused is not None:
        raise refused
    return values


K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Pairs(Shape[dict[K, T]], Generic[K, T]):
    """A table whose keys are values too, such as languages, digits or levels."""

    key: Shape[K]
    value: Shape[T]
    what: str
    pattern: str = ".+"

    def read(self, node: Node, reading: Reading) -> dict[K, T]:
        if not isinstance(node, Table):
            raise reading.refuse(node.place, f"expected {self.what}, found {shown(node)}")
        keys = _each([(entry.key, self.key) for entry in node.entries], reading)
        values = _each([(entry.value, self.value) for entry in node.entries], reading)
        return dict(zip(keys, values, strict=True))

    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{self.pattern}$"},
            "additionalProperties": self.value.schema(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key of a record. Without `needed` it may be left out and the record's own default holds."""

    shape: Shape[Any]
    about: str
    needed: bool = False
    into: str | None = None


class Mistake(Exception):
    """Raised by a record's builder when its fields do not go together; `at` is the key to point to."""

    def __init__(self, message: str, at: str | None = None) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Record(Shape[T]):
    """A table with known keys, built into a value; keys may not be missing, unknown or wrong."""

    what: str
    build: Callable[..., T]
    fields: Mapping[str, Field]

    def read(self, node: Node, reading: Reading) -> T:
        return self.read_with(node, reading)

    def read_with(self, node: Node, reading: Reading, **given: object) -> T:
        """As `read`; `given` goes to the builder as it is, such as the key under which the record stands."""
        if not isinstance(node, Table):
            raise reading.refuse(node.place, f"expected {self.what} with {listed(self.fields)}; found {shown(node)}")
        whole = self._keys_are_right(node, reading)
        values = self._values(node, reading)
        if not whole or values is None:
            raise Refused(self.what)
        try:
            return self.build(**given, **values)
        except Mistake as mistake:
            at = node.get(mistake.at) if mistake.at else None
            raise reading.refuse((at or node).place, str(mistake)) from mistake

    def _keys_are_right(self, node: Table, reading: Reading) -> bool:
        right = True
        for entry in node.entries:
            if entry.key.text not in self.fields:
                right = False
                hint = nearest(entry.key.text, self.fields) or f"; known: {listed(self.fields)}"
                reading.report.add(entry.key.place, f"{self.what} has no `{entry.key.text}`{hint}")
        for name, entry_field in self.fields.items():
            if entry_field.needed and node.get(name) is None:
                right = False
                reading.report.add(node.place, f"{self.what} needs `{name}`: {entry_field.about}")
        return right

    def _values(self, node: Table, reading: Reading) -> dict[str, Any] | None:
        values: dict[str, Any] = {}
        whole = True
        for entry in node.entries:
            known = self.fields.get(entry.key.text)
            if known is None:
                continue
            try:
                values[known.into or entry.key.text] = known.shape.read(entry.value, reading)
            except Refused:
                whole = False
        return values if whole else None

    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {name: one.shape.schema() | {"description": one.about} for name, one in self.fields.items()},
            "required": [name for name, one in self.fields.items() if one.needed],
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True)
class Named(Shape[dict[str, T]]):
    """A section: names of the admin's own, each with a record; the builder gets the name as `key`."""

    record: Record[T]
    what: str
    pattern: str = "[A-Za-z][A-Za-z0-9_.-]*"
    key_as: str = "key"
    least: int = 1

    def read(self, node: Node, reading: Reading) -> dict[str, T]:
        if not isinstance(node, Table):
            raise reading.refuse(node.place, f"expected {self.what}, each under its name; found {shown(node)}")
        if len(node.entries) < self.least:
            raise reading.refuse(node.place, f"expected {self.what}, at least {self.least}")
        values: dict[str, T] = {}
        refused: Refused | None = None
        for entry in node.entries:
            try:
                values[self._name(entry.key, reading)] = self.record.read_with(
                    entry.value, reading, **{self.key_as: entry.key.text}
                )
            except Refused as error:
                refused = error
        if refused is not None:
            raise refused
        return values

    def _name(self, key: Scalar, reading: Reading) -> str:
        if not re.fullmatch(self.pattern, key.text):
            message = (
                f"`{key.text}` cannot be a name: it begins with a letter and holds letters, digits, `_`, `-` and `.`"
            )
            raise reading.refuse(key.place, message)
        return key.text

    def schema(self) -> Schema:
        return {
            "type": "object",
            "minProperties": self.least,
            "propertyNames": {"pattern": f"^{self.pattern}$"},
            "additionalProperties": self.record.schema(),
        }

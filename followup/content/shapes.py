"""Shapes: one description of a part of schedules.yaml that reads it, explains mistakes and gives its JSON Schema.

Single values here, lists and tables in `containers`; `schedules_file` puts them together. A shape notes every mistake
in the report before it raises `Refused`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from followup.content.problems import Place, Report, listed, nearest
from followup.content.yaml_source import Node, Scalar, Series, Table, as_flag, as_integer, as_number, is_null

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
E = TypeVar("E", bound=StrEnum)

#: A JSON Schema, or a part of one.
Schema = dict[str, Any]


class Refused(Exception):
    """A part that cannot be used; the report already says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What shapes need beside the node: the report, and the names that other sections define."""

    report: Report
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def refuse(self, place: Place, message: str) -> Refused:
        """Note `message` at `place`; the caller raises what comes back."""
        self.report.add(place, message)
        return Refused(message)


class Shape(Protocol[T_co]):
    """Reads one kind of value. Raises Refused after noting in the report what is wrong and what was expected."""

    def read(self, node: Node, reading: Reading) -> T_co:
        """The value that `node` stands for."""
        ...

    def schema(self) -> Schema:
        """The JSON Schema of what may be written."""
        ...


def shown(node: Node) -> str:
    """How a wrong value is quoted in a message."""
    if isinstance(node, Table):
        return "a table"
    if isinstance(node, Series):
        return "a list"
    if is_null(node):
        return "nothing"
    text = node.text if len(node.text) <= 40 else node.text[:37] + "..."
    return f"`{text}`"


# --- single values -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text(Shape[str]):
    """Text of one line, not empty. A number is taken as it is written."""

    what: str = "text"
    longest: int = 400

    def read(self, node: Node, reading: Reading) -> str:
        if not isinstance(node, Scalar) or is_null(node) or not node.text.strip():
            raise reading.refuse(node.place, f"expected {self.what}, found {shown(node)}")
        if "\n" in node.text.strip() or len(node.text) > self.longest:
            raise reading.refuse(node.place, f"expected {self.what} on one line of at most {self.longest} characters")
        return node.text.strip()

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True, slots=True)
class Parsed(Shape[T]):
    """Text that a function turns into a value; it raises ValueError, whose text says what was expected, or why not."""

    parse: Callable[[str], T]
    expected: str
    pattern: str
    quoted: bool = False

    def read(self, node: Node, reading: Reading) -> T:
        if not isinstance(node, Scalar) or is_null(node):
            raise reading.refuse(node.place, f"expected {self.expected}, found {shown(node)}")
        try:
            return self.parse(node.text.strip())
        except ValueError as error:
            hint = str(error)
            raise reading.refuse(node.place, f"expected {self.expected}, found {shown(node)}{hint}") from error

    def schema(self) -> Schema:
        return {"type": "string", "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class Integer(Shape[int]):
    """A whole number between two bounds."""

    least: int
    most: int
    what: str = "a whole number"

    def read(self, node: Node, reading: Reading) -> int:
        value = as_integer(node)
        if value is None or not self.least <= value <= self.most:
            message = f"expected {self.what} from {self.least} to {self.most}, found {shown(node)}"
            raise reading.refuse(node.place, message)
        return value

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Number(Shape[float]):
    """A number between two bounds."""

    least: float
    most: float
    what: str = "a number"

    def read(self, node: Node, reading: Reading) -> float:
        value = as_number(node)
        if value is None or not self.least <= value <= self.most:
            message = f"expected {self.what} from {self.least:g} to {self.most:g}, found {shown(node)}"
            raise reading.refuse(node.place, message)
        return value

    def schema(self) -> Schema:
        return {"type": "number", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Flag(Shape[bool]):
    """`true` or `false`."""

    def read(self, node: Node, reading: Reading) -> bool:
        value = as_flag(node)
        if value is None:
            raise reading.refuse(node.place, f"expected true or false, found {shown(node)}")
        return value

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class OneOf(Shape[str]):
    """One word of a closed list."""

    words: tuple[str, ...]
    what: str = "one"

    def read(self, node: Node, reading: Reading) -> str:
        if isinstance(node, Scalar) and not is_null(node) and node.text in self.words:
            return node.text
        hint = nearest(node.text, self.words) if isinstance(node, Scalar) else ""
        message = f"expected {self.what} of {listed(self.words)}, found {shown(node)}{hint}"
        raise reading.refuse(node.place, message)

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Member(Shape[E]):
    """A member of an enumeration, by its text."""

    kind: type[E]
    what: str = "one"
    only: tuple[E, ...] = ()

    def read(self, node: Node, reading: Reading) -> E:
        return self.kind(self._words().read(node, reading))

    def schema(self) -> Schema:
        return self._words().schema()

    def _words(self) -> OneOf:
        return OneOf(tuple(member.value for member in self.only or tuple(self.kind)), self.what)


@dataclass(frozen=True, slots=True)
class Name(Shape[str]):
    """The name of something that the file defines in `section`; `what` is what one calls it."""

    section: str
    what: str

    def read(self, node: Node, reading: Reading) -> str:
        known = reading.names.get(self.section)
        if not isinstance(node, Scalar) or is_null(node):
            raise reading.refuse(node.place, f"expected the name of {self.what}, found {shown(node)}")
        if known is not None and node.text not in known:
            hint = nearest(node.text, sorted(known)) or f"; known: {listed(sorted(known)) if known else 'none'}"
            raise reading.refuse(node.place, f"`{node.text}` is not {self.what}{hint}")
        return node.text

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1}

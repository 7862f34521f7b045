"""schedules.yaml as a tree in which every value knows its line and column; the shapes read from it.

YAML 1.2: `no`, `on` and `22:30` are text, `010` is ten. Built from PyYAML's events instead of its loaders, which
take duplicate keys silently and follow YAML 1.1. Anchors may be used; what they expand to is limited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from followup.content.problems import Place, Report, place_at, refuse

#: A schedule file of a large clinic is some hundred kilobytes; beyond that something went wrong.
MOST_CHARACTERS = 1_000_000
#: Values, anchors counted as often as they are used, so that a few lines cannot become a billion values.
MOST_VALUES = 20_000
MOST_DEPTH = 40

#: What YAML does not take at all; the first mark of a file that Windows wrote is let through.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]|(?!^)\ufeff")

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value as written; `plain` when it stood without quotes."""

    place: Place
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key: value` of a table."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in the order of the file."""

    place: Place
    entries: tuple[Entry, ...]

    def get(self, key: str) -> Node | None:
        """The value of `key`, None where there is none."""
        return next((entry.value for entry in self.entries if entry.key.text == key), None)


@dataclass(frozen=True, slots=True)
class Series:
    """A list."""

    place: Place
    items: tuple[Node, ...]


Node = Scalar | Table | Series

#: Where something stands in a file: keys of tables and positions in lists.
KeyPath = tuple[str | int, ...]


def parse(text: str, name: str) -> Table:
    """The table that `text` holds. Raises InvalidContent with every place that is no YAML we take."""
    report = Report(name, text)
    if len(text) > MOST_CHARACTERS:
        report.add(Place(1, 1), f"the file is larger than {MOST_CHARACTERS:,} characters")
        refuse([report])
    for found in _UNPRINTABLE.finditer(text):
        report.add(place_at(text, found.start()), "an invisible control character stands here; delete it")
    refuse([report])
    root = _Builder(report).build(text)
    if root is not None and not isinstance(root, Table):
        report.add(root.place, "expected a table of sections such as `clinics:` and `schedules:`")
    refuse([report])
    return root if isinstance(root, Table) else Table(Place(1, 1), ())


def place_of(root: Table, path: KeyPath) -> Place:
    """The place of the value at `path`, or of the nearest thing around it that is in the file.

    The last step of a path may be a key: then it is the place of the value that the key has.
    """
    node: Node = root
    for step in path:
        below = _below(node, step)
        if below is None:
            break
        node = below
    return node.place


def is_null(node: Node) -> bool:
    """Whether nothing was written: empty, `~` or `null` (YAML 1.2 core schema)."""
    return isinstance(node, Scalar) and node.plain and node.text in {"", "~", "null", "Null", "NULL"}


_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def as_integer(node: Node) -> int | None:
    """The whole number that a plain scalar is by YAML 1.2 (`010` is ten); None for anything else."""
    if isinstance(node, Scalar) and node.plain and _INTEGER.fullmatch(node.text) and len(node.text) < 16:
        return int(node.text)
    return None


def as_number(node: Node) -> float | None:
    """The number that a plain scalar is by YAML 1.2; None for anything else, infinities included."""
    if isinstance(node, Scalar) and node.plain and _NUMBER.fullmatch(node.text) and len(node.text) < 32:
        return float(node.text)
    return None


def as_flag(node: Node) -> bool | None:
    """`true` or `false` (YAML 1.2: `yes`, `no`, `on` and `off` are text)."""
    if not isinstance(node, Scalar) or not node.plain:
        return None
    return {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}.get(node.text)


def _below(node: Node, step: str | int) -> Node | None:
    if isinstance(node, Table):
        return node.get(str(step))
    if isinstance(node, Series) and isinstance(step, int) and step < len(node.items):
        return node.items[step]
    return None


# --- from events to the tree -------------------------------------------------------------------


@dataclass(slots=True)
class _Builder:
    report: Report
    anchors: dict[str, Node] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    total: int = 0

    def build(self, text: str) -> Node | None:
        """The first document of `text`; None when it is empty or broken, which the report then says."""
        events = yaml.parse(text, Loader=_LOADER)
        root: Node | None = None
        try:
            for event in events:
                if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                    self.report.add(_place(event), "a second document begins here; the file holds one")
                    return None
                if isinstance(event, yaml.NodeEvent):
                    root = self._node(event, events, 1)
        except yaml.MarkedYAMLError as error:
            _explain(error, text, self.report)
            return None
        except _TooMuch as error:
            self.report.add(error.place, str(error))
            return None
        return root

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        if depth > MOST_DEPTH:
            raise _TooMuch(_place(event), f"lists and tables stand more than {MOST_DEPTH} deep in each other")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            raise _TooMuch(_place(event), "a value is missing here")
        before = self.total
        self._count(event, 1)
        if event.tag is not None:
            self.report.add(_place(event), f"tags such as `{event.tag}` are not taken; write the plain value")
        node = self._content(event, events, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
            self.sizes[event.anchor] = self.total - before
        return node

    def _content(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(_place(event), event.value, plain=not event.style)
        if isinstance(event, yaml.SequenceStartEvent):
            return Series(_place(event), tuple(self._items(events, depth)))
        return Table(_place(event), tuple(self._entries(events, depth)))

    def _items(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Node]:
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, events, depth + 1)

    def _entries(self, events: Iterator[yaml.Event], depth: int) -> Iterator[Entry]:
        seen: dict[str, Place] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                return
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if self._good_key(key, seen) and isinstance(key, Scalar):
                seen[key.text] = key.place
                yield Entry(key, _under(key, value))

    def _good_key(self, key: Node, seen: dict[str, Place]) -> bool:
        if not isinstance(key, Scalar):
            self.report.add(key.place, "a key is a single word, not a list or table")
            return False
        if key.plain and key.text == "<<":
            self.report.add(key.place, "`<<` does not merge tables here; write the keys out")
            return False
        if key.text in seen:
            self.report.add(key.place, f"`{key.text}` is here twice; it was first set on line {seen[key.text].line}")
            return False
        return True

    def _alias(self, event: yaml.AliasEvent) -> Node:
        node = self.anchors.get(event.anchor or "")
        if node is None:
            self.report.add(
                _place(event), f"`*{event.anchor}` names nothing that was marked with `&{event.anchor}` above"
            )
            return Scalar(_place(event), "", plain=True)
        self._count(event, self.sizes[event.anchor or ""])
        return node

    def _count(self, event: yaml.Event, more: int) -> None:
        self.total += more
        if self.total > MOST_VALUES:
            raise _TooMuch(_place(event), f"the file holds more than {MOST_VALUES:,} values, `*` repetitions counted")


class _TooMuch(Exception):
    """Reading stops here: a limit was passed."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def _under(key: Scalar, value: Node) -> Node:
    """A table or list that begins below its key counts as being where the key is: there one looks for it."""
    if isinstance(value, Scalar) or value.place.line <= key.place.line:
        return value
    return replace(value, place=key.place)


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)


# --- what the parser's messages mean -----------------------------------------------------------

_TAB = "a tab stands where spaces are needed; indent with spaces"
_MEANINGS = (
    ("found character that cannot start any token", "this character cannot begin a value; put the text in quotes"),
    (
        "mapping values are not allowed",
        "a `:` is not possible here; check the indentation, or put the text in quotes",
    ),
    ("could not find expected ':'", "expected `key: value`; a `:` is missing here or on the line before"),
    ("did not find expected key", "expected a `key: value` at this indentation; check indentation and quotes"),
    ("did not find expected '-' indicator", "expected the next `- ` of the list at this indentation"),
    ("did not find expected ',' or ']'", "the list that began with `[` lacks a `,` or its `]`"),
    ("did not find expected ',' or '}'", "the table that began with `{` lacks a `,` or its `}`"),
    ("unexpected end of stream", "the file ends within quotes that were opened above"),
    ("found unknown escape character", "unknown `\\` sequence within \"...\"; use '...' or write \\\\"),
    ("did not find expected alphabetic or numeric character", "`*` and `&` mark anchors; put the text in quotes"),
    ("block sequence entries are not allowed", "a `- ` is not possible here; begin the list on a line of its own"),
    ("found undefined tag handle", "`!` begins a tag; put the text in quotes"),
    ("block collections", "this must be indented further, or stand on a line of its own"),
    ("did not find expected node content", "a value is missing here"),
    ("did not find expected <document start>", "something stands outside of the table; check the indentation"),
)


def _explain(error: yaml.MarkedYAMLError, text: str, report: Report) -> None:
    lines = text.splitlines()
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark is not None else Place(1, 1)
    tabs = [number for number, line in enumerate(lines, start=1) if re.match(r" *\t+ *[^\s#]", line)]
    for number in tabs:
        report.add(Place(number, lines[number - 1].index("\t") + 1), _TAB)
    opened = _open_quote(lines[: place.line])
    if opened is not None:
        report.add(opened, "a quote opens here and is not closed on this line")
    if place.line in tabs or opened is not None:
        return
    said = f"{error.problem or ''} {error.context or ''}"
    meaning = next((meaning for fragment, meaning in _MEANINGS if fragment in said), None)
    begun = error.context_mark
    where = f" (begun on line {begun.line + 1})" if begun is not None and begun.line + 1 < place.line else ""
    report.add(place, (meaning or f"this is not YAML: {error.problem}") + where)


def _open_quote(lines: list[str]) -> Place | None:
    """Where a value begins with a quote that its line does not close: the parser notices only much later."""
    for number, line in enumerate(lines, start=1):
        plain = re.sub(r"'[^']*'|\"(?:[^\"\\\\]|\\\\.)*\"", lambda found: "_" * len(found.group()), line)
        found = re.search(r"""(?:^|[:\-\[{,] )\s*(["'])""", plain.split(" #")[0])
        if found and not line.lstrip().startswith("#"):
            return Place(number, found.start(1) + 1)
    return None

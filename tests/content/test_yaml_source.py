"""YAML as the schedule takes it: version 1.2, places for everything, and limits that a hostile file cannot pass."""

from __future__ import annotations

import tracemalloc

import pytest

from followup.content.problems import InvalidContent, Place
from followup.content.yaml_source import Scalar, as_flag, as_integer, as_number, is_null, parse, place_of


def value(text: str):
    """The one value of a file `x: ...`."""
    node = parse(f"x: {text}\n", "test.yaml").get("x")
    assert node is not None
    return node


@pytest.mark.parametrize("text", ["no", "on", "yes", "off", "22:30", "1_000", "0x1f", "2026-12-25", ".inf", "=", "y"])
def test_what_older_yaml_turns_into_something_else_is_text(text):
    node = value(text)
    assert isinstance(node, Scalar)
    assert (node.text, as_flag(node), as_integer(node), as_number(node), is_null(node)) == (
        text,
        None,
        None,
        None,
        False,
    )


@pytest.mark.parametrize(("text", "number"), [("010", 10), ("7", 7), ("-3", -3), ("+4", 4)])
def test_whole_numbers(text, number):
    assert as_integer(value(text)) == number


@pytest.mark.parametrize(("text", "number"), [("1.3", 1.3), (".5", 0.5), ("1e2", 100.0), ("8", 8.0)])
def test_numbers(text, number):
    assert as_number(value(text)) == number


@pytest.mark.parametrize("text", ['"7"', "'7'", "seven", '"true"'])
def test_quotes_make_text(text):
    node = value(text)
    assert (as_integer(node), as_number(node), as_flag(node)) == (None, None, None)


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing(text):
    assert is_null(value(text))


def test_everything_knows_its_place():
    root = parse("a:\n  b:\n    - x\n    - y: 1\n      ñ: zwei\n", "test.yaml")
    assert place_of(root, ("a",)) == Place(1, 1)
    assert place_of(root, ("a", "b", 1, "ñ")) == Place(5, 10)
    assert place_of(root, ("a", "b", 7, "nothing")) == Place(2, 3)


def test_an_anchor_repeats_a_part():
    root = parse("a: &one {x: 1}\nb: *one\n", "test.yaml")
    assert root.get("a") == root.get("b")


def _bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefghijkl", "bcdefghijklm", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    return "\n".join(lines) + "\n"


HOSTILE = {
    "a bomb of aliases": _bomb(),
    "a file without end": "a: " + "x" * 1_000_001,
    "lists in lists": "a: " + "[" * 50_000,
    "tables in tables": "".join(f"{' ' * depth}a:\n" for depth in range(300)),
    "very many values": "a: [" + "1, " * 25_000 + "]\n",
    "an alias of itself": "a: &a [*a]\n",
    "python objects": "a: !!python/object/apply:os.system ['true']\n",
    "a lone surrogate": "a: \ud800\n",
    "control characters": "a: \x00\x01\n",
    "a number without end": "a: 1" + "0" * 5_000 + "\nb: [",
    "quotes without end": 'a: "' + "x\n" * 20_000,
    "many keys": "".join(f"k{number}: 1\n" for number in range(12_000)),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_little_memory(text):
    with pytest.raises(InvalidContent) as refused:
        parse(text, "test.yaml")
    assert refused.value.problems

    tracemalloc.start()
    with pytest.raises(InvalidContent):
        parse(text, "test.yaml")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000

"""Which rows of a table of cases run where a second run of all of them would cost more than it finds."""

from __future__ import annotations

import zlib

import pytest

ONE_IN = 3


def thin_out(items: list[pytest.Item]) -> list[pytest.Item]:
    """Of each test at least its first case, and one in three of the others; the same ones on every run."""
    kept: dict[str, pytest.Item] = {}
    rest: list[pytest.Item] = []
    for item in sorted(items, key=lambda each: each.nodeid):
        function = item.nodeid.partition("[")[0]
        if function not in kept:
            kept[function] = item
        elif zlib.crc32(item.nodeid.encode()) % ONE_IN == 0:
            rest.append(item)
    return [*kept.values(), *rest]

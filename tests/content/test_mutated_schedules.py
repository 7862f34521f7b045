"""Whatever is done to the shipped file, it is read or refused with places, soon, and never anything else happens."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followup.content.loader import InvalidContent, content_from, format_problems
from tests.content import shipped

LINES = shipped.schedules_text().splitlines()
PIECES = [
    *":'\"#{}[]~é\t\x00",
    "- ",
    "  ",
    "&a",
    "*a",
    "!x",
    "0",
    "-1",
    "11",
    "999d",
    "null",
    "true",
    "C1",
    "kay",
    "urgent",
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The shipped file, up to three times with a line deleted, doubled, swapped, indented, added to or cut."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["delete", "double", "swap", "indent", "insert", "cut"]))
        line = lines[at]
        column = draw(st.integers(0, len(line)))
        if kind == "delete":
            del lines[at]
        elif kind == "double":
            lines.insert(at, line)
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "indent":
            lines[at] = " " * draw(st.integers(0, 8)) + line.lstrip()
        elif kind == "insert":
            lines[at] = line[:column] + draw(st.sampled_from(PIECES)) + line[column:]
        else:
            lines[at] = line[:column] + line[column + draw(st.integers(1, 6)) :]
    return "\n".join(lines) + "\n"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(mutated())
def test_a_mutated_file_is_read_or_refused(text):
    refused = _refusal(text)
    if refused is None:
        return
    rows = text.splitlines()
    assert refused.problems
    for problem in refused.problems:
        _, line, column = problem.at.rsplit(":", 2)
        assert 1 <= int(line) <= len(rows) + 1
        assert int(column) >= 1
    assert format_problems(refused)


def _refusal(text: str) -> InvalidContent | None:
    try:
        content_from(text, shipped.content().template_files)
    except InvalidContent as error:
        return error
    return None

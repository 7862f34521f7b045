"""Two hundred broken files, one after the other, before a running service: each is refused with its place, none changes
anything, and the next good file is taken."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from shutil import copytree

import pytest

from followup.content.loader import InvalidContent, content_from
from followup.domain import windows
from followup.services.health import health
from followup.services.watch_schedules import Files, Outcome, take_edit
from tests.content import shipped
from tests.content.test_broken_schedules import CASES as SCHEDULE_MISTAKES
from tests.content.test_broken_templates import CASES as TEMPLATE_MISTAKES
from tests.content.test_broken_templates import ESCAPES
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic

SEED = 20261126
MUTATIONS = 70
#: A good edit: the morning's question at another hour.
GOOD_EDIT = ('        day: 1\n        at: "10:00"\n', '        day: 1\n        at: "12:00"\n')
PLACE = re.compile(r"\S+:[0-9]+:[0-9]+: \S")


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken file: what is saved, and where."""

    path: str
    text: str


def _schedules() -> Iterator[Broken]:
    for _, old, new, _ in SCHEDULE_MISTAKES:
        yield Broken("schedules.yaml", shipped.schedules_text().replace(old, new.replace("⟦", ""), 1))


def _templates() -> Iterator[Broken]:
    for _, template, text, _, _ in TEMPLATE_MISTAKES:
        yield Broken(f"templates/messages/{template}.sms.txt", text)


def _escapes() -> Iterator[Broken]:
    for attempt in ESCAPES[:60]:
        yield Broken("templates/messages/R/en.sms.txt", attempt)


def _mutated() -> Iterator[Broken]:
    """The shipped file with a line deleted, doubled, indented or cut, as far as that breaks it."""
    draw = random.Random(SEED)
    lines, found = shipped.schedules_text().splitlines(), 0
    while found < MUTATIONS:
        at = draw.randrange(len(lines))
        line = lines[at]
        changed = draw.choice([[], [line, line], [f"   {line}"], [line[: draw.randrange(len(line) + 1)]]])
        text = "\n".join([*lines[:at], *changed, *lines[at + 1 :]]) + "\n"
        try:
            content_from(text, shipped.template_texts())
        except InvalidContent:
            found += 1
            yield Broken("schedules.yaml", text)


KINDS = {"schedules": _schedules, "templates": _templates, "escapes": _escapes, "mutated": _mutated}


def test_there_are_two_hundred() -> None:
    assert len(SCHEDULE_MISTAKES) + len(TEMPLATE_MISTAKES) + 60 + MUTATIONS >= 200


@pytest.fixture
def running(migrated_sqlite_template: Path, tmp_path: Path) -> Iterator[Clinic]:
    """A service that runs; which database is below it does not matter here."""
    file = tmp_path / "clinic.sqlite"
    file.write_bytes(migrated_sqlite_template.read_bytes())
    made = Clinic(f"sqlite:///{file}", start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    yield made
    made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_none_of_them_changes_a_running_service_and_the_next_good_file_is_taken(
    kind: str, running: Clinic, tmp_path: Path
) -> None:
    folder = tmp_path / "edited"
    folder.mkdir()
    copytree(ROOT / "templates", folder / "templates")
    schedules = folder / "schedules.yaml"
    schedules.write_text(shipped.schedules_text(), encoding="utf-8")
    files = Files(schedules=schedules, templates=folder / "templates")
    store, book, clock = running.context.store, running.context.content, running.context.clock

    for broken in KINDS[kind]():
        path = folder / broken.path
        good = path.read_text(encoding="utf-8")
        path.write_text(broken.text, encoding="utf-8")
        judged = take_edit(store, book, files, clock=clock)
        assert judged.outcome is Outcome.REFUSED, broken
        assert PLACE.search(judged.problem or ""), judged.problem
        assert book.current().version == 1
        path.write_text(good, encoding="utf-8")
    assert health(running.context, clock.now(), {})["schedule"]["pending_error"] is not None

    old, new = GOOD_EDIT
    schedules.write_text(shipped.schedules_text().replace(old, new, 1), encoding="utf-8")
    assert take_edit(store, book, files, clock=clock).outcome is Outcome.PUBLISHED
    assert book.current().version == 2
    assert health(running.context, clock.now(), {})["schedule"]["pending_error"] is None

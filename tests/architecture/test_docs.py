"""What the documentation names is there: links, commands, make targets, settings, files, states, decisions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from followup.cli import COMMANDS
from followup.domain.alert import AlertStatus
from followup.domain.message import MessageState
from followup.domain.plan import CheckInState
from followup.domain.received import InboundState
from followup.settings import InvalidSettings, LiveSettings, Settings, load

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
#: Written for people who run or change the service; docs/schedules.md and docs/data.md have tests of their own.
GUIDES = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")] + [
    ROOT / "docs" / f"{name}.md" for name in ("architecture", "conversation", "duty", "operations", "privacy")
]
DECISIONS = sorted(ROOT.glob("docs/adr/0*.md"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
VALUES = {
    "FOLLOWUP_PUBLIC_URL": "https://followup.example.org",
    "FOLLOWUP_SECRET_KEY": KEY,
    "FOLLOWUP_DATA_KEYS": KEY,
    "FOLLOWUP_INDEX_KEY": KEY,
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM_NUMBER": "+13125550100",
}

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
guides = pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
decisions = pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)


def told(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_in(page: Path) -> Iterator[str]:
    """Every line of a code block, and every piece of code within a line."""
    blocks = re.split(r"^ *```.*$", told(page), flags=re.MULTILINE)
    for number, block in enumerate(blocks):
        yield from block.splitlines() if number % 2 else re.findall(r"`([^`\n]+)`", block)


def anchors(page: Path) -> set[str]:
    """How GitHub names the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", told(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_every_link_between_pages_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", told(page))
    for path, anchor in links:
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


@guides
def test_every_make_target_exists(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {found[1] for code in code_in(page) if (found := re.match(r"make ([a-z]+)\b", code))}
    assert named - targets == set()


def subcommands() -> dict[str, set[str]]:
    """The commands of the terminal, each with those below it."""
    known = {}
    for command in COMMANDS:
        module = import_module(f"followup.cli.{command.module}")
        group = get_command(module.app) if hasattr(module, "app") else None
        known[command.name] = set(group.commands) if isinstance(group, TyperGroup) else set()
    return known


def commands_in(page: Path) -> Iterator[list[str]]:
    """The plain words that follow `followup` wherever a command is written."""
    for code in code_in(page):
        for found in re.finditer(r"(?:^|[\s(]|\.venv/bin/)followup ([^`|;]+)", code):
            words = found[1].split()
            plain = next((n for n, word in enumerate(words) if not re.fullmatch(r"[a-z][a-z-]*", word)), len(words))
            if plain:
                yield words[:plain]


@guides
def test_every_command_exists(page):
    known = subcommands()
    for words in commands_in(page):
        assert words[0] in known, words
        assert not known[words[0]] or len(words) == 1 or words[1] in known[words[0]], words


def test_the_commands_of_the_readme_are_found():
    """Should the way of writing them change, the test above would check nothing."""
    named = {tuple(words[:2]) for words in commands_in(ROOT / "README.md")}
    assert {("staff", "add"), ("infusion", "add"), ("token", "add"), ("doctor",)} <= named


@pytest.mark.parametrize("name", ["architecture", "conversation", "privacy"])
def test_every_file_named_exists(name):
    paths = {
        code
        for code in code_in(ROOT / "docs" / f"{name}.md")
        if re.fullmatch(r"[\w.*]+(/[\w.*]+)+\.(py|yaml|md)", code)
    }
    gone = [path for path in paths if not any(list(base.glob(path)) for base in (ROOT, ROOT / "followup"))]
    assert gone == []


# --- settings ------------------------------------------------------------------------------------


def rows_of_settings() -> list[list[str]]:
    section = README.split("## Settings", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.fixture
def only(monkeypatch):
    """Sets these settings and no others."""

    def set_only(values: dict[str, str]) -> None:
        for name in os.environ:
            if name.startswith(("FOLLOWUP_", "TWILIO_")):
                monkeypatch.delenv(name)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_only


def test_the_table_of_settings_is_the_settings():
    listed = [row[0].strip("`") for row in rows_of_settings()]
    assert sorted(listed) == sorted(str(field.validation_alias) for field in Settings.model_fields.values())


def test_plain_defaults_are_those_of_the_code():
    defaults = {str(field.validation_alias): field.default for field in Settings.model_fields.values()}
    for name, _needed, default, _about in rows_of_settings():
        plain = re.fullmatch(r"`(.+)`", default)
        if plain:
            value = defaults[name.strip("`")]
            assert plain[1] == str(int(value) if isinstance(value, bool) else value)


def test_what_is_marked_as_needed_is_enough(only):
    needed = [row[0].strip("`") for row in rows_of_settings() if row[1] == "needed"]
    only({name: VALUES[name] for name in [*needed, "TWILIO_FROM_NUMBER"]})
    assert load(LiveSettings, env_file=None).twilio_from_number == VALUES["TWILIO_FROM_NUMBER"]


@pytest.mark.parametrize("name", sorted(VALUES))
def test_what_is_marked_as_needed_is_needed(name, only):
    only({other: value for other, value in VALUES.items() if other != name})
    with pytest.raises(InvalidSettings):
        load(LiveSettings, env_file=None)


# --- decisions and states ------------------------------------------------------------------------


@decisions
def test_a_decision_has_its_three_headings(page):
    assert re.findall(r"^## (.+)$", told(page), re.MULTILINE) == ["Context", "Choice", "Consequence"]


@decisions
def test_a_decision_is_numbered_and_listed(page):
    number = DECISIONS.index(page) + 1
    title = told(page).splitlines()[0]
    assert page.name.startswith(f"{number:04}-")
    assert title.startswith(f"# {number}. ")
    assert f"- [{title.removeprefix('# ')}]({page.name})" in told(ROOT / "docs" / "adr" / "README.md")


@pytest.mark.parametrize(
    ("heading", "words"),
    [("Check-in", CheckInState), ("Message", MessageState), ("Alert", AlertStatus), ("Inbound", InboundState)],
)
def test_every_state_is_drawn_and_no_other(heading, words):
    section = told(ROOT / "docs" / "architecture.md").split(f"### {heading}\n", 1)[1].split("\n```\n", 1)[0]
    drawn = re.findall(r"^ +([\w\[\]*]+) --> ([\w\[\]*]+)", section, re.MULTILINE)
    assert {state for arrow in drawn for state in arrow} - {"[*]"} == {word.value for word in words}

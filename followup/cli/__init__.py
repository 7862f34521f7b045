"""`followup`: the commands. READ THE TABLE; each command's module is loaded only when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import typer

from followup import log
from followup.cli.saying import USED_WRONGLY, complain
from followup.errors import FollowupError


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command (`module` has a function `command`) or a group of them (`app`); `about` is its line in the help."""

    name: str
    module: str
    about: str


COMMANDS = (
    Command(name="demo", module="demo", about="Start a fictional clinic with phones in the browser."),
    Command(name="infusion", module="infusion", about="Record infusions, one or a file of them."),
    Command(name="patient", module="patient", about="Show one patient, set a status, stop texts, merge two ids."),
    Command(name="alerts", module="alerts", about="List, show, acknowledge and close alerts."),
    Command(name="lists", module="lists", about="Whom to phone today, that nobody is forgotten, what waits."),
    Command(name="rota", module="rota", about="Who has the duty: show, check, cover, swap, test."),
    Command(name="schedules", module="schedules", about="Check schedules.yaml and the templates."),
    Command(name="understand", module="understand", about="Tell what a reply is taken to mean, and why."),
    Command(name="reading", module="reading", about="Examples that staff gave by correcting what a text meant."),
    Command(name="why", module="why", about="Tell why a text went, or did not."),
    Command(name="doctor", module="doctor", about="Check settings, keys, database, templates, provider and staff."),
    Command(name="hold", module="hold", about="Stop texts to patients, and let them go again."),
    Command(name="staff", module="staff", about="Accounts for the staff pages."),
    Command(name="token", module="token", about="Tokens for the API."),
    Command(name="audit", module="audit", about="Verify the audit trail."),
    Command(name="backup", module="backup", about="Copy the whole database into a file, while the service runs."),
    Command(name="restore", module="restore", about="Fill an empty database from a backup; nothing is sent twice."),
    Command(name="db", module="db", about="Bring the database up to date."),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 fine, 1 the thing asked about is wrong, 2 used wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    log.configure(level=log.WARNING)
    try:
        _application(given)(args=given, prog_name="followup")
    except SystemExit as end:
        return _code(end)
    except FollowupError as error:
        return complain(error)
    except Exception as error:  # never a traceback: it may quote a patient  # noqa: BLE001
        found = log.describe(error)
        print(f"Something went wrong inside ({found['error']} at {found['where']}); please report it.", file=sys.stderr)
        return USED_WRONGLY
    return 0


def _application(given: Sequence[str]) -> typer.Typer:
    """The application, with only the wanted command's module loaded; the others stand there for the help."""
    application = typer.Typer(
        name="followup",
        help="Automated follow-up messages for infusion clinics. `followup COMMAND --help` shows an example of each.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    wanted = next((word for word in given if not word.startswith("-")), None)
    for command in COMMANDS:
        if command.name != wanted:
            application.command(command.name, help=command.about)(_not_loaded)
            continue
        module = import_module(f"followup.cli.{command.module}")
        if hasattr(module, "app"):
            application.add_typer(module.app, name=command.name, help=command.about)
        else:
            application.command(command.name)(module.command)
    return application


def _not_loaded() -> None:
    """Stands for a command that was not asked for."""


def _code(end: SystemExit) -> int:
    return end.code if isinstance(end.code, int) else (0 if end.code is None else USED_WRONGLY)

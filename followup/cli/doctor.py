"""`followup doctor`: everything that is wrong or missing, each with its remedy."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import typer
import urllib3

from followup.bootstrap.chat import chat_problems
from followup.bootstrap.demo_keys import with_demo_keys
from followup.bootstrap.opening import open_any, sqlite_file
from followup.bootstrap.tool import database_url
from followup.bootstrap.trying import try_mail, try_provider
from followup.cli.saying import say, say_json
from followup.cli.wiring import DEFAULT_VAR, Json, Var
from followup.clock import SystemClock
from followup.content.loader import Content, load_content
from followup.domain.people import Channel
from followup.domain.schedule import Clinic
from followup.domain.schedule_check import check_weeks_ahead
from followup.errors import FollowupError, InvalidInput
from followup.services.health import PENDING_ERROR
from followup.services.preflight import look
from followup.services.publish_schedules import StoredContent
from followup.settings import InvalidSettings, LiveSettings, Settings, load
from followup.storage import migrate, stamp
from followup.storage.store import Store

SECONDS = 5.0
#: Lookups of lost sends compare our clock with the provider's, and links and signatures depend on it.
MOST_SKEW = timedelta(seconds=5)
PROVIDER = "https://api.twilio.com"
#: Jobs that have not run for this long are not running.
SILENT_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found; a `warning` is worth a look and is no failure."""

    check: str
    message: str
    warning: bool = False


@dataclass(slots=True, kw_only=True)
class Patient:
    """What the checks learn on the way, for those after them."""

    settings: Settings
    url: str
    store: Store | None = None
    mode: str | None = None
    content: Content | None = None
    findings: list[Finding] = field(default_factory=list)


Found = Iterator[tuple[str, bool]]
Check = Callable[[Patient], Found]


def command(var: Var = DEFAULT_VAR, as_json: Json = False) -> None:
    """Check settings, keys, database, schedule, provider, staff and clock. Exit 1 with every problem and its remedy.

    Example: followup doctor
    """
    try:
        settings = load(Settings)
        findings = _examine(settings, var)
    except InvalidSettings as error:
        findings = [Finding(check="settings", message=f"{each.at} {each.message}") for each in error.problems]
    ill = any(not finding.warning for finding in findings)
    if as_json:
        shown = [{"check": each.check, "message": each.message, "warning": each.warning} for each in findings]
        say_json({"fine": not ill, "findings": shown})
    else:
        _tell(findings)
    if ill:
        raise typer.Exit(1)


def _tell(findings: list[Finding]) -> None:
    wrong = {finding.check for finding in findings}
    for name in CHECKS:
        if name not in wrong:
            say(f"ok        {name}")
    for finding in findings:
        say(f"{'warning' if finding.warning else 'PROBLEM'}   {finding.check}: {finding.message}")


def _examine(settings: Settings, var: Path) -> list[Finding]:
    url = database_url(settings, var)
    file = sqlite_file(url)
    patient = Patient(settings=with_demo_keys(settings, file.parent if file is not None else var), url=url)
    findings: list[Finding] = []
    try:
        for name, check in CHECKS.items():
            for message, warning in _safely(check, patient):
                findings.append(Finding(check=name, message=message, warning=warning))
    finally:
        if patient.store is not None:
            patient.store.close()
    return findings


def _safely(check: Check, patient: Patient) -> Found:
    try:
        yield from check(patient)
    except InvalidInput as error:
        if not error.problems:
            yield str(error), False
        yield from ((f"{problem.at}: {problem.message}", False) for problem in error.problems)
    except FollowupError as error:
        yield str(error), False


def _database(patient: Patient) -> Found:
    file = sqlite_file(patient.url)
    if file is not None and not file.exists():
        yield f"there is no database at {file} yet; it is made when the service starts", True
        return
    if migrate.current(patient.url) is None:
        yield "the database is empty; the service makes its schema when it starts", True
        return
    if not patient.settings.data_keys or not patient.settings.index_keys:
        return  # told by the settings
    patient.store = open_any(patient.settings, patient.url)
    patient.mode = stamp.mode(patient.store)


def _settings(patient: Patient) -> Found:
    """What a live service needs; a demo needs nothing."""
    if patient.mode == "demo":
        return
    load(LiveSettings)
    yield from ()


def _keys(patient: Patient) -> Found:
    if patient.store is not None:
        stamp.check_keys(patient.store)
    yield from ()


def _schedule(patient: Patient) -> Found:
    patient.content = load_content(patient.settings.schedules, patient.settings.templates)
    for warning in patient.content.warnings:
        yield f"{warning.at}: {warning.message}", True
    if patient.store is not None:
        with patient.store.read() as uow:
            pending = uow.facts.get(PENDING_ERROR)
        if pending:
            yield f"the running service has not taken the files on disk: {pending}", False


def _staff(patient: Patient) -> Found:
    if patient.content is None:
        return
    configuration = patient.content.configuration
    for member in configuration.staff.values():
        if member.phone is None:
            yield f"{member.name} has no phone and cannot be woken; give one under staff.{member.key}", False
        elif member.email is None:
            yield f"{member.name} has no e-mail address, the way around a broken phone", True
    for found in check_weeks_ahead(configuration, SystemClock().now()):
        yield f"{'.'.join(map(str, found.path))}: {found.message}", found.warning


def _duty(patient: Patient) -> Found:
    """Whether everybody who may be called in the next 14 days can be reached, with the exceptions in force."""
    if patient.store is None or patient.mode is None:
        return
    published = StoredContent(patient.store).current()
    now = SystemClock().now()
    for clinic in published.content.configuration.clinics.values():
        with patient.store.read() as uow:
            found = look(uow, published, clinic.key, frozenset(), now)
        for one in found:
            yield f"{one.message}; {one.remedy}", not one.grave
        if clinic.test_page is None:
            yield (
                (
                    f"no weekly test page is set up for {clinic.name}: nobody knows whether alerts still wake people; "
                    f"set clinics.{clinic.key}.test_page in schedules.yaml"
                ),
                True,
            )


def _provider(patient: Patient) -> Found:
    settings = patient.settings
    if patient.mode == "demo":
        return
    if settings.twilio_account_sid is None:
        return  # told by the settings
    if settings.twilio_staff_from_number is None:
        yield "TWILIO_STAFF_FROM_NUMBER is not set: alerts then wait behind check-ins in the provider's queue", True
    if settings.public_url is not None:
        senders = {f"the sender of {clinic.name}": clinic.sender or "" for clinic in _own_senders(patient.content)}
        yield from try_provider(settings, settings.public_url, senders)


def _own_senders(content: Content | None) -> list[Clinic]:
    """The clinics that text from a number of their own; a single one texts from that of the settings."""
    clinics = content.configuration.clinics.values() if content is not None else ()
    return [clinic for clinic in clinics if clinic.sender] if len(clinics) > 1 else []


def _calls(patient: Patient) -> Found:
    """A chain that calls people needs a number to call from."""
    settings, content = patient.settings, patient.content
    if patient.mode == "demo" or settings.twilio_account_sid is None or content is None:
        return
    configuration = content.configuration
    if any((settings.twilio_staff_from_number, settings.twilio_from_number)) or _own_senders(content):
        return
    calling = [
        key
        for key, chain in configuration.chains.items()
        if any(Channel.VOICE in step.channels for step in chain.steps)
    ]
    if calling:
        chains = ", ".join(calling)
        yield (
            f"no call can be placed for chain {chains}: set TWILIO_STAFF_FROM_NUMBER, a messaging service calls nobody",
            False,
        )


def _chat(patient: Patient) -> Found:
    if patient.mode == "demo" or patient.content is None:
        return
    for problem in chat_problems(patient.settings, patient.content.configuration):
        yield problem, False


def _mail(patient: Patient) -> Found:
    if patient.mode == "demo":
        return
    if patient.settings.smtp_url is None:
        yield "FOLLOWUP_SMTP_URL is not set: alerts have no second way to staff", True
    yield from try_mail(patient.settings, SystemClock())


def _import_folder(patient: Patient) -> Found:
    folder = patient.settings.import_folder
    if folder is None:
        return
    if not folder.is_dir():
        yield f"FOLLOWUP_IMPORT_FOLDER: there is no folder {folder}; make it, owned by the service's user", False
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield f"FOLLOWUP_IMPORT_FOLDER: this user may not write to {folder}, where what was read is put aside", False


def _accounts(patient: Patient) -> Found:
    if patient.store is None or patient.mode is None:
        return
    with patient.store.read() as uow:
        accounts = [account for account in uow.accounts.list() if account.enabled]
        tokens = uow.tokens.list()
    if not accounts:
        yield "nobody can sign in to the staff pages; `followup staff add NAME` makes an account", True
    if not tokens and patient.settings.api_token is None:
        yield "no system can call the API; `followup token add NAME` makes a token", True


def _running(patient: Patient) -> Found:
    if patient.store is None or patient.mode != "live":
        return
    now = SystemClock().now()
    with patient.store.read() as uow:
        beats = uow.jobs.all()
    if not any(now - beat.last_run_at < SILENT_AFTER for beat in beats):
        yield "the service is not running; start it with `python worker.py`", True
        return
    for beat in beats:
        if beat.error is not None:
            yield f"the job {beat.name} fails: {beat.error}", False


def _public_address(patient: Patient) -> Found:
    url = patient.settings.public_url
    if patient.mode == "demo" or url is None:
        return
    if url.startswith("http:") and not url.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
        yield "FOLLOWUP_PUBLIC_URL is not https: links to patients' alerts travel in clear", False
    answer = _get(f"{url}/healthz")
    if answer is None or answer.status != 200:
        yield f"{url}/healthz does not answer from here: is the service up, and does the proxy lead to it?", False


def _clock(patient: Patient) -> Found:
    if patient.mode == "demo" or patient.settings.twilio_account_sid is None:
        return
    answer = _get(patient.settings.twilio_base_url or PROVIDER)
    said = None if answer is None else answer.headers.get("date")
    if said is None:
        yield "the provider could not be asked for the time: is this machine allowed to reach it?", True
        return
    skew = abs(parsedate_to_datetime(said).astimezone(UTC) - SystemClock().now())
    if skew > MOST_SKEW:
        yield f"this machine's clock is {skew.total_seconds():.0f} s off the provider's; set it by NTP", False


def _get(url: str) -> urllib3.BaseHTTPResponse | None:
    with urllib3.PoolManager(timeout=urllib3.Timeout(total=SECONDS), retries=False) as pool:
        try:
            return pool.request("GET", url, redirect=False)
        except urllib3.exceptions.HTTPError:
            return None


CHECKS: dict[str, Check] = {
    "database": _database,
    "settings": _settings,
    "keys": _keys,
    "schedule and templates": _schedule,
    "staff and rotas": _staff,
    "duty": _duty,
    "provider": _provider,
    "calls": _calls,
    "chat": _chat,
    "mail": _mail,
    "import folder": _import_folder,
    "accounts and tokens": _accounts,
    "running": _running,
    "public address": _public_address,
    "clock": _clock,
}

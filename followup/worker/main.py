"""`python worker.py`: runs the service until SIGTERM. Everything that can refuse does so before anything is written."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from enum import StrEnum

import anyio.to_thread
from starlette.applications import Starlette

from followup import log
from followup.bootstrap.contents import files_of
from followup.bootstrap.live import Service, live
from followup.bootstrap.only_one import OnlyOne
from followup.bootstrap.opening import sqlite_file
from followup.clock import SystemClock
from followup.domain.message import Lane
from followup.errors import FollowupError
from followup.services.context import Context
from followup.services.deliver_messages import deliver
from followup.services.health import Health, Stopped, Watch, health, stopped
from followup.services.settle_doubts import doubt_all_sending
from followup.services.watch_schedules import FileWatch
from followup.settings import LiveSettings, load
from followup.web.api.infusion_shape import read_infusion
from followup.web.app import create_app
from followup.web.deps import Lifespan, WebDeps
from followup.worker.bell import Bell
from followup.worker.heartbeat import heartbeat_to
from followup.worker.import_folder import import_job
from followup.worker.jobs import Job, edit_job, jobs
from followup.worker.loop import Crew
from followup.worker.refusal import USED_WRONGLY, refusal
from followup.worker.ring_on_change import ring_on_change
from followup.worker.serve import end_on_signals, listen, serve

#: Ended by an error that nobody foresaw; whatever watches over processes starts it again.
BROKEN = 1
#: What is on the wire gets this long after the signal, in seconds; requests that were open before have had two.
STOP_SECONDS = 6.0

_log = log.get(__name__)


class Role(StrEnum):
    """What one process does; all of it, unless several share a PostgreSQL database."""

    ALL = "all"
    WORKER = "worker"
    WEB = "web"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal ends it; gives the exit code."""
    role = Role(_parser().parse_args(arguments).role)
    end_on_signals()
    log.configure(stream=sys.stdout)
    try:
        _run(role)
    except FollowupError as error:
        for line in refusal(error):
            print(line, file=sys.stderr)  # noqa: T201 - whoever starts it reads this
        return USED_WRONGLY
    except Exception as error:  # never a traceback: it may quote a patient  # noqa: BLE001
        found = log.describe(error)
        _log.error("ended by an error of its own", **found)
        print(f"ended by an error of its own: {found['error']} at {found['where']}", file=sys.stderr)  # noqa: T201
        return BROKEN
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="worker.py",
        description="Runs the follow-up service: sends check-ins, reads replies, wakes staff, serves the pages.",
        epilog="Settings come from the environment or .env; .env.example explains each. Example: python worker.py",
    )
    parser.add_argument(
        "--role",
        choices=[role.value for role in Role],
        default=Role.ALL.value,
        help="all (the default), or only the worker or the web side where several processes share PostgreSQL",
    )
    return parser


def _run(role: Role) -> None:
    settings = load(LiveSettings)
    bell = Bell()
    service = live(settings, on_commit=bell.ring)
    try:
        with _alone(service, role):
            _start(service, role, bell)
    finally:
        service.close()


def _alone(service: Service, role: Role) -> AbstractContextManager[None]:
    file = sqlite_file(service.database_url)
    if file is None:
        return nullcontext()
    if role is not Role.ALL:
        message = f"--role {role} needs PostgreSQL: on SQLite one process does everything; leave --role out"
        raise FollowupError(message)
    return OnlyOne(file)


def _start(service: Service, role: Role, bell: Bell) -> None:
    table = jobs(heartbeat_to(service.settings.heartbeat_url))
    table += import_job(service.settings.import_folder, read_infusion)
    files = files_of(service.settings)
    table += edit_job(FileWatch(files, clock=SystemClock()))
    crew = Crew(service.context, bell, table, _deliver_one)
    if role is not Role.WEB:
        ring_on_change(files, bell)
    if role is Role.WORKER:
        _work_until_told(crew)
        return
    listener = listen(service.settings.host, service.settings.port)
    if role is Role.ALL:
        _settle_what_was_left(service)
    lifespan = _with_crew(crew) if role is Role.ALL else None
    port = listener.getsockname()[1]
    serve(
        create_app(_web(service, table, lifespan)),
        listener,
        ready=lambda: _log.info("ready", role=role.value, host=service.settings.host, port=port),
    )


def _deliver_one(context: Context, lane: Lane) -> int:
    """One message a pass: a sender that hangs then holds nothing that another could send."""
    return deliver(context, lane, limit=1)


def _settle_what_was_left(service: Service) -> None:
    """On SQLite this is the only process, so whatever is being sent was left behind by the last one."""
    if sqlite_file(service.database_url) is not None:
        left = doubt_all_sending(service.context)
        if left:
            _log.warning("sends were cut off when the service last ended; they are looked up", count=left)


def _with_crew(crew: Crew) -> Lifespan:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        crew.start()
        yield
        await anyio.to_thread.run_sync(crew.stop, STOP_SECONDS)
        _log.info("stopped")

    return lifespan


def _work_until_told(crew: Crew) -> None:
    """Without a web side the main thread only waits for the signal that ends the process."""
    crew.start()
    _log.info("ready", role=Role.WORKER.value)
    try:
        threading.Event().wait()
    finally:
        crew.stop(STOP_SECONDS)
        _log.info("stopped")


def _web(service: Service, table: Sequence[Job], lifespan: Lifespan | None) -> WebDeps:
    context, settings = service.context, service.settings
    watched = {job.name: Watch(silent_after=job.silent_after, may_fail=job.may_fail) for job in table}

    def state() -> Health:
        return health(context, context.clock.now(), watched)

    def still() -> Stopped | None:
        return stopped(context, context.clock.now(), watched)

    return WebDeps(
        context=context,
        webhook=service.webhook,
        simulation=None,
        health=state,
        stopped=still,
        secret_key=settings.secret_keys[0],
        secure_cookies=context.policy.public_url.startswith("https:"),
        pages=settings.templates / "pages",
        real_clock=SystemClock(),
        api_token=settings.api_token,
        lifespan=lifespan,
    )

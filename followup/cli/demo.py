"""`followup demo`: a fictional clinic with patients, phones in the browser and a clock that is pushed."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Annotated
from webbrowser import open_new_tab

import typer
from starlette.applications import Starlette

from followup.bootstrap.contents import files_of
from followup.bootstrap.demo import Demo, demo
from followup.bootstrap.edits import EditFollower
from followup.bootstrap.only_one import OnlyOne
from followup.bootstrap.opening import DATABASE_FILE
from followup.cli.saying import local, say
from followup.cli.times import instant
from followup.cli.wiring import DEFAULT_VAR
from followup.clock import SystemClock
from followup.errors import FollowupError
from followup.services.health import Health, health
from followup.services.sign_in import Limits
from followup.settings import Settings, load
from followup.web.app import create_app
from followup.web.deps import WebDeps
from followup.worker.refusal import USED_WRONGLY, refusal
from followup.worker.serve import end_on_signals, listen, serve

HOST = "127.0.0.1"
STOP_SECONDS = 5.0
SECONDS_BETWEEN_WORDS = 2.0
#: Nobody is signed out of a demo for having gone to lunch.
SESSION = timedelta(hours=12)


def command(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Listen here; by default on 8000, or a free port where that is taken."),
    ] = None,
    var: Annotated[Path, typer.Option(help="The folder that holds everything: database, keys, phones.")] = DEFAULT_VAR,
    at: Annotated[
        str | None,
        typer.Option(
            help="Where the clock begins, such as 2026-11-22T09:00:00-06:00; today at 09:00. A demo that is there "
            "already goes on where its clock stood, or is pushed to this time where that is later."
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    empty: Annotated[bool, typer.Option(help="Leave out the sample patients.")] = False,
) -> None:
    """Start a fictional clinic. Its clock stands still until it is pushed on the page, and while it does not run.

    Example: followup demo --port 8010 --var /tmp/clinic --at 2026-11-22T09:00:00-06:00 --no-browser
    """
    end_on_signals()
    try:
        _run(port, var, None if at is None else instant(at, "--at"), browser=browser, empty=empty)
    except FollowupError as error:
        for line in refusal(error):
            typer.echo(line, err=True)
        raise typer.Exit(USED_WRONGLY) from None


def _run(port: int | None, var: Path, at: datetime | None, *, browser: bool, empty: bool) -> None:
    settings = load(Settings)
    listener = _listener(port, settings.port)
    address = f"http://{HOST}:{listener.getsockname()[1]}"
    with listener, OnlyOne(var / DATABASE_FILE):
        made = demo(settings, var=var, at=at, empty=empty, public_url=address, told=_Progress(address))
        try:
            serve(create_app(_web(made)), listener, ready=lambda: _welcome(made, address, browser=browser))
        finally:
            made.close()


def _listener(wanted: int | None, usual: int) -> socket.socket:
    """The port asked for, or an error; the usual one, or else a free one."""
    if wanted is not None:
        return listen(HOST, wanted)
    try:
        return listen(HOST, usual)
    except FollowupError:
        return listen(HOST, 0)


class _Progress:
    """Says at once what is waited for, and then now and then how far the clock has come."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._said_at: float | None = None

    def __call__(self, moment: datetime) -> None:
        if self._said_at is None:
            say(f"starting {self._address}, once all that is due on the way to the time of --at is done")
        elif monotonic() - self._said_at < SECONDS_BETWEEN_WORDS:
            return
        self._said_at = monotonic()
        say(f"  the clock has come to {moment:%Y-%m-%d %H:%M} UTC")


def _welcome(made: Demo, address: str, *, browser: bool) -> None:
    names = ", ".join(member.name for member in made.staff)
    say(f"ready {address}")
    say(f"  staff pages  {address}/staff   sign in as {names}; password {made.password}")
    say(f"  simulator    {address}/simulator   phones, mailboxes and the clock")
    zone = next(iter(made.context.content.current().content.configuration.clinics.values())).timezone
    where = ", where it stood" if made.goes_on else ""
    say(f"  clock        {local(made.world.now(), zone)}{where}; it stands still until you push it")
    say(f"  API token    {made.settings.api_token}")
    if browser and _has_a_screen():
        # A thread of its own: some ways to open a browser wait until it is closed.
        threading.Thread(target=open_new_tab, args=(address,), daemon=True).start()


def _has_a_screen() -> bool:
    """Without one, a browser of the terminal would take over this very terminal."""
    return sys.platform in {"darwin", "win32"} or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _web(made: Demo) -> WebDeps:
    context = made.context

    def state() -> Health:
        # Nothing ticks here: whoever moves the clock runs what is due.
        return health(context, context.clock.now(), {})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        edits = EditFollower(context, files_of(made.settings))
        made.follower.start()
        edits.start()
        yield
        edits.stop(STOP_SECONDS)
        made.follower.stop(STOP_SECONDS)

    return WebDeps(
        context=context,
        webhook=None,
        simulation=made.world,
        health=state,
        secret_key=made.settings.secret_keys[0],
        secure_cookies=False,
        pages=made.settings.templates / "pages",
        real_clock=SystemClock(),
        api_token=made.settings.api_token,
        lifespan=lifespan,
        limits=Limits(idle=SESSION, longest=SESSION, own_idle=SESSION, own_longest=SESSION),
        passwords=made.passwords,
    )

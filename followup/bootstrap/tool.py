"""Puts together what a command needs beside a running service: rows are written, the service itself sends."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from followup.bootstrap.demo_keys import with_demo_keys
from followup.bootstrap.opening import database_in, kept_address, open_any, sqlite_file, this_process
from followup.clock import Clock, StandingClock, SystemClock
from followup.content.lexicon import load_lexicon
from followup.errors import FollowupError
from followup.services.context import Context, Mode, Policy
from followup.services.publish_schedules import StoredContent
from followup.settings import Settings
from followup.simulation.world import CLOCK_FACT
from followup.storage import stamp
from followup.storage.store import Store


def tool(settings: Settings, var: Path) -> Context:
    """A context without a way out, on whatever the database was made for; in a demo its clock stands as there.

    `var` is where a demo keeps its keys, and the database where no address is set. Raises FollowupError.
    """
    url = database_url(settings, var)
    file = sqlite_file(url)
    if file is not None and not file.exists():
        message = f"there is no database at {file}: start the service first, or set FOLLOWUP_DATABASE_URL"
        raise FollowupError(message)
    settings = with_demo_keys(settings, file.parent if file is not None else var)
    if not settings.data_keys or not settings.index_keys:
        message = "FOLLOWUP_DATA_KEYS and FOLLOWUP_INDEX_KEY are missing: set the keys that the service runs with"
        raise FollowupError(message)
    store = open_any(settings, url)
    stamp.check_keys(store)
    mode = stamp.mode(store)
    if mode is None:
        message = "this database is not in use yet: start the service (`python worker.py`) or the demo first"
        raise FollowupError(message)
    return Context(
        store=store,
        clock=_clock(store, mode),
        content=StoredContent(store),
        lexicon=load_lexicon(),
        policy=Policy(public_url=_address(settings, store, mode), mode=Mode(mode), shadow=settings.shadow),
        gateways={},
        worker=this_process(),
        own_numbers=(settings.twilio_staff_from_number,) if settings.twilio_staff_from_number else (),
    )


def database_url(settings: Settings, var: Path) -> str:
    """The address in the settings, else the SQLite file below `var`."""
    return settings.database_url or database_in(var)


def _address(settings: Settings, store: Store, mode: str) -> str:
    """What links begin with: a demo is where it runs, whatever the settings say of the real service."""
    own, kept = settings.public_url, kept_address(store)
    return (kept or own or "") if mode == Mode.DEMO else (own or kept or "")


def _clock(store: Store, mode: str) -> Clock:
    if mode != Mode.DEMO:
        return SystemClock()
    with store.read() as uow:
        stands = uow.facts.get(CLOCK_FACT)
    return SystemClock() if stands is None else StandingClock(datetime.fromisoformat(stands))

"""Tells a watcher elsewhere that all is well, so that somebody notices when this service has died."""

from __future__ import annotations

from collections.abc import Callable

import urllib3

from followup import log

SECONDS = 5.0
_FINE = range(200, 300)

_log = log.get(__name__)


def heartbeat_to(url: str | None) -> Callable[[], None]:
    """What to call while all is well; does nothing without an address. It never raises and never takes long."""
    if url is None:
        return _nobody_watches
    pool = urllib3.PoolManager(
        num_pools=1, timeout=urllib3.Timeout(connect=SECONDS, total=SECONDS), retries=False, headers={}
    )

    def call() -> None:
        try:
            answer = pool.request("GET", url, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            _log.warning("the watcher could not be reached", problem=type(error).__name__)
            return
        if answer.status not in _FINE:
            _log.warning("the watcher did not take the heartbeat", status=answer.status)

    return call


def _nobody_watches() -> None:
    """Without FOLLOWUP_HEARTBEAT_URL nobody is told."""

"""The files that admins edit -> the version that runs, and the sender of each clinic's texts."""

from __future__ import annotations

from dataclasses import replace

from followup import log
from followup.clock import Clock
from followup.content.loader import Content, InvalidContent, load_content
from followup.errors import BadInput, InvalidInput
from followup.services.context import ContentBook, Published
from followup.services.health import set_pending_error
from followup.services.publish_schedules import publish
from followup.settings import Settings
from followup.storage.store import Store

_log = log.get(__name__)
_SHOWN = 3


def take_files(store: Store, clock: Clock, settings: Settings) -> None:
    """Publish the files on disk where they are new and good; otherwise run the last good version and say why.

    Raises InvalidContent or BadInput where there is no version to fall back on.
    """
    try:
        content = load_content(settings.schedules, settings.templates)
    except BadInput as error:
        with store.read() as uow:
            version = uow.versions.latest_number()
        if not version:
            raise
        _log.error("the schedule on disk cannot be used; the last good version runs", version=version)
        set_pending_error(store, _in_short(error))
        return
    publish(store, content, actor="service", clock=clock)
    set_pending_error(store, None)


def _in_short(error: BadInput) -> str:
    if isinstance(error, InvalidContent | InvalidInput):
        places = [f"{problem.at}: {problem.message}" for problem in error.problems[:_SHOWN]]
        return "; ".join([str(error), *places])
    return str(error)


class SendersFromSettings:
    """The published versions, with the sender of the settings in place of the only clinic's own.

    A number or a messaging service in the settings wins over `sender` in a file with one clinic. With several
    clinics each keeps its own.
    """

    def __init__(self, book: ContentBook, sender: str | None) -> None:
        """`sender` None: the clinic has no number of its own, the messaging service chooses."""
        self._book = book
        self._sender = sender

    def current(self) -> Published:
        """The version in force."""
        published = self._book.current()
        return replace(published, content=self._with_sender(published.content))

    def version(self, number: int) -> Content:
        """A version by its number. Raises NotFound."""
        return self._with_sender(self._book.version(number))

    def _with_sender(self, content: Content) -> Content:
        clinics = content.configuration.clinics
        if len(clinics) != 1:
            return content
        own = {key: replace(clinic, sender=self._sender) for key, clinic in clinics.items()}
        return replace(content, configuration=replace(content.configuration, clinics=own))

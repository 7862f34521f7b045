"""The files that admins edit -> the version that runs, and the sender of each clinic's texts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from followup.clock import Clock
from followup.content.loader import Content, load_content
from followup.errors import Conflict
from followup.services.context import ContentBook, Published
from followup.services.health import set_pending_error
from followup.services.publish_schedules import StoredContent, publish
from followup.services.watch_schedules import Files, take_edit
from followup.settings import Settings
from followup.storage.store import Store


def take_files(store: Store, clock: Clock, settings: Settings) -> StoredContent:
    """The published versions: the files on disk are the first, and later ones are judged as any edit is.

    Raises InvalidContent or BadInput where there is no version to fall back on.
    """
    book = StoredContent(store)
    with store.read() as uow:
        version = uow.versions.latest_number()
    if not version:
        publish(store, load_content(settings.schedules, settings.templates), actor="service", clock=clock)
        set_pending_error(store, None)
        return book
    with suppress(Conflict):  # somebody else published at this moment, and said what is to be said
        take_edit(store, book, files_of(settings), clock=clock)
    return book


def files_of(settings: Settings) -> Files:
    """The files that admins edit."""
    return Files(schedules=settings.schedules, templates=settings.templates)


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

"""Content -> a published version in the database; workers read versions from there.

A version is never changed or removed. Going back is publishing an earlier content again, under a new number.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from followup.clock import Clock
from followup.content.loader import Content, content_as_published
from followup.errors import Conflict, InvalidInput, NotFound
from followup.services.account_news import tell_of_addresses
from followup.services.context import ContentBook, Published
from followup.services.health import set_pending_error
from followup.services.preview_schedules import Preview, preview
from followup.services.replan_plans import replan_all
from followup.storage.store import Store
from followup.storage.unit_of_work import UnitOfWork


def publish(store: Store, content: Content, *, actor: str, clock: Clock) -> int:
    """Publish `content` unless exactly it was published before; returns its version number.

    For the first content of a database and for tests: nothing is compared and no plan is touched here.
    """
    with store.write() as uow:
        known = uow.versions.by_hash(content.content_hash)
        number = known.number if known is not None else add_version(uow, content, before=None, actor=actor, clock=clock)
        uow.commit()
    return number


def add_version(uow: UnitOfWork, content: Content, *, before: Content | None, actor: str, clock: Clock) -> int:
    """Store `content` under the next number, inside the caller's transaction. Raises Conflict where that is taken.

    Staff who had another phone or mail in `before` hear of the change.
    """
    now = clock.now()
    added = uow.versions.add(content.content_hash, content.schedules_text, dict(content.template_files), actor, now)
    uow.audit.append(
        at=now,
        actor=actor,
        action="schedules.published",
        subject="schedules",
        subject_id=str(added.number),
        detail={"hash": content.content_hash},
    )
    if before is not None:
        published = Published(version=added.number, content=content)
        tell_of_addresses(uow, before.configuration, published, now)
    uow.wake("schedules")
    return added.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a person's publishing came to. `version` is the one in force now."""

    version: int
    preview: Preview
    replanned: int


def publish_by_hand(store: Store, book: ContentBook, content: Content, *, actor: str, clock: Clock) -> Taken:
    """A person publishes `content`, whatever made it wait, and every course under way follows at once.

    The content in force again changes nothing. Raises InvalidInput for what must not be published at all, Conflict
    where another version was published at the same moment.
    """
    before = book.current().content
    shown = preview(store, book, content, clock.now())
    if shown.impossible:
        raise InvalidInput("this cannot be published; nothing was changed", shown.impossible)
    if not shown.in_force:
        with store.write() as uow:
            if uow.versions.latest_number() != shown.version:
                message = "another version was published at the same moment; look at `followup schedules diff` again"
                raise Conflict(message)
            add_version(uow, content, before=before, actor=actor, clock=clock)
            uow.commit()
    set_pending_error(store, None)
    return Taken(version=book.current().version, preview=shown, replanned=replan_all(store, book, clock))


def roll_back(store: Store, book: ContentBook, number: int, *, actor: str, clock: Clock) -> Taken:
    """Publish the content of version `number` again. Raises NotFound, and as `publish_by_hand`."""
    return publish_by_hand(store, book, book.version(number), actor=actor, clock=clock)


class StoredContent:
    """The published versions, each read from the database once. Safe to call from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._versions: dict[int, Content] = {}
        self._lock = threading.Lock()

    def current(self) -> Published:
        """The version in force: the newest. Raises NotFound where nothing was ever published."""
        with self._store.read() as uow:
            latest = uow.versions.latest_number()
        if latest == 0:
            message = "no schedules are published yet; start the service with a valid schedules.yaml"
            raise NotFound(message)
        return Published(version=latest, content=self.version(latest))

    def version(self, number: int) -> Content:
        """A version by its number, as it was published. Raises NotFound."""
        with self._lock:
            content = self._versions.get(number)
        return content if content is not None else self._load(number)

    def _load(self, number: int) -> Content:
        with self._store.read() as uow:
            stored = uow.versions.get(number)
        if stored is None:
            message = f"schedules version {number} is not in the database"
            raise NotFound(message)
        content = content_as_published(stored.schedules, stored.templates)
        with self._lock:
            return self._versions.setdefault(number, content)

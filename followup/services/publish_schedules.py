"""Content -> a published version in the database; workers read versions from there."""

from __future__ import annotations

import threading

from followup.clock import Clock
from followup.content.loader import Content, content_from
from followup.errors import NotFound
from followup.services.context import Published
from followup.storage.store import Store


def publish(store: Store, content: Content, *, actor: str, clock: Clock) -> int:
    """Publish `content` unless exactly it was published before; returns its version number."""
    now = clock.now()
    with store.write() as uow:
        known = uow.versions.by_hash(content.content_hash)
        if known is None:
            known = uow.versions.add(
                content.content_hash, content.schedules_text, dict(content.template_files), actor, now
            )
            uow.audit.append(
                at=now,
                actor=actor,
                action="schedules.published",
                subject="schedules",
                subject_id=str(known.number),
                detail={"hash": content.content_hash},
            )
        uow.commit()
    return known.number


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
        content = content_from(stored.schedules, stored.templates)
        with self._lock:
            return self._versions.setdefault(number, content)

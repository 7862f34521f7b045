"""docs/schedules.md names everything that may stand in schedules.yaml and in the templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from followup.content.schema import schema
from followup.content.template_keys import TEMPLATE_KEYS, Audience
from followup.domain.level import Level
from followup.domain.reading import Scope
from followup.domain.reading.topics import TOPICS
from followup.domain.schedule import RISK_FLAGS, EventKind, ReplyFamily
from tests.content import shipped

DOCS = (shipped.ROOT / "docs" / "schedules.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(?:\{\{ )?([A-Za-z0-9_]+)(?: \}\})?(?::[^`]*)?`", DOCS))


def keys(part: Any) -> Iterator[str]:
    """Every key that a schema knows."""
    if isinstance(part, dict):
        yield from part.get("properties", {})
        for below in part.values():
            yield from keys(below)
    elif isinstance(part, list):
        for below in part:
            yield from keys(below)


def test_every_key_is_named():
    assert set(keys(schema())) - NAMED == set()


def test_every_key_is_explained_as_the_code_explains_it():
    told = [text for text in _explanations(schema()) if text not in DOCS]
    assert told == []


def _explanations(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("description"), str) and "$schema" not in part:
            yield part["description"]
        for below in part.values():
            yield from _explanations(below)
    elif isinstance(part, list):
        for below in part:
            yield from _explanations(below)


def test_every_word_that_rules_may_use_is_named():
    words = {
        *(topic.name for topic in TOPICS),
        *(event.value for event in EventKind),
        *(scope.value for scope in Scope),
        *(reply.value for reply in ReplyFamily),
        *RISK_FLAGS,
        *(level.value for level in Level if level is not Level.NONE),
    }
    assert words - NAMED == set()


def test_every_variable_of_a_template_is_named():
    variables = {name for known in TEMPLATE_KEYS.values() for name in known.variables}
    assert variables - NAMED == set()
    staff = {key for key, known in TEMPLATE_KEYS.items() if known.audience in {Audience.STAFF, Audience.STAFF_TEXT}}
    assert staff - NAMED == set()

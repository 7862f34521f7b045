"""The JSON Schema of schedules.yaml, which editors use to complete and check while one types; `schedules schema`."""

from __future__ import annotations

import json
from typing import Any

from followup.content.schedules_file import FILE


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of schedules.yaml, from the very shapes that the loader reads by."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "schedules.yaml",
        "description": "Clinics, staff, escalation, questions, rules and courses of the follow-up service.",
        **FILE.schema(),
    }


def schema_text() -> str:
    """The schema as the file beside schedules.yaml holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"

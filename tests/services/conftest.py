"""The shipped clinic on both databases, at nine on a Sunday evening, when the day's infusions are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from followup.domain import windows
from tests.support.clinic import CHICAGO, SUNDAY, Clinic


@pytest.fixture
def clinic(migrated_database_url: str) -> Iterator[Clinic]:
    """The shipped clinic; 18:00 on a Sunday in winter time."""
    made = Clinic(migrated_database_url, start=windows.instant_of(SUNDAY, time(18), CHICAGO))
    yield made
    made.close()

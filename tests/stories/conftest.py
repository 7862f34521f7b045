"""Every story runs on both databases, begins on a Sunday morning, and fails on any message nobody expected.

Of a table of cases all rows run on SQLite and one in three on PostgreSQL, of each story at least one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path

import pytest

from followup.domain import windows
from tests.support.choosing import thin_out
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock, PatientPerson, StaffPerson


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out two in three rows of each table on PostgreSQL."""
    here = Path(__file__).parent
    doubled = [item for item in items if item.path.parent == here and "postgresql" in item.name]
    left_out = {item.nodeid for item in doubled} - {item.nodeid for item in thin_out(doubled)}
    items[:] = [item for item in items if item.nodeid not in left_out]


@pytest.fixture
def clinic(migrated_database_url: str) -> Iterator[Clinic]:
    """The shipped clinic at 09:00 on a Sunday. Kay or Sam is on duty, by the shipped rota."""
    story = Clinic(migrated_database_url, start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    try:
        yield story
        story.expects_nothing_more()
    finally:
        story.close()


@pytest.fixture
def clinic_at(migrated_database_url: str) -> Iterator[Callable[..., Clinic]]:
    """Makes the clinic of a story that begins at another moment, or with another schedule file."""
    made: list[Clinic] = []

    def make(start: datetime, schedules: Path = ROOT / "schedules.yaml") -> Clinic:
        made.append(Clinic(migrated_database_url, start=start, schedules=schedules))
        return made[-1]

    try:
        yield make
        for story in made:
            story.expects_nothing_more()
    finally:
        for story in made:
            story.close()


@pytest.fixture
def clock(clinic: Clinic) -> Clock:
    """The clinic's clock."""
    return Clock(clinic)


@pytest.fixture
def ann(clinic: Clinic) -> PatientPerson:
    """Ann, whose pain was 5 before the infusion."""
    return clinic.patient("Ann", baseline=5)


@pytest.fixture
def bob(clinic: Clinic) -> PatientPerson:
    """Bob, whose pain was 8 before the infusion."""
    return clinic.patient("Bob", baseline=8)


@pytest.fixture
def carmen(clinic: Clinic) -> PatientPerson:
    """Carmen, who writes Spanish; her pain was 6."""
    return clinic.patient("Carmen", baseline=6, language="es")


@pytest.fixture
def kay(clinic: Clinic) -> StaffPerson:
    """Nurse Kay."""
    return clinic.staff["kay"]


@pytest.fixture
def sam(clinic: Clinic) -> StaffPerson:
    """Nurse Sam."""
    return clinic.staff["sam"]


@pytest.fixture
def lee(clinic: Clinic) -> StaffPerson:
    """Dr. Lee, the lead."""
    return clinic.staff["lee"]

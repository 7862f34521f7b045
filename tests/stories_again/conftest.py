"""The stories of the first days and of the protocol once more, under a provider that misbehaves.

It loses answers, refuses for a while, and reports late, twice or never. Of a table of cases one row in three runs. Each
runs with a seed of its own, on SQLite. Its people wait for what comes late and take no notice of what comes twice;
at the end the provider's own ledger says what was sent.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path

import pytest

from followup.domain import windows
from tests.stories.conftest import ann, bob, carmen, kay, lee, sam
from tests.support.choosing import thin_out
from tests.support.clinic import CHICAGO, ROOT, SUNDAY
from tests.support.faulty_provider import FaultyClinic, PatientClock, audit

__all__ = ["ann", "bob", "carmen", "kay", "lee", "sam"]

#: Stories about the very second, and one in which a nurse's phone is a patient's too.
EXACT = {
    "test_a_reminder_a_day_later_comes_at_the_same_hour_or_inside_the_window",
    "test_a_phone_that_is_not_safe_comes_with_a_warning",
    "test_danger_of_staff_who_are_patients_is_a_patients",
    "test_what_a_patient_is_promised[C-day9-10:30-Our office is closed-we are closed]",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what cannot be the same, and two in three rows of each table of cases."""
    here = Path(__file__).parent
    again = [item for item in items if item.path.parent == here]
    same = [item for item in again if not EXACT.intersection({item.name, item.name.partition("[")[0]})]
    left_out = {item.nodeid for item in again} - {item.nodeid for item in thin_out(same)}
    items[:] = [item for item in items if item.nodeid not in left_out]


@pytest.fixture
def clinic_at(migrated_sqlite_url: str, request: pytest.FixtureRequest) -> Iterator[Callable[..., FaultyClinic]]:
    """Makes the clinic of a story that begins at another moment, or with another schedule file."""
    made: list[FaultyClinic] = []
    seed = zlib.crc32(request.node.name.encode())

    def make(start: datetime, schedules: Path = ROOT / "schedules.yaml") -> FaultyClinic:
        made.append(FaultyClinic(migrated_sqlite_url, seed=seed, start=start, schedules=schedules))
        return made[-1]

    try:
        yield make
        for story in made:
            _comes_to_rest(story)
    finally:
        for story in made:
            story.close()


def _comes_to_rest(clinic: FaultyClinic) -> None:
    for person in clinic.staff.values():
        person.has_read()  # a notice may have come twice, which the audit counts
    clinic.expects_nothing_more()
    clinic.staff_close_everything()
    clinic.settles()
    assert audit(clinic) == []


@pytest.fixture
def clinic(clinic_at: Callable[..., FaultyClinic]) -> FaultyClinic:
    """The shipped clinic at 09:00 on a Sunday."""
    return clinic_at(windows.instant_of(SUNDAY, time(9), CHICAGO))


@pytest.fixture
def clock(clinic: FaultyClinic) -> PatientClock:
    """The clinic's clock, on whose way late receipts arrive."""
    return PatientClock(clinic)

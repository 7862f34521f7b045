"""What goes to phones and mailboxes of staff carries nothing of a patient: a code, a level, times and a link."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from followup.content.template_keys import TEMPLATE_KEYS
from followup.domain import windows
from tests.support.clinic import CHICAGO, SUNDAY, Clinic, Clock

#: What may be filled into a text or mail to staff. `who`, `names` and `by` are members of staff, `words` the words
#: that close an alert, `codes`, `emergencies` and `standing` codes of alerts, `news` why one is told again, the rest
#: times and counts. Nothing of a patient.
HARMLESS = set(
    "clinic link level code codes standing emergencies age news time minutes outcome who names by why words duty "
    "pressing routine overdue seen silent".split()
)
NAME, WORDS = "Zenobia Quillfeather", "my chest hurts like thunder and lightning"


@pytest.fixture
def clinic(migrated_sqlite_url: str) -> Iterator[Clinic]:
    """The shipped clinic, on a Sunday."""
    made = Clinic(migrated_sqlite_url, start=windows.instant_of(SUNDAY, time(9), CHICAGO))
    yield made
    made.close()


@pytest.mark.parametrize("key", sorted(key for key, each in TEMPLATE_KEYS.items() if each.audience.for_staff))
def test_s18_no_template_for_staff_has_a_place_for_a_patient(key: str) -> None:
    """By text, mail and voice: a variable that is not on the list has to be thought about first."""
    assert TEMPLATE_KEYS[key].variables <= HARMLESS


def test_s18_a_night_of_notices_by_every_channel_names_nobody(clinic: Clinic) -> None:
    """An emergency that climbs for two hours, then is asked about and closed by text."""
    patient = clinic.patient(NAME, number="+13125550987")
    clinic.infusion(patient, ended="08:00")
    patient.replies(WORDS)
    Clock(clinic).forward(hours=2)
    code = clinic.alerts("all")[0].code
    for words in (code, f"close {code} reached", "who", "help"):
        clinic.staff["kay"].replies(words)
    told = [
        *(text for person in clinic.staff.values() for text in [*person.texts(), *person.mails(), *person.digests()]),
        *(str(call["said"]) for person in clinic.staff.values() for call in person.calls()),
    ]
    assert len(told) > 10
    for text in told:
        for secret in ("Zenobia", "Quillfeather", "thunder", "chest", "555-0987", "5550987", "P-zenobia"):
            assert secret.casefold() not in text.casefold()

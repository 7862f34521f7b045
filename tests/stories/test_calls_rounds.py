"""Calls over a whole night: a chain that nobody answers, a step for everybody, and what stands in the history."""

from __future__ import annotations

from datetime import datetime, timedelta

from followup.domain.people import Channel
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson


def test_row_5_a_night_in_which_nobody_picks_up_goes_on_ringing(
    clinic: Clinic, clock: Clock, ann: PatientPerson, lee: StaffPerson
):
    """5 min: the second person; 10 min: the lead, and the patient hears it once; then every 10 minutes for ever."""
    clinic.infusion(ann, ended="15:04")
    clock.to("19:10")
    ann.replies("I have bad chest pain")
    nurse, other = clinic.on_duty(), clinic.staff["kay" if clinic.on_duty().key == "sam" else "sam"]
    opened = clinic.clock.now()

    clock.forward(minutes=31)

    assert minutes(nurse, opened) == [0, 1, 20, 21]
    assert minutes(other, opened) == [5, 6, 30, 31]
    assert minutes(lee, opened) == [10, 11, 20, 21, 30, 31]
    assert sum("have not answered yet" in text for text in ann.texts()) == 1
    spoken = {entry.body for entry in clinic.provider.ledger() if entry.channel is Channel.VOICE}
    assert len(spoken) == 1
    for person in clinic.people:
        person.has_read()
    clinic.staff_close_everything()
    for person in clinic.people:
        person.has_read()


def minutes(person: StaffPerson, opened: datetime) -> list[int]:
    """How long after the opening this phone rang, in whole minutes."""
    return [(datetime.fromisoformat(call["at"]) - opened) // timedelta(minutes=1) for call in person.calls()]

"""Somebody leaves while an alert that only they were told of is open: it does not wait out their step."""

from __future__ import annotations

from datetime import time

import pytest

from followup.domain import windows
from followup.services.accounts import add_account
from followup.services.disable_staff import disable_staff
from followup.services.passwords import Passwords
from followup.services.quiet import run_until_quiet
from tests.support.clinic import CHICAGO, SUNDAY, Clinic, Clock, PatientPerson

NOW = windows.instant_of(SUNDAY, time(9), CHICAGO)


@pytest.mark.parametrize("told_others", [False, True], ids=["told alone", "others know"])
def test_an_alert_told_to_whoever_leaves_alone_moves_on_at_once(
    clinic: Clinic, clock: Clock, ann: PatientPerson, told_others: bool
) -> None:
    clinic.infusion(ann, ended="08:00")
    clock.to("12:00")
    leaver = clinic.on_duty()
    other = clinic.staff["kay" if leaver.key == "sam" else "sam"]
    add_account(
        clinic.context,
        clinic="prairie",
        person=leaver.key,
        password="four plain words together",
        passwords=Passwords(passes=1, memory_kib=64),
        now=NOW,
        actor="test",
    )
    ann.replies("3")
    [alert] = clinic.alerts("open")
    if told_others:
        clock.forward(minutes=5)
    notices = len([text for text in other.texts() if alert.code in text and "Emergency" in text])
    assert notices == (1 if told_others else 0)
    before = clinic.alerts("open")[0].position
    disable_staff(clinic.context, person=leaver.key, cover=other.key, now=NOW, actor="test")
    run_until_quiet(clinic.context)
    assert clinic.alerts("open")[0].position == before + (0 if told_others else 1)
    assert any(f"Emergency follow-up alert {alert.code}" in text for text in other.texts())
    assert any(f"Open alerts: {alert.code}" in text for text in other.texts()), "with the duty"
    for person in clinic.people:
        person.has_read()

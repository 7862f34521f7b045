"""Today's page: what a lead sees in the morning."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from followup.domain.alert import Outcome
from followup.domain.people import PatientStatus
from followup.services import edit_patient, human_chat
from followup.services.hold import set_hold
from tests.web.conftest import Web


def told(web: Web) -> str:
    """What the page says, without its markup."""
    page = web.signed_in().get("/staff/today")
    assert page.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text)))


def test_a_quiet_day_says_so(live: Web) -> None:
    page = told(live)
    assert "Check-ins due today 0" in page
    assert "Answered by text, 7 days none yet" in page
    assert "Automation held for Nobody." in page
    assert "takes messages" in page
    assert "holds, looked at now" in page


def test_the_day_is_counted(demo: Web) -> None:
    clinic, clock = demo.clinic, demo.clock
    ann, bob, carl = demo.ann(), clinic.patient("Bob", baseline=5), clinic.patient("Carl", baseline=5)
    for patient in (ann, bob, carl):
        clinic.infusion(patient, ended="08:00")
    clock.to("12:00")
    ann.replies("1")
    bob.replies("3")
    [alert] = clinic.alerts("open")
    clock.forward(minutes=4)
    clinic.staff["kay"].replies(alert.code)
    clinic.staff["kay"].closes(alert.code, Outcome.FALSE_ALARM)
    clock.to("23:00")
    page = told(demo)
    assert "Check-ins due today 3" in page
    assert re.search(r"answered 1 partly answered 1 .*silent 1", page)
    assert "Answered by text, 7 days 67 % 2 of 3 that arrived" in page
    assert re.search(r"emergency 1 1 1 \(100 %\) 4 min 4 min", page)


def test_whom_the_automation_leaves_alone_is_listed(demo: Web) -> None:
    clinic = demo.clinic
    ann, bob = demo.ann(), clinic.patient("Bob", baseline=5)
    for patient in (ann, bob):
        clinic.infusion(patient, ended="08:00")
    human_chat.start(clinic.context, patient=ann.record.id, by="kay")
    until = demo.clock.now() + timedelta(days=2)
    edit_patient.set_status(clinic.context, bob.record.id, PatientStatus.PAUSED, until=until, by="kay")
    page = told(demo)
    assert "Ann Kay Miller talks with them" in page
    assert "Bob paused until" in page


def test_a_hold_stands_on_top(make_web) -> None:
    web = make_web(health={"hold": True, "shadow": True})
    set_hold(web.clinic.context, on=True, actor="test")
    page = told(web)
    assert "Hold is on:" in page
    assert "Shadow mode:" in page

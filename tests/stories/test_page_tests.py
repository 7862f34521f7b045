"""Once a week whoever is on duty must answer a test page; when nobody does, the lead hears of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from followup.content.problems import InvalidContent
from followup.domain import windows
from followup.domain.calls import CallStage
from followup.domain.preflight import FindingKind
from followup.errors import Conflict
from followup.gateways.port import CallAnswer, Spoken
from followup.services import duty, page_test
from followup.services.preflight import findings
from followup.services.quiet import run_until_quiet
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock, StaffPerson

Begin = Callable[..., Clinic]
OFF = """    # test_page:
    #   weekday: wednesday
    #   at: "10:00"
    #   acknowledge_within: 15m
"""
SAMS_MAIL = "    email: sam.ortiz@prairie.example.org\n"
OWN_ORDER = {SAMS_MAIL: f"{SAMS_MAIL}    contact: [sms, email: 5m]\n"}


def switched_on(text: str) -> str:
    """The shipped file with the test page taken out of its comment."""
    assert OFF in text
    return text.replace(OFF, OFF.replace("    # ", "    "))


@pytest.fixture
def begin(clinic_at: Callable[..., Clinic], tmp_path: Path) -> Begin:
    def make(day: date = SUNDAY, changes: dict[str, str] | None = None) -> Clinic:
        text = switched_on((ROOT / "schedules.yaml").read_text(encoding="utf-8"))
        for old, new in (changes or {}).items():
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "schedules.yaml"
        file.write_text(text, encoding="utf-8")
        return clinic_at(windows.instant_of(day, time(9), CHICAGO), schedules=file)

    return make


@pytest.fixture
def wednesday(begin: Begin) -> tuple[Clinic, Clock, StaffPerson]:
    """A clinic that tests its pages, at 10:00 of a Wednesday, just as the page has gone out; and who got it."""
    clinic = begin()
    clock = Clock(clinic)
    clock.to("09:59", days=3)
    for person in clinic.people:
        person.expects_nothing()
    clock.to("10:00")
    return clinic, clock, clinic.on_duty()


def reads_a_test(person: StaffPerson) -> str:
    """The next text, call and mail are a test; gives its code."""
    text = person.expects_sms("TEST", "no patient", "Prairie Clinic")
    code = text.split("Reply ", 1)[1].split(" ", 1)[0]
    person.expects_mail("TEST", code)
    person.expects_call("This is a test, about no patient", "Press 1")
    return code


def test_a_test_page_is_answered_by_its_code(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, clock, nurse = wednesday
    code = reads_a_test(nurse)
    clock.forward(minutes=4)
    nurse.replies(code.lower())
    nurse.expects_sms(f"TEST {code} answered")
    clock.forward(hours=2)
    (page,) = page_test.latest(clinic.context, "prairie")
    assert (page.person, page.rotas, page.acknowledged_via, page.missed_at) == (nurse.key, ("nurses",), "sms", None)
    assert clinic.alerts() == ()


def test_a_test_page_that_nobody_answers_is_told_to_the_lead(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, clock, nurse = wednesday
    code = reads_a_test(nurse)
    clock.forward(minutes=14)
    assert clinic.alerts() == ()
    clock.forward(minutes=1)
    clinic.staff["lee"].expects_alert("Urgent")
    (alert,) = clinic.alerts()
    (entry, *_) = clinic.entries(alert)
    assert (alert.rule, alert.patient) == ("U17", None)
    assert f"{nurse.name}, on duty in nurses, did not answer the test page within 15 min" in str(entry.understood)
    nurse.replies(code)  # late is better than never, and is no answer to an alert
    nurse.expects_sms(f"TEST {code} answered")
    clinic.staff_close_everything()


def test_a_test_page_is_answered_by_key_1_and_by_no_other(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, clock, nurse = wednesday
    reads_a_test(nurse)
    assert "This is a test. Press 1." in nurse.presses("3").text
    assert page_test.latest(clinic.context, "prairie")[0].acknowledged_at is None
    assert "The test is answered" in nurse.presses("1").text
    clock.forward(hours=1)
    (page,) = page_test.latest(clinic.context, "prairie")
    assert (page.acknowledged_via, page.missed_at, clinic.alerts()) == ("voice", None, ())


def test_a_call_that_rings_in_vain_is_told_when_the_time_is_over(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, clock, nurse = wednesday
    reads_a_test(nurse)
    nurse.call_ends(CallStage.NO_ANSWER)
    clock.forward(minutes=14)
    assert clinic.alerts() == ()
    clock.forward(minutes=1)
    clinic.staff["lee"].expects_alert("Urgent")
    clinic.staff_close_everything()


# --- calling back -----------------------------------------------------------------------------------------


def all_is_read_and_closed(clinic: Clinic) -> None:
    for person in clinic.people:
        person.has_read()
    clinic.staff_close_everything()
    for person in clinic.people:
        person.has_read()


def hears(person: StaffPerson) -> str:
    answer = person.calls_in()
    assert isinstance(answer, Spoken)
    return answer.text


@pytest.mark.parametrize(("minutes", "late"), [(5, False), (40, True)], ids=["in time", "late"])
def test_who_missed_the_call_calls_back_hears_of_the_test_and_answers_it(
    wednesday: tuple[Clinic, Clock, StaffPerson], minutes: int, late: bool
) -> None:
    clinic, clock, nurse = wednesday
    code = reads_a_test(nurse)
    nurse.call_ends(CallStage.NO_ANSWER)
    clock.forward(minutes=minutes)

    said = hears(nurse)
    assert "No alert is open for you: it was the weekly test, about no patient. Press 1" in said
    assert "Press 4" not in said
    assert "The weekly test, about no patient. Press 1" in nurse.presses_on_it("3").text
    assert page_test.latest(clinic.context, "prairie")[0].acknowledged_at is None
    assert "The test is answered" in nurse.presses_on_it("1").text

    nurse.expects_sms(f"TEST {code} answered")  # to the phone on file: who called may not be who they say
    clock.forward(hours=2)
    (page,) = page_test.latest(clinic.context, "prairie")
    assert (page.acknowledged_via, page.missed_at is not None) == ("voice", late)
    assert len(clinic.alerts()) == int(late)
    assert "Nothing is open for you" in hears(nurse)
    all_is_read_and_closed(clinic)


def test_an_alert_comes_before_the_test_and_key_4_leads_from_one_to_the_other(
    wednesday: tuple[Clinic, Clock, StaffPerson],
) -> None:
    clinic, _clock, nurse = wednesday
    reads_a_test(nurse)
    ann = clinic.patient("Ann Bell")
    clinic.infusion(ann, ended="08:00")
    ann.replies("I have bad chest pain")
    ann.has_read()
    nurse.has_read()

    said = hears(nurse)
    assert "One is open for you. Emergency," in said
    assert said.endswith("Press 4 for the weekly test, which waits for your answer.")
    assert nurse.presses_on_it("4").text.startswith("The weekly test, about no patient. Press 1")
    answered = nurse.presses_on_it("1").text
    assert answered.startswith("Thank you. The test is answered. Emergency,")
    assert "Press 4" not in answered
    assert clinic.alerts()[0].acknowledged_by is None
    assert "It is yours" in nurse.presses_on_it("1").text

    assert page_test.latest(clinic.context, "prairie")[0].acknowledged_via == "voice"
    assert clinic.alerts()[0].acknowledged_by == nurse.name
    all_is_read_and_closed(clinic)


def test_nobody_else_hears_of_it_nor_whoever_forges_her_number(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, clock, nurse = wednesday
    code = reads_a_test(nurse)
    assert "Nothing is open for you" in hears(clinic.staff["lee"])
    assert isinstance(nurse.calls_in(forged=True), CallAnswer)
    nurse.replies(code)
    nurse.expects_sms("answered")
    clock.forward(minutes=1)
    assert "Nothing is open for you" in hears(nurse)


def test_a_test_of_last_week_is_not_spoken_of(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, clock, nurse = wednesday
    reads_a_test(nurse)
    clock.forward(minutes=15)
    all_is_read_and_closed(clinic)
    assert "it was the weekly test" in hears(nurse)
    clock.forward(days=7)
    assert "Nothing is open for you" in hears(nurse)
    all_is_read_and_closed(clinic)


def test_it_goes_once_a_week(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, clock, nurse = wednesday
    nurse.replies(reads_a_test(nurse))
    nurse.expects_sms("answered")
    clock.to("09:59", days=7)
    assert len(page_test.latest(clinic.context, "prairie")) == 1
    clock.to("10:00")
    other = clinic.on_duty()
    assert other is not nurse  # seven days on, the other of two has the day
    other.replies(reads_a_test(other))
    other.expects_sms("answered")


def test_on_a_holiday_it_waits_for_the_next_open_day(begin: Begin) -> None:
    clinic = begin(day=date(2026, 11, 9))  # Wednesday 11 November is Veterans Day
    clock = Clock(clinic)
    clock.to("18:00", days=2)
    for person in clinic.people:
        person.expects_nothing()
    clock.to("10:00", days=1)
    nurse = clinic.on_duty()
    nurse.replies(reads_a_test(nurse))
    nurse.expects_sms("answered")


def test_it_goes_by_a_persons_own_ways(begin: Begin) -> None:
    clinic = begin(changes=OWN_ORDER)
    clock, sam = Clock(clinic), clinic.staff["sam"]
    page_test.send_now(clinic.context, clinic="prairie", by="terminal:root")
    run_until_quiet(clinic.context)
    text = sam.expects_sms("TEST")
    sam.expects_call("test")
    clock.forward(minutes=4)
    sam.expects_nothing()
    clock.forward(minutes=1)
    sam.expects_mail("TEST")
    sam.replies(text.split("Reply ", 1)[1].split(" ", 1)[0])
    sam.expects_sms("answered")


def test_an_answered_test_sends_nothing_more(begin: Begin) -> None:
    clinic = begin(changes=OWN_ORDER)
    clock, sam = Clock(clinic), clinic.staff["sam"]
    page_test.send_now(clinic.context, clinic="prairie", by="terminal:root")
    run_until_quiet(clinic.context)
    sam.expects_call("test")
    sam.replies(sam.expects_sms("TEST").split("Reply ", 1)[1].split(" ", 1)[0])
    sam.expects_sms("answered")
    clock.forward(minutes=30)
    sam.expects_nothing()


def test_one_person_on_two_rotas_is_tested_once(begin: Begin) -> None:
    two = {
        "    overrides: []\n": "    overrides: []\n  evening:\n    timezone: America/Chicago\n    people: [sam]\n",
        "tell: { next_on_duty: nurses }": "tell: [{ next_on_duty: nurses }, { on_duty: evening }]",
    }
    clinic = begin(changes=two)
    (page,) = page_test.send_now(clinic.context, clinic="prairie", by="terminal:root")
    assert (page.person, page.rotas) == ("sam", ("nurses", "evening"))
    run_until_quiet(clinic.context)
    sam = clinic.staff["sam"]
    sam.replies(reads_a_test(sam))
    sam.expects_sms("answered")


def test_a_code_of_somebody_elses_test_answers_nothing(wednesday: tuple[Clinic, Clock, StaffPerson]) -> None:
    clinic, _clock, nurse = wednesday
    code = reads_a_test(nurse)
    lee = clinic.staff["lee"]
    lee.replies(code)
    lee.expects_sms(f"No open alert {code}")
    assert page_test.latest(clinic.context, "prairie")[0].acknowledged_at is None
    nurse.replies(code)
    nurse.expects_sms("answered")


def test_the_shipped_clinic_sends_none_until_it_is_turned_on(clinic: Clinic, clock: Clock) -> None:
    clock.forward(days=15)
    assert page_test.latest(clinic.context, "prairie") == ()


def test_with_nobody_on_duty_there_is_nobody_to_test(clinic: Clinic) -> None:
    with pytest.raises(Conflict, match="nobody is on duty"):
        page_test.send_now(clinic.context, clinic="prairie", rota="elsewhere", by="terminal:root")


# --- the weeks ahead, of the people themselves -----------------------------------------------------------


def test_row_11_everybody_on_a_chain_can_be_reached_twice_and_proves_it_each_week(
    wednesday: tuple[Clinic, Clock, StaffPerson],
) -> None:
    """No other system looks at its people beforehand: two ways to each, and a page that must be answered."""
    clinic, clock, nurse = wednesday
    assert findings(clinic.context, "prairie") == ()
    nurse.replies(reads_a_test(nurse))
    nurse.expects_sms("answered")
    clinic.provider.refuse(to=clinic.staff["lee"].number, times=None)
    duty.take_over(clinic.context, rota="nurses", person="lee", until=None, by="terminal:root", via="terminal")
    run_until_quiet(clinic.context)
    clock.forward(minutes=5)
    (found,) = findings(clinic.context, "prairie")
    assert (found.person, "the last sms did not arrive" in found.message) == ("lee", True)
    for person in clinic.people:
        person.has_read()
    clinic.staff_close_everything()
    for person in clinic.people:
        person.has_read()


def test_oncall_1326_whoever_lacks_a_way_is_named_before_the_night(begin: Begin, clinic: Clinic) -> None:
    """The second-line person had no way to be notified, so that it went to the directors: refused, or named before."""
    with pytest.raises(InvalidContent) as refused:
        begin(changes={SAMS_MAIL: ""})
    assert any("Sam Ortiz is to be told by email and has no e-mail" in one.message for one in refused.value.problems)
    sam = clinic.staff["sam"]
    clinic.provider.refuse(to=sam.email, times=None)
    page_test.send_now(clinic.context, clinic="prairie", by="terminal:root")
    run_until_quiet(clinic.context)
    (found,) = findings(clinic.context, "prairie")
    assert (found.kind, found.person, found.rota, found.grave) == (FindingKind.ONE_WAY, "sam", "nurses", False)
    assert "on duty in nurses from Sun 22 Nov 07:00 to Mon 23 Nov 07:00" in found.message
    assert "the last email did not arrive" in found.message
    for person in clinic.people:
        person.has_read()
    clinic.staff_close_everything()
    for person in clinic.people:
        person.has_read()

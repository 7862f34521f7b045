"""Consent, language and the right person: nobody is texted who has not agreed, in no language they did not choose."""

from __future__ import annotations

import pytest

from followup.domain.people import Channel, Consent
from followup.errors import Conflict
from tests.support.clinic import Clinic, Clock, PatientPerson


@pytest.fixture
def dora(clinic: Clinic) -> PatientPerson:
    """Dora, who has not been asked whether she wants texts."""
    return clinic.patient("Dora", baseline=5, consent=Consent())


def test_without_consent_nothing_is_texted_and_a_person_is_asked(
    clinic: Clinic, clock: Clock, dora: PatientPerson
) -> None:
    clinic.infusion(dora, ended="09:00")
    assert dora.rules() == {"R10"}
    clinic.staff_close_everything()
    clock.to("12:00", days=1)
    assert {dora.check_ins[key].reason for key in ("C1", "C2")} == {"no consent"}


def test_without_a_phone_too(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5)
    pat.number = None  # type: ignore[assignment]
    clinic.infusion(pat, ended="09:00")
    assert pat.rules() == {"R10"}
    clinic.staff_close_everything()
    clock.to("14:00")
    assert pat.check_ins["C1"].reason == "no phone"
    pat.number = "+13125558000"


def test_the_invitation_and_its_answer_are_the_proof(clinic: Clinic, clock: Clock, dora: PatientPerson) -> None:
    clinic.infusion(dora, ended="09:00")
    clinic.invites(dora)
    asked = dora.expects_sms("reply 1 for follow-up texts", "STOP")
    assert not dora.record.consent.sms
    clock.forward(minutes=10)
    dora.replies("1")
    dora.expects_sms("you're signed up", "not encrypted")
    consent = dora.record.consent
    assert consent.sms
    assert consent.text == asked
    assert consent.at == clock.now()
    assert consent.method
    clock.to("13:00")
    dora.answers_check_in()
    dora.expects_sms("thanks")


@pytest.mark.parametrize("answer", ["2", "no thanks", "who is this?"])
def test_anything_but_a_one_is_no_consent(clinic: Clinic, clock: Clock, dora: PatientPerson, answer: str) -> None:
    clinic.infusion(dora, ended="09:00")
    clinic.invites(dora)
    dora.expects_sms("reply 1")
    dora.replies(answer)
    dora.has_read()
    assert not dora.record.consent.sms
    clinic.staff_close_everything()
    clock.to("14:00")
    assert dora.check_ins["C1"].reason == "no consent"


def test_an_invitation_answered_with_danger(clinic: Clinic, clock: Clock, dora: PatientPerson) -> None:
    clinic.infusion(dora, ended="09:00")
    clinic.invites(dora)
    dora.expects_sms("reply 1")
    dora.replies("I have chest pain")
    dora.expects_sms("may be an emergency")
    clinic.on_duty().expects_alert("emergency")
    assert not dora.record.consent.sms


def test_an_invitation_answered_with_stop(clinic: Clinic, clock: Clock, dora: PatientPerson) -> None:
    clinic.infusion(dora, ended="09:00")
    clinic.invites(dora)
    dora.expects_sms("reply 1")
    dora.replies("STOP")
    dora.expects_sms("you are opted out")
    with pytest.raises(Conflict):
        clinic.invites(dora)


def test_a_one_without_an_invitation_is_no_consent(clinic: Clinic, clock: Clock, dora: PatientPerson) -> None:
    clinic.infusion(dora, ended="09:00")
    dora.replies("1")
    dora.has_read()
    assert not dora.record.consent.sms


def test_nobody_is_invited_twice(clinic: Clinic, clock: Clock, dora: PatientPerson, ann: PatientPerson) -> None:
    clinic.infusion(dora, ended="09:00")
    clinic.infusion(ann, ended="09:00")
    clinic.invites(dora)
    dora.expects_sms("reply 1")
    with pytest.raises(Conflict):
        clinic.invites(dora)
    with pytest.raises(Conflict):
        clinic.invites(ann)


def test_an_invitation_waits_for_the_patients_morning(clinic: Clinic, clock: Clock, dora: PatientPerson) -> None:
    clock.to("22:00")
    clinic.infusion(dora, ended="20:00")
    clinic.invites(dora)
    clock.to("08:59", days=1)
    dora.expects_nothing()
    clock.to("09:00")
    dora.expects_sms("reply 1")


def test_an_invitation_in_spanish(clinic: Clinic) -> None:
    pat = clinic.patient("Pilar", baseline=5, language="es", consent=Consent())
    clinic.infusion(pat, ended="09:00")
    clinic.invites(pat)
    pat.expects_sms("responda 1")
    pat.replies("1")
    pat.expects_sms("ya esta inscrito/a")


def test_a_missing_language_is_asked_for_at_once_and_nothing_is_texted(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, language=None)
    clinic.infusion(pat, ended="09:00")
    assert pat.rules() == {"R10"}
    clinic.staff_close_everything()
    clock.to("13:00")
    assert pat.check_ins["C1"].reason == "no language"


def test_a_language_set_in_time_lets_the_course_go_on(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, language=None)
    clinic.infusion(pat, ended="09:00", external_id="I-1")
    clinic.staff_close_everything()
    pat.language = "es"
    clinic.infusion(pat, ended="09:00", external_id="I-1")
    clock.to("13:00")
    pat.expects_sms("como esta ahora")


def test_two_replies_in_the_other_language_switch_it_and_tell_staff(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("tengo algunos efectos, estoy un poco mareada")
    ann.has_read()
    assert ann.record.language == "en", "one reply switches nothing"
    ann.replies("es un mareo leve, gracias")
    ann.has_read()
    assert ann.record.language == "es"
    assert "R10" in ann.rules()
    clinic.staff_close_everything()
    clock.to("10:00", days=1)
    ann.expects_sms("dolor ahora")


def test_one_foreign_word_switches_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("1 gracias")
    ann.expects_sms("thanks")
    clock.to("10:00", days=1)
    ann.expects_sms("how strong is your pain")
    ann.replies("3")
    ann.expects_sms("Side effects now?")
    assert ann.record.language == "en"


def test_danger_is_answered_in_the_language_on_file(clinic: Clinic, clock: Clock, carmen: PatientPerson) -> None:
    clinic.infusion(carmen, ended="09:00")
    carmen.replies("chest pain")
    carmen.expects_sms("emergencia", "911")
    clinic.on_duty().expects_alert("emergency")


def test_consent_withdrawn_by_the_clinic_stops_the_texts(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00", external_id="I-1")
    ann.consent = Consent(sms=False)
    clinic.infusion(ann, ended="09:00", external_id="I-1")
    clock.to("14:00")
    assert ann.check_ins["C1"].reason == "no consent"
    clinic.staff_close_everything()


def test_start_is_no_first_consent(clinic: Clinic, clock: Clock, dora: PatientPerson) -> None:
    clinic.infusion(dora, ended="09:00")
    clinic.staff_close_everything()
    dora.replies("hello")
    dora.has_read()
    clock.to("14:00")
    assert dora.check_ins["C1"].reason == "no consent"
    with clinic.store.read() as uow:
        assert not uow.suppressions.active("prairie", Channel.SMS, dora.number)

"""The shipped file and texts: what they say, how long the texts are, and that they hold no warning."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from followup.content import sms
from followup.content.loader import content_from, weeks_ahead
from followup.content.template_keys import TEMPLATE_KEYS
from followup.domain.level import Level
from followup.domain.people import Channel
from followup.domain.schedule import AfterInfusion, AnswerKind, Coverage, OnDay, TargetKind
from tests.content import shipped

CONFIGURATION = shipped.content().configuration

#: Lengths with a clinic name of 14 characters, a phone of 14, a link of 56 and an opening of 20 (Spanish: 28).
LENGTHS = {
    "OPTIN_ASK": (158, 157), "OPTIN_OK": (157, 154), "C1": (145, 137), "C2_PAIN": (124, 122), "C3_PAIN": (139, 137),
    "SE": (159, 153), "SEV": (111, 103), "SEV_5": (133, 117), "URINE": (126, 118), "MOOD": (90, 86),
    "MOOD_CHECK": (142, 140), "LINK": (156, 160), "REMIND_C1": (150, 146), "REMIND_PAIN": (135, 139),
    "REASK_0_10": (122, 109), "REASK_1_3": (132, 120), "REASK_SE": (143, 138), "E_MED": (154, 144),
    "E_MED_STOP": (149, 133), "E_CRISIS": (152, 146), "E_CRISIS_UNSTAFFED": (146, 141), "E_CRISIS_STOP": (143, 142),
    "E_AGAIN": (136, 139), "E_NOACK": (141, 137), "E_NOCONTACT": (131, 114), "U_OPEN": (155, 149),
    "U_ONCALL": (150, 144), "U_CLOSED": (158, 155), "U_TONIGHT": (155, 143), "R": (150, 138), "I": (139, 138),
    "I_OK": (92, 82), "I_PLAIN": (103, 105), "I_NOTED": (123, 126), "FREETEXT": (149, 140), "LATE": (126, 128),
    "SORRY": (129, 117), "IN_CARE": (124, 123), "STOP": (140, 123), "START": (124, 116), "HELP": (157, 158),
}  # fmt: skip


def values(language: str, **more: str) -> dict[str, str]:
    """Values of the lengths that the table was made with."""
    return {
        "clinic": "Prairie Clinic",
        "phone": "(312) 555-0142",
        "link": "l" * 56,
        "open": "o" * (20 if language == "en" else 28),
        "question_short": "q" * 22,
        **more,
    }


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("key", LENGTHS)
def test_a_text_is_one_part_of_the_stated_length(key, language):
    text = shipped.content().catalogue.render(
        key, language=language, channel=Channel.SMS, values=values(language), fold=True
    )
    count = sms.parts(text.body)
    assert (count.encoding, count.parts, count.units) == (sms.Encoding.GSM_7, 1, LENGTHS[key][language == "es"])


def test_every_text_for_patients_is_in_the_table():
    """Apart from the quick replies, which a person may still change before they go."""
    keys = {template.key for template in shipped.content().catalogue.templates if template.channel is Channel.SMS}
    automatic = {key for key in keys if not key.startswith(("STAFF_", "QUICK_"))}
    assert automatic == LENGTHS.keys() | {"REMIND_OTHER"}


def test_a_reminder_with_any_question_is_one_part():
    for question in CONFIGURATION.questions.values():
        for language, short in question.short.items():
            text = shipped.content().catalogue.render(
                "REMIND_OTHER",
                language=language,
                channel=Channel.SMS,
                values=values(language, question_short=short),
                fold=True,
            )
            assert sms.parts(text.body).parts == 1


def test_the_shipped_content_has_nothing_worth_a_warning():
    assert shipped.content().warnings == ()
    assert weeks_ahead(shipped.content(), datetime(2026, 11, 25, 12, tzinfo=UTC)) == ()


def test_every_text_is_there():
    keys = {template.key for template in shipped.content().catalogue.templates}
    assert keys >= TEMPLATE_KEYS.keys()


def test_spanish_is_stored_with_its_accents():
    assert "está" in shipped.template_texts()["messages/C1/es.sms.txt"]
    assert "¿" in shipped.template_texts()["messages/SE/es.sms.txt"]


def test_the_same_texts_have_the_same_hash_wherever_they_are_read():
    again = content_from(
        shipped.schedules_text().replace("\n", "\r\n"), dict(reversed(shipped.template_texts().items()))
    )
    assert again.content_hash == shipped.content().content_hash


def test_another_text_has_another_hash():
    templates = shipped.template_texts()
    templates["messages/R/en.sms.txt"] += "Bye."
    assert content_from(shipped.schedules_text(), templates).content_hash != shipped.content().content_hash


# --- the clinic --------------------------------------------------------------------------------


def test_the_clinic():
    clinic = CONFIGURATION.clinics["prairie"]
    assert (clinic.name, clinic.phone, clinic.sender) == ("Prairie Clinic", "(312) 555-0142", "+13125550100")
    assert clinic.coverage is Coverage.AROUND_THE_CLOCK
    assert sorted(clinic.hours) == [0, 1, 2, 3, 4]
    assert (clinic.hours[0].start, clinic.hours[0].end) == (time(8), time(17))
    assert (clinic.send_window.start, clinic.send_window.end) == (time(9), time(20))
    assert len(clinic.holidays) == 22


def test_chains_climb_as_the_protocol_says():
    clinic = CONFIGURATION.clinics["prairie"]
    climbs = {
        level: [
            (step.after.total_seconds() / 60, step.targets[0].kind)
            for step in CONFIGURATION.chain_for(clinic, level).steps
        ]
        for level in (Level.EMERGENCY, Level.URGENT)
    }
    whom = [TargetKind.ON_DUTY, TargetKind.NEXT_ON_DUTY, TargetKind.PERSON]
    assert climbs == {
        Level.EMERGENCY: list(zip([0, 5, 10], whom, strict=True)),
        Level.URGENT: list(zip([0, 30, 60], whom, strict=True)),
    }
    emergency = CONFIGURATION.chain_for(clinic, Level.EMERGENCY)
    assert [step.tell_patient for step in emergency.steps] == [False, False, True]
    assert emergency.repeat == timedelta(minutes=10)
    routine = CONFIGURATION.chain_for(clinic, Level.ROUTINE)
    assert routine.steps == ()
    assert routine.work_list is not None
    assert routine.work_list.tell_after_business_days == 2


# --- the course --------------------------------------------------------------------------------


def test_the_course_is_the_table_of_the_protocol():
    schedule = CONFIGURATION.schedule_for("ketamine", "chronic_pain")
    assert schedule is not None
    days = {
        spec.key: (spec.timing.day, spec.timing.at) for spec in schedule.check_ins if isinstance(spec.timing, OnDay)
    }
    assert schedule.key == "ketamine-pain-v1"
    assert days == {
        "C2": (1, time(10)),
        "C3": (3, time(11)),
        "C4": (7, time(11)),
        "C5": (14, time(10)),
        "C6": (28, time(11)),
    }
    evening = schedule.check_ins[0]
    assert evening.timing == AfterInfusion(after=timedelta(hours=4), not_before=timedelta(hours=2), latest=time(19, 45))
    assert [spec.key for spec in schedule.check_ins if spec.safety] == ["C1", "C2"]
    assert [spec.key for spec in schedule.check_ins if not spec.by_email] == ["C1"]


def test_the_monthly_check_in_repeats_for_a_year():
    schedule = CONFIGURATION.schedules["ketamine-pain-v1"]
    monthly = schedule.check_in("C6-3")
    assert monthly is not None
    assert isinstance(monthly.timing, OnDay)
    assert (monthly.key, monthly.repeat_every, monthly.stop_after_silent) == ("C6", 28, 3)
    assert monthly.timing.day + 28 * (monthly.repetitions - 1) < 366


def test_an_unknown_treatment_has_the_safety_course_only():
    assert CONFIGURATION.schedule_for("magnesium", None) is None
    assert [spec.key for spec in CONFIGURATION.safety_course.check_ins] == ["C1", "C2"]


def test_another_treatment_needs_nothing_but_the_file():
    schedule = CONFIGURATION.schedule_for("lidocaine", None)
    assert schedule is not None
    assert [spec.key for spec in schedule.check_ins] == ["C1", "C2", "C4"]


def test_side_effects_lead_to_their_severity():
    question = CONFIGURATION.questions["SE"]
    assert question.kind is AnswerKind.CODES
    assert question.then == dict.fromkeys([1, 2, 3, 4, 5, 6, 7], "SEV")
    assert question.then_among == {5: "SEV_5"}
    assert CONFIGURATION.questions["C1"].then == {2: "SE"}

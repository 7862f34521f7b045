"""Every rule of the protocol through the whole service: once fired and once just not.

Each row tells what a patient says at which check-in, what they are answered, and how staff hear of it. The
infusion is on a Sunday at 09:00, so the evening check-in comes while somebody is on call, and the next
morning's while the clinic is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from followup.domain.infusion import Baseline
from followup.domain.level import Level, highest
from followup.domain.people import Consent, PatientStatus
from tests.support.clinic import ASKS, Clinic, Clock, PatientPerson, StaffPerson

CRISIS = "You are not alone"
MEDICAL = "may be an emergency"
ON_CALL = "our on-call clinician has your answer"
OPEN = "a nurse will call you within 1 hour"
LATER = "thanks, we have your answer"
FREE_TEXT = "message received"
GLAD = "glad you are doing OK"
PLAIN = "thanks, noted. If anything changes"
STRONG = "Sorry it is still strong"
MILD = "Mild effects like this"


@dataclass(frozen=True)
class Row:
    """One patient: what they say, one text after the other, from the given check-in on."""

    rule: str
    fires: bool
    at: str
    says: tuple[str, ...]
    level: str
    answer: str
    before: dict[str, dict[str, str]] = field(default_factory=dict)
    baseline: Baseline = field(default_factory=lambda: Baseline(pain=5, mood=7))
    flags: frozenset[str] = frozenset()
    ended: str = "09:00"

    def __str__(self) -> str:
        return f"{self.rule}-{'fires' if self.fires else 'not'}-{'_'.join(self.says)[:40].replace(' ', '_')}"


def _fires(rule: str, at: str, *says: str, level: str = "urgent", answer: str, **about: object) -> Row:
    return Row(rule, True, at, says, level, answer, **about)  # type: ignore[arg-type]


def _not(rule: str, at: str, *says: str, level: str = "info", answer: str, **about: object) -> Row:
    return Row(rule, False, at, says, level, answer, **about)  # type: ignore[arg-type]


def _emergency(rule: str, words: str, answer: str = MEDICAL) -> Row:
    return _fires(rule, "C1", words, level="emergency", answer=answer)


EMERGENCIES = [
    _emergency("E1", "I want to kill myself", CRISIS),
    _emergency("E1", "i cut myself tonight, on purpose", CRISIS),
    _emergency("E1", "i took all my pills", CRISIS),
    _emergency("E1", "goodbye everyone, you will be better off without me", CRISIS),
    _emergency("E1", "i am going to kill my husband", CRISIS),
    _emergency("E1", "i want to kil myself", CRISIS),
    _emergency("E1", "my daughter says she is going to kill herself tonight", CRISIS),
    _emergency("E1", "I want to end it", CRISIS),
    _not("E1", "C1", "this pain is killing me", level="routine", answer=FREE_TEXT),
    _fires("E2", "C1", "2", "9", level="emergency", answer=MEDICAL),
    _fires("E2", "C2", "3", "1 3 9", level="emergency", answer=MEDICAL),
    _not("E2", "C1", "2", "1 3", "1", answer=MILD),
    _emergency("E2", "i have chest pain"),
    _emergency("E2", "I can't breathe"),
    _emergency("E2", "he fainted and he will not wake up"),
    _emergency("E2", "she just had a seizure"),
    _emergency("E2", "my face is drooping on one side"),
    _emergency("E2", "this is the worst headache of my life"),
    _emergency("E2", "my throat is swelling up"),
    _emergency("E2", "I fell and hit my head"),
    _emergency("E2", "I am vomiting blood"),
    _not("E2", "C1", "1, no chest pain, nothing", answer=PLAIN),
    _fires("E3", "C1", "3", level="emergency", answer=MEDICAL),
    _emergency("E3", "need help now"),
    _emergency("E3", "please call 911"),
    _not("E3", "C1", "2", "2", "1", answer=MILD),
    _fires("E4", "C1", "2", "5", "3", level="emergency", answer=MEDICAL),
    _fires("E4", "C1", "2", "1 5", "3", level="emergency", answer=MEDICAL),
    _not("E4", "C1", "2", "5", "3", level="urgent", answer=ON_CALL, ended="16:30"),
    _not("E4", "C1", "2", "5", "2", level="routine", answer=LATER),
    _emergency("E4", "I don't know where I am"),
    _emergency("E5", "my blood pressure is 190/100 and my vision is blurry"),
    _emergency("E5", "bp 170/125 and a bad headache"),
    _not("E5", "C1", "my blood pressure is 190/100", level="urgent", answer=ON_CALL),
]

URGENT = [
    _fires("U1", "C1", "2", "1", "3", answer=ON_CALL),
    _fires("U1", "C2", "3", "2 3", "3", answer=OPEN),
    _not("U1", "C1", "2", "1", "2", level="routine", answer=LATER),
    _fires("U2", "C2", "3", "5", answer=OPEN),
    _fires("U2", "C2", "3, still seeing things", answer=OPEN),
    _not("U2", "C1", "2", "5", "1", level="routine", answer=LATER),
    _fires("U3", "C3", "3", "7", "2", "2", answer=OPEN, before={"C2": {"SE": "2", "SEV": "2"}}),
    _not("U3", "C3", "3", "7", "2", "2", level="routine", answer=LATER),
    _not("U3", "C3", "3", "7", "3", "2", level="routine", answer=LATER, before={"C2": {"SE": "2", "SEV": "2"}}),
    _fires("U3", "C1", "I keep vomiting and kept no fluids down for 12 hours", answer=ON_CALL),
    _fires("U4", "C4", "3", "7", "3", answer=ON_CALL),
    _fires("U4", "C5", "3", "7", "2", answer=OPEN, before={"C4": {"URINE": "2"}}),
    _not("U4", "C5", "3", "7", "2", level="routine", answer=LATER),
    _fires("U4", "C1", "I can't pee at all", answer=ON_CALL),
    _fires("U4", "C1", "there is blood in my urine", answer=ON_CALL),
    _fires("U5", "C2", "8", answer=OPEN, baseline=Baseline(pain=6)),
    _not("U5", "C2", "8", "0", level="routine", answer=LATER, baseline=Baseline(pain=7)),
    _not("U5", "C2", "10", "0", level="routine", answer=LATER, baseline=Baseline(pain=9)),
    _not("U5", "C2", "7", "0", level="routine", answer=LATER, baseline=Baseline(pain=5)),
    _fires("U6", "C3", "3", "2", answer="is your mood very low now? 1=yes 2=no"),
    _fires("U6", "C3", "3", "4", answer="is your mood very low now?", baseline=Baseline(pain=5, mood=8)),
    _not("U6", "C3", "3", "3", "0", level="routine", answer=LATER, baseline=Baseline(pain=5, mood=6)),
    _not("U6", "C3", "3", "5", "0", answer=GLAD, baseline=Baseline(pain=5, mood=8)),
    _fires("U8", "C1", "I fell and cut my arm", answer=ON_CALL),
    _fires("U8", "C1", "I nearly fainted in the shower", answer=ON_CALL),
    _fires("U8", "C1", "I drove home and had a car accident", answer=ON_CALL),
    _not("U8", "C1", "1, I fell asleep on the sofa", answer=PLAIN),
    _fires("U9", "C1", "my eyes look yellow", answer=ON_CALL),
    _fires("U9", "C1", "I have hives all over", answer=ON_CALL),
    _fires("U9", "C1", "I have a fever of 38.0", answer=ON_CALL),
    _fires("U9", "C1", "fever 100.4", answer=ON_CALL),
    _fires("U9", "C1", "my arm is red and hot where the iv was", answer=ON_CALL),
    _fires("U9", "C1", "blood pressure 185/90", answer=ON_CALL),
    _fires("U9", "C1", "my heart has been racing for hours", answer=ON_CALL),
    _not("U9", "C1", "1, temperature is 36.8", answer=PLAIN),
    _fires("U10", "C1", "2", "4", "2", answer=ON_CALL),
    _not("U10", "C1", "2", "4", "1", answer=MILD),
    _not("U10", "C2", "3", "4", "2", level="routine", answer=LATER),
    _fires("U10", "C1", "1, I had two beers", answer=ON_CALL),
    _fires("U10", "C1", "1, smoked some weed", answer=ON_CALL),
    _not("U10", "C3", "3, had two beers last night", "7", "0", answer=GLAD),
    _fires("U11", "C1", "I am not suicidal", answer=ON_CALL),
    _fires("U11", "C1", "I used to be suicidal", answer=ON_CALL),
    _fires("U11", "C1", "my friend killed himself last year", answer=ON_CALL),
    _fires("U11", "C1", "this pain is killing me", answer=ON_CALL, flags=frozenset({"si_history"})),
    _not("U11", "C1", "this pain is killing me", level="routine", answer=FREE_TEXT),
    _fires("U13", "C1", "please don't text this phone, my husband hits me", answer=""),
    _not("U13", "C1", "1, my husband is here and all is well", answer=PLAIN),
    _fires("U14", "C1", "I feel hopeless", answer=ON_CALL),
    _fires("U14", "C1", "I am having a panic attack", answer=ON_CALL),
    _fires("U14", "C1", "I have not slept for two nights", answer=ON_CALL),
    _not("U14", "C1", "1, slept a little this afternoon", answer=PLAIN),
    _fires("U15", "C1", "I think I am in withdrawal", answer=ON_CALL),
    _fires("U15", "C1", "I took a double dose of my medicine by mistake", answer=ON_CALL),
    _fires("U15", "C1", "something is very wrong", answer=ON_CALL),
    _not("U15", "C1", "1, took my usual medicine", answer=PLAIN),
    _fires("U16", "C1", "I'm in the ER", answer="We have paused these messages"),
    _fires("U16", "C1", "this is her husband, she passed away this morning", answer="very sorry for your loss"),
    _not("U16", "C1", "1, my mother passed away years ago", answer=PLAIN),
    _fires("U18", "C2", "the pain is unbearable", answer=OPEN),
    _not("U18", "C2", "the pain is a 5", "0", answer=PLAIN),
]

ROUTINE = [
    _fires("R1", "C1", "2", "1", "2", level="routine", answer=LATER),
    _fires("R1", "C3", "3", "7", "1", "2", level="routine", answer=LATER),
    _fires("R1", "C1", "2", "5", "2", level="routine", answer=LATER),
    _fires("R1", "C4", "3", "7", "1", "1", "1", level="routine", answer=LATER),
    _not("R1", "C3", "3", "7", "1", "1", answer=MILD),
    _fires("R2", "C2", "7", "0", level="routine", answer=LATER),
    _fires("R2", "C2", "4", "0", level="routine", answer=LATER, baseline=Baseline(pain=3)),
    _fires("R2", "C2", "8", "0", level="routine", answer=LATER, baseline=Baseline(pain=7)),
    _fires("R2", "C2", "8", "0", level="routine", answer=LATER, baseline=Baseline()),
    _not("R2", "C2", "6", "0", answer=PLAIN),
    _not("R2", "C2", "3", "0", answer=GLAD, baseline=Baseline(pain=1)),
    _not("R2", "C2", "8", "0", answer=STRONG, baseline=Baseline(pain=8)),
    _not("R2", "C2", "8", level="urgent", answer=OPEN, baseline=Baseline(pain=6)),
    _fires(
        "R3",
        "C4",
        "5",
        "7",
        "1",
        "0",
        level="routine",
        answer=LATER,
        before={"C2": {"C2_PAIN": "3"}, "C3": {"C3_PAIN": "5"}},
    ),
    _not("R3", "C4", "5", "7", "1", "0", answer=PLAIN, before={"C2": {"C2_PAIN": "3"}, "C3": {"C3_PAIN": "4"}}),
    _not("R3", "C3", "5", "7", "0", answer=PLAIN, before={"C2": {"C2_PAIN": "5"}}),
    _fires("R4", "C3", "3", "4", "0", level="routine", answer=LATER),
    _not("R4", "C3", "3", "5", "0", answer=GLAD),
    _fires("R5", "C4", "3", "7", "2", "0", level="routine", answer=LATER),
    _not("R5", "C4", "3", "7", "1", "0", answer=GLAD),
    _fires("R6", "C1", "can I take ibuprofen tonight?", level="routine", answer=FREE_TEXT),
    _not("R6", "C1", "1 thank you", answer=PLAIN),
    _fires("R8", "C6", "4", "7", "1", "0", level="routine", answer=LATER, before={"C5": {"C3_PAIN": "4"}}),
    _not("R8", "C6", "3", "7", "1", "0", answer=GLAD, before={"C5": {"C3_PAIN": "4"}}),
    _not("R8", "C6", "4", "7", "1", "0", answer=PLAIN, before={"C5": {"C3_PAIN": "3"}}),
]

INFO = [
    _not("R10", "C1", "2", "3", "1", answer=MILD),
    _not("R10", "C2", "2", "1", "1", answer=MILD),
    _not("R10", "C2", "5", "0", answer=PLAIN),
    _not("R10", "C2", "0", "0", answer=GLAD),
    _not("R10", "C1", "thank you, all fine", answer=PLAIN),
]


@pytest.mark.parametrize("row", [*EMERGENCIES, *URGENT, *ROUTINE, *INFO], ids=str)
def test_what_a_patient_says_meets_its_rule_or_just_not(clinic: Clinic, clock: Clock, row: Row) -> None:
    pat = clinic.patient("Pat", baseline=row.baseline, flags=row.flags)
    clinic.infusion(pat, ended=row.ended)
    clock.to_check_in(pat, row.at, **row.before)
    for text in row.says:
        waiting = pat.open_check_in
        assert waiting is not None, f"nothing waits for the answer {text!r}"
        pat.expects_sms(ASKS[waiting.question or ""])
        pat.replies(text)
    if row.answer:
        pat.expects_sms(row.answer)
    if row.level in {"emergency", "urgent"}:
        clinic.on_duty().expects_alert(row.level)
    assert (row.rule in pat.rules()) is row.fires, f"rules met: {sorted(pat.rules())}"
    opened = [alert.level for alert in pat.alerts() if set(alert.rules) != {"R10"}]
    assert (highest(opened) if opened else Level.INFO).value == row.level


@pytest.mark.parametrize(
    ("rule", "words", "answer"),
    [
        ("E1", "me quiero matar", "No esta solo/a"),
        ("E1", "ya no quiero vivir", "No esta solo/a"),
        ("E2", "me duele el pecho", "puede ser una emergencia"),
        ("E2", "no puedo respirar", "puede ser una emergencia"),
        ("E2", "me desmaye", "puede ser una emergencia"),
        ("E3", "ayuda ya", "puede ser una emergencia"),
        ("E4", "no se donde estoy", "puede ser una emergencia"),
    ],
)
def test_danger_in_spanish(
    clinic: Clinic, clock: Clock, carmen: PatientPerson, rule: str, words: str, answer: str
) -> None:
    clinic.infusion(carmen, ended="09:00")
    clock.to("12:00")
    carmen.replies(words)
    carmen.expects_sms(answer, "911")
    clinic.on_duty().expects_alert("emergency")
    assert rule in carmen.rules()


@pytest.mark.parametrize(("at", "answer", "urgent"), [("20:29", "How strong", False), ("20:30", ON_CALL, True)])
def test_u2_begins_twelve_hours_after_the_infusion(
    clinic: Clinic, clock: Clock, ann: PatientPerson, at: str, answer: str, urgent: bool
) -> None:
    clinic.infusion(ann, ended="08:30")
    clock.to("12:30")
    ann.expects_sms("how are you now?")
    clock.to("13:45")
    ann.expects_sms("still waiting")
    clock.to(at)
    ann.replies("2, i still feel unreal")
    ann.expects_sms(answer)
    assert ("U2" in ann.rules()) is urgent
    if urgent:
        clinic.on_duty().expects_alert("urgent")


def test_u2_for_what_was_told_before_and_is_still_there(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="08:30")
    clock.to("12:30")
    ann.expects_sms("how are you now?")
    ann.replies("2, i feel unreal")
    ann.expects_sms("How strong")
    clock.to("14:30")
    ann.expects_sms("our last question")
    clock.to("20:30")
    ann.replies("i still feel unreal")
    ann.expects_sms(ON_CALL)
    clinic.on_duty().expects_alert("urgent")
    assert "U2" in ann.rules()


def test_the_answer_to_the_mood_check_stands_beside_its_alert(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C3")
    ann.expects_sms(ASKS["C3_PAIN"])
    ann.replies("3")
    ann.expects_sms(ASKS["MOOD"])
    ann.replies("1")
    ann.expects_sms(ASKS["MOOD_CHECK"])
    clinic.on_duty().expects_alert("urgent")
    ann.replies("2")
    ann.expects_sms("thanks, we have your answer")
    (alert,) = ann.alerts()
    assert alert.rule == "U6"
    assert alert.level is Level.URGENT, "nothing lowers by itself"
    assert ann.answers()["MOOD_CHECK"] == 2


RISKS = ["first_infusion", "lives_alone", "prior_severe_reaction", "si_history", "bp_risk"]


@pytest.mark.parametrize("flag", RISKS)
def test_u12_an_evening_without_a_word_and_a_risk(clinic: Clinic, clock: Clock, flag: str) -> None:
    pat = clinic.patient("Pat", baseline=5, flags=frozenset({flag}))
    clinic.infusion(pat, ended="09:00")
    clock.to("13:00")
    pat.expects_sms("how are you now?")
    clock.to("14:15")
    pat.expects_sms("still waiting")
    clock.to("15:14")
    assert pat.alerts() == []
    clock.to("15:15")
    clinic.on_duty().expects_alert("urgent")
    assert pat.rules() == {"U12"}


def test_u12_not_where_the_evening_was_answered(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, flags=frozenset(RISKS))
    clinic.infusion(pat, ended="09:00")
    clock.to("13:00")
    pat.answers_check_in()
    pat.expects_sms("thanks")
    clock.to("22:00")
    assert pat.alerts() == []


def test_u12_not_without_a_risk(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="15:30")
    clock.to("19:30")
    ann.expects_sms("how are you now?")
    clock.to("23:00")
    assert ann.alerts() == []


def test_u12_half_answered_is_not_answered(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, flags=frozenset({"lives_alone"}))
    clinic.infusion(pat, ended="15:00")
    clock.to("19:00")
    pat.expects_sms("how are you now?")
    pat.replies("2")
    pat.expects_sms("Side effects now?")
    clock.to("20:59")
    assert pat.alerts() == []
    clock.to("21:00")
    clinic.on_duty().expects_alert("urgent")
    assert "U12" in pat.rules()


def test_u12_never_sent_because_nobody_agreed_to_texts(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, flags=frozenset({"lives_alone"}), consent=Consent())
    clinic.infusion(pat, ended="15:00")
    clock.to("21:00")
    clinic.on_duty().expects_alert("urgent")
    assert {"U12", "R10"} <= pat.rules()


def test_u12_at_once_where_the_evening_is_over_when_the_plan_begins(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, flags=frozenset({"bp_risk"}))
    clock.to("21:30")
    clinic.infusion(pat, ended="15:00")
    clinic.on_duty().expects_alert("urgent")
    assert pat.rules() == {"U12"}


def test_u12_holds_nothing(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=5, flags=frozenset({"lives_alone"}))
    sunday = clock.now() + timedelta(hours=6)
    clock.to("09:50", days=1)
    clinic.infusion(pat, ended=sunday)
    clinic.on_duty().takes("urgent")
    clock.to("10:00")
    pat.expects_sms("how strong is your pain right now?")
    assert [alert.status.value for alert in pat.alerts()] == ["acknowledged"]


def test_u17_holds_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson, lee: StaffPerson) -> None:
    clinic.infusion(ann, treatment="magnesium", ended="09:00")
    lee.takes("urgent")
    clock.to("13:00")
    ann.expects_sms("how are you now?")


def test_u16_is_routine_once_the_infusion_is_long_ago(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended=clock.now() - timedelta(days=29))
    ann.replies("I'm in the hospital")
    ann.expects_sms("We have paused these messages")
    (alert,) = ann.alerts()
    assert alert.level is Level.ROUTINE
    assert ann.record.status is PatientStatus.IN_HOSPITAL


def test_u16_on_the_twenty_eighth_day(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended=clock.now() - timedelta(days=28))
    ann.replies("I'm in the hospital")
    ann.expects_sms("We have paused these messages")
    clinic.on_duty().expects_alert("urgent")
    assert "U16" in ann.rules()


def test_u17_an_infusion_that_matches_no_schedule_gets_the_safety_course(
    clinic: Clinic, clock: Clock, ann: PatientPerson, lee: StaffPerson
) -> None:
    clinic.infusion(ann, treatment="magnesium", ended="09:00")
    lee.takes("urgent")
    (alert,) = ann.alerts()
    assert alert.rule == "U17"
    assert set(ann.check_ins) == {"C1", "C2"}
    clinic.staff_close_everything()
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("chest pain")
    ann.expects_sms(MEDICAL)
    clinic.on_duty().expects_alert("emergency")


def test_u17_not_for_a_second_treatment_of_the_file(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, treatment="lidocaine", ended="09:00")
    assert ann.alerts() == []
    assert set(ann.check_ins) == {"C1", "C2", "C4"}


def test_r6_a_text_that_nobody_could_read_twice(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("qwrtz plmk")
    ann.expects_sms("could not read that", "1, 2 or 3")
    assert ann.alerts() == []
    ann.replies("xxzz kkk")
    ann.expects_sms(FREE_TEXT)
    assert ann.rules() == {"R6"}


def test_r6_a_photo_is_not_opened_and_goes_to_a_person(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("", media=("image/jpeg",))
    ann.expects_sms(FREE_TEXT)
    assert ann.rules() == {"R6"}


def test_r7_the_evening_and_the_morning_silent(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    clock.to("14:15")
    ann.expects_sms("still waiting")
    clock.to("10:00", days=1)
    ann.expects_sms("how strong is your pain")
    clock.to("14:00")
    ann.expects_sms("when you can")
    clock.to("19:59")
    assert ann.alerts() == []
    clock.to("20:00")
    assert ann.rules() == {"R7"}


def test_r7_not_where_the_morning_was_answered(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="15:30")
    clock.to("19:30")
    ann.expects_sms("how are you now?")
    clock.to("10:00", days=1)
    ann.answers_check_in()
    ann.expects_sms(GLAD)
    clock.to("21:00")
    assert ann.alerts() == []


def test_r7_two_later_check_ins_in_a_row_silent(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C3")
    ann.expects_sms(ASKS["C3_PAIN"])
    clock.to("16:00")
    ann.expects_sms("when you can")
    clock.until(ann.check_ins["C4"].due_at)
    ann.expects_sms(ASKS["C3_PAIN"])
    assert ann.alerts() == [], "one silent check-in is no reason to phone"
    clock.to("11:00", days=1)
    ann.expects_sms("when you can")
    clock.until(ann.check_ins["C4"].closes_at)
    assert ann.rules() == {"R7"}


def test_after_three_silent_months_it_stops_and_tells_staff(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C6")
    for key in ("C6", "C6-2", "C6-3"):
        clock.until(ann.check_ins[key].due_at)
        ann.expects_sms(ASKS["C3_PAIN"])
        clock.until(ann.check_ins[key].closes_at)
        ann.expects_sms("when you can")
        assert ("R7" in ann.rules()) is (key != "C6")
        clinic.staff_close_everything()
    stopped = ann.check_ins["C6-4"]
    assert (stopped.state.value, stopped.reason) == ("cancelled", "three silent")
    assert ann.alerts()[-1].rule == "R7"
    clock.until(stopped.due_at)


def test_r9_a_text_that_cannot_be_delivered(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.provider.refuse(to=ann.number)
    clock.to("13:00")
    assert ann.rules() == {"R9"}
    assert ann.messages()[0].state.value == "failed"


@pytest.mark.parametrize(("day", "told"), [(3, True), (4, False)])
def test_r9_an_opt_out_in_the_first_days(clinic: Clinic, clock: Clock, day: int, told: bool) -> None:
    pat = clinic.patient("Pat", baseline=5)
    clinic.infusion(pat, ended="09:00")
    clock.to_check_in(pat, "C3")
    pat.answers_check_in()
    pat.expects_sms("thanks")
    clock.to("12:00", days=day - 3)
    pat.replies("STOP")
    pat.expects_sms("opted out")
    assert ("R9" in pat.rules()) is told


def test_r9_stop_while_an_alert_is_open_joins_it(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("chest pain")
    ann.expects_sms(MEDICAL)
    code = clinic.on_duty().expects_alert("emergency")
    ann.replies("stop")
    ann.expects_sms("texts stopped", "call 911")
    assert clinic.on_duty().expects_alert("emergency") == code
    (alert,) = ann.alerts()
    assert {"E2", "R9"} <= set(alert.rules)


def test_r10_a_missing_baseline_is_asked_for_and_the_course_runs(clinic: Clinic, clock: Clock) -> None:
    pat = clinic.patient("Pat", baseline=Baseline())
    clinic.infusion(pat, ended="09:00")
    assert pat.rules() == {"R10"}
    clock.to("13:00")
    pat.answers_check_in()
    pat.expects_sms("thanks")


def test_r10_not_where_all_is_there(clinic: Clinic, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    assert ann.alerts() == []


def test_each_alert_stores_its_rules_the_version_and_what_they_saw(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("how strong is your pain")
    ann.replies("9 and still seeing things")
    ann.expects_sms(OPEN)
    clinic.on_duty().expects_alert("urgent")
    (alert,) = ann.alerts()
    assert set(alert.rules) >= {"U2", "U5"}
    assert alert.rule == "U2", "the first of the highest level, in the order of the file"
    assert alert.schedule_version == 1
    (opened, *_) = clinic.entries(alert)
    assert opened.words == "9 and still seeing things"
    assert opened.inputs is not None
    assert '"baseline"' in opened.inputs
    assert "9" in opened.inputs


def test_one_severity_answers_for_every_symptom_named(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("2")
    ann.expects_sms("Side effects now?")
    ann.replies("1,2 and 3")
    ann.expects_sms("How strong is the worst one?")
    ann.replies("1")
    ann.expects_sms(MILD)
    assert ann.alerts() == []


def test_a_late_answer_runs_its_rules(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="15:30")
    clock.to("19:30")
    ann.expects_sms("how are you now?")
    clock.to("21:30")
    ann.replies("3")
    ann.expects_sms(MEDICAL)
    clinic.on_duty().expects_alert("emergency")
    assert ann.check_ins["C1"].state.value == "expired"


def test_a_correction_is_judged_again_and_closes_nothing(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("how strong is your pain")
    ann.replies("8")
    ann.expects_sms(OPEN)
    clinic.on_duty().expects_alert("urgent")
    ann.replies("sorry, 3 not 8")
    ann.expects_sms("thanks")
    assert ann.answers()["C2_PAIN"] == 3
    (alert,) = ann.alerts()
    assert alert.status.value == "open"


def test_a_correction_upwards_raises_the_alarm(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("how strong is your pain")
    ann.replies("3")
    ann.expects_sms("Side effects now?")
    ann.replies("sorry, 8 not 3")
    ann.expects_sms(OPEN)
    clinic.on_duty().expects_alert("urgent")
    assert ann.answers()["C2_PAIN"] == 8
    assert "U5" in ann.rules()


def test_a_range_takes_the_higher_value_and_marks_it(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("how strong is your pain")
    ann.replies("6-7, no side effects")
    ann.expects_sms("thanks, we have your answer")
    assert ann.answers()["C2_PAIN"] == 7
    with clinic.store.read() as uow:
        (pain,) = [one for one in uow.answers.of_patient(ann.record.id) if one.question == "C2_PAIN"]
    assert pain.is_range

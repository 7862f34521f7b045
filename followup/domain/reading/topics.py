"""The closed list of what a finding can be about, each with its meaning and usual level."""

from __future__ import annotations

from dataclasses import dataclass

from followup.domain.level import Level


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the list: `level` is what present words of this topic amount to by themselves."""

    name: str
    level: Level
    meaning: str
    crisis: bool = False


_E, _U, _R, _N = Level.EMERGENCY, Level.URGENT, Level.ROUTINE, Level.NONE

TOPICS: tuple[Topic, ...] = (
    Topic("suicide", _E, "present thought of dying, told directly or indirectly", crisis=True),
    Topic("self_harm", _E, "hurt oneself on purpose, or about to", crisis=True),
    Topic("overdose", _E, "took too much on purpose", crisis=True),
    Topic("harm_others", _E, "means to kill or badly hurt another person", crisis=True),
    Topic("farewell", _E, "goodbye, affairs in order, things given away", crisis=True),
    Topic("chest_pain", _E, "pain, pressure or tightness in the chest"),
    Topic("breathing", _E, "cannot get air"),
    Topic("faint", _E, "fainted or blacked out"),
    Topic("seizure", _E, "a seizure"),
    Topic("stroke", _E, "face, arm, speech or sight suddenly failing"),
    Topic("thunderclap_headache", _E, "the worst headache ever, or one that came like a blow"),
    Topic("swelling", _E, "swelling of face, tongue or throat"),
    Topic("head_injury", _E, "hit the head"),
    Topic("vomiting_blood", _E, "blood in vomit"),
    Topic("unresponsive", _E, "does not wake or respond"),
    Topic("overmedicated", _E, "too much medicine together with feeling ill or drowsy"),
    Topic("leg_numbness", _E, "new numbness of the legs"),
    Topic("help_now", _E, "asks for rescue"),
    Topic("confusion", _E, "does not know place or person"),
    Topic("pressure_crisis", _E, "blood pressure 180/120 or above with a symptom"),
    Topic("like_crisis", _E, "no words of a list, but much like texts of people in a crisis", crisis=True),
    Topic("like_medical", _E, "no words of a list, but much like texts about medical emergencies"),
    Topic("like_urgent", _U, "no words of a list, but like texts that staff had to read soon"),
    Topic("pressure_high", _U, "blood pressure 180/120 or above"),
    Topic("racing_heart", _U, "heart racing for hours"),
    Topic("urine_blocked", _U, "cannot pass urine"),
    Topic("urine_blood", _U, "blood in urine"),
    Topic("fall", _U, "fell"),
    Topic("near_faint", _U, "nearly fainted"),
    Topic("accident", _U, "drove and had an accident"),
    Topic("jaundice", _U, "yellow skin or eyes, dark urine"),
    Topic("hives", _U, "hives"),
    Topic("rash", _U, "a spreading rash"),
    Topic("fever", _U, "high fever"),
    Topic("infusion_site", _U, "the infusion site is hot, red or streaked"),
    Topic("vomiting_repeated", _U, "vomits again and again"),
    Topic("danger_at_home", _U, "is hit, threatened, locked in or kept from medicine"),
    Topic("do_not_contact", _U, "contact on this phone may put the patient in danger"),
    Topic("hopeless", _U, "severe low mood without words of death"),
    Topic("panic", _U, "panic"),
    Topic("mania", _U, "mania"),
    Topic("rage", _U, "rage out of control"),
    Topic("no_sleep", _U, "no sleep for two nights or more"),
    Topic("lasting_hallucination", _U, "sees, hears or feels unreal things beyond the infusion day"),
    Topic("withdrawal", _U, "withdrawal from a medicine"),
    Topic("double_dose", _U, "took a dose twice by accident"),
    Topic("something_wrong", _U, "says that something is very wrong"),
    Topic("severe_pain", _U, "pain of 8 or more, or the strongest words for it"),
    Topic("pain_rise", _U, "pain much worse than before"),
    Topic("severe_symptom", _U, "a side effect called severe"),
    Topic("in_hospital", _U, "the patient is in hospital or the emergency room"),
    Topic("died", _U, "the patient has died"),
    Topic("alcohol", _N, "drank alcohol"),
    Topic("cannabis", _N, "used cannabis"),
    Topic("opioid", _N, "took an opioid"),
    Topic("sedative", _N, "took a sedative"),
    Topic("symptom_moderate", _R, "a side effect called moderate"),
    Topic("vomiting_once", _R, "vomited once"),
    Topic("palpitations", _R, "an irregular or pounding heart without pain"),
    Topic("pressure_raised", _R, "blood pressure from 140/90"),
    Topic("short_sleep", _R, "three or four hours of sleep"),
    Topic("low_mood", _R, "low mood or anxiety"),
    Topic("grief", _R, "mourns somebody"),
    Topic("suicide_of_other", _R, "tells of somebody else's suicide"),
    Topic("worrying_words", _R, "words that may stand for danger; a person should read them"),
    Topic("question", _R, "asks about medicine, appointment, money, place or rules"),
    Topic("callback", _R, "wants to be called"),
    Topic("benefit_lost", _R, "the treatment or a medicine does not work"),
    Topic("medicine_unavailable", _R, "a medicine cannot be had"),
    Topic("resolved_recent", _R, "more than mild, over within the last day"),
    Topic("pain_idiom", _N, "the body 'is killing me'"),
    Topic("language_switch", _N, "asks for the other language"),
    Topic("wrong_person", _N, "the number is somebody else's"),
)

BY_NAME = {topic.name: topic for topic in TOPICS}
CRISIS_TOPICS = frozenset(topic.name for topic in TOPICS if topic.crisis)

"""The texts that the product sends of itself, and what may be filled into each; templates must exist for all.

Questions of schedules.yaml may name further templates, which may use what questions may.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Who reads a template, which decides in which languages and for which channels it must exist."""

    PATIENT = "patient"  # by text in every language of the clinic; by e-mail wrapped, see EMAIL_REPLY
    PATIENT_EMAIL = "patient_email"
    STAFF = "staff"  # by text and e-mail in the staff language
    STAFF_TEXT = "staff_text"  # by text alone, in the staff language: answers to what they texted
    STAFF_VOICE = "staff_voice"  # spoken on a call, in the staff language
    STAFF_EMAIL = "staff_email"  # by e-mail alone, in the staff language

    @property
    def for_staff(self) -> bool:
        """Whether members of staff read it, and in their language."""
        return self not in {Audience.PATIENT, Audience.PATIENT_EMAIL}


@dataclass(frozen=True, slots=True)
class TemplateKey:
    """One text: who reads it and the variables it may use."""

    audience: Audience
    variables: frozenset[str]


_PATIENT = frozenset({"clinic", "phone"})

#: Variables of the texts that questions name: the question itself, asked again, and its reminder.
QUESTION_VARIABLES = _PATIENT | {"question_short"}

_PATIENT_TEXTS = (
    "E_MED E_MED_STOP E_CRISIS E_CRISIS_UNSTAFFED E_CRISIS_STOP E_AGAIN E_NOACK E_NOCONTACT U_OPEN U_ONCALL U_TONIGHT "
    "R I I_OK I_PLAIN I_NOTED FREETEXT LATE SORRY IN_CARE STOP START HELP OPTIN_ASK OPTIN_OK MOOD_CHECK"
)

#: What staff may send with one press from a patient's page, in the patient's language; they may change it before.
QUICK_REPLIES = ("QUICK_CALL", "QUICK_SOON", "QUICK_TRIED", "QUICK_NOTED", "QUICK_VISIT")


def _patient(*more: str) -> TemplateKey:
    return TemplateKey(Audience.PATIENT, _PATIENT | set(more))


def _staff(*variables: str) -> TemplateKey:
    return TemplateKey(Audience.STAFF, frozenset({*variables, "clinic"}))


def _staff_text(*variables: str) -> TemplateKey:
    """An answer to a text of staff; each may name its alert and link to it or to the board."""
    return TemplateKey(Audience.STAFF_TEXT, frozenset({*variables, "clinic", "link"}))


TEMPLATE_KEYS: dict[str, TemplateKey] = {
    **{key: _patient() for key in (*_PATIENT_TEXTS.split(), *QUICK_REPLIES)},
    "U_CLOSED": _patient("open"),
    "LINK": _patient("link"),
    "EMAIL_CHECK_IN": TemplateKey(Audience.PATIENT_EMAIL, _PATIENT),
    "EMAIL_REPLY": TemplateKey(Audience.PATIENT_EMAIL, _PATIENT | {"text"}),
    "STAFF_NOTICE": _staff("level", "code", "age", "news", "link"),
    "STAFF_CALL": TemplateKey(Audience.STAFF_VOICE, frozenset({"level", "code"})),
    "STAFF_TEST_CALL": TemplateKey(Audience.STAFF_VOICE, frozenset({"clinic"})),
    "STAFF_BRIDGE": TemplateKey(Audience.STAFF_VOICE, frozenset()),
    "STAFF_TAKEN": _staff("code", "link"),
    "STAFF_OTHER": _staff("code", "who", "time", "link"),
    "STAFF_UNKNOWN": _staff("code", "codes", "standing", "link"),
    "STAFF_TAKEN_UNSENT": _staff_text("code", "link"),
    "STAFF_YOURS": _staff_text("code", "time", "link"),
    "STAFF_NOT_YOURS": _staff_text("code", "who", "time", "link"),
    "STAFF_NOT_SENT": _staff_text("code"),
    "STAFF_WAS_CLOSED": _staff_text("code", "who", "time"),
    "STAFF_WHICH": _staff_text("code", "link"),
    "STAFF_ONE_CODE": _staff_text("codes"),
    "STAFF_WORDS": _staff_text("codes", "standing"),
    "STAFF_NO_CODE": _staff_text("codes", "standing"),
    "STAFF_LIST": _staff_text("codes", "standing"),
    "STAFF_MORE": _staff_text("code"),
    "STAFF_CLOSED": _staff_text("code", "outcome", "minutes"),
    "STAFF_CLOSED_AGAIN": _staff_text("code", "outcome", "minutes", "time"),
    "STAFF_CLOSE_HOW": _staff_text("code", "words"),
    "STAFF_CLOSE_SIGN": _staff_text("code", "link"),
    "STAFF_PASSED": _staff_text("code", "who"),
    "STAFF_PASS_WHO": _staff_text("code", "names"),
    "STAFF_PASS_NOBODY": _staff_text("code", "link"),
    "STAFF_ALL": _staff_text("codes", "link"),
    "STAFF_ALL_BUT": _staff_text("codes", "emergencies"),
    "STAFF_ALL_NONE": _staff_text("link"),
    "STAFF_WHO": _staff_text("code", "level", "who", "time", "link"),
    "STAFF_NOBODY": _staff_text("code", "level", "age", "who", "time"),
    "STAFF_HELP": _staff_text(),
    "STAFF_START": _staff_text(),
    "STAFF_INVITATION": TemplateKey(Audience.STAFF_EMAIL, frozenset({"clinic", "link"})),
    "STAFF_ACCOUNT": _staff("words"),
    "STAFF_DUTY": _staff("who", "duty", "by", "codes", "link"),
    "STAFF_DUTY_NO": _staff("why", "link"),
    "STAFF_TEST": _staff("code", "minutes", "link"),
    "STAFF_TEST_DONE": _staff("code"),
    "STAFF_DIGEST": TemplateKey(
        Audience.STAFF_EMAIL, frozenset({"clinic", "link", "pressing", "routine", "overdue", "seen", "silent"})
    ),
}

#: E-mail wrappers: a check-in by e-mail says only this; any other text by e-mail stands in that.
EMAIL_CHECK_IN = "EMAIL_CHECK_IN"
EMAIL_REPLY = "EMAIL_REPLY"

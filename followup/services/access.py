"""What each member of staff sees: what is kept for prescribers is left out for everybody else.

Whatever shows answers, conversations or alerts to staff asks it before it shows them; the API, whose callers are
programs with a scope, does not. Clinics are kept apart by the use cases themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from followup.domain import access
from followup.domain.access import Restricted, Role
from followup.domain.alert import Alert
from followup.domain.message import Message
from followup.domain.plan import Answer
from followup.domain.received import Inbound
from followup.domain.schedule import Rule
from followup.services.context import Context
from followup.services.show_patient import PatientRecord
from followup.services.sign_in import SignedIn

#: Stands in place of words that are kept for prescribers: that something was said is for everybody.
KEPT: Final = "(kept for a prescriber)"


def may_see(who: SignedIn, item: Restricted | None) -> bool:
    """Whether `who` may see what comes of a rule or question."""
    return access.may_see(item, prescriber=who.prescriber)


def role_of(context: Context, person: str, clinic: str) -> Role | None:
    """What a person (key of schedules.yaml) may do at a clinic; None without an account there that is in use."""
    with context.store.read() as uow:
        account = uow.accounts.by_person(person)
        return uow.roles.role(account.id, clinic) if account is not None and account.enabled else None


def may_see_alert(context: Context, who: SignedIn, alert: Alert) -> bool:
    """Whether `who` may see an alert: one rule that is for everybody is enough."""
    return access.may_see_any(_rules(context, alert, alert.rules), prescriber=who.prescriber)


def seen_record(context: Context, who: SignedIn, record: PatientRecord) -> PatientRecord:
    """A patient's course as `who` may see it: what prescribers alone may see is left out, or says that it is kept.

    Alerts stay, so that nobody takes a patient with one for a patient without; what they are about is for
    `may_see_alert` to say.
    """
    kept = _kept_questions(context)
    if who.prescriber:
        return record
    return replace(
        record,
        answers=seen_answers(context, who, record.answers),
        messages=tuple(replace(one, body=KEPT) if _asks(one, kept) else one for one in record.messages),
        inbound=tuple(
            replace(one, body=KEPT) if _only_answers(one, record.answers, kept) else one for one in record.inbound
        ),
    )


def seen_answers(context: Context, who: SignedIn, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """The answers that `who` may see."""
    kept = frozenset[str]() if who.prescriber else _kept_questions(context)
    return tuple(answer for answer in answers if answer.question not in kept)


def _kept_questions(context: Context) -> frozenset[str]:
    """Keys of the questions that are for prescribers alone, in the version in force."""
    questions = context.content.current().content.configuration.questions
    return frozenset(key for key, question in questions.items() if question.prescriber_only)


def _asks(message: Message, kept: frozenset[str]) -> bool:
    return message.question is not None and message.question in kept


def _only_answers(inbound: Inbound, answers: Iterable[Answer], kept: frozenset[str]) -> bool:
    """Whether a text answered kept questions and no other."""
    answered = {answer.question for answer in answers if answer.inbound == inbound.id}
    return bool(answered) and answered <= kept


def _rules(context: Context, alert: Alert, ids: Iterable[str]) -> list[Rule | None]:
    configuration = context.content.version(alert.schedule_version).configuration
    return [configuration.rule(rule_id) for rule_id in ids]

"""What is kept for prescribers: answers about craving, the texts around them, and the alert that they alone raised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from followup.domain import windows
from followup.domain.access import Role, first_role, may_see, may_see_any
from followup.ids import new_id
from followup.services.access import KEPT, may_see_alert, role_of, seen_answers, seen_record
from followup.services.accounts import add_account, disable_account, set_role
from followup.services.passwords import Passwords
from followup.services.show_patient import patient_record
from followup.services.sign_in import SignedIn
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock

NURSE = SignedIn(account="1", clinic="prairie", person="kay", name="Kay Miller", role=Role.NURSE)
DOCTOR = replace(NURSE, person="lee", name="Dr. Lee Chen", role=Role.LEAD, prescriber=True)


@pytest.fixture
def clinic(migrated_sqlite_url: str, tmp_path: Path) -> Iterator[Clinic]:
    """The shipped clinic, in which what is asked about urine is for prescribers alone."""
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    text = text.replace("  R5:\n    level: routine\n", "  R5:\n    level: routine\n    prescriber_only: true\n", 1)
    text = text.replace("\n  URINE:\n", "\n  URINE:\n    prescriber_only: true\n", 1)
    schedules = tmp_path / "schedules.yaml"
    schedules.write_text(text, encoding="utf-8")
    made = Clinic(migrated_sqlite_url, start=windows.instant_of(SUNDAY, time(9), CHICAGO), schedules=schedules)
    yield made
    made.close()


def test_a_rule_for_prescribers_is_seen_by_prescribers_alone(clinic: Clinic) -> None:
    rules = clinic.content.configuration
    kept, plain = rules.rule("R5"), rules.rule("R6")
    assert [may_see(rule, prescriber=False) for rule in (kept, plain, None)] == [False, True, True]
    assert [may_see(rule, prescriber=True) for rule in (kept, plain, None)] == [True, True, True]
    assert not may_see_any([kept], prescriber=False)
    assert may_see_any([kept, plain], prescriber=False), "one open reason is enough"
    assert may_see_any([], prescriber=False), "an alert without a known rule is never lost"


def test_an_alert_of_such_a_rule_alone_is_kept(clinic: Clinic) -> None:
    clinic.stranger().replies("please call me back")
    with clinic.store.read() as uow:
        alert = uow.alerts.list("all")[0]
    kept = replace(alert, rule="R5", rules=("R5",))
    assert may_see_alert(clinic.context, NURSE, alert)
    assert not may_see_alert(clinic.context, NURSE, kept)
    assert may_see_alert(clinic.context, DOCTOR, kept)
    assert may_see_alert(clinic.context, NURSE, replace(kept, rules=("R5", "R6")))


def test_the_answer_its_question_and_its_text_are_left_out_of_a_course(clinic: Clinic) -> None:
    ann = clinic.patient("Ann", baseline=5)
    clinic.infusion(ann, ended="08:00")
    Clock(clinic).to("12:00")
    ann.replies("2, dizzy")
    record = patient_record(clinic.context, ann.record.id, clinic="prairie")
    kept_text = replace(record.inbound[0], id=new_id(), body="2")
    kept_answer = replace(record.answers[0], id=new_id(), question="URINE", inbound=kept_text.id)
    asked = replace(record.messages[0], id=new_id(), question="URINE")
    whole = replace(
        record,
        answers=(*record.answers, kept_answer),
        inbound=(*record.inbound, kept_text),
        messages=(*record.messages, asked),
    )
    assert seen_record(clinic.context, DOCTOR, whole) == whole
    seen = seen_record(clinic.context, NURSE, whole)
    assert (seen.answers, seen.messages[:-1], seen.inbound[:-1]) == (record.answers, record.messages, record.inbound)
    assert (seen.messages[-1].body, seen.inbound[-1].body) == (KEPT, KEPT)
    assert seen_answers(clinic.context, NURSE, whole.answers) == record.answers
    mixed = replace(kept_answer, inbound=record.inbound[0].id)
    assert (
        record.inbound[0]
        in seen_record(clinic.context, NURSE, replace(record, answers=(*record.answers, mixed))).inbound
    )


def test_roles_by_clinic_and_from_the_job(clinic: Clinic) -> None:
    context, now = clinic.context, clinic.clock.now()
    assert [first_role(job) for job in ("nurse", "clinician", "manager", "other", "")] == [
        Role.NURSE,
        Role.LEAD,
        Role.ADMIN,
        Role.VIEWER,
        Role.VIEWER,
    ]
    assert role_of(context, "lee", "prairie") is None
    cheap = Passwords(passes=1, memory_kib=64)
    add_account(
        context,
        clinic="prairie",
        person="lee",
        password="four plain words together",
        passwords=cheap,
        now=now,
        actor="test",
    )
    assert role_of(context, "lee", "prairie") is Role.LEAD
    assert role_of(context, "lee", "elsewhere") is None
    set_role(context, person="lee", clinic="elsewhere", role=Role.VIEWER, now=now, actor="test")
    assert (role_of(context, "lee", "prairie"), role_of(context, "lee", "elsewhere")) == (Role.LEAD, Role.VIEWER)
    disable_account(context, person="lee", now=now, actor="test")
    assert role_of(context, "lee", "prairie") is None


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_what_those_before_it_may(role: Role) -> None:
    assert [role.may(needs) for needs in Role] == [needs.rank <= role.rank for needs in Role]

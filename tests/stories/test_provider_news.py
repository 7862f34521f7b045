"""What the provider tells about numbers and the account, at once or late, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.gateways.port import Late, RefusalKind, StatusUpdate
from followup.services.track_delivery import track
from tests.support.clinic import Clinic, Clock, PatientPerson, StaffPerson

Learn = Callable[[Clinic, PatientPerson], None]


def _at_once(clinic: Clinic, patient: PatientPerson) -> None:
    clinic.provider.block(patient.number)


def _late(clinic: Clinic, patient: PatientPerson) -> None:
    """As through a messaging service: taken first, then `failed` with the code."""
    clinic.provider.on_status = partial(track, clinic.context)
    clinic.provider.fail_delivery(Late.OPTED_OUT, code="21610", state=MessageState.FAILED, to=patient.number)


@pytest.mark.parametrize("learn", [_at_once, _late])
def test_an_opt_out_that_only_the_provider_knows_is_kept_and_told(
    clinic: Clinic, clock: Clock, ann: PatientPerson, learn: Learn
) -> None:
    clinic.infusion(ann, ended="09:00")
    learn(clinic, ann)
    clock.to("13:00")
    with clinic.store.read() as uow:
        assert uow.suppressions.active("prairie", Channel.SMS, ann.number)
    (alert,) = ann.alerts("open")
    assert alert.rule == "R9"
    assert ann.messages()[0].error_code == "21610"
    ann.has_read()
    tried = len(ann.received())
    clock.to("12:00", days=4)
    assert len(ann.received()) == tried, "no text follows to a number that has stopped them"
    assert ann.check_ins["C3"].reason == "opted out"
    clinic.staff_close_everything()
    for person in clinic.staff.values():
        person.has_read()


@pytest.mark.parametrize(
    ("late", "code"), [(Late.LANDLINE, "30006"), (Late.BLOCKED, "30007"), (Late.PERMANENT, "30005")]
)
def test_a_number_that_takes_no_texts_is_not_tried_again_by_text(
    clinic: Clinic, clock: Clock, ann: PatientPerson, late: Late, code: str
) -> None:
    clinic.provider.on_status = partial(track, clinic.context)
    clinic.infusion(ann, ended="09:00")
    clinic.provider.fail_delivery(late, code=code, to=ann.number)
    clock.to("13:00")
    clock.forward(minutes=30)
    assert len(ann.received()) == 1
    assert [alert.rule for alert in ann.alerts()] == ["R9"]
    ann.has_read()


def test_a_phone_that_was_off_is_tried_once_more_and_no_more(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.provider.on_status = partial(track, clinic.context)
    clinic.infusion(ann, ended="09:00")
    clinic.provider.fail_delivery(Late.TRANSIENT, code="30003", to=ann.number, times=2)
    clock.to("13:00")
    clock.forward(minutes=60)
    assert len(ann.received()) == 2
    assert ann.received()[1][0] - ann.received()[0][0] >= timedelta(minutes=5)
    assert [alert.rule for alert in ann.alerts()] == ["R9"]
    ann.has_read()


def test_too_many_requests_is_the_same_attempt_a_little_later(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    wait = timedelta(seconds=30)
    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=ann.number, retry_after=wait)
    clock.to("13:00")
    ann.expects_nothing()
    clock.forward(seconds=29)
    ann.expects_nothing()
    clock.forward(seconds=1)
    ann.expects_sms("how are you now?")
    (message,) = ann.messages()
    assert (message.attempt, message.tries) == (1, 2)
    assert ann.alerts() == []


def test_the_daily_limit_of_the_account_pauses_texts_and_is_told_by_mail(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson, lee: StaffPerson
) -> None:
    asked: list[str] = []
    clinic.provider.before_send = lambda outgoing: asked.append(outgoing.to)
    numbers = (ann.number, bob.number, lee.number)
    for number in numbers:
        clinic.provider.refuse(RefusalKind.ACCOUNT, code="63038", to=number, times=None)
    clinic.infusion(ann, ended="09:00")
    clinic.infusion(bob, ended="09:01")
    clock.to("13:10")
    lee.expects_mail("follow-up alert")
    assert asked.count(ann.number) + asked.count(bob.number) == 1, "the second check-in is not even tried"
    (alert,) = clinic.alerts("open")
    assert (alert.rule, alert.patient) == ("U17", None)
    assert "limit" not in " ".join(lee.mails()), "notices say the code, the page says why"
    clock.to("13:14")
    clinic.provider.faults.clear()
    clock.forward(minutes=20)
    ann.expects_sms("how are you now?")
    bob.expects_sms("how are you now?")
    assert [message.tries for message in bob.messages()] == [1]
    clinic.staff_close_everything()
    lee.has_read()
    clinic.staff["robin"].has_read()  # whom the alert went on to, as no text wakes Dr. Lee


def test_an_account_suspended_after_the_fact_pauses_too(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson, lee: StaffPerson
) -> None:
    clinic.provider.on_status = partial(track, clinic.context)
    clinic.infusion(ann, ended="09:00")
    clinic.infusion(bob, ended="09:01")
    clinic.provider.fail_delivery(Late.ACCOUNT, code="30002", state=MessageState.FAILED, to=ann.number)
    clock.to("13:05")
    bob.expects_nothing()
    assert [message.reason for message in bob.messages()] == ["the provider takes nothing for this account now"]
    assert {alert.rule for alert in clinic.alerts("open")} == {"U17", "R9"}
    clock.to("13:16")
    bob.expects_sms("how are you now?")
    ann.has_read()
    lee.has_read()
    clinic.staff_close_everything()


def test_an_undelivered_notice_whose_mail_was_refused_moves_on_at_once(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson, lee: StaffPerson
) -> None:
    clinic.provider.on_status = partial(track, clinic.context)
    clinic.infusion(ann, ended="09:00")
    clock.to("11:00")
    clinic.provider.fail_delivery(Late.LANDLINE, code="30006", to=sam.number)
    clinic.provider.refuse(to=sam.email, times=1)
    ann.replies("i have chest pain")
    ann.expects_sms("may be an emergency")
    sam.expects_call("emergency")  # the only way that is left
    clock.forward(seconds=45)
    code = kay.expects_alert("emergency")
    kay.replies(code)
    kay.expects_sms("is yours")
    lee.expects_alert("urgent")  # that Sam cannot be reached
    sam.has_read()
    clinic.staff_close_everything()


def test_staff_who_stopped_texts_are_told_by_mail_and_somebody_hears_of_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, lee: StaffPerson
) -> None:
    clinic.provider.block(sam.number)
    clinic.infusion(ann, ended="09:00")
    clock.to("11:00")
    ann.replies("i have chest pain")
    ann.expects_sms("may be an emergency")
    sam.expects_mail("follow-up alert")
    sam.expects_call("emergency")
    lee.expects_alert("urgent")
    clinic.staff_close_everything()
    clinic.staff["kay"].has_read()  # whom the alert went on to, where no call rings Sam


def test_a_text_without_a_receipt_stays_sent_and_says_so_after_a_day(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("1")
    ann.expects_sms("thanks")
    clock.to("12:59", days=1)
    ann.has_read()
    assert ann.messages()[0].reason is None
    clock.to("10:00", days=2)
    clock.to("14:30", days=0)
    ann.has_read()
    asked = ann.messages()[0]
    assert (asked.state, asked.reason) == (MessageState.SENT, "no_receipt")
    track(
        clinic.context,
        StatusUpdate(
            message_id=asked.id,
            attempt=1,
            provider="simulator",
            provider_id=asked.provider_id or "",
            state=MessageState.DELIVERED,
            error_code=None,
        ),
    )
    late = ann.messages()[0]
    assert (late.state, late.reason) == (MessageState.DELIVERED, None)

"""The morning digest, and the question whether the feed is running."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from followup.domain import windows
from followup.domain.message import MessageState
from followup.domain.people import Channel, Consent
from followup.services import send_digest, watch_feed
from followup.services.context import Context, Published
from followup.services.quiet import run_until_quiet
from followup.storage.unit_of_work import UnitOfWork
from tests.support.clinic import CHICAGO, Clinic, Clock, PatientPerson, StaffPerson

NO_CONSENT = Consent(email=True)


def tick(clinic: Clinic) -> None:
    """What the worker does each minute."""
    send_digest.send_digests(clinic.context)
    watch_feed.watch_feed(clinic.context)
    run_until_quiet(clinic.context)


def next_due(clinic: Clinic, due_at: Callable[[UnitOfWork, Context, Published], datetime | None]) -> datetime | None:
    """When one of the two is next due."""
    context = clinic.context
    with context.store.read() as uow:
        return due_at(uow, context, context.content.current())


def local_day(clock: Clock) -> date:
    return windows.local_date(clock.now(), CHICAGO)


# --- the morning digest ------------------------------------------------------------------------


def test_it_goes_once_at_opening_with_counts_and_a_link(
    clinic: Clinic, clock: Clock, ann: PatientPerson, lee: StaffPerson, kay: StaffPerson
) -> None:
    unreached = clinic.patient("Unreached", baseline=5, consent=NO_CONSENT)
    for patient in (ann, unreached):
        clinic.infusion(patient, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("1")
    ann.expects_sms("thanks, noted")
    clock.to("07:59", days=1)
    tick(clinic)
    assert lee.digests() == []
    clock.to("08:00")
    tick(clinic)
    mail = lee.expects_digest(
        "Prairie Clinic: what is waiting this morning",
        "Emergency or urgent, not closed: 0",
        "On the work list: 1, of them overdue: 0",
        "Seen in the last three days: 2, of them not in touch since: 1",
        "https://follow.example.org/staff",
    )
    for secret in (ann.name, unreached.name, ann.number, ann.external_id, "P-", "pain", "ketamine", "infusion"):
        assert secret.casefold() not in mail.casefold()
    clinic.staff["robin"].expects_digest("On the work list: 1")
    for minutes in (0, 1, 60, 300):
        clock.forward(minutes=minutes)
        tick(clinic)
    ann.expects_sms("how strong is your pain")
    ann.expects_sms("one number for your pain")
    assert [len(person.digests()) for person in (lee, clinic.staff["robin"], kay)] == [1, 1, 0]


def test_it_goes_on_business_days_only(clinic: Clinic, clock: Clock, lee: StaffPerson) -> None:
    days: list[date] = []
    for _ in range(10):  # Sunday to the Tuesday after next, past Thanksgiving on Thursday
        clock.to("08:00", days=1)
        tick(clinic)
        if len(lee.digests()) > len(days):
            days.append(local_day(clock))
    assert [day.day for day in days] == [23, 24, 25, 27, 30, 1, 2]


def test_it_says_when_it_is_next_due(clinic: Clinic, clock: Clock) -> None:
    def next_local() -> str | None:
        due = next_due(clinic, send_digest.due_at)
        return windows.local(due, CHICAGO).strftime("%a %H:%M") if due else None

    assert next_local() == "Mon 08:00"
    clock.to("08:00", days=1)
    tick(clinic)
    assert next_local() == "Tue 08:00"
    clock.to("12:00", days=2)
    tick(clinic)
    assert next_local() == "Fri 08:00"


def test_a_service_that_was_down_at_opening_catches_up_that_day(clinic: Clinic, clock: Clock, lee: StaffPerson) -> None:
    clock.to("08:00", days=1)
    tick(clinic)
    clinic.clock.move_to(clock.now() + timedelta(days=1, hours=3))
    tick(clinic)
    assert len(lee.digests()) == 2


def test_two_workers_at_the_same_minute_send_one(clinic: Clinic, clock: Clock, lee: StaffPerson) -> None:
    clock.to("08:00", days=1)
    send_digest.send_digests(clinic.context)
    with clinic.store.write() as uow:  # the second had looked before the first was done
        uow.facts.set("digest/prairie", "2026-11-20")
        uow.commit()
    tick(clinic)
    assert len(lee.digests()) == 1


def test_one_that_cannot_be_sent_by_closing_is_let_go(clinic: Clinic, clock: Clock, lee: StaffPerson) -> None:
    clock.to("07:59", days=1)
    clinic.clock.move_to(clock.now() + timedelta(minutes=1))
    send_digest.send_digests(clinic.context)
    clinic.clock.move_to(clock.now() + timedelta(hours=9))
    run_until_quiet(clinic.context)
    assert lee.digests() == []
    with clinic.store.read() as uow:
        assert uow.messages.count_by_state() == {MessageState.EXPIRED: 2}


def test_without_a_way_to_send_mail_none_is_due(clinic: Clinic, clock: Clock) -> None:
    clinic.context = _without_mail(clinic)
    clock.to("08:00", days=1)
    assert next_due(clinic, send_digest.due_at) is None
    assert send_digest.send_digests(clinic.context) == 0


def _without_mail(clinic: Clinic):
    return replace(clinic.context, gateways={Channel.SMS: clinic.context.gateways[Channel.SMS]})


# --- a silent feed -----------------------------------------------------------------------------


def four_tuesdays(clinic: Clinic, clock: Clock) -> None:
    """Infusions of somebody who gets no texts on the next three Tuesdays at 13:20, then the fourth Tuesday at noon."""
    regular = clinic.patient("Regular", baseline=5, consent=NO_CONSENT)
    tuesday = datetime(2026, 11, 24, 19, 20, tzinfo=clock.now().tzinfo)
    for week in range(3):
        clinic.clock.move_to(tuesday + timedelta(weeks=week))
        clinic.infusion(regular)
        clinic.staff_close_everything()
    clinic.clock.move_to(tuesday + timedelta(weeks=3, hours=-1))
    run_until_quiet(clinic.context)


def test_a_feed_that_falls_silent_is_asked_about_once(clinic: Clinic, clock: Clock, lee: StaffPerson) -> None:
    four_tuesdays(clinic, clock)
    due = next_due(clinic, watch_feed.due_at)
    assert due is not None
    assert windows.local(due, CHICAGO).strftime("%a %H:%M") == "Tue 15:00"
    clock.to("14:59")
    tick(clinic)
    assert clinic.alerts("open") == ()
    clock.to("15:00")
    tick(clinic)
    code = lee.expects_alert("urgent")
    (alert,) = clinic.alerts("open")
    assert (alert.code, alert.rule, alert.patient) == (code, "U17", None)
    with clinic.store.read() as uow:
        words = uow.alerts.entries(alert.id)[0].understood or ""
    assert "by 14:00 on a Tuesday there usually are; is the feed running?" in words
    assert next_due(clinic, watch_feed.due_at) is None
    lee.closes(code)
    for _ in range(3):
        clock.forward(minutes=30)
        tick(clinic)
    assert len(clinic.alerts()) == 4


def test_a_feed_that_runs_is_not_asked_about(clinic: Clinic, clock: Clock) -> None:
    four_tuesdays(clinic, clock)
    clinic.infusion(clinic.patient("New", baseline=5, consent=NO_CONSENT))
    assert next_due(clinic, watch_feed.due_at) is None
    clinic.staff_close_everything()
    clock.to("18:00")
    tick(clinic)
    assert clinic.alerts("open") == ()


@pytest.mark.parametrize("weekday", ["Wed", "Sat"])
def test_another_day_has_habits_of_its_own(clinic: Clinic, clock: Clock, weekday: str) -> None:
    four_tuesdays(clinic, clock)
    clinic.clock.move_to(clock.now() + timedelta(days=1 if weekday == "Wed" else 4, hours=4))
    assert windows.local(clock.now(), CHICAGO).strftime("%a") == weekday
    assert watch_feed.watch_feed(clinic.context) == 0

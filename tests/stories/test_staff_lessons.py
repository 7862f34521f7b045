"""Holes and complaints of other alerting systems, each with its number: here they do not happen.

H1 to H10 are holes found in their code; names such as goalert#4548 are threads in which users told of it; rows are
things that none of them has. tests/README.md lists all of them, with those that are tested elsewhere.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from functools import partial
from pathlib import Path

import pytest

from followup.domain import windows
from followup.domain.alert import Alert, AlertStatus, EntryKind, Outcome
from followup.domain.level import Level
from followup.domain.message import Message, MessageClass, MessageState
from followup.domain.people import Channel, PatientStatus
from followup.errors import InvalidInput
from followup.gateways.port import Late, Outgoing, RefusalKind, StatusUpdate
from followup.services.advance_alerts import advance_due
from followup.services.check_invariants import check
from followup.services.close_alert import close
from followup.services.context import Context
from followup.services.hold import set_hold
from followup.services.list_alerts import alert_view
from followup.services.quiet import run_until_quiet
from followup.services.read_inbound import read_pending
from followup.services.receive_inbound import receive
from followup.services.settle_doubts import doubt_all_sending
from followup.services.track_delivery import track
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock, PatientPerson, StaffPerson

FALL = "I fell down the stairs and my arm is bleeding"
ClinicAt = Callable[..., Clinic]


class Killed(BaseException):
    """The process ends here: nothing after it runs, nothing catches it."""


def everybody_has_read(clinic: Clinic) -> None:
    """What came so far is not what the story is about."""
    for person in clinic.people:
        person.has_read()


def opens(clinic: Clinic, patient: PatientPerson, words: str = FALL) -> Alert:
    """The patient writes of trouble: the latest alert about them."""
    if not patient.infusions:
        clinic.infusion(patient, ended=clinic.clock.now() - timedelta(minutes=5))
    patient.replies(words)
    patient.has_read()
    return patient.alerts()[-1]


def notices(clinic: Clinic, alert: Alert) -> list[Message]:
    """Everything that was to tell staff of an alert, oldest first."""
    with clinic.store.read() as uow:
        found = uow.messages.of_alert(alert.id)
    return [message for message in found if message.message_class is MessageClass.STAFF_NOTICE]


def texts_about(person: StaffPerson, alert: Alert) -> int:
    """How many notices of an alert came to somebody's phone as texts."""
    return sum(f"follow-up alert {alert.code}," in text for text in person.texts())


def standing(clinic: Clinic, alert: Alert) -> Alert:
    with clinic.store.read() as uow:
        found = uow.alerts.get(alert.id)
    assert found is not None
    return found


def started_anew(clinic: Clinic) -> Context:
    """The service after a restart: another process with the same database."""
    clinic.provider.before_send = None
    clinic.provider.on_status = None
    clinic.context = replace(clinic.context, worker="the next process")
    doubt_all_sending(clinic.context)
    run_until_quiet(clinic.context)
    return clinic.context


def kills(clinic: Clinic, number: str) -> Callable[[object], None]:
    """Ends the process at the first text to `number`."""

    def strike(what: object) -> None:
        if isinstance(what, Outgoing) and (what.to, what.channel) != (number, Channel.SMS):
            return
        if isinstance(what, StatusUpdate):
            with clinic.store.read() as uow:
                message = uow.messages.get(what.message_id or "")
            if message is None or message.to != number or message.channel is not Channel.SMS:
                return
        raise Killed

    return strike


# --- holes


@pytest.mark.parametrize("accepted", [False, True], ids=["before the first byte", "after it was accepted"])
def test_h1_h6_row_8_a_process_killed_in_the_middle_of_a_notice_tells_again(
    clinic: Clinic, ann: PatientPerson, sam: StaffPerson, accepted: bool
) -> None:
    clinic.infusion(ann, ended="08:55")
    if accepted:
        clinic.provider.on_status = kills(clinic, sam.number)
    else:
        clinic.provider.before_send = kills(clinic, sam.number)
    with pytest.raises(Killed):
        ann.replies(FALL)
    alert = ann.alerts()[-1]
    (cut_off,) = [one for one in notices(clinic, alert) if one.state is MessageState.SENDING]
    assert cut_off.channel is Channel.SMS, "the intent to send was written down before the first byte"
    started_anew(clinic)
    assert texts_about(sam, alert) == (2 if accepted else 1), "twice is better than never"
    everybody_has_read(clinic)


@pytest.mark.parametrize("accepted", [False, True], ids=["before the first byte", "after it was accepted"])
def test_h2_row_3_a_check_in_in_doubt_is_looked_up_and_never_repeated(
    clinic: Clinic, clock: Clock, ann: PatientPerson, accepted: bool
) -> None:
    clinic.infusion(ann, ended="09:00")
    clinic.provider.lose_answer(accepted=accepted, to=ann.number)
    clock.to("13:00")
    assert ann.messages()[0].state is MessageState.IN_DOUBT, "and staff can see that it is"
    clock.to("13:20")
    assert len(ann.texts()) == int(accepted)
    assert ann.messages()[0].state in (
        {MessageState.SENT, MessageState.DELIVERED} if accepted else {MessageState.UNKNOWN}
    )
    everybody_has_read(clinic)


@pytest.mark.parametrize("state", [MessageState.UNDELIVERED, MessageState.FAILED])
def test_h4_row_4_a_text_that_was_not_delivered_moves_on_at_once(
    clinic: Clinic, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson, state: MessageState
) -> None:
    clinic.provider.on_status = partial(track, clinic.context)
    clinic.provider.fail_delivery(Late.PERMANENT, code="30005", state=state, to=sam.number)
    alert = opens(clinic, ann)
    assert texts_about(kay, alert) == 1, "the mail to Sam wakes nobody, so Kay is told in the same minute"
    assert "U17" in {one.rule for one in clinic.alerts("open")}, "and somebody hears that Sam cannot be reached"
    everybody_has_read(clinic)


def test_h5_oncall_1206_the_next_step_stands_in_the_database_and_outlives_a_restart(
    clinic: Clinic, clock: Clock, ann: PatientPerson, kay: StaffPerson
) -> None:
    alert = opens(clinic, ann)
    assert standing(clinic, alert).next_action_at == clinic.clock.now() + timedelta(minutes=30)
    started_anew(clinic)
    clock.forward(minutes=30)
    assert texts_about(kay, alert) == 1
    everybody_has_read(clinic)


def test_oncall_1206_what_waits_for_the_opening_outlives_a_restart_too(clinic_at: ClinicAt, tmp_path: Path) -> None:
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    hours = tmp_path / "schedules.yaml"
    hours.write_text(text.replace("coverage: A ", "coverage: C "), encoding="utf-8")
    clinic = clinic_at(windows.instant_of(SUNDAY, time(20), CHICAGO), hours)
    clock = Clock(clinic)
    ann = clinic.patient("Ann", baseline=5)
    alert = opens(clinic, ann, "i feel hopeless and can not get out of bed")
    assert (alert.level, notices(clinic, alert)) == (Level.URGENT, [])
    started_anew(clinic)
    clock.to("08:00", days=1)
    assert texts_about(clinic.on_duty(), alert) == 1
    everybody_has_read(clinic)


def test_h8_what_was_queued_when_the_process_ended_still_goes(
    clinic: Clinic, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="08:55")
    text = clinic.provider.record_inbound(sender=ann.number, body=FALL, to=clinic.number)
    receive(clinic.context, text, channel=Channel.SMS)
    while read_pending(clinic.context):
        pass
    advance_due(clinic.context)
    alert = ann.alerts()[-1]
    assert {one.state for one in notices(clinic, alert)} == {MessageState.QUEUED}
    started_anew(clinic)
    assert texts_about(sam, alert) == 1
    everybody_has_read(clinic)


def test_h10_a_member_of_staff_who_stopped_texts_leaves_no_hole(
    clinic: Clinic, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson
) -> None:
    sam.replies("STOP")
    assert [(one.rule, one.level) for one in clinic.alerts("open")] == [("U17", Level.URGENT)]
    alert = opens(clinic, ann)
    assert texts_about(sam, alert) == 0
    assert any(alert.code in mail for mail in sam.mails()), "by the way that is left"
    assert texts_about(kay, alert) == 1, "and the next person at once"
    everybody_has_read(clinic)


def test_h1_a_text_in_doubt_goes_by_mail_too_and_lost_twice_moves_on(clinic_at: ClinicAt, tmp_path: Path) -> None:
    """The chain tells Sam by text alone, and the provider's answers get lost."""
    first_step = "  urgent:\n    steps:\n      - after: 0s\n        tell: { on_duty: nurses }\n        by: "
    text_only = changed(tmp_path, (f"{first_step}[sms, email]", f"{first_step}[sms]"))
    clinic = clinic_at(windows.instant_of(SUNDAY, time(9), CHICAGO), text_only)
    sam = clinic.staff["sam"]
    clinic.provider.lose_answer(accepted=False, to=sam.number, channel=Channel.SMS, times=2)
    alert = opens(clinic, clinic.patient("Ann", baseline=5))
    assert any(alert.code in mail for mail in sam.mails()), "another way, beside the second try"
    assert texts_about(clinic.staff["kay"], alert) == 1, "twice lost is lost: the next person at once"
    everybody_has_read(clinic)


# --- complaints


def changed(tmp_path: Path, *edits: tuple[str, str]) -> Path:
    """The shipped file with some words changed, beside a copy of nothing else."""
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    target = tmp_path / "schedules.yaml"
    target.write_text(text, encoding="utf-8")
    return target


def test_goalert_4548_a_step_with_nobody_in_it_passes_on_at_once_and_says_so(
    clinic: Clinic, ann: PatientPerson, sam: StaffPerson, lee: StaffPerson
) -> None:
    """Both nurses have left, and nobody has changed the file: whoever has no account any more has no duty."""
    clinic.infusion(ann, ended="08:55")
    with clinic.store.write() as uow:
        for person in ("kay", "sam"):
            uow.accounts.add(f"account of {person}", "prairie", person, "-", clinic.clock.now())
            uow.accounts.disable(f"account of {person}", clinic.clock.now())
        uow.commit()
    alert = opens(clinic, ann)
    assert (texts_about(sam, alert), texts_about(lee, alert)) == (0, 1), "not in an hour: now"
    assert any("could be: chain urgent, step 1, chain urgent, step 2" in line for line in gaps(clinic))
    everybody_has_read(clinic)


KAY = """  kay:
    name: Kay Miller
    role: nurse
    phone: "+13125550161"
    email: kay.miller@prairie.example.org
"""


def gaps(clinic: Clinic) -> list[str]:
    """What the alerts about the set-up say."""
    return [
        entry.understood or ""
        for alert in clinic.alerts("open")
        if alert.rule == "U17"
        for entry in clinic.entries(alert)
    ]


def test_a_person_who_left_after_the_opening_is_stood_in_for(
    clinic: Clinic, clock: Clock, ann: PatientPerson, tmp_path: Path
) -> None:
    """Steps are those at the opening, people those of now: for one who is gone the fallback person is told."""
    alert = opens(clinic, ann)
    everybody_has_read(clinic)
    gone = changed(
        tmp_path,
        (KAY, ""),
        ("people: [kay, sam]", "people: [sam]"),
        ("  nurses:\n", "  others:\n"),
    )
    text = gone.read_text(encoding="utf-8")
    gone.write_text(text.replace(": nurses", ": others"), encoding="utf-8")
    clinic.publishes(gone)
    clock.forward(minutes=30)
    assert texts_about(clinic.staff["lee"], alert) >= 1
    assert any("chain urgent, step 2" in line for line in gaps(clinic))
    everybody_has_read(clinic)


def test_goalert_3378_taken_and_forgotten_it_comes_back(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    alert = opens(clinic, ann)
    sam.replies(alert.code)
    clock.forward(hours=1, minutes=59)
    assert standing(clinic, alert).status is AlertStatus.ACKNOWLEDGED
    everybody_has_read(clinic)
    clock.forward(minutes=1)
    assert standing(clinic, alert).status is AlertStatus.OPEN
    assert texts_about(sam, alert) == 2
    everybody_has_read(clinic)


def test_goalert_2775_a_reply_counts_for_the_state_at_its_moment(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson
) -> None:
    """Sam answers the notice of an hour ago: meanwhile Kay has taken it, and closed it."""
    alert = opens(clinic, ann)
    clock.forward(minutes=30)
    kay.replies(alert.code)
    sam.has_read()
    sam.replies(f"close {alert.code} safe 5")
    sam.expects_sms(f"{alert.code} is with Kay Miller", "Nothing was changed")
    kay.replies(f"close {alert.code} er 20")
    sam.replies(alert.code)
    sam.expects_sms(f"{alert.code} was closed by Kay Miller")
    assert standing(clinic, alert).outcome is Outcome.SENT_TO_EMERGENCY_CARE
    everybody_has_read(clinic)


def test_goalert_1083_a_notice_that_waits_says_why_on_the_alert(
    clinic: Clinic, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=sam.number, times=None)
    alert = opens(clinic, ann)
    view = alert_view(clinic.context, alert.id)
    waiting = [one for one in view.notices if one.state is MessageState.QUEUED and one.person == "sam"]
    assert [bool(one.reason) for one in waiting] == [True]
    everybody_has_read(clinic)


def test_oncall_1503_one_broken_phone_holds_up_nobody_else(
    clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson, sam: StaffPerson, kay: StaffPerson
) -> None:
    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=sam.number, times=None)
    first, second = opens(clinic, ann), opens(clinic, bob)
    assert [texts_about(kay, alert) for alert in (first, second)] == [1, 1]
    everybody_has_read(clinic)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_goalert_pr_1758_the_limit_of_answers_is_the_same_in_any_order(
    clinic: Clinic, ann: PatientPerson, seed: int
) -> None:
    """Eight texts of one hour, told to us by the provider in no order at all."""
    clinic.infusion(ann, ended="08:55")
    minutes = random.Random(seed).sample(range(8), 8)
    for ago in minutes:
        ann.wrote(f"what is your address {ago}?", at=clinic.clock.now() - timedelta(minutes=ago))
    assert len(ann.texts()) == 5
    everybody_has_read(clinic)


def test_oncall_4515_when_no_text_goes_out_at_all_calls_and_mails_do(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.provider.refuse(channel=Channel.SMS, times=None)
    clinic.infusion(ann, ended="08:55")
    ann.wrote("chest pain")
    alert = next(one for one in ann.alerts() if one.level is Level.EMERGENCY)
    assert any(alert.code in mail for mail in sam.mails())
    assert sam.calls() != []
    assert {one.channel for one in notices(clinic, alert) if one.sent_at} == {Channel.EMAIL, Channel.VOICE}
    clinic.provider.faults.clear()
    everybody_has_read(clinic)


def test_oncall_4654_nothing_more_is_sent_once_somebody_has_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, kay: StaffPerson
) -> None:
    """Looked at in the very transaction that marks the notice as being sent: here it is taken when it was claimed."""
    clinic.infusion(ann, ended="08:55")
    taken: list[str] = []

    def takes(outgoing: Outgoing) -> None:
        if outgoing.to == sam.email and not taken:
            taken.append(outgoing.to)
            text = clinic.provider.record_inbound(sender=kay.number, body=ann.alerts()[-1].code, to=clinic.number)
            receive(clinic.context, text, channel=Channel.SMS)
            read_pending(clinic.context)

    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=sam.number, times=1)
    clinic.provider.before_send = takes
    alert = opens(clinic, ann)
    clinic.provider.before_send = None
    clock.forward(minutes=5)
    assert standing(clinic, alert).acknowledged_by == "Kay Miller"
    left = [one for one in notices(clinic, alert) if one.sent_at is None]
    assert {(one.state, one.reason) for one in left} == {(MessageState.SUPPRESSED, "taken meanwhile")}
    everybody_has_read(clinic)


def test_a_closed_alert_sends_nothing_more_either(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=sam.number, times=1)
    alert = opens(clinic, ann)
    close(clinic.context, alert=alert.id, person="kay", outcome=Outcome.FALSE_ALARM, minutes=1, note=None, via="page")
    clock.forward(hours=3)
    assert texts_about(sam, alert) == 0
    assert MessageState.QUEUED not in {one.state for one in notices(clinic, alert)}
    everybody_has_read(clinic)


def test_oncall_2622_a_phone_without_reception_is_tried_again_until_somebody_has_it(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    """Delivered, as far as the provider knows, and unseen: the same channel comes round again."""
    alert = opens(clinic, ann)
    clock.forward(hours=4)
    assert texts_about(sam, alert) >= 3
    everybody_has_read(clinic)


def test_oncall_3898_every_text_that_came_in_was_read_or_is_in_front_of_a_person(
    clinic: Clinic, ann: PatientPerson, bob: PatientPerson
) -> None:
    for patient in (ann, bob):
        clinic.infusion(patient, ended="08:55")
        patient.replies(FALL, "chest pain", "thanks")
    with clinic.store.read() as uow:
        inbound = [one for patient in (ann, bob) for one in uow.inbound.of_patient(patient.record.id)]
        alerted = {entry.inbound for alert in clinic.alerts() for entry in uow.alerts.entries(alert.id)}
    assert len(inbound) == 6
    assert {one.id for one in inbound if one.body != "thanks"} <= alerted
    assert check(clinic.context) == ()
    everybody_has_read(clinic)


def test_oncall_3898_a_text_that_nobody_reads_is_a_broken_promise_within_a_minute(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    clinic.infusion(ann, ended="08:55")
    text = clinic.provider.record_inbound(sender=ann.number, body=FALL, to=clinic.number)
    receive(clinic.context, text, channel=Channel.SMS)
    clinic.clock.move_to(clinic.clock.now() + timedelta(seconds=61))
    assert check(clinic.context) == ("a reply has waited more than a minute to be read",)
    run_until_quiet(clinic.context)
    everybody_has_read(clinic)


def test_alertmanager_1718_2222_4152_two_workers_tell_once(
    clinic: Clinic, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.infusion(ann, ended="08:55")
    text = clinic.provider.record_inbound(sender=ann.number, body=FALL, to=clinic.number)
    receive(clinic.context, text, channel=Channel.SMS)
    gate = threading.Barrier(2)

    def works(name: str) -> None:
        context = replace(clinic.context, worker=name)
        gate.wait()
        run_until_quiet(context)

    workers = [threading.Thread(target=works, args=(name,)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run_until_quiet(clinic.context)
    assert texts_about(sam, ann.alerts()[-1]) == 1
    everybody_has_read(clinic)


def test_alertmanager_3865_4108_when_a_phone_works_again_one_notice_comes(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=sam.number, times=3)
    alert = opens(clinic, ann)
    clock.forward(minutes=20)
    assert texts_about(sam, alert) == 1
    (notice,) = [one for one in notices(clinic, alert) if one.person == "sam" and one.channel is Channel.SMS]
    assert notice.tries == 4, "one claim, whatever number of tries"
    everybody_has_read(clinic)


def test_alertmanager_2934_3473_1806_what_was_told_is_known_longer_than_any_timer(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    """The provider repeats a post from last month; the alert has been closed for weeks."""
    clinic.infusion(ann, ended="08:55")
    text = clinic.provider.record_inbound(sender=ann.number, body=FALL, to=clinic.number)
    receive(clinic.context, text, channel=Channel.SMS)
    run_until_quiet(clinic.context)
    alert = ann.alerts()[-1]
    sam.replies(alert.code, f"close {alert.code} safe 5")
    clinic.status(ann, PatientStatus.LEFT_CARE)
    clock.forward(days=40)
    before = len(ann.alerts())
    receive(clinic.context, text, channel=Channel.SMS)
    run_until_quiet(clinic.context)
    assert (len(ann.alerts()), texts_about(sam, alert)) == (before, 1)
    clinic.staff_close_everything()
    everybody_has_read(clinic)


def test_alertmanager_2896_what_a_hold_kept_back_goes_the_moment_it_ends(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson
) -> None:
    set_hold(clinic.context, on=True, actor="story")
    alert = opens(clinic, ann, "chest pain")
    assert texts_about(sam, alert) == 1, "staff are told all the same"
    assert [one.state for one in ann.messages()] == [MessageState.HELD]
    clock.forward(minutes=40)
    set_hold(clinic.context, on=False, actor="story")
    run_until_quiet(clinic.context)
    assert MessageState.HELD not in {one.state for one in ann.messages()}
    everybody_has_read(clinic)


def test_keep_958_5251_the_same_words_of_two_patients_are_two_alerts_and_of_one_patient_one(
    clinic: Clinic, ann: PatientPerson, bob: PatientPerson, sam: StaffPerson
) -> None:
    first, second = opens(clinic, ann), opens(clinic, bob)
    assert first.id != second.id
    opens(clinic, ann)
    assert len(ann.alerts()) == 1
    assert len([entry for entry in clinic.entries(first) if entry.words == FALL]) == 2, "nothing is thrown away"
    assert texts_about(sam, first) == 2, "danger in words always tells again"
    everybody_has_read(clinic)


def test_keep_4958_an_alert_that_reached_nobody_does_not_look_well(clinic: Clinic, ann: PatientPerson) -> None:
    """Every step ran without an error of ours, and nothing arrived: that is what counts, and what is shown."""
    clinic.provider.refuse(times=None)
    clinic.infusion(ann, ended="08:55")
    text = clinic.provider.record_inbound(sender=ann.number, body=FALL, to=clinic.number)
    receive(clinic.context, text, channel=Channel.SMS)
    run_until_quiet(clinic.context)
    (alert,) = [one for one in ann.alerts() if one.level is Level.URGENT]
    sent = [one for one in notices(clinic, alert) if one.sent_at is not None]
    assert sent == []
    assert {one.state for one in notices(clinic, alert)} == {MessageState.FAILED}
    assert len({one.person for one in notices(clinic, alert)}) >= 3, "everybody on the chain was tried"
    assert any("could not be reached by sms" in line for line in gaps(clinic))
    assert standing(clinic, alert).next_action_at == clinic.clock.now() + timedelta(seconds=60)
    clinic.provider.faults.clear()
    everybody_has_read(clinic)


# --- what none of them has


def test_row_1_a_patients_reply_is_clinical_input(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    clinic.infusion(ann, ended="09:00")
    clock.to_check_in(ann, "C2")
    ann.expects_sms("how strong is your pain")
    ann.replies("8, it is bad")
    (alert,) = ann.alerts("open")
    assert (alert.level, ann.answers()["C2_PAIN"]) == (Level.URGENT, 8)
    assert '"pain": 8' in (clinic.entries(alert)[0].inputs or "")
    everybody_has_read(clinic)


def test_row_2_consent_hours_and_number_are_looked_at_when_it_is_sent(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    """The check-in is queued, then the patient says STOP on the very way out."""
    clinic.infusion(ann, ended="09:00")
    clinic.provider.refuse(RefusalKind.LATER, code="20429", to=ann.number, times=1)
    clock.to("13:00")
    assert ann.messages()[0].state is MessageState.QUEUED
    ann.replies("STOP")
    ann.expects_sms("opted out")
    clock.forward(minutes=5)
    assert ann.messages()[0].state is MessageState.SUPPRESSED


def test_row_5_a_chain_is_never_done(clinic: Clinic, clock: Clock, ann: PatientPerson) -> None:
    alert = opens(clinic, ann)
    clock.forward(hours=6)
    rounds = {one.intent.split("/")[3] for one in notices(clinic, alert)}
    assert len(rounds) >= 12, "every half hour; tests/domain/test_escalation.py goes on for longer"
    assert standing(clinic, alert).next_action_at is not None
    everybody_has_read(clinic)


@pytest.mark.parametrize("taken", [False, True], ids=["open", "taken"])
def test_row_6_worse_words_always_add_to_an_alert_and_tell_again(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, taken: bool
) -> None:
    alert = opens(clinic, ann)
    if taken:
        sam.replies(alert.code)
        sam.has_read()
    clock.forward(minutes=3)
    told = texts_about(sam, alert)
    opens(clinic, ann, "now I fell again and my head is bleeding, it is worse")
    worse = standing(clinic, alert) if len(ann.alerts()) == 1 else ann.alerts()[-1]
    assert worse.status is AlertStatus.OPEN
    assert texts_about(sam, alert) > told or texts_about(sam, worse) > 0
    everybody_has_read(clinic)


def test_row_6_an_end_needs_an_outcome_that_fits(clinic: Clinic, ann: PatientPerson) -> None:
    alert = opens(clinic, ann)
    for outcome, minutes in ((Outcome.RESOLVED_SINCE, 5), (Outcome.REACHED_AND_SAFE, None), (Outcome.NOT_REACHED, 5)):
        with pytest.raises(InvalidInput):
            close(clinic.context, alert=alert.id, person="kay", outcome=outcome, minutes=minutes, note=None, via="page")
    everybody_has_read(clinic)


def test_row_7_a_promise_that_is_broken_is_named_within_a_minute(
    clinic: Clinic, clock: Clock, ann: PatientPerson
) -> None:
    alert = opens(clinic, ann)
    with clinic.store.write() as uow:
        uow.alerts.update(replace(standing(clinic, alert), next_action_at=None))
        uow.commit()
    assert check(clinic.context) == ("1 unclosed alert(s) have no next step",)
    with clinic.store.write() as uow:
        uow.alerts.update(replace(standing(clinic, alert), next_action_at=clinic.clock.now()))
        uow.commit()
    clinic.clock.move_to(clinic.clock.now() + timedelta(seconds=61))
    assert check(clinic.context) == ("1 alert(s) are overdue for their next step by more than a minute",)
    run_until_quiet(clinic.context)
    everybody_has_read(clinic)


@pytest.mark.parametrize("times", [1, 3])
def test_row_8_a_reply_that_is_posted_again_or_late_is_read_once(
    clinic: Clinic, clock: Clock, ann: PatientPerson, sam: StaffPerson, times: int
) -> None:
    clinic.infusion(ann, ended="08:55")
    ann.wrote(FALL, times=times)
    alert = ann.alerts()[-1]
    assert texts_about(sam, alert) == 1
    assert [entry.kind for entry in clinic.entries(alert)].count(EntryKind.OPENED) == 1
    everybody_has_read(clinic)

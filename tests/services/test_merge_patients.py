"""Two ids that are one person: merged and put back, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.people import Channel, PatientStatus
from followup.domain.plan import CheckInState
from followup.errors import Conflict, NotFound
from followup.services.change_patient import opt_out, set_status
from followup.services.merge_patients import gather, merge, unmerge
from followup.services.record_infusion import RecordOutcome
from followup.services.show_patient import patient_view
from tests.support.clinic import Clinic, Clock, PatientPerson

ACTOR = "test"


@pytest.fixture
def ann(clinic: Clinic) -> PatientPerson:
    """Ann, treated today, under her first id."""
    ann = clinic.patient("Ann", baseline=5)
    clinic.infusion(ann, ended="15:04")
    return ann


@pytest.fixture
def annie(clinic: Clinic) -> PatientPerson:
    """The same person under another id and number, treated three weeks ago."""
    annie = clinic.patient("Annie", baseline=6)
    clinic.infusion(annie, ended=clinic.clock.now() - timedelta(hours=30))
    return annie


def rows(clinic: Clinic, person: PatientPerson) -> dict[str, tuple[str, ...]]:
    """Everything that hangs on the record under a person's id."""
    with clinic.store.read() as uow:
        record = uow.patients.recorded_as("prairie", person.external_id)
        assert record is not None
        return {name: tuple(sorted(ids)) for name, ids in uow.merges.rows_of(record.id).items()}


def test_everything_moves_and_moves_back(clinic: Clinic, ann: PatientPerson, annie: PatientPerson) -> None:
    before = rows(clinic, ann), rows(clinic, annie)
    done = merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    assert done.moved["infusions"] == 1
    assert not any(rows(clinic, annie).values())
    together = rows(clinic, ann)
    assert all(set(together[name]) == {*before[0][name], *before[1][name]} for name in together)

    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    assert (rows(clinic, ann), rows(clinic, annie)) == before


def test_either_id_and_only_the_kept_number_find_the_one_patient(
    clinic: Clinic, ann: PatientPerson, annie: PatientPerson
) -> None:
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    assert patient_view(clinic.context, None, annie.external_id)["id"] == ann.external_id
    with clinic.store.read() as uow:
        assert [each.external_id for each in uow.patients.list("prairie", 10)] == [ann.external_id]
        assert [each.external_id for each in uow.patients.search("prairie", annie.external_id)] == [ann.external_id]
        assert uow.patients.search("prairie", "annie") == ()
        assert uow.patients.by_address("prairie", Channel.SMS, annie.number) == ()
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    with clinic.store.read() as uow:
        found = uow.patients.by_address("prairie", Channel.SMS, annie.number)
    assert [each.external_id for each in found] == [annie.external_id]


def test_what_the_clinics_system_sends_for_either_id_is_the_one_patients(
    clinic: Clinic, ann: PatientPerson, annie: PatientPerson
) -> None:
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    annie.infusions = 0
    again = clinic.infusion(annie, ended=clinic.clock.now() - timedelta(hours=30))
    assert again.outcome is RecordOutcome.SAME
    new = clinic.infusion(annie, ended=clinic.clock.now())
    assert new.patient.external_id == ann.external_id


def test_a_newer_infusion_retires_questions_of_older_ones_until_unmerged(
    clinic: Clinic, ann: PatientPerson, annie: PatientPerson
) -> None:
    planned = {key for key, one in annie.check_ins.items() if one.state is CheckInState.PLANNED}
    done = merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    assert done.retired == len(planned - {"C1", "C2"})
    with clinic.store.read() as uow:
        ours = uow.check_ins.of_patient(ann.record.id)
    assert {one.reason for one in ours if one.state is CheckInState.CANCELLED} == {"newer infusion"}
    undone = unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    assert undone.retired == done.retired
    assert {key for key, one in annie.check_ins.items() if one.state is CheckInState.PLANNED} == planned


@pytest.mark.parametrize("channel", [Channel.SMS])
def test_stop_follows_the_person_and_leaves_with_the_merge(
    clinic: Clinic, ann: PatientPerson, annie: PatientPerson, channel: Channel
) -> None:
    opt_out(clinic.context, annie.external_id, channel, clinic=None, actor=ACTOR)
    done = merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    assert done.opted_out == ("sms",)
    with clinic.store.read() as uow:
        assert uow.suppressions.active("prairie", channel, ann.number)
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    with clinic.store.read() as uow:
        assert not uow.suppressions.active("prairie", channel, ann.number)
        assert uow.suppressions.active("prairie", channel, annie.number)


def test_a_stop_of_their_own_stays_when_unmerged(clinic: Clinic, ann: PatientPerson, annie: PatientPerson) -> None:
    opt_out(clinic.context, ann.external_id, Channel.SMS, clinic=None, actor=ACTOR)
    opt_out(clinic.context, annie.external_id, Channel.SMS, clinic=None, actor=ACTOR)
    assert merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR).opted_out == ()
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    with clinic.store.read() as uow:
        assert uow.suppressions.active("prairie", Channel.SMS, ann.number)


def test_the_graver_status_holds_and_gaps_are_filled(clinic: Clinic, ann: PatientPerson, annie: PatientPerson) -> None:
    set_status(clinic.context, annie.external_id, PatientStatus.IN_HOSPITAL, clinic=None, actor=ACTOR)
    with clinic.store.write() as uow:
        uow.patients.update(replace(annie.record, email="ann@example.org"))
        uow.commit()
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    assert (ann.record.status, ann.record.email, ann.record.phone) == (
        PatientStatus.IN_HOSPITAL, "ann@example.org", ann.number
    )  # fmt: skip
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    assert (ann.record.status, ann.record.email) == (PatientStatus.ACTIVE, None)
    assert annie.record.status is PatientStatus.IN_HOSPITAL


def test_what_came_to_hang_on_its_infusions_since_goes_back_with_them(
    clinic: Clinic, ann: PatientPerson, annie: PatientPerson
) -> None:
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    clock = Clock(clinic)
    clock.to("19:04")
    ann.expects_sms("how are you now?")
    ann.replies("1")
    answered = len(rows(clinic, ann)["answers"])
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    assert len(rows(clinic, ann)["answers"]) + len(rows(clinic, annie)["answers"]) == answered
    with clinic.store.read() as uow:
        record = uow.patients.recorded_as("prairie", annie.external_id)
        assert record is not None
        of_annie = {one.id for one in uow.infusions.of_patient(record.id)}
        assert {one.infusion for one in uow.check_ins.of_patient(record.id)} <= of_annie


def test_merges_of_merges_are_undone_from_the_last(clinic: Clinic, ann: PatientPerson, annie: PatientPerson) -> None:
    nan = clinic.patient("Nan", baseline=4)
    clinic.infusion(nan, ended=clinic.clock.now() - timedelta(days=40))
    merge(clinic.context, annie.external_id, nan.external_id, clinic=None, actor=ACTOR)
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    assert patient_view(clinic.context, None, nan.external_id)["id"] == ann.external_id
    with pytest.raises(Conflict, match="unmerge that one first"):
        unmerge(clinic.context, nan.external_id, clinic=None, actor=ACTOR)
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    unmerge(clinic.context, nan.external_id, clinic=None, actor=ACTOR)
    assert len(rows(clinic, nan)["infusions"]) == 1
    merge(clinic.context, ann.external_id, nan.external_id, clinic=None, actor=ACTOR)


def test_what_cannot_be_merged(clinic: Clinic, ann: PatientPerson, annie: PatientPerson) -> None:
    with pytest.raises(NotFound, match="no patient of this clinic"):
        merge(clinic.context, ann.external_id, "P-nobody", clinic=None, actor=ACTOR)
    with pytest.raises(Conflict, match="one patient already"):
        merge(clinic.context, ann.external_id, ann.external_id, clinic=None, actor=ACTOR)
    with pytest.raises(NotFound, match="was merged"):
        unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    with pytest.raises(Conflict, match="one patient already"):
        merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)


def test_two_open_alerts_of_one_kind_wait_for_one_to_be_closed(clinic: Clinic) -> None:
    people = [clinic.patient(name, language=None, baseline=5) for name in ("Una", "Uma")]
    for person in people:
        clinic.infusion(person, ended="15:04")
    with pytest.raises(Conflict, match=r"open alert of the same kind \(\w{4} and \w{4}\)"):
        merge(clinic.context, people[0].external_id, people[1].external_id, clinic=None, actor=ACTOR)


def test_a_merge_and_its_undoing_stand_in_the_audit_trail(
    clinic: Clinic, ann: PatientPerson, annie: PatientPerson
) -> None:
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    with clinic.store.read() as uow:
        told = [entry.action for entry in uow.audit.list(subject="patient", subject_id=ann.record.id)]
    assert {"patient.merged", "patient.unmerged"} <= set(told)


def test_what_was_written_for_the_merged_id_meanwhile_is_gathered(
    clinic: Clinic, ann: PatientPerson, annie: PatientPerson
) -> None:
    with clinic.store.read() as uow:
        late = uow.check_ins.of_patient(annie.record.id)[0]
    merge(clinic.context, ann.external_id, annie.external_id, clinic=None, actor=ACTOR)
    with clinic.store.write() as uow:  # as a reply whose reading had begun before
        uow.check_ins.update(late)
        uow.commit()
    assert rows(clinic, annie)["check_ins"] == (late.id,)
    assert gather(clinic.context) == 1
    assert gather(clinic.context) == 0
    assert not any(rows(clinic, annie).values())
    unmerge(clinic.context, annie.external_id, clinic=None, actor=ACTOR)
    assert late.id in rows(clinic, annie)["check_ins"]

"""The manager edits schedules.yaml while courses run: what moves, what waits, what is never taken, and going back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from followup.domain import windows
from followup.domain.plan import CheckInState
from followup.domain.replanning import ChangeKind
from followup.errors import NotFound
from followup.services.health import health
from followup.services.preview_schedules import Preview, preview
from followup.services.publish_schedules import Taken, publish, publish_by_hand, roll_back
from followup.services.quiet import run_until_quiet
from followup.services.record_infusion import NewInfusion, NewPatient, record_infusion
from followup.services.send_due_checkins import send_due_checkins
from followup.services.watch_schedules import Files, Judged, Outcome, read_files, take_edit
from tests.support.clinic import CHICAGO, ROOT, Clinic, Clock, PatientPerson

C2_AT_TEN = """      C2: &morning                    # first result, and effects that should be gone by now
        day: 1
        at: "10:00"
"""
C2_AT_NOON = C2_AT_TEN.replace("10:00", "12:00")
C2B = """      C2B:
        day: 1
        at: "18:00"
        questions: [SE]
        closes: { after: 4h }
        safety: true
"""
C5 = "      C5:                             # mood"


@dataclass
class Manager:
    """The manager with a text editor: the shipped files in a folder of their own."""

    clinic: Clinic
    files: Files
    before: str = field(default_factory=lambda: (ROOT / "schedules.yaml").read_text(encoding="utf-8"))

    def writes(self, *changes: tuple[str, str], texts: Mapping[str, str] | None = None) -> None:
        """Save the shipped file with these pieces replaced, and these template files."""
        edited = self.before
        for old, new in changes:
            assert old in edited, old
            edited = edited.replace(old, new)
        self.files.schedules.write_text(edited, encoding="utf-8")
        for path, text in (texts or {}).items():
            (self.files.templates / path).write_text(text, encoding="utf-8")

    def saves(self, *changes: tuple[str, str], texts: Mapping[str, str] | None = None) -> Judged:
        """Save, and let the running service look at the files."""
        self.writes(*changes, texts=texts)
        context = self.clinic.context
        judged = take_edit(context.store, context.content, self.files, clock=context.clock)
        run_until_quiet(context)
        return judged

    def looks(self) -> Preview:
        """`followup schedules diff`."""
        content = read_files(self.files)
        assert not isinstance(content, Judged), content
        context = self.clinic.context
        return preview(context.store, context.content, content, context.clock.now())

    def publishes(self) -> Taken:
        """`followup schedules publish`."""
        content = read_files(self.files)
        assert not isinstance(content, Judged), content
        context = self.clinic.context
        taken = publish_by_hand(context.store, context.content, content, actor="manager", clock=context.clock)
        run_until_quiet(context)
        return taken

    def goes_back_to(self, version: int) -> Taken:
        """`followup schedules rollback`."""
        context = self.clinic.context
        taken = roll_back(context.store, context.content, version, actor="manager", clock=context.clock)
        run_until_quiet(context)
        return taken

    @property
    def board_says(self) -> str | None:
        """What readyz and the board say of the files."""
        context = self.clinic.context
        return health(context, context.clock.now(), {})["schedule"]["pending_error"]

    @property
    def version(self) -> int:
        """The version in force."""
        return self.clinic.context.content.current().version


@pytest.fixture
def manager(clinic: Clinic, tmp_path: Path) -> Manager:
    """The manager of the shipped clinic."""
    folder = tmp_path / "edited"
    folder.mkdir()
    copytree(ROOT / "templates", folder / "templates")
    return Manager(clinic, Files(schedules=folder / "schedules.yaml", templates=folder / "templates"))


def hour(instant: datetime | None) -> str:
    assert instant is not None
    return windows.local(instant, CHICAGO).strftime("%d %H:%M")


@pytest.fixture
def asked(clinic: Clinic, clock: Clock, ann: PatientPerson) -> PatientPerson:
    """Ann, whose infusion ended at nine and who has answered C1."""
    clinic.infusion(ann, ended="09:00")
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    ann.replies("1")
    ann.expects_sms("thanks, noted")
    return ann


def test_another_hour_moves_what_is_to_come_and_not_what_was_sent(
    manager: Manager, clock: Clock, asked: PatientPerson
) -> None:
    sent_before = asked.check_ins["C1"]
    judged = manager.saves((C2_AT_TEN, C2_AT_NOON), ("after: 4h                   #", "after: 5h                   #"))
    assert judged == Judged(outcome=Outcome.PUBLISHED)
    assert manager.board_says is None
    assert asked.check_ins["C1"] == sent_before
    assert hour(asked.check_ins["C2"].due_at) == "23 12:00"
    clock.to("11:59", days=1)
    asked.expects_nothing()
    clock.to("12:00")
    asked.expects_sms("how strong is your pain right now?")
    assert {message.schedule_version for message in asked.messages()} == {1, 2}


def test_what_is_removed_is_cancelled_and_stays_listed(manager: Manager, asked: PatientPerson) -> None:
    start, end = manager.before.index(C5), manager.before.index("      C6:    ")
    judged = manager.saves((manager.before[start:end], ""), ("check_ins: [C5", "check_ins: [C4"))
    assert judged.outcome is Outcome.PUBLISHED
    gone = asked.check_ins["C5"]
    assert (gone.state, gone.reason) == (CheckInState.CANCELLED, "removed from the schedule")
    assert asked.check_ins["C6"].state is CheckInState.PLANNED
    manager.goes_back_to(1)
    back = asked.check_ins["C5"]
    assert (back.state, back.reason, back.id) == (CheckInState.PLANNED, None, gone.id)


def test_a_new_check_in_reaches_people_already_enrolled(manager: Manager, clock: Clock, asked: PatientPerson) -> None:
    before = manager.before.index("      C3:                             # early trend")
    manager.before = manager.before[:before] + C2B + manager.before[before:]
    assert manager.saves().outcome is Outcome.PUBLISHED
    assert hour(asked.check_ins["C2B"].due_at) == "23 18:00"
    clock.to("10:00", days=1)
    asked.answers_check_in()
    asked.expects_sms("glad you are doing OK")
    clock.to("18:00")
    asked.expects_sms("Side effects now?")


def test_a_new_name_keeps_the_check_in(manager: Manager, clock: Clock, asked: PatientPerson) -> None:
    before = asked.check_ins["C3"]
    renamed = ("      C3:                             #", "      DAY3:\n        renamed_from: C3\n        #")
    assert manager.saves(renamed).outcome is Outcome.PUBLISHED
    assert "C3" not in asked.check_ins
    assert asked.check_ins["DAY3"].id == before.id
    clock.to("10:00", days=1)
    asked.answers_check_in()
    asked.expects_sms("glad you are doing OK")
    clock.to("11:00", days=2)
    asked.expects_sms("on average in the last 24 hours")
    manager.goes_back_to(1)
    assert manager.looks().changes == ()
    assert asked.check_ins["DAY3"].state is CheckInState.OPEN
    assert "C3" not in asked.check_ins
    asked.replies("3")
    asked.expects_sms("How is your mood")


def test_an_hour_that_has_passed_makes_it_due_at_once(manager: Manager, clock: Clock, asked: PatientPerson) -> None:
    clock.to("09:30", days=1)
    manager.writes((C2_AT_TEN, C2_AT_TEN.replace("10:00", "09:15")))
    (change,) = [one.change for one in manager.looks().changes if one.change.key == "C2"]
    assert change.kind is ChangeKind.DUE
    manager.publishes()
    asked.expects_sms("how strong is your pain right now?")


BROKEN = (C2_AT_TEN, C2_AT_TEN.replace('"10:00"', '"25:00"'))


def test_a_file_with_a_mistake_changes_nothing_and_is_shown(
    manager: Manager, clock: Clock, asked: PatientPerson
) -> None:
    before = asked.check_ins
    judged = manager.saves(BROKEN)
    assert judged.outcome is Outcome.REFUSED
    assert manager.version == 1
    assert asked.check_ins == before
    assert manager.board_says is not None
    assert "schedules.yaml:" in manager.board_says
    assert "hours run from 00 to 23" in manager.board_says
    assert manager.saves((C2_AT_TEN, C2_AT_NOON)).outcome is Outcome.PUBLISHED
    assert not manager.board_says
    clock.to("12:00", days=1)
    asked.expects_sms("how strong is your pain right now?")


@pytest.mark.parametrize(
    "damage",
    [
        lambda files: (files.templates / "messages/C2_PAIN/en.sms.txt").write_text("{{ nobody }}"),
        lambda files: (files.templates / "messages/C2_PAIN/en.sms.txt").unlink(),
        lambda files: files.schedules.write_bytes(b"\xff\xfe"),
        lambda files: files.schedules.unlink(),
        lambda files: files.schedules.write_text(""),
        lambda files: files.schedules.write_text("a: &a [*a, *a]\n"),
        lambda files: files.schedules.write_text(files.schedules.read_text()[:5000]),
    ],
    ids=["a variable", "a text missing", "no text", "no file", "empty", "an alias bomb", "half written"],
)
def test_whatever_is_wrong_the_last_good_version_goes_on(
    manager: Manager, clinic: Clinic, damage: Callable[[Files], object]
) -> None:
    manager.writes((C2_AT_TEN, C2_AT_NOON))
    damage(manager.files)
    context = clinic.context
    assert take_edit(context.store, context.content, manager.files, clock=context.clock).outcome is Outcome.REFUSED
    assert manager.version == 1
    assert manager.board_says


U2_LATER = ("        hours_at_least: 12h", "        hours_at_least: 36h")


def test_what_is_less_safe_waits_for_a_person(manager: Manager, asked: PatientPerson) -> None:
    judged = manager.saves(U2_LATER)
    assert judged.outcome is Outcome.WAITS
    assert manager.version == 1
    assert manager.board_says is not None
    assert "waits for `followup schedules publish`" in manager.board_says
    assert "rule `U2`" in manager.board_says
    shown = manager.looks()
    assert [(one.at.split(":")[0], "U2" in one.message) for one in shown.weaker] == [("schedules.yaml", True)]
    assert shown.changes == ()
    assert manager.publishes().version == 2
    assert not manager.board_says
    assert asked.check_ins["C2"].schedule_version == 2


def test_an_edit_that_moves_many_waits_for_a_person(manager: Manager, asked: PatientPerson) -> None:
    none_at_all = ("most_plans_moved: 50", "most_plans_moved: 0")
    assert manager.saves(none_at_all).outcome is Outcome.PUBLISHED
    judged = manager.saves(none_at_all, (C2_AT_TEN, C2_AT_NOON))
    assert judged.outcome is Outcome.WAITS
    assert "changes 1 running courses, more than 0" in (judged.problem or "")
    assert hour(asked.check_ins["C2"].due_at) == "23 10:00"
    manager.publishes()
    assert hour(asked.check_ins["C2"].due_at) == "23 12:00"


def test_by_hand_means_every_edit(manager: Manager, asked: PatientPerson) -> None:
    by_hand = ("publish: automatic ", "publish: by_hand ")
    assert manager.saves(by_hand).outcome is Outcome.WAITS
    assert manager.publishes().version == 2
    judged = manager.saves(by_hand, (C2_AT_TEN, C2_AT_NOON))
    assert judged.outcome is Outcome.WAITS
    assert "every edit is published by hand" in (judged.problem or "")
    assert hour(asked.check_ins["C2"].due_at) == "23 10:00"


def test_going_back_holds_though_the_files_say_otherwise(manager: Manager, asked: PatientPerson) -> None:
    manager.saves((C2_AT_TEN, C2_AT_NOON))
    assert manager.goes_back_to(1).version == 3
    assert hour(asked.check_ins["C2"].due_at) == "23 10:00"
    judged = manager.saves((C2_AT_TEN, C2_AT_NOON))
    assert judged.outcome is Outcome.KNOWN
    assert manager.version == 3
    assert "rollback 2" in (manager.board_says or "")
    with pytest.raises(NotFound):
        manager.goes_back_to(9)


def test_a_text_reaches_people_already_enrolled_while_a_question_asked_keeps_its_version(
    manager: Manager, clock: Clock, asked: PatientPerson
) -> None:
    clock.to("10:00", days=1)
    asked.expects_sms("how strong is your pain right now?")
    path = "messages/SE/en.sms.txt"
    wording = (manager.files.templates / path).read_text(encoding="utf-8").replace("Side effects now?", "Any effects?")
    start, end = manager.before.index("  U5:"), manager.before.index("  U6:")
    manager.writes((manager.before[start:end], ""), texts={path: wording})
    content = read_files(manager.files)
    # Without U5 nothing would look at a pain that is high: it cannot be left out at all.
    assert isinstance(content, Judged)
    assert manager.saves(texts={path: wording}).outcome is Outcome.PUBLISHED
    open_one = asked.open_check_in
    assert open_one is not None
    assert open_one.schedule_version == 1
    asked.replies("3")
    asked.expects_sms("Any effects?")


def test_two_workers_with_different_files_do_not_fight(
    manager: Manager, clinic: Clinic, asked: PatientPerson, tmp_path: Path
) -> None:
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    copytree(ROOT / "templates", other_folder / "templates")
    other = Manager(clinic, Files(schedules=other_folder / "schedules.yaml", templates=other_folder / "templates"))
    other.writes((C2_AT_TEN, C2_AT_TEN.replace("10:00", "11:00")))
    assert manager.saves((C2_AT_TEN, C2_AT_NOON)).outcome is Outcome.PUBLISHED
    context = clinic.context
    judged = [
        take_edit(context.store, context.content, each.files, clock=context.clock).outcome
        for each in (other, manager, other, manager)
    ]
    assert judged == [Outcome.PUBLISHED, Outcome.KNOWN, Outcome.IN_FORCE, Outcome.KNOWN]
    assert manager.version == 3
    assert hour(asked.check_ins["C2"].due_at) == "23 11:00"


def test_a_plan_left_behind_asks_nothing_until_it_is_planned_anew(
    manager: Manager, clinic: Clinic, clock: Clock, asked: PatientPerson
) -> None:
    """Published between two ticks: the due moment of the old plan comes before anybody has planned it anew."""
    clock.to("09:59", days=1)
    manager.writes((C2_AT_TEN, C2_AT_NOON))
    content = read_files(manager.files)
    assert not isinstance(content, Judged)
    publish(clinic.store, content, actor="manager", clock=clinic.clock)
    clinic.clock.move_to(clinic.clock.now() + timedelta(minutes=1))
    assert send_due_checkins(clinic.context) == 1
    assert send_due_checkins(clinic.context) == 0
    asked.expects_nothing()
    assert hour(asked.check_ins["C2"].due_at) == "23 12:00"
    clock.to("12:00")
    asked.expects_sms("how strong is your pain right now?")


def test_a_patient_who_moves_keeps_the_hours_of_the_day(clinic: Clinic, asked: PatientPerson) -> None:
    record_infusion(
        clinic.context,
        NewInfusion(
            id="I-ann-1",
            clinic="prairie",
            patient=NewPatient(id=asked.external_id, name=asked.name, timezone="America/Los_Angeles"),
            treatment="ketamine",
            ended_at=asked_ended(clinic),
            baseline=asked.baseline,
        ),
        actor="story",
    )
    run_until_quiet(clinic.context)
    assert asked.record.timezone == "America/Los_Angeles"
    for key, wall in {"C2": "10:00", "C3": "11:00", "C6-2": "11:00"}.items():
        due = windows.local(asked.check_ins[key].due_at, "America/Los_Angeles")
        assert due.strftime("%H:%M") == wall
    assert asked.check_ins["C1"].state is CheckInState.ANSWERED


def asked_ended(clinic: Clinic) -> datetime:
    with clinic.store.read() as uow:
        infusion = uow.infusions.by_external_id("prairie", "I-ann-1")
    assert infusion is not None
    return infusion.ended_at


def test_a_clinic_with_patients_cannot_be_removed(manager: Manager, asked: PatientPerson) -> None:
    judged = manager.saves(("  prairie:\n", "  meadow:\n"))
    assert judged.outcome is Outcome.REFUSED
    assert "clinic `prairie` has patients" in (judged.problem or "")
    assert asked.check_ins["C2"].state is CheckInState.PLANNED


def test_a_clinic_that_nobody_answers_in_the_evening_does_not_ask_then(
    manager: Manager, clinic: Clinic, clock: Clock, ann: PatientPerson, bob: PatientPerson
) -> None:
    mode_c = ("coverage: A ", "coverage: C ")
    manager.saves(mode_c)
    manager.publishes()
    clinic.infusion(ann, ended="09:00")
    c1 = ann.check_ins["C1"]
    assert (c1.state, c1.reason) == (CheckInState.SKIPPED, "nobody reachable that evening")
    judged = manager.saves(mode_c, ("answering_service: false", "answering_service: true"))
    assert judged.outcome is Outcome.PUBLISHED
    clinic.infusion(bob, ended="09:00")
    assert bob.check_ins["C1"].state is CheckInState.PLANNED
    assert ann.check_ins["C1"].state is CheckInState.PLANNED
    clock.to("13:00")
    ann.expects_sms("how are you now?")
    bob.expects_sms("how are you now?")


def test_a_release_that_sends_a_new_text_starts_on_the_version_of_the_last_one(
    manager: Manager, asked: PatientPerson
) -> None:
    """What was published lacks the text; the files that came with the release have it, and are taken."""
    context = manager.clinic.context
    with context.store.write() as uow:
        first = uow.versions.get(1)
        assert first is not None
        texts = {path: text for path, text in first.templates.items() if "/STAFF_ACCOUNT/" not in path}
        uow.versions.add("of the release before", first.schedules, texts, "service", context.clock.now())
        uow.commit()
    assert manager.version == 2
    assert manager.saves() == Judged(outcome=Outcome.KNOWN, problem=manager.board_says)
    manager.writes(texts={"messages/STAFF_ACCOUNT/en.sms.txt": "{{ clinic }}: {{ words }}."})
    assert manager.publishes().version == 3
    asked.replies("1")
    asked.has_read()

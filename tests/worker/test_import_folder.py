"""The watched folder: complete files are imported once and moved beside their report, whatever happens on the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from followup.errors import FollowupError
from followup.services.context import Context
from followup.web.api.infusion_shape import read_infusion
from followup.worker.import_folder import ImportFolder, import_job

HEADINGS = "Visit ID,MRN,Patient Name,Cell Phone,Infusion End,Treatment"
ANN = "V-1,P-1,Zoe Quist,312-555-0142,2026-01-22 15:04,Ketamine"


class Watch:
    """A folder with a clock of its own."""

    def __init__(self, folder: Path, context: Context) -> None:
        self.folder = folder
        self.context = context
        self.seconds = 0.0
        self.look = ImportFolder(folder, read_infusion, monotonic=lambda: self.seconds)

    def put(self, name: str, *rows: str) -> Path:
        path = self.folder / name
        path.write_text("\n".join((HEADINGS, *rows)), encoding="utf-8")
        return path

    def wait(self, times: int = 2) -> None:
        """Let the job look, ten seconds apart."""
        for _ in range(times):
            self.look(self.context)
            self.seconds += 10

    @property
    def names(self) -> list[str]:
        """Every file below the folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    @property
    def recorded(self) -> int:
        with self.context.store.read() as uow:
            return len(uow.patients.list(None, 100))


@pytest.fixture
def watch(published: Context, tmp_path: Path) -> Watch:
    """An empty folder."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Watch(folder, published)


def test_a_good_file_is_moved_to_done_beside_its_report(watch: Watch) -> None:
    watch.put("monday.csv", ANN)
    watch.wait()
    assert watch.names == ["done/monday.csv", "done/monday.csv.report.txt"]
    told = (watch.folder / "done/monday.csv.report.txt").read_text(encoding="utf-8")
    assert "1 recorded, 0 known already, 0 refused." in told
    assert "Zoe" not in told
    assert watch.recorded == 1


def test_a_file_with_a_bad_row_goes_to_refused_and_its_good_rows_are_taken(watch: Watch) -> None:
    watch.put("monday.csv", ANN, ANN.replace("V-1,P-1", "V-2,").replace("0142", "0143"))
    watch.wait()
    assert watch.names == ["refused/monday.csv", "refused/monday.csv.report.txt"]
    assert "line 3, column B (MRN): is empty" in (watch.folder / "refused/monday.csv.report.txt").read_text()
    assert watch.recorded == 1


def test_a_file_that_cannot_be_taken_at_all_is_told(watch: Watch) -> None:
    (watch.folder / "sheet.xlsx").write_bytes(b"PK\x03\x04")
    watch.put("when.csv", ANN.replace("2026-01-22", "01/02/2026"))
    watch.wait()
    assert watch.names == [
        "refused/sheet.xlsx", "refused/sheet.xlsx.report.txt", "refused/when.csv", "refused/when.csv.report.txt"
    ]  # fmt: skip
    assert "save the sheet as CSV" in (watch.folder / "refused/sheet.xlsx.report.txt").read_text()


def test_the_name_may_say_the_order_of_dates(watch: Watch) -> None:
    watch.put("when.dmy.csv", ANN.replace("2026-01-22", "01/02/2026"))
    watch.wait()
    assert watch.names == ["done/when.dmy.csv", "done/when.dmy.csv.report.txt"]
    with watch.context.store.read() as uow:
        (patient,) = uow.patients.list(None, 10)
        (infusion,) = uow.infusions.of_patient(patient.id)
    assert (infusion.ended_at.month, infusion.ended_at.day) == (2, 1)


def test_a_file_that_is_still_growing_is_left_alone(watch: Watch) -> None:
    path = watch.put("monday.csv")
    for number in range(4):
        with path.open("a", encoding="utf-8") as file:
            file.write("\n" + ANN.replace("-1", f"-{number}"))
        watch.wait(1)
    assert watch.names == ["monday.csv"]
    watch.wait(2)
    assert watch.names[0] == "done/monday.csv"
    assert watch.recorded == 4


def test_an_empty_file_may_still_be_about_to_be_written(watch: Watch) -> None:
    (watch.folder / "monday.csv").touch()
    watch.wait(4)
    assert watch.names == ["monday.csv"]
    watch.wait(4)
    assert watch.names[0] == "refused/monday.csv"


@pytest.mark.parametrize("name", [".hidden.csv", "~lock.csv", "monday.csv.part", "monday.TMP", "monday.crdownload"])
def test_unfinished_and_hidden_files_are_left_alone(watch: Watch, name: str) -> None:
    watch.put(name, ANN)
    watch.wait(3)
    assert watch.names == [name]


def test_links_are_not_followed(watch: Watch, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.csv"
    secret.write_text(f"{HEADINGS}\n{ANN}", encoding="utf-8")
    (watch.folder / "monday.csv").symlink_to(secret)
    watch.wait(3)
    assert watch.recorded == 0
    assert secret.exists()


def test_the_same_name_every_week_overwrites_nothing(watch: Watch) -> None:
    for number in range(3):
        watch.put("weekly.csv", ANN.replace("-1", f"-{number}"))
        watch.wait()
    assert [name for name in watch.names if name.endswith(".csv")] == [
        "done/weekly-2.csv", "done/weekly-3.csv", "done/weekly.csv"
    ]  # fmt: skip
    assert len(watch.names) == 6


@pytest.mark.parametrize("where", ["write_text", "replace", "rename"])
def test_after_a_crash_the_file_is_imported_again_and_nothing_twice(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    class Crash(BaseException):
        """The process dies here."""

    def die(*_arguments: object, **_more: object) -> None:
        raise Crash

    watch.put("monday.csv", ANN)
    watch.wait(1)
    with monkeypatch.context() as patched:
        patched.setattr(Path, where, die)
        with pytest.raises(Crash):
            watch.wait(1)
    assert "monday.csv" in watch.names
    again = Watch(watch.folder, watch.context)
    again.wait()
    assert watch.names == ["done/monday.csv", "done/monday.csv.report.txt"]
    assert watch.recorded == 1


def test_one_worker_at_a_time_has_the_folder(watch: Watch) -> None:
    now = watch.context.clock.now()
    with watch.context.store.write() as uow:
        assert uow.leases.take("import folder", "another", now, now + timedelta(minutes=10))
        uow.commit()
    watch.put("monday.csv", ANN)
    watch.wait(3)
    assert watch.names == ["monday.csv"]
    with watch.context.store.write() as uow:
        uow.leases.release("import folder", "another")
        uow.commit()
    watch.wait(1)
    assert watch.names[0] == "done/monday.csv"


def test_a_folder_that_is_not_there_is_told(watch: Watch, published: Context) -> None:
    gone = ImportFolder(watch.folder / "nowhere", read_infusion)
    with pytest.raises(FollowupError, match="the import folder cannot be read"):
        gone(published)


def test_a_file_that_cannot_be_moved_is_told_and_stops_no_other(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.put("a.csv", ANN)
    watch.put("b.csv", ANN)
    rename: Callable[[Path, Path], Path] = Path.rename

    def guarded(path: Path, target: Path) -> Path:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    watch.wait(1)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", guarded)
        for _ in range(3):
            with pytest.raises(FollowupError, match="a file in the import folder cannot be read or moved"):
                watch.look(watch.context)
            watch.seconds += 10
    assert "done/b.csv" in watch.names
    os.utime(watch.folder / "a.csv", (1, 1))
    watch.wait(3)
    assert "done/a.csv" in watch.names


def test_there_is_a_job_only_where_there_is_a_folder(tmp_path: Path) -> None:
    assert import_job(None, read_infusion) == ()
    (job,) = import_job(tmp_path, read_infusion)
    assert (job.name, job.every) == ("import_folder", timedelta(seconds=10))

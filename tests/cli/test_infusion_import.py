"""`followup infusion import` and `followup patient merge`: what they print, write and end with."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command

HEADINGS = "Visit ID,MRN,Patient Name,Cell Phone,Infusion End,Treatment"
ANN = "V-1,P-1,Zoe Quist,312-555-0142,2026-11-22 08:04,Ketamine"
BOB = "V-2,P-2,Xaver Plum,555-0143,2026-11-22 08:30,Ketamine"


@pytest.fixture
def file() -> Path:
    """A file with a good row and a bad one."""
    path = Path("zoe-quist.csv")
    path.write_text(f"{HEADINGS}\n{ANN}\n{BOB}\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("clinic")
def test_good_rows_are_taken_and_bad_ones_named(followup: Command, file: Path) -> None:
    tried = followup("infusion", "import", str(file), "--dry-run")
    assert (tried.code, tried.err) == (1, "")
    assert tried.out.splitlines() == [
        "refused: line 3, column D (Cell Phone): has no area code",
        "2 rows of CSV (UTF-8): 1 would be recorded, 0 known already, 1 would be refused.",
        "C1 is still possible.",
        "Nothing was kept: this was a dry run.",
    ]
    done = followup("infusion", "import", str(file), "--report", "report.txt")
    assert done.code == 1
    assert "1 recorded, 0 known already, 1 refused." in done.out
    told = Path("report.txt").read_text(encoding="utf-8")
    assert "- line 3, column D (Cell Phone): has no area code" in told
    assert not [word for word in ("Zoe", "zoe", "Quist", "Plum", "0142", "0143", "P-1") if word in told + done.out]


@pytest.mark.usefixtures("clinic")
def test_a_mended_file_ends_well_and_tells_a_program(followup: Command, file: Path) -> None:
    followup("infusion", "import", str(file))
    file.write_text(f"{HEADINGS}\n{ANN}\n{BOB.replace('555-0143', '312-555-0143')}\n", encoding="utf-8")
    done = followup("infusion", "import", str(file), "--json")
    assert done.code == 0
    assert {name: done.json[name] for name in ("format", "rows", "recorded", "known", "refused", "dry_run")} == {
        "format": "CSV", "rows": 2, "recorded": 1, "known": 1, "refused": 0, "dry_run": False,
    }  # fmt: skip
    assert done.json["first_check_in"] == [{"key": "C1", "impossible": False, "reason": None, "count": 1}]


@pytest.mark.usefixtures("clinic")
def test_standard_input_is_read(followup: Command, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert followup("infusion", "import", "-", "--json").json["recorded"] == 1


@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        (b"", (), "The file is empty."),
        (b"PK\x03\x04", (), "save the sheet as CSV"),
        (f"{HEADINGS}\n{ANN}".replace("2026-11-22", "11/02/2026").encode(), (), "say --dates mdy or --dates dmy"),
        (f"{HEADINGS}\n{ANN}".encode(), ("--clinic", "elsewhere"), "names no clinic"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(
    followup: Command, file: Path, content: bytes, options: tuple[str, ...], reason: str
) -> None:
    file.write_bytes(content)
    done = followup("infusion", "import", str(file), "--report", "report.txt", *options)
    assert (done.code, done.out) == (2, "")
    assert reason in done.err
    assert "Nothing of this file was taken" in Path("report.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("clinic")
def test_files_that_are_not_there(followup: Command, file: Path) -> None:
    assert followup("infusion", "import", "nowhere.csv").code == 2
    unwritable = followup("infusion", "import", str(file), "--report", "no/such/folder.txt")
    assert unwritable.code == 2
    assert "cannot be written" in unwritable.err


@pytest.mark.usefixtures("clinic")
def test_two_ids_of_one_person(followup: Command) -> None:
    headings = f"{HEADINGS},SMS Consent,Language,Baseline Pain"
    later = BOB.replace("555-0143", "312-555-0143")
    rows = [f"{row},Yes,English,5" for row in (ANN, later)]
    Path("two.csv").write_text("\n".join((headings, *rows)), encoding="utf-8")
    assert followup("infusion", "import", "two.csv").code == 0

    merged = followup("patient", "merge", "P-1", "P-2", "--json")
    assert merged.code == 0
    assert (merged.json["kept"], merged.json["moved"]["infusions"]) == ("P-1", 1)
    assert followup("patient", "show", "P-2", "--json").json["id"] == "P-1"
    assert followup("patient", "merge", "P-1", "P-2").err == "These are one patient already.\n"

    undone = followup("patient", "unmerge", "P-2")
    assert (undone.code, undone.out.split(";")[0]) == (0, "P-2 is a patient of its own again")
    assert followup("patient", "unmerge", "P-2").code == 1
    assert followup("patient", "merge", "P-1", "P-nobody").code == 1

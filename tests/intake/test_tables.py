"""CSV files as whole: encodings, delimiters, headings, rows that do not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followup.intake.found import Format, Unreadable
from followup.intake.headings import SPELLINGS, field_of, letters
from tests.intake.files import ENDED, PRAIRIE, ROW, csv, only, read, refusals

JOSE = ROW | {"Patient Name": "José Núñez"}


@pytest.mark.parametrize(
    ("codec", "name"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
     ("cp1252", "Windows-1252"), ("utf-32", "UTF-32")],
)  # fmt: skip
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(codec, name, delimiter):
    data = csv(JOSE, delimiter=delimiter).encode(codec)
    assert read(data).encoding == name
    assert only(data)["patient"]["name"] == "José Núñez"
    assert only(data)["ended_at"] == ENDED


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end(end):
    assert only(csv(ROW).replace("\n", end))["id"] == "V-1"


@pytest.mark.parametrize(
    "content",
    [
        "sep=,\n" + csv(ROW),
        "Infusions of the week\n\nPrinted 11/22/2026\n" + csv(ROW),
        csv(ROW) + "\n\n,,,,,\n",
        csv(ROW) + csv(ROW).splitlines()[0] + "\n",
        csv(dict(reversed(list(ROW.items())))),
        "\ufeff" + csv(ROW),
        csv(ROW).removesuffix("\n"),
        csv(ROW).replace("Ann Lee", '"Ann Lee"'),
        csv(ROW).replace("Ann Lee,", ' "Ann Lee",').replace(",", ", "),
        csv({heading.upper(): cell for heading, cell in ROW.items()}),
        csv({heading.replace(" ", "_").lower(): cell for heading, cell in ROW.items()}),
        csv({heading.replace(" ", ""): cell for heading, cell in ROW.items()}),
        csv({f"{heading} (required)": cell for heading, cell in ROW.items()}),
        csv({f"{heading}:": cell for heading, cell in ROW.items()}),
        csv(ROW | {"Notes": 'seen, "fine"\nand well'}),
        csv(ROW | {"": ""}),
        csv(ROW).replace("Ketamine\n", "Ketamine,,\n"),
    ],
    ids=lambda content: repr(content[:40]),
)
def test_shapes_of_a_table(content):
    assert only(content)["patient"] == {
        "id": "P-1", "name": "Ann Lee", "phone": "+13125550142", "timezone": "America/Chicago"
    }  # fmt: skip


SPANISH = {
    "Folio": "V-1",
    "Expediente": "P-1",
    "Nombre": "Ana",
    "Apellidos": "Núñez Ruiz",
    "Teléfono móvil": "312 555 0142",
    "Fecha": "22/11/2026",
    "Hora de fin": "15:04",
    "Tratamiento": "Ketamina",
    "Dolor basal": "7,5",
    "Acepta SMS": "Sí",
    "Idioma": "Español",
    "Fecha de nacimiento": "31/05/1984",
    "Vive sola": "Sí",
}


def test_a_spanish_export():
    assert only(csv(SPANISH, delimiter=";").encode("cp1252")) == {
        "id": "V-1",
        "clinic": "prairie",
        "patient": {
            "id": "P-1",
            "name": "Ana Núñez Ruiz",
            "phone": "+13125550142",
            "language": "es",
            "timezone": "America/Chicago",
            "consent": {"sms": True},
            "birth_date": "1984-05-31",
        },
        "treatment": "ketamine",
        "ended_at": ENDED,
        "baseline": {"pain": 7.5},
        "flags": ["lives_alone"],
    }


def test_no_spelling_means_two_things():
    every = [spelling for spellings in SPELLINGS.values() for spelling in spellings.split("|")]
    assert sorted(every) == sorted(set(every))
    assert all(field_of(spelling) is not None for spelling in every)


def test_lines_are_counted_through_quoted_line_breaks():
    rows = csv(ROW | {"Notes": "one\ntwo\nthree"}, ROW | {"Visit ID": "V-2", "Notes": "", "Cell Phone": "12"})
    assert refusals("Title\n" + rows) == [
        "line 6, column D (Cell Phone): does not have the digits of a phone number; write it as +13125550142"
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('V-2,P-2,"Bob Day,312-555-0143,2026-11-22 15:04,Ketamine', "quotes"),
        ('V-2,P-2,"Bob "Bo" Day",312-555-0143,2026-11-22 15:04,Ketamine', "quotes"),
        ("V-2,P-2,Day, Bob,312-555-0143,2026-11-22 15:04,Ketamine", "has 7 cells where the headings are 6"),
        ("V-2,P-2,Bob Day,312-555-0143,2026-11-22", "has 5 cells where the headings are 6"),
        ("Total: 3 infusions", "has 1 cells where the headings are 6"),
        ('V-2,P-2,Bob Day,"312-555-0143\n",2026-11-22 15:04,', "is empty"),
        ('V-2,P-2,"Bob\nDay",312-555-0143,2026-11-22 15:04,Ketamine', "has several lines"),
    ],
)
def test_a_row_that_does_not_fit_costs_no_other(line, reason):
    last = csv(ROW | {"Visit ID": "V-3"}).splitlines()[1]
    reading = read(f"{csv(ROW)}{line}\n{last}\n")
    taken = [draft.raw["id"] for draft in reading.drafts if draft.raw is not None]
    told = [str(remark) for draft in reading.drafts for remark in draft.refusals]
    assert taken == ["V-1", "V-3"]
    assert told[0].startswith("line 3")
    assert reason in told[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n  \n", "the file is empty"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"{\\rtf1 text}", "word processor"),
        (b"<html><body>", "web page"),
        (b"\x81\x8d\x8f\x90 text", "not readable as Windows-1252"),
        (b"name,phone\x00\x01\x02\nAnn,1\n", "zero bytes"),
        (b"one,two,three\n1,2,3\n", "no line of headings"),
        (csv(ROW).splitlines()[0].encode(), "headings and no rows"),
        (csv({k: v for k, v in ROW.items() if k != "MRN"}).encode(), "no column was recognised for patient id"),
        (csv({k: v for k, v in ROW.items() if k != "Cell Phone"}).encode(), "for cell phone"),
        (csv({k: v for k, v in ROW.items() if k != "Infusion End"}).encode(), "for end of the infusion"),
        (csv({k: v for k, v in ROW.items() if k != "Treatment"}).encode(), "--treatment"),
        (
            csv({"Pateint ID" if k == "MRN" else k: v for k, v in ROW.items()}).encode(),
            "patient id (is it Pateint ID?)",
        ),
        (csv(ROW).replace("Visit ID", "MRN").encode(), "columns A and B are both called patient id"),
    ],
)
def test_files_that_cannot_be_taken_at_all(content, reason):
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert reason in str(refused.value)


def test_a_treatment_may_be_said_for_the_whole_file():
    content = csv({heading: cell for heading, cell in ROW.items() if heading != "Treatment"})
    assert only(content, replace(PRAIRIE, treatment="ketamine"))["treatment"] == "ketamine"


def test_two_columns_for_one_thing_are_told_and_the_better_known_wins():
    reading = read(csv(ROW | {"Patient ID": "internal-9", "Room": "4", "Ann Lee 1984": "x"}))
    assert reading.drafts[0].raw is not None
    assert reading.drafts[0].raw["patient"]["id"] == "P-1"
    assert reading.format is Format.CSV
    assert reading.notes == ("columns that were not used: H (Room), I", "column G was not used: column B says the same")


def test_without_an_id_of_the_infusion_patient_and_day_stand_in_for_it():
    content = csv({heading: cell for heading, cell in ROW.items() if heading != "Visit ID"})
    assert only(content)["id"] == "P-1/2026-11-22"
    assert "stand in for it" in read(content).notes[0]


TWO = replace(
    PRAIRIE,
    zones={"prairie": "America/Chicago", "mesa": "America/Phoenix"},
    names={"prairie": "Prairie Infusion", "mesa": "Mesa Ketamine"},
    clinic=None,
)


def test_rows_of_several_clinics_are_read_by_each_ones_clock():
    first, second = read(csv(ROW | {"Site": "PRAIRIE"}, ROW | {"Site": "Mesa Ketamine"}), TWO).drafts
    assert first.raw is not None
    assert second.raw is not None
    assert (first.raw["clinic"], first.raw["ended_at"]) == ("prairie", ENDED)
    assert (second.raw["clinic"], second.raw["ended_at"]) == ("mesa", "2026-11-22T22:04:00+00:00")


def test_a_clinic_that_is_not_known_or_not_said_is_refused_where_there_are_several():
    assert "names no clinic" in refusals(csv(ROW | {"Site": "Elsewhere"}), TWO)[0]
    assert "there are several clinics" in refusals(csv(ROW | {"Site": ""}), TWO)[0]
    assert only(csv(ROW | {"Location": "Room 4"}))["clinic"] == "prairie"


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")])
def test_columns_are_named_as_in_a_spreadsheet(place, name):
    assert letters(place) == name

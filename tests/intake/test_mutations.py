"""Files spoilt at random: never anything but an answer, never one row's words in another's, nothing quoted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from followup.intake.found import Reading, Unreadable
from tests.intake.files import ROW, csv, read
from tests.intake.test_json import INFUSION, PAIN, PATIENT, PROCEDURE, bundle

NAMES = ("Zebediah Quartz", "Wilhelmina Vex", "Xiomara Jinx")
ROWS = tuple(
    ROW | {"Visit ID": f"V-{n}", "MRN": f"P-{n}", "Patient Name": name, "Cell Phone": f"(312) 555-014{n}"}
    for n, name in enumerate(NAMES)
)
TEXT = csv(*ROWS)
SEEN = {(f"P-{n}", name.replace(" ", ""), f"+1312555014{n}") for n, name in enumerate(NAMES)}
STRUCTURE = ',;|\t"\n\r'


def tried(content: bytes | str) -> Reading | None:
    """The reading of a file, None where it was refused as a whole; any other exception fails the test."""
    try:
        return read(content)
    except Unreadable as refused:
        reason = str(refused)
    assert not [name for name in NAMES if name.split()[0] in reason]
    return None


def who(raw: Any) -> tuple[str, ...]:
    """Whose infusion a row says it is, without the characters that the mutations put in (a tab becomes a space).

    The id of the infusion is left out: where its heading was spoilt it is made of patient and day.
    """
    patient = raw["patient"]
    told = (patient["id"], patient["name"], patient["phone"])
    return tuple(each.translate({ord(character): None for character in STRUCTURE + " "}) for each in told)


def quotes_nothing(reading: Reading) -> bool:
    """Whether no remark holds a part of a name."""
    told = [str(remark) for draft in reading.drafts for remark in (*draft.refusals, *draft.warnings)]
    told += reading.notes
    return not [part for name in NAMES for part in name.split() if any(part in each for each in told)]


@given(at=st.integers(0, len(TEXT)), character=st.sampled_from(STRUCTURE))
@example(at=TEXT.index("Wilhelmina"), character='"')
def test_one_character_too_many_mixes_no_two_rows(at, character):
    reading = tried(TEXT[:at] + character + TEXT[at:])
    taken = [draft for draft in reading.drafts if draft.raw is not None] if reading else []
    assert {who(draft.raw) for draft in taken if not draft.warnings} <= SEEN
    assert reading is None or quotes_nothing(reading)


@given(at=st.integers(0, len(TEXT) - 1))
def test_one_structural_character_too_few_mixes_no_two_rows(at):
    if TEXT[at] not in STRUCTURE:
        return
    reading = tried(TEXT[:at] + TEXT[at + 1 :])
    taken = [draft for draft in reading.drafts if draft.raw is not None] if reading else []
    assert {who(draft.raw) for draft in taken if not draft.warnings} <= SEEN


@given(end=st.integers(0, len(TEXT)))
def test_a_file_cut_off_anywhere_gives_only_whole_rows(end):
    reading = tried(TEXT[:end])
    taken = [draft for draft in reading.drafts if draft.raw is not None] if reading else []
    assert {who(draft.raw) for draft in taken if not draft.warnings} <= SEEN


def spoilt(content: bytes) -> st.SearchStrategy[bytes]:
    """`content` with some bytes changed, put in or taken out."""

    def apply(changes: list[tuple[int, int, bytes]]) -> bytes:
        data = content
        for at, gone, new in changes:
            data = data[: at % (len(data) + 1)] + new + data[at % (len(data) + 1) + gone :]
        return data

    change = st.tuples(st.integers(0, len(content)), st.integers(0, 12), st.binary(max_size=6))
    return st.lists(change, min_size=1, max_size=6).map(apply)


RESOURCES = bundle(PATIENT, PROCEDURE, PAIN).encode()
LINES = "\n".join(json.dumps(INFUSION | {"id": f"V-{n}"}) for n in range(3)).encode()


@given(
    data=st.one_of(
        spoilt(TEXT.encode()), spoilt(TEXT.encode("utf-16")), spoilt(RESOURCES), spoilt(LINES), st.binary(max_size=300)
    )
)
def test_bytes_spoilt_anywhere_are_answered(data):
    reading = tried(data)
    assert reading is None or reading.drafts


CELLS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["", "n/a", "#REF!", "=1+1", "7-Oct", "1.3E+10", "24:00", "0", "99999", "2026-02-30 1:00", "٣"]),
    st.from_regex(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}( \d{1,2}:\d{2}( ?[AP]M)?( [A-Z]{3})?)?", fullmatch=True),
    st.from_regex(r"[+(]?\d{1,4}[-). ]{0,2}\d{1,9}( ?[xX#e]\d{1,5})?", fullmatch=True),
)


@given(row=st.fixed_dictionaries(dict.fromkeys((*ROW, "DOB", "SMS Consent", "Pain", "Flags", "Language"), CELLS)))
def test_any_cells_are_taken_or_refused_with_a_reason(row):
    cells: dict[str, str] = {heading: cell.replace("\r", " ") for heading, cell in row.items()}
    reading = tried(csv(cells))
    for draft in reading.drafts if reading else ():
        assert (draft.raw is None) == bool(draft.refusals)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
CHANGE: Callable[[dict[str, Any]], st.SearchStrategy[dict[str, Any]]] = lambda good: st.builds(  # noqa: E731
    lambda name, value: good | {name: value}, st.sampled_from(sorted(good)), ODD
)


@given(patient=CHANGE(PATIENT), procedure=CHANGE(PROCEDURE), pain=CHANGE(PAIN))
def test_any_value_in_fhir_is_answered(patient, procedure, pain):
    try:
        content = json.dumps(
            {"resourceType": "Bundle", "entry": [{"resource": each} for each in (patient, procedure, pain)]}
        )
    except (ValueError, RecursionError):
        return
    tried(content)

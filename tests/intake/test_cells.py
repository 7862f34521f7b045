"""Phones, words and odd cells, each as a row of a file."""

from __future__ import annotations

import pytest

from tests.intake.files import PRAIRIE, ROW, csv, only, refusals, warnings


@pytest.mark.parametrize(
    "text",
    ["(312) 555-0142", "312-555-0142", "312.555.0142", "312 555 0142", "3125550142", "13125550142", "1-312-555-0142",
     "+1 312 555 0142", "+13125550142", "3125550142.0", "'3125550142", '="3125550142"', "3.125550142E+9",
     "1.3125550142E+10", "tel: 312-555-0142", "(312) 555-0142 (cell)", "C: 312 555 0142", "312\u2011555\u20110142",
     "\u200e312-555-0142\u202c", "Cel. 312 555 0142", "+1.312.555.0142"],
)  # fmt: skip
def test_phone_numbers_as_people_and_excel_write_them(text):
    assert only(csv(ROW | {"Cell Phone": text}))["patient"]["phone"] == "+13125550142"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.3125551E+10", "shortened by Excel"),
        ("1.312555014E+10", "shortened by Excel"),
        ("3.12555E+09", "shortened by Excel"),
        ("555-0142", "no area code"),
        ("312-555-0142 ext. 7", "an extension"),
        ("312-555-0142 x7", "an extension"),
        ("312-555-0142#7", "an extension"),
        ("312-555-HELP", "letters"),
        ("312 555 O142", "letters"),
        ("312-555-0142 / 312-555-0143", "more than one number"),
        ("312-555-0142 or 312-555-0143", "more than one number"),
        ("312555014", "digits of a phone number"),
        ("1312555014", "digits of a phone number"),
        ("112-555-0142", "digits of a phone number"),
        ("31255501421234", "digits of a phone number"),
        ("#N/A", "an error of Excel's"),
        ("=1+1", "a formula"),
        ("ask", "letters"),
    ],
)
def test_phone_numbers_that_would_be_somebody_elses_are_refused(text, reason):
    (told,) = refusals(csv(ROW | {"Cell Phone": text}))
    assert told.startswith("line 2, column D (Cell Phone): ")
    assert reason in told


def test_a_number_of_another_country_that_lost_its_plus_is_taken_with_a_warning():
    text = csv(ROW | {"Cell Phone": "525512345678"})
    assert only(text)["patient"]["phone"] == "+525512345678"
    assert "lost its +" in warnings(text)[0]


def test_the_cell_phone_goes_before_others_and_a_home_phone_is_pointed_out():
    both = ROW | {"Home Phone": "312-555-0100", "Phone": "312-555-0101"}
    assert only(csv(both))["patient"]["phone"] == "+13125550142"
    assert only(csv(both | {"Cell Phone": ""}))["patient"]["phone"] == "+13125550101"
    home = csv(both | {"Cell Phone": "", "Phone": ""})
    assert only(home)["patient"]["phone"] == "+13125550100"
    assert "landline" in warnings(home)[0]


@pytest.mark.parametrize(
    ("text", "taken"),
    [("Yes", True), ("y", True), ("SÍ", True), ("TRUE", True), ("1", True), ("x", True), ("Signed", True),
     ("Opted-In", True), ("On file", True), ("No", False), ("n", False), ("0", False), ("declined", False),
     ("opted out", False)],
)  # fmt: skip
def test_consent_to_texts(text, taken):
    assert only(csv(ROW | {"SMS Consent": text}))["patient"]["consent"] == {"sms": taken}


@pytest.mark.parametrize("text", ["maybe", "yes?", "pending", "2", "see note"])
def test_consent_is_never_guessed(text):
    assert "neither yes nor no" in refusals(csv(ROW | {"SMS Consent": text}))[0]


def test_no_word_about_consent_is_no_consent():
    assert "consent" not in only(csv(ROW))["patient"]
    assert "consent" not in only(csv(ROW | {"SMS Consent": ""}))["patient"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [("English", "en"), ("Español", "es"), ("spa", "es"), ("ES-MX", "es"), ("en-us", "en"),
     ("Spanish; Castilian", "es"), ("Inglés", "en"), ("Vietnamese", None), ("fr", None), ("", None)],
)  # fmt: skip
def test_languages(text, taken):
    content = csv(ROW | {"Preferred Language": text})
    assert only(content)["patient"].get("language") == taken
    assert bool(warnings(content)) == (taken is None and text != "")


@pytest.mark.parametrize(
    ("text", "taken"),
    [("7", 7.0), ("7.5", 7.5), ("7,5", 7.5), ("7/10", 7.0), ("7 out of 10", 7.0), ("10", 10.0), ("0", 0.0)],
)
def test_scores(text, taken):
    assert only(csv(ROW | {"Baseline Pain": text}))["baseline"] == {"pain": taken}


@pytest.mark.parametrize(
    ("text", "reason"),
    [("11", "from 0 to 10"), ("-1", "from 0 to 10"), ("7-8", "one number"), ("7-Oct", "made a date by Excel"),
     ("Oct-07", "made a date by Excel"), ("bad", "one number"), ("70", "from 0 to 10"), ("NaN0", "one number")],
)  # fmt: skip
def test_scores_that_are_none(text, reason):
    assert reason in refusals(csv(ROW | {"Baseline Pain": text}))[0]


@pytest.mark.parametrize(
    ("text", "taken"),
    [("Ketamine", "ketamine"), ("KETAMINE IV 0.5 mg/kg over 40 min", "ketamine"), ("ketamina", "ketamine"),
     ("Lidocaína IV", "lidocaine"), ("esketamine", "esketamine"), ("ketamine + lidocaine", "ketamine + lidocaine")],
)  # fmt: skip
def test_what_was_given(text, taken):
    content = csv(ROW | {"Treatment": text})
    assert only(content)["treatment"] == taken
    assert bool(warnings(content)) == (taken not in PRAIRIE.treatments)


@pytest.mark.parametrize(
    ("text", "taken"),
    [("Depression", "depression"), ("Bipolar depression", "bipolar_depression"), ("dolor crónico", "chronic_pain"),
     ("CRPS", "CRPS"), ("", None)],
)  # fmt: skip
def test_what_it_was_given_for(text, taken):
    assert only(csv(ROW | {"Indication": text})).get("indication") == taken


def test_flags_come_from_a_list_or_from_columns_of_their_own():
    listed = csv(ROW | {"Flags": "First infusion; lives alone"})
    assert only(listed)["flags"] == ["first_infusion", "lives_alone"]
    assert only(csv(ROW | {"First Infusion": "Y", "Lives Alone": "N"}))["flags"] == ["first_infusion"]
    odd = csv(ROW | {"Flags": "VIP, first_infusion"})
    assert only(odd)["flags"] == ["first_infusion"]
    assert "left out" in warnings(odd)[0]


@pytest.mark.parametrize(
    ("text", "taken"),
    [("LEE, Ann M", "Ann M LEE"), ("Lee, Jr.", "Lee, Jr."), ("  Ann   Lee ", "Ann Lee"), ("Null", "Null"), ("Na", "Na"),
     ("O'Brien", "O'Brien"), ("José Núñez", "José Núñez"), ("María-José D’Arc", "María-José D’Arc")],
)  # fmt: skip
def test_names(text, taken):
    assert only(csv(ROW | {"Patient Name": text}))["patient"]["name"] == taken


def test_a_name_in_parts():
    row = {heading: cell for heading, cell in ROW.items() if heading != "Patient Name"}
    assert only(csv(row | {"First Name": "Ann", "MI": "M", "Last Name": "Lee"}))["patient"]["name"] == "Ann M Lee"
    assert only(csv(row | {"Nombre": "Ana", "Apellidos": "Lee Ruiz"}))["patient"]["name"] == "Ana Lee Ruiz"
    assert "is empty" in refusals(csv(row | {"First Name": "", "Last Name": ""}))[0]


def test_letters_that_were_spoilt_on_the_way_are_pointed_out():
    assert "spoilt" in warnings(csv(ROW | {"Patient Name": "JosÃ© NÃºÃ±ez"}))[0]


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "@SUM(A1)", "+cmd|' /C calc'!A0", "-cmd|x", "=1+1"])
@pytest.mark.parametrize("heading", ["Patient Name", "MRN", "Treatment", "Visit ID"])
def test_formulas_are_refused(heading, text):
    assert "holds a formula" in refusals(csv(ROW | {heading: text}))[0]


def test_details_that_cannot_be_read_are_left_out():
    content = csv(ROW | {"Emergency Contact": "=cmd", "Street Address": "#REF!", "Zip": "60601", "Doctor": "Dr. Day"})
    patient = only(content)["patient"]
    assert patient["address"] == "60601"
    assert patient["prescriber"] == "Dr. Day"
    assert "emergency_contact" not in patient
    assert len(warnings(content)) == 2


def test_an_address_and_a_contact_are_put_together():
    row = ROW | {"Address": "1 Main St", "City": "Chicago", "State": "IL", "Zip Code": "60601",
                 "Emergency Contact": "Bob Lee", "Emergency Phone": "312-555-0100"}  # fmt: skip
    patient = only(csv(row))["patient"]
    assert patient["address"] == "1 Main St, Chicago, IL 60601"
    assert patient["emergency_contact"] == "Bob Lee, 312-555-0100"


@pytest.mark.parametrize("heading", ["MRN", "Patient Name", "Infusion End", "Treatment", "Visit ID"])
def test_what_a_row_cannot_do_without(heading):
    (told,) = refusals(csv(ROW | {heading: ""}))
    assert told.endswith("is empty")
    assert f"({heading})" in told


def test_refusals_repeat_nothing_of_the_row():
    told = refusals(
        csv(ROW | {"Patient Name": "=Zebediah", "Cell Phone": "zebra 5551234", "Infusion End": "Zeptember"})
    )
    assert len(told) == 3
    assert not [each for each in told if "zeb" in each.casefold() or "zept" in each.casefold() or "5551234" in each]

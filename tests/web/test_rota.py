"""The rota page: who has the duty, cover, swaps and taking over, the calendar, the card and the page of a test."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from followup.domain.access import Role
from followup.services import duty, page_test
from followup.services.accounts import disable_account
from followup.services.duty_calendar import calendar_address, renew_calendar
from followup.services.quiet import run_until_quiet
from tests.web.conftest import PUBLIC_URL, Web, post

PAGE = "/staff/rota"


def change(browser: TestClient, what: str, **fields: str):
    return post(browser, f"{PAGE}/{what}", {"rota": "nurses", **fields}, page=PAGE)


def on_duty(web: Web) -> str | None:
    rota = duty.current_configuration(web.clinic.context).rotas["nurses"]
    return duty.oncall_shifts(
        web.clinic.context, rota.key, web.clinic.clock.now(), web.clinic.clock.now() + timedelta(seconds=1)
    )[0].person


def turns(page: str) -> list[str]:
    return re.findall(r'value="(\w+\|[^"]+)"', page)


def test_the_page_says_who_has_the_duty_and_the_next_two_weeks(live: Web) -> None:
    page = live.signed_in("kay").get(PAGE)
    assert page.status_code == 200
    assert "Sam Ortiz</strong> is on duty until Monday 23 November, 07:00" in page.text
    assert page.text.count("<li class=") == 15
    assert "To be mended" not in page.text
    assert "I take over now" in page.text
    assert "I take over now" not in live.signed_in("sam").get(PAGE).text


def test_taking_over_holds_at_once_and_is_told(live: Web) -> None:
    kay = live.signed_in("kay")
    answer = change(kay, "take-over")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?taken")
    assert on_duty(live) == "kay"
    page = kay.get(f"{PAGE}?taken").text
    assert "You have the duty now." in page
    assert "Kay Miller</strong> is on duty until Monday 23 November, 07:00" in page
    assert "in place of Sam Ortiz" in page
    run_until_quiet(live.clinic.context)
    live.clinic.staff["sam"].expects_sms("Kay Miller has nurses", "by Kay Miller")
    twice = change(kay, "take-over")
    assert (twice.status_code, "Kay Miller has nurses in all of that time already" in twice.text) == (422, True)


def test_hours_are_covered_and_the_exception_withdrawn(live: Web) -> None:
    kay = live.signed_in("kay")
    hours = {"person": "kay", "from": "2026-11-24T12:00", "to": "2026-11-24T18:00"}
    assert change(kay, "cover", **hours).status_code == 303
    page = kay.get(PAGE).text
    assert "<strong>Kay Miller</strong>, Tue 24 Nov 12:00 to 18:00" in page
    again = change(kay, "cover", **hours)
    assert (again.status_code, "by another exception" in again.text) == (422, True)
    (change_id,) = re.findall(r'name="change" value="([^"]+)"', page)
    assert change(kay, "withdraw", change=change_id).status_code == 303
    assert "Exceptions" not in kay.get(PAGE).text
    assert change(kay, "withdraw", change=change_id).status_code == 422


def test_two_turns_are_swapped(live: Web) -> None:
    kay = live.signed_in("kay")
    listed = turns(kay.get(PAGE).text)
    mine, theirs = listed[1], listed[2]  # Monday is Kay's, Tuesday Sam's
    assert change(kay, "swap", first=mine, second=theirs).status_code == 303
    after = [turn.split("|")[0] for turn in turns(kay.get(PAGE).text)[:4]]
    assert after == ["sam", "sam", "kay", "kay"]


@pytest.mark.parametrize(
    ("what", "fields", "said"),
    [
        ("cover", {"person": "lee", "from": "2026-11-24T12:00", "to": "2026-11-24T18:00"}, "Only a lead puts somebody"),
        ("cover", {"person": "kay", "from": "", "to": "2026-11-24T18:00"}, "give day and time"),
        ("cover", {"person": "kay", "from": "2026-11-24T12:00", "to": "2026-11-24T11:00"}, "The end must come after"),
        ("cover", {"person": "kay", "from": "2026-11-20T12:00", "to": "2026-11-21T11:00"}, "That time has passed"),
        (
            "swap",
            {
                "first": "kay|2026-11-23T13:00:00+00:00|2026-11-24T13:00:00+00:00",
                "second": "kay|2026-11-23T13:00:00+00:00|2026-11-24T13:00:00+00:00",
            },
            "Kay Miller has that turn already",
        ),
        ("cover", {"person": "<b>", "from": "2026-11-23T12:00", "to": "2026-11-23T13:00"}, "no such member of staff"),
        (
            "cover",
            {"rota": "x", "person": "kay", "from": "2026-11-23T12:00", "to": "2026-11-23T13:00"},
            "choose a rota",
        ),
        ("swap", {"first": "nonsense", "second": "kay|a|b"}, "choose a turn"),
        ("swap", {"first": "kay|2026-11-23T13:00:00|2026-11-24T13:00:00", "second": "kay|a|b"}, "choose a turn"),
        (
            "swap",
            {
                "first": "sam|2026-11-24T13:00:00+00:00|2026-11-25T13:00:00+00:00",
                "second": "lee|2026-11-25T13:00:00+00:00|2026-11-26T13:00:00+00:00",
            },
            "Only a lead swaps",
        ),
        ("withdraw", {"change": "nonsense"}, "There is no such exception any more"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(live: Web, what: str, fields: dict[str, str], said: str) -> None:
    answer = change(live.signed_in("kay"), what, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    with live.clinic.store.read() as uow:
        assert uow.duty.in_force(live.clinic.clock.now()) == ()


def test_a_form_that_was_refused_stays_open_with_what_was_typed(live: Web) -> None:
    kay = live.signed_in("kay")
    page = change(kay, "cover", person="sam", **{"from": "2026-11-24T12:00", "to": "2026-11-24T11:00"}).text
    assert re.search(r"<details open>\s*<summary>Cover some hours", page)
    assert 'value="2026-11-24T12:00"' in page
    assert re.search(r'<option value="sam" selected>', page)
    turn = turns(kay.get(PAGE).text)[2]
    page = change(kay, "swap", first=turn, second=turn).text
    assert re.search(r"<details open>\s*<summary>Swap two turns", page)
    assert f'<option value="{turn}" selected>' in page
    assert "<details open" not in kay.get(PAGE).text


def test_a_nurse_gives_away_hours_of_her_own(live: Web) -> None:
    hours = {"person": "lee", "from": "2026-11-23T12:00", "to": "2026-11-23T18:00"}  # Monday is Kay's
    assert change(live.signed_in("kay"), "cover", **hours).status_code == 303


def test_findings_are_on_the_page_in_red(live: Web) -> None:
    sam = live.clinic.staff["sam"]
    sam.replies("STOP")
    page = live.signed_in("kay").get(PAGE).text
    assert "To be mended" in page
    assert "texts from us were stopped on that phone" in page
    assert "START" in page


def test_hours_without_anybody_stand_on_the_board_at_once(live: Web) -> None:
    """Also within the minute for which the board remembers who can be reached."""
    disable_account(live.deps.context, person="sam", now=live.real_clock.now(), actor="test")
    live.account("lee", Role.LEAD)
    lee = live.signed_in("lee")
    assert (
        change(lee, "cover", person="kay", **{"from": "2026-11-22T09:00", "to": "2026-12-10T07:00"}).status_code == 303
    )
    assert "Nobody is on duty" not in lee.get("/staff").text
    [made] = set(re.findall(r'name="change" value="(\w+)"', lee.get(PAGE).text))
    assert change(lee, "withdraw", change=made).status_code == 303
    assert "Nobody is on duty in nurses" in lee.get("/staff").text
    page = lee.get(PAGE).text
    assert "<strong>Nobody is on duty in nurses" in page
    assert "it would be the turn of Sam Ortiz" in page


# --- the calendar ----------------------------------------------------------------------------------------


def calendar(web: Web, person: str = "sam") -> tuple[TestClient, str]:
    address = calendar_address(web.clinic.context, person)
    assert address.startswith(f"{PUBLIC_URL}{PAGE}/{person}.ics?key=")
    return web.browser(), address.removeprefix(PUBLIC_URL)


def test_a_calendar_needs_no_sign_in_and_shows_hours_alone(live: Web) -> None:
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    browser, path = calendar(live)
    answer = browser.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    lines = answer.text.split("\r\n")
    assert (lines[0], lines[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert all(len(line.encode()) <= 75 for line in lines)
    events = answer.text.split("BEGIN:VEVENT")[1:]
    assert len(events) == 34  # every second day of 67
    assert "DTSTART:20261122T130000Z" in answer.text  # 07:00 in Chicago, as an instant
    assert {line for line in lines if line.startswith("SUMMARY")} == {"SUMMARY:On duty: nurses"}
    assert "Ann" not in answer.text


def test_a_calendar_is_the_same_each_time_and_follows_a_swap(live: Web) -> None:
    browser, path = calendar(live)
    before = re.findall("UID:(.+)\r", browser.get(path).text)
    live.clock.forward(hours=3)
    assert re.findall("UID:(.+)\r", browser.get(path).text) == before
    duty.take_over(live.clinic.context, rota="nurses", person="kay", until=None, by="staff:kay", via="page")
    after = re.findall("UID:(.+)\r", browser.get(path).text)
    assert len(set(after)) == len(after)
    (changed,) = [line for line in browser.get(path).text.split("BEGIN:VEVENT") if "20261122T130000Z" in line]
    assert "DTEND:20261122T180000Z" in changed  # cut short at noon


@pytest.mark.parametrize("key", ["", "x", "0" * 64, "é"])
def test_another_key_opens_nothing(live: Web, key: str) -> None:
    browser, path = calendar(live)
    assert browser.get(path.split("?")[0], params={"key": key}).status_code == 404
    assert browser.get(path.replace("/sam.ics", "/kay.ics")).status_code == 404
    assert browser.get(path.replace("/sam.ics", "/nobody.ics")).status_code == 404


def test_a_renewed_address_ends_the_old_one(live: Web) -> None:
    browser, path = calendar(live)
    fresh = renew_calendar(live.clinic.context, "sam", by="terminal:root").removeprefix(PUBLIC_URL)
    assert browser.get(path).status_code == 404
    assert browser.get(fresh).status_code == 200


# --- the card and the test ---------------------------------------------------------------------------------


def test_the_contact_card_has_the_numbers_that_notices_come_from(live: Web) -> None:
    answer = live.signed_in("kay").get(f"{PAGE}/contact.vcf")
    assert answer.headers["content-type"] == "text/vcard; charset=utf-8"
    assert "TEL;TYPE=CELL,VOICE:+13125550100\r\n" in answer.text
    assert "FN:ALERT Prairie Clinic follow-up\r\n" in answer.text
    assert live.browser().get(f"{PAGE}/contact.vcf").status_code == 303


def test_a_test_is_answered_by_its_button_and_by_nothing_less(live: Web) -> None:
    kay = live.signed_in("kay")
    assert change(kay, "test").status_code == 303
    run_until_quiet(live.clinic.context)
    text = live.clinic.staff["sam"].expects_sms("TEST")
    path = text.rsplit(" ", 1)[1].strip().removeprefix(PUBLIC_URL)
    phone = live.browser()
    for _ in range(3):
        shown = phone.get(path)
        assert (shown.status_code, "I got it" in shown.text) == (200, True)
    assert page_test.latest(live.clinic.context, "prairie")[0].acknowledged_at is None
    assert phone.post(path, data={}).status_code == 403
    assert post(phone, path, {}).status_code == 303
    assert "Answered" in phone.get(path).text
    assert page_test.latest(live.clinic.context, "prairie")[0].acknowledged_via == "link"
    assert "answered after" in kay.get(PAGE).text
    assert phone.get("/t/nonsense").status_code == 404


def test_guessing_links_and_calendars_ends_early_and_stops_nobody(live: Web) -> None:
    browser, path = calendar(live)
    codes = [browser.get(f"/t/guess{number}").status_code for number in range(20)]
    codes += [browser.get(path.split("?")[0], params={"key": str(number)}).status_code for number in range(20)]
    assert codes == [404] * 30 + [429] * 10
    assert browser.get(path).status_code == 200

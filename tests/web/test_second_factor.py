"""The second factor: set up at the first sign-in, asked for on new browsers, replaced by paper, never used twice."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from starlette.testclient import TestClient

from followup.services.accounts import add_account
from followup.services.invite_staff import invite, reset
from followup.services.quiet import run_until_quiet
from tests.web.conftest import CHEAP, PASSWORD, MakeWeb, Web, form_token, post, seed

CODE = "/staff/sign-in/code"
ENROL = "/staff/second-factor"


def _robin(web: Web) -> TestClient:
    """Robin has an account and nothing else, and has just given the password."""
    add_account(
        web.deps.context,
        clinic="prairie",
        person="robin",
        password=PASSWORD,
        passwords=CHEAP,
        now=web.real_clock.now(),
        actor="test",
    )
    browser = web.browser()
    answer = post(browser, "/staff/sign-in", {"person": "robin", "password": PASSWORD, "next": "/staff/patients"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ENROL}?next=/staff/patients")
    return browser


def _key(page: str) -> str:
    """The key as the page shows it for typing."""
    found = re.search(r'class="code key">([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1].replace(" ", "")


def _paper(page: str) -> list[str]:
    return re.findall(r'<li class="code">([A-Z0-9-]+)</li>', page)


def _enrolled(web: Web, browser: TestClient) -> list[str]:
    """Robin types the first code; the codes on paper."""
    key = _key(browser.get(ENROL).text)
    answer = post(browser, ENROL, {"code": pyotp.TOTP(key).at(web.real_clock.now()), "next": "/staff/patients"})
    assert answer.status_code == 200
    return _paper(answer.text)


def _at_the_code(web: Web, person: str = "kay") -> TestClient:
    """A new browser in which the password was given."""
    browser = web.browser()
    answer = post(browser, "/staff/sign-in", {"person": person, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, CODE)
    return browser


# --- setting it up -------------------------------------------------------------------------------


def test_s6_the_first_sign_in_leads_to_the_second_factor_before_anything_else(live: Web) -> None:
    """No page opens with the password alone; the picture and the key are there; the first code opens them all."""
    browser = _robin(live)
    for page in ("/staff", "/staff/patients", "/staff/account"):
        assert browser.get(page).headers["location"] == f"/staff/sign-in?next={page}"
    assert browser.get("/staff/sign-in").headers["location"] == ENROL
    shown = browser.get(ENROL).text
    assert "<svg" in shown
    assert _key(shown) in shown.replace(" ", "")
    assert len(_enrolled(live, browser)) == 10
    assert browser.get("/staff/patients").status_code == 200


def test_s6_the_seed_is_sealed_and_the_codes_on_paper_are_hashed(live: Web, migrated_sqlite_url: str) -> None:
    """Whoever has the database has neither."""
    browser = _robin(live)
    key = _key(browser.get(ENROL).text)
    paper = _enrolled(live, browser)
    with live.clinic.store.read() as uow:
        account = uow.accounts.by_person("robin")
        assert account is not None
        factor = uow.second_factors.confirmed(account.id)
    assert factor is not None
    assert factor.seed == key
    file = Path(migrated_sqlite_url.removeprefix("sqlite:///"))
    whole = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert b"robin" in whole
    for secret in (key, *paper, *(code.replace("-", "") for code in paper)):
        assert secret.encode() not in whole


def test_looking_at_the_picture_changes_nothing_and_a_wrong_code_neither(live: Web) -> None:
    """The same key until its first code was typed; then it is not shown again."""
    browser = _robin(live)
    first = _key(browser.get(ENROL).text)
    answer = post(browser, ENROL, {"code": "000000"})
    assert (answer.status_code, "does not fit" in answer.text) == (401, True)
    assert _key(browser.get(ENROL).text) == first
    _enrolled(live, browser)
    assert browser.get(ENROL).headers["location"] == "/staff/account"


def test_in_the_demo_the_password_is_enough_until_somebody_sets_up_more(demo: Web) -> None:
    """It guards nothing; on the account page one may try it all the same."""
    kay = demo.signed_in()
    assert kay.get("/staff").status_code == 200
    answer = post(kay, "/staff/account/second-factor", {"old": PASSWORD}, page="/staff/account")
    assert answer.headers["location"] == ENROL
    key = _key(kay.get(ENROL).text)
    assert len(_paper(post(kay, ENROL, {"code": pyotp.TOTP(key).at(demo.real_clock.now())}).text)) == 10
    answer = post(demo.browser(), "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    assert answer.headers["location"] == CODE


# --- using it ------------------------------------------------------------------------------------


def test_s6_a_code_is_taken_once(live: Web) -> None:
    """Whoever saw it being typed cannot use it, nor the one before it."""
    first, second = _at_the_code(live), _at_the_code(live)
    code = live.code("kay")
    assert post(first, CODE, {"code": f"{code[:3]} {code[3:]}"}).status_code == 303
    again = post(second, CODE, {"code": code})
    assert (again.status_code, "Each code counts once" in again.text) == (401, True)
    earlier = pyotp.TOTP(seed("kay")).at(live.real_clock.now(), counter_offset=-1)
    assert post(second, CODE, {"code": earlier}).status_code == 401
    assert post(second, CODE, {"code": live.code("kay")}).status_code == 303


@pytest.mark.parametrize(("offset", "status"), [(-2, 401), (-1, 303), (0, 303), (1, 303), (2, 401)])
def test_s6_clocks_of_phones_may_differ_by_one_step(live: Web, offset: int, status: int) -> None:
    """Half a minute either way (RFC 6238, section 5.2), and no more."""
    code = pyotp.TOTP(seed("kay")).at(live.real_clock.now(), counter_offset=offset)
    assert post(_at_the_code(live), CODE, {"code": code}).status_code == status


@pytest.mark.parametrize("code", ["", "000000", "12345", "ÿ" * 40, "x" * 5000, "123456\x00", "' OR 1=1"])
def test_a_wrong_code_opens_nothing(live: Web, code: str) -> None:
    """Whatever it is made of."""
    browser = _at_the_code(live)
    assert post(browser, CODE, {"code": code}).status_code == 401
    assert browser.get("/staff").status_code == 303


def test_s7_guessing_codes_ends_after_ten(live: Web) -> None:
    """Also where each try begins with the password again; the own browser of the same person is asked for none."""
    answers = []
    for _ in range(4):
        browser = _at_the_code(live)
        answers += [post(browser, CODE, {"code": "000000"}).status_code for _ in range(3)]
    assert answers == [401] * 10 + [429] * 2
    assert live.signed_in("kay").get("/staff").status_code == 200
    live.real_clock.advance(timedelta(minutes=16))
    assert post(_at_the_code(live), CODE, {"code": live.code("kay")}).status_code == 303


def test_the_time_between_password_and_code_is_short(live: Web) -> None:
    """After ten minutes one begins again."""
    browser = _at_the_code(live)
    live.real_clock.advance(timedelta(minutes=10))
    answer = browser.get(CODE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")


def test_s8_the_session_id_is_new_after_the_code(live: Web) -> None:
    """The one from before it opens nothing, then or later."""
    browser = _at_the_code(live)
    halfway = browser.cookies["__Host-session"]
    post(browser, CODE, {"code": live.code("kay")})
    assert browser.cookies["__Host-session"] != halfway
    replay = live.browser()
    replay.cookies.set("__Host-session", halfway, domain="follow.example.org")
    assert replay.get("/staff").status_code == 303
    assert replay.get(CODE).headers["location"] == "/staff/sign-in"


def test_a_code_on_paper_stands_in_once(live: Web) -> None:
    """In any case, with or without its dash; the account page says how many are left."""
    robin = _robin(live)
    paper = _enrolled(live, robin)
    browser = _at_the_code(live, "robin")
    assert post(browser, CODE, {"code": paper[0].lower().replace("-", " ")}).status_code == 303
    assert "9 of your codes on paper" in browser.get("/staff/account").text
    assert post(_at_the_code(live, "robin"), CODE, {"code": paper[0]}).status_code == 401
    assert post(_at_the_code(live), CODE, {"code": paper[1]}).status_code == 401, "of somebody else"


# --- browsers of one's own -----------------------------------------------------------------------


def _own(web: Web) -> TestClient:
    """Kay signs in with a code and says that the phone is her own."""
    phone = _at_the_code(web)
    phone.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 15; Pixel 8) Chrome/140.0 Mobile Safari/537.36"
    assert post(phone, CODE, {"code": web.code("kay"), "own_device": "1"}).status_code == 303
    return phone


def _forget(browser: TestClient) -> list[str]:
    """The addresses of the forms that forget a browser."""
    return re.findall(r'action="(/staff/account/devices/[0-9a-f]+/forget)"', browser.get("/staff/account").text)


def test_s8_on_a_browser_of_ones_own_a_sign_in_lasts_a_duty(live: Web) -> None:
    """Asleep from ten to six and still signed in; not after a duty of 24 hours with both hand-overs."""
    phone = _own(live)
    live.real_clock.advance(timedelta(hours=8))
    assert phone.get("/staff").status_code == 200
    live.real_clock.advance(timedelta(hours=11, minutes=59))
    assert phone.get("/staff").status_code == 200
    live.real_clock.advance(timedelta(hours=6, minutes=1))
    assert phone.get("/staff").status_code == 303


def test_s8_also_there_it_ends_after_half_a_day_without_a_click(live: Web) -> None:
    """A phone in a drawer."""
    phone = _own(live)
    live.real_clock.advance(timedelta(hours=12))
    assert phone.get("/staff").status_code == 303


def test_no_code_is_asked_for_there_for_thirty_days(live: Web) -> None:
    """By the password alone, and by nobody else's; then with a code again."""
    phone = _own(live)
    post(phone, "/staff/sign-out", {}, page="/staff")
    fields = {"person": "kay", "password": PASSWORD}
    assert post(phone, "/staff/sign-in", fields).headers["location"] == "/staff"
    post(phone, "/staff/sign-out", {}, page="/staff")
    other = post(phone, "/staff/sign-in", {"person": "sam", "password": PASSWORD})
    assert other.headers["location"] == CODE
    live.real_clock.advance(timedelta(days=30))
    assert post(live.known_browser(), "/staff/sign-in", fields).headers["location"] == CODE


def test_browsers_of_ones_own_are_listed_and_forgotten(live: Web) -> None:
    """By a name that one knows them by; a forgotten one is signed out and asked for a code."""
    desk = live.signed_in("kay")
    first = set(_forget(desk))
    phone = _own(live)
    page = desk.get("/staff/account").text
    assert "Chrome on Android" in page
    assert "Firefox on Linux (this one)" in page
    (address,) = set(_forget(desk)) - first
    assert phone.get("/staff").status_code == 200
    assert post(desk, address, {}, page="/staff/account").status_code == 303
    assert (phone.get("/staff").status_code, desk.get("/staff").status_code) == (303, 200)
    answer = post(phone, "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    assert answer.headers["location"] == CODE


def test_nobody_forgets_the_browser_of_somebody_else(live: Web) -> None:
    """404, as if it were not there."""
    (address,) = _forget(live.signed_in("kay"))
    assert post(live.signed_in("sam"), address, {}, page="/staff/account").status_code == 404


def test_signing_out_everywhere_else_leaves_this_browser(live: Web) -> None:
    """Every other session and every other known browser ends."""
    desk, phone, other = live.signed_in("kay"), _own(live), live.signed_in("kay", own=False)
    post(phone, "/staff/account/sign-out-elsewhere", {}, page="/staff/account")
    assert [each.get("/staff").status_code for each in (phone, desk, other)] == [200, 303, 303]
    fields = {"person": "kay", "password": PASSWORD}
    assert post(live.known_browser(), "/staff/sign-in", fields).headers["location"] == CODE


# --- the account page ----------------------------------------------------------------------------


def test_another_password_needs_the_old_one_and_ends_other_sessions(live: Web) -> None:
    """And keeps to the rules for passwords."""
    desk, other = live.signed_in("kay"), live.signed_in("kay", own=False)
    new = "otter quartz thunder maple"

    def change(old: str, wanted: str, again: str) -> int:
        fields = {"old": old, "new": wanted, "again": again}
        return post(desk, "/staff/account/password", fields, page="/staff/account").status_code

    assert [change("wrong", new, new), change(PASSWORD, new, "else"), change(PASSWORD, "short", "short")] == [422] * 3
    assert other.get("/staff").status_code == 200
    assert change(PASSWORD, new, new) == 303
    assert (desk.get("/staff").status_code, other.get("/staff").status_code) == (200, 303)
    assert post(live.known_browser(), "/staff/sign-in", {"person": "kay", "password": PASSWORD}).status_code == 401


def test_another_phone_counts_from_its_first_code_on(live: Web) -> None:
    """Until then the old one does."""
    desk = live.signed_in("kay")
    assert post(desk, "/staff/account/second-factor", {"old": "wrong"}, page="/staff/account").status_code == 422
    post(desk, "/staff/account/second-factor", {"old": PASSWORD}, page="/staff/account")
    key = _key(desk.get(ENROL).text)
    assert post(_at_the_code(live), CODE, {"code": live.code("kay")}).status_code == 303
    post(desk, ENROL, {"code": pyotp.TOTP(key).at(live.real_clock.now())})
    assert post(_at_the_code(live), CODE, {"code": live.code("kay")}).status_code == 401


def test_new_codes_on_paper_replace_the_old_ones(live: Web) -> None:
    """With the password; shown this once."""
    desk = live.signed_in("kay")
    first = _paper(post(desk, "/staff/account/recovery-codes", {"old": PASSWORD}, page="/staff/account").text)
    second = _paper(post(desk, "/staff/account/recovery-codes", {"old": PASSWORD}, page="/staff/account").text)
    assert len(set(first) | set(second)) == 20
    assert post(_at_the_code(live), CODE, {"code": first[0]}).status_code == 401
    assert post(_at_the_code(live), CODE, {"code": second[0]}).status_code == 303


def test_s8_an_admin_ends_all_of_a_person(live: Web) -> None:
    """Every session and every known browser; nobody else may."""
    live.account("robin")
    desk, robin = live.signed_in("kay"), live.signed_in("robin")
    page = robin.get("/staff/people").text
    with live.clinic.store.read() as uow:
        account = uow.accounts.by_person("kay")
    assert account is not None
    address = f"/staff/people/{account.id}/sign-out"
    assert address in page
    refused = post(desk, address, {}, page="/staff/account")
    assert refused.status_code == 403
    assert "This is for an admin, and you are signed in as a nurse." in refused.text
    assert post(robin, address, {}, page="/staff/people").status_code == 303
    assert desk.get("/staff").status_code == 303
    answer = post(live.known_browser(), "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    assert answer.headers["location"] == CODE


# --- invitations ---------------------------------------------------------------------------------


def _invited(web: Web, person: str = "lee") -> str:
    context, now = web.deps.context, web.real_clock.now()
    return invite(context, person=person, clinic="prairie", role=None, by_mail=False, now=now, actor="test").path


def test_an_invitation_sets_a_password_once_and_leads_to_the_second_factor(live: Web) -> None:
    """Dr. Chen has no account until then; opening the link a hundred times makes none."""
    path, browser = _invited(live), live.browser()
    for _ in range(50):
        assert browser.get(path).status_code == browser.head(path).status_code == 200
    with live.clinic.store.read() as uow:
        assert uow.accounts.by_person("lee") is None
    fields = {"password": PASSWORD, "again": PASSWORD}
    assert post(browser, path, {**fields, "again": "else"}).status_code == 422
    assert post(browser, path, {"password": "password1234", "again": "password1234"}).status_code == 422
    answer = post(browser, path, fields)
    assert (answer.status_code, answer.headers["location"]) == (303, ENROL)
    _enrolled(live, browser)
    assert "Signed in as lead, prescriber" in browser.get("/staff/account").text
    assert browser.get(path).status_code == 404
    assert browser.post(path, data={"form_token": form_token(browser, "/staff"), **fields}).status_code == 404


def test_an_invitation_ends_with_time_and_with_the_next_one(live: Web) -> None:
    """One neutral page for all that does not work."""
    first = _invited(live)
    second = _invited(live)
    browser = live.browser()
    assert browser.get(first).status_code == 404
    assert browser.get("/staff/invitation/" + "A" * 32).status_code == 404
    live.real_clock.advance(timedelta(hours=72))
    assert browser.get(second).status_code == 404


def test_in_the_demo_an_invitation_leads_straight_in(demo: Web) -> None:
    """No second factor is asked for there."""
    browser, path = demo.browser(), _invited(demo, "robin")
    answer = post(browser, path, {"password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff")
    assert browser.get("/staff").status_code == 200


def test_a_reset_ends_whatever_opened_the_account(live: Web) -> None:
    """Sessions, the known browser, password, phone; the link sets all of it up anew, with the role there was."""
    desk = live.signed_in("kay")
    context = live.deps.context
    path = reset(context, person="kay", by_mail=False, now=live.real_clock.now(), actor="test").path
    assert desk.get("/staff").status_code == 303
    assert post(live.known_browser(), "/staff/sign-in", {"person": "kay", "password": PASSWORD}).status_code == 401
    browser = live.browser()
    answer = post(browser, path, {"password": PASSWORD, "again": PASSWORD})
    assert answer.headers["location"] == ENROL
    _enrolled(live, browser)
    assert "Signed in as nurse" in browser.get("/staff/account").text


def test_an_invitation_is_mailed_without_a_name_and_opens(make_web: MakeWeb) -> None:
    """To the address in schedules.yaml."""
    live = make_web()
    context, now = live.deps.context, live.real_clock.now()
    path = invite(context, person="lee", clinic="prairie", role=None, by_mail=True, now=now, actor="test").path
    run_until_quiet(context)
    mail = live.clinic.staff["lee"].mails()[-1]
    assert f"https://follow.example.org{path}" in mail
    assert "Chen" not in mail

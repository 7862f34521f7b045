"""Who gets in where: sign-in, sessions, tokens, form tokens, links. Each row of a table is one door tried wrongly."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from followup.errors import InvalidInput
from followup.ids import new_id
from followup.services.accounts import add_account, disable_account, end_all_sessions
from followup.services.links import hash_of
from followup.services.passwords import Passwords
from followup.services.sign_in import Attempt, Refusal, sign_in
from followup.web.app import create_app
from followup.web.misses import Misses
from tests.web.conftest import CHEAP, PASSWORD, MakeWeb, Web, form_token, post

STAFF_PAGES = ["/staff", "/staff/board", "/staff/patients", "/staff/patients/x", "/staff/alerts/x"]


# --- signing in ----------------------------------------------------------------------------------


def test_no_staff_page_without_a_sign_in(standing: Web) -> None:
    """Each leads to the sign-in, and back to itself after it."""
    for page in STAFF_PAGES:
        answer = standing.browser().get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/staff/sign-in?next={page}")


def test_signing_in_leads_to_the_page_that_was_wanted(live: Web) -> None:
    """With one's name in any case, or one's key, or one's e-mail address."""
    for name in ("Kay Miller", "kay miller", "kay", "kay.miller@prairie.example.org"):
        browser = live.known_browser()
        fields = {"person": name, "password": PASSWORD, "next": "/staff/patients"}
        answer = post(browser, "/staff/sign-in", fields)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/patients")
        assert browser.get("/staff/patients").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/staff//evil", "/a/x", "/staff\\@evil", ""]
)
def test_signing_in_leads_nowhere_else(live: Web, wanted: str) -> None:
    """The address may have been made by anybody."""
    answer = post(live.known_browser(), "/staff/sign-in", {"person": "kay", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/staff"


@pytest.mark.parametrize(
    ("person", "password"),
    [
        ("kay", "wrong"),
        ("nobody", PASSWORD),
        ("robin", PASSWORD),
        ("", ""),
        ("kay", ""),
        ("kay\x00", "x"),
        ("ÿ" * 5000, "x"),
    ],
)
def test_unknown_people_and_wrong_passwords_get_the_same_answer(live: Web, person: str, password: str) -> None:
    """Robin has no account; nobody exists. 401 with the same words."""
    answer = post(live.browser(), "/staff/sign-in", {"person": person, "password": password})
    assert answer.status_code == 401
    assert "That name and password do not fit together." in answer.text


def test_the_hash_is_argon2_and_looked_at_for_unknown_people_too() -> None:
    """So that the time of an answer tells nothing."""
    passwords = Passwords(passes=1, memory_kib=64)
    assert passwords.hash(PASSWORD).startswith("$argon2id$")
    assert not passwords.fits(None, "nobody has this password")
    assert not passwords.fits("no hash at all", PASSWORD)


@pytest.mark.parametrize(
    "password", ["short", "elevenchars", "password1234", "aaaaaaaaaaaaaaaa", "Robin Hale 12", "x" * 300, "121212121212"]
)
def test_weak_passwords_are_refused(standing: Web, password: str) -> None:
    """For length, for being common, for holding one's name; never for lacking a digit."""
    with pytest.raises(InvalidInput):
        add_account(
            standing.deps.context,
            clinic="prairie",
            person="robin",
            password=password,
            passwords=CHEAP,
            now=standing.real_clock.now(),
            actor="test",
        )


def test_guessing_is_stopped_and_the_owner_gets_in(live: Web) -> None:
    """A thousand tries: all but ten are refused unseen; the browser that Kay used before still lets her in."""
    own = live.signed_in("kay")
    post(own, "/staff/sign-out", {}, page="/staff")
    guesses = [Attempt(person="kay", password=f"guess {number}", address="127.0.0.1") for number in range(1000)]
    how: dict[str, Any] = {"passwords": CHEAP, "limits": live.deps.limits, "second_factor": True}
    answers = [sign_in(live.deps.context, guess, now=live.real_clock.now(), **how) for guess in guesses]
    assert answers.count(Refusal.TOO_MANY_TRIES) == 990
    assert post(live.browser(), "/staff/sign-in", {"person": "kay", "password": PASSWORD}).status_code == 429
    answer = post(own, "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    assert answer.status_code == 303
    assert post(live.browser(), "/staff/sign-in", {"person": "sam", "password": PASSWORD}).status_code == 303


def test_after_a_quarter_of_an_hour_one_may_try_again(live: Web) -> None:
    """And the right password then works."""
    browser = live.browser()
    tries = [post(browser, "/staff/sign-in", {"person": "kay", "password": "wrong"}) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429]
    live.real_clock.advance(timedelta(minutes=16))
    assert post(browser, "/staff/sign-in", {"person": "kay", "password": PASSWORD}).status_code == 303


# --- sessions --------------------------------------------------------------------------------------


def _session(browser: TestClient) -> str:
    return browser.cookies["__Host-session"]


def test_each_sign_in_makes_a_new_session_and_ends_the_old_one(live: Web) -> None:
    """A session id that was planted or kept is worth nothing."""
    browser = live.signed_in()
    old = _session(browser)
    browser.cookies.delete("__Host-session")
    post(browser, "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    assert _session(browser) != old
    planted = live.browser()
    planted.cookies.set("__Host-session", "chosen-by-somebody-else", domain="follow.example.org")
    post(planted, "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    with live.clinic.store.read() as uow:
        assert uow.sessions.session(hash_of("chosen-by-somebody-else")) is None


def _sign_out(web: Web, browser: TestClient) -> None:
    post(browser, "/staff/sign-out", {}, page="/staff")


def _half_an_hour_idle(web: Web, browser: TestClient) -> None:
    web.real_clock.advance(timedelta(minutes=30))


def _twelve_hours_busy(web: Web, browser: TestClient) -> None:
    for _ in range(12 * 3):
        web.real_clock.advance(timedelta(minutes=20))
        browser.get("/staff")


def _disabled(web: Web, browser: TestClient) -> None:
    disable_account(web.deps.context, person="kay", now=web.real_clock.now(), actor="test")


def _all_ended(web: Web, browser: TestClient) -> None:
    assert end_all_sessions(web.deps.context, person="kay", now=web.real_clock.now(), actor="test") == 1


def _new_password(web: Web, browser: TestClient) -> None:
    add_account(
        web.deps.context,
        clinic="prairie",
        person="kay",
        password="another four plain words",
        passwords=CHEAP,
        now=web.real_clock.now(),
        actor="test",
    )


@pytest.mark.parametrize(
    "ending", [_sign_out, _half_an_hour_idle, _twelve_hours_busy, _disabled, _all_ended, _new_password]
)
def test_an_ended_session_cannot_be_used_again(live: Web, ending) -> None:
    """The old cookie is replayed from another browser."""
    browser = live.signed_in(own=False)
    cookie = _session(browser)
    ending(live, browser)
    replay = live.browser()
    replay.cookies.set("__Host-session", cookie, domain="follow.example.org")
    assert replay.get("/staff").status_code == 303


def test_a_busy_session_goes_on_and_a_page_left_open_does_not(live: Web) -> None:
    """The board renewing itself is nobody at work."""
    browser = live.signed_in(own=False)
    for _ in range(3):
        live.real_clock.advance(timedelta(minutes=20))
        assert browser.get("/staff").status_code == 200
    live.real_clock.advance(timedelta(minutes=20))
    assert browser.get("/staff/board").status_code == 200
    live.real_clock.advance(timedelta(minutes=20))
    gone = browser.get("/staff/board", headers={"hx-request": "true"})
    assert (gone.status_code, gone.headers["hx-redirect"]) == (204, "/staff/sign-in")


def test_pushing_the_demos_clock_signs_nobody_out(demo: Web) -> None:
    """Sign-ins end by real time."""
    browser = demo.signed_in()
    demo.clock.forward(days=30)
    assert browser.get("/staff").status_code == 200


# --- cookies and headers ----------------------------------------------------------------------------


def test_cookies_are_bound_to_the_host_and_out_of_reach(live: Web) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite, no Domain."""
    browser = live.browser()
    post(browser, "/staff/sign-in", {"person": "kay", "password": PASSWORD})
    answer = post(browser, "/staff/sign-in/code", {"code": live.code("kay"), "own_device": "1"})
    jar: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        jar.load(line)
    assert {"__Host-session", "__Host-device", "__Host-known"} <= jar.keys()
    for cookie in jar.values():
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "lax")
        assert (cookie["domain"], cookie["path"]) == ("", "/")


HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize(
    "path",
    ["/", "/staff", "/staff/sign-in", "/a/x", "/healthz", "/readyz", "/metrics", "/api/alerts", "/api/openapi.json",
     "/api/nothing", "/nothing", "/twilio/sms", "/simulator"],
)  # fmt: skip
def test_every_answer_has_the_security_headers(standing: Web, path: str) -> None:
    """Pages, errors, interfaces."""
    headers = standing.browser().get(path).headers
    assert {name: headers.get(name) for name in HEADERS} == HEADERS


def test_no_page_holds_anything_inline(live: Web) -> None:
    """The policy would stop it; so would a reader."""
    alert = live.emergency()
    browser = live.signed_in()
    for page in ("/staff", f"/staff/alerts/{alert}", "/staff/patients", "/staff/sign-in"):
        shown = browser.get(page, follow_redirects=True).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=|<style", shown), page


# --- forms -------------------------------------------------------------------------------------------


def _post_routes(web: Web) -> list[str]:
    paths = []
    for route in create_app(web.deps).routes:
        if isinstance(route, Route) and "POST" in (route.methods or ()):
            paths.append(route.path)
        assert not isinstance(route, Mount) or route.path in {"/api", "/static"}
    return [path for path in paths if not path.startswith(("/twilio", "/simulator/api"))]


def test_every_form_is_refused_without_its_token(make_web: MakeWeb) -> None:
    """The whole route table: no token, somebody else's token, a meddled one; each 403 and nothing changed."""
    demo = make_web(demo=True)
    alert = demo.emergency()
    paths = _post_routes(demo)
    assert len(paths) >= 9
    kay = demo.signed_in()
    others = form_token(demo.signed_in("sam"), "/staff/patients")
    for path in paths:
        for token in ("", others, others[:-3] + "abc"):
            address = path.replace("{id}", alert).replace("{token}", "x")
            answer = kay.post(address, data={"form_token": token, "push": "1h", "outcome": "false_alarm"})
            assert answer.status_code == 403, path
    assert demo.clinic.alerts()[0].status == "open"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://follow.example.org"}, 303),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 303),
    ],
)
def test_other_sites_cannot_send_our_forms(live: Web, headers: dict[str, str], code: int) -> None:
    """Even with a token that is right."""
    browser = live.browser()
    fields = {"form_token": form_token(browser), "person": "kay", "password": PASSWORD}
    assert browser.post("/staff/sign-in", data=fields, headers=headers).status_code == code


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_other_sites_cannot_move_the_demo(demo: Web, headers: dict[str, str]) -> None:
    """Its JSON interface has no token, so the browser's word is asked."""
    answer = demo.browser().post("/simulator/api/clock", json={"advance": "4h"}, headers=headers)
    assert answer.status_code == 403
    assert demo.clinic.clock.now().hour == 15


# --- links in notices --------------------------------------------------------------------------------


def _link(web: Web, person: str = "kay") -> str:
    """The link that this person got with the last notice."""
    found = [text for text in web.clinic.staff[person].texts() + web.clinic.staff[person].mails() if "/a/" in text]
    return "/a/" + found[-1].split("/a/")[1].split()[0]


def _told(web: Web) -> str:
    """Whoever is on duty and was told of the emergency."""
    return next(key for key, member in web.clinic.staff.items() if any("/a/" in text for text in member.texts()))


def test_a_link_shows_code_level_and_age_and_nothing_else(live: Web) -> None:
    """No name, number, word or reason."""
    live.emergency()
    alert = live.clinic.alerts()[0]
    page = live.browser().get(_link(live, _told(live)))
    assert page.status_code == 200
    assert alert.code in page.text
    assert "emergency" in page.text
    assert "open under a minute" in page.text
    read = re.sub(r"<[^>]*>", " ", page.text)  # random tokens in attributes may spell anything
    for hidden in ("Ann", "+1312555", "312-555", "Asks for help", "E3", "P-ann"):
        assert hidden not in read
    assert "tel:" not in page.text


def test_whoever_took_it_is_connected_by_their_own_phone_without_a_sign_in(live: Web) -> None:
    """At two in the morning a sign-in is a minute. A stolen link rings the phone on file, and nobody else's."""
    live.emergency()
    person = _told(live)
    link, browser = _link(live, person), live.browser()
    rung = live.clinic.staff[person].calls
    before = len(rung())
    assert "Connect me" not in browser.get(link).text
    post(browser, link, {"do": "connect"}, page=link)
    assert len(rung()) == before, "nobody has it yet"
    post(browser, link, {}, page=link)
    assert "Connect me" in browser.get(link).text
    answer = post(browser, link, {"do": "connect"}, page=link)
    assert "Your phone rings in a moment" in browser.get(answer.headers["location"]).text
    live.clock.forward(seconds=1)
    assert [call["said"] for call in rung()[before:]] == [
        "This is the call you asked for. Press 1 to be connected to the patient."
    ]
    with live.clinic.store.write() as uow:
        uow.patients.update(replace(live.ann().record, safe_contact_hold=True))
        uow.commit()
    refused = post(browser, link, {"do": "connect"}, page=link)
    assert refused.status_code == 409
    assert "on hold" in refused.text
    assert "Ann" not in refused.text


def test_opening_a_link_a_hundred_times_changes_nothing(live: Web) -> None:
    """Mail scanners open links before people do."""
    live.emergency()
    link, browser = _link(live, _told(live)), live.browser()
    before = live.clinic.alerts()
    for _ in range(50):
        assert browser.get(link).status_code == 200
        assert browser.head(link).status_code == 200
    assert live.clinic.alerts() == before


def test_s12_guessing_links_ends_and_the_true_one_still_opens(live: Web) -> None:
    """Ten thousand guesses: all but thirty are told that it was too often; a nurse of that address still gets in."""
    live.emergency()
    good, browser = _link(live, _told(live)), live.browser()
    before = live.clinic.alerts()
    answers = [browser.get(f"/a/{number:022d}").status_code for number in range(500)]
    assert (answers[:30], set(answers[30:])) == ([404] * 30, {429})
    misses = Misses()
    now = live.real_clock.now()
    assert sum(misses.too_many("203.0.113.7", now) for _ in range(10_000)) == 9_970
    assert not misses.too_many("203.0.113.8", now)
    assert browser.get(good).status_code == 200
    assert live.clinic.alerts() == before
    live.real_clock.advance(timedelta(minutes=15))
    assert browser.get("/a/x").status_code == 404


def test_the_button_takes_the_alert_for_whom_the_link_was_sent_to(live: Web) -> None:
    """Without a sign-in: at two in the morning a thumb must do."""
    live.emergency()
    person = _told(live)
    link, browser = _link(live, person), live.browser()
    assert post(browser, link, {}).status_code == 303
    alert = live.clinic.alerts()[0]
    assert (alert.acknowledged_by, alert.acknowledged_via) == (live.clinic.staff[person].name, "link")
    assert "It is yours" in browser.get(link).text


def test_a_link_opens_no_other_door(live: Web) -> None:
    """Who and what stay behind the sign-in."""
    alert = live.emergency()
    browser = live.browser()
    post(browser, _link(live, _told(live)), {})
    assert browser.get(f"/staff/alerts/{alert}").status_code == 303


def test_wrong_and_ended_links_get_one_neutral_page(live: Web) -> None:
    """Tampered, never made, too old, for somebody who has left."""
    live.emergency()
    good = _link(live, _told(live))
    browser = live.browser()
    pages = [browser.get(path).text for path in (good[:-1], good + "x", "/a/" + "A" * 22, "/a/%20")]
    with live.clinic.store.write() as uow:
        now = live.clinic.clock.now()
        alert = live.clinic.alerts()[0].id
        uow.links.add_link(hash_of("left"), alert, "nobody", at=now, expires_at=now + timedelta(days=1))
        uow.links.add_link(hash_of("old"), alert, "kay", at=now, expires_at=live.real_clock.now())
        uow.commit()
    pages += [browser.get("/a/left").text, browser.get("/a/old").text]
    neutral = {re.sub(r'value="[^"]*"', "", page) for page in pages}
    assert len(neutral) == 1
    assert "This link does not work" in neutral.pop()


# --- tokens --------------------------------------------------------------------------------------------

API = [
    ("POST", "/api/infusions", "infusions:write"),
    ("PATCH", "/api/infusions/x", "infusions:write"),
    ("DELETE", "/api/infusions/x", "infusions:write"),
    ("GET", "/api/patients/x", "read"),
    ("GET", "/api/alerts", "read"),
    ("POST", "/api/alerts/x/acknowledge", "alerts"),
    ("POST", "/api/alerts/x/close", "alerts"),
    ("POST", "/api/alerts/x/hand-over", "alerts"),
    ("POST", "/api/alerts/x/contacts", "alerts"),
]


def _token(web: Web, *scopes: str, expires_in: timedelta | None = None) -> str:
    token = f"token-{new_id()}"
    now = web.real_clock.now()
    with web.clinic.store.write() as uow:
        expires_at = now + expires_in if expires_in is not None else None
        uow.tokens.add(new_id(), "test", hash_of(token), scopes, now, expires_at)
        uow.commit()
    return token


def test_the_table_of_api_routes_is_complete(standing: Web) -> None:
    """A route that is not in the table above would not be tried below."""
    described = standing.browser().get("/api/openapi.json").json()["paths"]
    routes = {(method.upper(), f"/api{path}") for path, methods in described.items() for method in methods}
    tabled = {(method, re.sub("/x", "/{id}", path)) for method, path, _ in API}
    assert routes == tabled


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic Zmlyc3Q6", "Bearer ÿ", "first-token-of-these-tests"],
)
def test_no_route_without_a_known_token(standing: Web, authorization: str | None) -> None:
    """401 before anything of the body is looked at, with the way to do it right."""
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    browser = standing.browser()
    for method, path, _ in API:
        answer = browser.request(method, path, headers=headers, content=b"{not json")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"


def test_each_route_asks_for_its_own_scope(live: Web) -> None:
    """403 with any other, and past the door with that one."""
    for method, path, scope in API:
        others = {"infusions:write", "read", "alerts"} - {scope}
        refused = live.api(_token(live, *others)).request(method, path, json={})
        assert (refused.status_code, scope in refused.json()["detail"]) == (403, True)
        assert live.api(_token(live, scope)).request(method, path, json={}).status_code in {200, 404, 422}


def test_an_expired_or_revoked_token_is_unknown(live: Web) -> None:
    """From that moment on."""
    token = _token(live, "read", expires_in=timedelta(hours=1))
    assert live.api(token).get("/api/alerts").status_code == 200
    live.real_clock.advance(timedelta(hours=1))
    assert live.api(token).get("/api/alerts").status_code == 401
    kept = _token(live, "read")
    with live.clinic.store.write() as uow:
        for known in uow.tokens.list():
            uow.tokens.revoke(known.id)
        uow.commit()
    assert live.api(kept).get("/api/alerts").status_code == 401


def test_without_a_first_token_an_empty_one_opens_nothing(make_web: MakeWeb) -> None:
    """A setting that was left out is no password."""
    web = make_web(api_token=None)
    assert web.api("").get("/api/alerts").status_code == 401
    assert web.api("None").get("/api/alerts").status_code == 401


# --- other clinics -------------------------------------------------------------------------------------


def test_staff_of_one_clinic_never_see_another(live: Web) -> None:
    """By the very address of the alert and the patient: as if they were not there."""
    alert = live.emergency()
    patient = live.ann().record.id
    live.account("lee", clinic="elsewhere")
    browser = live.signed_in("lee")
    assert browser.get(f"/staff/alerts/{alert}").status_code == 404
    assert browser.get(f"/staff/patients/{patient}").status_code == 404
    token = form_token(browser, "/staff")
    assert browser.post(f"/staff/alerts/{alert}/take", data={"form_token": token}).status_code == 404
    close = {"form_token": token, "outcome": "false_alarm", "minutes": "1"}
    assert browser.post(f"/staff/alerts/{alert}/close", data=close).status_code == 404
    assert live.clinic.alerts()[0].status == "open"

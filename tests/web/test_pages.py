"""The staff's pages: what they show, in the words that a tired nurse needs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from followup.services import board_notices
from followup.services.board_notices import Notice
from followup.services.health import Stopped
from tests.web.conftest import MakeWeb, Web, form_token, post


def seen_by(part: str) -> str:
    """What marks a part of a page as it was sent."""
    found = re.search(r'name="seen" id="[\w-]+" value="(\w{16})"', part)
    assert found
    return found[1]


def test_the_board_tells_who_is_told_next_and_when(live: Web) -> None:
    """An alert nobody has: level, code, age, and the next step with name and hour."""
    live.emergency()
    board = live.signed_in().get("/staff").text
    assert "emergency" in board
    assert "1 alert waits" in board
    assert re.search(r"Nobody has it\.</strong> [\w ]+ told\.\s+Will (call|text) <strong>[\w ]+</strong>", board)
    assert "at 12:05, in 5 min" in board


def test_one_press_takes_an_alert_and_the_page_says_whose_it_is(live: Web) -> None:
    """From the board, by its button."""
    alert = live.emergency()
    kay = live.signed_in("kay")
    taken = post(kay, f"/staff/alerts/{alert}/take", {}, page="/staff")
    assert taken.status_code == 303
    page = kay.get(taken.headers["location"]).text
    assert "With <strong>Kay Miller</strong>" in page


def test_the_alert_page_holds_all_that_a_caller_needs(live: Web) -> None:
    """Words, what was understood, the rules with their reasons, whom to call, what is missing."""
    alert = live.emergency()
    page = live.signed_in().get(f"/staff/alerts/{alert}").text
    for needed in (
        ">3</blockquote>",
        "Understood as: ",
        "Asks for help now",
        "<code>E3</code>",
        "tel:+13125550001",
        "Ann",
        "not on file",
        "Call Ann, <a",
        "No answer: once more after 2 minutes.",
        "Nobody has it yet.",
    ):
        assert needed in page


def test_the_page_tells_who_was_told_and_whether_it_arrived(live: Web) -> None:
    """One line for each text and mail, with its state."""
    alert = live.emergency()
    page = live.signed_in().get(f"/staff/alerts/{alert}").text
    assert re.search(r"[A-Z][\w. ]+ told by text: sent,[\w ,:]* by mail: sent", page)


def test_the_chain_that_climbs_is_told_as_it_climbs(live: Web) -> None:
    """Ten minutes on: the next is told, and the patient was told that staff are being called."""
    alert = live.emergency()
    live.clock.forward(minutes=11)
    page = live.signed_in().get(f"/staff/alerts/{alert}").text
    assert "The patient was told that staff are being called by text: sent" in page
    assert len(set(re.findall(r"([A-Z][\w. ]+) told by text", page))) >= 3


def test_a_chain_that_climbed_all_night_does_not_bury_the_page(live: Web) -> None:
    """The latest lines are shown, the rest is a press away."""
    alert = live.emergency()
    live.clock.forward(hours=10)
    page = live.signed_in().get(f"/staff/alerts/{alert}").text
    assert re.search(r"<summary>\d+ earlier, since 12:00</summary>", page)


def test_whoever_comes_second_is_told_who_was_faster(live: Web) -> None:
    """And the alert stays with the first."""
    alert = live.emergency()
    kay, sam = live.signed_in("kay"), live.signed_in("sam")
    token = form_token(sam, "/staff")
    post(kay, f"/staff/alerts/{alert}/take", {}, page="/staff")
    late = sam.post(f"/staff/alerts/{alert}/take", data={"form_token": token})
    assert late.status_code == 303
    assert "Somebody was faster: it is with Kay Miller." in sam.get(late.headers["location"]).text


def test_closing_needs_an_outcome_and_minutes_and_keeps_what_was_typed(live: Web) -> None:
    """The mistake is shown above the form; then it is closed and says how."""
    alert = live.emergency()
    kay = live.signed_in()
    path, page = f"/staff/alerts/{alert}/close", f"/staff/alerts/{alert}"
    for fields, at in (
        ({"outcome": "", "minutes": "5"}, "outcome"),
        ({"outcome": "reached_and_safe", "minutes": ""}, "minutes"),
        ({"outcome": "reached_and_safe", "minutes": "a few"}, "minutes"),
        ({"outcome": "booked", "minutes": "5"}, "outcome"),
    ):
        wrong = post(kay, path, {**fields, "note": "spoke with <her>"}, page=page)
        assert wrong.status_code == 422
        assert f"<li>{at}: " in wrong.text
        assert "spoke with &lt;her&gt;</textarea>" in wrong.text
    right = {"outcome": "reached_and_safe", "minutes": "12", "note": "spoke with <her>"}
    assert post(kay, path, right, page=page).status_code == 303
    shown = kay.get(page).text
    assert "by <strong>Kay Miller</strong>" in shown
    assert "reached and safe, 12 min" in shown
    assert "spoke with &lt;her&gt;" in shown
    assert "/close" not in shown
    assert "No alert is open." in kay.get("/staff").text


def test_the_weightiest_words_stand_first(live: Web) -> None:
    """Not the latest, and never the note of whoever closed it."""
    live.emergency()
    live.ann().replies("thanks")
    alert = next(alert.id for alert in live.clinic.alerts() if alert.level == "emergency")
    kay = live.signed_in()
    page = f"/staff/alerts/{alert}"
    fields = {"outcome": "reached_and_safe", "minutes": "3", "note": "all is well"}
    post(kay, f"{page}/close", fields, page=page)
    first = re.search(r'<blockquote class="words" dir="auto">([^<]*)<', kay.get(page).text)
    assert first
    assert first[1] == "3"


def test_a_form_of_a_closed_alert_is_answered_kindly(live: Web) -> None:
    """Somebody closed it in another window."""
    alert = live.emergency()
    kay = live.signed_in()
    token = form_token(kay, f"/staff/alerts/{alert}")
    fields = {"form_token": token, "outcome": "false_alarm", "minutes": "1"}
    kay.post(f"/staff/alerts/{alert}/close", data=fields)
    again = kay.post(f"/staff/alerts/{alert}/close", data=fields)
    assert (again.status_code, "It has changed meanwhile" in again.text) == (409, True)


def test_only_outcomes_that_may_close_it_are_offered(live: Web) -> None:
    """A voicemail ends no emergency."""
    alert = live.emergency()
    stranger = live.written_by_a_stranger("who is this?")
    kay = live.signed_in()
    assert '<option value="voicemail"' not in kay.get(f"/staff/alerts/{alert}").text
    assert '<option value="voicemail"' in kay.get(f"/staff/alerts/{stranger}").text


def test_the_board_puts_what_nobody_has_first_by_level(live: Web) -> None:
    """Then what somebody has."""
    emergency = live.emergency()
    routine = live.written_by_a_stranger("who is this?")
    kay = live.signed_in()
    order = re.findall(r'id="code-(\w+)"', kay.get("/staff").text)
    assert order == [emergency, routine]
    post(kay, f"/staff/alerts/{emergency}/take", {}, page="/staff")
    board = kay.get("/staff").text
    assert board.index("Taken, not closed") < board.index(f"code-{emergency}") < board.index("Work list: 1 routine")
    assert "Raised again for <strong>" in board
    assert "To be done by" in board


def test_a_stranger_is_shown_by_number_on_the_alert_alone(live: Web) -> None:
    """With a link that dials."""
    alert = live.written_by_a_stranger("who is this?")
    kay = live.signed_in()
    assert "9999" not in kay.get("/staff").text
    page = kay.get(f"/staff/alerts/{alert}").text
    assert 'href="tel:+13125559999">+1 312-555-9999</a>' in page
    assert "who is this?" in page


def test_the_board_renews_itself_with_and_without_a_script(live: Web) -> None:
    """htmx asks for the part; without scripts the page is loaded again."""
    live.emergency()
    kay = live.signed_in()
    whole, part = kay.get("/staff").text, kay.get("/staff/board").text
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in whole
    assert 'hx-get="/staff/board" hx-trigger="every 1500ms"' in whole
    assert part.strip().startswith('<div id="board" data-waiting="1">')
    assert "<html" not in part


def test_a_board_that_shows_everything_already_is_told_so(live: Web) -> None:
    """A page that asks every moment costs nothing until something happens, or a minute has passed."""
    alert = live.emergency()
    kay = live.signed_in()
    seen = seen_by(kay.get("/staff/board").text)
    assert kay.get(f"/staff/board?seen={seen}").status_code == 204
    post(live.signed_in("sam"), f"/staff/alerts/{alert}/take", {}, page="/staff")
    changed = kay.get(f"/staff/board?seen={seen}")
    assert changed.status_code == 200
    assert "With <strong>Sam" in changed.text
    seen = seen_by(changed.text)
    live.clock.forward(minutes=1)
    assert "open 1 min" in kay.get(f"/staff/board?seen={seen}").text


def test_time_left_runs_down_on_a_live_board_and_stands_in_the_demo(live: Web, standing_demo: Web) -> None:
    """The script counts on from what the server says; the demo's clock only moves when it is pushed."""
    live.emergency()
    live.clock.forward(minutes=1)
    assert '<span class="countdown" data-left="240">4 min left</span>' in live.signed_in().get("/staff").text
    live.clock.forward(minutes=5)
    assert '<span class="countdown late" data-left="-60">late by 1 min</span>' in live.signed_in().get("/staff").text
    assert "data-left" not in standing_demo.signed_in().get("/staff").text


@pytest.mark.parametrize(
    ("health", "words"),
    [
        ({"hold": True}, "Texts to patients are on hold."),
        ({"shadow": True}, "Trial run:"),
        ({"schedule": {"version": 1, "pending_error": "line 7"}}, "the last good version goes on. line 7"),
        ({"ready": False, "checks": {"ticking": "no good run lately"}}, "ticking: no good run lately"),
    ],
    ids=str,
)
def test_what_is_not_as_usual_stands_above_the_board(make_web: MakeWeb, health: dict[str, object], words: str) -> None:
    """Hold, trial run, an edit that was not taken, a service that does not work."""
    assert words in make_web(health=health).signed_in().get("/staff").text


def test_a_service_that_stands_still_is_said_on_every_page_with_what_to_do(make_web: MakeWeb) -> None:
    """Once each; the sign-in page tells outsiders nothing."""

    def still() -> Stopped:
        return Stopped(since=web.clock.now() - timedelta(minutes=12), jobs=("advance_alerts", "senders"), whole=True)

    ticking = {"database": "ok", "schedule": "ok", "ticking": "no good run lately: advance_alerts, senders"}
    web = make_web(stopped=still, health={"ready": False, "checks": ticking})
    alert = web.emergency()
    own = (f"/alerts/{alert}", f"/patients/{web.ann().record.id}", f"/patients/{web.ann().record.id}/file")
    kay = web.signed_in()
    for page in ("", "/lists", "/inbox", "/patients", "/today", "/rota", "/account", "/routine", *own):
        shown = kay.get(f"/staff{page}").text
        assert shown.count("This service is standing still, for 12 min.") == 1, page
        assert "no alert wakes anybody" in shown
        assert "no good run lately" not in shown or page == "/today"
        assert "worker.py" in shown
    assert "standing still" not in web.browser().get("/staff/sign-in").text


def test_a_part_that_stands_still_is_named_on_every_page(make_web: MakeWeb) -> None:
    """As people read it."""
    web = make_web(stopped=lambda: Stopped(since=None, jobs=("advance_alerts",), whole=False))
    shown = web.signed_in().get("/staff/rota").text
    assert "Part of this service is standing still:" in shown
    assert "advance alerts." in shown


def test_people_who_cannot_be_reached_by_every_way_stand_below_the_alerts(live: Web) -> None:
    """It matters, and not before an emergency."""
    alert = live.emergency()
    live.clinic.staff["sam"].replies("STOP")
    page = live.signed_in().get("/staff").text
    assert page.index(f"code-{alert}") < page.index("Who may not hear of an alert") < page.index("Sam Ortiz, on duty")


def test_hours_with_nobody_stand_above_the_alerts(live: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of them, with how many more there are; all of them below."""
    grave = [Notice(text=f"Nobody is on duty on day {day}.", remedy="Name somebody.", grave=True) for day in (1, 2, 3)]
    monkeypatch.setattr(board_notices, "of_people", lambda *_: tuple(grave))
    alert = live.emergency()
    page = live.signed_in().get("/staff").text
    assert page.index("Nobody is on duty on day 1.") < page.index("And 2 more") < page.index(f"code-{alert}")
    assert page.index("Nobody is on duty on day 3.") > page.index(f"code-{alert}")


def test_a_breach_stands_above_the_board(live: Web) -> None:
    """An alert whose next step is late is a fault of the service, and patients may go unheard."""
    live.emergency()
    live.clinic.clock.advance(timedelta(minutes=20))  # and nothing runs
    assert "overdue for their next step by more than a minute" in live.signed_in().get("/staff").text


def test_a_patient_page_holds_the_whole_course(live: Web) -> None:
    """Conversation with states, check-ins with reasons, answers, alerts."""
    live.emergency()
    ann = live.ann().record
    page = live.signed_in().get(f"/staff/patients/{ann.id}").text
    conversation = re.findall(r'<li class="(ours|theirs)">', page)
    assert conversation == ["ours", "theirs", "ours"]
    for needed in ("how are you now?", "· sent", "C1", "answered", "planned", "I-ann-1", "pain 5"):
        assert needed in page
    assert ann.external_id in page


def test_patients_are_found_by_name_without_their_name_in_an_address(live: Web) -> None:
    """By the beginning of a word, the clinic's id, or a phone number as people write it; the form is posted."""
    live.clinic.infusion(live.ann(), ended="08:00")
    kay = live.signed_in()
    assert "Ann" in kay.get("/staff/patients").text
    number = live.ann().number
    for words in ("an", "ANN", "P-ann", number, f"({number[2:5]}) {number[5:8]}-{number[8:]}", f" {number[2:]} "):
        assert "/staff/patients/" + live.ann().record.id in post(kay, "/staff/patients", {"words": words}).text
    nobody = post(kay, "/staff/patients", {"words": "zz"}).text
    assert "Nobody is found by that." in nobody
    assert live.ann().record.id not in nobody
    assert "Nobody is found by that." in post(kay, "/staff/patients", {"words": number[:-1]}).text


@pytest.mark.parametrize("page", ["/staff", "/staff/alerts/{alert}", "/staff/patients", "/staff/patients/{patient}"])
def test_every_reading_of_patient_data_is_written_down(live: Web, page: str) -> None:
    """Who, what kind, which id; never a name."""
    alert = live.emergency()
    kay = live.signed_in()
    with live.clinic.store.read() as uow:
        before = len(uow.audit.list(limit=1000))
    kay.get(page.format(alert=alert, patient=live.ann().record.id))
    with live.clinic.store.read() as uow:
        rows = uow.audit.list(limit=1000)
    new = rows[: len(rows) - before]
    assert [(row.actor, row.action.endswith(".read")) for row in new] == [("staff:kay", True)]
    assert "Ann" not in str(new)


@pytest.mark.parametrize(
    ("method", "path", "code", "words"),
    [
        ("GET", "/nothing", 404, "Nothing here"),
        ("GET", "/staff/alerts/nothing", 404, "Nothing here"),
        ("GET", "/staff/patients/nothing", 404, "Nothing here"),
        ("PUT", "/staff", 405, "That does not work here"),
        ("POST", "/staff/sign-in", 403, "That was not allowed"),
    ],
)
def test_errors_are_plain_pages_with_a_way_on(live: Web, method: str, path: str, code: int, words: str) -> None:
    """What happened, and where to go."""
    answer = live.signed_in().request(method, path)
    assert (answer.status_code, words in answer.text) == (code, True)
    assert 'href="/staff"' in answer.text


def test_pages_are_read_from_the_clinics_folder(make_web: MakeWeb, tmp_path) -> None:
    """A clinic may word its pages itself; what it writes cannot reach beyond them."""
    (tmp_path / "link_ended.html").write_text("{{ now.__class__ }}")
    (tmp_path / "error.html").write_text("our own: {{ title }}")
    web = make_web(pages=tmp_path)
    assert web.browser().get("/nothing").text == "our own: Nothing here"
    browser = web.browser()
    browser._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    assert browser.get("/a/unknown").text == "our own: Something went wrong"

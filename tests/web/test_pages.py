"""The staff's pages: what they show, in the words that a tired nurse needs."""

from __future__ import annotations

from tests.web.conftest import Web, post


def test_the_board_tells_who_is_told_next_and_when(live: Web) -> None:
    """An alert nobody has: level, code, age, and the next step with name and hour."""
    live.emergency()
    board = live.signed_in().get("/staff").text
    assert "emergency" in board
    assert "1 alert waits" in board
    assert "Will tell <strong>" in board
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
        "Call the patient. No answer: once more after 2 minutes.",
        "Nobody has it yet.",
    ):
        assert needed in page

"""The newcomer's story: an infusion, the clock pushed, an answer as the patient, the alert taken and closed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import Demo, Visitor

pytestmark = pytest.mark.browser


def _phone(page: Page, owner: str) -> Locator:
    return page.locator("article.phone", has=page.get_by_text(owner, exact=True)).first


def _records_an_infusion(page: Page, demo: Demo) -> None:
    page.goto(demo.address)
    expect(page).to_have_url(re.compile("/simulator$"))
    expect(page.get_by_label("Pain before")).to_have_value("5")
    page.get_by_role("button", name="Record the infusion").click()
    expect(_phone(page, "Ann Example")).to_contain_text("No texts yet.")


def _answers(page: Page, words: str) -> None:
    phone = _phone(page, "Ann Example")
    phone.get_by_role("textbox").fill(words)
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator("li.own").last).to_contain_text(words)


def _signs_in(page: Page, demo: Demo, name: str) -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()


def _closes(page: Page, outcome: str, minutes: str) -> None:
    page.get_by_label("How did it end?").select_option(label=outcome)
    page.get_by_label("Minutes spent").fill(minutes)
    page.get_by_label("Note").fill("Spoke with her, all is well.")
    page.get_by_role("button", name=re.compile("^Close (?!it)")).click()


def _the_whole_story(page: Page, demo: Demo) -> None:
    _records_an_infusion(page, demo)

    page.get_by_role("button", name="+4 h").click()
    expect(page.get_by_role("heading", name="Sunday 22 November, 13:00")).to_be_visible()
    expect(_phone(page, "Ann Example")).to_contain_text("how are you now?")
    _answers(page, "3")
    expect(_phone(page, "Ann Example").locator("li.theirs").last).to_contain_text("this may be an emergency")

    notice = page.locator("article.phone", has_text="Emergency follow-up alert").first
    expect(notice.locator("li.theirs").first).not_to_contain_text("Ann")
    notice.get_by_role("link").first.click()
    expect(page.locator("article.card")).to_contain_text("Nobody has it yet.")
    page.get_by_role("button", name=re.compile("I take it")).click()
    expect(page.locator("article.card")).to_contain_text("It is yours")

    page.get_by_role("button", name="Who and what").click()
    _signs_in(page, demo, "Kay Miller")
    expect(page.get_by_role("heading", name="Asks for help now")).to_be_visible()
    expect(page.get_by_role("link", name="+1 312-555-0170").first).to_be_visible()
    _closes(page, "Reached and safe", "7")
    expect(page.locator("article.card").first).to_contain_text("reached and safe, 7 min")

    page.get_by_role("link", name="Board").click()
    expect(page.get_by_text("No alert is open.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{demo.address}/staff")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_story_with_scripts(visitor: Visitor, demo: Demo) -> None:
    """On a phone in light colours and on a desk in dark ones; no error, no inline code, nothing from elsewhere."""
    _the_whole_story(visitor.page, demo)


def test_the_story_without_scripts(plain_visitor: Visitor, demo: Demo) -> None:
    """Every button is a plain form."""
    _the_whole_story(plain_visitor.page, demo)


def test_nothing_is_wider_than_the_window(visitor: Visitor, demo: Demo) -> None:
    """No page scrolls sideways, whatever is in it."""
    page = visitor.page
    _records_an_infusion(page, demo)
    page.get_by_role("button", name="+4 h").click()
    expect(_phone(page, "Ann Example")).to_contain_text("how are you now?")
    _answers(page, "3")
    pages = ["/simulator", "/staff/sign-in", "/staff/alerts/nothing"]
    page.goto(f"{demo.address}/staff")
    _signs_in(page, demo, "sam")
    expect(page.locator("article.card").first).to_be_visible()
    alert = page.locator("article.card a").first.get_attribute("href") or ""
    page.goto(f"{demo.address}{alert}")
    patient = page.locator(".call a").first.get_attribute("href") or ""
    for path in (*pages[:2], "/staff", "/staff/patients", alert, patient):
        page.goto(f"{demo.address}{path}")
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert sideways <= 0, path


def test_the_board_shows_a_new_alert_by_itself(visitor: Visitor, demo: Demo) -> None:
    """Within seconds, without a touch."""
    page = visitor.page
    _records_an_infusion(page, demo)
    page.get_by_role("button", name="+4 h").click()
    expect(_phone(page, "Ann Example")).to_contain_text("how are you now?")
    board = page.context.new_page()
    board.goto(f"{demo.address}/staff")
    _signs_in(board, demo, "Kay Miller")
    expect(board.get_by_text("No alert is open.")).to_be_visible()
    _answers(page, "3")
    expect(board.locator("article.card")).to_contain_text("Asks for help now", timeout=15_000)
    board.get_by_role("button", name="I take it").click()
    expect(board.locator("article.card").first).to_contain_text("With Kay Miller")


def test_two_people_on_two_screens_from_a_text_to_a_closed_alert(
    desk_visitor: Visitor, browser: Browser, demo: Demo
) -> None:
    """What one does appears on the other by itself; half of it is done by keys."""
    phones = desk_visitor.page
    _records_an_infusion(phones, demo)
    phones.get_by_role("button", name="+4 h").click()
    expect(_phone(phones, "Ann Example")).to_contain_text("how are you now?")
    kay, sam = _opens_the_board(browser, demo, "Kay Miller"), _opens_the_board(browser, demo, "Sam Ortiz")

    _answers(phones, "3")
    for board in (kay, sam):
        expect(board.locator("article.card")).to_contain_text("Nobody has it.")

    kay.keyboard.press("j")
    expect(kay.get_by_role("link", name="Ann Example")).to_be_focused()
    kay.keyboard.press("t")
    expect(kay.locator("article.card")).to_contain_text("With Kay Miller")
    expect(sam.locator("article.card")).to_contain_text("With Kay Miller")

    kay.get_by_role("button", name="No answer").first.click()
    expect(kay.locator("#whom ~ ul.tries")).to_contain_text("no answer")
    kay.locator("select[name=to]").select_option(label="Sam Ortiz")
    kay.get_by_role("button", name=re.compile("^Hand over ")).click()
    expect(sam.locator("article.card")).to_contain_text("Nobody has it.")

    kay.keyboard.press("c")
    expect(kay.get_by_label("How did it end?")).to_be_focused()
    kay.get_by_label("Note").fill("half a sent")
    sam.get_by_role("button", name="I take it").click()
    expect(kay.locator("article.card")).to_contain_text("With Sam Ortiz")
    expect(kay.get_by_label("Note")).to_have_value("half a sent")

    _closes(sam, "Reached and safe", "9")
    expect(kay.locator("article.card")).to_contain_text("reached and safe, 9 min")
    sam.keyboard.press("b")
    expect(sam.get_by_text("No alert is open.")).to_be_visible()
    for board in (kay, sam):
        board.context.close()


def test_a_board_that_lost_touch_says_so_and_comes_back(desk_visitor: Visitor, browser: Browser, demo: Demo) -> None:
    """An old board looks like a calm one. An error of the service does not wipe it out either."""
    phones = desk_visitor.page
    _records_an_infusion(phones, demo)
    phones.get_by_role("button", name="+4 h").click()
    board = _opens_the_board(browser, demo, "Kay Miller")
    board.clock.install()
    board.reload()
    for trouble in (lambda route: route.abort(), lambda route: route.fulfill(status=503, body="<h1>One moment</h1>")):
        board.route("**/staff/board*", trouble)
        board.clock.fast_forward(15_000)
        expect(board.get_by_text("This page has lost touch with the service")).to_be_visible()
        expect(board.get_by_text("No alert is open.")).to_be_visible()
        board.unroute("**/staff/board*")
        expect(board.get_by_text("This page has lost touch with the service")).to_be_hidden()
    _answers(phones, "3")
    expect(board.locator("article.card")).to_contain_text("Asks for help now")
    expect(board).to_have_title("(1) Board - Follow-up")
    board.context.close()


def _opens_the_board(browser: Browser, demo: Demo, name: str) -> Page:
    page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{demo.address}/staff")
    _signs_in(page, demo, name)
    expect(page.get_by_text("No alert is open.")).to_be_visible()
    return page


def test_what_is_being_typed_survives_a_renewal(visitor: Visitor, demo: Demo) -> None:
    """The page looks again when its window comes to the front; half a sentence stays."""
    page = visitor.page
    _records_an_infusion(page, demo)
    box = _phone(page, "Ann Example").get_by_role("textbox")
    box.fill("half a sent")
    with page.expect_response(lambda answer: answer.url.endswith("/simulator")):
        page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.get_by_role("button", name="+15 min").click()
    expect(page.get_by_role("heading", name="Sunday 22 November, 09:15")).to_be_visible()
    expect(box).to_have_value("half a sent")

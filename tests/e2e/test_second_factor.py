"""A phone with codes, from setting it up to signing in with it, in a real browser; each page of it readable by all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ROOT, Demo, Visitor
from tests.e2e.test_accessibility import violations
from tests.e2e.test_newcomer import _signs_in

pytestmark = pytest.mark.browser


def test_a_phone_is_set_up_and_asked_for_on_the_next_sign_in(desk_visitor: Visitor, demo: Demo, tmp_path: Path) -> None:
    """By the key beside the picture; then the code, once, and a browser of one's own that is asked no more."""
    page, found = desk_visitor.page, {}
    page.goto(f"{demo.address}/staff")
    _signs_in(page, demo, "Robin Hale")
    page.get_by_role("link", name="Account").click()
    page.get_by_text("Set them up").click()
    page.locator("form[action$='account/second-factor']").get_by_label("Your password").fill(demo.password)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("img", name="The key as a picture")).to_be_visible()
    found["set up"] = violations(page)
    phone = pyotp.TOTP(re.sub(r"\s", "", page.locator(".key").inner_text()))
    page.get_by_label("The six digits").fill(phone.now())
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("ul.codes li")).to_have_count(10)
    paper = page.locator("ul.codes li").first.inner_text()
    found["codes on paper"] = violations(page)
    page.get_by_role("button", name="I have them").click()
    expect(page.get_by_text("10 of your codes on paper")).to_be_visible()
    page.get_by_role("link", name="Accounts of the staff").click()
    found["people"] = violations(page)
    page.get_by_role("button", name="Sign out Robin Hale").click()
    _signs_in(page, demo, "Robin Hale")
    found["code"] = violations(page)
    page.get_by_role("link", name="Use a code on paper").click()
    found["code on paper"] = violations(page)
    page.get_by_label("One of your codes on paper").fill(paper)
    page.get_by_label("is my own").check()
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_text("(this one)")).to_be_visible()
    found["account"] = violations(page)
    page.goto(f"{demo.address}{_invitation(tmp_path / 'var', 'lee')}")
    found["invitation"] = violations(page)
    page.goto(f"{demo.address}/staff/emergency-access")
    found["emergency access"] = violations(page)
    page.goto(f"{demo.address}/staff/invitation/nothing")
    found["no invitation"] = violations(page)
    desk_visitor.troubles[:] = [one for one in desk_visitor.troubles if "404" not in one]
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _invitation(var: Path, person: str) -> str:
    """The path of a new invitation, as the terminal prints it."""
    command = "import sys; from followup.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", command, "staff", "invite", person, "--var", str(var)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return "/staff/invitation/" + done.stdout.strip().rpartition("/")[2]

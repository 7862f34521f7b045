"""WCAG 2.2 AA as far as a program can tell: every staff page, light and dark, on a phone and a desk (axe-core)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import Demo, Visitor
from tests.e2e.test_newcomer import _answers, _phone, _records_an_infusion, _signs_in

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "vendor" / "axe-4.14.1.min.js"
RUN = """async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await axe.run(document, { runOnly: rules });
  return found.violations.map((one) => one.id + " at " + one.nodes.map((node) => node.target.join(" ")).join(", "));
}"""
SIZES: tuple[ViewportSize, ...] = ({"width": 360, "height": 740}, {"width": 1280, "height": 900})


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is shown now, in each size and colour scheme; and what scrolls sideways."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for size in SIZES:
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{size['width']} {scheme}: {one}" for one in page.evaluate(RUN)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{size['width']}: scrolls sideways")
    return found


def test_every_staff_page(desk_visitor: Visitor, demo: Demo) -> None:
    """With an emergency, a question and somebody unknown on them."""
    page = desk_visitor.page
    _records_an_infusion(page, demo)
    page.get_by_role("button", name="+4 h").click()
    expect(_phone(page, "Ann Example")).to_contain_text("how are you now?")
    _answers(page, "can I take ibuprofen with it?")
    _answers(page, "3")
    page.goto(f"{demo.address}/staff")
    found = {"sign in": violations(page)}
    _signs_in(page, demo, "Kay Miller")
    expect(page.locator("article.card").first).to_be_visible()
    alert = page.locator("article.card .who a").first.get_attribute("href") or ""
    pages = ["/staff", alert, "/staff/lists", "/staff/inbox", "/staff/routine", "/staff/patients"]
    pages += sorted({link for link in _menu(page) if link not in pages})
    page.goto(f"{demo.address}{alert}")
    patient = page.locator(".call a").first.get_attribute("href") or ""
    page.goto(f"{demo.address}{patient}")
    by_phone = page.get_by_role("link", name="Enter by phone").first.get_attribute("href") or ""
    pages += [patient, f"{patient}/file", by_phone]
    page.goto(f"{demo.address}/staff/inbox")
    pages += [link.get_attribute("href") or "" for link in page.locator("a[data-item]").all()[:1]]
    for path in pages:
        page.goto(f"{demo.address}{path}")
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        found[path] = violations(page)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def _menu(page: Page) -> list[str]:
    links = [link.get_attribute("href") or "" for link in page.locator("header nav a").all()]
    return [link for link in links if re.fullmatch(r"/staff(/[\w-]+)*", link)]

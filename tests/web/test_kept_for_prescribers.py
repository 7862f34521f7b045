"""What only prescribers may read: everybody sees that it is there, and nothing of what it is."""

from __future__ import annotations

from pathlib import Path

from followup.domain.access import Role
from tests.support.clinic import ROOT
from tests.web.conftest import Web


def kept(live: Web, tmp_path: Path) -> str:
    """Questions are kept for prescribers at this clinic, and Ann asks one; the id of the alert."""
    shipped = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    file = tmp_path / "schedules.yaml"
    file.write_text(shipped.replace("  R6:\n", "  R6:\n    prescriber_only: true\n", 1), encoding="utf-8")
    live.clinic.publishes(file)
    ann = live.ann()
    live.clinic.infusion(ann, ended="08:00")
    ann.replies("how long until I can drive a car again?")
    (alert,) = live.clinic.alerts("open")
    assert alert.rules == ("R6",)
    return alert.id


def test_others_see_that_it_is_there_and_nothing_more(live: Web, tmp_path: Path) -> None:
    """On the board, the alert's page, the lists; it is not in their inbox."""
    alert = kept(live, tmp_path)
    kay = live.signed_in()
    for page in ("/staff", f"/staff/alerts/{alert}", f"/staff/alerts/{alert}/now", "/staff/routine", "/staff/lists"):
        shown = kay.get(page).text
        assert "Kept for a prescriber" in shown, page
        assert "drive a car" not in shown, page
        assert "A message for a person to read" not in shown, page
    assert "Ann" in kay.get("/staff").text
    assert "drive a car" not in kay.get("/staff/lists").text
    assert "Nothing to read." in kay.get("/staff/inbox").text
    assert kay.get(f"/staff/inbox/{alert}").status_code == 404


def test_a_prescriber_reads_it(live: Web, tmp_path: Path) -> None:
    """As any other alert."""
    alert = kept(live, tmp_path)
    live.account("lee", Role.LEAD)
    lee = live.signed_in("lee")
    for page in ("/staff", f"/staff/alerts/{alert}", "/staff/routine", "/staff/inbox", f"/staff/inbox/{alert}"):
        assert "drive a car" in lee.get(page).text, page

"""`followup rota` on a demo whose clock stands at 09:00 of a Sunday of Sam's."""

from __future__ import annotations

import pytest

from followup.bootstrap.demo import Demo
from tests.cli.conftest import Command


def test_who_has_the_duty(followup: Command, clinic: Demo) -> None:
    shown = followup("rota", "show")
    assert shown.code == 0
    assert "nurses, times of America/Chicago: Sam Ortiz is on duty" in shown.out
    (rota,) = followup("rota", "show", "--json").json
    assert (rota["rota"], rota["on_duty"], len(rota["turns"])) == ("nurses", "sam", 15)


def test_cover_from_the_terminal_and_back(followup: Command, clinic: Demo) -> None:
    made = followup("rota", "cover", "kay", "--from", "2026-11-24 12:00", "--until", "2026-11-24 18:00", "--json").json
    assert (made[0]["person"], made[0]["start"]) == ("kay", "2026-11-24 18:00:00+00:00")
    clinic.world.settle()
    texts = clinic.world.phone_messages("+13125550162")
    assert "Kay Miller has nurses from Tue 24 Nov 12:00 to Tue 24 Nov 18:00, by terminal" in texts[-1]["body"]
    again = followup("rota", "cover", "lee", "--from", "2026-11-24 12:00", "--until", "2026-11-24 18:00")
    assert (again.code, "withdraw that first" in again.err) == (1, True)
    assert f"exception {made[0]['id']}: Kay Miller from Tue 24 Nov 12:00" in followup("rota", "show").out
    assert followup("rota", "withdraw", made[0]["id"]).code == 0
    assert followup("rota", "withdraw", made[0]["id"]).code == 1


def test_taking_over_now(followup: Command, clinic: Demo) -> None:
    done = followup("rota", "cover", "Kay Miller")
    assert (done.code, "Kay Miller has nurses from Sun 22 Nov 09:00 to Mon 23 Nov 07:00" in done.out) == (0, True)
    assert followup("rota", "show", "--json").json[0]["on_duty"] == "kay"
    assert followup("rota", "cover", "kay").code == 1


def test_a_swap_of_two_turns(followup: Command, clinic: Demo) -> None:
    done = followup("rota", "swap", "sam", "2026-11-23", "--for", "2026-11-24")
    assert done.out.count("has nurses") == 2
    turns = followup("rota", "show", "--json").json[0]["turns"]
    assert [turn["person"] for turn in turns[:4]] == ["sam", "sam", "kay", "kay"]


REFUSED = {
    ("cover", "nobody"): 1,
    ("cover", "kay", "--rota", "doctors"): 1,
    ("cover", "kay", "--from", "2026-11-24 12:00"): 2,
    ("cover", "kay", "--from", "tomorrow", "--until", "2026-11-24 18:00"): 2,
    ("cover", "kay", "--until", "2026-11-20 07:00"): 1,
    ("swap", "sam", "soon"): 2,
    ("calendar", "nobody"): 1,
    ("test", "--rota", "doctors"): 1,
    ("show", "--clinic", "nowhere"): 1,
}


def test_what_cannot_be_done_is_a_sentence(followup: Command, clinic: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_PUBLIC_URL", "https://follow.example.org")
    done = {words: followup("rota", *words) for words in REFUSED}
    assert {words: one.code for words, one in done.items()} == REFUSED
    assert all(one.err and "Traceback" not in one.err + one.out for one in done.values())


def test_check_is_0_when_everybody_can_be_reached_and_1_when_not(followup: Command, clinic: Demo) -> None:
    fine = followup("rota", "check")
    assert (fine.code, "Everybody can be reached" in fine.out) == (0, True)
    assert followup("rota", "check", "--json").json == {"fine": True, "findings": []}
    clinic.world.phone_sends("+13125550162", "STOP", (), None)
    ill = followup("rota", "check")
    assert (ill.code, "Sam Ortiz" in ill.out, "START" in ill.out) == (1, True, True)
    found = followup("rota", "check", "--json")
    assert (found.code, found.json["fine"], found.json["findings"][0]["person"]) == (1, False, "sam")
    assert "Sam Ortiz" in followup("doctor").out


def test_a_test_page_from_the_terminal(followup: Command, clinic: Demo) -> None:
    (sent,) = followup("rota", "test", "--json").json
    assert (sent["person"], sent["rotas"]) == ("sam", ["nurses"])
    clinic.world.settle()
    text = clinic.world.phone_messages("+13125550162")[-1]["body"]
    assert f"Reply {sent['code']} within 15 min" in text
    assert "http://127.0.0.1:8000/t/" in text, "the demo has noted where it is reached"
    assert "Sam Ortiz gets a test" in followup("rota", "test").out


def test_a_calendars_address(followup: Command, clinic: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWUP_PUBLIC_URL", "https://follow.example.org")  # of the real service
    first = followup("rota", "calendar", "kay").out.strip()
    assert first.startswith("http://127.0.0.1:8000/staff/rota/kay.ics?key=")
    assert followup("rota", "calendar", "Kay Miller").out.strip() == first
    assert followup("rota", "calendar", "kay", "--renew", "--json").json["address"] != first


def test_the_contact_card(followup: Command, clinic: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "TEL;TYPE=CELL,VOICE:+13125550100" in followup("rota", "card").out
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", f"AC{'0' * 32}")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    monkeypatch.setenv("TWILIO_FROM_NUMBER", "+13125550100")
    monkeypatch.setenv("TWILIO_STAFF_FROM_NUMBER", "+13125550199")
    numbers = [line for line in followup("rota", "card").out.splitlines() if line.startswith("TEL")]
    assert [line.rpartition(":")[2] for line in numbers] == ["+13125550199", "+13125550100"]


def test_doctor_recommends_the_weekly_test(followup: Command, clinic: Demo) -> None:
    assert "warning   duty: no weekly test page is set up for Prairie Clinic" in followup("doctor").out

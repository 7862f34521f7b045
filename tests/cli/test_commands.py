"""Every command: its help with an example, its answers for people and programs, its exit codes, its errors."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from followup.bootstrap.demo import Demo
from followup.cli import COMMANDS
from tests.cli.conftest import SUNDAY, Command

PAIRS = [
    ("demo",),
    ("infusion", "add"),
    ("infusion", "import"),
    ("patient", "show"),
    ("patient", "status"),
    ("patient", "opt-out"),
    ("patient", "invite"),
    ("patient", "merge"),
    ("patient", "unmerge"),
    ("alerts", "list"),
    ("alerts", "show"),
    ("alerts", "acknowledge"),
    ("alerts", "close"),
    ("lists",),
    ("rota", "show"),
    ("rota", "check"),
    ("rota", "cover"),
    ("rota", "swap"),
    ("rota", "withdraw"),
    ("rota", "test"),
    ("rota", "calendar"),
    ("rota", "card"),
    ("schedules", "check"),
    ("schedules", "schema"),
    ("schedules", "preview"),
    ("schedules", "diff"),
    ("schedules", "publish"),
    ("schedules", "versions"),
    ("schedules", "rollback"),
    ("understand",),
    ("reading", "export"),
    ("why",),
    ("doctor",),
    ("hold", "on"),
    ("hold", "off"),
    ("hold", "status"),
    ("staff", "invite"),
    ("staff", "reset"),
    ("staff", "role"),
    ("staff", "emergency-code"),
    ("staff", "sign-out"),
    ("staff", "add"),
    ("staff", "list"),
    ("staff", "password"),
    ("staff", "disable"),
    ("token", "add"),
    ("token", "list"),
    ("token", "revoke"),
    ("audit", "verify"),
    ("audit", "who"),
    ("audit", "exposure"),
    ("audit", "export"),
    ("backup",),
    ("restore",),
    ("db", "upgrade"),
    ("db", "status"),
]


@pytest.mark.parametrize("words", PAIRS, ids=" ".join)
def test_every_command_has_help_with_an_example(followup: Command, words: tuple[str, ...]) -> None:
    done = followup(*words, "--help")
    assert done.code == 0
    assert f"Example: followup {' '.join(words)}" in " ".join(done.out.split())


def test_the_help_names_every_command(followup: Command) -> None:
    done = followup("--help")
    assert done.code == 0
    for command in COMMANDS:
        assert f"  {command.name} " in done.out
        assert command.about in done.out


def test_no_command_is_missing_from_these_tests() -> None:
    assert {command.name for command in COMMANDS} == {words[0] for words in PAIRS}


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("alerts",),
        ("alerts", "list", "--status", "bad"),
        ("patient", "show"),
        ("understand",),
        ("token", "add", "x", "--expires", "soon"),
        ("demo", "--port", "many"),
        ("alerts", "list"),
    ],
    ids=" ".join,
)
def test_used_wrongly_is_2_and_a_sentence(followup: Command, words: tuple[str, ...]) -> None:
    done = followup(*words)
    assert done.code == 2
    assert "Traceback" not in done.err + done.out
    assert done.err or done.out


def test_without_a_database_the_remedy_is_told(followup: Command) -> None:
    done = followup("alerts", "list")
    assert "There is no database" in done.err
    assert "start the service first" in done.err
    assert not Path("var").exists()


# --- on a clinic -----------------------------------------------------------------------------------------------------


def danger(clinic: Demo) -> str:
    """A patient writes words of danger; gives the alert's code."""
    number = next(phone["number"] for phone in clinic.world.phones() if phone["role"] == "patient")
    clinic.world.phone_sends(number, "chest pain and I cant breathe", (), None)
    with clinic.context.store.read() as uow:
        (alert,) = uow.alerts.list("open", None, 10)
    return alert.code


def test_an_alert_from_the_list_to_its_end(followup: Command, clinic: Demo) -> None:
    code = danger(clinic)
    listed = followup("alerts", "list")
    assert listed.code == 0
    assert code in listed.out
    assert followup("alerts", "list", "--json").json["items"][0]["code"] == code
    shown = followup("alerts", "show", code.lower())
    assert "chest pain and I cant breathe" in shown.out
    assert followup("alerts", "show", code, "--json").json["level"] == "emergency"

    assert followup("alerts", "acknowledge", code, "--by", "Kay Miller").code == 0
    again = followup("alerts", "acknowledge", code, "--by", "kay")
    assert (again.code, again.out) == (0, f"{code} was yours already.\n")
    other = followup("alerts", "acknowledge", code, "--by", "sam")
    assert (other.code, other.out) == (1, f"{code} is with Kay Miller.\n")

    unfit = followup("alerts", "close", code, "--by", "kay", "--outcome", "booked", "--minutes", "5")
    assert (unfit.code, "outcome: booked closes routine alerts only" in unfit.err) == (2, True)
    closed = followup("alerts", "close", code, "--by", "kay", "--outcome", "reached_and_safe", "--minutes", "5")
    assert closed.code == 0
    assert followup("alerts", "list").out == "none\n"
    assert followup("alerts", "acknowledge", code, "--by", "kay").code == 1


def test_an_alert_is_passed_on_and_tries_are_written_down(followup: Command, clinic: Demo) -> None:
    code = danger(clinic)
    tried = followup("alerts", "contact", code, "--by", "kay", "--result", "no_answer")
    assert (tried.code, tried.out) == (0, "Written down: call, no answer.\n")
    passed = followup("alerts", "hand-over", code, "--by", "kay", "--to", "lee")
    assert (passed.code, passed.out) == (0, f"{code} is passed on to Dr. Lee Chen, who is told now.\n")
    assert followup("alerts", "hand-over", code, "--by", "kay", "--to", "kay").code == 2
    unsigned = followup("alerts", "close", code, "--by", "kay", "--outcome", "not_reached", "--minutes", "9")
    assert (unsigned.code, "sign_off: nobody was reached" in unsigned.err) == (2, True)
    ended = ("alerts", "close", code, "--by", "kay", "--outcome", "not_reached", "--minutes", "9", "--sign-off", "lee")
    assert followup(*ended).code == 0
    shown = followup("alerts", "show", code).out
    assert "phoned the patient: no answer" in shown
    assert "signed off by Dr. Lee Chen" in shown


@pytest.mark.parametrize("words", [("alerts", "show", "XXXX"), ("patient", "show", "P-0"), ("why", "0")], ids=" ".join)
def test_what_is_not_there_is_1(followup: Command, clinic: Demo, words: tuple[str, ...]) -> None:
    done = followup(*words)
    assert (done.code, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1


def test_somebody_who_does_not_work_here_takes_nothing(followup: Command, clinic: Demo) -> None:
    done = followup("alerts", "acknowledge", danger(clinic), "--by", "Nobody")
    assert (done.code, done.err) == (1, "There is no such member of staff in schedules.yaml.\n")
    assert len(followup("alerts", "list", "--json").json["items"]) == 1


def test_an_infusion_is_recorded_once(followup: Command, clinic: Demo) -> None:
    words = ("infusion", "add", "--id", "I-9", "--patient-id", "P-9", "--name", "Zoe Hart", "--phone", "312 555 0199")
    more = ("--consent-sms", "--language", "en", "--pain", "6", "--ended-at", (SUNDAY - timedelta(hours=1)).isoformat())
    first = followup(*words, *more, "--json")
    assert (first.code, first.json["outcome"]) == (0, "created")
    assert followup(*words, *more, "--json").json["outcome"] == "same"
    differs = followup(*words, *more[:-2], "--ended-at", SUNDAY.isoformat())
    assert (differs.code, "ended_at" in differs.err) == (1, True)
    shown = followup("patient", "show", "P-9", "--json").json
    assert [check_in["key"] for check_in in shown["check_ins"]][:2] == ["C1", "C2"]
    assert "C1" in followup("patient", "show", "P-9").out


def test_an_infusion_from_a_file_is_read_as_the_api_reads_it(followup: Command, clinic: Demo) -> None:
    Path("infusion.json").write_text(json.dumps({"id": "I-9", "patient": {"id": "P-9"}}), encoding="utf-8")
    wrong = followup("infusion", "add", "--file", "infusion.json")
    assert wrong.code == 2
    for place in ("patient.name", "patient.timezone", "treatment", "ended_at"):
        assert f"  {place}: " in wrong.err
    Path("infusion.json").write_text("{", encoding="utf-8")
    assert followup("infusion", "add", "--file", "infusion.json").code == 2
    assert followup("infusion", "add", "--file", "nowhere.json").code == 2


def test_a_mistake_in_an_option_does_not_repeat_the_value(followup: Command, clinic: Demo) -> None:
    words = ("infusion", "add", "--id", "I", "--patient-id", "P", "--name", "Zoe", "--phone", "555-0147-123-999999")
    done = followup(*words)
    assert (done.code, "0147" in done.err, "patient.phone" in done.err) == (2, False, True)


def test_a_status_and_an_opt_out_hold(followup: Command, clinic: Demo) -> None:
    paused = followup("patient", "status", "P-101", "paused", "--until", "2026-12-01T09:00:00-06:00")
    assert paused.code == 0
    assert followup("patient", "show", "P-101", "--json").json["status"] == "paused"
    assert followup("patient", "status", "P-101", "paused").code == 2
    assert followup("patient", "status", "P-101", "active").code == 0

    assert followup("patient", "opt-out", "P-101").code == 0
    clinic.world.advance(SUNDAY + timedelta(hours=26))
    shown = followup("patient", "show", "P-101", "--json").json
    assert [message for message in shown["messages"] if message["state"] in {"sent", "delivered"}] == []
    assert {check_in["reason"] for check_in in shown["check_ins"][:2]} == {"opted out"}


def test_why_tells_what_became_of_a_text_without_its_words(followup: Command, clinic: Demo) -> None:
    clinic.world.advance(SUNDAY + timedelta(hours=6))
    message = followup("patient", "show", "P-101", "--json").json["messages"][0]
    done = followup("why", message["id"], "--json").json
    assert (done["state"], done["class"]) == ("delivered", "check_in")
    assert followup("why", message["provider_id"], "--json").json["id"] == message["id"]
    told = followup("why", message["id"])
    assert "check in by sms" in told.out
    assert "como esta" not in told.out
    assert message["to"] not in told.out


def test_hold_stops_texts_until_it_is_lifted(followup: Command, clinic: Demo) -> None:
    assert followup("hold", "on").code == 0
    assert followup("hold", "status", "--json").json == {"hold": True}
    clinic.world.advance(SUNDAY + timedelta(hours=2))
    assert not any(clinic.world.phone_messages(f"+1312555011{number}") for number in (1, 2, 3, 4))
    assert followup("hold", "off").code == 0
    clinic.world.settle()
    assert any(clinic.world.phone_messages(f"+1312555011{number}") for number in (1, 2, 3, 4))


def test_tokens_are_shown_once_and_taken_back(followup: Command, clinic: Demo) -> None:
    token = followup("token", "add", "ehr", "--scope", "read", "--expires", "90d").out.strip()
    assert len(token) > 30
    (listed,) = followup("token", "list", "--json").json
    assert (listed["name"], listed["scopes"]) == ("ehr", ["read"])
    assert token not in followup("token", "list").out
    assert followup("token", "revoke", listed["id"]).code == 0
    assert followup("token", "revoke", listed["id"]).code == 1
    assert followup("token", "list", "--json").json == []


def test_staff_accounts(followup: Command, clinic: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = followup("staff", "list", "--json").json
    assert [each["name"] for each in listed][:1] == ["Kay Miller"]
    assert all(each["can_sign_in"] for each in listed)
    assert followup("staff", "add", "kay").code == 1
    assert followup("staff", "add", "Nobody").code == 1
    assert followup("staff", "disable", "Kay Miller").code == 1, "she has duty that nobody else has"
    assert followup("staff", "disable", "Kay Miller", "--cover", "sam").code == 0
    assert followup("staff", "list", "--json").json[0]["can_sign_in"] is False
    monkeypatch.setattr("sys.stdin", Typed("short\n"))
    weak = followup("staff", "add", "kay", "--password-stdin")
    assert (weak.code, "password: " in weak.err) == (2, True)
    monkeypatch.setattr("sys.stdin", Typed("maple otter thunder quartz\n"))
    assert followup("staff", "add", "kay", "--password-stdin").code == 0
    monkeypatch.setattr("sys.stdin", Typed(""))
    assert followup("staff", "password", "kay").code == 2


class Typed:
    """Standard input that is no terminal."""

    def __init__(self, text: str) -> None:
        self._text = text

    def readline(self) -> str:
        return self._text

    def isatty(self) -> bool:
        return False


def test_the_audit_trail_names_who_did_it_and_shows_a_change(followup: Command, clinic: Demo) -> None:
    followup("hold", "on")
    assert followup("audit", "verify").code == 0
    assert followup("audit", "verify", "--json").json == {"intact": True, "fault": None}
    with clinic.context.store.read() as uow:
        rows = uow.audit.list(subject="service")
    assert rows[0].actor.startswith("terminal")


def test_the_database_is_up_to_date(followup: Command, clinic: Demo) -> None:
    status = followup("db", "status", "--json")
    assert (status.code, status.json["current"]) == (0, status.json["needed"])
    assert followup("db", "upgrade").code == 0


def test_doctor_finds_a_demo_well(followup: Command, clinic: Demo) -> None:
    done = followup("doctor")
    assert (done.code, done.err) == (0, "")
    assert "PROBLEM" not in done.out
    assert followup("doctor", "--json").json["fine"] is True


# --- without a clinic ------------------------------------------------------------------------------------------------


def test_doctor_tells_everything_that_a_live_service_lacks(
    followup: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC-canary-account")
    half = followup("doctor", "--json")
    assert half.code == 1
    assert [each["check"] for each in half.json["findings"]] == ["settings"]
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "canary-token")
    monkeypatch.setenv("FOLLOWUP_TWILIO_BASE_URL", "http://127.0.0.1:9")
    done = followup("doctor")
    assert done.code == 1
    for missing in ("FOLLOWUP_PUBLIC_URL", "FOLLOWUP_SECRET_KEY", "FOLLOWUP_DATA_KEYS", "TWILIO_FROM_NUMBER"):
        assert f"PROBLEM   settings: {missing}" in done.out
    assert "warning   clock:" in done.out
    assert "canary" not in done.out


def test_doctor_reads_the_schedule(followup: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("schedules.yaml").write_text("clinics: [", encoding="utf-8")
    monkeypatch.setenv("FOLLOWUP_SCHEDULES", "schedules.yaml")
    done = followup("doctor")
    assert done.code == 1
    assert "PROBLEM   schedule and templates: schedules.yaml:" in done.out


def test_schedules_check(followup: Command) -> None:
    assert followup("schedules", "check").code == 0
    assert followup("schedules", "check", "--json").json["fine"] is True
    Path("broken.yaml").write_text("clinics:\n  a: 1\n", encoding="utf-8")
    broken = followup("schedules", "check", "broken.yaml")
    assert (broken.code, "broken.yaml:2:" in broken.out) == (1, True)
    found = followup("schedules", "check", "broken.yaml", "--json")
    assert (found.code, found.json["fine"]) == (1, False)
    assert followup("schedules", "check", "nowhere.yaml").code == 2


def test_understand_one_reply_and_a_file(followup: Command) -> None:
    assert "8" in followup("understand", "about an 8", "--asked", "pain").out
    assert "severe" in followup("understand", "3", "--asked", "SEV").out
    assert followup("understand", "3", "--asked", "NONSENSE").code == 2
    line = {"id": "a", "lang": "en", "asked": "pain", "text": "7"}
    Path("in.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert followup("understand", "--jsonl", "in.jsonl", "out.jsonl").code == 0
    assert json.loads(Path("out.jsonl").read_text(encoding="utf-8"))["value"] == 7
    Path("bad.jsonl").write_text(json.dumps(line) + "\n{\n", encoding="utf-8")
    bad = followup("understand", "--jsonl", "bad.jsonl", "out2.jsonl")
    assert (bad.code, "line 2" in bad.err.lower(), Path("out2.jsonl").exists()) == (2, True, False)


def test_an_error_of_our_own_leaves_no_traceback(followup: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("+13125550142 has a tight chest")

    monkeypatch.setattr("followup.cli.understand.load_lexicon", broken)
    done = followup("understand", "8")
    assert done.code == 2
    assert "ZeroDivisionError" in done.err
    assert "Traceback" not in done.err
    assert "chest" not in done.err

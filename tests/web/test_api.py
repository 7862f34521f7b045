"""The interface for other systems: shapes, status codes, every mistake at once, nothing repeated."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.web.conftest import Web

INFUSION: dict[str, Any] = {
    "id": "I-1",
    "clinic": "prairie",
    "patient": {
        "id": "P-1",
        "name": "Ann Example",
        "phone": "(312) 555-0101",
        "email": "ann@example.org",
        "language": "en",
        "timezone": "America/Chicago",
        "consent": {
            "sms": True,
            "email": True,
            "text": "I agree",
            "at": "2026-11-20T10:00:00-06:00",
            "method": "paper",
        },
    },
    "treatment": "ketamine",
    "indication": "chronic_pain",
    "ended_at": "2026-11-22T08:30:00-06:00",
    "baseline": {"pain": 5, "mood": 5},
    "flags": ["first_infusion"],
}


def _with(**changes: Any) -> dict[str, Any]:
    """The infusion with fields changed; `patient__name` reaches into the patient, None leaves a field out."""
    changed = deepcopy(INFUSION)
    for path, value in changes.items():
        *parents, last = path.split("__")
        target = changed
        for parent in parents:
            target = target[parent]
        if value is None:
            target.pop(last)
        else:
            target[last] = value
    return changed


def _record(web: Web, **changes: Any):
    return web.api().post("/api/infusions", json=_with(**changes))


def test_an_infusion_is_recorded_once(live: Web) -> None:
    """201 new with its plan, 200 the same again, 409 with other facts."""
    first = _record(live)
    assert first.status_code == 201, first.text
    assert [one["key"] for one in first.json()["check_ins"]][:2] == ["C1", "C2"]
    assert first.json()["patient"]["phone"] == "+13125550101"
    again = _record(live)
    assert (again.status_code, again.json()["outcome"]) == (200, "same")
    other = _record(live, baseline={"pain": 9})
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    assert "baseline" in other.json()["detail"]


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        (
            "a new name and number are demographics",
            {"patient__name": "Ann E. Example", "patient__phone": "312 555 0102"},
        ),
        ("the same instant in another zone", {"ended_at": "2026-11-22T14:30:00Z"}),
        ("other flags", {"flags": []}),
        ("the clinic left out", {"clinic": None}),
    ],
)
def test_a_repeat_with_the_same_facts_is_the_same(live: Web, what: str, changes: dict[str, Any]) -> None:
    """Only patient, treatment, end and baseline are facts."""
    _record(live)
    assert _record(live, **changes).status_code == 200, what


@pytest.mark.parametrize(
    ("at", "changes"),
    [
        ("id", {"id": ""}),
        ("id", {"id": None}),
        ("id", {"id": 7}),
        ("id", {"id": "a\x00b"}),
        ("clinic", {"clinic": "nowhere"}),
        ("patient", {"patient": "Ann"}),
        ("patient.name", {"patient__name": None}),
        ("patient.name", {"patient__name": "Ann\nExample"}),
        ("patient.phone", {"patient__phone": "call me"}),
        ("patient.phone", {"patient__phone": "12345"}),
        ("patient.phone", {"patient__phone": "555 0101"}),
        ("patient.phone", {"patient__phone": "312 555 0101 x 12"}),
        ("patient.phone", {"patient__phone": None, "patient__email": None}),
        ("patient.email", {"patient__email": "ann at example"}),
        ("patient.timezone", {"patient__timezone": "Mars/Olympus"}),
        ("patient.timezone", {"patient__timezone": None}),
        ("patient.language", {"patient__language": "xx"}),
        ("patient.consent.sms", {"patient__consent__sms": "yes"}),
        ("patient.consent.at", {"patient__consent__at": "2026-11-20T10:00:00"}),
        ("patient.birth_date", {"patient__birth_date": "31.5.1984"}),
        ("patient.nickname", {"patient__nickname": "Annie"}),
        ("treatment", {"treatment": None}),
        ("ended_at", {"ended_at": "2026-11-22T08:30:00"}),
        ("ended_at", {"ended_at": "2026-11-21"}),
        ("ended_at", {"ended_at": 1763800000}),
        ("ended_at", {"ended_at": "2026-11-24T09:00:01-06:00"}),
        ("ended_at", {"ended_at": "0001-01-01T00:00:00+14:00"}),
        ("discharged_at", {"discharged_at": "2026-11-22T08:29:00-06:00"}),
        ("baseline.pain", {"baseline__pain": 11}),
        ("baseline.pain", {"baseline__pain": -1}),
        ("baseline.pain", {"baseline__pain": "5"}),
        ("baseline.mood", {"baseline__mood": True}),
        ("flags", {"flags": ["frist_infusion"]}),
    ],
)
def test_a_mistake_is_named_by_its_path_and_not_repeated(standing: Web, at: str, changes: dict[str, Any]) -> None:
    """422, problem+json, the dotted path; nothing is recorded."""
    answer = _record(standing, **changes)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    body = answer.json()
    assert [error["at"] for error in body["errors"]] == [at]
    assert body["title"]
    assert body["detail"]
    for value in changes.values():
        assert value is None or not isinstance(value, str) or len(value) < 3 or value not in answer.text
    with standing.clinic.store.read() as uow:
        assert uow.infusions.by_external_id("prairie", "I-1") is None


def test_all_mistakes_come_at_once(standing: Web) -> None:
    """So that they can be mended in one go."""
    answer = _record(
        standing,
        patient__timezone="Nowhere",
        patient__phone="x",
        patient__language="zz",
        ended_at="yesterday",
        baseline__pain=12,
        clinic="nowhere",
    )
    assert {error["at"] for error in answer.json()["errors"]} == {
        "patient.timezone",
        "patient.phone",
        "patient.language",
        "ended_at",
        "baseline.pain",
        "clinic",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[1,", b'{"a":NaN}', b'{"id":"a","id":"b"}', b"\xff\xfe", b"[" * 5000])
def test_unreadable_json_is_400(standing: Web, body: bytes) -> None:
    """Not 422 and never 500."""
    answer = standing.api().post("/api/infusions", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("body", ["null", "[]", '"text"', "7"])
def test_json_that_is_no_object_is_422(standing: Web, body: str) -> None:
    """With one error."""
    answer = standing.api().post("/api/infusions", content=body)
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)


def test_half_a_character_is_refused(standing: Web) -> None:
    """A lone surrogate is valid JSON and cannot be stored."""
    answer = standing.api().post("/api/infusions", content='{"id":"\\ud800"}')
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("ended_at", "code"),
    [("2026-11-23T09:00:00-06:00", 201), ("2026-11-23T09:00:01-06:00", 422), ("2026-11-20T09:00:00-06:00", 201)],
)
def test_an_infusion_may_end_up_to_a_day_ahead(live: Web, ended_at: str, code: int) -> None:
    """The clock stands at 09:00 on the 22nd."""
    assert _record(live, ended_at=ended_at).status_code == code


@pytest.mark.parametrize(
    ("phone", "stored"),
    [
        ("+1 312-555-0101", "+13125550101"),
        ("3125550101", "+13125550101"),
        ("1 (312) 555 0101", "+13125550101"),
        ("+34 612 345 678", "+34612345678"),
    ],
)
def test_numbers_come_out_as_e164(live: Web, phone: str, stored: str) -> None:
    """However the front desk writes them."""
    assert _record(live, patient__phone=phone).json()["patient"]["phone"] == stored


def test_languages_are_taken_by_their_first_part(live: Web) -> None:
    """`es-MX` is Spanish; without one the infusion is accepted all the same."""
    _record(live, patient__language="es-MX")
    assert live.api().get("/api/patients/P-1").json()["language"] == "es"
    assert _record(live, id="I-2", patient__id="P-2", patient__language=None).status_code == 201


def test_facts_can_be_corrected(live: Web) -> None:
    """By PATCH; what was not named stays."""
    _record(live)
    corrected = live.api().patch("/api/infusions/I-1", json={"ended_at": "2026-11-22T08:45:00-06:00"})
    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["ended_at"] == "2026-11-22T14:45:00+00:00"
    assert corrected.json()["baseline"] == {"pain": 5, "mood": 5}
    assert _record(live, ended_at="2026-11-22T08:45:00-06:00").status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, 422), ({"ended_at": "soon"}, 422), ({"patient": {}}, 422), ({"baseline": {"pain": 6}}, 200)],
)
def test_a_correction_says_what_it_corrects(live: Web, body: dict[str, Any], code: int) -> None:
    """An empty one is a mistake."""
    _record(live)
    assert live.api().patch("/api/infusions/I-1", json=body).status_code == code


def test_a_withdrawn_infusion_keeps_its_check_ins_as_cancelled(live: Web) -> None:
    """DELETE hides nothing."""
    _record(live)
    gone = live.api().delete("/api/infusions/I-1")
    assert gone.status_code == 200
    assert gone.json()["cancelled_at"]
    states = {one["state"] for one in live.api().get("/api/patients/P-1").json()["check_ins"]}
    assert states == {"cancelled"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/infusions/I-9", {"treatment": "ketamine"}),
        ("DELETE", "/api/infusions/I-9", None),
        ("GET", "/api/patients/P-9", None),
        ("POST", "/api/alerts/nobody/acknowledge", {"by": "Kay Miller"}),
        ("POST", "/api/alerts/nobody/close", {"by": "Kay Miller", "outcome": "false_alarm", "minutes": 1}),
        ("GET", "/api/patients/P-1?clinic=elsewhere", None),
        ("GET", "/api/nothing", None),
    ],
)
def test_what_is_not_there_is_404(standing: Web, method: str, path: str, body: dict[str, Any] | None) -> None:
    """As a problem."""
    answer = standing.api().request(method, path, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_patient_is_shown_in_the_documented_shape(live: Web) -> None:
    """Scripts rely on these fields."""
    live.emergency()
    shown = live.api().get("/api/patients/P-ann").json()
    assert {"id", "status", "language", "timezone", "check_ins", "messages", "answers", "alerts"} <= shown.keys()
    assert shown["id"] == "P-ann"
    first = shown["check_ins"][0]
    assert {"id", "key", "infusion", "state", "reason", "due_at", "sent_at", "closed_at"} <= first.keys()
    assert (first["key"], first["infusion"]) == ("C1", "I-ann-1")
    message = shown["messages"][0]
    assert {"id", "class", "channel", "to", "state", "reason", "created_at", "sent_at", "provider_id"} <= message.keys()
    assert {message["class"] for message in shown["messages"]} <= {"check_in", "safety"}
    answer = shown["answers"][0]
    assert {"question", "value", "severity", "text", "at", "check_in"} <= answer.keys()
    assert (answer["question"], answer["value"], answer["text"]) == ("C1", 3, "3")
    assert shown["alerts"] == [live.clinic.alerts()[0].id]


def test_alerts_are_listed_taken_and_closed(live: Web) -> None:
    """The whole life of one."""
    alert = live.emergency()
    listed = live.api().get("/api/alerts").json()
    assert listed["next"] is None
    item = listed["items"][0]
    assert item["id"] == alert
    assert (item["level"], item["rule"], item["patient"], item["status"]) == ("emergency", "E3", "P-ann", "open")
    assert item["also"] == []
    assert len(item["code"]) == 4
    assert item["next_step_at"]

    taken = live.api().post(f"/api/alerts/{alert}/acknowledge", json={"by": "Kay Miller"})
    assert (taken.status_code, taken.json()["acknowledged_by"]) == (200, "Kay Miller")
    assert live.api().get("/api/alerts?status=open").json()["items"] == []
    assert live.api().post(f"/api/alerts/{alert}/acknowledge", json={"by": "kay"}).status_code == 200
    late = live.api().post(f"/api/alerts/{alert}/acknowledge", json={"by": "Sam Ortiz"})
    assert (late.status_code, "Kay Miller" in late.json()["detail"]) == (409, True)

    end = {"by": "Kay Miller", "outcome": "reached_and_safe", "minutes": 12, "note": "spoke with her"}
    closed = live.api().post(f"/api/alerts/{alert}/close", json=end)
    assert (closed.status_code, closed.json()["outcome"]) == (200, "reached_and_safe")
    assert live.api().post(f"/api/alerts/{alert}/close", json=end).status_code == 409
    assert [item["id"] for item in live.api().get("/api/alerts?status=closed").json()["items"]] == [alert]


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [
        ("acknowledge", {}, "by"),
        ("acknowledge", {"by": "Nobody Known"}, "by"),
        ("close", {"by": "Kay Miller"}, "outcome"),
        ("close", {"by": "Kay Miller", "outcome": "went_well"}, "outcome"),
        ("close", {"by": "Kay Miller", "outcome": "reached_and_safe"}, "minutes"),
        ("close", {"by": "Kay Miller", "outcome": "reached_and_safe", "minutes": -1}, "minutes"),
        ("close", {"by": "Kay Miller", "outcome": "voicemail", "minutes": 1}, "outcome"),
    ],
)
def test_a_wrong_ending_changes_nothing(live: Web, path: str, body: dict[str, Any], at: str) -> None:
    """422 with the field."""
    alert = live.emergency()
    answer = live.api().post(f"/api/alerts/{alert}/{path}", json=body)
    assert answer.status_code == 422
    assert at in [error["at"] for error in answer.json()["errors"]]
    assert live.clinic.alerts()[0].status == "open"


def test_an_alert_is_handed_over_and_tries_are_written_down(live: Web) -> None:
    """What a clinic's own system does for whoever works in it."""
    alert = live.emergency()
    handed = live.api().post(f"/api/alerts/{alert}/hand-over", json={"by": "Kay Miller", "to": "Dr. Lee Chen"})
    assert (handed.status_code, handed.json()["status"]) == (200, "open")
    to_nobody = live.api().post(f"/api/alerts/{alert}/hand-over", json={"by": "Kay Miller", "to": "Nobody"})
    assert (to_nobody.status_code, to_nobody.json()["errors"][0]["at"]) == (422, "to")
    assert live.api().post(f"/api/alerts/{alert}/hand-over", json={"by": "Kay Miller"}).status_code == 200
    body = {"by": "Kay Miller", "way": "call", "result": "no_answer", "at": "2026-11-22T08:59:00-06:00"}
    tried = live.api().post(f"/api/alerts/{alert}/contacts", json=body)
    assert (tried.status_code, tried.json()["result"]) == (201, "no_answer")
    wrong = live.api().post(f"/api/alerts/{alert}/contacts", json=body | {"way": "letter"})
    assert (wrong.status_code, wrong.json()["errors"][0]["at"]) == (422, "way")
    assert live.api().post("/api/alerts/none/contacts", json=body).status_code == 404


def test_nobody_reached_needs_a_lead_or_a_welfare_check(live: Web) -> None:
    """Beyond the fields that closing always has, `sign_off` and `retry_at`."""
    alert = live.emergency()
    end = {"by": "Kay Miller", "outcome": "not_reached", "minutes": 20}
    bare = live.api().post(f"/api/alerts/{alert}/close", json=end)
    assert (bare.status_code, [error["at"] for error in bare.json()["errors"]]) == (422, ["sign_off"])
    by_a_nurse = live.api().post(f"/api/alerts/{alert}/close", json=end | {"sign_off": "Sam Ortiz"})
    assert by_a_nurse.status_code == 422
    late = live.api().post(f"/api/alerts/{alert}/close", json=end | {"retry_at": "2026-11-23T09:00:00"})
    assert (late.status_code, late.json()["errors"][0]["at"]) == (422, "retry_at")
    signed = live.api().post(f"/api/alerts/{alert}/close", json=end | {"sign_off": "Dr. Lee Chen"})
    assert (signed.status_code, signed.json()["outcome"]) == (200, "not_reached")


def test_a_long_list_goes_on_where_it_ended(live: Web) -> None:
    """`next` is handed back as `after`."""
    for number in range(3):
        live.clinic.stranger(f"+1312555777{number}").replies("who is this?")
    seen: list[str] = []
    after = ""
    while True:
        page = live.api().get(f"/api/alerts?status=all&limit=2{after}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 3


@pytest.mark.parametrize("query", ["status=odd", "limit=0", "limit=x", "limit=1000"])
def test_a_list_that_is_asked_for_wrongly_is_422(standing: Web, query: str) -> None:
    """With the parameter's name."""
    answer = standing.api().get(f"/api/alerts?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, query.split("=", maxsplit=1)[0])


def test_who_read_a_patient_is_written_down(live: Web) -> None:
    """By the token's name."""
    _record(live)
    live.api().get("/api/patients/P-1")
    with live.clinic.store.read() as uow:
        rows = uow.audit.list(subject="patient")
    assert ("token:first", "patient.read") in [(row.actor, row.action) for row in rows]


def test_in_the_demo_a_text_that_is_due_has_gone_out_when_the_call_answers(demo: Web) -> None:
    """So that a script need not wait."""
    due = _with(ended_at="2026-11-22T05:00:00-06:00")
    assert demo.api().post("/api/infusions", json=due).status_code == 201
    phone = demo.browser().get("/simulator/api/phones/+13125550101/messages").json()
    assert len(phone) == 1

"""Every error that Twilio documents for texts, and what it must lead to: as an answer, and late in a status."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.message import MessageState
from followup.gateways.port import Late, Outcome, RefusalKind, Refused, Uncertain
from followup.gateways.twilio_errors import MEANINGS, late_failure, refusal
from followup.gateways.twilio_sms import TwilioSmsGateway
from followup.gateways.twilio_webhook import TwilioWebhook
from tests.gateways.worlds import ANN, text_to_ann
from tests.support.twilio_stand_in import TwilioStandIn

PERMANENT, OPTED_OUT, ACCOUNT, LATER = (
    RefusalKind.PERMANENT,
    RefusalKind.OPTED_OUT,
    RefusalKind.ACCOUNT,
    RefusalKind.LATER,
)

# status, code, what the answer means, what a late failure with that code asks for
DOCUMENTED = [
    (401, 20003, ACCOUNT, Late.ACCOUNT),
    (403, 20005, ACCOUNT, Late.ACCOUNT),
    (404, 20404, ACCOUNT, Late.ACCOUNT),
    (400, 30002, ACCOUNT, Late.ACCOUNT),
    (429, 63038, ACCOUNT, Late.ACCOUNT),
    (429, 20429, LATER, Late.TRANSIENT),
    (400, 21611, LATER, Late.TRANSIENT),
    (429, 21611, LATER, Late.TRANSIENT),
    (400, 21610, OPTED_OUT, Late.OPTED_OUT),
    (400, 21211, PERMANENT, Late.PERMANENT),
    (400, 21212, PERMANENT, Late.BLOCKED),
    (400, 21265, PERMANENT, Late.PERMANENT),
    (400, 21408, PERMANENT, Late.BLOCKED),
    (400, 21602, PERMANENT, Late.PERMANENT),
    (400, 21603, PERMANENT, Late.BLOCKED),
    (400, 21604, PERMANENT, Late.PERMANENT),
    (400, 21605, PERMANENT, Late.PERMANENT),
    (400, 21606, PERMANENT, Late.BLOCKED),
    (400, 21608, PERMANENT, Late.BLOCKED),
    (400, 21609, PERMANENT, Late.BLOCKED),
    (400, 21612, PERMANENT, Late.BLOCKED),
    (400, 21614, PERMANENT, Late.LANDLINE),
    (400, 21617, PERMANENT, Late.PERMANENT),
    (400, 21659, PERMANENT, Late.BLOCKED),
    (400, 21660, PERMANENT, Late.BLOCKED),
    (400, 21661, PERMANENT, Late.BLOCKED),
    (400, 21210, PERMANENT, Late.BLOCKED),
    (400, 21215, PERMANENT, Late.BLOCKED),
    (400, 21219, PERMANENT, Late.BLOCKED),
    (400, 21701, PERMANENT, Late.BLOCKED),
    (400, 21703, PERMANENT, Late.BLOCKED),
    (400, 30001, LATER, Late.TRANSIENT),
    (400, 30003, PERMANENT, Late.TRANSIENT),
    (400, 30004, PERMANENT, Late.BLOCKED),
    (400, 30005, PERMANENT, Late.PERMANENT),
    (400, 30006, PERMANENT, Late.LANDLINE),
    (400, 30007, PERMANENT, Late.BLOCKED),
    (400, 30008, PERMANENT, Late.TRANSIENT),
    (400, 30017, PERMANENT, Late.TRANSIENT),
    (400, 30032, PERMANENT, Late.BLOCKED),
    (400, 30034, PERMANENT, Late.BLOCKED),
    (400, 30036, PERMANENT, Late.TRANSIENT),
    # Never heard of: permanent and visible.
    (400, 21999, PERMANENT, Late.PERMANENT),
    (400, 39999, PERMANENT, Late.PERMANENT),
]


def test_h3_every_row_of_the_table_is_tested():
    assert set(MEANINGS) <= {code for _, code, _, _ in DOCUMENTED}


@pytest.mark.parametrize("problem", [False, True], ids=["own form", "RFC 9457"])
@pytest.mark.parametrize(("status", "code", "kind", "late"), DOCUMENTED)
def test_an_answer_with_this_code(
    twilio: TwilioStandIn,
    gateway: TwilioSmsGateway,
    status: int,
    code: int,
    kind: RefusalKind,
    late: Late,
    problem: bool,
):
    twilio.refuse(status, code, problem=problem)

    outcome = gateway.send(text_to_ann())

    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code) == (kind, str(code))
    assert outcome.reason.endswith(".")
    assert ANN not in outcome.reason
    assert len(twilio.creations()) == 1


@pytest.mark.parametrize("status", ["undelivered", "failed"])
@pytest.mark.parametrize(("http_status", "code", "kind", "late"), DOCUMENTED)
def test_a_status_with_this_code(
    webhook: TwilioWebhook, status: str, http_status: int, code: int, kind: RefusalKind, late: Late
):
    form = [("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", str(code)), ("To", ANN)]

    update = webhook.status({"m": "a1", "a": "1"}, form)

    assert (update.late, update.error_code) == (late, str(code))
    assert update.reason is not None
    assert ANN not in update.reason


# What comes back where Twilio's own error form does not: something between us and Twilio, or Twilio in trouble.
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (500, Uncertain),
        (502, Uncertain),
        (503, Uncertain),
        (504, Uncertain),
        (408, Uncertain),
        (302, Uncertain),
        (303, Uncertain),
        (301, ACCOUNT),
        (307, ACCOUNT),
        (308, ACCOUNT),
        (401, ACCOUNT),
        (429, LATER),
        (400, PERMANENT),
        (403, PERMANENT),
        (404, PERMANENT),
        (413, PERMANENT),
        (418, PERMANENT),
    ],
)
def test_a_page_instead_of_an_answer(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway, status: int, expected: type[Uncertain] | RefusalKind
):
    twilio.html(status)

    outcome = gateway.send(text_to_ann())

    assert _sorted_as(outcome) == expected
    assert len(twilio.creations()) == 1


@pytest.mark.parametrize("code", [20003, 21211, 21610, 20429, None])
@pytest.mark.parametrize("status", [500, 503])
def test_trouble_at_twilio_is_uncertain_whatever_code_it_names(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway, status: int, code: int | None
):
    twilio.refuse(status, code)

    assert isinstance(gateway.send(text_to_ann()), Uncertain)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "ok",
        "[]",
        "{}",
        "null",
        "3",
        '{"sid": null}',
        '{"sid": ""}',
        '{"sid": 7}',
        '{"sid": "SM1"',
        "<html></html>",
        "\ufeff{",
    ],
)
def test_a_success_that_cannot_be_read_is_uncertain(twilio: TwilioStandIn, gateway: TwilioSmsGateway, body: str):
    twilio.garble(body)

    assert isinstance(gateway.send(text_to_ann()), Uncertain)
    assert len(twilio.creations()) == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("3", timedelta(seconds=3)),
        ("0", timedelta(0)),
        ("", None),
        ("-1", None),
        ("soon", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("9" * 40, None),
    ],
)
def test_retry_after_is_handed_on_when_it_is_a_number_of_seconds(
    twilio: TwilioStandIn, gateway: TwilioSmsGateway, header: str, expected: timedelta | None
):
    twilio.refuse(429, 20429, headers={"Retry-After": header})

    outcome = gateway.send(text_to_ann())

    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.retry_after) == (LATER, expected)


@pytest.mark.parametrize("code", [None, "", "0", "abc", "-5", "٣٠٠٠٣", "9" * 5000])
def test_a_failure_without_a_usable_code_is_permanent_and_visible(code: str | None):
    late, reason = late_failure(MessageState.UNDELIVERED, code)

    assert late is Late.PERMANENT
    assert reason


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.DELIVERED, None])
def test_a_code_beside_success_means_nothing(state: MessageState | None):
    assert late_failure(state, "30003") == (None, None)


def test_every_http_status_is_sorted():
    refused = {status for status in range(100, 600) if isinstance(refusal(status, None), Refused)}

    assert refused == {301, 307, 308} | (set(range(400, 500)) - {408})


def _sorted_as(outcome: Outcome) -> type | RefusalKind:
    return outcome.kind if isinstance(outcome, Refused) else type(outcome)

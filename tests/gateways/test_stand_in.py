"""The stand-in for Twilio itself: if it plays wrong, every test on it is worth nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from followup.gateways.port import Accepted
from followup.gateways.twilio_http import PooledHttpClient, WireSettings
from followup.gateways.twilio_sms import TwilioSmsGateway
from followup.gateways.twilio_webhook import TwilioWebhook
from tests.gateways.worlds import ANN, PUBLIC_URL, text_to_ann
from tests.support.twilio_signed_posts import Forgery
from tests.support.twilio_stand_in import TwilioStandIn


class Receiver:
    """A service on loopback that believes itself at PUBLIC_URL: 403 for what is not signed, else the form is kept."""

    def __init__(self, webhook: TwilioWebhook) -> None:
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.arrived = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = parse_qsl(body, keep_blank_values=True)
                true = webhook.verify(
                    path_and_query=self.path, form=form, signature=self.headers.get("X-Twilio-Signature")
                )
                with outer.arrived:
                    if true:
                        outer.forms.append((self.path, dict(form)))
                    outer.arrived.notify_all()
                self.send_response(204 if true else 403)
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)


@pytest.fixture
def receiver(twilio: TwilioStandIn, webhook: TwilioWebhook) -> Iterator[Receiver]:
    made = Receiver(webhook)
    made.thread.start()
    twilio.target = made.url
    yield made
    made.server.shutdown()
    made.server.server_close()


def client(twilio: TwilioStandIn, token: str | None = None) -> Client:
    http = PooledHttpClient(WireSettings(base_url=twilio.url))
    return Client(twilio.account, token or twilio.token, http_client=http)


def test_it_knows_its_account(twilio: TwilioStandIn):
    with pytest.raises(TwilioRestException) as refused:
        client(twilio, "guess").messages.create(to=ANN, from_=twilio.number, body="hi")

    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert twilio.accepted() == ()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"to": "", "from_": "+12025550100", "body": "x"}, 21604),
        ({"to": ANN, "body": "x"}, 21603),
        ({"to": ANN, "from_": "+12025550100"}, 21602),
        ({"to": ANN, "from_": "+12025550100", "body": "x" * 1601}, 21617),
        ({"to": "12", "from_": "+12025550100", "body": "x"}, 21211),
    ],
)
def test_it_refuses_what_twilio_refuses_and_lists_the_refusal(twilio: TwilioStandIn, values: dict[str, str], code: int):
    with pytest.raises(TwilioRestException) as refused:
        client(twilio).messages.create(**values)

    assert refused.value.code == code
    assert twilio.accepted() == ()
    assert [each.error_code for each in client(twilio).messages.list()] == [code]


def test_it_fetches_redacts_and_deletes(twilio: TwilioStandIn):
    api = client(twilio)
    made = api.messages.create(to=ANN, from_=twilio.number, body="words")

    assert api.messages(made.sid).fetch().body == "words"
    assert api.messages(made.sid).update(body="").body == ""
    assert api.messages(made.sid).delete()
    assert api.messages.list() == []


def test_it_waits_for_a_request_without_sleeping(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    sending = threading.Thread(target=lambda: gateway.send(text_to_ann(id="a1")))
    sending.start()

    (request,) = twilio.wait_for_request(1)
    (text,) = twilio.wait_for_accepted(1)
    sending.join(10)

    assert (request.our_id, text.our_id, text.attempt) == ("a1", "a1", "1")


def test_it_holds_an_answer_until_released(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    hold = twilio.hang(accept=True)
    answers: list[object] = []
    sending = threading.Thread(target=lambda: answers.append(gateway.send(text_to_ann())))
    sending.start()
    hold.wait_until_reached()
    before = list(answers)
    hold.release()
    sending.join(10)

    assert before == []
    assert isinstance(answers[0], Accepted)
    assert len(twilio.accepted()) == 1


def test_a_fault_can_pick_its_victim(twilio: TwilioStandIn, gateway: TwilioSmsGateway):
    twilio.refuse(400, 21211, when=lambda request: request.form.get("To") == "+13125550199", times=None)

    assert isinstance(gateway.send(text_to_ann()), Accepted)
    assert not isinstance(gateway.send(text_to_ann(to="+13125550199")), Accepted)


def test_its_posts_pass_the_check_of_signatures(twilio: TwilioStandIn, gateway: TwilioSmsGateway, receiver: Receiver):
    gateway.send(text_to_ann(id="a1"))
    (posted,) = twilio.status(twilio.accepted()[0].sid, "delivered")
    (texted,) = twilio.text_from(ANN, "7, ünd sick 🙂")

    assert (posted.status, texted.status) == (204, 204)
    (status_path, status), (text_path, text) = receiver.forms
    assert (status_path, status["MessageStatus"]) == ("/twilio/status?m=a1&a=1", "delivered")
    assert parse_qs(urlsplit(status_path).query) == {"m": ["a1"], "a": ["1"]}
    assert (text_path, text["From"], text["Body"], text["FromCity"]) == ("/twilio/sms", ANN, "7, ünd sick 🙂", "")


FORGERIES = {
    "no signature": Forgery(signature=None),
    "a wrong signature": Forgery(signature="x" * 28),
    "another token": Forgery(token="guess"),
    "another address": Forgery(sign_url=f"{PUBLIC_URL}/twilio/other"),
    "the address on loopback": Forgery(sign_url="http://127.0.0.1/twilio/sms"),
    "an altered field": Forgery(alter={"Body": "STOP"}),
    "a dropped blank field": Forgery(drop=("FromCity",)),
    "an extra field": Forgery(extra=(("OptOutType", "STOP"),)),
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_its_forgeries_do_not(twilio: TwilioStandIn, receiver: Receiver, forgery: Forgery):
    (answer,) = twilio.text_from(ANN, "7", forgery=forgery)

    assert answer.status == 403
    assert receiver.forms == []


def test_it_repeats_itself_all_at_once(twilio: TwilioStandIn, receiver: Receiver):
    answers = twilio.text_from(ANN, "7", times=10)

    assert [answer.status for answer in answers] == [204] * 10
    assert len({form["MessageSid"] for _, form in receiver.forms}) == 1


def test_it_posts_statuses_by_itself(twilio: TwilioStandIn, gateway: TwilioSmsGateway, receiver: Receiver):
    twilio.statuses = ("sent", "delivered")
    gateway.send(text_to_ann())

    with receiver.arrived:
        assert receiver.arrived.wait_for(lambda: len(receiver.forms) == 2, 10)
    assert [form["MessageStatus"] for _, form in receiver.forms] == ["sent", "delivered"]

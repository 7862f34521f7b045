"""The real service against Twilio and a mail server on loopback: in by the API, out by text and mail, signed back."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from followup.domain.alert import CODE_ALPHABET
from tests.process.service import Service, eventually
from tests.support.smtp_server import SmtpServer
from tests.support.twilio_signed_posts import Forgery
from tests.support.twilio_stand_in import Text, TwilioStandIn

ANN, BOB, CARL, DORA = "+13125550142", "+13125550143", "+13125550144", "+13125550145"
STAFF = {"+13125550161", "+13125550162"}  # the nurses of schedules.yaml; one of them is on duty


def texts_to(twilio: TwilioStandIn, number: str) -> list[Text]:
    return [text for text in twilio.accepted() if text.to == number]


def test_from_infusion_to_acknowledged_alert(tmp_path: Path, twilio: TwilioStandIn, mail_server: SmtpServer) -> None:
    mail = {"FOLLOWUP_SMTP_URL": mail_server.url, "FOLLOWUP_EMAIL_FROM": "Clinic <clinic@example.org>"}
    with Service(tmp_path, twilio, **mail) as service:
        assert service.web.ask("GET", "/healthz").status == 200
        eventually(lambda: service.web.ask("GET", "/readyz"), lambda reply: reply.status == 200)

        # An infusion comes in, and the check-in that is due goes out: once, form-encoded, with our id in its callback.
        assert service.post_infusion("P1", ANN, due_in=timedelta(seconds=2)).status == 201
        (request,) = twilio.wait_for_request()
        assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
        assert request.form["To"] == ANN
        assert request.form["From"] == twilio.number
        assert request.form["StatusCallback"].startswith(f"{twilio.public_url}/twilio/status?m=")
        (text,) = texts_to(twilio, ANN)
        assert "how are you now?" in text.body

        # Twilio tells that it was delivered.
        assert [answer.status for answer in twilio.status(text.sid, "delivered")] == [200]
        states = eventually(lambda: [m["state"] for m in service.patient("P1")["messages"]], lambda s: s != ["sent"])
        assert states == ["delivered"]

        # Ann is in danger: she is answered at once, and a nurse is woken by text and by mail.
        (answer,) = twilio.text_from(ANN, "I have chest pain and cannot breathe")
        assert (answer.status, answer.content_type.split(";")[0]) == (200, "text/xml")
        (alert,) = eventually(lambda: service.alerts("open"), lambda alerts: len(alerts) == 1)
        assert (alert["level"], alert["patient"]) == ("emergency", "P1")
        to_ann = eventually(lambda: texts_to(twilio, ANN), lambda texts: len(texts) == 2)[1]
        assert "911" in to_ann.body
        notice = eventually(
            lambda: [text for text in twilio.accepted() if text.to in STAFF], lambda texts: len(texts) == 1
        )[0]
        (mailed,) = eventually(mail_server.mails, lambda mails: len(mails) == 1)
        (call,) = twilio.wait_for_call()
        for words in (notice.body, mailed.raw.decode(), call.twiml):
            assert "chest" not in words
            assert "Canary" not in words

        # Her phone rings. Another key than one, two or three does nothing.
        assert (call.to, call.sender) == (notice.to, notice.sender)
        heard = twilio.presses(call.sid, "9")
        assert (heard.status, "Press 1 to take it" in heard.body) == (200, True)
        assert twilio.presses(call.sid, "1", forgery=Forgery(token="guessed")).status == 403

        # The nurse takes it by its code.
        code = alert["code"]
        assert code in re.findall(rf"\b[{CODE_ALPHABET}]{{4}}\b", notice.body)
        twilio.text_from(notice.to, f"ack {code.lower()}")
        (taken,) = eventually(lambda: service.alerts("acknowledged"), lambda alerts: len(alerts) == 1)
        assert taken["id"] == alert["id"]
        assert taken["acknowledged_by"] is not None
        eventually(lambda: texts_to(twilio, notice.to), lambda texts: len(texts) == 2)
        assert "It is yours" in twilio.presses(call.sid, "1").body

        # Nothing of the patient is in what the process has written.
        for canary in (ANN, "Canary", "chest", "3125550142"):
            assert canary not in service.output
        assert service.terminate(10) == 0


def test_what_is_not_signed_right_is_refused_and_leaves_no_row(tmp_path: Path, twilio: TwilioStandIn) -> None:
    forgeries = {
        "unsigned": Forgery(signature=None),
        "nonsense": Forgery(signature="bm9uc2Vuc2U="),
        "another token": Forgery(token="guessed"),
        "another address": Forgery(sign_url="https://elsewhere.example/twilio/sms"),
        "changed text": Forgery(alter={"Body": "9"}),
        "forwarded": Forgery(sign_url="https://evil.example/twilio/sms", headers={"X-Forwarded-Host": "evil.example"}),
    }
    with Service(tmp_path, twilio) as service:
        answers = {name: twilio.text_from(ANN, "8", forgery=forgery)[0].status for name, forgery in forgeries.items()}
        assert answers == dict.fromkeys(forgeries, 403)
        assert rows(tmp_path, "inbound") == 0
        assert twilio.text_from(ANN, "8", sid="SM" + "1" * 32, times=5)[0].status == 200
        assert rows(tmp_path, "inbound") == 1
        assert service.terminate(10) == 0


def rows(folder: Path, table: str) -> int:
    with closing(sqlite3.connect(folder / "service.sqlite")) as database:
        (count,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(count)


def test_a_request_that_hangs_delays_no_other(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with Service(tmp_path, twilio) as service:
        hold = twilio.hang(when=lambda request: request.creates and request.form["To"] == ANN)
        service.post_infusion("P1", ANN)
        hold.wait_until_reached()
        for number, phone in enumerate((BOB, CARL, DORA)):
            service.post_infusion(f"Q{number}", phone)
        eventually(twilio.accepted, lambda texts: {BOB, CARL, DORA} <= {text.to for text in texts})
        hold.release()
        eventually(lambda: service.patient("P1")["messages"][0]["state"], lambda state: state == "sent")
        assert len(twilio.creations()) == 4


def test_killed_while_a_request_hangs_nothing_is_missing_and_nothing_doubled(
    tmp_path: Path, twilio: TwilioStandIn
) -> None:
    with Service(tmp_path, twilio) as service:
        hold = twilio.hang(when=lambda request: request.creates and request.form["To"] == ANN)
        service.post_infusion("P1", ANN)
        hold.wait_until_reached()
        service.post_infusion("P2", BOB, due_in=timedelta(seconds=5))
        service.kill()
        hold.release()

        service.start()
        (to_bob,) = eventually(lambda: texts_to(twilio, BOB), lambda texts: len(texts) == 1)
        assert "how are you now?" in to_bob.body
        (message,) = service.patient("P1")["messages"]
        assert message["state"] == "in_doubt"
        assert message["provider_id"] is None

        # The callback by our own id is the proof that the lost text was accepted.
        (to_ann,) = texts_to(twilio, ANN)
        twilio.status(to_ann.sid, "delivered")
        (message,) = eventually(
            lambda: service.patient("P1")["messages"], lambda found: found[0]["state"] != "in_doubt"
        )
        assert (message["state"], message["provider_id"]) == ("delivered", to_ann.sid)
        assert [request.form["To"] for request in twilio.creations()].count(ANN) == 1
        check_in = next(each for each in service.patient("P1")["check_ins"] if each["key"] == "C1")
        assert check_in["state"] == "open"
        assert service.terminate(10) == 0


def test_told_to_stop_in_the_middle_it_ends_cleanly_in_time(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with Service(tmp_path, twilio) as service:
        hold = twilio.hang()
        service.post_infusion("P1", ANN)
        hold.wait_until_reached()
        assert service.terminate(10) == 0
        assert "Traceback" not in service.output
        hold.release()

        service.start()
        eventually(lambda: service.web.ask("GET", "/readyz"), lambda reply: reply.status == 200)
        assert service.patient("P1")["messages"][0]["state"] == "in_doubt"
        assert len(twilio.creations()) == 1


def test_what_is_on_the_wire_is_finished_before_the_end(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with Service(tmp_path, twilio) as service:
        hold = twilio.hang()
        service.post_infusion("P1", ANN)
        hold.wait_until_reached()
        hold.release()
        assert service.terminate(10) == 0
        service.start()
        assert service.patient("P1")["messages"][0]["state"] == "sent"


def test_the_simulator_is_no_part_of_a_live_service(tmp_path: Path, twilio: TwilioStandIn) -> None:
    with Service(tmp_path, twilio) as service:
        for path in ("/simulator", "/simulator/api/clock", "/simulator/api/phones"):
            assert service.web.ask("GET", path).status == 404
        assert service.web.ask("POST", "/simulator/api/clock", {"advance": "4h"}).status == 404


@pytest.mark.slow
def test_web_and_worker_apart_on_postgresql(tmp_path: Path, twilio: TwilioStandIn, postgres_url: str) -> None:
    web = Service(tmp_path, twilio, database=postgres_url, role="web")
    worker = Service(tmp_path, twilio, database=postgres_url, role="worker")
    with web, worker:
        web.twilio.target = f"http://127.0.0.1:{web.web.port}"
        eventually(lambda: web.web.ask("GET", "/readyz"), lambda reply: reply.status == 200)
        assert web.post_infusion("P1", ANN).status == 201
        (text,) = twilio.wait_for_accepted()
        assert text.to == ANN
        twilio.text_from(ANN, "STOP")
        eventually(
            lambda: [each["state"] for each in web.patient("P1")["check_ins"]], lambda states: "open" not in states
        )
        assert worker.terminate(10) == 0
        assert web.terminate(10) == 0

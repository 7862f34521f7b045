"""Mail through a real server on loopback: what it says, how it is kept private, and how each reply is sorted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.clock import StandingClock
from followup.errors import BadInput
from followup.gateways.mail_message import NEUTRAL_SUBJECT, compose, mail_address
from followup.gateways.mail_server import MailServer
from followup.gateways.port import Accepted, Outcome, RefusalKind, Refused, Uncertain
from followup.gateways.smtp import SmtpGateway, SmtpSettings
from tests.gateways.certificates import loopback_certificate
from tests.gateways.worlds import ANNS_MAIL, mail_to_ann
from tests.support.smtp_server import SmtpServer

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CLINIC = "Follow-up <follow-up@clinic.example>"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def through(server: SmtpServer, **settings: object) -> SmtpGateway:
    values: dict[str, object] = {"url": server.url, "from_address": CLINIC, "timeout": 5.0, **settings}
    return SmtpGateway(SmtpSettings(**values), StandingClock(NOON))  # type: ignore[arg-type]


def test_a_mail_says_who_when_and_that_a_machine_wrote_it(server: SmtpServer):
    outcome = through(server).send(mail_to_ann(id="0a1b", attempt=2, body="How is your pain today?\n"))

    (mail,) = server.mails()
    assert isinstance(outcome, Accepted)
    assert outcome.provider_id == "<0a1b.2@clinic.example>"
    assert (mail.sender, mail.recipients) == ("follow-up@clinic.example", (ANNS_MAIL,))
    assert dict(mail.parsed.items()) == {
        "From": CLINIC,
        "To": ANNS_MAIL,
        "List-Unsubscribe": "<mailto:follow-up@clinic.example?subject=unsubscribe>",
        "Subject": "From your clinic",
        "Date": "Sun, 22 Nov 2026 12:00:00 +0000",
        "Message-ID": "<0a1b.2@clinic.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert mail.parsed.get_content() == "How is your pain today?\r\n"


def test_answers_and_unsubscribing_go_to_a_box_that_a_person_reads(server: SmtpServer):
    through(server, staffed_box="Front desk <desk@clinic.example>").send(mail_to_ann())

    (mail,) = server.mails()
    assert mail.parsed["Reply-To"] == "Front desk <desk@clinic.example>"
    assert mail.parsed["List-Unsubscribe"] == "<mailto:desk@clinic.example?subject=unsubscribe>"
    assert mail.sender == "follow-up@clinic.example", "what cannot be delivered comes back to the sender"


def test_a_notice_to_staff_offers_no_way_to_unsubscribe(server: SmtpServer):
    through(server, staffed_box="desk@clinic.example").send(mail_to_ann(staff=True))

    (mail,) = server.mails()
    assert mail.parsed["List-Unsubscribe"] is None
    assert mail.parsed["Reply-To"] == "desk@clinic.example"


def test_a_box_that_is_no_address_is_refused_at_the_start(server: SmtpServer):
    with pytest.raises(BadInput, match="FOLLOWUP_EMAIL_REPLY_TO"):
        through(server, staffed_box="the front desk")


def test_no_subject_tells_what_the_mail_is_about():
    """It shows on a locked screen, and to everybody between us and the patient."""
    root = Path(__file__).parents[2] / "templates" / "messages"
    subjects = [file.read_text(encoding="utf-8").splitlines()[0] for file in root.glob("*/*.email.txt")]
    assert len(subjects) >= 8
    telling = ("ketamin", "infusi", "treatment", "tratamiento", "pain", "dolor", "mood", "animo", "patient", "pacient")
    assert [subject for subject in subjects if any(word in subject.casefold() for word in telling)] == []


@pytest.mark.parametrize("body", ["Grüße 🙂 – “ja”\n", ".\n", "..\n.dot\n", "one\r\ntwo\r\n", "x" * 3000 + "\n"])
def test_the_words_arrive_as_they_were_written(server: SmtpServer, body: str):
    through(server).send(mail_to_ann(body=body))

    assert server.mails()[0].parsed.get_content().replace("\r\n", "\n") == body.replace("\r\n", "\n")


def test_the_same_words_may_stand_beside_as_a_page(server: SmtpServer):
    through(server).send(mail_to_ann(body="Hello", html="<p>Hello</p>"))

    parts = [part.get_content_type() for part in server.mails()[0].parsed.iter_parts()]
    assert parts == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (None, CLINIC),
        ("north@clinic.example", "north@clinic.example"),
        ("+12025550100", CLINIC),  # the clinic's sender of texts is no sender of mail
    ],
)
def test_who_a_mail_comes_from(server: SmtpServer, sender: str | None, expected: str):
    through(server).send(mail_to_ann(sender=sender, reply_to="answers@clinic.example"))

    assert server.mails()[0].parsed["From"] == expected
    assert server.mails()[0].parsed["Reply-To"] == "answers@clinic.example"


def test_a_mail_without_a_subject_gets_a_neutral_one(server: SmtpServer):
    through(server).send(mail_to_ann(subject=None))

    assert server.mails()[0].parsed["Subject"] == NEUTRAL_SUBJECT


# Nothing can be slipped in


@pytest.mark.parametrize(
    "subject", ["Hi\r\nBcc: eve@evil.example", "Hi\nBcc: eve@evil.example", "Hi\rBcc: x", "Hi\0\x0b\x85\u2028Bcc: x"]
)
def test_a_subject_stays_one_line(server: SmtpServer, subject: str):
    through(server).send(mail_to_ann(subject=subject))

    (mail,) = server.mails()
    assert mail.recipients == (ANNS_MAIL,)
    assert mail.parsed["Bcc"] is None
    assert mail.parsed["Subject"].startswith("Hi")


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ann",
        "@mail.example",
        "ann@",
        "ann@mail..example",
        "ann@-mail.example",
        "ann @mail.example",
        "ann@mail.example, eve@evil.example",
        "ann@mail.example eve@evil.example",
        "ann@mail.example\r\nRCPT TO:<eve@evil.example>",
        "ann@mail.example\r\nBcc: eve@evil.example",
        "ann@mail.example>\r\nDATA",
        "änn@mail.example",
        "ann@" + "x" * 300,
    ],
)
def test_an_address_that_is_none_is_refused_before_a_word_is_said(server: SmtpServer, to: str):
    outcome = through(server).send(mail_to_ann(to=to))

    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code) == (RefusalKind.PERMANENT, "address")
    assert outcome.reason == "The e-mail address cannot be used; check how it is written."
    assert server.mails() == ()


@given(
    st.fixed_dictionaries(
        {name: st.text(st.characters(), max_size=60) for name in ("id", "to", "subject", "sender", "reply_to", "body")}
    )
)
def test_no_text_adds_a_header_or_a_recipient(fields: dict[str, str]):
    message = mail_to_ann(**{**fields, "to": fields["to"] if "@" in fields["to"] else ANNS_MAIL})
    try:
        mail = compose(message, mail_address(CLINIC), NOON)
    except ValueError:
        return

    head = mail.as_bytes().partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert set(names) <= {
        *(b"From", b"To", b"Reply-To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"MIME-Version"),
        *(b"X-Auto-Response-Suppress", b"Content-Type", b"Content-Transfer-Encoding", b"List-Unsubscribe"),
    }
    assert len(names) == len(set(names))


def test_a_domain_in_another_script_is_written_for_the_wire(server: SmtpServer):
    through(server).send(mail_to_ann(to="ann@münchen.example"))

    assert server.mails()[0].recipients == ("ann@xn--mnchen-3ya.example",)


@pytest.mark.parametrize(
    ("text", "name", "spec"),
    [
        ("a@b.example", "", "a@b.example"),
        (" a@b.example ", "", "a@b.example"),
        ("<a@b.example>", "", "a@b.example"),
        ("Clinic <a@b.example>", "Clinic", "a@b.example"),
        ('"North, Follow-up" <a@b.example>', "North, Follow-up", "a@b.example"),
        ("Klinik Süd<a@b.example>", "Klinik Süd", "a@b.example"),
        ("a.b+c_d=e@localhost", "", "a.b+c_d=e@localhost"),
    ],
)
def test_how_an_address_may_be_written(text: str, name: str, spec: str):
    address = mail_address(text)

    assert (address.display_name, address.addr_spec) == (name, spec)


# Every reply

KINDS = [
    ("MAIL", "450 4.1.0 not now", RefusalKind.LATER),
    ("MAIL", "550 5.7.1 not from you", RefusalKind.PERMANENT),
    ("MAIL", "530 5.7.0 sign in first", RefusalKind.ACCOUNT),
    ("MAIL", "421 4.3.2 going down", RefusalKind.LATER),
    ("RCPT", "450 4.2.0 greylisted", RefusalKind.LATER),
    ("RCPT", "452 4.2.2 mailbox full", RefusalKind.LATER),
    ("RCPT", "550 5.1.1 no such mailbox", RefusalKind.PERMANENT),
    ("RCPT", "553 5.1.3 bad address", RefusalKind.PERMANENT),
    ("RCPT", "421 4.7.0 too many", RefusalKind.LATER),
    ("DATA", "451 4.3.0 try again", RefusalKind.LATER),
    ("DATA", "452 4.3.1 no space", RefusalKind.LATER),
    ("DATA", "552 5.3.4 too big", RefusalKind.PERMANENT),
    ("DATA", "554 5.7.1 looks like spam", RefusalKind.PERMANENT),
]


@pytest.mark.parametrize(("step", "reply", "kind"), KINDS)
def test_a_refusal_is_sorted_by_its_first_digit(server: SmtpServer, step: str, reply: str, kind: RefusalKind):
    server.reply(step, reply)

    outcome = through(server).send(mail_to_ann())

    assert isinstance(outcome, Refused)
    assert (outcome.kind, outcome.code) == (kind, reply[:3])
    assert ANNS_MAIL not in outcome.reason
    assert server.mails() == ()


@pytest.mark.parametrize("accepted", [True, False])
def test_a_line_cut_after_the_last_dot_leaves_doubt(server: SmtpServer, accepted: bool):
    server.lose_answer(accept=accepted)

    assert isinstance(through(server).send(mail_to_ann()), Uncertain)
    assert len(server.mails()) == accepted


def test_a_positive_reply_of_another_number_is_a_yes(server: SmtpServer):
    server.reply("RCPT", "251 2.1.5 will forward")

    assert isinstance(through(server).send(mail_to_ann()), Accepted)


# Kept private


def test_signing_in(tmp_path: Path):
    tls, authority = loopback_certificate(tmp_path)
    with SmtpServer(tls=tls, user="clinic@mail", password="p:/@?#%") as server:
        outcome = through(server, require_tls=True, ca_file=str(authority)).send(mail_to_ann())

        assert isinstance(outcome, Accepted)
        assert (server.mails()[0].encrypted, server.mails()[0].user) == (True, "clinic@mail")


def test_a_wrong_password_stops_the_account():
    with SmtpServer(user="clinic", password="right") as server:
        outcome = through(server, url=server.url.replace("right", "wrong")).send(mail_to_ann())

        assert _kind(outcome) is RefusalKind.ACCOUNT
        assert server.mails() == ()


def test_encryption_from_the_first_byte(tmp_path: Path):
    tls, authority = loopback_certificate(tmp_path)
    with SmtpServer(tls=tls, implicit=True) as server:
        outcome = through(server, ca_file=str(authority)).send(mail_to_ann())

        assert isinstance(outcome, Accepted)
        assert server.mails()[0].encrypted


@pytest.mark.parametrize("implicit", [True, False], ids=["smtps", "STARTTLS"])
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, implicit: bool):
    tls, _ = loopback_certificate(tmp_path)
    with SmtpServer(tls=tls, implicit=implicit) as server:
        outcome = through(server, require_tls=True).send(mail_to_ann())

        assert isinstance(outcome, Refused)
        assert (outcome.kind, outcome.code) == (RefusalKind.LATER, "tls")
        assert server.mails() == ()


def test_a_server_that_offers_no_encryption_gets_no_mail_and_no_password():
    with SmtpServer(user="clinic", password="secret") as server:
        outcome = through(server, require_tls=True).send(mail_to_ann())

        assert _kind(outcome) is RefusalKind.ACCOUNT
        assert server.mails() == ()


def test_on_loopback_plain_is_enough(server: SmtpServer):
    assert isinstance(through(server).send(mail_to_ann()), Accepted)
    assert not server.mails()[0].encrypted


def test_nothing_of_a_patient_is_logged(server: SmtpServer, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG, logger="followup")
    caplog.set_level(logging.DEBUG, logger="smtplib")
    through(server).send(mail_to_ann(body="canary words"))

    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
    assert not any("canary" in line or ANNS_MAIL in line for line in ours)
    assert len(server.mails()) == 1


def test_a_server_can_be_tried_without_a_mail(server: SmtpServer):
    assert through(server).problem() is None
    assert server.mails() == ()


def test_what_stands_in_the_way_is_said():
    with SmtpServer(user="clinic", password="right") as server:
        wrong = through(server, url=server.url.replace("right", "wrong"))
        right = through(server)
        assert (right.problem(), wrong.problem()) == (
            None,
            "The mail server does not accept the user and password (535).",
        )
    assert right.problem() == "The mail server could not be reached."


# The address of the server

URLS = [
    ("smtp://mail.example", ("mail.example", 587, False, True, None)),
    ("smtp://mail.example:25", ("mail.example", 25, False, True, None)),
    ("smtps://u%40x:p%3A@mail.example", ("mail.example", 465, True, False, "u@x")),
    ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, False, False, None)),
    ("smtp://localhost:1025", ("localhost", 1025, False, False, None)),
    ("smtp://[::1]:1025", ("::1", 1025, False, False, None)),
    ("smtp://127.0.0.1.evil.example", ("127.0.0.1.evil.example", 587, False, True, None)),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_how_a_server_is_spoken_to(url: str, expected: tuple[str, int, bool, bool, str | None]):
    server = MailServer.from_url(url)

    assert (server.host, server.port, server.implicit_tls, server.starttls, server.user) == expected


@pytest.mark.parametrize(
    "url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://u:s3cret@host:x", "smtp://u:s3cret@:25"]
)
def test_an_address_that_names_no_server_is_refused_and_not_repeated(url: str):
    with pytest.raises(BadInput, match="FOLLOWUP_SMTP_URL") as refused:
        MailServer.from_url(url)

    assert "s3cret" not in str(refused.value)


def test_a_sender_that_is_no_address_is_refused(server: SmtpServer):
    with pytest.raises(BadInput, match="FOLLOWUP_EMAIL_FROM"):
        through(server, from_address="the clinic")


def test_passwords_are_not_shown():
    url = "smtps://u:s3cret@mail.example"

    assert "s3cret" not in repr(SmtpSettings(url=url, from_address=CLINIC)) + repr(MailServer.from_url(url))


def _kind(outcome: Outcome) -> RefusalKind | None:
    return outcome.kind if isinstance(outcome, Refused) else None

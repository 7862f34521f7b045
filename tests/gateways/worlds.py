"""The same few levers over every provider, so that one suite can ask the same of every gateway."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar, Protocol

from followup.clock import SystemClock
from followup.domain.people import Channel
from followup.gateways.port import Gateway, Outgoing, RefusalKind
from followup.gateways.simulator import SimulatedProvider
from followup.gateways.smtp import SmtpGateway, SmtpSettings
from followup.gateways.twilio_calls import TwilioVoiceGateway
from followup.gateways.twilio_http import WireSettings
from followup.gateways.twilio_sms import TwilioSettings, TwilioSmsGateway
from tests.support.smtp_server import SmtpServer
from tests.support.twilio_stand_in import TwilioStandIn

ANN = "+13125550142"
ANNS_MAIL = "ann@mail.example"
KAY = "+13125550161"
WORDS = "Emergency alert. Code C Charlie, 4. Press 1 to take it."
PUBLIC_URL = "https://follow-up.example"


def text_to_ann(**changes: object) -> Outgoing:
    """A text, with what matters to the test changed."""
    values: dict[str, object] = {"id": "a1", "attempt": 1, "channel": Channel.SMS, "to": ANN, "body": "How are you?"}
    return Outgoing(**{**values, **changes})  # type: ignore[arg-type]


def mail_to_ann(**changes: object) -> Outgoing:
    """A mail, with what matters to the test changed."""
    return text_to_ann(**{"channel": Channel.EMAIL, "to": ANNS_MAIL, "subject": "From your clinic", **changes})


def call_to_kay(**changes: object) -> Outgoing:
    """A call to a member of staff, with what matters to the test changed."""
    values: dict[str, object] = {"id": "c1", "attempt": 1, "channel": Channel.VOICE, "to": KAY, "body": WORDS}
    return Outgoing(**{"staff": True, **values, **changes})  # type: ignore[arg-type]


def twilio_settings(stand_in: TwilioStandIn, **changes: object) -> TwilioSettings:
    """How to reach the stand-in, impatiently."""
    values: dict[str, object] = {
        "account_sid": stand_in.account,
        "auth_token": stand_in.token,
        "public_url": PUBLIC_URL,
        "from_number": stand_in.number,
        "wire": WireSettings(base_url=stand_in.url, connect_timeout=1.0, total_timeout=5.0),
    }
    return TwilioSettings(**{**values, **changes})  # type: ignore[arg-type]


class World(Protocol):
    """One provider under test."""

    gateway: Gateway
    finds_what_it_took: bool
    lists_words: bool

    def message(self, **changes: object) -> Outgoing:
        """A message on this channel."""
        ...

    def taken(self) -> list[str]:
        """Our ids of everything the provider took."""
        ...

    def refuse(self, kind: RefusalKind) -> None:
        """Refuse the next message."""
        ...

    def lose_answer(self, *, accepted: bool) -> None:
        """Lose the answer to the next message."""
        ...


class SimulatorWorld:
    """The simulator."""

    finds_what_it_took = True
    lists_words = True

    def __init__(self, *, voice: bool = False) -> None:
        self._provider = SimulatedProvider(SystemClock())
        self.gateway: Gateway = self._provider.voice if voice else self._provider.sms
        self.message = call_to_kay if voice else text_to_ann

    def taken(self) -> list[str]:
        return [str(entry.message_id) for entry in self._provider.ledger()]

    def refuse(self, kind: RefusalKind) -> None:
        self._provider.refuse(kind)

    def lose_answer(self, *, accepted: bool) -> None:
        self._provider.lose_answer(accepted=accepted)

    def close(self) -> None:
        self._provider.close()


class TwilioWorld:
    """Twilio's SDK against the stand-in."""

    finds_what_it_took = True
    lists_words = True
    _ANSWERS: ClassVar = {
        RefusalKind.PERMANENT: (400, 21211),
        RefusalKind.OPTED_OUT: (400, 21610),
        RefusalKind.ACCOUNT: (401, 20003),
        RefusalKind.LATER: (429, 20429),
    }

    def __init__(self, stand_in: TwilioStandIn) -> None:
        self._stand_in = stand_in
        self.gateway: Gateway = TwilioSmsGateway(twilio_settings(stand_in))
        self.message = text_to_ann

    def taken(self) -> list[str]:
        return [str(text.our_id) for text in self._stand_in.accepted()]

    def refuse(self, kind: RefusalKind) -> None:
        self._stand_in.refuse(*self._ANSWERS[kind])

    def lose_answer(self, *, accepted: bool) -> None:
        self._stand_in.cut("reset", accept=accepted)


class TwilioVoiceWorld(TwilioWorld):
    """The same for calls, which have no text to be listed."""

    lists_words = False

    def __init__(self, stand_in: TwilioStandIn) -> None:
        super().__init__(stand_in)
        self.gateway.close()
        self.gateway = TwilioVoiceGateway(twilio_settings(stand_in))
        self.message = call_to_kay

    def taken(self) -> list[str]:
        return [str(call.our_id) for call in self._stand_in.placed()]

    def refuse(self, kind: RefusalKind) -> None:
        self._stand_in.refuse(*self._ANSWERS[kind], when=lambda request: request.calls)

    def lose_answer(self, *, accepted: bool) -> None:
        self._stand_in.cut("reset", accept=accepted, when=lambda request: request.calls)


class MailWorld:
    """A real mail server. It knows no opt-out, and cannot be asked."""

    finds_what_it_took = False
    lists_words = False
    _REPLIES: ClassVar = {
        RefusalKind.PERMANENT: ("RCPT", "550 5.1.1 no such mailbox"),
        RefusalKind.OPTED_OUT: None,
        RefusalKind.ACCOUNT: ("MAIL", "530 5.7.0 sign in first"),
        RefusalKind.LATER: ("RCPT", "450 4.2.0 greylisted"),
    }

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        settings = SmtpSettings(url=server.url, from_address="follow-up@clinic.example", timeout=5.0)
        self.gateway: Gateway = SmtpGateway(settings, SystemClock())
        self.message = mail_to_ann

    def taken(self) -> list[str]:
        return [str(mail.parsed["Message-ID"]).strip("<").partition(".")[0] for mail in self._server.mails()]

    def refuse(self, kind: RefusalKind) -> None:
        reply = self._REPLIES[kind]
        assert reply is not None, "a mail server has no such refusal"
        self._server.reply(*reply)

    def lose_answer(self, *, accepted: bool) -> None:
        self._server.lose_answer(accept=accepted)


@contextmanager
def world(name: str) -> Iterator[World]:
    """One provider, running."""
    if name.startswith("simulator"):
        simulator = SimulatorWorld(voice=name == "simulator-voice")
        yield simulator
        simulator.close()
    elif name.startswith("twilio"):
        with TwilioStandIn(public_url=PUBLIC_URL) as stand_in:
            twilio = TwilioVoiceWorld(stand_in) if name == "twilio-voice" else TwilioWorld(stand_in)
            yield twilio
            twilio.gateway.close()
    else:
        with SmtpServer() as server:
            yield MailWorld(server)


SOON = timedelta(seconds=2)

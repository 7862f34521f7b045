"""Puts together a service that writes to real people: Twilio, a mail server, the machine's clock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from followup import log
from followup.bootstrap.chat import chat_gateway, chat_problems
from followup.bootstrap.contents import SendersFromSettings, take_files
from followup.bootstrap.opening import OnCommit, database_in, keep_address, open_store, this_process
from followup.clock import Clock, SystemClock
from followup.content.lexicon import load_lexicon
from followup.domain.people import Channel
from followup.errors import FollowupError
from followup.gateways.port import Gateway, Webhook
from followup.gateways.smtp import SmtpGateway, SmtpSettings
from followup.gateways.twilio_calls import TwilioVoiceGateway
from followup.gateways.twilio_http import WireSettings
from followup.gateways.twilio_numbers import TwilioInbox, TwilioNumbers
from followup.gateways.twilio_sms import TwilioSettings, TwilioSmsGateway
from followup.gateways.twilio_webhook import TwilioWebhook
from followup.services.context import ContentBook, Context, Mode, Policy
from followup.settings import LiveSettings, Settings

DEFAULT_VAR = Path("var")
_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service put together and not yet running."""

    settings: LiveSettings
    database_url: str
    context: Context
    webhook: Webhook

    def close(self) -> None:
        """Let go of connections; nothing may be using the service any more."""
        for gateway in self.context.gateways.values():
            gateway.close()
        self.context.store.close()


def live(settings: LiveSettings, *, on_commit: OnCommit) -> Service:
    """Everything of a live service on a database that is, or now becomes, live.

    An empty database gets its schema. Raises FollowupError where something is missing or does not fit.
    """
    url = settings.database_url or database_in(DEFAULT_VAR)
    public_url = settings.public_url
    if public_url is None:  # not reached: LiveSettings needs it
        raise FollowupError("FOLLOWUP_PUBLIC_URL is missing")
    clock = SystemClock()
    twilio = twilio_settings(settings, public_url)
    texts = TwilioSmsGateway(twilio)
    gateways = _gateways(settings, texts, TwilioVoiceGateway(twilio), clock)
    webhook = TwilioWebhook(public_url=public_url, auth_tokens=settings.twilio_auth_tokens)
    store = open_store(settings, url, use="live", on_commit=on_commit)
    keep_address(store, public_url)
    content = SendersFromSettings(take_files(store, clock, settings), settings.twilio_from_number)
    context = Context(
        store=store,
        clock=clock,
        content=content,
        lexicon=load_lexicon(),
        policy=live_policy(settings, public_url),
        gateways=gateways,
        worker=this_process(),
        inbox=TwilioInbox(texts, TwilioNumbers(twilio)),
        own_numbers=_own_numbers(settings, content),
    )
    for problem in chat_problems(settings, content.current().content.configuration):
        _log.error("staff cannot be told by chat", problem=problem)
    return Service(settings=settings, database_url=url, context=context, webhook=webhook)


def live_policy(settings: LiveSettings, public_url: str) -> Policy:
    """What the settings say about sending. Twilio answers STOP, START and HELP itself unless told otherwise."""
    answers = settings.provider_answers_keywords
    return Policy(
        public_url=public_url,
        mode=Mode.LIVE,
        provider_answers_keywords=True if answers is None else answers,
        only_to=frozenset(settings.only_to),
        shadow=settings.shadow,
    )


def _own_numbers(settings: LiveSettings, content: ContentBook) -> tuple[str, ...]:
    """The numbers that texts to us are sent to, as far as we know them: the clinics' and the one kept for staff."""
    clinics = content.current().content.configuration.clinics.values()
    numbers = (*(clinic.sender for clinic in clinics), settings.twilio_staff_from_number)
    return tuple(dict.fromkeys(number for number in numbers if number))


def _gateways(settings: LiveSettings, texts: Gateway, calls: Gateway, clock: Clock) -> dict[Channel, Gateway]:
    others = (mail_gateway(settings, clock), chat_gateway(settings))
    return {gateway.channel: gateway for gateway in (texts, calls, *others) if gateway is not None}


def mail_gateway(settings: Settings, clock: Clock) -> SmtpGateway | None:
    """The way out for mail; None where the settings name no mail server."""
    if not settings.smtp_url or not settings.email_from:
        return None
    return SmtpGateway(
        SmtpSettings(url=settings.smtp_url, from_address=settings.email_from, staffed_box=settings.email_reply_to),
        clock,
    )


def twilio_settings(settings: Settings, public_url: str) -> TwilioSettings:
    """The account and its senders, as the settings name them."""
    return TwilioSettings(
        account_sid=settings.twilio_account_sid or "",
        auth_token=settings.twilio_auth_tokens[0],
        public_url=public_url,
        messaging_service_sid=settings.twilio_messaging_service_sid,
        from_number=settings.twilio_from_number,
        staff_from=settings.twilio_staff_from_number,
        wire=WireSettings(base_url=settings.twilio_base_url),
    )

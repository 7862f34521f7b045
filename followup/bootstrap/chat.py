"""The way out to chat and pager services, and what is missing for it. The live service and `followup doctor` ask."""

from __future__ import annotations

from collections.abc import Iterator

from followup.domain.people import Channel
from followup.domain.schedule import Configuration
from followup.gateways.chat import ChatGateway
from followup.settings import Settings


def chat_gateway(settings: Settings) -> ChatGateway | None:
    """None where the settings name no address."""
    return ChatGateway(settings.chat_urls) if settings.chat_urls else None


def chat_problems(settings: Settings, configuration: Configuration) -> Iterator[str]:
    """What keeps notices by chat from going out, a sentence each; nothing where no chain tells anybody so."""
    gateway = chat_gateway(settings)
    problem = gateway.problem() if gateway is not None else None
    if problem is not None:
        yield f"FOLLOWUP_CHAT_URLS: {problem}"
    if not _is_used(configuration):
        return
    for member in configuration.staff.values():
        missing = [name for name in member.chat if name not in settings.chat_urls]
        if missing:
            yield f"FOLLOWUP_CHAT_URLS has no address called {', '.join(missing)}, by which {member.name} is to be told"


def _is_used(configuration: Configuration) -> bool:
    steps = [step.channels for chain in configuration.chains.values() for step in chain.steps]
    lists = [chain.work_list.channels for chain in configuration.chains.values() if chain.work_list is not None]
    return any(Channel.CHAT in channels for channels in (*steps, *lists))

"""A chat or pager service beside texts and calls: told at once, never an acknowledgement, and its failure is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from followup.domain import windows
from followup.domain.alert import AlertStatus
from followup.domain.message import MessageState
from followup.domain.people import Channel
from followup.gateways.chat import ChatGateway
from followup.gateways.port import Accepted, Outcome, Outgoing
from tests.support.clinic import CHICAGO, ROOT, SUNDAY, Clinic, Clock

EVENING = windows.instant_of(SUNDAY, time(18), CHICAGO)


class Team(ChatGateway):
    """A chat service that takes everything."""

    def __init__(self) -> None:
        super().__init__({})
        self.taken: list[Outgoing] = []

    def send(self, message: Outgoing) -> Outcome:
        self.taken.append(message)
        return Accepted(provider="chat", provider_id=f"{message.id}.{message.attempt}")


@pytest.fixture
def schedules(tmp_path: Path) -> Path:
    """The shipped file, in which both nurses have a chat and the first step of an emergency uses it."""
    text = (ROOT / "schedules.yaml").read_text(encoding="utf-8")
    for nurse in ("kay.miller", "sam.ortiz"):
        line = f"    email: {nurse}@prairie.example.org\n"
        assert line in text
        text = text.replace(line, f"{line}    chat: [team]\n")
    first = "        tell: { on_duty: nurses }\n        by: [sms, voice, email]\n"
    assert first in text
    written = tmp_path / "schedules.yaml"
    written.write_text(text.replace(first, first.replace("email]", "email, chat]")), encoding="utf-8")
    return written


def emergency(clinic: Clinic) -> None:
    ann = clinic.patient("Ann", baseline=5)
    clinic.infusion(ann, ended="15:04")
    Clock(clinic).to("19:10")
    ann.expects_sms("how are you now?")
    ann.replies("I have bad chest pain")
    ann.expects_sms("911")
    clinic.on_duty().expects_alert("Emergency")


def test_the_team_reads_it_too_without_a_word_of_the_patient_and_nobody_has_it_by_that(
    clinic_at: Callable[..., Clinic], schedules: Path
):
    clinic = clinic_at(EVENING, schedules)
    team = Team()
    clinic.context = replace(clinic.context, gateways={**clinic.context.gateways, Channel.CHAT: team})

    emergency(clinic)

    (notice,) = team.taken
    (alert,) = clinic.alerts()
    assert notice.to == "team"
    assert alert.code in notice.body
    assert "chest" not in notice.body
    assert "Ann" not in notice.body
    assert alert.status is AlertStatus.OPEN
    clinic.staff_close_everything()


def test_where_chat_does_not_work_the_lead_hears_of_it_and_the_others_go_on(
    clinic_at: Callable[..., Clinic], schedules: Path
):
    clinic = clinic_at(EVENING, schedules)
    gateway = ChatGateway({})
    clinic.context = replace(clinic.context, gateways={**clinic.context.gateways, Channel.CHAT: gateway})

    emergency(clinic)

    clinic.staff["lee"].expects_alert("Urgent")
    with clinic.store.read() as uow:
        sent = [one for alert in clinic.alerts() for one in uow.messages.of_alert(alert.id)]
    (chat,) = [one for one in sent if one.channel is Channel.CHAT]
    assert (chat.state, chat.reason) == (MessageState.FAILED, "FOLLOWUP_CHAT_URLS has no address called team")
    clinic.staff_close_everything()

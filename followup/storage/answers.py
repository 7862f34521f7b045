"""Answers: what patients told, kept for ever as they told it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update

from followup.domain.people import Channel
from followup.domain.plan import Answer
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.course import answers
from followup.storage.vault import Vault


class AnswerRows:
    """The answers of one unit of work."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._mapper = Mapper(answers, Answer, vault)

    def add(self, answer: Answer) -> None:
        """Store an answer. Raises Collision where this attempt at the question was stored before."""
        self._rows.change(insert(answers), self._mapper.values(answer))

    def of_check_in(self, check_in: str) -> tuple[Answer, ...]:
        """The answers of a check-in, oldest first."""
        return self._found(answers.c.check_in_id == check_in)

    def of_patient(self, patient: str) -> tuple[Answer, ...]:
        """The answers of a patient, oldest first."""
        return self._found(answers.c.patient_id == patient)

    def doubt(self, patient: str, channel: Channel, *, since: datetime | None) -> int:
        """Mark a patient's answers by one channel since then as perhaps somebody else's; gives how many were."""
        doubted = update(answers).where(
            answers.c.patient_id == patient, answers.c.channel == channel.value, answers.c.doubtful.is_(False)
        )
        if since is not None:
            doubted = doubted.where(answers.c.at >= since)
        return self._rows.change(doubted.values(doubtful=True))

    def _found(self, condition: ColumnElement[bool]) -> tuple[Answer, ...]:
        found = select(answers).where(condition).order_by(answers.c.at, answers.c.id)
        return self._mapper.records(self._rows.all(found))

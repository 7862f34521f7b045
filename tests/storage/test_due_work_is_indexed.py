"""What is asked every second reads only the rows that have work left, however many lie beside them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from followup.domain.message import Lane
from followup.storage.store import Store
from tests.storage.samples import MINUTE, NOW

QUESTIONS = {
    "check-ins due": (lambda unit: unit.check_ins.due(NOW, 100), {"ix_check_ins_due"}),
    "next check-in": (lambda unit: unit.check_ins.next_due_at(), {"ix_check_ins_due"}),
    "open check-ins": (lambda unit: unit.check_ins.open_of(["p"]), {"ix_check_ins_patient_id_due_at"}),
    "claim": (
        lambda unit: unit.messages.claim(Lane.STAFF, "w", NOW, MINUTE, 100),
        {"ix_messages_queued", "ix_messages_claimed"},
    ),
    "next message": (
        lambda unit: unit.messages.next_due_at(),
        {"ix_messages_queued", "ix_messages_in_doubt", "ix_messages_expiring"},
    ),
    "stale sending": (lambda unit: unit.messages.stale_sending(NOW), {"ix_messages_sending"}),
    "in doubt": (lambda unit: unit.messages.in_doubt_due(NOW, 100), {"ix_messages_in_doubt"}),
    "outlived": (lambda unit: unit.messages.outlived(NOW, 100), {"ix_messages_expiring"}),
    "without receipt": (lambda unit: unit.messages.without_receipt(NOW, 100), {"ix_messages_without_receipt"}),
    "held": (lambda unit: unit.messages.held(100), {"ix_messages_held"}),
    "waiting for a patient": (lambda unit: unit.messages.waiting_for("p"), {"ix_messages_patient_id_created_at"}),
    "inbound pending": (lambda unit: unit.inbound.pending(100), {"ix_inbound_pending"}),
    "oldest inbound": (lambda unit: unit.inbound.oldest_pending_at(), {"ix_inbound_pending"}),
    "alerts due": (lambda unit: unit.alerts.due(NOW, 100), {"ix_alerts_due"}),
    "next alert": (lambda unit: unit.alerts.next_due_at(), {"ix_alerts_due"}),
    "alerts overdue": (lambda unit: unit.alerts.overdue(NOW), {"ix_alerts_due"}),
    "alerts without next action": (lambda unit: unit.alerts.without_next_action(), {"ix_alerts_due"}),
    "notices of an alert": (lambda unit: unit.messages.of_alert("a"), {"ix_messages_alert_id"}),
    "a talk with a patient": (lambda unit: unit.chats.open_of("p"), {"uq_chats_open"}),
    "talks that are over": (lambda unit: unit.chats.over(NOW, 100), {"ix_chats_until"}),
    "check-ins of some days": (
        lambda unit: unit.check_ins.counted("c", [NOW, NOW + MINUTE, NOW + 2 * MINUTE]),
        {"ix_check_ins_clinic_id_due_at"},
    ),
    "infusions of a day": (
        lambda unit: unit.infusions.ended_between("c", NOW, NOW + MINUTE),
        {"ix_infusions_clinic_id_ended_at"},
    ),
    "audit to chain": (lambda unit: unit.audit.seal(100), set()),
}


@pytest.fixture
def plans(store: Store, migrated_database_url: str):
    """Carries out a question and gives the plans of all its statements, as the database tells them."""
    asked: list[tuple[str, Any]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many):
        asked.append((statement, parameters))

    def explain(question) -> str:
        with store.write() as unit:
            event.listen(store._writing, "before_cursor_execute", note)
            question(unit)
            event.remove(store._writing, "before_cursor_execute", note)
        engine = create_engine(migrated_database_url)
        prefix = "EXPLAIN QUERY PLAN " if engine.dialect.name == "sqlite" else "EXPLAIN "
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET enable_seqscan = off"))  # a nearly empty table is scanned otherwise
            told = [
                str(row)
                for statement, parameters in asked
                if re.match(r"\s*(SELECT|WITH|UPDATE)", statement) and "facts" not in statement
                for row in connection.exec_driver_sql(prefix + statement, parameters)
            ]
        engine.dispose()
        return "\n".join(told)

    return explain


@pytest.mark.parametrize("question", QUESTIONS)
def test_only_rows_with_work_left_are_read(plans, question):
    ask, indexes = QUESTIONS[question]
    told = plans(ask)
    assert {index for index in indexes if index not in told} == set(), told
    assert not re.search(r"SCAN (messages|check_ins|inbound|alerts|audit)\b(?! USING)", told), told
    assert not re.search(r"Seq Scan on (messages|check_ins|inbound|alerts|audit)\b", told), told

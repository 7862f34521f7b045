"""A unit of work: one transaction and every repository on it. Handed out by the store to the services."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from followup.storage.accounts import AccountRows
from followup.storage.alerts import AlertRows
from followup.storage.answers import AnswerRows
from followup.storage.audit import AuditRows
from followup.storage.chats import ChatRows
from followup.storage.check_ins import CheckInRows
from followup.storage.contacts import ContactRows
from followup.storage.corrections import CorrectionRows
from followup.storage.devices import DeviceRows
from followup.storage.duty import DutyRows
from followup.storage.errors import StorageError
from followup.storage.expected import ExpectedRows
from followup.storage.facts import FactRows
from followup.storage.gathered import GatheredRows
from followup.storage.inbound import InboundRows
from followup.storage.infusions import InfusionRows
from followup.storage.invitations import InvitationRows
from followup.storage.jobs import JobRows
from followup.storage.leases import LeaseRows
from followup.storage.links import LinkRows
from followup.storage.merges import MergeRows
from followup.storage.messages import MessageRows
from followup.storage.notes import NoteRows
from followup.storage.page_tests import PageTestRows
from followup.storage.patients import PatientRows
from followup.storage.plans import PlanRows
from followup.storage.roles import RoleRows
from followup.storage.rows import Rows
from followup.storage.seals import SealRows
from followup.storage.second_factors import SecondFactorRows
from followup.storage.sessions import SessionRows
from followup.storage.suppressions import SuppressionRows
from followup.storage.tasks import TaskRows
from followup.storage.throttle import ThrottleRows
from followup.storage.tokens import TokenRows
from followup.storage.vault import Vault
from followup.storage.versions import VersionRows


class UnitOfWork:
    """Everything done through it is kept by `commit`, or not at all. For one thread, and until its block is left.

    Two kinds: one that may write, and one that only reads and cannot be committed.
    """

    def __init__(self, rows: Rows, vault: Vault, committed: Callable[[frozenset[str]], None] | None) -> None:
        self._rows = rows
        self._vault = vault
        self._committed = committed
        self._topics: set[str] = set()

    def commit(self) -> None:
        """Make everything durable. The unit of work is over then; those who wait for its topics are woken."""
        if self._committed is None:
            raise StorageError("this unit of work only reads; open one that writes", temporary=False)
        self._rows.commit()
        self._committed(frozenset(self._topics))

    def wake(self, topic: str) -> None:
        """Once this is committed, wake whoever waits for `topic`."""
        self._topics.add(topic)

    def serialize(self, *names: str) -> None:
        """Until this is over, nobody else does what they also serialize under one of these names.

        Where what was read must still hold when this is committed: an opt-out and the mark before a send, say.
        """
        self._rows.serialize(names)

    @cached_property
    def patients(self) -> PatientRows:
        """The patients."""
        return PatientRows(self._rows, self._vault)

    @cached_property
    def merges(self) -> MergeRows:
        """The merges of patients."""
        return MergeRows(self._rows)

    @cached_property
    def infusions(self) -> InfusionRows:
        """The infusions."""
        return InfusionRows(self._rows)

    @cached_property
    def plans(self) -> PlanRows:
        """The plans."""
        return PlanRows(self._rows, self._vault)

    @cached_property
    def check_ins(self) -> CheckInRows:
        """The check-ins."""
        return CheckInRows(self._rows, self._vault)

    @cached_property
    def answers(self) -> AnswerRows:
        """The answers."""
        return AnswerRows(self._rows, self._vault)

    @cached_property
    def messages(self) -> MessageRows:
        """The outbox."""
        return MessageRows(self._rows, self._vault)

    @cached_property
    def inbound(self) -> InboundRows:
        """The inbox."""
        return InboundRows(self._rows, self._vault)

    @cached_property
    def alerts(self) -> AlertRows:
        """The alerts."""
        return AlertRows(self._rows, self._vault)

    @cached_property
    def contacts(self) -> ContactRows:
        """The tries to reach patients."""
        return ContactRows(self._rows, self._vault)

    @cached_property
    def tasks(self) -> TaskRows:
        """What people have to come back to."""
        return TaskRows(self._rows, self._vault)

    @cached_property
    def gathered(self) -> GatheredRows:
        """What stands on file about many patients at once."""
        return GatheredRows(self._rows, self._vault)

    @cached_property
    def chats(self) -> ChatRows:
        """The talks by text."""
        return ChatRows(self._rows, self._vault)

    @cached_property
    def notes(self) -> NoteRows:
        """The notes on patients."""
        return NoteRows(self._rows, self._vault)

    @cached_property
    def corrections(self) -> CorrectionRows:
        """What texts should have been taken to mean."""
        return CorrectionRows(self._rows, self._vault)

    @cached_property
    def expected_levels(self) -> ExpectedRows:
        """The side effects that are expected for a while."""
        return ExpectedRows(self._rows, self._vault)

    @cached_property
    def duty(self) -> DutyRows:
        """The exceptions to the rotas."""
        return DutyRows(self._rows)

    @cached_property
    def page_tests(self) -> PageTestRows:
        """The weekly test pages."""
        return PageTestRows(self._rows, self._vault)

    @cached_property
    def suppressions(self) -> SuppressionRows:
        """The opt-outs."""
        return SuppressionRows(self._rows, self._vault)

    @cached_property
    def audit(self) -> AuditRows:
        """The audit trail."""
        return AuditRows(self._rows, self._vault)

    @cached_property
    def versions(self) -> VersionRows:
        """The published versions."""
        return VersionRows(self._rows)

    @cached_property
    def accounts(self) -> AccountRows:
        """The sign-in accounts."""
        return AccountRows(self._rows)

    @cached_property
    def roles(self) -> RoleRows:
        """What each account may do where."""
        return RoleRows(self._rows)

    @cached_property
    def second_factors(self) -> SecondFactorRows:
        """The second factors, and the codes for a lost phone."""
        return SecondFactorRows(self._rows, self._vault)

    @cached_property
    def devices(self) -> DeviceRows:
        """The known browsers."""
        return DeviceRows(self._rows)

    @cached_property
    def invitations(self) -> InvitationRows:
        """The one-time links by which a password is set."""
        return InvitationRows(self._rows)

    @cached_property
    def sessions(self) -> SessionRows:
        """Who is signed in."""
        return SessionRows(self._rows)

    @cached_property
    def throttle(self) -> ThrottleRows:
        """The failed tries to sign in."""
        return ThrottleRows(self._rows)

    @cached_property
    def tokens(self) -> TokenRows:
        """The API tokens."""
        return TokenRows(self._rows)

    @cached_property
    def links(self) -> LinkRows:
        """The links in notices."""
        return LinkRows(self._rows)

    @cached_property
    def jobs(self) -> JobRows:
        """The heartbeats of the periodic jobs."""
        return JobRows(self._rows)

    @cached_property
    def leases(self) -> LeaseRows:
        """What only one worker may do at a time."""
        return LeaseRows(self._rows)

    @cached_property
    def seals(self) -> SealRows:
        """Every encrypted column, for key rotation."""
        return SealRows(self._rows, self._vault)

    @cached_property
    def facts(self) -> FactRows:
        """Single facts about the installation."""
        return FactRows(self._rows)

"""What each account may do at which clinic."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select

from followup.domain.access import Role
from followup.storage.rows import Rows
from followup.storage.tables.access import account_roles

_column = account_roles.c


class RoleRows:
    """The roles as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def give(self, account: str, clinic: str, role: Role, *, at: datetime, by: str) -> None:
        """Let an account do what `role` may at a clinic, in place of what it could."""
        self.take_away(account, clinic)
        row = {"account_id": account, "clinic_id": clinic, "role": role, "given_at": at, "given_by": by}
        self._rows.change(insert(account_roles), row)

    def take_away(self, account: str, clinic: str) -> int:
        """The account is nobody at that clinic; gives how many roles went."""
        return self._rows.change(
            delete(account_roles).where(_column.account_id == account, _column.clinic_id == clinic)
        )

    def role(self, account: str, clinic: str) -> Role | None:
        """The role of an account at a clinic; None where it has no business there."""
        wanted = select(_column.role).where(_column.account_id == account, _column.clinic_id == clinic)
        role: Role | None = self._rows.scalar(wanted)
        return role

    def of_account(self, account: str) -> Mapping[str, Role]:
        """The roles of an account by clinic."""
        found = select(account_roles).where(_column.account_id == account).order_by(_column.clinic_id)
        return {row["clinic_id"]: row["role"] for row in self._rows.all(found)}

"""Browsers that staff called their own. Only hashes of the tokens in their cookies are stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from followup.storage.rows import Row, Rows
from followup.storage.tables.proof import devices

_column = devices.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One known browser of one account, until `expires_at`. `name` is what its owner will know it by."""

    id: str
    account: str
    token_hash: str
    name: str
    made_at: datetime
    seen_at: datetime
    expires_at: datetime


class DeviceRows:
    """The known browsers as one unit of work sees them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, device: Device) -> None:
        """Know a browser from now on."""
        row = {
            "id": device.id,
            "account_id": device.account,
            "token_hash": device.token_hash,
            "name": device.name,
            "made_at": device.made_at,
            "seen_at": device.seen_at,
            "expires_at": device.expires_at,
        }
        self._rows.change(insert(devices), row)

    def by_token(self, token_hash: str) -> Device | None:
        """A browser by its token; whether it has expired is for the caller to see."""
        row = self._rows.first(select(devices).where(_column.token_hash == token_hash))
        return None if row is None else _device(row)

    def of_account(self, account: str) -> tuple[Device, ...]:
        """The known browsers of an account, the latest used first."""
        wanted = select(devices).where(_column.account_id == account).order_by(_column.seen_at.desc(), _column.id)
        return tuple(_device(row) for row in self._rows.all(wanted))

    def touch(self, device_id: str, at: datetime) -> None:
        """Note a sign-in."""
        self._rows.change(update(devices).where(_column.id == device_id).values(seen_at=at))

    def forget(self, account: str, device_id: str) -> bool:
        """Do not know one browser of an account any more. End its sessions first."""
        return self._rows.change(delete(devices).where(_column.id == device_id, _column.account_id == account)) == 1

    def forget_all(self, account: str) -> int:
        """Know no browser of an account any more, and give how many there were. End the sessions first."""
        return self._rows.change(delete(devices).where(_column.account_id == account))

    def forget_expired(self, before: datetime) -> int:
        """Remove those whose time was over before then, and give how many there were."""
        return self._rows.change(delete(devices).where(_column.expires_at < before))


def _device(row: Row) -> Device:
    values = dict(row)
    return Device(account=values.pop("account_id"), **values)

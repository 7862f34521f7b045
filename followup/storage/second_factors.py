"""Second factors of staff: sealed seeds of the codes that their phones make, and hashed codes for a lost phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update

from followup.ids import new_id
from followup.storage.mapping import Mapper
from followup.storage.rows import Rows
from followup.storage.tables.proof import recovery_codes, second_factors
from followup.storage.vault import Vault

_factor = second_factors.c
_code = recovery_codes.c


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """The seed that a phone and we share, in base32. It counts once a first code has shown that the phone has it."""

    id: str
    account: str
    seed: str
    made_at: datetime
    confirmed_at: datetime | None = None
    last_step: int | None = None


class SecondFactorRows:
    """The second factors as one unit of work sees them."""

    def __init__(self, rows: Rows, vault: Vault) -> None:
        self._rows = rows
        self._vault = vault
        self._mapper = Mapper(second_factors, SecondFactor, vault)

    def begin(self, factor: SecondFactor) -> None:
        """Keep a seed that is still to be confirmed, in place of an earlier one that never was."""
        self._rows.change(
            delete(second_factors).where(_factor.account_id == factor.account, _factor.confirmed_at.is_(None))
        )
        self._rows.change(insert(second_factors), self._mapper.values(factor))

    def pending(self, account: str) -> SecondFactor | None:
        """The seed that waits for its first code."""
        return self._one(account, confirmed=False)

    def confirmed(self, account: str) -> SecondFactor | None:
        """The seed that counts."""
        return self._one(account, confirmed=True)

    def confirm(self, factor: SecondFactor, step: int, at: datetime) -> None:
        """From now on this seed counts, and no other of the account."""
        self._rows.change(delete(second_factors).where(_factor.account_id == factor.account, _factor.id != factor.id))
        self._rows.change(update(second_factors).where(_factor.id == factor.id).values(confirmed_at=at, last_step=step))

    def use_step(self, factor_id: str, step: int) -> bool:
        """Take the code of `step`; False where it, or a later one, was taken already."""
        later = or_(_factor.last_step.is_(None), _factor.last_step < step)
        taken = update(second_factors).where(_factor.id == factor_id, later).values(last_step=step)
        return self._rows.change(taken) == 1

    def forget(self, account: str) -> None:
        """The account has no second factor any more, nor codes for a lost phone."""
        self._rows.change(delete(second_factors).where(_factor.account_id == account))
        self._rows.change(delete(recovery_codes).where(_code.account_id == account))

    def set_codes(self, account: str, codes: Iterable[str], at: datetime) -> None:
        """Keep the hashes of these codes for a lost phone, in place of all earlier ones."""
        self._rows.change(delete(recovery_codes).where(_code.account_id == account))
        for code in codes:
            row = {"id": new_id(), "account_id": account, "code_hash": self._vault.index("recovery", code)}
            self._rows.change(insert(recovery_codes), row | {"made_at": at, "used_at": None})

    def use_code(self, account: str, code: str, at: datetime) -> bool:
        """Take a code for a lost phone; False where there is none such, or it was taken already."""
        hashes = self._vault.candidates("recovery", code)
        wanted = (_code.account_id == account, _code.code_hash.in_(hashes), _code.used_at.is_(None))
        return self._rows.change(update(recovery_codes).where(*wanted).values(used_at=at)) == 1

    def codes_left(self, account: str) -> int:
        """How many codes for a lost phone were not used."""
        left = select(func.count()).select_from(recovery_codes)
        return int(self._rows.scalar(left.where(_code.account_id == account, _code.used_at.is_(None))))

    def _one(self, account: str, *, confirmed: bool) -> SecondFactor | None:
        state = _factor.confirmed_at.is_not(None) if confirmed else _factor.confirmed_at.is_(None)
        row = self._rows.first(select(second_factors).where(_factor.account_id == account, state))
        return None if row is None else self._mapper.record(row)

"""Tokens for the API: made, listed, taken back. Only the hash is kept; the token itself is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from followup.errors import InvalidInput, NotFound, Problem
from followup.ids import new_id
from followup.services.check_token import Scope
from followup.services.context import Context
from followup.services.links import hash_of


def issue_token(
    context: Context,
    *,
    name: str,
    scopes: Collection[Scope],
    lives: timedelta | None,
    now: datetime,
    actor: str,
) -> str:
    """Make a token and give it, for the only time. `lives` None: until it is taken back. Raises InvalidInput."""
    if not name.strip() or not scopes:
        raise InvalidInput("no token was made", (Problem(at="name", message="give a name and at least one scope"),))
    token = secrets.token_urlsafe(32)
    token_id = new_id()
    with context.store.write() as uow:
        expires_at = None if lives is None else now + lives
        uow.tokens.add(token_id, name.strip(), hash_of(token), [scope.value for scope in scopes], now, expires_at)
        uow.audit.append(at=now, actor=actor, action="token.issued", subject="token", subject_id=token_id)
        uow.commit()
    return token


def revoke_token(context: Context, token_id: str, *, now: datetime, actor: str) -> None:
    """Take a token back at once. Raises NotFound."""
    with context.store.write() as uow:
        if not uow.tokens.revoke(token_id):
            message = "there is no such token; `followup token list` shows their ids"
            raise NotFound(message)
        uow.audit.append(at=now, actor=actor, action="token.revoked", subject="token", subject_id=token_id)
        uow.commit()

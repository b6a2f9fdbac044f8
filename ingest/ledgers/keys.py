"""Keyed digests: by them the same citizen or household is known again, and nobody gets back from one to a name."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import Connection, insert, select

from data_access.board_tables import BoardProperty
from ingest.ledgers.cells import plain

SECRET = "ledger_secret"  # noqa: S105 (the name it is kept under)


def secret_of(connection: Connection) -> str:
    """The database's own; '' where nothing has needed one yet."""
    return connection.scalar(select(BoardProperty.value).where(BoardProperty.name == SECRET)) or ""


def ensure_secret(connection: Connection) -> str:
    if not secret_of(connection):
        connection.execute(insert(BoardProperty).values(name=SECRET, value=secrets.token_hex(32)))
    return secret_of(connection)


def keyed(secret: str, said: str) -> str | None:
    """The same words give the same key; without the database's own secret nobody gets from the key back to a name or a phone."""
    return hmac.new(secret.encode(), plain(said).encode(), hashlib.sha256).hexdigest()[:24] if plain(said) else None

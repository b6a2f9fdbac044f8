"""Attempts to sign in from an address, and what the audit says of them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, select

from data_access import sessions
from data_access.board_tables import BoardAudit
from data_access.scope import Scope
from tests.signed_in import NOW

HALL, STREET = "10.1.2.3", "10.9.9.9"
GRANTOR = Scope("", may_grant=True)


def tried(database: Engine, name: str, password: str, address: str = STREET, after: timedelta = timedelta()) -> sessions.SignIn:
    return sessions.sign_in(database, name, password, NOW + after, address=address)


def audit_of(database: Engine, since: int = 0) -> list[tuple[str, str, str | None]]:
    query = select(BoardAudit.username, BoardAudit.action, BoardAudit.detail).where(BoardAudit.id > since).order_by(BoardAudit.id)
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def last_entry(database: Engine) -> int:
    with database.connect() as connection:
        return connection.scalar(select(BoardAudit.id).order_by(BoardAudit.id.desc()).limit(1)) or 0

"""A ticket: what a browser hands in, once and soon, for the cookie of the sign-in that has just been made in one of its tabs.

The tab runs in one process and speaks to its browser through scripts; the cookie must come from a request of its own, so that no script
can read it. The ticket goes between them, by way of the database, because any process may be asked. The table holds its digest, and the
session's token sealed with it: who reads the table learns neither.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from data_access.board_tables import BoardTicket

LIFE = timedelta(minutes=1)


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def _sealed(text: bytes, ticket: str) -> bytes:
    """``text`` under a pad that only the ticket yields; the same again opens it. A ticket seals one text and is random itself."""
    pad = hashlib.shake_256(b"seal " + ticket.encode()).digest(len(text))
    return bytes(one ^ other for one, other in zip(text, pad, strict=True))


def issue_ticket(connection: Connection, token: str, now: datetime) -> str:
    """A ticket for the session of ``token``, good for :data:`LIFE`. Takes those away that nobody has handed in."""
    ticket = secrets.token_urlsafe(32)
    connection.execute(delete(BoardTicket).where(BoardTicket.good_until <= now))
    row = {"ticket_digest": _digest(ticket), "sealed_token": _sealed(token.encode(), ticket).hex(), "good_until": now + LIFE}
    connection.execute(insert(BoardTicket), row)
    return ticket


def is_issued(connection: Connection, ticket: str) -> bool:
    """Whether the ticket is there to be redeemed, or to be found too old."""
    return connection.scalar(select(BoardTicket.good_until).where(BoardTicket.ticket_digest == _digest(ticket))) is not None


def redeem_ticket(connection: Connection, ticket: str, now: datetime) -> str | None:
    """The token that a ticket was issued for; None where it is unknown, too old or was handed in before. It is used up by that."""
    mine = delete(BoardTicket).where(BoardTicket.ticket_digest == _digest(ticket))
    row = connection.execute(mine.returning(BoardTicket.sealed_token, BoardTicket.good_until)).one_or_none()
    return _sealed(bytes.fromhex(row.sealed_token), ticket).decode() if row is not None and now < row.good_until else None

"""Secrets of one database: made once, kept in ``board_property``, so that every process has the same."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from data_access.board_tables import BoardProperty


def kept_secret(connection: Connection, name: str) -> str:
    """The secret of this name, 64 hexadecimal digits; the first who asks makes it."""
    query = select(BoardProperty.value).where(BoardProperty.name == name)
    kept = connection.scalar(query)
    if kept is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(BoardProperty), {"name": name, "value": secrets.token_hex(32)})
        except IntegrityError:  # another process was quicker: its secret counts
            pass
        kept = connection.scalar(query)
    return str(kept)

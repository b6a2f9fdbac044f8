"""Two roles that run the board without owning it (PostgreSQL): what each may do with every table, as SQL.

The owner makes and upgrades the tables (``migrate``) and serves nobody. The *runtime* role is the server's and the ledgers': it reads and
writes rows, of the audit, decisions and steps it can only add and read them, and it owns no trigger that it could take away. The *writer*
role is another system's feed: the contract's tables and nothing of the board's own but the marks that its triggers raise.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from sqlalchemy import Connection, text

from data_access.board_tables import (
    BoardAccount,
    BoardAnswer,
    BoardAttempt,
    BoardAudit,
    BoardChangeMark,
    BoardDecision,
    BoardHouseholdAlias,
    BoardImport,
    BoardImportChange,
    BoardImportKey,
    BoardImportRow,
    BoardLedgerMapping,
    BoardNightEntry,
    BoardNotice,
    BoardNoticeChannel,
    BoardNoticeSubscription,
    BoardPersonChoice,
    BoardProperty,
    BoardSelection,
    BoardSelectionStep,
    BoardSession,
    BoardSpotCheck,
    BoardTicket,
    BoardUnitAlias,
)
from data_access.revisions import VERSION_TABLE
from data_access.tables import CONTRACT, Table

READ, ADD, KEEP, ALL = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE", "SELECT, INSERT, UPDATE, DELETE"
RUNTIME = {
    **dict.fromkeys(CONTRACT, ALL),
    VERSION_TABLE: READ,
    **dict.fromkeys((table.__tablename__ for table in (BoardAudit, BoardDecision, BoardSelectionStep, BoardSpotCheck)), ADD),
    **dict.fromkeys((table.__tablename__ for table in (BoardImportChange, BoardImportRow)), ADD),
    **dict.fromkeys((table.__tablename__ for table in (BoardAccount, BoardProperty, BoardSelection, BoardImport, BoardNightEntry)), KEEP),
    **dict.fromkeys((table.__tablename__ for table in (BoardNotice, BoardNoticeChannel, BoardNoticeSubscription)), KEEP),
    **dict.fromkeys(
        (
            table.__tablename__
            for table in (
                BoardAnswer,
                BoardSession,
                BoardAttempt,
                BoardTicket,
                BoardChangeMark,
                BoardPersonChoice,
                BoardImportKey,
                BoardLedgerMapping,
                BoardUnitAlias,
                BoardHouseholdAlias,
            )
        ),
        ALL,
    ),
}
NUMBERED = frozenset(name for name, table in Table.metadata.tables.items() if "id" in table.columns)
WRITER = {**dict.fromkeys(CONTRACT, ALL), BoardChangeMark.__tablename__: KEEP}


class GrantError(ValueError):
    """The roles cannot be given rights; the text (Chinese) says why."""


def grants(connection: Connection, runtime: str, writer: str) -> list[str]:
    """The statements, one a line of a script; the same again changes nothing. Raises :class:`GrantError`."""
    if connection.dialect.name != "postgresql":
        raise GrantError("角色和权限是 PostgreSQL 的;SQLite 的库文件只有运行看板的系统用户能读写")
    if runtime == writer:
        raise GrantError("运行角色和写入角色须是两个角色")
    quoted = connection.dialect.identifier_preparer.quote
    owner = connection.scalar(text("SELECT tableowner FROM pg_tables WHERE tablename = :audit"), {"audit": BoardAudit.__tablename__})
    for role in (runtime, writer):
        if connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}) is None:
            raise GrantError(f"没有叫“{role}”的角色;先由数据库管理员建立:CREATE ROLE {quoted(role)} LOGIN PASSWORD '…'")
        if role == owner or connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = :role"), {"role": role}):
            raise GrantError(f"角色“{role}”拥有数据表或是超级用户,权限限制不了它")
    opened = (_opened(connection, quoted(role), rights) for role, rights in ((runtime, RUNTIME), (writer, WRITER)))
    return [*_shut(quoted(runtime), quoted(writer)), *chain.from_iterable(opened)]


def _shut(*roles: str) -> Iterator[str]:
    for role in ("PUBLIC", *roles):
        yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
        yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}"
        yield f"REVOKE CREATE ON SCHEMA public FROM {role}"


def _opened(connection: Connection, role: str, rights: dict[str, str]) -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    for table, what in rights.items():
        yield f"GRANT {what} ON {table} TO {role}"
        if table in NUMBERED and "INSERT" in what:
            numbers = connection.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table})
            if numbers is not None:  # a city's tables over its counties' have none of their own
                yield f"GRANT USAGE, SELECT ON SEQUENCE {numbers} TO {role}"  # read by pg_dump

"""What an administrator looks at: the audit page by page, and facts about the database itself."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, Connection, and_, func, literal, select, true, union_all

from data_access.board_tables import BoardAudit
from data_access.frames import frame
from data_access.scope import Scope
from data_access.tables import CONTRACT, Table

AUDIT_COLUMNS = (BoardAudit.at, BoardAudit.username, BoardAudit.action, BoardAudit.detail)


def _asked(scope: Scope, since: datetime, until: datetime, username: str | None, action: str | None) -> ColumnElement[bool]:
    if not scope.may_administer:
        return ~true()
    wanted = [BoardAudit.at >= since, BoardAudit.at < until]
    if username:
        wanted.append(BoardAudit.username == username)
    if action:
        wanted.append(BoardAudit.action == action)
    return and_(*wanted)


def audit_count(
    scope: Scope, connection: Connection, since: datetime, until: datetime, username: str | None = None, action: str | None = None
) -> int:
    """How many entries there are from ``since`` up to (not at) ``until``; 0 without the right to administer."""
    where = _asked(scope, since, until, username, action)
    return int(connection.scalar(select(func.count()).select_from(BoardAudit).where(where)) or 0)


def audit_page(
    scope: Scope,
    connection: Connection,
    since: datetime,
    until: datetime,
    username: str | None = None,
    action: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> pd.DataFrame:
    """One page of the audit, newest first. Grain: entry. Columns: at, username, action, detail."""
    where = _asked(scope, since, until, username, action)
    query = select(*AUDIT_COLUMNS).where(where).order_by(BoardAudit.at.desc(), BoardAudit.id.desc()).limit(limit).offset(offset)
    return frame(connection, query, [column.key for column in AUDIT_COLUMNS])


def table_facts(scope: Scope, connection: Connection) -> pd.DataFrame:
    """The contract's tables in two statements: how many rows, and when the newest was entered (None where a table does not say).

    Grain: table. Columns: table_name, rows, newest. Nothing without the right to administer.
    """
    if not scope.may_administer:
        return pd.DataFrame(columns=["table_name", "rows", "newest"])
    tables = [Table.metadata.tables[name] for name in CONTRACT]
    dated = union_all(
        *(
            select(literal(table.name).label("table_name"), func.count().label("rows"), func.max(table.c.recorded_at).label("newest"))
            for table in tables
            if "recorded_at" in table.c
        )
    )
    plain = union_all(
        *(
            select(literal(table.name).label("table_name"), func.count().label("rows")).select_from(table)
            for table in tables
            if "recorded_at" not in table.c
        )
    )
    first = frame(connection, dated, ["table_name", "rows", "newest"])
    second = frame(connection, plain, ["table_name", "rows"]).assign(newest=None)
    order = {name: place for place, name in enumerate(CONTRACT)}
    both = pd.concat([first.astype(object), second.astype(object)], ignore_index=True)
    return both.sort_values("table_name", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)

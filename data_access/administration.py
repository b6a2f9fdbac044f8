"""What administrators look at: the audit, searched and page by page, and facts about the database itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import ColumnElement, Connection, FromClause, and_, exists, func, literal, or_, select, true, union_all

from data_access.audit import shown_detail, visible_entries
from data_access.board_tables import BoardAudit
from data_access.frames import frame
from data_access.scope import Scope, is_accusation
from data_access.searched import searched
from data_access.tables import CONTRACT, Petition, Table


@dataclass(frozen=True)
class AuditSearch:
    """Entries from ``since`` up to (not at) ``until``; of one account, of one action, with a text anywhere in account or content."""

    since: datetime
    until: datetime
    username: str | None = None
    action: str | None = None
    text: str = ""

    def where(self, scope: Scope) -> ColumnElement[bool]:
        wanted = [visible_entries(scope), BoardAudit.at >= self.since, BoardAudit.at < self.until]
        if self.username:
            wanted.append(BoardAudit.username == searched(self.username))
        if self.action:
            wanted.append(BoardAudit.action == self.action)
        if text := searched(self.text):
            wanted.append(or_(*(column.icontains(text, autoescape=True) for column in (BoardAudit.username, shown_detail(scope)))))
        return and_(*wanted)


def audit_count(scope: Scope, connection: Connection, asked: AuditSearch) -> int:
    """How many of the entries that the scope may read (:func:`visible_entries`) are found."""
    return int(connection.scalar(select(func.count()).select_from(BoardAudit).where(asked.where(scope))) or 0)


def audit_page(scope: Scope, connection: Connection, asked: AuditSearch, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """One page of what is found, newest first. Grain: entry. Columns: at, username, action, detail (see :func:`shown_detail`)."""
    columns = (BoardAudit.at, BoardAudit.username, BoardAudit.action, shown_detail(scope))
    query = select(*columns).where(asked.where(scope)).order_by(BoardAudit.at.desc(), BoardAudit.id.desc())
    return frame(connection, query.limit(limit).offset(offset), ["at", "username", "action", "detail"])


def table_facts(scope: Scope, connection: Connection) -> pd.DataFrame:
    """The contract's tables in two statements: how many rows, and when the newest was entered (None where a table does not say).

    Grain: table. Columns: table_name, rows, newest. Nothing without the right to administer; 检举控告 only for who holds them.
    """
    if not scope.may_administer:
        return pd.DataFrame(columns=["table_name", "rows", "newest"])
    tables = [Table.metadata.tables[name] for name in CONTRACT]
    dated = union_all(
        *(
            select(
                literal(table.name).label("table_name"), func.count().label("rows"), func.max(table.c.recorded_at).label("newest")
            ).where(_listed(scope, table))
            for table in tables
            if "recorded_at" in table.c
        )
    )
    plain = union_all(
        *(
            select(literal(table.name).label("table_name"), func.count().label("rows")).select_from(table).where(_listed(scope, table))
            for table in tables
            if "recorded_at" not in table.c
        )
    )
    first = frame(connection, dated, ["table_name", "rows", "newest"])
    second = frame(connection, plain, ["table_name", "rows"]).assign(newest=None)
    order = {name: place for place, name in enumerate(CONTRACT)}
    both = pd.concat([first.astype(object), second.astype(object)], ignore_index=True)
    return both.sort_values("table_name", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def _listed(scope: Scope, table: FromClause) -> ColumnElement[bool]:
    """The rows of a table that are no 检举控告 and belong to none; all for a scope that holds them."""
    if scope.may_see_restricted:
        return true()
    if table is Petition.__table__:
        return ~is_accusation(table)
    if "petition_id" in table.c:
        return ~exists().where(Petition.id == table.c.petition_id, is_accusation(Petition))
    return true()

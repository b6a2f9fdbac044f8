"""The append-only audit: every sign-in, refusal, sign-out, export and change of an account (等保: kept at least six months).

Triggers in the database refuse UPDATE and DELETE on ``board_audit``; this module only adds and reads. Who can take the triggers away
cannot hide it: the rows are a chain, each with a digest of itself and of the one before. What is cut off its end leaves no gap, so the
last digest is to be written down elsewhere from time to time (``python -m data_access audit verify --seen``).

Who adds a row holds the end of the chain until its transaction is over, so no two rows follow the same one: on PostgreSQL by a lock that
knows no table, on SQLite by the lock of all writing. Record last: a transaction that then waits for something else keeps all waiting.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain

from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, and_, case, false, insert, or_, select, text, true

from data_access.board_tables import BoardAccount, BoardAudit, BoardProperty
from data_access.scope import Scope, in_scope


class Action(StrEnum):
    SIGN_IN = "sign_in"
    REFUSED = "refused"
    LOCKED = "locked"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session_ended"
    PAGE_REFUSED = "page_refused"
    EXPORT = "export"
    UNMASK = "unmask"
    ACCOUNT = "account"
    SELECTION = "selection"
    IMPORT = "import"
    CORRECTION = "correction"
    UNDO = "undo"
    ENTRY = "entry"
    RESTRICTED = "restricted"
    NOTICE = "notice"
    DECISION = "decision"
    SPOT_CHECK = "spot_check"
    RETENTION = "retention"


ACTION_NAMES = {
    Action.SIGN_IN: "登录",
    Action.REFUSED: "登录被拒",
    Action.LOCKED: "锁定",
    Action.SIGN_OUT: "退出",
    Action.SESSION_ENDED: "会话结束",
    Action.PAGE_REFUSED: "越权访问",
    Action.EXPORT: "导出",
    Action.UNMASK: "查看姓名",
    Action.ACCOUNT: "账号变更",
    Action.SELECTION: "评选",
    Action.IMPORT: "台账装入",
    Action.CORRECTION: "台账更正",
    Action.UNDO: "台账撤销",
    Action.ENTRY: "填报",
    Action.RESTRICTED: "检举控告",
    Action.NOTICE: "推送",
    Action.DECISION: "领导决定",
    Action.SPOT_CHECK: "抽查结果",
    Action.RETENTION: "归档清理",
}

LONGEST_DETAIL = 500
RESTRICTED_DETAIL = "(限制知悉)"
LINKED = (BoardAudit.at, BoardAudit.username, BoardAudit.action, BoardAudit.detail)
"""What a row's digest is made of."""
AT_ONCE = 5000
ANCHOR = "audit_anchor"
"""``board_property`` name: the digest of the last row that was put away (``data_access.retention``); the chain goes on from it."""


def record(connection: Connection, username: str, action: Action, now: datetime, detail: str | None = None) -> None:
    """Adds one row in the caller's transaction. ``detail`` is plain text, cut at 500 characters."""
    hold_the_end(connection)
    before = connection.scalar(select(BoardAudit.digest).order_by(BoardAudit.id.desc()).limit(1))
    values = (now.replace(microsecond=0), username, action.value, detail and detail[:LONGEST_DETAIL])
    row = {column.key: value for column, value in zip(LINKED, values, strict=True)}
    connection.execute(insert(BoardAudit), row | {"digest": link(before or "", *values)})


def hold_the_end(connection: Connection) -> None:
    """Whoever records, or holds the end too, waits until the transaction is over."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(140123)"))
    else:
        connection.execute(text("UPDATE board_property SET value = value WHERE name = ''"))


def link(before: str, at: datetime, username: str, action: str, detail: str | None) -> str:
    """The digest of a row that follows the one whose digest is ``before`` ('' for the first)."""
    told = json.dumps([before, f"{at:%Y-%m-%d %H:%M:%S}", username, action, detail], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Chain:
    """What a look at the whole audit found: how many rows follow one another, the last one's digest, the first row that does not
    (None where all do), and whether a digest that was written down is still among them."""

    rows: int
    end: str
    broken: Link | None
    seen: bool
    begins: bool = True
    """Whether the chain begins at the beginning, or where an entry of its own says that the rows before were put away."""


@dataclass(frozen=True)
class Link:
    """A row of the audit as the chain holds it."""

    id: int
    at: datetime
    username: str
    action: str
    detail: str | None
    digest: str


@dataclass(frozen=True)
class Links:
    """Rows that lie elsewhere, and the digest that they follow ('' where they are the first)."""

    before: str
    rows: list[Link]


def verified_chain(connection: Connection, seen: str = "", archived: Links | None = None) -> Chain:
    """Reads the audit from its first row to the first that does not follow the one before. ``seen``: a digest written down earlier;
    ``archived``: the rows that were put away, in whose place else only the digest of the last of them stands."""
    anchor = connection.scalar(select(BoardProperty.value).where(BoardProperty.name == ANCHOR)) or ""
    before, rows, found = archived.before if archived else anchor, 0, not seen
    begins = not before
    query = select(BoardAudit.id, *LINKED, BoardAudit.digest).order_by(BoardAudit.id)
    kept = (Link(*row) for row in connection.execute(query, execution_options={"yield_per": AT_ONCE}))
    first = before
    for row in chain(archived.rows if archived else (), kept):
        if row.digest != link(before, row.at, row.username, row.action, row.detail):
            return Chain(rows, before, row, found, begins)
        before, rows, found = row.digest, rows + 1, found or row.digest == seen
        begins = begins or (row.action == Action.RETENTION and first in (row.detail or ""))
    return Chain(rows, before, None, found, begins)


def visible_entries(scope: Scope) -> ColumnElement[bool]:
    """Entries a scope may read: those of the accounts of its area; all for the whole; none for who does not audit."""
    if not scope.may_audit or scope.area is None:
        return false()
    if scope.area == "":
        return true()
    return BoardAudit.username.in_(select(BoardAccount.username).where(in_scope(BoardAccount.area_prefix, scope)))


def shown_detail(scope: Scope) -> SQLColumnExpression[str | None]:
    """What an entry says; of 检举控告 neither number nor count to who does not hold them."""
    if scope.may_see_restricted:
        return BoardAudit.detail
    told_before = and_(BoardAudit.detail.like("更正 %"), BoardAudit.detail.contains("限制知悉,内容不列"))
    hidden = or_(BoardAudit.action == Action.RESTRICTED.value, BoardAudit.detail.like("打开检举控告 %"), told_before)
    return case((hidden, RESTRICTED_DETAIL), else_=BoardAudit.detail)

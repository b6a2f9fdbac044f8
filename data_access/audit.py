"""The append-only audit: every sign-in, refusal, sign-out, export and change of an account (等保: kept at least six months).

Triggers in the database refuse UPDATE and DELETE on ``board_audit``; this module only adds and reads.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import pandas as pd
from sqlalchemy import Connection, insert, select

from data_access.board_tables import BoardAudit
from data_access.scope import Scope


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
}

LONGEST_DETAIL = 500


def record(connection: Connection, username: str, action: Action, now: datetime, detail: str | None = None) -> None:
    """Adds one row in the caller's transaction. ``detail`` is plain text, cut at 500 characters."""
    row = {"at": now, "username": username, "action": action.value, "detail": detail and detail[:LONGEST_DETAIL]}
    connection.execute(insert(BoardAudit), row)


def audit_trail(
    scope: Scope, connection: Connection, since: datetime, until: datetime, username: str | None = None, limit: int = 1000
) -> pd.DataFrame:
    """What happened from ``since`` up to (not at) ``until``, newest first; no rows for who does not audit.

    Columns: at, username, action, detail. At most ``limit`` rows.
    """
    columns = (BoardAudit.at, BoardAudit.username, BoardAudit.action, BoardAudit.detail)
    query = select(*columns).where(BoardAudit.at >= since, BoardAudit.at < until)
    if username is not None:
        query = query.where(BoardAudit.username == username)
    query = query.order_by(BoardAudit.at.desc(), BoardAudit.id.desc()).limit(limit)
    rows = connection.execute(query).all() if scope.may_audit else []
    return pd.DataFrame(rows, columns=[column.key for column in columns])

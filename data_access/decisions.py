"""What leaders decide about a petition: 督办, 包案, a task with a date. Rows are only ever added; a later one takes an earlier one back."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Connection, SQLColumnExpression, insert, null, select

from data_access.board_tables import BoardAccount, BoardDecision
from data_access.frames import frame
from data_access.scope import Scope, free_text, is_accusation, visible_petitions
from data_access.valid import Petition

LONGEST_NOTE = 500


class Decision(StrEnum):
    """What was decided; in words: ``metrics.decisions.DECISION_NAMES``."""

    SUPERVISE = "supervise"
    LEAD = "lead"
    TASK = "task"
    LIFT = "lift"


COLUMNS = [
    "id",
    "petition_id",
    "kind",
    "lead_id",
    "note",
    "due_on",
    "decided_at",
    "decided_by",
    "number",
    "area_code",
    "category",
    "title",
    "ended_at",
    "outcome",
    "last_progress_at",
]


class DecisionError(ValueError):
    """A decision that cannot be taken; the text (Chinese) says why."""


def decide(
    scope: Scope,
    connection: Connection,
    petition_id: int,
    kind: Decision,
    note: str,
    due_on: date | None,
    decided_by: str,
    now: datetime,
    lead_id: int | None = None,
) -> int:
    """Adds one decision in the caller's transaction and returns its id. Raises :class:`DecisionError`, and then nothing is written.

    Only about petitions the scope may see; the source's own columns (``supervised``, ``lead_id``) stay as they are.
    """
    kind = Decision(kind)
    known = connection.scalar(select(Petition.id).where(Petition.id == petition_id, visible_petitions(scope)))
    if known is None:
        raise DecisionError("找不到这件诉求,或不在您的范围内")
    if not note.strip():
        raise DecisionError("请写明要求,例如“11月30日前与双方面谈一次”")
    if len(note) > LONGEST_NOTE:
        raise DecisionError(f"要求请控制在 {LONGEST_NOTE} 字以内")
    if kind is not Decision.LIFT and (due_on is None or due_on < now.date()):
        raise DecisionError("请给出今天或以后的时限")
    if kind is Decision.LEAD and lead_id is None:
        raise DecisionError("请选择包案领导")
    row = {
        "petition_id": petition_id,
        "kind": kind.value,
        "lead_id": lead_id if kind is Decision.LEAD else None,
        "note": note.strip(),
        "due_on": None if kind is Decision.LIFT else due_on,
        "decided_at": now,
        "decided_by": decided_by,
    }
    key = connection.execute(insert(BoardDecision).values(**row)).inserted_primary_key
    return int(key[0])  # type: ignore[index]


def decisions(scope: Scope, connection: Connection, petition_id: int | None = None, limit: int = 200) -> pd.DataFrame:
    """Decisions about visible petitions, newest first; of one petition, or the latest of all. Restricted ones only by id.

    Grain: decision. Columns: :data:`COLUMNS`, decided_name (who decided). Without the right to names ``title`` is None, ``note`` hidden.
    """
    title: SQLColumnExpression[Any] = Petition.title if scope.may_see_names else null()
    fields: list[Any] = [
        BoardDecision.id,
        BoardDecision.petition_id,
        BoardDecision.kind,
        BoardDecision.lead_id,
        free_text(scope, BoardDecision.note),
    ]
    fields += [BoardDecision.due_on, BoardDecision.decided_at, BoardDecision.decided_by, Petition.number, Petition.area_code]
    statement = (
        select(*fields, Petition.category, title, Petition.ended_at, Petition.outcome, Petition.last_progress_at, BoardAccount.display_name)
        .join(Petition, Petition.id == BoardDecision.petition_id)
        .outerjoin(BoardAccount, BoardAccount.username == BoardDecision.decided_by)
        .where(visible_petitions(scope))
        .order_by(BoardDecision.decided_at.desc(), BoardDecision.id.desc())
        .limit(limit)
    )
    if petition_id is None:
        statement = statement.where(~is_accusation(Petition))
    else:
        statement = statement.where(BoardDecision.petition_id == petition_id)
    return frame(connection, statement, [*COLUMNS, "decided_name"])

"""Selections on record: drafts, frozen snapshots, and every step with who, when and why. Steps are only ever added."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access.audit import Action, record
from data_access.board_tables import BoardSelection, BoardSelectionStep
from data_access.scope import Scope, free_text

RECORD_TABLES = ("board_selection", "board_selection_step")
STEP_COLUMNS = ["id", "step", "at", "username", "reason", "until", "area_code", "person_id", "confirms"]


class StepTaken(Exception):
    """Another account has taken this step a moment ago."""


def selections(scope: Scope, connection: Connection) -> pd.DataFrame:
    """All selections on record, newest first, without their texts; none for a scope without rows.

    Columns: id, year, role, number, as_of, rulebook, digest (None while a draft).
    """
    columns = ["id", "year", "role", "number", "as_of", "rulebook", "digest"]
    statement = select(*(getattr(BoardSelection, name) for name in columns)).order_by(BoardSelection.id.desc())
    rows = [] if scope.area is None else connection.execute(statement).all()
    return pd.DataFrame(rows, columns=columns)


def frozen_texts(scope: Scope, connection: Connection) -> list[dict[str, Any]]:
    """Frozen selections with their texts: id, year, role, digest, snapshot, ranking. Snapshots are county-wide."""
    names = ("id", "year", "role", "digest", "snapshot", "ranking")
    statement = select(*(getattr(BoardSelection, name) for name in names)).where(BoardSelection.digest.is_not(None))
    rows = [] if scope.area is None else connection.execute(statement.order_by(BoardSelection.id)).all()
    return [dict(zip(names, row, strict=True)) for row in rows]


def selection_record(scope: Scope, connection: Connection, selection_id: int) -> dict[str, Any] | None:
    """One selection with its texts, or None."""
    return next((entry for entry in frozen_texts(scope, connection) if entry["id"] == selection_id), None)


def steps(scope: Scope, connection: Connection, selection_id: int) -> pd.DataFrame:
    """The steps of a selection in order. Columns: id, step, at, username, reason (hidden without the right to names), until, area_code,
    person_id, confirms."""
    statement = (
        select(
            *(
                free_text(scope, BoardSelectionStep.reason) if name == "reason" else getattr(BoardSelectionStep, name)
                for name in STEP_COLUMNS
            )
        )
        .where(BoardSelectionStep.selection_id == selection_id)
        .order_by(BoardSelectionStep.id)
    )
    rows = [] if scope.area is None else connection.execute(statement).all()
    return pd.DataFrame(rows, columns=STEP_COLUMNS, dtype=object)


def open_draft(connection: Connection, year: int, role: str, username: str, reason: str, now: datetime) -> int:
    """A new selection with its first step. Returns its id."""
    last = connection.scalar(select(func.max(BoardSelection.number)).where(BoardSelection.year == year, BoardSelection.role == role))
    try:
        inserted = connection.execute(insert(BoardSelection).values(year=year, role=role, number=(last or 0) + 1))
    except IntegrityError as problem:
        raise StepTaken from problem
    selection_id = int(inserted.inserted_primary_key[0])  # type: ignore[index]
    add_step(connection, selection_id, "draft", username, reason, now)
    return selection_id


def freeze(connection: Connection, selection_id: int, frozen: dict[str, Any], username: str, reason: str, now: datetime) -> None:
    """Keeps as_of, rulebook, digest, snapshot and ranking, once. Raises :class:`StepTaken` where it is frozen already."""
    statement = update(BoardSelection).where(BoardSelection.id == selection_id, BoardSelection.digest.is_(None)).values(**frozen)
    if connection.execute(statement).rowcount != 1:
        raise StepTaken
    add_step(connection, selection_id, "frozen", username, f"{reason}(摘要 {frozen['digest'][:12]})", now)


def add_step(
    connection: Connection,
    selection_id: int,
    step: str,
    username: str,
    reason: str,
    now: datetime,
    *,
    until: date | None = None,
    area_code: str | None = None,
    person_id: int | None = None,
    confirms: int | None = None,
) -> None:
    """Adds one step and its line in the audit, in the caller's transaction. Raises :class:`StepTaken` for one that can happen once."""
    once = step not in ("withdraw", "seat", "appeal")
    mark = f"{step}|{area_code or ''}|{confirms or ''}" if step not in ("confirm", "refuse") else f"answer|{confirms}"
    if not once:
        earlier = select(func.count()).select_from(BoardSelectionStep).where(BoardSelectionStep.selection_id == selection_id)
        mark = f"{step}|{person_id or ''}|{connection.scalar(earlier)}"
    values = {"selection_id": selection_id, "mark": mark, "step": step, "at": now, "username": username, "reason": reason.strip()}
    try:
        connection.execute(
            insert(BoardSelectionStep).values(**values, until=until, area_code=area_code, person_id=person_id, confirms=confirms)
        )
    except IntegrityError as problem:
        raise StepTaken from problem
    record(connection, username, Action.SELECTION, now, f"评选{selection_id} {step}: {reason.strip()}")

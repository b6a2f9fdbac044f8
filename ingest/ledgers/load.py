"""Checked rows → the shared database, in one transaction. Rows already there are found again by their key and updated, never doubled.

A column that stands in the header is taken as it is, an absent one changes nothing. Rows of other systems are never touched.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text, update

from data_access.audit import Action, record
from data_access.board_tables import BoardImport, BoardImportKey, BoardImportRow, BoardProperty
from data_access.freshness import marked_at_once
from data_access.tables import Petition
from ingest.ledgers.checks import Checked
from ingest.ledgers.children import new_people, write_children
from ingest.ledgers.kinds import Kind
from ingest.ledgers.petitions import PETITION, petitioner_key
from ingest.ledgers.reading import Record, Refusal

SOURCE = "ledger"
AT_ONCE = 5000
SECRET = "ledger_secret"  # noqa: S105 (the name it is kept under)
NOT_COMPARED = frozenset({"recorded_at"})
ALWAYS = {PETITION.id: frozenset({"last_progress_at"})}


@dataclass
class Matched:
    """What loading would do: rows to add, to change (id, values), those that are there already, and all that is refused."""

    added: list[Record] = field(default_factory=list)
    changed: list[tuple[Record, Any, dict[str, Any]]] = field(default_factory=list)
    same: list[tuple[Record, Any]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class Loaded:
    """The result of one loading, as the log keeps it."""

    import_id: int
    total: int
    added: int
    changed: int
    same: int
    refused: list[Refusal]


def file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pieces(items: Sequence[Any], size: int = AT_ONCE) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def primary_key(kind: Kind) -> str:
    return next(column.name for column in kind.table.__table__.columns if column.primary_key)


# --- finding rows again ------------------------------------------------------------------------------------------------


def _rows_where(connection: Connection, kind: Kind, column: str, keys: Iterable[Any], source: bool = False) -> Iterator[dict[str, Any]]:
    table = kind.table.__table__
    for piece in pieces(sorted(set(keys))):
        query = select(table).where(table.c[column].in_(piece))
        if source:
            query = query.where(table.c["source"] == SOURCE)
        for row in connection.execute(query).mappings():
            yield dict(row)


def existing_rows(connection: Connection, kind: Kind, records: Sequence[Record]) -> dict[str, dict[str, Any]]:
    """Record's ref → the row that is already there; a handful of statements, however many records."""
    if kind.keyed:
        ids: dict[int, str] = {}
        for piece in pieces(sorted(one.ref for one in records)):
            keys = select(BoardImportKey.ref, BoardImportKey.row_id).where(BoardImportKey.kind == kind.id, BoardImportKey.ref.in_(piece))
            ids |= {row.row_id: row.ref for row in connection.execute(keys)}
        return {ids[row["id"]]: row for row in _rows_where(connection, kind, "id", ids)}
    if kind.natural is None:
        return {row["source_ref"]: row for row in _rows_where(connection, kind, "source_ref", (one.ref for one in records), source=True)}
    refs = {tuple(one.values[name] for name in kind.natural): one.ref for one in records}
    first = kind.natural[0]
    rows = _rows_where(connection, kind, first, (one.values[first] for one in records if one.values[first] is not None))
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        ref = refs.get(tuple(row[name] for name in kind.natural))
        if ref is not None:
            found.setdefault(ref, row)
    return found


def matched(connection: Connection, checked: Checked) -> Matched:
    """Compares with what is there; reads only. Petitioners' keys are made here, and numbers of repeated petitions looked up."""
    kind, found = checked.kind, Matched(refused=list(checked.refused))
    if kind.id == PETITION.id:
        petition_values(connection, checked, found.refused)
    there = existing_rows(connection, kind, checked.records)
    names = [column.name for column in kind.table.__table__.columns]
    for one in checked.records:
        row = there.get(one.ref)
        if row is None:
            found.added.append(one)
            continue
        conflict = _conflict(kind, one, row)
        if conflict is not None:
            found.refused.append(conflict)
            continue
        given = (checked.given | ALWAYS.get(kind.id, frozenset())) - NOT_COMPARED
        values = {name: one.values[name] for name in names if name in given and name in one.values and one.values[name] != row[name]}
        if one.values.get("restricted") and not row.get("restricted"):
            values["restricted"] = True  # 检举控告 by its category: never the other way without the column
        key = row[primary_key(kind)]
        if values:
            found.changed.append((one, key, values))
        else:
            found.same.append((one, key))
    return found


def owned_elsewhere(kind: Kind, one: Record, row: dict[str, Any]) -> Refusal | None:
    """A petition number that another system has registered is that system's."""
    if kind.id != PETITION.id or row["source"] == SOURCE:
        return None
    reason = f"编号 {one.ref} 已由{row['source'] or '其他系统'}登记,台账不能改动"
    return Refusal(one.row, "编号", one.ref, reason, restricted=bool(one.values["restricted"] or row["restricted"]))


def number_title(kind: Kind) -> str:
    """The column of a ledger's own number."""
    return next((title for title in ("编号", "台账编号", "问卷编号", "文号", "户编号") if title in kind.by_title()), kind.columns[0].title)


def _conflict(kind: Kind, one: Record, row: dict[str, Any]) -> Refusal | None:
    """A number that stands for something else already, or a row that another system owns."""
    owned = owned_elsewhere(kind, one, row)
    if owned is not None:
        return owned
    if not (one.ref.startswith("no:") or kind.id == PETITION.id or (kind.keyed and "|no:" in one.ref)):
        return None
    differs = [name for name in kind.fixed if one.values[name] != row[name]]
    if not differs:
        return None
    title = number_title(kind)
    said = one.ref.rsplit(":", 1)[-1]
    other = "、".join(kind.field_of().get(name, name) for name in differs)
    reason = f"“{said}”已用于另一条记录({other}不同);请换一个编号;原记录有误的,用 python -m ingest correct 更正"
    return Refusal(one.row, title, said, reason, restricted=bool(one.values.get("restricted")))


def petition_values(connection: Connection, checked: Checked, refused: list[Refusal]) -> None:
    """Makes petitioners' keys, and takes out the lines that repeat a petition nobody knows."""
    secret = connection.scalar(select(BoardProperty.value).where(BoardProperty.name == SECRET)) or ""
    wanted = {one.extra["repeat"] for one in checked.records if one.extra["repeat"]} - {one.ref for one in checked.records}
    known: set[str] = set()
    for piece in pieces(sorted(wanted)):
        known |= set(connection.scalars(select(Petition.number).where(Petition.number.in_(piece))))
    kept = []
    for one in checked.records:
        repeat = one.extra["repeat"]
        if repeat in wanted - known:
            refused.append(Refusal(one.row, "重复于", repeat, f"没有编号为“{repeat}”的诉求", restricted=bool(one.values["restricted"])))
            continue
        one.values["petitioner_key"] = petitioner_key(secret, one.values["petitioner_key"] or "")
        kept.append(one)
    checked.records = kept


# --- writing -----------------------------------------------------------------------------------------------------------


def load(connection: Connection, checked: Checked, *, file_name: str, digest: str, now: datetime, by: str) -> Loaded:
    """Writes everything of one file in the caller's transaction, with its entry in the log and the audit."""
    import_id = _begun(connection, checked, file_name, digest, now, by)
    if checked.kind.id == PETITION.id:
        _ensure_secret(connection)
    plan = matched(connection, checked)
    if checked.kind.id == "person":
        new_people(connection, checked.records)
    with marked_at_once(connection, checked.kind.table.__tablename__, [one.values for one in plan.added]):
        written = _added(connection, checked.kind, plan.added, now)
    write_changed(connection, checked.kind, plan.changed)
    pairs = [*written, *((one, key) for one, key, _ in plan.changed), *plan.same]
    touched = write_children(connection, checked, pairs)
    quiet = {key for _, key in plan.same}
    more = len(touched & quiet)  # rows as they were, with a new rating or lecturer
    _refused(connection, import_id, plan.refused)
    added, changed, same = len(plan.added), len(plan.changed) + more, len(plan.same) - more
    counts = {"rows_added": added, "rows_changed": changed, "rows_same": same, "rows_refused": len(plan.refused)}
    connection.execute(update(BoardImport).where(BoardImport.id == import_id).values(counts))
    said = f"{checked.kind.name} {file_name}:共 {checked.total} 行,新增 {added},更新 {changed},已有 {same},退回 {len(plan.refused)}"
    record(connection, by, Action.IMPORT, now, said)
    return Loaded(import_id, checked.total, added, changed, same, sorted(plan.refused, key=lambda each: each.row.number))


def _begun(connection: Connection, checked: Checked, file_name: str, digest: str, now: datetime, by: str) -> int:
    """The log's entry, first: on SQLite it takes the write lock, on PostgreSQL a lock on the log; so loads follow one another."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE board_import IN SHARE ROW EXCLUSIVE MODE"))
    zeros = dict.fromkeys(("rows_added", "rows_changed", "rows_same", "rows_refused"), 0)
    values = zeros | {
        "rows_total": checked.total,
        "kind": checked.kind.id,
        "file_name": file_name,
        "digest": digest,
        "loaded_at": now,
        "loaded_by": by,
    }
    return int(connection.execute(insert(BoardImport).values(values).returning(BoardImport.id)).scalar_one())


def _ensure_secret(connection: Connection) -> None:
    if connection.scalar(select(BoardProperty.value).where(BoardProperty.name == SECRET)) is None:
        connection.execute(insert(BoardProperty).values(name=SECRET, value=secrets.token_hex(32)))


def _added(connection: Connection, kind: Kind, records: Sequence[Record], now: datetime) -> list[tuple[Record, Any]]:
    """Inserts; returns each record with its row's key where something else needs it."""
    table = kind.table
    named = {column.name for column in table.__table__.columns}
    recorded = "source_ref" in named
    needs_ids = kind.keyed or kind.id in ("night_session", PETITION.id)
    written: list[tuple[Record, Any]] = []
    for piece in pieces(records):
        rows = []
        for one in piece:
            row = {name: value for name, value in one.values.items() if name in named}
            if recorded:
                row |= {"recorded_at": row.get("recorded_at") or now, "source": SOURCE, "source_ref": one.ref}
            rows.append(row)
        if not needs_ids:
            connection.execute(insert(table), rows)
            continue
        ids = connection.scalars(insert(table).returning(table.__table__.c["id"], sort_by_parameter_order=True), rows).all()
        written += zip(piece, ids, strict=True)
        if kind.keyed:
            keys = [{"kind": kind.id, "ref": one.ref, "row_id": row_id} for one, row_id in zip(piece, ids, strict=True)]
            connection.execute(insert(BoardImportKey), keys)
    return written


def write_changed(connection: Connection, kind: Kind, changes: Sequence[tuple[Record, Any, dict[str, Any]]]) -> None:
    """Updates, rows with the same changed columns together."""
    table: Any = kind.table.__table__
    key = primary_key(kind)
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for _, row_key, values in changes:
        alike.setdefault(tuple(sorted(values)), []).append({f"to_{name}": value for name, value in values.items()} | {"of_key": row_key})
    for names, rows in alike.items():
        moved: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
        statement = update(table).where(table.c[key] == bindparam("of_key")).values(moved)
        for piece in pieces(rows):
            connection.execute(statement, list(piece))


def _refused(connection: Connection, import_id: int, refused: Sequence[Refusal]) -> None:
    rows = [
        {
            "import_id": import_id,
            "row_number": one.row.number,
            "column_title": one.column,
            "value": one.value,
            "reason": one.reason,
            "personal": one.personal,
            "restricted": one.restricted,
            "cells": json.dumps(one.row.shown(), ensure_ascii=False),
        }
        for one in refused
    ]
    for piece in pieces(rows):
        connection.execute(insert(BoardImportRow), list(piece))

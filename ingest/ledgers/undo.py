"""Taking a whole loading back: rows it added go, rows it changed get their values from before, as long as nothing later stands on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from data_access.audit import Action, record
from data_access.board_tables import BoardImport, BoardImportChange, BoardImportKey
from data_access.imports import LEDGER_NAMES, visible_imports
from data_access.scope import Scope, is_accusation
from data_access.tables import Petition, Table
from ingest.ledgers.journal import AT_ONCE, digest_of, key_column, told

POINTING = {
    "person_id": "person",
    "leader_id": "person",
    "backup_id": "person",
    "received_by": "person",
    "convener_id": "person",
    "handler_id": "person",
    "lead_id": "person",
    "substitute_id": "person",
    "petition_id": "petition",
    "repeat_of": "petition",
    "session_id": "night_session",
    "household_id": "household",
    "origin_visit_id": "night_visit",
    "origin_slot_id": "reception_slot",
    "area_code": "area",
    "parent_code": "area",
}
"""Columns of the contract's tables → the table whose rows they point at."""


@dataclass
class Plan:
    """What taking back would do; ``obstacles`` (Chinese sentences) say why it cannot."""

    import_id: int
    title: str
    changes: list[Any] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()
    """The changes of 检举控告 and of what belongs to one, which are told to nobody but who holds them."""

    @property
    def removed(self) -> int:
        return sum(1 for each in self.changes if each.before is None and each.id not in self.hidden)

    @property
    def restored(self) -> int:
        return len(self.changes) - len(self.hidden) - self.removed

    @property
    def tables(self) -> list[dict[str, Any]]:
        """By table how many rows go and how many get back what they held."""
        removed = {name: sum(1 for each in changes if each.before is None) for name, changes in _by_table(self.changes).items()}
        whole = {name: len(changes) for name, changes in _by_table(self.changes).items()}
        return [{"table_name": name, "removed": gone, "restored": whole[name] - gone} for name, gone in removed.items()]


def plan(connection: Connection, import_id: int, scope: Scope) -> Plan:
    """Reads only. Raises ``LookupError`` for a loading that is not the scope's, was taken back, or made before journals were kept."""
    mine = (BoardImport.id == import_id, visible_imports(scope))
    loading = connection.execute(select(BoardImport).where(*mine)).one_or_none()
    if loading is None:
        raise LookupError(f"没有装入编号 {import_id}。")
    if loading.undone_at is not None:
        raise LookupError(f"装入编号 {import_id} 已于 {loading.undone_at:%Y-%m-%d %H:%M} 由 {loading.undone_by} 撤销。")
    found = Plan(import_id, f"{LEDGER_NAMES.get(loading.kind, loading.kind)} {loading.file_name}")
    query = select(BoardImportChange).where(BoardImportChange.import_id == import_id).order_by(BoardImportChange.id.desc())
    found.changes = list(connection.execute(query))
    if not found.changes and loading.rows_added + loading.rows_changed:
        raise LookupError(f"装入编号 {import_id} 没有留下撤销所需的记录,请用 correct 更正。")
    found.hidden = _of_accusations(connection, found.changes)
    found.obstacles = [
        *_later_loadings(connection, import_id),
        *_changed_since(connection, found.changes),
        *_pointed_at(connection, found.changes),
    ]
    return found


def _of_accusations(connection: Connection, changes: Sequence[Any]) -> frozenset[int]:
    accusation = select(Petition.id).where(is_accusation(Petition))
    hidden: set[int] = set()
    for name, of_table in _by_table(changes).items():
        table = Table.metadata.tables[name]
        belongs = table.c.id if table is Petition.__table__ else table.c.get("petition_id")
        if belongs is not None:
            keys = {str(key) for key in connection.scalars(select(table.c.id).where(belongs.in_(accusation)))}
            hidden |= {each.id for each in of_table if each.row_key in keys}
    return frozenset(hidden)


def _later_loadings(connection: Connection, import_id: int) -> list[str]:
    """Loadings after this one that wrote the same rows."""
    mine, later = BoardImportChange.__table__.alias("mine"), BoardImportChange.__table__.alias("later")
    query = (
        select(later.c.import_id, func.count(func.distinct(later.c.row_key)))
        .join(mine, and_(mine.c.table_name == later.c.table_name, mine.c.row_key == later.c.row_key))
        .join(BoardImport, BoardImport.id == later.c.import_id)
        .where(mine.c.import_id == import_id, later.c.import_id > import_id, BoardImport.undone_at.is_(None))
        .group_by(later.c.import_id)
        .order_by(later.c.import_id.desc())
    )
    return [f"装入编号 {number} 又改动了其中 {rows} 行,请先撤销 {number}。" for number, rows in connection.execute(query)]


def _by_table(changes: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in changes:
        found.setdefault(each.table_name, []).append(each)
    return found


def _key(table: Any, key: str) -> Any:
    return int(key) if key_column(table).type.python_type is int else key


def _pieces(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]


def _changed_since(connection: Connection, changes: Sequence[Any]) -> list[str]:
    """Rows that hold other values now than this loading has written, whoever changed them."""
    moved = 0
    for name, of_table in _by_table(changes).items():
        table = Table.metadata.tables[name]
        last = {_key(table, each.row_key): each for each in reversed(of_table) if each.after is not None}  # the last of this loading
        for piece in _pieces(list(last)):
            there = {
                row[key_column(table).name]: row for row in connection.execute(select(table).where(key_column(table).in_(piece))).mappings()
            }
            moved += sum(1 for key in piece if not _as_written(table, last[key], there.get(key)))
    return [f"其中 {moved} 行后来又改过或已不在,撤销会丢掉后来的改动。"] if moved else []


def _as_written(table: Any, change: Any, row: Any) -> bool:
    if row is None:
        return False
    if change.before is None:
        return digest_of(table, row) == change.after
    return all(told(row[name]) == value for name, value in json.loads(change.after).items())


def _pointed_at(connection: Connection, changes: Sequence[Any]) -> list[str]:
    """Rows outside this loading that name a row it has added: somebody's nights, a petition's ratings."""
    added = {name: [each.row_key for each in of_table if each.before is None] for name, of_table in _by_table(changes).items()}
    found: list[str] = []
    for name, keys in added.items():
        target = Table.metadata.tables[name]
        for table in Table.metadata.sorted_tables:
            if table.name.startswith("board_"):
                continue
            mine = {_key(table, key) for key in added.get(table.name, ())}
            for column in table.columns:
                if POINTING.get(column.name) != name:
                    continue
                pointing = 0
                for piece in _pieces([_key(target, key) for key in keys]):
                    rows = connection.scalars(select(key_column(table)).where(column.in_(piece)))
                    pointing += sum(1 for row in rows if row not in mine)
                if pointing:
                    found.append(f"{pointing} 行 {table.name} 用到了这次装入的 {name},请先撤销或更正它们。")
    return found


def take_back(connection: Connection, found: Plan, *, why: str, by: str, now: datetime) -> None:
    """In the caller's transaction, newest change first; who, when and why stay in the log and the audit."""
    for name, of_table in _by_table(found.changes).items():
        table = Table.metadata.tables[name]
        key = key_column(table)
        for each in of_table:
            if each.before is None:
                continue
            values = _values(table, json.loads(each.before))
            if each.after is None:
                connection.execute(insert(table).values(values))
                continue
            values.pop("restricted", None)  # what has been raised stays raised
            if values:
                connection.execute(update(table).where(key == _key(table, each.row_key)).values(values))
        for piece in _pieces([_key(table, each.row_key) for each in of_table if each.before is None]):
            connection.execute(delete(table).where(key.in_(piece)))
            if name in KEYED:
                keys = and_(BoardImportKey.kind == KEYED[name], BoardImportKey.row_id.in_(piece))
                connection.execute(delete(BoardImportKey).where(keys))
    undone = {"undone_at": now, "undone_by": by, "undone_why": why}
    connection.execute(update(BoardImport).where(BoardImport.id == found.import_id).values(undone))
    said = f"撤销装入编号 {found.import_id} {found.title}:删去 {found.removed} 行,恢复 {found.restored} 行(原因:{why})"
    record(connection, by, Action.UNDO, now, said)
    if found.hidden:
        record(connection, by, Action.RESTRICTED, now, f"撤销装入编号 {found.import_id} {found.title} 检举控告:{len(found.hidden)} 处改动")


KEYED = {"household": "household", "survey_response": "survey_response", "captain_mark": "captain_mark"}
"""Tables whose rows are known again by a number kept beside them → the kind under which it is kept."""


def _values(table: Any, kept: dict[str, Any]) -> dict[str, Any]:
    """JSON's values as the columns hold them."""
    found: dict[str, Any] = {}
    for name, value in kept.items():
        python_type = table.columns[name].type.python_type
        if isinstance(value, str) and python_type is datetime:
            found[name] = datetime.fromisoformat(value)
        elif isinstance(value, str) and python_type is date:
            found[name] = date.fromisoformat(value)
        else:
            found[name] = value
    return found

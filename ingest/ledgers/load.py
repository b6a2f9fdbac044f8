"""Checked rows → the shared database, in one transaction. Rows already there are found again by their key and updated, never doubled.

A column that stands in the header is taken as it is, an absent one changes nothing. Rows of other systems are never touched. What is
written stands in the journal (:mod:`undo`), so that the loading can be taken back.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, any_, bindparam, insert, select, text, update

from data_access.audit import Action, record
from data_access.board_tables import BoardImport, BoardImportKey, BoardImportRow
from data_access.night_entries import FORM
from data_access.scope import names_accusation
from data_access.tables import PetitionRating
from ingest.ledgers.bounds import Bounds
from ingest.ledgers.checks import Checked
from ingest.ledgers.children import other_phones, ratings_there, write_children, write_people
from ingest.ledgers.journal import Journal, added_rows, inserted, updated
from ingest.ledgers.keys import ensure_secret, keyed, secret_of
from ingest.ledgers.kind import Kind
from ingest.ledgers.numbers import find_petitions, with_restricted
from ingest.ledgers.petitions import PETITION, STEP_KIND
from ingest.ledgers.reading import Record, Refusal
from ingest.ledgers.refused import returned
from ingest.ledgers.replaced import may_go, sentences, take_off, taken_off

SOURCE = "ledger"
KEYS: Any = BoardImportKey.__table__
AT_ONCE = 5000
NOT_COMPARED = frozenset({"recorded_at"})
OUTCOMES = {"added": "新增", "changed": "更新", "same": "已有", "refused": "退回"}
MOST_TITLES = 8
OF_PETITIONS = frozenset({PETITION.id, STEP_KIND.id})


@dataclass
class Matched:
    """What loading would do: rows to add, to change (id, values), those that are there already, and all that is refused."""

    titles: Mapping[str, str]
    """Database column → what the ledger calls it."""
    added: list[Record] = field(default_factory=list)
    changed: list[tuple[Record, Any, dict[str, Any]]] = field(default_factory=list)
    same: list[tuple[Record, Any]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    taken_off: list[dict[str, Any]] = field(default_factory=list)
    """Of a roster sent again: the rows that go, and (``stays_on``) those it does not name but leaves."""
    stays_on: list[dict[str, Any]] = field(default_factory=list)

    def parted(self, more: set[Any]) -> tuple[dict[str, int], dict[str, int]]:
        """How many rows of each outcome (:data:`OUTCOMES`), 检举控告 apart. ``more``: keys of rows as they were that got something new."""
        changed = [*(one for one, _, _ in self.changed), *(one for one, key in self.same if key in more)]
        same = [one for one, key in self.same if key not in more]
        hidden = {name: sum(_is_hidden(one) for one in rows) for name, rows in zip(OUTCOMES, (self.added, changed, same), strict=False)}
        hidden["refused"] = sum(one.restricted for one in self.refused)
        numbers = (len(self.added), len(changed), len(same), len(self.refused))
        return {name: number - hidden[name] for name, number in zip(OUTCOMES, numbers, strict=True)}, hidden

    def told_changes(self) -> str:
        """(办结时间 2、办理结果 2): which columns have changed in how many rows."""
        columns = Counter(name for one, _, values in self.changed if not _is_hidden(one) for name in values)
        titles = [f"{self.titles.get(name, name)} {rows}" for name, rows in columns.most_common(MOST_TITLES)]
        return f"(改动:{'、'.join(titles)})" if titles else ""


def _is_hidden(one: Record) -> bool:
    return bool(one.values.get("restricted"))


@dataclass(frozen=True)
class Loaded:
    """The result of one loading, as the log keeps it."""

    import_id: int
    total: int
    added: int
    changed: int
    same: int
    refused: list[Refusal]
    taken_off: int = 0
    replaced: list[str] = field(default_factory=list)
    """Who came off a roster that was sent again, in sentences."""


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
        query = select(table).where(_one_of(connection, table.c[column], piece))
        if source:
            query = query.where(table.c["source"].in_((SOURCE, FORM)))  # a night that a unit has told itself is there already
        for row in connection.execute(query).mappings():
            yield dict(row)


def _one_of(connection: Connection, column: Any, keys: Sequence[Any]) -> ColumnElement[bool]:
    """PostgreSQL takes the keys as one array: thousands of parameters take longer to read than the rows to find."""
    if connection.dialect.name == "postgresql":
        found: ColumnElement[bool] = column == any_(bindparam(None, list(keys), ARRAY(column.type)))
        return found
    return column.in_(keys)


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


def given_columns(kind: Kind, one: Record) -> frozenset[str]:
    """Database columns that the row's own table tells; every other one stays as it is."""
    return frozenset(name for name, title in kind.field_of().items() if title in one.given and name in one.values)


def matched(connection: Connection, checked: Checked) -> Matched:
    """Compares with what is there; reads only. Petitions are looked up by number, and petitioners' keys are made here."""
    kind, found = checked.kind, Matched(checked.kind.field_of(), refused=list(checked.refused))
    if kind.id in OF_PETITIONS:
        petition_values(connection, checked, found.refused)
    there = existing_rows(connection, kind, checked.records)
    _keep_outside(connection, checked, there, found.refused)
    stars = ratings_there(connection, [row["id"] for row in there.values()]) if kind.id in OF_PETITIONS else {}
    names = [column.name for column in kind.table.__table__.columns]
    for one in checked.records:
        row = there.get(one.ref)
        if row is not None and kind.id in OF_PETITIONS:
            keep_restricted(one, row)
        if row is None:
            if kind.id == STEP_KIND.id:
                found.refused.append(_no_petition(one))
            else:
                found.added.append(one)
            continue
        conflict = _conflict(kind, one, row) or _other_stars(one, stars.get(row.get("id", 0), []))
        if conflict is not None:
            found.refused.append(conflict)
            continue
        given = given_columns(kind, one) - NOT_COMPARED
        values = {name: one.values[name] for name in names if name in given and one.values[name] != row[name]}
        if row.get("backfilled") and one.values.get("recorded_at") is not None:  # the office says now when it was entered
            values |= {"recorded_at": one.values["recorded_at"], "backfilled": False}
        if kind.id in OF_PETITIONS:
            values |= _of_petition(one, row, given)
        key = row[primary_key(kind)]
        if values:
            found.changed.append((one, key, values))
        else:
            found.same.append((one, key))
    for row in taken_off(connection, checked):
        (found.taken_off if may_go(row, checked.now) and not found.refused else found.stays_on).append(row)
    return found


def keep_restricted(one: Record, row: dict[str, Any]) -> None:
    """What is a 检举控告 stays one, whatever the line says: a ledger only ever raises the flag."""
    if is_restricted_row(row):
        one.values["restricted"] = True


def is_restricted_row(row: Mapping[str, Any]) -> bool:
    return bool(row.get("restricted")) or names_accusation(row.get("category"))


def _keep_outside(connection: Connection, checked: Checked, there: dict[str, dict[str, Any]], refused: list[Refusal]) -> None:
    """Takes out the lines that would change or add a row of another area than the file's, or the phone of somebody who serves in one."""
    kind, scope = checked.kind, checked.scope
    if scope.area == "":
        return
    tells_where = kind.id != STEP_KIND.id  # a step's line only names its petition
    bounds = Bounds(scope, connection, [*there.values(), *(one.values for one in checked.records if tells_where)], checked.today)
    phones = other_phones(connection, checked.records) if kind.id == "person" else {}
    kept: list[Record] = []
    for one in checked.records:
        row = there.get(one.ref)
        if row is not None and not bounds.hold(row):
            refused.append(outside(kind, one, row))
        elif tells_where and not bounds.hold(one.values):
            refused.append(outside(kind, one, one.values))
        elif one.values.get("person_id") in phones and not bounds.hold_person(one.values["person_id"], checked.today):
            refused.append(Refusal(one.row, "手机号", "", "此人现在所选区划之外任职,手机号不能改动", personal=True))
        else:
            kept.append(one)
    checked.records = kept


def outside(kind: Kind, one: Record, row: Mapping[str, Any]) -> Refusal:
    """The same words whatever the row is: nobody learns from them what another office has on file."""
    if kind.id == STEP_KIND.id:
        return _no_petition(one)
    return Refusal(
        one.row, number_title(kind), "", "不在所选区划之内,不能改动", restricted=is_restricted_row(row) or is_restricted_row(one.values)
    )


def _no_petition(one: Record) -> Refusal:
    return Refusal(one.row, "编号", one.ref, f"没有编号为“{one.ref}”的诉求")


def _of_petition(one: Record, row: dict[str, Any], given: frozenset[str]) -> dict[str, Any]:
    """What follows from other columns, and only ever goes forward."""
    values: dict[str, Any] = {}
    if one.values.get("restricted") and not row["restricted"]:
        values["restricted"] = True  # also without the column
    latest = one.values.get("last_progress_at")
    if "last_progress_at" not in given and latest is not None and (row["last_progress_at"] is None or latest > row["last_progress_at"]):
        values["last_progress_at"] = latest
    return values


def owned_elsewhere(kind: Kind, one: Record, row: dict[str, Any]) -> Refusal | None:
    """A petition number that another system has registered is that system's."""
    if kind.id not in OF_PETITIONS or row["source"] == SOURCE or kind.id == STEP_KIND.id:
        return None
    reason = f"编号 {one.ref} 已由{row['source'] or '其他系统'}登记,台账不能改动"
    return Refusal(one.row, "编号", one.ref, reason, restricted=bool(one.values.get("restricted") or row["restricted"]))


def number_title(kind: Kind) -> str:
    """The column of a ledger's own number."""
    return next((title for title in ("编号", "台账编号", "问卷编号", "文号", "户编号") if title in kind.by_title()), kind.columns[0].title)


def _conflict(kind: Kind, one: Record, row: dict[str, Any]) -> Refusal | None:
    """A number that stands for something else already, or a row that another system owns."""
    owned = owned_elsewhere(kind, one, row)
    if owned is not None:
        return owned
    if kind.id == STEP_KIND.id:
        return _too_early(one, row)
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


def _too_early(one: Record, row: dict[str, Any]) -> Refusal | None:
    """A step before the petition was opened, where the line itself does not tell when that was."""
    for name, title in STEP_KIND.field_of().items():
        value = one.values.get(name)
        if isinstance(value, datetime) and name not in ("recorded_at",) and value < row["opened_at"]:
            reason = f"{value:%Y-%m-%d %H:%M} 早于点单时间 {row['opened_at']:%Y-%m-%d %H:%M}"
            return Refusal(one.row, title, f"{value}", reason, restricted=bool(row["restricted"]))
    return None


def _other_stars(one: Record, there: Sequence[PetitionRating]) -> Refusal | None:
    """Other stars than before, and nothing says when they were given: a new rating, or the old one mistyped."""
    for rating in one.extra.get("ratings", ()):
        same_sort = [each for each in there if bool(each.independent) == rating.independent]
        if not rating.timed and same_sort and all(each.stars != rating.stars for each in same_sort):
            stars, at = ("回访星级", "回访时间") if rating.independent else ("评单星级", "评单时间")
            reason = f"已有的{stars}是 {same_sort[-1].stars};再次评价的请填{at}"
            return Refusal(one.row, stars, str(rating.stars), reason, restricted=bool(one.values.get("restricted")))
    return None


def petition_values(connection: Connection, checked: Checked, refused: list[Refusal]) -> None:
    """Finds the petitions that numbers mean, makes petitioners' keys, and takes out the lines that repeat a petition nobody knows."""
    secret = secret_of(connection)
    checked.records = find_petitions(connection, checked.records, refused)
    for one in checked.records:
        if "petitioner_key" in one.values:
            one.values["petitioner_key"] = keyed(secret, one.values["petitioner_key"] or "")


# --- writing -----------------------------------------------------------------------------------------------------------


def load(connection: Connection, checked: Checked, *, file_name: str, digest: str, now: datetime, by: str) -> Loaded:
    """Writes everything of one file in the caller's transaction, with its entry in the log, the journal and the audit."""
    import_id = _begun(connection, checked, file_name, digest, now, by)
    journal = Journal(import_id)
    if checked.kind.id in OF_PETITIONS:
        ensure_secret(connection)
    plan = matched(connection, checked)
    phones = write_people(connection, checked, plan.refused, journal) if checked.kind.id == "person" else set()
    written = _added(connection, checked.kind, plan.added, now, journal)
    write_changed(connection, checked.kind, plan.changed, journal)
    pairs = [*written, *((one, key) for one, key, _ in plan.changed), *plan.same]
    touched = write_children(connection, checked, pairs, journal) | {key for one, key in plan.same if one.values.get("person_id") in phones}
    take_off(connection, plan.taken_off, journal)
    journal.write(connection)
    quiet = {key for _, key in plan.same}
    more = touched & quiet  # rows as they were, with a new rating, lecturer or phone
    if checked.kind.id in OF_PETITIONS:
        plan.refused = with_restricted(connection, plan.refused)
    replaced = sentences(connection, plan.taken_off, plan.stays_on, len(plan.refused))
    _refused(connection, import_id, checked.kind, plan.refused)
    _on_record(connection, import_id, plan, more, f"{checked.kind.name} {file_name}", now, by)
    added, changed, same = len(plan.added), len(plan.changed) + len(more), len(plan.same) - len(more)
    return Loaded(import_id, checked.total, added, changed, same, in_order(plan.refused), len(plan.taken_off), replaced)


def _on_record(connection: Connection, import_id: int, plan: Matched, more: set[Any], what: str, now: datetime, by: str) -> None:
    """The log's counts and the audit. 检举控告 stand apart in an entry that few may read: what everybody reads counts the others."""
    open_rows, accusations = plan.parted(more)
    counts = {f"rows_{name}": number for name, number in open_rows.items()}
    connection.execute(update(BoardImport).where(BoardImport.id == import_id).values(counts | {"rows_total": sum(open_rows.values())}))
    off = f",从原排班去掉 {len(plan.taken_off)}" if plan.taken_off else ""
    record(connection, by, Action.IMPORT, now, f"{what}:共 {sum(open_rows.values())} 行,{_counted(open_rows)}{off}{plan.told_changes()}")
    if any(accusations.values()):
        raised = [one.ref for one, _, values in plan.changed if values.get("restricted")]
        named = f";新标为检举控告:{'、'.join(raised)}" if raised else ""
        record(connection, by, Action.RESTRICTED, now, f"{what} 检举控告:{_counted(accusations)}{named}")


def _counted(counts: Mapping[str, int]) -> str:
    return ",".join(f"{word} {counts[name]}" for name, word in OUTCOMES.items())


def in_order(refused: Sequence[Refusal]) -> list[Refusal]:
    """As the sheets have them: those found while reading come first, those found while comparing have to be put between."""
    sheets: dict[str, int] = {}
    for one in refused:
        sheets.setdefault(one.row.sheet, len(sheets))
    return sorted(refused, key=lambda each: (sheets[each.row.sheet], each.row.number))


def _begun(connection: Connection, checked: Checked, file_name: str, digest: str, now: datetime, by: str) -> int:
    """The log's entry, first: on SQLite it takes the write lock, on PostgreSQL a lock on the log; so loads follow one another."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE board_import IN SHARE ROW EXCLUSIVE MODE"))
    zeros = dict.fromkeys(("rows_total", "rows_added", "rows_changed", "rows_same", "rows_refused"), 0)
    values = zeros | {
        "area_code": checked.scope.area,
        "kind": checked.kind.id,
        "file_name": file_name,
        "digest": digest,
        "loaded_at": now,
        "loaded_by": by,
    }
    return int(connection.execute(insert(BoardImport).values(values).returning(BoardImport.id)).scalar_one())


def _added(connection: Connection, kind: Kind, records: Sequence[Record], now: datetime, journal: Journal) -> list[tuple[Record, Any]]:
    """Inserts; returns each record with its row's key."""
    table, key = kind.table, primary_key(kind)
    named = {column.name for column in table.__table__.columns}
    recorded = "source_ref" in named
    written: list[tuple[Record, Any]] = []
    for piece in pieces(records):
        rows = []
        for one in piece:
            row = {name: value for name, value in one.values.items() if name in named}
            if "backfilled" in named:
                row["backfilled"] = row.get("recorded_at") is None
            if recorded:
                row |= {"recorded_at": row.get("recorded_at") or now, "source": SOURCE, "source_ref": one.ref}
            rows.append(row)
        made = added_rows(connection, table, rows, journal, in_order=kind.keyed)
        if kind.keyed:
            pairs = list(zip(piece, (row[key] for row in made), strict=True))
            inserted(connection, KEYS, [{"kind": kind.id, "ref": one.ref, "row_id": row_id} for one, row_id in pairs])
        else:
            named_by = kind.natural or ("source_ref",)
            keys = {tuple(row[name] for name in named_by): row[key] for row in made}
            pairs = [(one, keys[tuple(one.values[name] for name in kind.natural) if kind.natural else (one.ref,)]) for one in piece]
        written += pairs
    return written


def write_changed(
    connection: Connection, kind: Kind, changes: Sequence[tuple[Record, Any, dict[str, Any]]], journal: Journal | None = None
) -> None:
    """Updates, rows with the same changed columns together."""
    table: Any = kind.table.__table__
    if journal is not None and changes:
        journal.changed(connection, table, {row_key: values for _, row_key, values in changes})
    alike: dict[tuple[str, ...], list[tuple[Any, dict[str, Any]]]] = {}
    for _, row_key, values in changes:
        alike.setdefault(tuple(sorted(values)), []).append((row_key, values))
    for rows in alike.values():
        for piece in pieces(rows):
            updated(connection, table, dict(piece))


def _refused(connection: Connection, import_id: int, kind: Kind, refused: Sequence[Refusal]) -> None:
    rows = [
        {
            "import_id": import_id,
            "place": one.place or None,
            "row_number": one.row.number,
            "column_title": one.column,
            "value": one.value,
            "reason": one.reason,
            "personal": one.personal,
            "restricted": one.restricted,
            "above": json.dumps(back.above, ensure_ascii=False),
            "cells": json.dumps(back.cells, ensure_ascii=False),
        }
        for one, back in ((one, returned(one, kind)) for one in refused)
    ]
    for piece in pieces(rows):
        connection.execute(insert(BoardImportRow), list(piece))

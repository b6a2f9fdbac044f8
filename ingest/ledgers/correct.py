"""Correcting rows that were loaded wrong: shown field by field first, written only when said so, every old and new value in the audit.

Only what the file carries and only rows a ledger has brought in; nothing is added and nothing taken away. A row is found by its
own number (台账编号, 编号, 问卷编号, 文号, 户编号), else by what the ledger is known again by: a value in such a key is out of reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select, text, update

from data_access.audit import LONGEST_DETAIL, Action, record
from data_access.scope import HIDDEN_TEXT
from data_access.tables import PetitionEvent, PetitionRating
from ingest.ledgers.bounds import Bounds
from ingest.ledgers.checks import Checked
from ingest.ledgers.directory import Directory
from ingest.ledgers.kind import Kind
from ingest.ledgers.load import (
    NOT_COMPARED,
    existing_rows,
    given_columns,
    in_order,
    keep_restricted,
    outside,
    owned_elsewhere,
    petition_values,
    pieces,
    primary_key,
    write_changed,
)
from ingest.ledgers.petitions import EVENTS, PETITION
from ingest.ledgers.reading import Form, Record, Refusal

PEOPLE = frozenset({"person_id", "leader_id", "backup_id", "received_by", "convener_id", "handler_id", "lead_id", "substitute_id"})
NOT_CORRECTED = NOT_COMPARED | {"repeat_of"}
"""When it was entered is no office's to rewrite; a repetition is set by loading."""
RATING_TITLES = {False: "评单星级", True: "回访星级"}


@dataclass(frozen=True)
class Change:
    """One field: its title, and the values as the database holds them."""

    column: str
    title: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Correction:
    """One row that differs: the line of the file, the row's key, and its fields."""

    record: Record
    key: Any
    changes: tuple[Change, ...]
    ratings: tuple[tuple[int, Change], ...] = ()
    restricted: bool = False


@dataclass
class Corrections:
    """What a file would correct."""

    rows: list[Correction] = field(default_factory=list)
    same: int = 0
    refused: list[Refusal] = field(default_factory=list)


def corrections(connection: Connection, checked: Checked) -> Corrections:
    """Compares a checked file with what is there; reads only."""
    kind, found = checked.kind, Corrections(refused=list(checked.refused))
    if kind.id == PETITION.id:
        petition_values(connection, checked, found.refused)
    there = existing_rows(connection, kind, checked.records)
    stars = _ratings(connection, kind, checked.records, there)
    bounds = Bounds(checked.scope, connection, there.values(), checked.today)
    for one in checked.records:
        row = there.get(one.ref)
        if row is not None and kind.id == PETITION.id:
            keep_restricted(one, row)
        refusal = _refusal(kind, one, row, bounds)
        if row is None or refusal is not None:
            found.refused += [refusal] if refusal else []
            continue
        titles = kind.field_of()
        given = (name for name in titles if name in given_columns(kind, one) - NOT_CORRECTED)
        changes = tuple(Change(name, titles[name], row[name], one.values[name]) for name in given if one.values[name] != row[name])
        rated = stars.get(one.ref, ())
        if changes or rated:
            found.rows.append(Correction(one, row[primary_key(kind)], changes, rated, bool(one.values.get("restricted"))))
        else:
            found.same += 1
    found.refused = in_order(found.refused)
    return found


def _refusal(kind: Kind, one: Record, row: dict[str, Any] | None, bounds: Bounds) -> Refusal | None:
    if row is None:
        return _unknown(kind, one)
    return owned_elsewhere(kind, one, row) or (None if bounds.hold(row) else outside(kind, one, row))


def _unknown(kind: Kind, one: Record) -> Refusal:
    title = kind.columns[0].title
    return Refusal(one.row, title, "", "库里没有这一条,更正不新增;请用 load 装入", restricted=bool(one.values.get("restricted")))


def _ratings(
    connection: Connection, kind: Kind, records: Sequence[Record], there: dict[str, dict[str, Any]]
) -> dict[str, tuple[tuple[int, Change], ...]]:
    """Ratings of the same petition, sort and moment with other stars: record's ref → (row, change)."""
    if kind.id != PETITION.id:
        return {}
    asked = {there[one.ref]["id"]: one for one in records if one.ref in there and one.extra["ratings"]}
    found: dict[str, tuple[tuple[int, Change], ...]] = {}
    for piece in pieces(sorted(asked)):
        columns = (PetitionRating.id, PetitionRating.petition_id, PetitionRating.independent, PetitionRating.rated_at, PetitionRating.stars)
        for row in connection.execute(select(*columns).where(PetitionRating.petition_id.in_(piece)).order_by(PetitionRating.id)):
            one = asked[row.petition_id]
            for rating in one.extra["ratings"]:
                same = (rating.independent, rating.rated_at) == (bool(row.independent), row.rated_at)
                if same and rating.stars != row.stars:
                    change = Change("stars", RATING_TITLES[bool(row.independent)], row.stars, rating.stars)
                    found[one.ref] = (*found.get(one.ref, ()), (row.id, change))
    return found


def write(
    connection: Connection, kind: Kind, rows: Sequence[Correction], known: Directory, *, file_name: str, why: str, by: str, now: datetime
) -> None:
    """Corrects the rows in the caller's transaction; each field's old and new value is a line of the audit."""
    write_changed(connection, kind, [(one.record, one.key, {each.column: each.new for each in one.changes}) for one in rows if one.changes])
    for one in rows:
        for row_id, change in one.ratings:
            connection.execute(update(PetitionRating).where(PetitionRating.id == row_id).values(stars=change.new))
        if kind.id == PETITION.id:
            _steps(connection, one)
    for one in rows:  # last: whoever records waits for it
        for change in (*one.changes, *(change for _, change in one.ratings)):
            for line in _audit_lines(kind, one, change, known, file_name, why):
                record(connection, by, Action.RESTRICTED if one.restricted else Action.CORRECTION, now, line)


def _steps(connection: Connection, one: Correction) -> None:
    """The timeline's line that told the same moment is told anew with the row."""
    moved = {change.column: change for change in one.changes}
    for step, column in EVENTS:
        change = moved.get(column)
        if change is not None and change.old is not None and change.new is not None:
            same = (PetitionEvent.petition_id == one.key, PetitionEvent.kind == step, PetitionEvent.at == change.old)
            connection.execute(update(PetitionEvent).where(*same).values(at=change.new))


def lock(connection: Connection) -> None:
    """Loads and corrections follow one another: what was compared is what is written."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE board_import IN SHARE ROW EXCLUSIVE MODE"))
    else:
        connection.execute(text("UPDATE board_property SET value = value WHERE name = ''"))


def sentence(kind: Kind, one: Correction, known: Directory, *, masked: bool = False) -> str:
    """第 3 行 7:姓名 张三 → 李四;日期 2026-10-08 → 2026-10-09. Nothing of a 检举控告; ``masked``: what stood there is not told where it
    names somebody."""
    if one.restricted:
        return f"第 {one.record.row.number} 行:{RESTRICTED}"
    head = f"第 {one.record.row.number} 行 {said(one.record)}"
    changes = (*one.changes, *(change for _, change in one.ratings))
    fields = ";".join(
        f"{each.title} {HIDDEN_TEXT if masked and is_personal(kind, each.column) else shown(kind, each.column, each.old, known)}"
        f" → {shown(kind, each.column, each.new, known)}"
        for each in changes
    )
    return f"{head}:{fields}"


RESTRICTED = "限制知悉,内容不列"


def is_personal(kind: Kind, column: str) -> bool:
    """Whether a database column names or tells of a person."""
    return column in PEOPLE or any(each.sets == column and each.personal for each in kind.columns)


def said(one: Record) -> str:
    """The row's own number, or its key of content."""
    return one.ref.rsplit("no:", 1)[-1].rsplit(":", 1)[-1] if "no:" in one.ref else one.ref


def shown(kind: Kind, column: str, value: Any, known: Directory) -> str:
    """A value as the ledger writes it: names for people and areas, words for codes."""
    if value is None or value == "":
        return "(空)"
    if column in PEOPLE:
        return known.people.get(value, (f"人员编号{value}", None))[0]
    if column == "area_code":
        return known.path_of(str(value))
    return _plain(kind, column, value)


def _plain(kind: Kind, column: str, value: Any) -> str:
    if value is None or value == "":
        return "(空)"
    if isinstance(value, bool):
        return {"passed": ("未通过", "通过")}.get(column, ("否", "是"))[value]
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    words = next((each.words for each in kind.columns if each.sets == column and each.words), None) or {}
    return next((word for word, code in words.items() if code == value), str(value))


def _audit_lines(kind: Kind, one: Correction, change: Change, known: Directory, file_name: str, why: str) -> list[str]:
    """The old and new value whole, cut into as many lines as the audit needs. No names of people, and nothing of a 检举控告."""
    head = f"更正 {kind.name} {said(one.record)} 编号{one.key} {change.title}"
    if one.restricted:
        body = RESTRICTED
    elif change.column in PEOPLE:
        body = f"人员编号{change.old} → 人员编号{change.new}"
    elif any(each.sets == change.column and each.personal and each.form is Form.TEXT for each in kind.columns):
        body = "涉及个人,内容不列"
    else:
        body = f"{_plain(kind, change.column, change.old)} → {_plain(kind, change.column, change.new)}"
    tail = f"(原因:{why};文件 {file_name})"
    room = max(100, LONGEST_DETAIL - len(head) - 20)
    parts = [body[start : start + room] for start in range(0, len(body), room)]
    lines = [f"{head} {part}" if len(parts) == 1 else f"{head}({number}/{len(parts)}) {part}" for number, part in enumerate(parts, start=1)]
    if len(lines[-1]) + len(tail) <= LONGEST_DETAIL:
        return [*lines[:-1], lines[-1] + tail]
    return [*lines, f"{head} {tail}"]

"""A roster sent again (改过的排班): whoever stood on it for the same unit, night and post and is no longer named comes off it.

Only for nights whose evening has not begun when the file comes: by then a roster is what was planned, and says for ever whether there was a
plan (排班率) and who kept it (排班到岗率). What was entered when the evening had begun was no plan, and goes too. A file whose lines were
refused takes nobody off, nor does one of refused lines that were mended: neither is the whole roster.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, delete, select

from data_access.tables import Area, DutyRoster, Person
from ingest.ledgers.checks import Checked
from ingest.ledgers.journal import Journal
from ingest.ledgers.tables import ADDED_TITLES, title_of

SOURCE = "ledger"
EVENING_HOUR = 18
"""The rulebook's ``duty.evening_hour``, which ledgers cannot ask; a test holds the two together."""
MOST_NAMED = 12


def is_whole(checked: Checked) -> bool:
    """Whether the file is all that its office says of its nights."""
    mended = any(title_of(title) in ADDED_TITLES for rows in checked.tables for title in rows.table.places)
    return checked.kind.table is DutyRoster and not mended


def taken_off(connection: Connection, checked: Checked) -> list[dict[str, Any]]:
    """The rows of earlier rosters that the file no longer names, whether or not it may take them off (see :func:`may_go`)."""
    if not is_whole(checked) or not checked.records:
        return []
    refs = {one.ref for one in checked.records}
    told = {(one.values["area_code"], one.values["night"]) for one in checked.records}
    posts = {one.values["post"] for one in checked.records}
    nights = [night for _, night in told]
    query = select(DutyRoster.__table__).where(
        DutyRoster.source == SOURCE,
        DutyRoster.area_code.in_(sorted({unit for unit, _ in told})),
        DutyRoster.night.between(min(nights), max(nights)),
    )
    rows = connection.execute(query.order_by(DutyRoster.night, DutyRoster.area_code, DutyRoster.id)).mappings()
    return [
        dict(row) for row in rows if (row["area_code"], row["night"]) in told and row["post"] in posts and row["source_ref"] not in refs
    ]


def may_go(row: Mapping[str, Any], now: datetime) -> bool:
    """Whether a turn was no plan yet when its evening began, or the evening is still to come."""
    evening = datetime.combine(row["night"], time(EVENING_HOUR))
    return now < evening or (row["recorded_at"] is not None and row["recorded_at"] >= evening)


def take_off(connection: Connection, rows: Sequence[Mapping[str, Any]], journal: Journal) -> None:
    """In the caller's transaction; the journal leads back to them."""
    keys = [row["id"] for row in rows]
    table: Any = DutyRoster.__table__
    journal.removed(connection, table, keys)
    if keys:
        connection.execute(delete(table).where(table.c.id.in_(keys)))


def sentences(connection: Connection, rows: Sequence[Mapping[str, Any]], stay: Sequence[Mapping[str, Any]], refused: int) -> list[str]:
    """What the clerk reads before the button: who comes off, and who stays on although the file does not name them."""
    found = [f"从原排班中去掉 {_named(connection, rows)}"] if rows else []
    if stay and refused:
        found.append(f"原排班中另有 {len(stay)} 人次这次没有列到;文件里有退回的行,先不去掉,改好后请装入整张表")
    elif stay:
        found.append(f"{_nights({row['night'] for row in stay})}的夜晚已经开始,原排班照留,只补不去:{_named(connection, stay)}")
    return found


def _named(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> str:
    people = dict(connection.execute(select(Person.id, Person.name).where(Person.id.in_({row["person_id"] for row in rows}))).all())
    units = dict(connection.execute(select(Area.code, Area.name).where(Area.code.in_({row["area_code"] for row in rows}))).all())
    said = [
        f"{units.get(row['area_code'], row['area_code'])} {_day(row['night'])} {people.get(row['person_id'], row['person_id'])}"
        for row in rows[:MOST_NAMED]
    ]
    return f"{len(rows)} 人次:{'、'.join(said)}{' 等' if len(rows) > MOST_NAMED else ''}"


def _nights(nights: set[date]) -> str:
    first, last = min(nights), max(nights)
    return _day(first) if first == last else f"{_day(first)}至{_day(last)}"


def _day(night: date) -> str:
    return f"{night.month}月{night.day}日"

"""抽查: samples of records that anyone can draw again, and what was found about them. What was found is only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Connection, SQLColumnExpression, func, insert, null, select

from data_access.areas import masked_name
from data_access.board_tables import BoardAccount, BoardSpotCheck
from data_access.fact import Fact
from data_access.frames import AnySelect, frame
from data_access.scope import Scope, counted, has_unit, unit_code
from data_access.tables import Person, Timed
from data_access.valid import (
    Area,
    CaptainMeeting,
    CaptainVisit,
    Household,
    NightSession,
    NightStay,
    NightVisit,
    ReceptionSlot,
)
from data_access.window import Window

FOUND = ("genuine", "wrong", "untraceable")
"""真实, 不符, 查不到 (``metrics.spot_checks.Found``)."""
LONGEST_NOTE = 200
LONGEST_SEED = 40


@dataclass(frozen=True, eq=False)
class Ledger:
    """A table of events: where, when and whose a record is, and what was written about it."""

    name: str
    table: type[Timed]
    rows: AnySelect
    area: SQLColumnExpression[Any]
    day: SQLColumnExpression[Any]
    person: SQLColumnExpression[Any]
    detail: SQLColumnExpression[Any]


_VISITED = select(CaptainVisit).join(Household, Household.id == CaptainVisit.household_id)
LEDGERS = {
    "night_stay": Ledger("住夜", NightStay, select(NightStay), NightStay.area_code, NightStay.night, NightStay.person_id, NightStay.note),
    "night_visit": Ledger(
        "夜访", NightVisit, select(NightVisit), NightVisit.area_code, NightVisit.visited_on, NightVisit.person_id, NightVisit.note
    ),
    "captain_visit": Ledger(
        "三长走访", CaptainVisit, _VISITED, Household.area_code, CaptainVisit.visited_on, CaptainVisit.person_id, CaptainVisit.note
    ),
    "reception_slot": Ledger(
        "接待",
        ReceptionSlot,
        select(ReceptionSlot).where(ReceptionSlot.received_by.is_not(None)),
        ReceptionSlot.area_code,
        ReceptionSlot.day,
        ReceptionSlot.received_by,
        null(),
    ),
    "night_session": Ledger(
        "夜学夜谈", NightSession, select(NightSession), NightSession.area_code, NightSession.held_on, null(), NightSession.theme
    ),
    "captain_meeting": Ledger(
        "三长会议",
        CaptainMeeting,
        select(CaptainMeeting),
        CaptainMeeting.area_code,
        CaptainMeeting.held_on,
        CaptainMeeting.convener_id,
        null(),
    ),
}
"""By the table's name; its records are what is drawn from."""
LEDGER_TABLES = (*LEDGERS, "household", "area")
"""What a sample depends on."""


class SpotCheckError(ValueError):
    """Something that cannot be recorded; the text (Chinese) says why."""


# --- drawing ----------------------------------------------------------------------------------------------------------


def drawn(ids: Iterable[int], ledger: str, seed: str, size: int) -> list[int]:
    """The ``size`` ids whose SHA-256 of ``seed/ledger/id`` are smallest, in that order.

    Whoever knows the seed draws the same with any tool. A record that comes later moves only those behind it.
    """
    return sorted(ids, key=lambda row_id: sha256(f"{seed}/{ledger}/{row_id}".encode()).digest())[:size]


def sample(scope: Scope, connection: Connection, ledger: str, window: Window, seed: str, size: int) -> pd.DataFrame:
    """The records of the window's days that a seed draws, with how many there are to draw from.

    Grain: record, in the order drawn. Columns: row_id, day, area_code, area_name, person_id, person_name, detail, recorded_at, backfilled
    (以文件补录), source, source_ref, of (records in all). Names are masked and ``detail`` is None unless the scope may see names.
    """
    one = LEDGERS[ledger]
    inside = (counted(one.area, scope), one.day.between(window.first, window.last))
    ids = list(connection.scalars(one.rows.with_only_columns(one.table.id).where(*inside)))
    wanted = drawn(ids, ledger, seed, size)
    found = _records(scope, connection, one, wanted)
    order = {row_id: place for place, row_id in enumerate(wanted)}
    found = found.sort_values("row_id", key=lambda column: column.map(order)).reset_index(drop=True)
    return found.assign(of=len(ids))


COLUMNS = (
    *("row_id", "day", "area_code", "area_name", "person_id", "person_name", "detail"),
    *("recorded_at", "backfilled", "source", "source_ref"),
)


def _records(scope: Scope, connection: Connection, one: Ledger, ids: Sequence[int]) -> pd.DataFrame:
    table = one.table
    statement = (
        one.rows.with_only_columns(
            table.id,
            one.day,
            one.area,
            Area.name,
            one.person,
            Person.name,
            one.detail if scope.may_see_names else null(),
            table.recorded_at,
            table.backfilled,
            table.source,
            table.source_ref,
        )
        .outerjoin(Area, Area.code == one.area)
        .outerjoin(Person, Person.id == one.person)
        .where(table.id.in_(ids))
    )
    found = frame(connection, statement, COLUMNS)
    return found if scope.may_see_names else found.assign(person_name=found["person_name"].map(masked_name))


# --- what was found -----------------------------------------------------------------------------------------------------


def record_check(
    scope: Scope, connection: Connection, ledger: str, row_id: int, found: str, note: str, seed: str, *, by: str, now: datetime
) -> None:
    """Adds what was found about one record, in the caller's transaction. Raises :class:`SpotCheckError`, and then nothing is written."""
    one, note = LEDGERS[ledger], note.strip()
    row = connection.execute(
        one.rows.with_only_columns(one.area, one.day).where(one.table.id == row_id, counted(one.area, scope))
    ).one_or_none()
    if row is None:
        raise SpotCheckError("找不到这条记录,或不在您的范围内")
    if found not in FOUND:
        raise SpotCheckError("请选择结果:真实、不符或查不到")
    if found != FOUND[0] and not note:
        raise SpotCheckError("请写明情况,例如“电话核实,当晚在县城”")
    if len(note) > LONGEST_NOTE or len(seed) > LONGEST_SEED:
        raise SpotCheckError(f"情况请控制在 {LONGEST_NOTE} 字以内")
    values = {"ledger": ledger, "row_id": row_id, "area_code": row[0], "day": row[1], "seed": seed}
    connection.execute(insert(BoardSpotCheck).values(**values, outcome=found, note=note or None, checked_at=now, checked_by=by))


def _last() -> AnySelect:
    """Of several checks of a record the last one counts."""
    return select(func.max(BoardSpotCheck.id)).group_by(BoardSpotCheck.ledger, BoardSpotCheck.row_id)


CHECK_COLUMNS = ("id", "ledger", "row_id", "day", "area_name", "outcome", "note", "seed", "checked_at", "checked_by")


def _within(scope: Scope, first: date, last: date) -> list[ColumnElement[bool]]:
    check = BoardSpotCheck
    return [check.id.in_(_last()), counted(check.area_code, scope), check.day.between(first, last)]


def checks(
    scope: Scope,
    connection: Connection,
    first: date,
    last: date,
    limit: int,
    offset: int = 0,
    ledger: str | None = None,
    rows: tuple[int, ...] = (),
) -> pd.DataFrame:
    """What was found about records of these days, newest first; with a ``ledger`` about these ``rows`` of it alone.

    Grain: record checked, its last check. Columns: id, ledger, row_id, day, area_name, outcome, note (None without the right to names),
    seed, checked_at, checked_by (the account's name).
    """
    check = BoardSpotCheck
    statement = (
        select(
            check.id,
            check.ledger,
            check.row_id,
            check.day,
            Area.name,
            check.outcome,
            check.note if scope.may_see_names else null(),
            check.seed,
            check.checked_at,
            func.coalesce(BoardAccount.display_name, check.checked_by),
        )
        .outerjoin(Area, Area.code == check.area_code)
        .outerjoin(BoardAccount, BoardAccount.username == check.checked_by)
        .where(*_within(scope, first, last))
        .order_by(check.id.desc())
        .limit(limit)
        .offset(offset)
    )
    if ledger is not None:
        statement = statement.where(check.ledger == ledger, check.row_id.in_(rows))
    return frame(connection, statement, CHECK_COLUMNS)


def check_count(scope: Scope, connection: Connection, first: date, last: date) -> int:
    """How many records of these days have been checked."""
    return int(connection.scalar(select(func.count()).where(*_within(scope, first, last))) or 0)


def spot_checks(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """What was found about records of the window's days.

    Grain: unit × ledger × outcome. Columns: code, ledger, outcome, checks (records, each by its last check).
    """
    check = BoardSpotCheck
    code = unit_code(check.area_code, window.level)
    statement = (
        select(code, check.ledger, check.outcome, func.count())
        .where(
            check.id.in_(_last()),
            counted(check.area_code, scope),
            has_unit(check.area_code, window.level),
            check.day.between(window.first, window.last),
        )
        .group_by(code, check.ledger, check.outcome)
    )
    kinds = {"code": "str", "ledger": "str", "outcome": "str", "checks": "int64"}
    return frame(connection, statement, list(kinds), kinds)


FACTS = {"spot_checks": Fact(spot_checks, ("board_spot_check", "area"), sums=("checks",))}

"""填报: what a township or village itself tells of a night, from a phone: who stayed, who stands in, a note. Nothing is entered twice.

A stay has the key that a ledger's line of the same stay has, under a source of its own; a ledger finds it there and leaves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import Connection, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from data_access.areas import in_post_on
from data_access.audit import Action, record
from data_access.board_tables import BoardNightEntry
from data_access.frames import frame
from data_access.rules import sound
from data_access.scope import CODE_LENGTHS, Scope, in_scope
from data_access.tables import DutyRoster, NightStay, Person
from data_access.valid import Appointment
from data_access.valid import DutyRoster as ValidRoster

FORM = "form"
"""The source of what was told here."""
LONGEST_NOTE = 200
ENTRY_TABLES = ("board_night_entry",)


class EntryError(ValueError):
    """Something cannot be entered; the text (Chinese) says why and what to do."""


@dataclass(frozen=True)
class Hours:
    """The rulebook's hours: a night is entered from ``evening`` on, and corrected until ``over`` of the next day."""

    evening: int
    over: int

    def night(self, now: datetime) -> date:
        """The night that a moment belongs to: until the morning hour it is yesterday's."""
        return (now - timedelta(hours=self.over)).date()

    def is_open(self, now: datetime) -> bool:
        return now >= datetime.combine(self.night(now), time(self.evening))


@dataclass(frozen=True)
class Told:
    """What is sent: who came (and was not shown as there), whose tick was taken away, who stands in by turn (None: nobody), the note."""

    came: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()
    substitutes: Mapping[int, int | None] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Saved:
    """What of it was new."""

    at: datetime
    added: tuple[int, ...]
    removed: tuple[int, ...]
    changed: bool


def unit_of(scope: Scope) -> str | None:
    """The one unit that an account may tell of: a township or village; None for any other account."""
    code = scope.area or ""
    return code if len(code) in (CODE_LENGTHS["township"], CODE_LENGTHS["village"]) else None


def stays_told(scope: Scope, connection: Connection, unit: str, night: date) -> pd.DataFrame:
    """Who is on record as having stayed at the unit. Grain: person. Columns: person_id, by_form (bool: told here, so that it can be taken
    back here)."""
    statement = (
        select(NightStay.person_id, func.min(NightStay.source), func.count())
        .where(NightStay.area_code == unit, NightStay.night == night, in_scope(NightStay.area_code, scope))
        .group_by(NightStay.person_id)
    )
    rows = connection.execute(statement).all()
    found = [(person, source == FORM and number == 1) for person, source, number in rows]
    return pd.DataFrame(found, columns=["person_id", "by_form"]).astype({"person_id": "int64", "by_form": "bool"})


def entries(scope: Scope, connection: Connection, night: date) -> pd.DataFrame:
    """What units have told of a night in words, and when. Grain: unit. Columns: code, note (None without the right to names), saved_at,
    saved_by."""
    entry = BoardNightEntry
    statement = (
        select(entry.area_code, entry.note, entry.saved_at, entry.saved_by)
        .where(in_scope(entry.area_code, scope), entry.night == night)
        .order_by(entry.area_code)
    )
    found = frame(connection, statement, ["code", "note", "saved_at", "saved_by"], {"code": "str"})
    return found if scope.may_see_names else found.assign(note=None)


def enter(scope: Scope, connection: Connection, night: date, told: Told, hours: Hours, *, now: datetime, by: str) -> Saved:
    """Enters what an account tells of its own unit in the caller's transaction; the same again changes nothing. Raises
    :class:`EntryError`, and then nothing is written."""
    unit = unit_of(scope)
    if unit is None:
        raise EntryError("本账号不能填报,请联系管理员")
    if night != hours.night(now):
        raise EntryError(f"{night.month}月{night.day}日夜已过填报时限(次日{hours.over}时),请刷新页面;要更正请联系管理员")
    if not hours.is_open(now):
        raise EntryError(f"今晚{hours.evening}时起填报")
    note = told.note.strip()
    if len(note) > LONGEST_NOTE:
        raise EntryError(f"说明请控制在 {LONGEST_NOTE} 字以内")
    _hold(connection, unit, night, now, by)  # first: it makes those who tell of the same night follow one another
    turns = _turns(connection, unit, night)
    _known_here(connection, unit, night, told, turns)
    there = stays_told(scope, connection, unit, night)
    present, own = set(there["person_id"]), set(there.loc[there["by_form"], "person_id"])
    added = tuple(sorted(told.came - present))
    removed = tuple(sorted(told.left & own))
    if told.left & present - own:
        raise EntryError("有人的住夜是台账或其他系统登记的,不能在这里取消,请联系管理员更正")
    for person in added:
        row = {"person_id": person, "area_code": unit, "night": night, "recorded_at": now, "source": FORM}
        connection.execute(insert(NightStay).values(**row, source_ref=stay_ref(person, unit, night)))
    if removed:
        refs = [stay_ref(person, unit, night) for person in removed]
        connection.execute(delete(NightStay).where(NightStay.source == FORM, NightStay.source_ref.in_(refs)))
    _require_sound(connection, unit, night, added)
    stand_in = {turn: other for turn, other in told.substitutes.items() if turns[turn][1] != other}
    for turn, other in stand_in.items():
        connection.execute(update(DutyRoster).where(DutyRoster.id == turn).values(substitute_id=other))
    noted = _note(connection, unit, night, note, now, by)
    lines = _lines(added, removed, {turns[turn][0]: other for turn, other in stand_in.items()}, noted)
    if lines:
        record(connection, by, Action.ENTRY, now, f"住夜 {unit} {night.isoformat()}:{';'.join(lines)}")
    return Saved(now, added, removed, bool(lines))


def stay_ref(person: int, unit: str, night: date) -> str:
    """As a ledger's line of the same stay is known again."""
    return f"{person}|{unit}|{night}"


def _hold(connection: Connection, unit: str, night: date, now: datetime, by: str) -> None:
    """The unit's entry of the night, which whoever else tells of it waits for."""
    entry = BoardNightEntry
    saved = update(entry).where(entry.area_code == unit, entry.night == night).values(saved_at=now, saved_by=by)
    if connection.execute(saved).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(entry).values(area_code=unit, night=night, saved_at=now, saved_by=by))
    except IntegrityError:  # somebody has begun it in this very moment
        connection.execute(saved)


def _note(connection: Connection, unit: str, night: date, note: str, now: datetime, by: str) -> bool:
    """Keeps the note; whether it is another one than before."""
    entry = BoardNightEntry
    mine = (entry.area_code == unit, entry.night == night)
    before = connection.scalar(select(entry.note).where(*mine))
    if (before or "") == note:
        return False
    connection.execute(update(entry).where(*mine).values(note=note or None))
    return True


def _turns(connection: Connection, unit: str, night: date) -> dict[int, tuple[int, int | None]]:
    """Turn → who is on, and who stands in."""
    roster = ValidRoster
    rows = connection.execute(
        select(roster.id, roster.person_id, roster.substitute_id).where(roster.area_code == unit, roster.night == night)
    )
    return {turn: (person, other) for turn, person, other in rows}


def _known_here(connection: Connection, unit: str, night: date, told: Told, turns: Mapping[int, tuple[int, int | None]]) -> None:
    """Only people of the unit: in post there that night, or on its roster."""
    wanted = set(told.came) | {other for other in told.substitutes.values() if other is not None}
    listed = {person for turn in turns.values() for person in turn if person is not None}
    serving = select(Appointment.person_id).where(Appointment.area_code == unit, in_post_on(literal(night)))
    here = set(connection.scalars(serving))
    strangers = wanted - here - listed
    if strangers:
        once = select(Appointment.person_id).where(Appointment.area_code == unit)  # a form that was made up asks no name of anybody else
        names = connection.scalars(select(Person.name).where(Person.id.in_(strangers), Person.id.in_(once)).order_by(Person.id)).all()
        raise EntryError(f"{'、'.join(names) or '有人'}当晚不在本单位任职或请假,不能填报;请核对人员台账")
    if set(told.substitutes) - set(turns):
        raise EntryError("排班已有变动,请刷新后再填")
    if any(turns[turn][0] == other for turn, other in told.substitutes.items()):
        raise EntryError("替班人就是本人")


def _require_sound(connection: Connection, unit: str, night: date, added: tuple[int, ...]) -> None:
    """The rules every row has to keep (``data_access.rules``), whoever writes it."""
    mine = (NightStay.area_code == unit, NightStay.night == night, NightStay.person_id.in_(added))
    if added and connection.scalar(select(func.count()).where(*mine, ~sound(NightStay))):
        raise EntryError("有记录不合规则(单位或人员不在册),没有保存;请联系管理员")


def _lines(added: tuple[int, ...], removed: tuple[int, ...], stand_in: Mapping[int, int | None], noted: bool) -> list[str]:
    """What the audit says: people by their numbers, no names."""
    parts = [f"登记 {len(added)} 人(人员编号 {_numbers(added)})"] if added else []
    parts += [f"取消 {len(removed)} 人(人员编号 {_numbers(removed)})"] if removed else []
    parts += [f"人员编号 {person} 由 {other} 替班" if other else f"人员编号 {person} 不再替班" for person, other in stand_in.items()]
    return [*parts, *(["说明有改动"] if noted else [])]


def _numbers(people: tuple[int, ...]) -> str:
    return "、".join(map(str, people))

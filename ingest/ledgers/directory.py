"""People, areas and households in memory: who a ledger's words mean. Read once a file, then every row is a look-up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sqlalchemy import Connection, select

from data_access.board_tables import BoardImportKey
from data_access.scope import Scope, in_scope
from data_access.tables import Appointment, Area, Household, Person
from ingest.ledgers.cells import Fault

LEVEL_NAMES = {"county": "县", "township": "乡镇", "village": "村", "patch": "片", "group": "组", "cell": "邻"}
HOUSEHOLD = "household"
EXACT_DIGITS = 15
"""Of a longer number in a cell Excel keeps no more."""
LONGEST_ID = 17
"""Digits of a number that is surely one of the database's: eighteen are an identity card's."""
MOST_NAMED = 3


@lru_cache(maxsize=65536)
def normal_name(text: str) -> str:
    """A name for comparing: half-width, without spaces and separators (泥河镇 / 河东村 → 泥河镇河东村)."""
    return re.sub(r"[\s/\\>›»_,,·\-–—]+", "", unicodedata.normalize("NFKC", text))


@dataclass(frozen=True)
class Unit:
    code: str
    level: str
    name: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None

    def stands_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or self.valid_to >= day)


@dataclass(frozen=True)
class Post:
    person: int
    role: str
    area: str
    valid_from: date | None
    valid_to: date | None

    def held_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or self.valid_to >= day)


@dataclass
class Directory:
    """What the rows are checked against, inside one scope: anything outside it is unknown."""

    units: dict[str, Unit] = field(default_factory=dict)
    units_by_name: dict[str, list[str]] = field(default_factory=dict)
    people: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_phone: dict[str, list[int]] = field(default_factory=dict)
    posts: dict[int, list[Post]] = field(default_factory=dict)
    household_areas: dict[int, str] = field(default_factory=dict)
    household_numbers: dict[str, int] = field(default_factory=dict)
    numbered_households: set[int] = field(default_factory=set)

    # --- areas ------------------------------------------------------------------------------------------------------

    def add_unit(self, unit: Unit) -> None:
        self.units[unit.code] = unit

    def name_units(self) -> None:
        """Every unit by its own name and by its path from any unit above it."""
        self.units_by_name = {}
        for unit in self.units.values():
            path = ""
            above: Unit | None = unit
            while above is not None:
                path = normal_name(above.name) + path
                self.units_by_name.setdefault(path, []).append(unit.code)
                above = self.units.get(above.parent or "")

    def path_of(self, code: str) -> str:
        """泥河镇河东村: the names from the township down; the code where it is unknown."""
        unit = self.units.get(code)
        if unit is None:
            return code
        parts = []
        above: Unit | None = unit
        while above is not None and above.level != "county":
            parts.append(above.name)
            above = self.units.get(above.parent or "")
        return "".join(reversed(parts)) or unit.name

    def unit(self, said: str, levels: Iterable[str], day: date | None = None) -> str:
        """The code that ``said`` (a code, a name, a path of names) means. Raises :class:`Fault`."""
        levels = tuple(levels)
        wanted = "或".join(LEVEL_NAMES[level] for level in levels)
        text = unicodedata.normalize("NFKC", said).replace(" ", "")
        if text.isdigit():
            if text not in self.units:
                long = ";较长的代码请把单元格设为文本格式" if len(text) > EXACT_DIGITS else ""
                raise Fault(f"没有代码为“{said}”的区划{long}")
            codes = [text]
        else:
            codes = self.units_by_name.get(normal_name(said), [])
        if not codes:
            raise Fault(f"没有叫“{said}”的{wanted}")
        fitting = [code for code in codes if self.units[code].level in levels]
        if not fitting:
            raise Fault(f"“{said}”是{LEVEL_NAMES.get(self.units[codes[0]].level, '其他层级')},这里应填{wanted}")
        if len(fitting) > 1 and day is not None:
            fitting = [code for code in fitting if self.units[code].stands_on(day)] or fitting
        if len(fitting) > 1:
            some = "、".join(self.path_of(code) for code in fitting[:MOST_NAMED])
            raise Fault(f"有 {len(fitting)} 个“{said}”({some}{' 等' if len(fitting) > MOST_NAMED else ''}),请写全名或代码")
        unit = self.units[fitting[0]]
        if day is not None and not unit.stands_on(day):
            when = f"{unit.valid_from} 才设立" if unit.valid_from and day < unit.valid_from else f"已于 {unit.valid_to} 撤销"
            raise Fault(f"“{said}”{when}")
        return unit.code

    # --- people -----------------------------------------------------------------------------------------------------

    def person(self, name: str, unit: str | None, day: date, phone: str | None = None, number: int | None = None) -> int:
        """Who is meant: by 人员编号, by 手机号, else by name among those in post at (or under) the unit on the day.

        Raises :class:`Fault`.
        """
        plain_name = normal_name(name)
        if number is not None:
            if number not in self.people:
                raise Fault(f"没有编号为 {number} 的人员")
            return self._named(number, plain_name, name, f"人员编号 {number}")
        if phone and phone in self.by_phone:
            holders = [who for who in self.by_phone[phone] if normal_name(self.people[who][0]) == plain_name]
            if not holders:
                raise Fault(f"手机号 {phone} 登记的不是“{name}”")
            if len(holders) == 1:
                return holders[0]
        place = self.path_of(unit) if unit else "本县"
        known = self.by_name.get(plain_name, [])
        here = [post for who in known for post in self.posts.get(who, ()) if unit is None or post.area.startswith(unit)]
        in_post = [post for post in here if post.held_on(day)]
        exact = {post.person for post in in_post if post.area == unit} or {post.person for post in in_post}
        if len(exact) == 1:
            return exact.pop()
        if len(exact) > 1:
            raise Fault(f"{place}有 {len(exact)} 名叫“{name}”的在任人员,请填手机号或人员编号")
        if not here:
            raise Fault(f"{place}没有叫“{name}”的在任人员")
        later = [post.valid_from for post in here if post.valid_from and post.valid_from > day]
        if later:
            raise Fault(f"“{name}”在{place}自 {min(later)} 起任职,{day} 尚未任职")
        ended = max(post.valid_to for post in here if post.valid_to)
        raise Fault(f"“{name}”在{place}任职到 {ended} 为止,{day} 已不在任")

    def _named(self, who: int, plain_name: str, name: str, what: str) -> int:
        if plain_name and normal_name(self.people[who][0]) != plain_name:
            raise Fault(f"{what}登记的不是“{name}”")
        return who

    # --- households -------------------------------------------------------------------------------------------------

    def household(self, said: str, day: date | None = None) -> int:
        """By the office's own 户编号; by the database's id only where the household has no such number. Raises :class:`Fault`."""
        found = self.household_numbers.get(said)
        if found is None and said.isdigit() and len(said) <= LONGEST_ID:
            found = int(said) if int(said) in self.household_areas and int(said) not in self.numbered_households else None
        if found is None or found not in self.household_areas:
            raise Fault(f"没有户编号为“{said}”的户")
        return found


def directory(scope: Scope, connection: Connection, *, households: bool = False) -> Directory:
    """Everything inside the scope; three statements, five with households."""
    found = Directory()
    columns = (Area.code, Area.level, Area.name, Area.parent_code, Area.valid_from, Area.valid_to)
    for row in connection.execute(select(*columns).where(in_scope(Area.code, scope)).order_by(Area.code)):
        found.add_unit(Unit(*row))
    found.name_units()
    for who, name, phone in connection.execute(select(Person.id, Person.name, Person.phone).order_by(Person.id)):
        found.people[who] = (name, phone)
    posts = (Appointment.person_id, Appointment.role, Appointment.area_code, Appointment.valid_from, Appointment.valid_to)
    for held in connection.execute(select(*posts).where(in_scope(Appointment.area_code, scope)).order_by(Appointment.id)):
        found.posts.setdefault(held.person_id, []).append(Post(*held))
    if scope.area != "":  # people outside the scope are nobody here
        found.people = {who: person for who, person in found.people.items() if who in found.posts}
    for who, (name, phone) in found.people.items():
        found.by_name.setdefault(normal_name(name or ""), []).append(who)
        if phone:
            found.by_phone.setdefault(phone, []).append(who)
    if households:
        for row_id, code in connection.execute(select(Household.id, Household.area_code).where(in_scope(Household.area_code, scope))):
            found.household_areas[row_id] = code
        keys = select(BoardImportKey.ref, BoardImportKey.row_id).where(BoardImportKey.kind == HOUSEHOLD)
        found.household_numbers = {row.ref: row.row_id for row in connection.execute(keys)}
        found.numbered_households = set(found.household_numbers.values())
    return found

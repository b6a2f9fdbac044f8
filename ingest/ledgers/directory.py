"""People, areas and households in memory: who a ledger's words mean. Read once a file, then every row is a look-up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, select

from data_access.board_tables import BoardImportKey, BoardPersonChoice
from data_access.scope import Scope, in_scope
from data_access.tables import Appointment, Area, Household, Person
from ingest.ledgers.cells import Fault, normal_number
from ingest.ledgers.names import forms_of, normal_name
from ingest.ledgers.words import ROLE_NAMES

LEVEL_NAMES = {"county": "县", "township": "乡镇", "village": "村", "patch": "片", "group": "组", "cell": "邻"}
HOUSEHOLD = "household"
EXACT_DIGITS = 15
"""Of a longer number in a cell Excel keeps no more."""
LONGEST_ID = 17
"""Digits of a number that is surely one of the database's: eighteen are an identity card's."""
MOST_NAMED = 3


_OFFICE = re.compile(
    "(?:[((]本级[))]|人民政府|政府|党委政府|党委|机关|本级|党政综合办公室|党政综合办|党政办公室|党政办|办公室|便民服务中心|党群服务中心"
    "|村民委员会|居民委员会|村委会|居委会|村委|党总支|党支部|村两委|两委|办事处)$"
)
"""What an office adds to its unit's name."""
_LEVEL = re.compile("(?:镇|乡|街道|村|社区)$")


@dataclass(frozen=True)
class Question:
    """Several people of one name: who is meant, of those at one unit. ``choices``: person's id → their post."""

    name: str
    unit: str
    choices: tuple[tuple[int, str], ...]


class Unclear(Fault):
    """Somebody has to choose."""

    def __init__(self, said: str, question: Question) -> None:
        super().__init__(said)
        self.question = question


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

    scope: Scope = field(default_factory=Scope.operator)
    units: dict[str, Unit] = field(default_factory=dict)
    units_by_name: dict[str, list[str]] = field(default_factory=dict)
    units_by_stem: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[tuple[str, str], int] = field(default_factory=dict)
    """(name, unit) → the person that somebody has chosen before."""
    people: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_phone: dict[str, list[int]] = field(default_factory=dict)
    posts: dict[int, list[Post]] = field(default_factory=dict)
    household_areas: dict[int, str] = field(default_factory=dict)
    household_numbers: dict[str, int] = field(default_factory=dict)
    """The office's own number, however it is spelled → the household."""
    household_refs: dict[str, str] = field(default_factory=dict)
    """The same → the spelling under which it is kept."""
    numbered_households: set[int] = field(default_factory=set)

    # --- areas ------------------------------------------------------------------------------------------------------

    def add_unit(self, unit: Unit) -> None:
        self.units[unit.code] = unit

    def name_units(self) -> None:
        """Every unit by its own name and by its path from any unit above it; townships and villages also without 镇, 乡, 村, 社区."""
        self.units_by_name, self.units_by_stem = {}, {}
        for unit in self.units.values():
            path, stem = "", _LEVEL.sub("", normal_name(unit.name))
            above: Unit | None = unit
            while above is not None:
                if path and unit.level in ("township", "village"):
                    stem = normal_name(above.name) + stem
                path = normal_name(above.name) + path
                self.units_by_name.setdefault(path, []).append(unit.code)
                if unit.level in ("township", "village"):
                    self.units_by_stem.setdefault(stem, []).append(unit.code)
                above = self.units.get(above.parent or "")

    def _codes(self, said: str) -> list[str]:
        """Units that a name means: its own, an office's (镇政府, 村委会), or with another word for its level (泥河, 马塘社区)."""
        name = normal_name(said)
        if name in self.units_by_name:
            return self.units_by_name[name]
        bare = name
        while (shorter := _OFFICE.sub("", bare)) not in ("", bare):
            bare = shorter
        return self.units_by_name.get(bare) or self.units_by_stem.get(_LEVEL.sub("", bare)) or self.units_by_stem.get(bare) or []

    def unit_in(self, text: str) -> str | None:
        """The one township or village that a title names; None where it names none or several."""
        said = normal_name(text)
        found = {
            code: name
            for name, codes in self.units_by_name.items()
            if name in said
            for code in codes
            if len(codes) == 1 and self.units[code].level in ("township", "village")
        }
        # A village's path holds its township's name: the longest is meant, and what it lies in is not another.
        nearest = [code for code in found if not any(other != code and other.startswith(code) for other in found)]
        return nearest[0] if len(nearest) == 1 else None

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

    def unit(self, said: str, levels: Iterable[str], day: date | None = None, near: str | None = None) -> str:
        """The code that ``said`` (a code, a name, a path of names) means; of several villages of one name that of the township ``near``.

        Raises :class:`Fault`.
        """
        levels = tuple(levels)
        wanted = "或".join(LEVEL_NAMES[level] for level in levels)
        text = unicodedata.normalize("NFKC", said).replace(" ", "")
        if text.isdigit():
            codes = [code for code in (text, text.removesuffix("000"), text.removesuffix("000000")) if code in self.units][:1]
            if not codes:
                long = ";较长的代码请把单元格设为文本格式" if len(text) > EXACT_DIGITS else ""
                raise Fault(f"没有代码为“{said}”的区划{long}")
        else:
            codes = self._codes(said)
        if not codes:
            raise Fault(f"没有叫“{said}”的{wanted}")
        fitting = [code for code in codes if self.units[code].level in levels]
        if not fitting:
            raise Fault(f"“{said}”是{LEVEL_NAMES.get(self.units[codes[0]].level, '其他层级')},这里应填{wanted}")
        if len(fitting) > 1 and day is not None:
            fitting = [code for code in fitting if self.units[code].stands_on(day)] or fitting
        if len(fitting) > 1 and near is not None:
            fitting = [code for code in fitting if code.startswith(near[:9])] or fitting
        if len(fitting) > 1:
            some = "、".join(self.path_of(code) for code in fitting[:MOST_NAMED])
            raise Fault(f"有 {len(fitting)} 个“{said}”({some}{' 等' if len(fitting) > MOST_NAMED else ''}),请写全名或代码")
        unit = self.units[fitting[0]]
        if day is not None and not unit.stands_on(day):
            when = f"{unit.valid_from} 才设立" if unit.valid_from and day < unit.valid_from else f"已于 {unit.valid_to} 撤销"
            raise Fault(f"“{said}”{when}")
        return unit.code

    # --- people -----------------------------------------------------------------------------------------------------

    def bearers(self, name: str) -> list[int]:
        """People of that name, whatever stands around it in the cell."""
        return next((self.by_name[form] for form in forms_of(name) if form in self.by_name), [])

    def person(
        self, name: str, unit: str | None, day: date, phone: str | None = None, number: int | None = None, *, wide: bool = False
    ) -> int:
        """Who is meant: by 人员编号, by 手机号, else by name among those in post on the day, nearest to the unit.

        ``wide``: as far as its township.

        Raises :class:`Fault`, :class:`Unclear` where several are as near.
        """
        known = self.bearers(name)
        if number is not None:
            if number not in self.people:
                raise Fault(f"没有编号为 {number} 的人员")
            if name and number not in known:
                raise Fault(f"人员编号 {number} 登记的不是“{name}”")
            return number
        if phone and phone in self.by_phone:
            holders = [who for who in self.by_phone[phone] if who in known]
            if not holders:
                raise Fault(f"手机号 {phone} 登记的不是“{name}”")
            if len(holders) == 1:
                return holders[0]
        chosen = self.choices.get((normal_name(self.people[known[0]][0]), unit or "")) if known else None
        posts = [post for who in known for post in self.posts.get(who, ())]
        rings = list(_rings(unit, posts, wide))
        for ring in rings:
            there = list(dict.fromkeys(post.person for post in ring if post.held_on(day)))
            if len(there) == 1 or chosen in there:
                return chosen if chosen is not None and chosen in there else there[0]
            if there:
                raise self._unclear(name, unit, [post for post in ring if post.held_on(day)])
        return self._nobody(name, unit, day, [post for ring in rings for post in ring])

    def _unclear(self, name: str, unit: str | None, posts: list[Post]) -> Unclear:
        held: dict[int, list[str]] = {}
        for post in posts:
            held.setdefault(post.person, []).append(f"{self.path_of(post.area)}{ROLE_NAMES.get(post.role, '')}")
        choices = tuple((who, "、".join(dict.fromkeys(roles))) for who, roles in held.items())
        told = "、".join(f"{roles}(人员编号 {who})" for who, roles in choices)
        place = self.path_of(unit) if unit else "本县"
        said = f"{place}有 {len(choices)} 名叫“{name}”的在任人员:{told};请选定是哪一位,或填手机号、人员编号"
        return Unclear(said, Question(normal_name(self.people[choices[0][0]][0]), unit or "", choices))

    def _nobody(self, name: str, unit: str | None, day: date, posts: list[Post]) -> int:
        place = self.path_of(unit) if unit else "本县"
        if not posts:
            raise Fault(f"{place}没有叫“{name}”的在任人员")
        later = [post.valid_from for post in posts if post.valid_from and post.valid_from > day]
        if later:
            raise Fault(f"“{name}”在{place}自 {min(later)} 起任职,{day} 尚未任职")
        ended = max(post.valid_to for post in posts if post.valid_to)
        raise Fault(f"“{name}”在{place}任职到 {ended} 为止,{day} 已不在任")

    # --- households -------------------------------------------------------------------------------------------------

    def household(self, said: str, day: date | None = None) -> int:
        """By the office's own 户编号; by the database's id only where the household has no such number. Raises :class:`Fault`."""
        found = self.household_numbers.get(normal_number(said))
        if found is None and said.isdigit() and len(said) <= LONGEST_ID:
            found = int(said) if int(said) in self.household_areas and int(said) not in self.numbered_households else None
        if found is None or found not in self.household_areas:
            raise Fault(f"没有户编号为“{said}”的户")
        return found


TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12


def _rings(unit: str | None, posts: list[Post], wide: bool) -> Iterable[list[Post]]:
    """Posts by how near they are to a unit: at it; below it, or at the nearest unit above it; in its village; ``wide``, in its township."""
    if unit is None:
        yield posts
        return
    yield [post for post in posts if post.area == unit]
    below = [post for post in posts if post.area != unit and post.area.startswith(unit)]
    above = [post for post in posts if post.area != unit and unit.startswith(post.area) and len(post.area) >= TOWNSHIP_DIGITS]
    nearest = max((len(post.area) for post in above), default=0)
    yield [*below, *(post for post in above if len(post.area) == nearest)]
    for digits in (VILLAGE_DIGITS, TOWNSHIP_DIGITS) if wide else (VILLAGE_DIGITS,):
        if len(unit) > digits:
            yield [post for post in posts if post.area.startswith(unit[:digits])]


def directory(scope: Scope, connection: Connection, *, households: bool = False) -> Directory:
    """Everything inside the scope; four statements, six with households."""
    found = Directory(scope)
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
    chosen = select(BoardPersonChoice.name, BoardPersonChoice.area_code, BoardPersonChoice.person_id)
    found.choices = {(row.name, row.area_code): row.person_id for row in connection.execute(chosen)}
    if households:
        for row_id, code in connection.execute(select(Household.id, Household.area_code).where(in_scope(Household.area_code, scope))):
            found.household_areas[row_id] = code
        keys = select(BoardImportKey.ref, BoardImportKey.row_id).where(BoardImportKey.kind == HOUSEHOLD)
        for kept in connection.execute(keys):
            found.household_numbers[normal_number(kept.ref)] = kept.row_id
            found.household_refs[normal_number(kept.ref)] = kept.ref
        found.numbered_households = set(found.household_numbers.values())
    return found

"""People, areas and households in memory: who a ledger's words mean. Read once a file, then every row is a look-up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, func, select

from data_access.board_tables import BoardHouseholdAlias, BoardImportKey, BoardPersonChoice, BoardUnitAlias
from data_access.scope import Scope, in_scope
from data_access.tables import Appointment, Area, Department, Household, Person
from ingest.ledgers.cells import Fault, normal_number
from ingest.ledgers.keys import keyed, secret_of
from ingest.ledgers.names import forms_of, normal_name
from ingest.ledgers.words import ROLE_NAMES

LEVEL_NAMES = {"county": "县", "township": "乡镇", "village": "村", "patch": "片", "group": "组", "cell": "邻"}
HOUSEHOLD = "household"
EXACT_DIGITS = 15
"""Of a longer number in a cell Excel keeps no more."""
LONGEST_ID = 17
"""Digits of a number that is surely one of the database's: eighteen are an identity card's."""
MOST_NAMED = 3
MOST_ALIKE = 40


_OFFICE = re.compile(
    "(?:\\((?:本级|机关)\\)|人民政府|政府|委员会|党委政府|党委|机关|本级|党政综合办公室|党政综合办|党政办公室|党政办|办公室|便民服务中心|党群服务中心"
    "|村民委员会|居民委员会|村委会|居委会|村委|党总支|党支部|村两委|两委|办事处|村部|便民服务站|党群服务站)$"
)
"""What an office adds to its unit's name."""
_LEVEL = re.compile("(?:镇|乡|街道|行政村|村|社区)$")
_BEFORE = re.compile("^(?:中共|中国共产党)")
_ORDINAL = re.compile("第?([〇零一二三四五六七八九十]{1,3}|\\d{1,3})(?=[组邻片])")
_OWN = {
    "township": re.compile("(?:本|该)?(?:镇|乡|街道)(?:人民政府|政府|党委|机关|本级)?|本级|机关|政府|党政(?:综合)?办(?:公室)?"),
    "village": re.compile("(?:本|该)?(?:村|社区)(?:村?民?委员会|村?委会?|部|两委|党支部|党总支)?|居委会"),
}
"""What an office calls the very unit whose ledger it is."""
_NUMERAL = re.compile("[0-9〇零一二三四五六七八九十]")


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
class PlaceQuestion:
    """What nobody is called: which unit or department is meant. ``choices``: code → name."""

    said: str
    choices: tuple[tuple[str, str], ...]


class UnknownPlace(Fault):
    """Somebody has to say which unit or department is meant."""

    def __init__(self, said: str, question: PlaceQuestion) -> None:
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
    aliases: dict[str, str] = field(default_factory=dict)
    """What else somebody has said a unit or a department is called → its code; of several what was said nearest to the scope's area."""
    departments: dict[str, str] = field(default_factory=dict)
    """Code → name."""
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
    households_of: dict[str, list[tuple[int, str | None]]] = field(default_factory=dict)
    """Keyed digest of who heads them → households, each with its door's."""
    secret: str = ""

    # --- areas ------------------------------------------------------------------------------------------------------

    def add_unit(self, unit: Unit) -> None:
        self.units[unit.code] = unit

    def name_units(self) -> None:
        """Every unit by its own name and by its path from any unit above it; also without the patch between
        (上塘村一组), townships and villages also without 镇, 乡, 村, 社区."""
        self.units_by_name, self.units_by_stem = {}, {}
        for unit in self.units.values():
            path, short, stem = "", "", _LEVEL.sub("", normal_name(unit.name))
            above: Unit | None = unit
            while above is not None:
                if path and unit.level in ("township", "village"):
                    stem = normal_name(above.name) + stem
                path = normal_name(above.name) + path
                short = short if above.level == "patch" and above is not unit else normal_name(above.name) + short
                for called in {path, short, _counted(path), _counted(short)}:
                    self.units_by_name.setdefault(called, []).append(unit.code)
                if unit.level in ("township", "village"):
                    self.units_by_stem.setdefault(stem, []).append(unit.code)
                above = self.units.get(above.parent or "")

    def _codes(self, said: str) -> list[str]:
        """Units that a name means: its own, an office's (镇政府, 村委会), or with another word for its level (泥河, 马塘社区)."""
        name = normal_name(said)
        if self.aliases.get(name) in self.units:
            return [self.aliases[name]]
        for called in (name, _counted(name)):
            if called in self.units_by_name:
                return self.units_by_name[called]
        bare = self._without_province(_BEFORE.sub("", name))
        while (shorter := _OFFICE.sub("", bare)) not in ("", bare):
            bare = shorter
        return self.units_by_name.get(bare) or self.units_by_stem.get(_LEVEL.sub("", bare)) or self.units_by_stem.get(bare) or []

    def _without_province(self, name: str) -> str:
        """山西省青禾县云岭镇 → 青禾县云岭镇."""
        counties = [normal_name(unit.name) for unit in self.units.values() if unit.level == "county"]
        return next((name[name.index(county) :] for county in counties if county and county in name), name)

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
            codes = self._codes(said) or self._own(said, near)
        if not codes:
            raise UnknownPlace(f"没有叫“{said}”的{wanted}", PlaceQuestion(normal_name(said), self._alike(said, levels)))
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

    def _own(self, said: str, near: str | None) -> list[str]:
        """镇政府, 本村: the unit whose ledger it is."""
        own = self.units.get(near or "")
        pattern = _OWN.get(own.level) if own is not None else None
        return [own.code] if own is not None and pattern is not None and pattern.fullmatch(normal_name(said)) else []

    def _alike(self, said: str, levels: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Units of the levels that may be meant, the likeliest first; of villages only those that share a sign."""
        name = normal_name(said)
        fitting = [unit for unit in self.units.values() if unit.level in levels and unit.level in ("township", "village")]
        shared = {unit.code: len(set(name) & set(_LEVEL.sub("", unit.name))) for unit in fitting}
        likely = [unit for unit in fitting if shared[unit.code] or unit.level == "township"]
        likely.sort(key=lambda unit: (-shared[unit.code], unit.code))
        return tuple((unit.code, self.path_of(unit.code)) for unit in likely[:MOST_ALIKE])

    def place_in(self, address: str, near: str | None, day: date | None = None) -> str:
        """The lowest unit that an address surely names (泥河镇马塘村三组12号), else the unit ``near`` whose ledger it is.

        Raises :class:`Fault` where it names none and there is none.
        """
        said = normal_name(address)
        alias = self.aliases.get(said)
        if alias in self.units:
            return alias
        found = self._named_in(said, [unit for unit in self.units.values() if unit.level == "township"], day)
        town = found.code if found is not None else (near or "")[:9]
        within = [unit for unit in self.units.values() if unit.level == "village" and unit.code.startswith(town)]
        village = self._named_in(said, within, day)
        here = village.code if village is not None else found.code if found is not None else near
        if here is None:
            raise Fault(f"“{address}”里没有本县的乡镇或村,请指明是哪个单位的台账")
        while (below := self._below(said, here, day)) is not None:
            here = below
        return here

    def _named_in(self, said: str, units: list[Unit], day: date | None) -> Unit | None:
        """The one unit among some that a text names, in full or as 马塘社区 for 马塘村."""
        there = [unit for unit in units if day is None or unit.stands_on(day)]
        full = [unit for unit in there if normal_name(unit.name) in said]
        if not full:
            full = [unit for unit in there if re.search(f"{re.escape(_LEVEL.sub('', normal_name(unit.name)))}(?:村|社区|镇|乡|街道)", said)]
        longest = max((len(unit.name) for unit in full), default=0)
        best = [unit for unit in full if len(unit.name) == longest]
        return best[0] if len(best) == 1 else None

    def _below(self, said: str, code: str, day: date | None) -> str | None:
        """The one patch, group or cell of a village or below that the text names (三组, not the 三组 of 十三组)."""
        if len(code) < VILLAGE_DIGITS:
            return None
        below = [unit for unit in self.units.values() if len(unit.code) > len(code) and unit.code.startswith(code)]
        named = [unit for unit in below if _stands_alone(normal_name(unit.name), said) and (day is None or unit.stands_on(day))]
        nearest = min((len(unit.code) for unit in named), default=0)
        best = [unit for unit in named if len(unit.code) == nearest]
        return best[0].code if len(best) == 1 else None

    # --- departments ------------------------------------------------------------------------------------------------

    def department(self, said: str, near: str | None = None) -> str | None:
        """The code of the department that is meant; None where it is a township or village: then the area itself handles it.

        Raises :class:`UnknownPlace`.
        """
        name = normal_name(said)
        code = self.aliases.get(name, name)
        if code in self.departments:
            return code
        if code in self.units or self._codes(said) or self._own(said, near):
            return None
        named = {_bare_department(held): code for code, held in self.departments.items()}
        if _bare_department(name) in named:
            return named[_bare_department(name)]
        counties = [normal_name(unit.name) for unit in self.units.values() if unit.level == "county"]
        for county in counties:
            if name.startswith(county) and _bare_department(name.removeprefix(county)) in named:
                return named[_bare_department(name.removeprefix(county))]
        where = "" if self.departments else ";部门台账还没有装入"
        raise UnknownPlace(f"没有叫“{said}”的部门或单位{where}", PlaceQuestion(name, tuple(self.departments.items())))

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

    def household_of(self, head: str, area: str | None, door: str) -> int:
        """By who heads it, nearest to where the ledger says it is, and by its door where several are called so. Raises :class:`Fault`."""
        alike = self.households_of.get(keyed(self.secret, normal_name(head)) or "", [])
        inside = [one for one in alike if one[0] in self.household_areas and self.household_areas[one[0]].startswith(area or "")]
        if not inside and area is not None:  # a household that no cell covers yet lies at its village
            inside = [one for one in alike if self.household_areas.get(one[0]) == area[:VILLAGE_DIGITS]]
        if len(inside) > 1 and door:
            inside = [one for one in inside if one[1] == keyed(self.secret, normal_number(door))]
        if len(inside) == 1:
            return inside[0][0]
        place = self.path_of(area) if area else "本县"
        if not inside:
            raise Fault(f"{place}没有户主叫“{head}”的户{'(门牌也要相符)' if alike and door else ''};请填户编号,或先装入带“户主”列的户台账")
        raise Fault(f"{place}有 {len(inside)} 户户主叫“{head}”,请填组、门牌或户编号")


TOWNSHIP_DIGITS, VILLAGE_DIGITS = 9, 12


def _stands_alone(name: str, said: str) -> bool:
    at = said.find(name)
    return at >= 0 and not (at and _NUMERAL.match(said[at - 1]) and _NUMERAL.match(name))


def _counted(name: str) -> str:
    """第一组, 1组, 一组 → 1组."""
    return _ORDINAL.sub(lambda found: str(_as_number(found[1])), name)


def _as_number(said: str) -> int:
    tens, ten, ones = said.partition("十")
    digits = {sign: place for place, sign in enumerate("零一二三四五六七八九")} | {"〇": 0}
    if said.isdecimal():
        return int(said)
    if ten:
        return 10 * (digits.get(tens[-1:], 0) if tens else 1) + (digits.get(ones[-1:], 0) if ones else 0)
    return int("".join(str(digits.get(sign, 0)) for sign in said))


def _bare_department(name: str) -> str:
    """县城管局, 城管局 → 城管局: what two spellings of a department share."""
    return re.sub("^(?:县|市|区)(?=.{3,})", "", normal_name(name))


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
    """Everything inside the scope; six statements, ten with households."""
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
    departments = select(Department.code, Department.name).order_by(Department.code)
    found.departments = {row.code: row.name for row in connection.execute(departments)}
    said = select(BoardUnitAlias.name, BoardUnitAlias.area_code, BoardUnitAlias.code).order_by(func.length(BoardUnitAlias.area_code))
    found.aliases = {row.name: row.code for row in connection.execute(said) if (scope.area or "").startswith(row.area_code)}
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
        found.secret = secret_of(connection)
        named = select(BoardHouseholdAlias.household_id, BoardHouseholdAlias.head_key, BoardHouseholdAlias.door_key)
        for one in connection.execute(named.order_by(BoardHouseholdAlias.household_id)):
            found.households_of.setdefault(one.head_key, []).append((one.household_id, one.door_key))
    return found

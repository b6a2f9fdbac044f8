"""The invented people and what they hold when: township and village cadres, the three captains, leave."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from data_access.tables import IDS_A_COUNTY
from ingest.demo.geography import Geography
from ingest.demo.world import FOREVER, NONE, World

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_FIRST = "建国志明文秀玉春海永晓小丽红军伟德金桂雪俊宏立少家庆振玲淑爱美云学兴清喜福来宝长世东"
GIVEN_SECOND = "华平军强英兰芳霞林峰刚勇斌燕娟梅萍玲琴生民忠义祥荣富贵根柱山海涛波宁静敏慧琳洁鹏飞超"
ROLES = ("township_chief", "township_leader", "township_staff", "village_chief", "village_committee")


@dataclass
class Posts:
    """Cadre posts as parallel arrays: ``unit`` is the township's or village's position, days are inclusive."""

    person: list[int] = field(default_factory=list)
    role: list[str] = field(default_factory=list)
    unit: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)

    def add(self, person: int, role: str, unit: int, first: int, last: int = FOREVER) -> None:
        self.person.append(person)
        self.role.append(role)
        self.unit.append(unit)
        self.first.append(first)
        self.last.append(last)

    def of(self, unit: int) -> np.ndarray:
        return np.flatnonzero(np.array(self.unit) == unit)


@dataclass
class Captains:
    """Who is captain of each unit: ``first`` until the day ``change``, then ``second``; NONE is a vacant post."""

    first: np.ndarray
    change: np.ndarray
    second: np.ndarray

    def on(self, unit: np.ndarray, day: np.ndarray) -> np.ndarray:
        return np.where(day < self.change[unit], self.first[unit], self.second[unit])


@dataclass
class People:
    township: Posts
    village: Posts
    patch: Captains
    group: Captains
    cell: Captains
    away: dict[int, list[tuple[int, int]]]
    """Person → leave periods (first and last day)."""

    def presence(self, posts: Posts, days: int) -> np.ndarray:
        """In post on each day, leave taken off: bool (posts × days)."""
        day = np.arange(days)
        present = (np.array(posts.first)[:, None] <= day) & (day <= np.array(posts.last)[:, None])
        for position, person in enumerate(posts.person):
            for first, last in self.away.get(person, ()):
                present[position, max(first, 0) : last + 1] = False
        return present


class Register:
    """Hands out new people."""

    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self._world, self._rng, self.count = world, rng, 0
        self._names: list[str] = []
        self._ids: list[int] = []

    def new(self, count: int = 1) -> list[int]:
        rng = self._rng
        surname = rng.integers(0, len(SURNAMES), count)
        one, two = rng.integers(0, len(GIVEN_FIRST), count), rng.integers(0, len(GIVEN_SECOND), count)
        short = rng.random(count) < 0.18
        for a, b, c, d in zip(surname.tolist(), one.tolist(), two.tolist(), short.tolist(), strict=True):
            self._names.append(SURNAMES[a] + ("" if d else GIVEN_FIRST[b]) + GIVEN_SECOND[c])
        ids = self._world.ids.take("person", count).tolist()
        self._ids.extend(ids)
        return ids

    def write(self) -> None:
        # 100… is no mobile prefix: the numbers look right when masked and can belong to nobody
        self._world.write("person", id=np.array(self._ids), name=self._names, phone=[f"100{one % IDS_A_COUNTY:08d}" for one in self._ids])


def people(world: World, land: Geography) -> People:
    """Invent the people and write ``person``, ``appointment`` and ``leave_period``."""
    rng = world.rng("people")
    register = Register(world, rng)
    townships = _township_posts(world, land, rng, register)
    villages = _village_posts(world, land, rng, register)
    patch = _patch_captains(world, land, rng, register, villages)
    group = _own_captains(world, rng, register, len(land.groups), vacant=0.015)
    cell = _own_captains(world, rng, register, len(land.cells), vacant=0.025)
    _special_cells(world, land, rng, cell)
    away = _leave(world, rng, townships, villages)
    register.write()
    _write_appointments(world, land, rng, townships, villages, {"patch": patch, "group": group, "cell": cell})
    return People(townships, villages, patch, group, cell, away)


def _began(rng: np.random.Generator) -> int:
    """Posts held since well before the period."""
    return int(rng.integers(-1500, -40))


def _hand_over(world: World, rng: np.random.Generator, posts: Posts, person: int, role: str, unit: int, successor: int | None) -> None:
    """``person`` holds the post until some day in mid-month, ``successor`` (if any) after."""
    day = int(rng.integers(25, max(26, world.days - 30)))
    posts.add(person, role, unit, _began(rng), day)
    if successor is not None:
        posts.add(successor, role, unit, day + 1)


def _township_posts(world: World, land: Geography, rng: np.random.Generator, register: Register) -> Posts:
    posts = Posts()
    low, high = world.size.staff
    for unit, ranked in enumerate(land.ranked):
        chiefs, leaders, staff = (2, int(rng.integers(7, 11)), int(rng.integers(low, high + 1))) if ranked else (1, 2, 4)
        for _ in range(chiefs):
            posts.add(register.new()[0], "township_chief", unit, _began(rng))
        for number in range(leaders):
            person = register.new()[0]
            if number == 0 and ranked and world.days > 200 and rng.random() < 0.6:  # a leader leaves, a member of staff is promoted
                day = int(rng.integers(60, world.days - 60))
                promoted = register.new()[0]
                posts.add(person, "township_leader", unit, _began(rng), day)
                posts.add(promoted, "township_staff", unit, _began(rng), day)
                posts.add(promoted, "township_leader", unit, day + 1)
            else:
                posts.add(person, "township_leader", unit, _began(rng))
        for _ in range(staff):
            chance, person = rng.random(), register.new()[0]
            if chance < 0.05:
                _hand_over(world, rng, posts, person, "township_staff", unit, register.new()[0])
            elif chance < 0.08:
                _hand_over(world, rng, posts, person, "township_staff", unit, None)
            elif chance < 0.11:
                posts.add(person, "township_staff", unit, int(rng.integers(1, world.days)))
            else:
                posts.add(person, "township_staff", unit, _began(rng))
    if world.size.townships >= 5:  # two chiefs change places in the middle of a month
        one, two = posts.of(1)[1], posts.of(4)[1]
        day = world.days - int(rng.integers(150, 220))
        for here, there in ((one, two), (two, one)):
            posts.last[here] = day
            posts.add(posts.person[here], "township_chief", posts.unit[there], day + 1)
    return posts


def _village_posts(world: World, land: Geography, rng: np.random.Generator, register: Register) -> Posts:
    posts = Posts()
    for unit, township in enumerate(land.township_of):
        ranked = land.ranked[township]
        for role, count in (("village_chief", 2 if ranked else 1), ("village_committee", int(rng.integers(4, 6)) if ranked else 2)):
            for _ in range(count):
                person = register.new()[0]
                if rng.random() < 0.02:
                    _hand_over(world, rng, posts, person, role, unit, register.new()[0])
                else:
                    posts.add(person, role, unit, _began(rng))
    return posts


def _patch_captains(world: World, land: Geography, rng: np.random.Generator, register: Register, villages: Posts) -> Captains:
    """Usually a village cadre who stays in office, else somebody of their own."""
    count = len(land.patches)
    first = np.full(count, NONE)
    by_village: dict[int, list[int]] = {}
    for person, unit, began, last in zip(villages.person, villages.unit, villages.first, villages.last, strict=True):
        if last >= FOREVER and began < 0:
            by_village.setdefault(unit, []).append(person)
    for patch, village in enumerate(land.village_of.tolist()):
        cadres = by_village.get(village, [])
        first[patch] = cadres.pop() if cadres and rng.random() < 0.85 else register.new()[0]
    change, second = np.full(count, FOREVER), first.copy()
    vacated = rng.random(count) < 0.008
    change[vacated], second[vacated] = rng.integers(1, world.days, vacated.sum()), NONE
    return Captains(first, change, second)


def _own_captains(world: World, rng: np.random.Generator, register: Register, count: int, vacant: float) -> Captains:
    first = np.array(register.new(count))
    change, second = np.full(count, FOREVER), first.copy()
    chance = rng.random(count)
    moved = chance < 0.035
    change[moved] = rng.integers(20, world.days, moved.sum())
    second[moved] = register.new(int(moved.sum()))
    vacated = (chance >= 0.035) & (chance < 0.035 + vacant / 2)
    change[vacated], second[vacated] = rng.integers(20, world.days, vacated.sum()), NONE
    never = (chance >= 0.035 + vacant / 2) & (chance < 0.035 + vacant)
    first[never] = second[never] = NONE
    return Captains(first, change, second)


def _special_cells(world: World, land: Geography, rng: np.random.Generator, cell: Captains) -> None:
    """Some captains look after two neighbouring cells; a few moved from one cell to the next in the middle of the year."""
    neighbours = np.flatnonzero(land.group_of[1:] == land.group_of[:-1])
    stable = (cell.change >= FOREVER) & (cell.first != NONE)
    pairs = [one for one in neighbours[::2].tolist() if stable[one] and stable[one + 1]]
    picked = rng.permutation(len(pairs))
    twice = max(1, len(pairs) // 40)
    for position in picked[:twice].tolist():
        one = pairs[position]
        cell.first[one + 1] = cell.second[one + 1] = cell.first[one]
    for position in picked[twice : twice + max(1, len(pairs) // 150)].tolist():
        one = pairs[position]
        day = int(rng.integers(world.days // 4, world.days * 3 // 4))
        cell.change[one] = cell.change[one + 1] = day
        cell.second[one], cell.second[one + 1] = cell.first[one + 1], cell.first[one]


def _leave(world: World, rng: np.random.Generator, *groups: Posts) -> dict[int, list[tuple[int, int]]]:
    away: dict[int, list[tuple[int, int]]] = {}
    rows: list[tuple[int, str, int, int]] = []
    used: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for posts in groups:
        for person, role, unit in zip(posts.person, posts.role, posts.unit, strict=True):
            if person in away:
                continue
            periods: list[tuple[int, int]] = []
            for _ in range(int(rng.poisson(1.3 * world.days / 540))):
                kind = ("leave", "training", "secondment")[int(rng.choice(3, p=[0.62, 0.30, 0.08]))]
                shortest, longest = {"leave": (2, 12), "training": (3, 7), "secondment": (60, 199)}[kind]
                length = int(rng.integers(shortest, longest + 1))
                if role.endswith("chief") and kind == "secondment":
                    kind, length = "training", 5
                first = int(rng.integers(0, world.days))
                # The two chiefs of a unit are not away together.
                taken = used.setdefault((unit, role), []) if role.endswith("chief") else periods
                if any(first <= last and begin <= first + length for begin, last in [*taken, *periods]):
                    continue
                periods.append((first, first + length - 1))
                if taken is not periods:
                    taken.append(periods[-1])
                rows.append((person, kind, *periods[-1]))
            if periods:
                away[person] = periods
    if rows:
        world.write(
            "leave_period",
            id=world.ids.take("leave_period", len(rows)),
            person_id=[row[0] for row in rows],
            kind=[row[1] for row in rows],
            first_day=world.dates(np.array([row[2] for row in rows])),
            last_day=world.dates(np.array([row[3] for row in rows])),
        )
    return away


def _write_appointments(
    world: World,
    land: Geography,
    rng: np.random.Generator,
    townships: Posts,
    villages: Posts,
    captains: dict[str, Captains],
) -> None:
    person: list[int] = [*townships.person, *villages.person]
    role = [*townships.role, *villages.role]
    area = [*(land.townships[unit] for unit in townships.unit), *(land.villages[unit] for unit in villages.unit)]
    first, last = [*townships.first, *villages.first], [*townships.last, *villages.last]
    certificate = [FOREVER] * len(person)
    for level, codes, village in (
        ("patch", land.patches, land.village_of),
        ("group", land.groups, land.village_of[land.patch_of]),
        ("cell", land.cells, land.cell_village),
    ):
        table = captains[level]
        certified = np.array([habit.steady("cards") for habit in land.habits])[land.township_of[village]]
        for unit, code in enumerate(codes):
            change = int(table.change[unit])
            for holder, begins, ends in (
                (int(table.first[unit]), _began(rng), change - 1 if change < FOREVER else FOREVER),
                (int(table.second[unit]) if change < FOREVER else NONE, change, FOREVER),
            ):
                if holder == NONE:
                    continue
                person.append(holder)
                role.append(f"{level}_captain")
                area.append(code)
                first.append(begins)
                last.append(ends)
                on_file = rng.random() < certified[unit]
                certificate.append(min(begins + int(rng.integers(5, 60)), world.days - 1) if on_file else FOREVER)
    world.write(
        "appointment",
        id=world.ids.take("appointment", len(person)),
        person_id=person,
        role=role,
        area_code=area,
        valid_from=world.dates(np.array(first)),
        valid_to=world.dates(np.array(last)),
        certificate_on=world.dates(np.array(certificate)),
    )

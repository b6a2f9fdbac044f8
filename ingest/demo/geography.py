"""The invented places: township, village, patch, group, cell, and the households in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from ingest.demo.habits import HABITS, PSEUDO, Habit
from ingest.demo.world import FOREVER, NONE, World

COUNTY_NAMES = ("云屏县", "临漪县", "安岫县", "望川县", "平岚县", "桐溪县", "长泽县", "青峦县", "丰岭县", "宁浦县")
TOWNSHIP_NAMES = ("泥河镇", "石桥镇", "柳泉镇", "东川镇", "西沟乡", "清水坪镇", "槐树湾乡", "白土岭乡", "黄崖乡")
PSEUDO_NAME = "中心镇"
FIRST = "上下东西南北前后大小新老高平长青白红石柳杨槐松李王张马赵"
SECOND = "河沟坪岭庄湾洼塬坡岗井桥泉峪滩寨营屯店堡峁崖塘田"
ESTABLISHED = date(2020, 1, 1)
PATCHES = ("东片", "西片", "中片", "南片", "北片", "河口片", "坡上片")
NUMERALS = "一二三四五六七八九十"

CELL_SIZES = np.array([3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19])
CELL_SIZE_WEIGHTS = np.array([0.8, 1.2, 1.5, 2, 3, 4, 7, 9, 12, 16, 18, 17, 4.5, 2.5, 1.5])
"""Mostly 5–15 households a cell (R21), some outside."""

KEY_SHARE = 0.18
VILLAGE_SPREAD = (-2, -1, 0, 0, 1, 2, 1, -1, 2)
"""Villages more or fewer than the mean: 110 in nine townships of 12."""


@dataclass
class Geography:
    """Units by level as parallel arrays; ``*_of`` gives the position of the unit above."""

    habits: list[Habit]  # by township
    ranked: list[bool]
    townships: list[str]
    villages: list[str]
    township_of: np.ndarray  # by village
    patches: list[str]
    village_of: np.ndarray  # by patch
    groups: list[str]
    patch_of: np.ndarray  # by group
    cells: list[str]
    group_of: np.ndarray  # by cell
    household_ids: np.ndarray
    cell_of: np.ndarray  # by household, NONE where no cell covers it
    home_village: np.ndarray  # by household
    is_key: np.ndarray
    village_names: list[str]
    household_first: np.ndarray  # first and last day of a household's stay
    household_last: np.ndarray

    @property
    def cell_village(self) -> np.ndarray:
        return self.village_of[self.patch_of[self.group_of]]

    def village_positions(self, township: int) -> np.ndarray:
        return np.flatnonzero(self.township_of == township)


def county_code(index: int) -> str:
    """Codes 149981, 149982 … under one fictional prefecture, then the rest of it, then the prefectures below."""
    if index < 19:
        return str(149981 + index)
    return str(149901 + index - 19) if index < 99 else str(149801 - 100 * ((index - 99) // 99) + (index - 99) % 99)


def county_name(index: int) -> str:
    if index < len(COUNTY_NAMES):
        return COUNTY_NAMES[index]
    return f"{FIRST[index % len(FIRST)]}{SECOND[index // len(FIRST) % len(SECOND)]}县"


def _names(rng: np.random.Generator, count: int) -> list[str]:
    every = [a + b for a in FIRST for b in SECOND]
    picked = rng.permutation(len(every))[:count]
    return [every[one] for one in picked]


def _spread(rng: np.random.Generator, mean: int, units: int) -> np.ndarray:
    """Sizes around ``mean``; exactly ``mean`` where it is too small to vary."""
    return rng.integers(mean - 1, mean + 2, units) if mean > 2 else np.full(units, mean)


def geography(world: World) -> Geography:
    """Invent the places and write ``area`` and ``household``."""
    rng = world.rng("geography")
    size = world.size
    count = size.townships
    if world.county == 0 and count <= len(TOWNSHIP_NAMES):
        names = list(TOWNSHIP_NAMES[:count])
    else:
        names = [name + ("镇" if one < 0.6 else "乡") for name, one in zip(_names(rng, count), rng.random(count), strict=True)]
    kinds = {"镇": 100, "乡": 200}
    townships = []
    for name in names:
        townships.append(f"{world.code}{kinds[name[-1]]}")
        kinds[name[-1]] += 1
    habits = [HABITS[(position + world.county) % len(HABITS)] for position in range(count)]

    villages_in = size.villages + rng.permutation(np.resize(VILLAGE_SPREAD, count)) if size.villages > 4 else np.full(count, size.villages)
    township_of = np.repeat(np.arange(count + 1), [*villages_in, 1])  # the pseudo unit has one community
    townships, names, habits = [*townships, f"{world.code}400"], [*names, PSEUDO_NAME], [*habits, PSEUDO]
    villages, village_names = [], [f"{name}村" for name in _names(rng, len(township_of))]
    number = 0
    for position, township in enumerate(township_of):
        number = number + 1 if position and township == township_of[position - 1] else 1
        villages.append(f"{townships[township]}{200 + number:03d}")
    villages[-1], village_names[-1] = f"{townships[-1]}001", "中心社区"

    patches_in = _spread(rng, size.patches, len(villages))
    patches_in[-1] = 1
    village_of = np.repeat(np.arange(len(villages)), patches_in)
    groups_in = _spread(rng, size.groups, len(village_of))
    groups_in[-1] = 1
    patch_of = np.repeat(np.arange(len(village_of)), groups_in)
    cells_in = _spread(rng, size.cells, len(patch_of)) + (rng.random(len(patch_of)) < 0.1)
    cells_in[-1] = 2
    group_of = np.repeat(np.arange(len(patch_of)), cells_in)
    patches, patch_order = _numbered(villages, village_of, 2)
    groups, group_order = _numbered(patches, patch_of, 2)
    cells, _ = _numbered(groups, group_of, 3)
    cell_order = _within(np.asarray(village_of[patch_of[group_of]]))
    group_order = _within(np.asarray(village_of[patch_of]))

    households_in = rng.choice(CELL_SIZES, len(cells), p=CELL_SIZE_WEIGHTS / CELL_SIZE_WEIGHTS.sum())
    uncovered = np.where(rng.random(len(villages)) < 0.4, rng.integers(30, 120, len(villages)) * len(cells) // (len(villages) * 28), 0)
    cell_of = np.concatenate([np.repeat(np.arange(len(cells)), households_in), np.full(int(uncovered.sum()), NONE)])
    cell_village = village_of[patch_of[group_of]]
    home_village = np.concatenate([np.repeat(cell_village, households_in), np.repeat(np.arange(len(villages)), uncovered)])
    is_key = rng.random(len(cell_of)) < KEY_SHARE

    result = Geography(
        habits=habits,
        ranked=[True] * count + [False],
        townships=townships,
        villages=villages,
        township_of=township_of,
        patches=patches,
        village_of=village_of,
        groups=groups,
        patch_of=patch_of,
        cells=cells,
        group_of=group_of,
        household_ids=world.ids.take("household", len(cell_of)),
        cell_of=cell_of,
        home_village=home_village,
        is_key=is_key,
        village_names=village_names,
        household_first=np.full(len(cell_of), world.day_of(ESTABLISHED)),
        household_last=np.full(len(cell_of), FOREVER),
    )
    _write_areas(world, result, names, patch_order, group_order, cell_order)
    _write_departments(world)
    _write_households(world, result, rng)
    return result


def _within(parents: np.ndarray) -> np.ndarray:
    """0, 1, 2 … within each run of equal parents."""
    starts = np.flatnonzero(np.r_[True, parents[1:] != parents[:-1]])
    return np.arange(len(parents)) - np.repeat(starts, np.diff(np.r_[starts, len(parents)]))


def _numbered(parents: list[str], parent_of: np.ndarray, digits: int) -> tuple[list[str], np.ndarray]:
    order = _within(parent_of)
    return [f"{parents[parent]}{number + 1:0{digits}d}" for parent, number in zip(parent_of, order, strict=True)], order


def _numeral(number: int) -> str:
    if number <= 10:
        return NUMERALS[number - 1]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else NUMERALS[tens - 1]) + "十" + (NUMERALS[ones - 1] if ones else "")


def _write_areas(
    world: World, land: Geography, names: list[str], patch_order: np.ndarray, group_order: np.ndarray, cell_order: np.ndarray
) -> None:
    levels: list[tuple[str, list[str], list[str | None], list[str]]] = [
        ("county", [world.code], [None], [world.name]),
        ("township", land.townships, [world.code] * len(names), names),
        ("village", land.villages, [land.townships[t] for t in land.township_of], land.village_names),
        ("patch", land.patches, [land.villages[v] for v in land.village_of], [PATCHES[n % len(PATCHES)] for n in patch_order]),
        ("group", land.groups, [land.patches[p] for p in land.patch_of], [f"{_numeral(n + 1)}组" for n in group_order]),
        ("cell", land.cells, [land.groups[g] for g in land.group_of], [f"第{n + 1}邻" for n in cell_order]),
    ]
    # A few cells were merged into their neighbours: they are past, and no household or captain is theirs any more.
    merged = [f"{land.groups[g]}099" for g in range(2, len(land.groups), max(1, len(land.groups) // 3))]
    levels.append(("cell", merged, [code[:16] for code in merged], ["原第99邻(已并入)"] * len(merged)))
    for position, (level, codes, parents, titles) in enumerate(levels):
        gone = position == 6
        world.write(
            "area",
            code=list(codes),
            parent_code=list(parents),
            level=level,
            name=list(titles),
            ranked=[code[:9] != f"{world.code}400" if level == "township" else True for code in codes],
            valid_from=world.dates(np.full(len(codes), world.day_of(ESTABLISHED))),
            valid_to=world.dates(np.full(len(codes), 20 if gone else FOREVER)),
        )


DEPARTMENTS = ("县住建局", "县交通局", "县水务局", "县农业农村局", "县自然资源局", "县民政局", "县人社局", "县教育局")


def department_codes(world: World) -> list[str]:
    """Of the departments that petitions are dispatched to, in the order of :data:`DEPARTMENTS`."""
    return [f"{world.code}D{number:03d}" for number in range(1, len(DEPARTMENTS) + 1)]


def _write_departments(world: World) -> None:
    since = world.dates(np.full(len(DEPARTMENTS), world.day_of(ESTABLISHED)))
    world.write("department", code=department_codes(world), name=list(DEPARTMENTS), ranked=True, valid_from=since)


def _write_households(world: World, land: Geography, rng: np.random.Generator) -> None:
    count = len(land.household_ids)
    township = land.township_of[land.home_village]
    cards = np.array([habit.steady("cards") for habit in land.habits])[township]
    card_on = np.where(rng.random(count) < cards, rng.integers(-400, -5, count), FOREVER)
    valid_from, valid_to = land.household_first, land.household_last
    moved_in = rng.random(count) < 0.006
    valid_from[moved_in] = rng.integers(1, world.days, moved_in.sum())
    card_on[moved_in & (card_on < FOREVER)] = np.minimum(valid_from[moved_in & (card_on < FOREVER)] + 20, world.days - 1)
    moved_out = ~moved_in & (rng.random(count) < 0.006)
    valid_to[moved_out] = rng.integers(1, world.days, moved_out.sum())
    codes = np.array([*land.cells, *land.villages], dtype=object)
    world.write(
        "household",
        id=land.household_ids,
        area_code=codes[np.where(land.cell_of >= 0, land.cell_of, len(land.cells) + land.home_village)],
        kind=np.array(["ordinary", "key"], dtype=object)[land.is_key.astype(int)],
        card_on=world.dates(card_on),
        valid_from=world.dates(valid_from),
        valid_to=world.dates(valid_to),
    )

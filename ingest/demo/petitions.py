"""诉求: where they come from, what they are about, and their rows, events and ratings."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import numpy as np

from ingest.demo import texts
from ingest.demo.geography import Geography, department_codes
from ingest.demo.people import Captains, People
from ingest.demo.petition_life import LEVELS, Case, Dice, Life, Row, as_of
from ingest.demo.world import DAY, HOUR, NONE, World

CHANNELS = ("wechat", "heart_talk", "yard_talk", "home_visit", "hotline", "other")
CHANNEL_WEIGHTS = (0.34, 0.12, 0.10, 0.24, 0.15, 0.05)
RATES = (
    "on_the_spot",
    "dispatch",
    "accept",
    "response",
    "on_time",
    "stuck",
    "returned",
    "evidence",
    "rated",
    "good_rating",
    "good_callback",
    "follow_up",
)
ROW_COLUMNS = (
    "contacted_at",
    "notified_at",
    "dispatched_at",
    "accepted_at",
    "extended_to",
    "ended_at",
    "followed_up_at",
    "closed_at",
    "last_progress_at",
)
LATEST = 21 * HOUR
"""Nothing happens to a petition after nine in the evening of the last day."""


class Handlers:
    """Who handles a petition at each level of its own place."""

    def __init__(self, world: World, land: Geography, staff: People, dice: Dice) -> None:
        self.land, self.dice = land, dice
        self.tables: dict[str, Captains] = {"cell": staff.cell, "group": staff.group, "patch": staff.patch}
        self.first = {level: table.first.tolist() for level, table in self.tables.items()}
        self.change = {level: table.change.tolist() for level, table in self.tables.items()}
        self.second = {level: table.second.tolist() for level, table in self.tables.items()}
        self.chiefs: dict[int, list[tuple[int, int, int]]] = {}
        self.leaders: dict[int, list[tuple[int, int, int]]] = {}
        for posts, roles, found in (
            (staff.village, ("village_chief",), self.chiefs),
            (staff.township, ("township_chief", "township_leader"), self.leaders),
        ):
            for person, role, unit, first, last in zip(posts.person, posts.role, posts.unit, posts.first, posts.last, strict=True):
                if role in roles:
                    found.setdefault(unit, []).append((first, last, person))

    def captain(self, level: str, unit: int, day: int) -> int:
        return self.first[level][unit] if day < self.change[level][unit] else self.second[level][unit]

    def leader(self, township: int, day: int) -> int:
        return self._one(self.leaders[township], day, 0.999 * self.dice())

    @staticmethod
    def _one(posts: list[tuple[int, int, int]], day: int, share: float) -> int:
        there = [person for first, last, person in posts if first <= day <= last] or [posts[0][2]]
        return there[int(share * len(there))]

    def of(self, units: dict[str, int]) -> Callable[[str, int], int]:
        """The handler at a level on a day; a vacant post falls to the level above. One leader keeps one petition."""
        share = 0.999 * self.dice()

        def holder(level: str, day: int) -> int:
            for upper in LEVELS[LEVELS.index(level) :]:
                if upper in ("cell", "group", "patch"):
                    person = self.captain(upper, units[upper], day) if upper in units else NONE
                elif upper == "village":
                    person = self._one(self.chiefs[units["village"]], day, share)
                else:
                    person = self._one(self.leaders[units["township"]], day, share)
                if person != NONE:
                    return person
            return NONE

        return holder


class Opened:
    """Petitions as they come in: parallel lists in order of their opening."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, int, str, int, int, int]] = []  # opened, village, channel, visit, slot, opener

    def add(self, opened: int, village: int, channel: str, visit: int = NONE, slot: int = NONE, opener: int = NONE) -> None:
        self.rows.append((opened, village, channel, visit, slot, opener))


def _openings(
    world: World, land: Geography, rng: np.random.Generator, visits: dict[str, np.ndarray], slots: dict[str, np.ndarray]
) -> list[tuple[int, int, str, int, int, int]]:
    """When, where and by which channel; a share comes out of night visits and receptions."""
    opened = Opened()
    per_day = world.size.petitions_a_village / 365
    ranked = np.array(land.ranked)[land.township_of]
    busy = rng.lognormal(0, 0.35, len(land.villages))
    busy = np.where(ranked, busy / busy[ranked].mean(), 0.15)
    total = int(per_day * world.days * busy.sum())
    days = np.arange(world.days)
    first = world.start.timetuple().tm_yday
    weight = np.where(world.workday[: world.days], 1.0, 0.45) * (1 + 0.12 * np.sin(2 * np.pi * (days + first) / 365))
    weight[days >= world.days - 45] *= 1.06
    from_visits, from_slots = int(total * 0.25), min(int(total * 0.17), len(slots["id"]))
    for row in _sample(rng, len(visits["id"]), from_visits, np.where(ranked[visits["village"]], 1.0, 0.3)):
        at = int(visits["day"][row]) * DAY + int(rng.integers(19 * HOUR, int(20.9 * HOUR)))
        opened.add(at, int(visits["village"][row]), "night_visit", visit=int(visits["id"][row]), opener=int(visits["person"][row]))
    village_position = {code: number for number, code in enumerate(land.villages)}
    township_position = {code: number for number, code in enumerate(land.townships)}
    for row in _sample(rng, len(slots["id"]), from_slots, np.ones(len(slots["id"]))):
        code = slots["area_code"][row]
        if code in village_position:
            village = village_position[code]
        else:
            here = land.village_positions(township_position[code])
            village = int(here[rng.integers(0, len(here))])
        hour = (14.6, 17.2) if slots["afternoon"][row] else (8.6, 11.3)
        at = int(slots["day"][row]) * DAY + int(rng.uniform(*hour) * HOUR)
        opened.add(at, village, "reception", slot=int(slots["id"][row]), opener=int(slots["person"][row]))
    rest = max(0, total - len(opened.rows))
    when = rng.choice(world.days, rest, p=weight / weight.sum())
    where = rng.choice(len(land.villages), rest, p=busy / busy.sum())
    channel = rng.choice(len(CHANNELS), rest, p=CHANNEL_WEIGHTS)
    second = (np.clip(rng.normal(13.2, 3.3, rest), 6.8, 20.8) * HOUR).astype(int)
    so_far = max(_latest(world) - (world.days - 1) * DAY, 1)
    second = np.where((when == world.days - 1) & (second > so_far), second % so_far, second)  # today's came in already
    for d, v, c, s in zip(when.tolist(), where.tolist(), channel.tolist(), second.tolist(), strict=True):
        opened.add(d * DAY + s, v, CHANNELS[c])
    return sorted(row for row in opened.rows if row[0] <= _latest(world))


def _latest(world: World) -> int:
    return min(world.now, (world.days - 1) * DAY + LATEST)


def _sample(rng: np.random.Generator, available: int, wanted: int, weights: np.ndarray) -> list[int]:
    if not available or not wanted:
        return []
    return sorted(rng.choice(available, min(wanted, available), replace=False, p=weights / weights.sum()).tolist())


class Subjects:
    """What a petition is about, by season; heating rises towards the end whatever the season (a category on the rise)."""

    def __init__(self, world: World, dice: Dice) -> None:
        self.dice, self.names, self.shares = dice, list(texts.CATEGORIES), {}
        base = np.array([texts.CATEGORIES[name][1] for name in self.names], dtype=float)
        for month in range(1, 13):
            factor = np.array([texts.SEASONS.get(name, {}).get(month, 1.0) for name in self.names])
            self.shares[month] = np.cumsum(base * factor / (base * factor).sum()).tolist()
        self._rising, self._world = self.names.index("环境卫生"), world

    def category(self, day: int) -> str:
        if day > self._world.days - 50 and self.dice.chance(0.07):
            return self.names[self._rising]
        share, cumulative = self.dice(), self.shares[self._world.date_of(day).month]
        return self.names[next((n for n, limit in enumerate(cumulative) if share <= limit), len(self.names) - 1)]


def petitions(world: World, land: Geography, staff: People, visits: dict[str, np.ndarray], slots: dict[str, np.ndarray]) -> None:
    """Write ``petition``, ``petition_event`` and ``petition_rating``."""
    rng = world.rng("petitions")
    dice = Dice(rng)
    openings = _openings(world, land, rng, visits, slots)
    ids = world.ids.take("petition", len(openings)).tolist()
    handlers, subjects = Handlers(world, land, staff, dice), Subjects(world, dice)
    rates = [{name: habit.rate(name, world.days) for name in (*RATES, "repeat", "late_entry")} for habit in land.habits]
    cell_village = land.cell_village
    cells_from = np.searchsorted(cell_village, np.arange(len(land.villages) + 1)).tolist()
    group_of, patch_of, township_of = land.group_of.tolist(), land.patch_of.tolist(), land.township_of.tolist()
    salt = f"{world.seed}-{world.code}".encode()
    columns: dict[str, list[Any]] = {}
    events: list[tuple[Any, ...]] = []
    ratings: list[tuple[Any, ...]] = []
    known: dict[int, list[tuple[int, int, str, str, str]]] = {}  # village → (id, cell, category, petitioner, title)
    serial: dict[str, int] = {}
    latest = _latest(world)
    for number, (opened, village, channel, visit, slot, opener) in zip(ids, openings, strict=True):
        township, day = township_of[village], opened // DAY
        now = {name: float(values[day]) for name, values in rates[township].items()}
        cell = dice.whole(cells_from[village], cells_from[village + 1] - 1)
        category, repeat_of = subjects.category(day), NONE
        key = blake2b(salt + f"{village}-{dice.whole(1, 400)}".encode(), digest_size=6).hexdigest()
        kinds, _, dispute, sphere = texts.CATEGORIES[category]
        title = dice.pick(kinds)
        earlier = known.setdefault(village, [])
        if earlier and dice.chance(now["repeat"]):
            repeat_of, cell, category, key, title = dice.pick(earlier[-12:])
            kinds, _, dispute, sphere = texts.CATEGORIES[category]
        else:
            earlier.append((number, cell, category, key, title))
        share = dice()
        size = "small" if share < 0.66 else "big" if share < 0.92 else "hard"
        is_xinfang = visit == NONE and dice.chance(0.035)
        restricted = visit == NONE and repeat_of == NONE and dice.chance(0.006)
        if restricted:  # 检举控告 (信访工作条例 art. 30)
            category, title, dispute, sphere, is_xinfang, size = (
                texts.RESTRICTED_CATEGORY,
                dice.pick(texts.RESTRICTED_TITLES),
                0.0,
                "public",
                True,
                "hard",
            )
            earlier.pop()
        group = group_of[cell]
        units = {"cell": cell, "group": group, "patch": patch_of[group], "village": village, "township": township}
        life = Life(world, dice, Case(opened, size, category, is_xinfang, visit != NONE, opener, now, handlers.of(units)))
        steps = life.drawn()
        row = as_of(steps, latest, life.first_level)
        stays_open = (row.ended_at if row.ended_at >= 0 else latest) - opened
        has_lead = (stays_open > 60 * DAY and dice.chance(0.8)) or (size == "hard" and dice.chance(0.08))
        place = {
            "cell": land.cells[cell],
            "group": land.groups[group],
            "patch": land.patches[units["patch"]],
            "village": land.villages[village],
        }[life.first_level if dice.chance(0.9) else "village"]
        stamp = world.date_of(day).strftime("%Y%m%d")
        serial[stamp] = serial.get(stamp, 0) + 1
        late = dice.chance(now["late_entry"] * 0.5)
        recorded = min(opened + (int(dice.between(74, 240) * HOUR) if late else dice.whole(2, 600) * 60), world.now)
        is_group = dice.chance(0.022)
        values = _life_columns(row) | {
            "number": f"{world.code}-{stamp}-{serial[stamp]:03d}",
            "area_code": place,
            "channel": channel,
            "origin_visit_id": visit,
            "origin_slot_id": slot,
            "category": category,
            "size": size,
            "sphere": sphere,
            "is_dispute": dice.chance(dispute),
            "is_xinfang": is_xinfang,
            "restricted": restricted,
            "title": _title(dice, land, village, title, is_group),
            "petitioner_key": key,
            "opened_at": opened,
            "due_at": life.deadline() - 6 * HOUR if channel == "hotline" and not is_xinfang else NONE,
            "lead_id": handlers.leader(township, day) if has_lead else NONE,
            "supervised": (stays_open > 45 * DAY and dice.chance(0.4)) or dice.chance(0.003),
            "is_group": is_group,
            "skip_level": dice.chance(0.013),
            "repeat_of": repeat_of,
            "recorded_at": recorded,
            # What a township cannot settle itself, and what comes by the hotline, is a department's, by what it is about.
            "department_code": _department(world, category) if row.level == "county" or channel == "hotline" else None,
        }
        for name, value in values.items():
            columns.setdefault(name, []).append(value)
        events.extend((number, step) for step in row.events)
        ratings.extend((number, *rating) for rating in row.ratings)
    _write(world, ids, columns, events, ratings)


def _department(world: World, category: str) -> str:
    """The same category is always the same department's."""
    codes = department_codes(world)
    return codes[sum(map(ord, category)) % len(codes)]


def _life_columns(row: Row) -> dict[str, object]:
    names = (*ROW_COLUMNS, "outcome", "on_the_spot", "evidence_on_file", "level", "handler_id", "returned", "reopened")
    return {name: getattr(row, name) for name in names}


def _title(dice: Dice, land: Geography, village: int, subject: str, is_group: bool) -> str:
    where = dice.pick(
        ("", land.village_names[village], f"{land.village_names[village]}{dice.pick(('村口', '东头', '西头', '南坡', '河边', '主街'))}")
    )
    return f"{'多名群众联名反映' if is_group else ''}{where}{subject}"


def _write(
    world: World, ids: list[int], columns: dict[str, list[Any]], events: list[tuple[Any, ...]], ratings: list[tuple[Any, ...]]
) -> None:
    moments = {*ROW_COLUMNS, "opened_at", "due_at", "recorded_at"}
    integers = {"origin_visit_id", "origin_slot_id", "handler_id", "lead_id", "repeat_of", "returned", "reopened"}
    arranged: dict[str, object] = {"id": np.array(ids)}
    for name, values in columns.items():
        if name in moments:
            arranged[name] = world.moments(np.array(values))
        else:
            arranged[name] = np.array(values) if name in integers else values
    world.write("petition", **arranged, source=f"demo-{world.code}")
    events.sort(key=lambda pair: pair[1].at)
    world.write(
        "petition_event",
        id=world.ids.take("petition_event", len(events)),
        petition_id=[number for number, _ in events],
        at=world.moments(np.array([step.at for _, step in events])),
        kind=[step.kind for _, step in events],
        from_level=[step.from_level for _, step in events],
        to_level=[step.to_level for _, step in events],
        person_id=np.array([step.person for _, step in events]),
        note=[None if step.kind == "rate" else step.note for _, step in events],
    )
    ratings.sort(key=lambda rating: rating[1])
    world.write(
        "petition_rating",
        id=world.ids.take("petition_rating", len(ratings)),
        petition_id=[rating[0] for rating in ratings],
        rated_at=world.moments(np.array([rating[1] for rating in ratings])),
        stars=[rating[2] for rating in ratings],
        method=[rating[3] for rating in ratings],
        independent=[rating[4] for rating in ratings],
    )

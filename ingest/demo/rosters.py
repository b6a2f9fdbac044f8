"""排班: who is to stay, handed in by fortnight and known up to two weeks ahead; mostly kept, now and then by whoever stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingest.demo.geography import Geography
from ingest.demo.habits import Habit
from ingest.demo.people import People, Posts
from ingest.demo.world import DAY, HOUR, NONE, World

AHEAD = FORTNIGHT = 14
"""Days from the present on that a roster may reach; days that one is for, and before its first night that it is handed in."""
VILLAGE_DAYS = 92
"""So long ago the villages began to hand in rosters."""
TOWNSHIP_TURNS = (("lead", "township_chief", 1), ("member", "township_leader", 2), ("staff", "township_staff", 2))
VILLAGE_TURNS = (("lead", "village_chief", 1), ("member", "village_committee", 2))


@dataclass(frozen=True)
class Held:
    """The nights that were held at the units of some posts: for each unit who stayed, bool (its posts × days)."""

    posts: Posts
    codes: list[str]
    stays: list[np.ndarray]


@dataclass(frozen=True)
class _Turn:
    night: int
    person: int
    other: int
    post: str
    recorded: int


def rosters(world: World, land: Geography, staff: People, held: list[Held]) -> None:
    """``duty_roster``: of townships since the beginning, of villages for the last quarter."""
    rng = world.rng("rosters")
    columns: dict[str, list[Any]] = defaultdict(list)
    for nights in held:
        of_townships = nights.posts is staff.township
        present = staff.presence(nights.posts, world.days + AHEAD)
        people, roles = np.array(nights.posts.person), np.array(nights.posts.role)
        first = 0 if of_townships else max(0, world.days - VILLAGE_DAYS)
        for unit, code in enumerate(nights.codes):
            habit = land.habits[unit if of_townships else land.township_of[unit]]
            mine = nights.posts.of(unit)
            by_role = {role: np.flatnonzero(roles[mine] == role) for role in set(roles[mine].tolist())}
            named = TOWNSHIP_TURNS if of_townships else VILLAGE_TURNS
            for turn in _turns(world, rng, habit, named, by_role, present[mine], nights.stays[unit], first):
                columns["area"].append(code)
                columns["night"].append(turn.night)
                columns["person"].append(int(people[mine][turn.person]))
                columns["other"].append(NONE if turn.other == NONE else int(people[mine][turn.other]))
                columns["post"].append(turn.post)
                columns["recorded"].append(turn.recorded)
    world.write_events(
        "duty_roster",
        area_code=np.array(columns["area"], dtype=object),
        night=world.dates(np.array(columns["night"])),
        person_id=np.array(columns["person"]),
        substitute_id=np.array(columns["other"]),
        post=np.array(columns["post"], dtype=object),
        recorded_at=np.array(columns["recorded"]),
    )


def _turns(
    world: World,
    rng: np.random.Generator,
    habit: Habit,
    named: tuple[tuple[str, str, int], ...],
    by_role: dict[str, np.ndarray],
    present: np.ndarray,
    stays: np.ndarray,
    first: int,
) -> Iterator[_Turn]:
    """One unit's roster. Its people take turns; of a night that was held most of those who came had been named."""
    none, late = min(0.4, 2 * habit.steady("unreported")), habit.steady("late_entry")
    for start in range(first - first % FORTNIGHT, world.days + AHEAD, FORTNIGHT):
        absent, is_late = rng.random() < none, rng.random() < late
        if absent:
            continue
        handed_in = max((start - FORTNIGHT) * DAY + 16 * HOUR, 9 * HOUR)
        for night in range(max(start, first), min(start + FORTNIGHT, world.days + AHEAD)):
            recorded = night * DAY + 22 * HOUR if is_late and night % 3 == 0 else handed_in
            for post, role, count in named:
                able = by_role.get(role, np.array([], dtype=int))
                able = np.roll(able[present[able, night]], -night)
                came = able[stays[able, night]] if night < world.days else able[:0]
                chosen = _chosen(rng, able, came, count if world.workday[night] else 1)
                spare = [one for one in came.tolist() if one not in chosen]
                for one in chosen:
                    stands_in = night < world.days and one not in came and bool(spare) and rng.random() < 0.5
                    yield _Turn(night, one, spare.pop(0) if stands_in else NONE, post, recorded)


def _chosen(rng: np.random.Generator, able: np.ndarray, came: np.ndarray, count: int) -> list[int]:
    """Whom the roster had named: of those who came where enough did, somebody else now and then."""
    likely = [*came.tolist(), *(one for one in able.tolist() if one not in came)]
    chosen = likely[:count]
    others = likely[count:]
    for place in range(len(chosen)):
        if others and rng.random() < 0.05:
            chosen[place] = others.pop()
    return chosen

"""住夜 and 三夜: night stays, study and talk sessions with their lecturers, night visits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ingest.demo.cheats import copying_people, entered_in_bursts
from ingest.demo.geography import Geography
from ingest.demo.people import People
from ingest.demo.rosters import Held
from ingest.demo.texts import REVIEW_THEMES, STAY_NOTES, TALK_THEMES, THEMES, visit_notes
from ingest.demo.world import DAY, HOUR, World, entered


def _picked(rng: np.random.Generator, present: np.ndarray, counts: np.ndarray, keenness: np.ndarray) -> np.ndarray:
    """For each day ``counts`` of the people present, the keener the more often: bool (people × days)."""
    keys = rng.random(present.shape) ** (1.0 / keenness[:, None])
    keys[~present] = -1.0
    ranks = np.argsort(np.argsort(-keys, axis=0), axis=0)
    return (ranks < counts) & present


def _township_night(
    world: World, rng: np.random.Generator, land: Geography, unit: int, roles: np.ndarray, present: np.ndarray
) -> np.ndarray:
    """Who of a township's cadres stays at the township each night: bool (posts × days)."""
    days, habit, workday = world.days, land.habits[unit], world.workday[: world.days]
    fails = rng.random(days) >= habit.rate("night", days)
    chance = rng.random(days)
    no_chief = habit.rate("no_chief", days)
    without_chief = fails & (chance < no_chief)
    few_leaders = fails & ~without_chief & (chance < no_chief + (1 - no_chief) * 0.45)
    few_staff = fails & ~without_chief & ~few_leaders
    strict = habit.own.get("night") == 1.0

    even = habit.quality > 0.9  # the load is shared out, chiefs do not carry it alone (减负)
    chiefs = 1 + (rng.random(days) < (0.15 if even or habit.rate("no_chief", 1)[0] > 0.8 else 0.42))
    leaders = 2 + (rng.random(days) < (0.65 if even else 0.3)) + (rng.random(days) < (0.3 if even else 0.08))
    needed = np.ceil(0.2 * present[roles == "township_staff"].sum(axis=0) - 1e-9).astype(int)
    staff = needed + (0 if strict else rng.choice(4, days, p=[0.46, 0.30, 0.16, 0.08]))
    chiefs[without_chief] = 0
    leaders[few_leaders], chiefs[few_leaders] = rng.integers(0, 2, days)[few_leaders], 1
    staff[few_staff] = np.maximum(0, needed - rng.integers(1, 4, days))[few_staff]
    # 周末和节假日 only a small rota
    chiefs[~workday] = (rng.random(days) < 0.3)[~workday]
    leaders[~workday], staff[~workday] = 1, rng.integers(2, 4, days)[~workday]

    last = days - 1  # tonight, as it stands in the evening (see county.TONIGHT)
    if habit.label == "chiefs rarely stay":
        chiefs[last] = 0
    silent = rng.random(days) < habit.rate("unreported", days)
    silent[last] = habit.label == "sparse reporting" or not land.ranked[unit]
    silent |= ~workday & (rng.random(days) < 0.12) & (np.arange(days) != last)

    keenness = rng.uniform(0.97, 1.06, len(roles)) if even else rng.uniform(0.75, 1.3, len(roles))
    if habit.quality < 0.6:
        keenness[np.flatnonzero(roles == "township_leader")[0]] = 3.2  # one carries the load (减负)
    stays = np.zeros_like(present)
    for role, counts in (("township_chief", chiefs), ("township_leader", leaders), ("township_staff", staff)):
        of_role = np.flatnonzero(roles == role)
        stays[of_role] = _picked(rng, present[of_role], np.where(silent, 0, counts), keenness[of_role])
    return stays


def _village_night(
    world: World, rng: np.random.Generator, land: Geography, unit: int, roles: np.ndarray, present: np.ndarray
) -> np.ndarray:
    days, habit, workday = world.days, land.habits[land.township_of[unit]], world.workday[: world.days]
    perfect = habit.own.get("night") == 1.0 and unit % 4 == 0  # 满分异常: too good, to be looked at
    mood = rng.normal(0, 0.05)
    fails = rng.random(days) >= (1.0 if perfect else np.clip(habit.rate("village_night", days) - world.season + mood, 0.3, 0.99))
    chiefless = fails & (rng.random(days) < 0.4)
    chiefs = np.where(chiefless, 0, 1 + (rng.random(days) < 0.36))
    others = 2 + (rng.random(days) < 0.66)
    others = np.where(fails & ~chiefless, rng.integers(0, 2, days), others)
    chiefs = np.where(fails & ~chiefless, 1, chiefs)
    chiefs[~workday] = (rng.random(days) < 0.55)[~workday]
    others[~workday] = 1 + (rng.random(days) < 0.3)[~workday]
    silent = rng.random(days) < (0.0 if perfect else np.clip(habit.rate("village_unreported", days) + mood / 3, 0.0, 0.99))
    silent[-1] |= rng.random() < 0.14 + (0.35 if habit.label == "sparse reporting" else 0.0)  # not yet reported tonight
    keenness = rng.uniform(0.8, 1.25, len(roles))
    stays = np.zeros_like(present)
    for role, counts in (("village_chief", chiefs), ("village_committee", others)):
        of_role = np.flatnonzero(roles == role)
        stays[of_role] = _picked(rng, present[of_role], np.where(silent, 0, counts), keenness[of_role])
    return stays


def night_stays(world: World, land: Geography, staff: People) -> list[Held]:
    """``night_stay``: per unit and night, entered together; two places at once for a few. Returns who stayed where."""
    rng = world.rng("stays")
    person, area, night, recorded = [], [], [], []
    everyone = (
        (staff.township, land.townships, _township_night, np.arange(len(land.townships))),
        (staff.village, land.villages, _village_night, land.township_of),
    )
    held: list[Held] = []
    for posts, codes, of_unit, townships in everyone:
        held.append(Held(posts, list(codes), []))
        present, roles, people = staff.presence(posts, world.days), np.array(posts.role), np.array(posts.person)
        for unit, code in enumerate(codes):
            mine = posts.of(unit)
            stays = of_unit(world, rng, land, unit, roles[mine], present[mine])
            held[-1].stays.append(stays)
            who, when = np.nonzero(stays)
            late = land.habits[townships[unit]].rate("late_entry", world.days) * 0.6
            list_entered = entered(rng, np.arange(world.days), late, 19, 21.4, at_once=0.96)  # the whole list of a night is entered at once
            if posts is staff.township:
                list_entered[-1] = (world.days - 1) * DAY + rng.integers(int(18.5 * HOUR), int(21.3 * HOUR))
            person.append(people[mine][who])
            night.append(when)
            area.append(np.full(len(who), code, dtype=object))
            recorded.append(list_entered[when] + rng.integers(0, 420, len(who)))
    columns = {"person_id": np.concatenate(person), "area_code": np.concatenate(area), "night": np.concatenate(night)}
    seconds = np.concatenate(recorded)
    columns, seconds = _with_second_places(world, rng, land, columns, seconds)
    tonight = (columns["night"] == world.days - 1) & (seconds > world.now)
    # Tonight's lists are handed in ahead where the evening has not come yet; nothing is entered in the future.
    ahead = min(90 * 60, max(world.now - (world.days - 1) * DAY, 1))
    seconds[tonight & (seconds - (world.days - 1) * DAY < DAY)] = world.now
    clamped = seconds == world.now
    seconds[clamped] -= rng.integers(0, ahead, clamped.sum())
    notes = np.full(len(seconds), None, dtype=object)
    noted = rng.random(len(seconds)) < 0.06
    notes[noted] = np.array(STAY_NOTES, dtype=object)[rng.integers(0, len(STAY_NOTES), noted.sum())]
    columns["night"] = world.dates(columns["night"])
    world.write_events("night_stay", **columns, note=notes, recorded_at=seconds)
    return held


def _with_second_places(
    world: World, rng: np.random.Generator, land: Geography, columns: dict[str, np.ndarray], seconds: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Add rows of people recorded in a village too on a night they are on the township's or their own village's list; at least two."""
    position = {code: number for number, code in enumerate(land.townships)}
    township = np.array([position[code[:9]] for code in columns["area_code"]])
    rate = np.array([habit.steady("two_places") for habit in land.habits])[township]
    doubled = np.flatnonzero((rng.random(len(seconds)) < rate) & np.array(land.ranked)[township])
    if len(doubled) < 2:
        doubled = np.arange(min(2, len(seconds)))
    other = []
    for row in doubled.tolist():
        villages = [v for v in land.village_positions(township[row]).tolist() if land.villages[v] != columns["area_code"][row]]
        other.append(land.villages[villages[int(rng.integers(0, len(villages)))]] if villages else land.townships[township[row]])
    added = {
        "person_id": columns["person_id"][doubled],
        "area_code": np.array(other, dtype=object),
        "night": columns["night"][doubled],
    }
    merged = {name: np.concatenate([columns[name], added[name]]) for name in columns}
    return merged, np.concatenate([seconds, seconds[doubled] + rng.integers(600, 7200, len(doubled))])


def night_visits(world: World, land: Geography, staff: People) -> dict[str, np.ndarray]:
    """``night_visit``: counts per cadre and week, on different evenings. Returns id, village, day, person of those written."""
    rng = world.rng("visits")
    weeks = int(world.week[-1]) + 1
    workdays = np.bincount(world.week, weights=world.workday[: world.days], minlength=weeks)
    parts: dict[str, list[np.ndarray]] = {"person": [], "village": [], "day": []}
    for posts, kind, needed in ((staff.township, "township_visits", 1), (staff.village, "village_visits", 3)):
        present = staff.presence(posts, world.days)
        unit = np.array(posts.unit)
        township = unit if needed == 1 else land.township_of[unit]
        by_week = np.searchsorted(world.week, np.arange(weeks))
        rates = np.array([(habit.rate(kind, world.days) - world.season)[by_week] for habit in land.habits])[township]
        rates = np.clip(rates + rng.normal(0, 0.05, len(unit))[:, None], 0.02, 0.995)
        reached = rng.random(rates.shape) < rates
        more = rng.random(rates.shape)
        above = needed + (more > 0.58) + (more > 0.87)
        counts = np.where(reached, above, rng.choice(3, rates.shape, p=[0.1, 0.25, 0.65]) if needed > 1 else 0)
        counts = np.where(workdays < 3, rng.integers(0, 2, rates.shape), counts)
        keys = rng.random((len(unit), weeks, 7)) + np.array([0.0, 0.0, 0.0, 0.0, 0.25, 0.6, 0.5])
        evening = np.argsort(np.argsort(keys, axis=2), axis=2) < counts[:, :, None]
        who, week, weekday = np.nonzero(evening)
        day = week * 7 + weekday - world.start.weekday()
        inside = (day >= 0) & (day < world.days)
        who, day = who[inside], day[inside]
        at_work = present[who, day]
        who, day = who[at_work], day[at_work]
        parts["person"].append(np.array(posts.person)[who])
        parts["village"].append(_some_village(rng, land, unit[who]) if needed == 1 else unit[who])
        parts["day"].append(day)
    person, village, day = (np.concatenate(parts[name]) for name in ("person", "village", "day"))
    township = land.township_of[village]
    late = np.array([habit.rate("late_entry", world.days) for habit in land.habits])[township, day]
    recorded = entered(rng, day, late, 20, 22.9)
    recorded = entered_in_bursts(world, rng, land, person, township, day, recorded)
    people_count = rng.choice([1, 2, 3, 4, 5, 6, 8], len(day), p=[0.28, 0.30, 0.19, 0.11, 0.06, 0.04, 0.02])
    order, ids = world.write_events(
        "night_visit",
        person_id=person,
        area_code=np.array(land.villages, dtype=object)[village],
        visited_on=world.dates(day),
        people=people_count,
        note=visit_notes(rng, person, copying_people(world, land, person, township)),
        recorded_at=recorded,
    )
    return {"id": ids, "person": person[order], "village": village[order], "day": day[order]}


def _some_village(rng: np.random.Generator, land: Geography, township: np.ndarray) -> np.ndarray:
    first = np.searchsorted(land.township_of, township)
    count = np.bincount(land.township_of)[township]
    return first + rng.integers(0, 1 << 30, len(township)) % count


def _evening(world: World, days: np.ndarray, weekday: int) -> int | None:
    """Of a week's working days the first on or after the usual weekday, else the last; None where it has none or is not over."""
    on_time = days[world.weekday[days] >= weekday]
    if len(on_time):
        return int(on_time[0])
    over = len(days) and days[-1] + 6 - world.weekday[days[-1]] < world.days
    return int(days[-1]) if over else None


def night_sessions(world: World, land: Geography, staff: People) -> None:
    """``night_session`` and ``night_lecturer``: 夜学 on Monday evenings, 夜谈 on the township's evening, 述学评学考学 once a quarter."""
    rng = world.rng("sessions")
    present, unit, person = staff.presence(staff.township, world.days), np.array(staff.township.unit), np.array(staff.township.person)
    rows: dict[str, list[Any]] = {
        name: [] for name in ("kind", "unit", "day", "minutes", "theme", "attendees", "measures", "done", "needs")
    }
    lecturers: list[list[int]] = []
    themes = rng.integers(0, len(THEMES), int(world.month[-1]) + 1)  # the county's theme of the month (R05)

    def add(kind: str, township: int, day: int, theme: str, measures: int, done: int, needs: int, lectured: int) -> None:
        here = person[(unit == township) & present[:, day]]
        values = (kind, township, day, int(rng.integers(50, 91)), theme, int(len(here) * rng.uniform(0.5, 0.95)), measures, done, needs)
        for name, value in zip(rows, values, strict=True):
            rows[name].append(value)
        lecturers.append(rng.permutation(here)[:lectured].tolist())

    for township, habit in enumerate(land.habits):
        rates = {name: habit.rate(name, world.days) for name in ("study", "talk", "measures")}
        talk_weekday = int(rng.integers(1, 4))
        for week in range(int(world.week[-1]) + 1):
            days = np.flatnonzero((world.week == week) & world.workday[: world.days])
            # on Monday (R06) and the township's evening; after a holiday on the first working day there is
            study, talk = _evening(world, days, 0), _evening(world, days, talk_weekday)
            if study is not None and rng.random() < rates["study"][study]:
                add("study", township, study, THEMES[themes[world.month[study]]], -1, -1, -1, int(rng.integers(1, 4)))
            if talk is not None and rng.random() < rates["talk"][talk]:
                measures = int(rng.integers(0, 4))
                old = talk < world.days - 30
                done = int(rng.binomial(measures, rates["measures"][talk] if old else 0.5))
                theme = TALK_THEMES[int(rng.integers(0, len(TALK_THEMES)))]
                add("talk", township, talk, theme, measures, done, int(rng.integers(1, 9)), 0)
        for quarter in range(int(world.quarter[-1]) + 1):
            days = np.flatnonzero((world.quarter == quarter) & world.workday[: world.days])
            days = days[len(days) // 2 :]
            if len(days) and rng.random() < rates["study"][days[-1]] - 0.02:
                add("review", township, int(days[rng.integers(0, len(days))]), REVIEW_THEMES[int(rng.integers(0, 3))], -1, -1, -1, 0)
    held = np.array(rows["day"])
    late = np.array([habit.steady("late_entry") for habit in land.habits])[np.array(rows["unit"])]
    order, ids = world.write_events(
        "night_session",
        kind=np.array(rows["kind"], dtype=object),
        area_code=np.array(land.townships, dtype=object)[np.array(rows["unit"])],
        held_on=world.dates(held),
        minutes=np.array(rows["minutes"]),
        theme=np.array(rows["theme"], dtype=object),
        attendees=np.array(rows["attendees"]),
        measures=np.array(rows["measures"]),
        measures_done=np.array(rows["done"]),
        needs=np.array(rows["needs"]),
        recorded_at=entered(rng, held, late, 20.5, 22.5),
    )
    pairs = [(session, lecturer) for position, session in zip(order, ids, strict=True) for lecturer in lecturers[position]]
    if pairs:
        world.write(
            "night_lecturer",
            id=world.ids.take("night_lecturer", len(pairs)),
            session_id=np.array([one[0] for one in pairs]),
            person_id=np.array([one[1] for one in pairs]),
        )

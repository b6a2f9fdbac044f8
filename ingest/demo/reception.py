"""公示接待: each leader's published slot a week with AB岗, the desk at the township, the village centre in rotation."""

from __future__ import annotations

from typing import Any

import numpy as np

from ingest.demo.geography import Geography
from ingest.demo.people import People
from ingest.demo.world import DAY, HOUR, NONE, World, entered

PLACES = np.array(["office", "service_centre", "outreach"], dtype=object)


def reception_slots(world: World, land: Geography, staff: People) -> dict[str, np.ndarray]:
    """Write ``reception_slot``. Returns id, area_code, day, hour (0 morning, 1 afternoon), received_by, visitors of the slots kept."""
    rng = world.rng("reception")
    parts: list[dict[str, np.ndarray]] = [
        _leader_slots(world, rng, land, staff),
        _desks(world, rng, land, staff),
        _village_centres(world, rng, land, staff),
    ]
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    received = columns["received_by"] >= 0
    batches = np.where(received, rng.choice([0, 1, 2, 3, 4], len(received), p=[0.28, 0.34, 0.22, 0.11, 0.05]), NONE)
    visitors = np.where(received, batches + rng.binomial(np.maximum(batches, 0) * 2, 0.3), NONE)
    ends = columns["day"] * DAY + np.where(columns["afternoon"], int(17.5 * HOUR), int(11.5 * HOUR))
    over = ends <= world.now  # a slot still running has kept nobody waiting yet
    township = np.array([{code: n for n, code in enumerate(land.townships)}[code[:9]] for code in columns["area_code"]])
    late = np.array([habit.steady("late_entry") for habit in land.habits])[township]
    recorded = np.maximum(entered(rng, columns["day"], late, 17.6, 20), ends)
    kept = np.flatnonzero(over)
    written = {name: values[kept] for name, values in columns.items() if name not in ("day", "afternoon")}
    order, ids = world.write_events(
        "reception_slot",
        **written,
        day=world.dates(columns["day"][kept]),
        batches=batches[kept],
        visitors=visitors[kept],
        recorded_at=recorded[kept],
    )
    rows = kept[order]
    busy = visitors[rows] > 0
    return {
        "id": ids[busy],
        "area_code": columns["area_code"][rows][busy],
        "day": columns["day"][rows][busy],
        "afternoon": columns["afternoon"][rows][busy],
        "person": columns["received_by"][rows][busy],
    }


def announced_slots(world: World, land: Geography, staff: People) -> None:
    """Write the coming week's published slots, nobody received yet; a township of sparse reporting has announced nothing."""
    rng = world.rng("announced")
    posts = staff.township
    unit, person, last = np.array(posts.unit), np.array(posts.person), world.days - 1
    there = staff.presence(posts, world.days)[:, last] & np.isin(posts.role, ["township_chief", "township_leader"])
    ahead = [day for day in range(world.days, world.days + 7) if world.workday[day]]
    rows: dict[str, list[Any]] = {name: [] for name in ("area_code", "day", "place", "leader_id", "backup_id")}
    for township, habit in enumerate(land.habits):
        leaders = np.flatnonzero(there & (unit == township))
        if habit.label == "sparse reporting" or not ahead or len(leaders) < 2:
            continue
        for position, post in enumerate(leaders.tolist()):
            backup = person[leaders[(position + 1 + int(rng.integers(0, len(leaders) - 1))) % len(leaders)]]
            day, place = ahead[int(rng.integers(0, len(ahead)))], PLACES[int(rng.integers(0, 2))]
            for name, value in zip(rows, (land.townships[township], day, place, person[post], backup), strict=True):
                rows[name].append(value)
    count = len(rows["day"])
    if not count:
        return
    world.write_events(
        "reception_slot",
        area_code=np.array(rows["area_code"], dtype=object),
        day=world.dates(np.array(rows["day"])),
        place=np.array(rows["place"], dtype=object),
        leader_id=np.array(rows["leader_id"]),
        backup_id=np.array(rows["backup_id"]),
        published=np.ones(count, dtype=bool),
        received_by=np.full(count, NONE),
        batches=np.full(count, NONE),
        visitors=np.full(count, NONE),
        recorded_at=np.maximum(0, world.now - rng.integers(2 * HOUR, 40 * HOUR, count)),
    )


def _leader_slots(world: World, rng: np.random.Generator, land: Geography, staff: People) -> dict[str, np.ndarray]:
    """One a week for every chief and leader in post, on their own weekday where it is a working day (R15)."""
    posts = staff.township
    present = staff.presence(posts, world.days)
    leaders = np.flatnonzero(np.isin(posts.role, ["township_chief", "township_leader"]))
    unit, person = np.array(posts.unit), np.array(posts.person)
    rows: dict[str, list[Any]] = {name: [] for name in ("area_code", "day", "place", "leader_id", "backup_id", "published", "received_by")}
    weeks = int(world.week[-1]) + 1
    days_of_week = [np.flatnonzero((world.week == week) & world.workday[: world.days]) for week in range(weeks)]
    for post in leaders.tolist():
        township = int(unit[post])
        habit = land.habits[township]
        planned, kept = habit.rate("slots", world.days), habit.rate("slot_kept", world.days)
        weekday = int(rng.integers(0, 5))
        others = leaders[(unit[leaders] == township) & (person[leaders] != person[post])]
        place = int(rng.integers(0, 2))
        for days in days_of_week:
            if not len(days) or rng.random() > planned[days[0]]:
                continue
            usual = days[world.weekday[days] == weekday]
            day = int(usual[0]) if len(usual) else int(days[rng.integers(0, len(days))])
            if not (posts.first[post] <= day <= posts.last[post]) or (not present[post, day] and rng.random() < 0.7):
                continue
            backups = others[present[others, day]]
            backup = int(person[backups[rng.integers(0, len(backups))]]) if len(backups) else NONE
            chance = rng.random()
            received = NONE
            if present[post, day] and chance < kept[day] * 0.93:
                received = int(person[post])
            elif chance < kept[day]:
                received = backup
            values = (
                land.townships[township],
                day,
                PLACES[2 if rng.random() < 0.12 else place],
                person[post],
                backup,
                rng.random() < 0.97,
                received,
            )
            for name, value in zip(rows, values, strict=True):
                rows[name].append(value)
    count = len(rows["day"])
    return _as_arrays(rows) | {"afternoon": rng.random(count) < 0.45}


def _desks(world: World, rng: np.random.Generator, land: Geography, staff: People) -> dict[str, np.ndarray]:
    """The desk at the township hall, each working day (R16), staffed by whoever of the cadres has the rota."""
    posts = staff.township
    present = staff.presence(posts, world.days)
    person, unit = np.array(posts.person), np.array(posts.unit)
    rows: dict[str, list[Any]] = {name: [] for name in ("area_code", "day", "place", "leader_id", "backup_id", "published", "received_by")}
    for township, habit in enumerate(land.habits):
        mine = np.flatnonzero(unit == township)
        staffed = rng.random(world.days) < habit.rate("desk", world.days)
        announced = rng.random(world.days) < habit.rate("slots", world.days)
        for day in np.flatnonzero(world.workday[: world.days] & (staffed | announced)).tolist():
            there = mine[present[mine, day]]
            if not len(there):
                continue
            who = int(person[there[rng.integers(0, len(there))]])
            values = (land.townships[township], day, "desk", who, NONE, False, who if staffed[day] else NONE)
            for name, value in zip(rows, values, strict=True):
                rows[name].append(value)
    return _as_arrays(rows) | {"afternoon": np.zeros(len(rows["day"]), dtype=bool)}


def _village_centres(world: World, rng: np.random.Generator, land: Geography, staff: People) -> dict[str, np.ndarray]:
    """The village centre: every working day in one township, once or twice a week in the others."""
    posts = staff.village
    present = staff.presence(posts, world.days)
    person, unit = np.array(posts.person), np.array(posts.unit)
    parts = []
    for village, code in enumerate(land.villages):
        habit = land.habits[land.township_of[village]]
        days = np.flatnonzero(world.workday[: world.days] & (rng.random(world.days) < habit.rate("village_centre", world.days)))
        mine = np.flatnonzero(unit == village)
        keys = rng.random((len(mine), len(days)))
        keys[~present[np.ix_(mine, days)]] = -1.0
        who = person[mine[np.argmax(keys, axis=0)]]
        somebody = (keys.max(axis=0) >= 0) & (rng.random(len(days)) < 0.97)
        parts.append(
            {
                "area_code": np.full(len(days), code, dtype=object),
                "day": days,
                "place": np.full(len(days), "village_centre", dtype=object),
                "leader_id": who,
                "backup_id": np.full(len(days), NONE),
                "published": rng.random(len(days)) < 0.5,
                "received_by": np.where(somebody, who, NONE),
                "afternoon": rng.random(len(days)) < 0.3,
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _as_arrays(rows: dict[str, list[Any]]) -> dict[str, np.ndarray]:
    texts = ("area_code", "place")
    kinds: dict[str, type] = {"published": bool}
    return {name: np.array(values, dtype=object if name in texts else kinds.get(name, np.int64)) for name, values in rows.items()}

"""三长: visits to households, meetings, training, the yearly survey, marks."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from ingest.demo.cheats import copying_people, entered_in_bursts
from ingest.demo.geography import Geography
from ingest.demo.people import People
from ingest.demo.texts import BONUS, CHECKS, DEEDS, PROOF, VETO, visit_notes
from ingest.demo.world import FOREVER, NONE, World, entered


def captain_visits(world: World, land: Geography, staff: People) -> None:
    """``captain_visit``: each key household a month, each ordinary one a quarter (R23), as often as its captain is diligent."""
    rng = world.rng("captain visits")
    cells = len(land.cells)
    township_of_cell = land.township_of[land.cell_village]
    # Captains differ: most are near their township's habit, some far below, a few never miss.
    quality = np.array([habit.quality for habit in land.habits])[township_of_cell]
    far_below = rng.random(cells) < 0.14 * (1.15 - quality)
    own = rng.normal(0, 0.05, cells) - np.where(far_below, rng.uniform(0.15, 0.6, cells), 0)
    own[rng.random(cells) < 0.12] = 1.0
    coached = np.array([habit.own.get("night") == 1.0 for habit in land.habits])[township_of_cell]
    own[coached & (land.cell_village % 4 == 0)] = 2.0  # 满分异常: whole villages at exactly 100%
    parts: dict[str, list[np.ndarray]] = {"household": [], "day": []}
    covered = land.cell_of >= 0
    # a household that no cell covers yet is looked after, less often, by the 片长 beside the village's first cell
    near = np.where(covered, land.cell_of, np.searchsorted(land.cell_village, land.home_village))
    for kind, period, is_kind in (("key_visits", world.month, land.is_key), ("ordinary_visits", world.quarter, ~land.is_key)):
        households = np.flatnonzero(is_kind)
        cell = near[households]
        periods = int(period[-1]) + 1
        starts = np.searchsorted(period, np.arange(periods))
        if period is world.month:
            lengths = np.diff(np.r_[starts, starts[-1] + 31])
        else:
            lengths = np.diff(np.r_[starts, starts[-1] + 91])
        rates = np.array(
            [(habit.rate(kind, world.days) - world.season)[np.minimum(starts + lengths // 2, world.days - 1)] for habit in land.habits]
        )
        rates = np.clip(rates[township_of_cell[cell]] + own[cell][:, None], 0.01, 1.0)
        if period is world.quarter:
            rates[:, 0] *= min(1.0, lengths[0] / 91)  # the first quarter may have begun before the period
        first_holder = staff.cell.on(np.repeat(cell[:, None], periods, 1), np.repeat((starts + 14)[None, :], len(cell), 0))
        rates = np.where((first_holder == NONE) & (own[cell][:, None] < 2.0), 0.25, rates)
        rates = np.where(covered[households][:, None] | (rates >= 1.0), rates, rates * 0.7)
        visits = (rng.random(rates.shape) < rates).astype(int) + (rng.random(rates.shape) < 0.04) * (rates > 0.3)
        who, when = np.nonzero(visits)
        who, when = np.repeat(who, visits[who, when]), np.repeat(when, visits[who, when])
        spread = rng.random(len(who)) ** 0.85  # towards the end of the period, as people do
        parts["household"].append(households[who])
        parts["day"].append(starts[when] + (spread * lengths[when]).astype(int))
    household, day = np.concatenate(parts["household"]), np.concatenate(parts["day"])
    # visits of the days to come are not there yet
    there = (day < world.days) & (day >= land.household_first[household]) & (day <= land.household_last[household])
    household, day = household[there], day[there]
    cell = near[household]
    group = land.group_of[cell]
    person = np.where(covered[household], staff.cell.on(cell, day), NONE)
    by_group, by_patch = staff.group.on(group, day), staff.patch.on(land.patch_of[group], day)
    stands_in = rng.random(len(day))
    person = np.where(covered[household] & ((person == NONE) | (stands_in < 0.04)), by_group, person)
    person = np.where((person == NONE) | (stands_in > 0.975), by_patch, person)
    known = person != NONE
    household, day, person, cell = household[known], day[known], person[known], cell[known]
    township = township_of_cell[cell]
    late = np.array([habit.rate("late_entry", world.days) for habit in land.habits])[township, day]
    recorded = entered(rng, day, late, 17, 22)
    recorded = entered_in_bursts(world, rng, land, person, township, day, recorded, per_quarter=True)
    world.write_events(
        "captain_visit",
        person_id=person,
        household_id=land.household_ids[household],
        visited_on=world.dates(day),
        note=visit_notes(rng, person, copying_people(world, land, person, township), share=0.3),
        recorded_at=recorded,
    )


def captain_meetings(world: World, land: Geography, staff: People) -> None:
    """``captain_meeting``: 恳谈会 by cell and quarter, 分析会 and 三长碰头会 by village and month, the rest by patch (R24, R26, R30)."""
    rng = world.rng("meetings")
    chiefs = {}
    for person, role, home, last in zip(staff.village.person, staff.village.role, staff.village.unit, staff.village.last, strict=True):
        if role == "village_chief" and last >= world.days:
            chiefs[home] = person
    chief_of = np.array([chiefs.get(village, NONE) for village in range(len(land.villages))])
    kinds = (
        # kind, codes, village of the unit, slot of each day, rate, convener, people, working days only
        ("heart_talk", land.cells, land.cell_village, world.quarter, "heart_talks", staff.cell, (6, 15)),
        ("analysis", land.villages, np.arange(len(land.villages)), world.month, "analysis", chief_of, (12, 30)),
        ("weekly", land.patches, land.village_of, world.week, "patch_meetings", staff.patch, (4, 9)),
        ("monthly", land.patches, land.village_of, world.month, "patch_meetings", staff.patch, (8, 20)),
        ("captains", land.villages, np.arange(len(land.villages)), world.month, "analysis", chief_of, (15, 40)),
    )
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("kind", "area_code", "day", "convener_id", "attendees", "township")}
    for kind, codes, village, slot, rate, convener, (fewest, most) in kinds:
        slots = int(slot[-1]) + 1
        starts: np.ndarray = np.searchsorted(slot, np.arange(slots))
        lengths = np.diff(np.r_[starts, world.days])
        full = {"heart_talk": 90, "weekly": 7}.get(kind, 30)
        lengths[-1] = full if starts[-1] + full > world.days else lengths[-1]
        rates = np.array([habit.rate(rate, world.days)[np.minimum(starts + lengths // 2, world.days - 1)] for habit in land.habits])
        rates = np.clip(rates[land.township_of[village]] + rng.normal(0, 0.03, len(codes))[:, None], 0, 1)
        unit, when = np.nonzero(rng.random(rates.shape) < rates)
        if kind == "weekly":
            day: np.ndarray = starts[when] + rng.integers(0, 2, len(when))
        else:
            day = starts[when] + (rng.random(len(when)) * lengths[when]).astype(int)
        held = (day < world.days) & (world.workday[np.minimum(day, world.days - 1)] | (rng.random(len(day)) < 0.5))
        unit, day = unit[held], day[held]
        who = convener[unit] if isinstance(convener, np.ndarray) else convener.on(unit, day)
        columns["kind"].append(np.full(len(day), kind, dtype=object))
        columns["area_code"].append(np.array(codes, dtype=object)[unit])
        columns["day"].append(day)
        columns["convener_id"].append(who)
        columns["attendees"].append(rng.integers(fewest, most + 1, len(day)))
        columns["township"].append(land.township_of[village[unit]])
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    joined = {name: values[joined["convener_id"] != NONE] for name, values in joined.items()}
    late = np.array([habit.steady("late_entry") for habit in land.habits])[joined["township"]]
    world.write_events(
        "captain_meeting",
        kind=joined["kind"],
        area_code=joined["area_code"],
        held_on=world.dates(joined["day"]),
        convener_id=joined["convener_id"],
        attendees=joined["attendees"],
        recorded_at=entered(rng, joined["day"], late, 18, 22),
    )


def _captains_of_year(world: World, land: Geography, staff: People, day: int) -> dict[str, np.ndarray]:
    """Captains in post on a day: person, village, own cell (NONE for patches and groups), households under them as positions."""
    level, person, village, unit = [], [], [], []
    tables = (
        ("patch", staff.patch, land.village_of),
        ("group", staff.group, land.village_of[land.patch_of]),
        ("cell", staff.cell, land.cell_village),
    )
    for number, (_, table, of_village) in enumerate(tables):
        holders = table.on(np.arange(len(of_village)), np.full(len(of_village), day))
        held = np.flatnonzero(holders != NONE)
        person.append(holders[held])
        village.append(of_village[held])
        unit.append(held)
        level.append(np.full(len(held), number))
    return {
        "person": np.concatenate(person),
        "village": np.concatenate(village),
        "unit": np.concatenate(unit),
        "level": np.concatenate(level),
    }


def _years(world: World) -> list[tuple[int, int, int]]:
    """The years of the period with their first and last day in it."""
    result = []
    for year in range(world.start.year, world.until.year + 1):
        first = max(0, world.day_of(date(year, 1, 1)))
        result.append((year, first, min(world.days - 1, world.day_of(date(year, 12, 31)))))
    return result


def training(world: World, land: Geography, staff: People) -> None:
    """``training_attendance``: 集中, 兜底, 小微 and contests through the year (R26)."""
    rng = world.rng("training")
    persons, kinds, days = [], [], []
    for year, first, last in _years(world):
        captains = _captains_of_year(world, land, staff, last)
        people, position = np.unique(captains["person"], return_index=True)
        rate = np.array([habit.steady("training") for habit in land.habits])[land.township_of[captains["village"][position]]]
        chance = rng.random(len(people))
        pooled = chance < rate * 0.86
        for kind, chosen in (
            ("pooled", pooled),
            ("catch_up", ~pooled & (chance < rate)),
            ("micro", rng.random(len(people)) < rate * 0.45),
            ("contest", rng.random(len(people)) < 0.03),
        ):
            attends = chosen & (rng.random(len(people)) < min(1.0, (last - first + 1) / (250 if year == world.until.year else 150)))
            persons.append(people[attends])
            kinds.append(np.full(int(attends.sum()), kind, dtype=object))
            # courses fall on a few days; catch-up later than the pooled ones
            dates = first + ((last - first) * rng.uniform(0.5 if kind == "catch_up" else 0.05, 1.0, 12)).astype(int)
            days.append(dates[rng.integers(0, 12, int(attends.sum()))])
    person, kind_of, day = np.concatenate(persons), np.concatenate(kinds), np.concatenate(days)
    order = np.argsort(day, kind="stable")
    world.write(
        "training_attendance",
        id=world.ids.take("training_attendance", len(day)),
        person_id=person[order],
        kind=kind_of[order],
        held_on=world.dates(day[order]),
    )


def survey(world: World, land: Geography, staff: People) -> None:
    """``survey_response`` for the last and the current year: households judge their captains."""
    rng = world.rng("survey")
    covered = np.flatnonzero(land.cell_of >= 0)
    by_cell = np.searchsorted(land.cell_of[covered], np.arange(len(land.cells) + 1))
    group_cells = np.searchsorted(land.group_of, np.arange(len(land.groups) + 1))
    patch_groups = np.searchsorted(land.patch_of, np.arange(len(land.patches) + 1))
    columns: dict[str, list[Any]] = {name: [] for name in ("year", "person", "household", "day", "score")}
    for year, first, last in _years(world)[-2:]:
        opens = max(first, last - 75)
        captains = _captains_of_year(world, land, staff, last)
        liked = rng.normal(0.0, 0.55, len(captains["person"]))
        for position, (level, unit, village) in enumerate(zip(captains["level"], captains["unit"], captains["village"], strict=True)):
            habit = land.habits[land.township_of[village]]
            if level == 2:
                households = covered[by_cell[unit] : by_cell[unit + 1]]
                wanted = int(np.ceil(len(households) * np.clip(rng.normal(habit.steady("survey"), 0.12), 0, 1)))
            else:
                groups = (unit, unit + 1) if level == 1 else (patch_groups[unit], patch_groups[unit + 1])
                households = covered[by_cell[group_cells[groups[0]]] : by_cell[group_cells[groups[1]]]]
                wanted = int(rng.integers(4, 13))
            chosen = rng.permutation(households)[:wanted]
            score = np.clip(np.rint(4.35 + 0.4 * (habit.quality - 0.75) + liked[position] + rng.normal(0, 0.75, len(chosen))), 1, 5)
            columns["year"].append(np.full(len(chosen), year))
            columns["person"].append(np.full(len(chosen), captains["person"][position]))
            columns["household"].append(land.household_ids[chosen])
            columns["day"].append(rng.integers(opens, last + 1, len(chosen)))
            columns["score"].append(score.astype(int))
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    order = np.argsort(joined["day"], kind="stable")
    world.write(
        "survey_response",
        id=world.ids.take("survey_response", len(order)),
        year=joined["year"][order],
        person_id=joined["person"][order],
        household_id=joined["household"][order],
        score=joined["score"][order],
        answered_on=world.dates(joined["day"][order]),
    )


def marks(world: World, land: Geography, staff: People) -> None:
    """``captain_mark``: a few bonuses (some without evidence, which then do not count), vetoes, spot checks."""
    rng = world.rng("marks")
    rows: list[tuple[Any, ...]] = []
    for year, first, last in _years(world)[-2:]:
        people = np.unique(_captains_of_year(world, land, staff, last)["person"])
        count = len(people)

        def some(share: float, people: np.ndarray = people, count: int = count) -> list[int]:
            return rng.permutation(people)[: max(1, int(count * share))].tolist()

        def when(first: int = first, last: int = last) -> int:
            return int(rng.integers(min(first + 10, last), last + 1))

        for person in some(0.012):
            proof = None if rng.random() < 0.12 else PROOF[int(rng.integers(0, len(PROOF)))]
            points = float(rng.choice([0.5, 1.0, 1.5, 2.0, 3.0]))
            rows.append((person, year, "bonus", points, None, BONUS[int(rng.integers(0, len(BONUS)))], proof, "县委组织部", when()))
        for person in some(0.0008):
            reason = VETO[int(rng.integers(0, len(VETO)))]
            rows.append((person, year, "veto", None, None, reason, "核查报告", "县纪委监委、县委组织部", when()))
        for person in some(0.05):
            passed = bool(rng.random() < 0.94)
            reason = CHECKS[int(rng.integers(0, len(CHECKS)))] if passed else "抽查走访记录与实际不符"
            rows.append((person, year, "spot_check", None, passed, reason, "抽查记录表", "三长制工作专班", when()))
    rows.sort(key=lambda row: row[-1])
    names = ("person_id", "year", "kind", "points", "passed", "reason", "evidence", "decided_by")
    columns = {name: [row[position] for row in rows] for position, name in enumerate(names)}
    world.write(
        "captain_mark",
        id=world.ids.take("captain_mark", len(rows)),
        **columns,
        decided_on=world.dates(np.array([row[-1] for row in rows])),
    )


def good_deeds(world: World, land: Geography, staff: People) -> None:
    """``good_deed``: about one captain in eight does one a year; most stand on a notice at the month's end, the newest not yet (R28)."""
    rng = world.rng("good deeds")
    rows: list[tuple[int, int, str]] = []
    for _, first, last in _years(world):
        # whoever held the post on the first day and on the last held it on the day between
        at_first, at_last = (_captains_of_year(world, land, staff, day)["person"] for day in (first, last))
        people = np.intersect1d(at_first, at_last)
        count = int(np.ceil(len(people) * 0.12 * (last - first + 1) / 365))
        for person in rng.choice(people, count, replace=False).tolist():
            rows.append((int(rng.integers(first, last + 1)), person, DEEDS[int(rng.integers(0, len(DEEDS)))]))
    rows.sort()
    day = np.array([row[0] for row in rows], dtype=np.int64)
    month_ends = np.flatnonzero(np.diff(world.month))
    following = np.searchsorted(month_ends, day)
    published = np.where(following < len(month_ends), np.append(month_ends, FOREVER)[following], FOREVER)
    published = np.where(rng.random(len(day)) < 0.1, FOREVER, published)
    world.write_events(
        "good_deed",
        person_id=np.array([row[1] for row in rows], dtype=np.int64),
        done_on=world.dates(day),
        what=np.array([row[2] for row in rows], dtype=object),
        published_on=world.dates(published),
        recorded_at=entered(rng, day, np.full(len(day), 0.2), 17, 22),
    )

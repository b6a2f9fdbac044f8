"""The demo county: the same for the same seed, true to the contract, with something for every page to find."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, insert, inspect, select

from data_access.board_tables import BoardProperty
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.freshness import change_marks
from data_access.migrate import upgrade
from data_access.tables import (
    CONTRACT,
    Appointment,
    Area,
    CalendarDay,
    CaptainVisit,
    Household,
    NightStay,
    NightVisit,
    Person,
    Petition,
    PetitionEvent,
    PetitionRating,
    ReceptionSlot,
    Table,
)
from ingest.__main__ import main
from ingest.demo.county import NotEmpty, fill
from ingest.demo.geography import county_code
from ingest.demo.petition_life import LEVELS
from ingest.demo.world import MINIATURE, Size
from ingest.live import Feed, NotDemo, live
from tests.builders import table_marks

UNTIL = date(2026, 10, 28)
MOMENT = datetime(2026, 10, 28, 21, 30)
OUTCOMES_WITHOUT_SOLUTION = {"withdrawn", "transferred", "not_accepted"}


def filled(path: Path, **arguments: object) -> Engine:
    database = engine(f"sqlite:///{path}")
    fill(database, **({"until": UNTIL, "size": MINIATURE, "quiet": True} | arguments))  # type: ignore[arg-type]
    return database


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The miniature county, on SQLite; tests only read it."""
    return filled(tmp_path_factory.mktemp("county") / "county.db")


@pytest.fixture(scope="module")
def reading(county: Engine):
    with county.connect() as connection:
        yield connection


def every_row(database: Engine) -> dict[str, list[tuple]]:
    tables = [table for table in Table.metadata.sorted_tables if table.name in CONTRACT and table.name != "calendar_day"]
    with database.connect() as connection:
        return {table.name: sorted(map(tuple, connection.execute(select(table)))) for table in tables}


def test_the_same_seed_and_day_give_the_same_rows_on_either_database(county: Engine, database: Engine) -> None:
    fill(database, until=UNTIL, size=MINIATURE, quiet=True)
    again = every_row(database)
    assert all(again.values()), "every table of the contract has rows"
    assert again == every_row(county)


def test_another_seed_gives_another_county(county: Engine, tmp_path: Path) -> None:
    other, first = every_row(filled(tmp_path / "other.db", seed=2)), every_row(county)
    assert [table for table in first if first[table] == other[table]] == ["department"]  # every county has the same ones


def test_two_counties_share_no_code_and_no_id(tmp_path: Path) -> None:
    rows = every_row(filled(tmp_path / "two.db", scale=2))
    assert {code[:6] for code, *_ in rows["area"]} == {"149981", "149982"}
    assert len({row[0] for row in rows["petition"]}) == len(rows["petition"])


def test_county_codes_are_six_digits_and_never_repeat() -> None:
    codes = [county_code(number) for number in range(200)]
    assert len(set(codes)) == 200
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_a_database_with_areas_is_refused_in_plain_words(
    database: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    with database.begin() as connection:
        connection.execute(insert(Area).values(code="140122", level="county", name="某县"))
    with pytest.raises(NotEmpty):
        fill(database, until=UNTIL, size=MINIATURE, quiet=True)
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    assert main(["demo"]) == 1
    assert "空库" in capsys.readouterr().err
    with database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Person)) == 0


def test_a_day_to_come_is_refused(capsys: pytest.CaptureFixture) -> None:
    assert main(["demo", "--until", (beijing_now().date() + timedelta(days=1)).isoformat()]) == 2
    assert "不能晚于今天" in capsys.readouterr().err


def test_indexes_marks_and_ids_are_as_if_the_rows_had_been_inserted_one_by_one(database: Engine) -> None:
    def indexes() -> dict[str, list]:
        return {table: sorted(index["name"] or "" for index in inspect(database).get_indexes(table)) for table in CONTRACT}

    before = indexes()
    rows = fill(database, until=UNTIL, size=MINIATURE, quiet=True)
    assert indexes() == before
    with database.begin() as connection:
        marks = table_marks(change_marks(connection))
        if database.dialect.name == "sqlite":
            assert {table: marks[table] for table in rows} == rows
        assert all(marks[table] >= 1 for table in rows)
        connection.execute(insert(Person).values(name="新来的"))  # the next id is free
        assert table_marks(change_marks(connection))["person"] == marks["person"] + 1


def test_a_load_that_fails_half_way_leaves_nothing_behind(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("ingest.demo.county.captain_visits", broken)
    with pytest.raises(RuntimeError):
        fill(database, until=UNTIL, size=MINIATURE, quiet=True)
    assert not any(every_row(database).values())
    monkeypatch.undo()
    fill(database, until=UNTIL, size=MINIATURE, quiet=True)  # empty, indexed and marked as before: a second try goes through
    assert all(every_row(database).values())


def test_the_database_says_that_it_is_a_demo_and_of_which_seed(reading: Connection) -> None:
    assert reading.scalar(select(BoardProperty.value).where(BoardProperty.name == "demo")) == "1"


# --- places and people --------------------------------------------------------------------------------------------------


def test_codes_nest_from_the_county_down_to_the_cell(reading: Connection) -> None:
    lengths = {"county": 6, "township": 9, "village": 12, "patch": 14, "group": 16, "cell": 19}
    areas = {row.code: row for row in reading.execute(select(Area.code, Area.parent_code, Area.level, Area.ranked))}
    assert {area.level for area in areas.values()} == set(lengths)
    for area in areas.values():
        assert len(area.code) == lengths[area.level]
        assert area.level == "county" or (area.code.startswith(area.parent_code) and area.parent_code in areas)
    assert [area.code for area in areas.values() if area.ranked is False] == ["149981400"]


def test_households_lie_in_a_cell_or_else_in_their_village(reading: Connection) -> None:
    levels = {area.code: area.level for area in reading.execute(select(Area.code, Area.level))}
    homes = Counter(levels[code] for code in reading.scalars(select(Household.area_code)))
    assert set(homes) <= {"cell", "village"}
    sizes = Counter(reading.scalars(select(Household.area_code).where(func.length(Household.area_code) == 19))).values()
    assert sum(5 <= size <= 15 for size in sizes) > len(sizes) * 0.6


def test_no_post_of_one_person_overlaps_itself_and_no_cell_has_two_captains(reading: Connection) -> None:
    posts = reading.execute(
        select(Appointment.person_id, Appointment.role, Appointment.area_code, Appointment.valid_from, Appointment.valid_to)
    )
    held: dict[object, list[tuple[date, date]]] = defaultdict(list)
    for person, role, area, first, last in posts:
        period = (first, last or date.max)
        if role.endswith("captain"):
            held[role, area].append(period)
        else:
            held[person, "cadre"].append(period)
    for periods in held.values():
        for (_, last), (first, _) in pairwise(sorted(periods)):
            assert last < first


def test_people_stay_only_at_places_and_only_while_they_hold_a_post(reading: Connection) -> None:
    held = defaultdict(list)
    for person, first, last in reading.execute(select(Appointment.person_id, Appointment.valid_from, Appointment.valid_to)):
        held[person].append((first, last or date.max))
    stays = reading.execute(select(NightStay.person_id, NightStay.night)).all()
    assert all(any(first <= night <= last for first, last in held[person]) for person, night in stays)


def test_nights_follow_the_state_council_calendar(reading: Connection) -> None:
    workdays = {day.day: day.is_workday for day in reading.execute(select(CalendarDay.day, CalendarDay.is_workday))}
    nights = Counter(reading.scalars(select(NightStay.night)))
    national_day, makeup_sunday = date(2026, 10, 2), date(2026, 9, 20)
    assert not workdays[national_day]
    assert workdays[makeup_sunday]
    ordinary = sorted(count for night, count in nights.items() if workdays[night])[len(nights) // 4]
    assert nights[national_day] < ordinary
    assert nights[makeup_sunday] > nights[national_day]


# --- petitions ----------------------------------------------------------------------------------------------------------


def what_the_events_say(events: list) -> dict[str, object]:
    """A petition's columns worked out from its history, the slow obvious way."""
    after_reopening: list = []
    for event in events:
        after_reopening = [] if event.kind == "reopen" else [*after_reopening, event]

    def last(kind: str, among: list = events) -> datetime | None:
        return max((event.at for event in among if event.kind == kind), default=None)

    moves = {"dispatch", "return", "accept", "escalate", "extend", "progress", "resolve", "reopen"}
    accepted, returned = last("accept"), last("return")
    return {
        "level": [event.to_level for event in events if event.kind in ("open", "escalate")][-1],
        "opened_at": events[0].at,
        "dispatched_at": last("dispatch"),
        "accepted_at": None if accepted and returned and returned > accepted else accepted,
        "solved_at": last("resolve", after_reopening),
        "closed_at": last("close", after_reopening),
        "followed_up_at": last("follow_up"),
        "returned": sum(event.kind == "return" for event in events),
        "reopened": sum(event.kind == "reopen" for event in events),
        "last_progress_at": max((event.at for event in events if event.kind in moves), default=None),
    }


def assert_petitions_agree_with_their_events(connection: Connection) -> None:
    events: dict[int, list] = defaultdict(list)
    for event in connection.execute(select(PetitionEvent.__table__).order_by(PetitionEvent.at, PetitionEvent.id)):
        events[event.petition_id].append(event)
    petitions = connection.execute(select(Petition.__table__)).all()
    assert {petition.id for petition in petitions} == set(events)
    for petition in petitions:
        said = what_the_events_say(events[petition.id])
        solved_at = said.pop("solved_at")
        assert {name: getattr(petition, name) for name in said} == said, petition.number
        if petition.outcome in OUTCOMES_WITHOUT_SOLUTION:
            assert solved_at is None
            assert petition.ended_at == petition.last_progress_at
        else:
            assert petition.ended_at == solved_at
            assert petition.outcome == ("resolved" if solved_at else None)
        assert petition.closed_at is None or petition.ended_at is not None
        for event in events[petition.id]:
            assert event.kind != "escalate" or LEVELS.index(event.to_level) == LEVELS.index(event.from_level) + 1


def test_a_petitions_columns_say_what_its_events_say(reading: Connection) -> None:
    assert_petitions_agree_with_their_events(reading)


def test_a_petition_is_extended_at_most_once_and_before_it_ends(reading: Connection) -> None:
    extended = select(PetitionEvent.petition_id, PetitionEvent.at, Petition.ended_at, Petition.extended_to)
    rows = reading.execute(extended.join(Petition, Petition.id == PetitionEvent.petition_id).where(PetitionEvent.kind == "extend")).all()
    assert rows
    assert len({row.petition_id for row in rows}) == len(rows)
    assert all(row.extended_to > row.at and (row.ended_at is None or row.ended_at > row.at) for row in rows)


def test_petitions_from_visits_and_receptions_point_at_their_origin_on_that_day_and_in_that_place(reading: Connection) -> None:
    visits = {row.id: row for row in reading.execute(select(NightVisit.id, NightVisit.area_code, NightVisit.visited_on))}
    slots = {row.id: row for row in reading.execute(select(ReceptionSlot.id, ReceptionSlot.area_code, ReceptionSlot.day))}
    channels = Counter()
    for petition in reading.execute(select(Petition.__table__)):
        channels[petition.channel] += 1
        assert (petition.origin_visit_id is not None) == (petition.channel == "night_visit")
        assert (petition.origin_slot_id is not None) == (petition.channel == "reception")
        if petition.origin_visit_id:
            visit = visits[petition.origin_visit_id]
            assert (visit.area_code, visit.visited_on) == (petition.area_code[:12], petition.opened_at.date())
        if petition.origin_slot_id:
            slot = slots[petition.origin_slot_id]
            assert petition.area_code.startswith(slot.area_code)
            assert slot.day == petition.opened_at.date()
    assert channels["night_visit"] > 5
    assert channels["reception"] > 5


def test_a_repeat_names_an_earlier_petition_of_the_same_citizen(reading: Connection) -> None:
    petitions = {petition.id: petition for petition in reading.execute(select(Petition.__table__))}
    repeats = [petition for petition in petitions.values() if petition.repeat_of is not None]
    assert repeats
    for petition in repeats:
        first = petitions[petition.repeat_of]
        assert first.opened_at <= petition.opened_at
        assert (first.petitioner_key, first.category) == (petition.petitioner_key, petition.category)


def test_only_resolved_petitions_are_rated(reading: Connection) -> None:
    resolved = set(reading.scalars(select(PetitionEvent.petition_id).where(PetitionEvent.kind == "resolve")))
    rated = reading.execute(select(PetitionRating.petition_id, PetitionRating.independent)).all()
    assert {independent for _, independent in rated} == {True, False}
    assert {petition for petition, _ in rated} <= resolved


# --- the present ----------------------------------------------------------------------------------------------------------


def test_nothing_is_later_than_the_present_moment(tmp_path: Path) -> None:
    noon = datetime(2026, 10, 28, 12, 0)
    database = filled(tmp_path / "noon.db", moment=noon)
    with database.connect() as connection:
        for table in Table.metadata.sorted_tables:
            if table.name not in CONTRACT or table.name == "calendar_day":
                continue
            for column in table.c:
                if column.name in ("due_at", "extended_to", "valid_to", "last_day", "first_day", "valid_from"):
                    continue  # deadlines, and posts and leave that are settled ahead
                if (table.name, column.name) in (("reception_slot", "day"), ("duty_roster", "night")):
                    continue  # announced for the coming week, planned for the coming fortnight
                latest = connection.scalar(select(func.max(column))) if column.type.python_type in (date, datetime) else None
                if isinstance(latest, datetime):
                    assert latest <= noon, f"{table.name}.{column.name}"
                elif latest is not None:
                    assert latest <= UNTIL, f"{table.name}.{column.name}"
        tonight = connection.scalar(select(func.count()).select_from(NightStay).where(NightStay.night == UNTIL))
    assert tonight


def test_tonight_one_township_has_no_chief_and_one_has_reported_nothing(tmp_path: Path) -> None:
    size = Size(townships=7, villages=1, patches=1, groups=1, cells=1, staff=(6, 7), months=2, petitions_a_village=20)
    with filled(tmp_path / "tonight.db", size=size).connect() as connection:
        tonight = connection.execute(
            select(NightStay.area_code, Appointment.role)
            .join(Appointment, Appointment.person_id == NightStay.person_id)
            .where(NightStay.night == UNTIL, func.length(NightStay.area_code) == 9, Appointment.area_code == NightStay.area_code)
        ).all()
        townships = set(connection.scalars(select(Area.code).where(Area.level == "township", Area.ranked.is_(True))))
    assert len(townships - {code for code, _ in tonight}) == 1
    reported_without_chief = {code for code, _ in tonight} - {code for code, role in tonight if role == "township_chief"}
    assert len(reported_without_chief) == 1


# --- the cheats -----------------------------------------------------------------------------------------------------------


def test_ten_rows_within_five_minutes_by_one_person_are_there_to_be_found(reading: Connection) -> None:
    entries: dict[int, list[datetime]] = defaultdict(list)
    for person, at in reading.execute(select(NightVisit.person_id, NightVisit.recorded_at).order_by(NightVisit.recorded_at)):
        entries[person].append(at)
    bursts = [(a, b) for times in entries.values() for a, b in zip(times, times[9:], strict=False) if b - a <= timedelta(minutes=5)]
    assert bursts


def test_one_person_writes_the_same_note_again_and_again(reading: Connection) -> None:
    notes = Counter(
        (person, (note or "").rstrip("。! "))
        for person, note in reading.execute(select(NightVisit.person_id, NightVisit.note).where(NightVisit.note.is_not(None)))
    )
    assert notes.most_common(1)[0][1] >= 10


def test_somebody_is_in_two_places_on_one_night(reading: Connection) -> None:
    places = defaultdict(set)
    for person, area, night in reading.execute(select(NightStay.person_id, NightStay.area_code, NightStay.night)):
        places[person, night].add(area)
    assert sum(len(areas) > 1 for areas in places.values()) >= 2


# --- the live feed --------------------------------------------------------------------------------------------------------


def test_live_events_keep_petitions_in_step_with_their_events_and_move_the_marks(database: Engine) -> None:
    fill(database, until=UNTIL, size=MINIATURE, quiet=True)
    now = MOMENT
    feed = Feed(database, random.Random(7), clock=lambda: now)
    with database.connect() as connection:
        before = table_marks(change_marks(connection))
    said = []
    for _ in range(160):
        now += timedelta(seconds=30)
        said.append(feed.event())
    assert len({line.split()[0] for line in said}) >= 9, "a good mix of kinds"
    with database.connect() as connection:
        after = table_marks(change_marks(connection))
        assert_petitions_agree_with_their_events(connection)
        refs = []
        for table in (NightStay, NightVisit, CaptainVisit, ReceptionSlot, Petition):
            rows = connection.execute(select(table.source_ref, table.recorded_at).where(table.source == "live")).all()
            refs += [ref for ref, _ in rows]
            assert all(MOMENT < at <= now for _, at in rows)
    assert len(set(refs)) == len(refs) > 50
    assert all(after[table] > before[table] for table in ("petition", "petition_event", "captain_visit", "night_visit"))


def test_live_stops_after_its_seconds_and_prints_a_line_an_event(
    database: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    fill(database, until=UNTIL, size=MINIATURE, quiet=True)
    monkeypatch.setenv("DATABASE_URL", database.url.render_as_string(hide_password=False))
    assert main(["live", "--rate", "6000", "--seconds", "0.2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) >= 1


def test_live_refuses_a_database_that_is_no_demo(database: Engine) -> None:
    upgrade(database)
    with pytest.raises(NotDemo):
        live(database, rate=60, seconds=0.1)


def test_the_coming_weeks_receptions_are_announced_and_nobody_has_received_yet(tmp_path: Path) -> None:
    with filled(tmp_path / "ahead.db").connect() as connection:
        ahead = connection.execute(
            select(
                ReceptionSlot.day, ReceptionSlot.received_by, ReceptionSlot.published, ReceptionSlot.leader_id, ReceptionSlot.backup_id
            ).where(ReceptionSlot.day > UNTIL)
        ).all()
    assert ahead
    assert max(row.day for row in ahead) <= UNTIL + timedelta(days=7)
    assert all(row.received_by is None and row.published and row.leader_id != row.backup_id for row in ahead)

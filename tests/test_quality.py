"""数据质量: late, bulk, copied, impossible and silent, at their edges and against a count on fingers."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.scope import Scope
from data_access.tables import (
    CaptainMeeting,
    CaptainVisit,
    Household,
    NightSession,
    NightStay,
    NightVisit,
    Person,
    ReceptionSlot,
)
from metrics.period import Period
from metrics.quality import near_identical
from metrics.registry import chosen
from metrics.vocabulary import Level
from reports.frames import perfect_figures
from reports.source import DatabaseSource
from tests.builders import (
    COUNTY,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_county,
    a_household,
    a_meeting,
    a_night_visit,
    a_person,
    a_petition,
    a_session,
    a_slot,
    a_stay,
    an_appointment,
    figure,
    kn,
)
from tests.night_worlds import OTHER_TOWNSHIP, PSEUDO_VILLAGE, UNITS, a_land, a_world, rows_of

OCTOBER, END = "2026-10", "2026-10-31"


@pytest.mark.parametrize(
    ("recorded", "k"),
    [
        ("2026-10-12 08:00:00", 1),
        ("2026-10-15 23:59:59", 1),  # the end of the 12th and 72 hours
        ("2026-10-16 00:00:00", 0),
        ("2026-10-01 00:00:00", 1),  # announced before
        (None, 0),
    ],
)
def test_a_row_is_in_time_for_72_hours_after_its_day(connection, recorded, k):
    a_county(connection)
    a_stay(connection, a_person(connection), "2026-10-12", recorded_at=recorded)
    assert kn(figure(connection, "quality.in_time", "township", OCTOBER, END)) == (k, 1)


def test_six_tables_are_looked_at_and_what_was_entered_after_as_of_is_late_or_not_all_the_same(connection):
    a_county(connection)
    person, home, when = a_person(connection), a_household(connection), "2026-10-13 09:00:00"
    a_stay(connection, person, "2026-10-12", recorded_at=when)
    a_session(connection, "study", "2026-10-12", recorded_at=when)
    a_night_visit(connection, person, "2026-10-12", recorded_at=when)
    a_slot(connection, "2026-10-12", person, recorded_at=when)
    a_captain_visit(connection, person, home, "2026-10-12", recorded_at=when)
    a_meeting(connection, "analysis", "2026-10-12", VILLAGE, recorded_at=when)
    assert kn(figure(connection, "quality.in_time", "township", OCTOBER, "2026-10-12")) == (6, 6)
    assert kn(figure(connection, "quality.in_time", "township", OCTOBER, "2026-10-11")) == (0, 0)


def test_what_a_file_brought_is_neither_late_nor_in_a_burst_and_is_told_apart(connection):
    a_county(connection)
    person, home = a_person(connection), a_household(connection)
    loaded = "2026-10-20 09:00:00"  # a whole month within a second
    for day in range(1, 13):
        a_captain_visit(connection, person, home, f"2026-10-{day:02d}", recorded_at=loaded, backfilled=True)
        a_night_visit(connection, person, f"2026-10-{day:02d}", recorded_at=loaded, backfilled=True)
    a_night_visit(connection, person, "2026-10-12", recorded_at=loaded)
    a_night_visit(connection, person, "2026-10-19", recorded_at=loaded, backfilled=False)

    def of_october(name: str) -> tuple[int, int]:
        return kn(figure(connection, f"quality.{name}", "township", OCTOBER, END))

    assert (of_october("in_time"), of_october("bulk"), of_october("backfilled")) == ((1, 2), (0, 2), (24, 26))
    assert kn(figure(connection, "quality.bulk", "person", OCTOBER, END), f"p:{person}") == (0, 2)


def test_a_unit_of_files_alone_has_no_share_in_time(connection):
    a_county(connection)
    a_stay(connection, a_person(connection), "2026-10-12", recorded_at="2026-10-13 09:00:00", backfilled=True)
    row = figure(connection, "quality.in_time", "township", OCTOBER, END)[TOWNSHIP]
    assert (row["n"], row["rank"], row["status"]) == (0, None, "none")
    assert row["value"] is None, "neither 0% nor 100%"


def test_rows_of_nobody_known_are_no_units_rows(connection):
    a_land(connection)
    a_stay(connection, 987654, "2026-10-12", recorded_at="2026-10-12 21:00:00")
    a_captain_visit(connection, a_person(connection), 555, "2026-10-12")
    a_stay(connection, a_person(connection), "2026-10-12", PSEUDO_VILLAGE)
    assert kn(figure(connection, "quality.in_time", "county", OCTOBER, END), COUNTY) == (0, 0)


def entered(connection, person: int, seconds: list[int], *, at_home: int | None = None) -> None:
    start = datetime(2026, 10, 20, 9)
    for number, offset in enumerate(seconds):
        when = str(start + timedelta(seconds=offset))
        if at_home is not None and number % 2:
            a_captain_visit(connection, person, at_home, "2026-10-12", recorded_at=when)
        else:
            a_night_visit(connection, person, "2026-10-12", recorded_at=when)


@pytest.mark.parametrize(
    ("seconds", "in_burst"),
    [
        ([30 * n for n in range(9)], 0),
        ([30 * n for n in range(10)], 10),
        ([0, *[300] * 9], 10),  # exactly five minutes
        ([0, *[301] * 9], 0),
        ([0, *[301] * 10], 10),  # the first one lies outside
        ([30 * n for n in range(30)], 30),  # each in some window
        ([7] * 12, 12),
    ],
)
def test_ten_rows_of_one_person_within_five_minutes_are_a_burst(connection, seconds, in_burst):
    a_county(connection)
    person = a_person(connection)
    entered(connection, person, seconds, at_home=a_household(connection))
    assert kn(figure(connection, "quality.bulk", "township", OCTOBER, END)) == (in_burst, len(seconds))
    assert kn(figure(connection, "quality.bulk", "person", OCTOBER, END), f"p:{person}") == (in_burst, len(seconds))


def test_two_people_make_no_burst_together_and_another_months_rows_do_not_help(connection):
    a_county(connection)
    entered(connection, a_person(connection), [0, 1, 2, 3, 4])
    entered(connection, a_person(connection), [0, 1, 2, 3, 4])
    third = a_person(connection)
    entered(connection, third, [0] * 9)
    a_night_visit(connection, third, "2026-09-30", recorded_at="2026-10-20 09:00:00")
    assert kn(figure(connection, "quality.bulk", "township", OCTOBER, END)) == (0, 19)


def test_a_burst_over_two_townships_is_one_and_each_counts_its_own_rows(connection):
    a_land(connection)
    person = a_person(connection)
    for number in range(10):
        area = VILLAGE if number < 4 else "149981102201"
        a_night_visit(connection, person, "2026-10-12", area, recorded_at="2026-10-20 09:00:00")
    rows = figure(connection, "quality.bulk", "township", OCTOBER, END)
    assert (kn(rows), kn(rows, OTHER_TOWNSHIP)) == ((4, 4), (6, 6))
    own = figure(connection, "quality.bulk", "township", OCTOBER, END, Scope.operator(TOWNSHIP))
    assert kn(own) == (4, 4)


NINE_TENTHS = "一二三四五六七八九"


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("路灯不亮,已报修。", "路灯不亮,已报修。", True),
        (" 路灯不亮,已报修。 ", "路灯不亮,已报修。", True),
        (NINE_TENTHS + "甲", NINE_TENTHS + "乙", False),  # 2 × 9 / 20 is 0.9, and not more
        (NINE_TENTHS + "十甲", NINE_TENTHS + "十乙", True),  # 20 / 22
        ("路灯不亮", "井盖缺失", False),
    ],
)
def test_notes_more_than_nine_tenths_alike_are_the_same(connection, first, second, alike):
    a_county(connection)
    person = a_person(connection)
    a_night_visit(connection, person, "2026-10-12", note=first)
    a_stay(connection, person, "2026-10-13", note=second)
    assert kn(figure(connection, "quality.same_text", "township", OCTOBER, END)) == (2 if alike else 0, 2)


def test_another_persons_words_another_month_and_blanks_are_no_copies(connection):
    a_county(connection)
    words = "走访三户,反映路灯不亮。"
    first, second = a_person(connection), a_person(connection)
    a_night_visit(connection, first, "2026-10-12", note=words)
    a_night_visit(connection, second, "2026-10-12", note=words)
    a_night_visit(connection, first, "2026-09-12", note=words)
    for blank in ("", "  ", None):
        a_night_visit(connection, first, "2026-10-13", note=blank)
    assert kn(figure(connection, "quality.same_text", "township", OCTOBER, END)) == (0, 2)


def test_a_note_copied_into_another_township_is_a_copy_also_for_who_sees_only_one(connection):
    a_land(connection)
    person = a_person(connection)
    for area in (VILLAGE, "149981102201"):
        a_night_visit(connection, person, "2026-10-12", area, note="走访三户,反映路灯不亮。")
    own = figure(connection, "quality.same_text", "township", OCTOBER, END, Scope.operator(TOWNSHIP))
    assert {code: kn(own, code) for code in own} == {TOWNSHIP: (1, 1)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(alphabet="甲乙丙", min_size=1, max_size=14), min_size=2, max_size=12, unique=True))
def test_likeness_is_the_longest_common_subsequence(texts):
    def common(one: str, other: str) -> int:
        lengths = [0] * (len(other) + 1)
        for sign in one:
            diagonal = 0
            for place, (above, against) in enumerate(zip(lengths[1:], other, strict=True), start=1):
                lengths[place], diagonal = (diagonal + 1 if sign == against else max(above, lengths[place - 1])), above
        return lengths[-1]

    expected = [any(10 * 2 * common(a, b) > 9 * (len(a) + len(b)) for b in texts if b is not a) for a in texts]
    assert near_identical(texts, 0.9).tolist() == expected


def test_hundreds_of_different_notes_of_one_person_are_still_compared():
    texts = [f"第{number}次走访{number * 7919 % 1000}户,记录要点{number * 104729}" for number in range(900)]
    assert near_identical([*texts, texts[500] + "。"], 0.9)[-1]


def test_a_person_in_two_places_on_one_night_is_one_conflict_in_each_unit(connection):
    a_land(connection)
    person = a_person(connection)
    for area in (TOWNSHIP, VILLAGE, OTHER_TOWNSHIP, OTHER_TOWNSHIP):
        a_stay(connection, person, "2026-10-12", area)
    a_stay(connection, person, "2026-10-13")
    a_stay(connection, person, "2026-10-13")
    rows = figure(connection, "quality.two_places", "township", OCTOBER, END)
    assert {code: row["k"] for code, row in rows.items()} == {TOWNSHIP: 1, OTHER_TOWNSHIP: 1}
    assert [row["status"] for row in rows.values()] == ["low", "low"]
    assert figure(connection, "quality.two_places", "county", OCTOBER, END)[COUNTY]["k"] == 1
    assert figure(connection, "quality.two_places", "person", OCTOBER, END)[f"p:{person}"]["k"] == 1


def test_no_conflict_is_at_target(connection):
    a_county(connection)
    row = figure(connection, "quality.two_places", "township", OCTOBER, END)[TOWNSHIP]
    assert (row["k"], row["n"], row["rank"], row["status"]) == (0, None, None, "ok")


def test_hours_since_the_newest_record(connection):
    a_land(connection)
    a_stay(connection, a_person(connection), "2026-10-29", recorded_at="2026-10-29 12:00:00")
    a_petition(connection, "2026-10-30 08:00:00", recorded_at="2026-10-30 18:00:00")
    a_petition(connection, "2026-10-30 08:00:00", recorded_at="2026-10-31 18:00:00", restricted=True)
    a_petition(connection, "2026-10-30 08:00:00", recorded_at="2026-11-01 00:00:00")
    a_slot(connection, "2026-11-02", recorded_at="2026-10-31 20:00:00")  # not yet held
    rows = figure(connection, "quality.stale", "township", OCTOBER, END)
    assert (rows[TOWNSHIP]["value"], rows[TOWNSHIP]["status"], rows[TOWNSHIP]["rank"]) == (30.0, "ok", 1)
    assert (rows[OTHER_TOWNSHIP]["value"], rows[OTHER_TOWNSHIP]["status"]) == (None, "none")
    assert figure(connection, "quality.stale", "county", OCTOBER, END)[COUNTY]["value"] == 30.0


@pytest.mark.parametrize(
    ("recorded", "value", "status"), [("2026-10-29", 72.0, "ok"), ("2026-10-28", 96.0, "low"), ("2026-10-01", 744.0, "low")]
)
def test_three_days_of_silence_are_enough(connection, recorded, value, status):
    a_county(connection)
    a_stay(connection, a_person(connection), "2026-10-01", recorded_at=f"{recorded} 00:00:00")
    row = figure(connection, "quality.stale", "township", OCTOBER, END)[TOWNSHIP]
    assert (row["value"], row["status"]) == (value, status)


@pytest.mark.parametrize(("slots", "listed"), [(29, 0), (30, 1)])
def test_full_marks_on_thirty_cases_are_a_unit_to_look_at(connection, slots, listed):
    a_county(connection)
    leader = an_appointment(connection, "village_chief", VILLAGE)
    for number in range(slots):
        a_slot(connection, f"2026-10-{1 + number % 28:02d}", leader, place="office" if number < 28 else "outreach")
    row = figure(connection, "quality.perfect", "township", OCTOBER, END)[TOWNSHIP]
    assert (row["k"], row["n"], row["rank"], row["status"]) == (listed, None, None, "none")
    found = perfect_figures(DatabaseSource(connection, EVERYTHING), Level.TOWNSHIP, Period.parse(OCTOBER), date(2026, 10, 31))
    assert found["id"].tolist() == ["reception.kept"] * listed


# --- the oracle ---------------------------------------------------------------------------------------------------


def quality_on_fingers(connection, period: Period, as_of: date) -> dict[str, dict[str, tuple[int, int]]]:
    """indicator → township → (k, n); two_places → (k, 0)."""
    last, known = min(period.last, as_of), {row.id for row in rows_of(connection, Person)}
    homes = {row.id: row.area_code for row in rows_of(connection, Household)}
    stays = [(s.person_id, s.area_code, s.night, s.recorded_at, s.note) for s in rows_of(connection, NightStay)]
    nightly = [(v.person_id, v.area_code, v.visited_on, v.recorded_at, v.note) for v in rows_of(connection, NightVisit)]
    homely = [(v.person_id, homes.get(v.household_id), v.visited_on, v.recorded_at, v.note) for v in rows_of(connection, CaptainVisit)]
    others = [(None, s.area_code, s.held_on, s.recorded_at, None) for s in rows_of(connection, NightSession)]
    others += [(None, s.area_code, s.day, s.recorded_at, None) for s in rows_of(connection, ReceptionSlot)]
    others += [(None, m.area_code, m.held_on, m.recorded_at, None) for m in rows_of(connection, CaptainMeeting)]

    def counts(row) -> bool:
        person, area, on, _, _ = row
        return period.first <= on <= last and (person is None or person in known) and (area or "").startswith(tuple(UNITS["township"]))

    stays, nightly, homely, others = ([row for row in rows if counts(row)] for rows in (stays, nightly, homely, others))
    visits, noted = nightly + homely, [row for row in stays + nightly + homely if row[4] and row[4].strip()]
    found: dict[str, dict[str, tuple[int, int]]] = {f"quality.{name}": {} for name in ("in_time", "bulk", "same_text", "two_places")}
    for unit in UNITS["township"]:
        every = [row for row in stays + nightly + homely + others if row[1].startswith(unit)]
        late = timedelta(days=4)
        in_time = sum(row[3] is not None and row[3] < datetime.combine(row[2], time()) + late for row in every)
        found["quality.in_time"][unit] = in_time, len(every)
        mine = [row for row in visits if row[1].startswith(unit)]
        bulk = 0
        for row in mine:
            times = sorted(other[3] for other in visits if other[0] == row[0])
            bulk += any(
                start <= row[3] <= start + timedelta(minutes=5) and sum(start <= at <= start + timedelta(minutes=5) for at in times) >= 10
                for start in times
            )
        found["quality.bulk"][unit] = bulk, len(mine)
        mine = [row for row in noted if row[1].startswith(unit)]
        copied = 0
        for row in mine:
            rest = [other for other in noted if other is not row and other[0] == row[0]]
            copied += any(SequenceMatcher(None, row[4].strip(), other[4].strip(), autojunk=False).ratio() > 0.9 for other in rest)
        found["quality.same_text"][unit] = copied, len(mine)
        nights = {(row[0], row[2]) for row in stays if row[1].startswith(unit)}
        places = {night: {row[1] for row in stays if (row[0], row[2]) == night} for night in nights}
        found["quality.two_places"][unit] = sum(len(areas) > 1 for areas in places.values()), 0
    return found


@pytest.mark.parametrize(
    ("seed", "period", "as_of"), [(41, "2026-10", "2026-11-21"), (42, "2026-10", "2026-10-17"), (43, "2026-Q4", "2026-11-21")]
)
def test_the_fast_counts_agree_with_fingers(connection, seed, period, as_of):
    a_world(connection, seed)
    chance = random.Random(seed)
    for person in [row.id for row in rows_of(connection, Person)][:4]:
        entered(connection, person, [chance.randrange(500) for _ in range(20)])
        for area in (TOWNSHIP, chance.choice([VILLAGE, OTHER_TOWNSHIP])):
            a_stay(connection, person, "2026-10-09", area)
    expected = quality_on_fingers(connection, Period.parse(period), date.fromisoformat(as_of))
    assert all(any(k for k, _ in units.values()) for units in expected.values())
    for name, units in expected.items():
        rows = figure(connection, name, "township", period, as_of)
        assert {code: (row["k"], row["n"] or 0) for code, row in rows.items()} == units, name


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(10, 10_000))
def test_rates_add_up_and_a_township_sees_only_itself(connection, seed):
    outer = connection.begin_nested()
    a_world(connection, seed, rows=30)
    for entry in (entry for entry in chosen(["quality.*"]) if entry.id != "quality.perfect"):
        townships = figure(connection, entry.id, "township", OCTOBER, "2026-11-21")
        own = figure(connection, entry.id, "township", OCTOBER, "2026-11-21", Scope.operator(TOWNSHIP))
        assert {code: row["value"] for code, row in own.items()} == {TOWNSHIP: townships[TOWNSHIP]["value"]}, entry.id
        assert figure(connection, entry.id, "township", OCTOBER, "2026-11-21", Scope()) == {}
        if entry.measure == "rate":
            county = kn(figure(connection, entry.id, "county", OCTOBER, "2026-11-21"), COUNTY)
            assert county == tuple(sum(row[part] for row in townships.values()) for part in ("k", "n")), entry.id
    outer.rollback()


def test_ranks_follow_values_and_ties_share_them(connection):
    a_world(connection, 7)
    rows = list(figure(connection, "quality.in_time", "township", OCTOBER, "2026-11-21").values())
    ranked = [row for row in rows if row["rank"] is not None]
    assert len(ranked) == 2
    assert all((a["value"] > b["value"]) == (a["rank"] < b["rank"]) for a, b in pairwise(ranked))

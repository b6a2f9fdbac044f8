"""三长: visits, meetings, cells, cards and training at their edges (R21–R26, R30), and against a slow oracle."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data_access.scope import Scope
from data_access.tables import Appointment, Area, CaptainMeeting, CaptainVisit, Household
from metrics.period import Period
from tests.builders import (
    CELL,
    COUNTY,
    EVERYTHING,
    GROUP,
    PATCH,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_county,
    a_household,
    a_leave,
    a_meeting,
    a_person,
    a_training,
    an_appointment,
    an_area,
    figure,
    kn,
)

END = "2026-12-31"
LEVELS = {"county": COUNTY, "township": TOWNSHIP, "village": VILLAGE, "patch": PATCH, "group": GROUP, "cell": CELL}


def a_cell_captain(connection, **values) -> int:
    return an_appointment(connection, "cell_captain", CELL, **values)


@pytest.mark.parametrize(
    ("visits", "visited"),
    [
        ([], 0),
        (["2026-09-30"], 0),
        (["2026-10-01"], 1),
        (["2026-10-31"], 1),
        (["2026-11-01"], 0),
        (["2026-10-05", "2026-10-06"], 1),  # more than asked for earns nothing
    ],
)
def test_a_key_household_is_visited_in_a_month_or_not(connection, visits, visited):
    a_county(connection)
    captain, household = a_cell_captain(connection), a_household(connection, "key")
    for day in visits:
        a_captain_visit(connection, captain, household, day)
    for level, code in LEVELS.items():
        assert kn(figure(connection, "captains.key_visits", level, "2026-10", END), code) == (visited, 1)
    assert kn(figure(connection, "captains.key_visits", "person", "2026-10", END), f"p:{captain}") == (visited, 1)


@pytest.mark.parametrize(
    ("since", "until", "due"),
    [("2026-10-31", None, 1), ("2026-11-01", None, 0), ("2026-01-01", "2026-10-30", 0), ("2026-01-01", "2026-10-31", 1)],
)
def test_households_are_those_on_the_books_on_the_months_last_day(connection, since, until, due):
    a_county(connection)
    a_household(connection, "key", since=since, valid_to=date.fromisoformat(until) if until else None)
    assert kn(figure(connection, "captains.key_visits", "cell", "2026-10", END), CELL) == (0, due)


def test_a_running_month_is_progress_and_looks_at_the_books_of_the_as_of_day(connection):
    a_county(connection)
    captain, household = a_cell_captain(connection), a_household(connection, "key")
    a_household(connection, "key", since="2026-10-20")
    a_captain_visit(connection, captain, household, "2026-10-05")
    a_captain_visit(connection, captain, household, "2026-10-25")
    row = figure(connection, "captains.key_visits", "township", "2026-10", "2026-10-10")[TOWNSHIP]
    assert (row["k"], row["n"], row["rank"], row["status"]) == (1, 1, None, "running")


def test_a_quarter_adds_its_complete_months_and_a_year_its_complete_quarters(connection):
    a_county(connection)
    captain, key, ordinary = a_cell_captain(connection), a_household(connection, "key"), a_household(connection)
    for household in (key, ordinary):
        for day in ("2026-01-15", "2026-10-15", "2026-11-15"):
            a_captain_visit(connection, captain, household, day)
    assert kn(figure(connection, "captains.key_visits", "county", "2026-Q4", "2026-11-21"), COUNTY) == (1, 1)
    assert kn(figure(connection, "captains.key_visits", "county", "2026", "2026-11-21"), COUNTY) == (2, 10)
    assert kn(figure(connection, "captains.ordinary_visits", "county", "2026", "2026-11-21"), COUNTY) == (1, 3)
    running = figure(connection, "captains.ordinary_visits", "county", "2026-Q4", "2026-11-21")[COUNTY]
    assert (running["k"], running["n"], running["status"]) == (1, 1, "running")
    assert kn(figure(connection, "captains.ordinary_visits", "county", "2026-02", "2026-11-21"), COUNTY) == (1, 1)


def test_any_captains_visit_counts_but_not_one_by_an_unknown_person_or_to_an_unknown_area(connection):
    a_county(connection)
    captain, household = a_cell_captain(connection), a_household(connection, "key")
    elsewhere = a_household(connection, "key", area="1499819990000000000")
    a_captain_visit(connection, 987654, household, "2026-10-05")
    a_captain_visit(connection, captain, elsewhere, "2026-10-05")
    a_captain_visit(connection, captain, 987654, "2026-10-05")
    assert kn(figure(connection, "captains.key_visits", "county", "2026-10", END), COUNTY) == (0, 1)
    a_captain_visit(connection, an_appointment(connection, "patch_captain", PATCH), household, "2026-10-06")
    assert kn(figure(connection, "captains.key_visits", "person", "2026-10", END), f"p:{captain}") == (1, 1)


def test_group_and_patch_captains_answer_for_the_cells_under_them(connection):
    a_county(connection)
    second, other = an_area(connection, GROUP + "002", "cell"), an_area(connection, PATCH + "02", "group")
    third = an_area(connection, other + "001", "cell")
    both = a_cell_captain(connection)
    an_appointment(connection, "cell_captain", second, person=both)
    an_appointment(connection, "group_captain", GROUP, person=both)  # own cells lie in the own group: once each
    patch = an_appointment(connection, "patch_captain", PATCH)
    for area in (CELL, second, third):
        a_captain_visit(connection, both, a_household(connection, "key", area=area), "2026-10-05")
        a_household(connection, "key", area=area)
    rows = figure(connection, "captains.key_visits", "person", "2026-10", END)
    assert kn(rows, f"p:{both}") == (2, 4)
    assert kn(rows, f"p:{patch}") == (3, 6)


def test_who_gave_the_post_up_is_not_listed_and_who_is_on_leave_is(connection):
    a_county(connection)
    a_household(connection, "key")
    gone = a_cell_captain(connection, valid_to=date(2026, 12, 30))
    away = a_cell_captain(connection)
    a_leave(connection, away, "2026-12-01", None)
    rows = figure(connection, "captains.key_visits", "person", "2026-10", END)
    assert set(rows) == {f"p:{away}"}
    assert f"p:{gone}" not in rows


@pytest.mark.parametrize(("households", "fits"), [(0, 0), (4, 0), (5, 1), (15, 1), (16, 0)])
def test_a_cell_holds_five_to_fifteen_households(connection, households, fits):
    a_county(connection)
    for _ in range(households):
        a_household(connection)
    a_household(connection, valid_to=date(2026, 10, 30))
    row = figure(connection, "captains.cell_size", "village", "2026-10", END)[VILLAGE]
    assert (row["k"], row["n"]) == (fits, 1)
    assert row["rank"] == 1  # every cell there is: no small sample


def test_a_household_is_covered_while_its_cell_has_a_captain_in_post(connection):
    a_county(connection)
    a_household(connection)
    a_household(connection, area=VILLAGE)  # no cell covers it yet
    assert kn(figure(connection, "captains.coverage", "village", "2026-10", END), VILLAGE) == (0, 2)
    captain = a_cell_captain(connection, valid_to=date(2026, 11, 30))
    an_appointment(connection, "cell_captain", VILLAGE)  # a captain of a village is no cell's captain
    assert kn(figure(connection, "captains.coverage", "village", "2026-10", END), VILLAGE) == (1, 2)
    assert kn(figure(connection, "captains.coverage", "village", "2026-12", END), VILLAGE) == (0, 2)
    a_leave(connection, captain, "2026-10-31", "2026-11-01")
    assert kn(figure(connection, "captains.coverage", "village", "2026-10", END), VILLAGE) == (0, 2)
    assert kn(figure(connection, "captains.coverage", "cell", "2026-10", "2026-10-30"), CELL) == (1, 1)


def test_meetings_of_a_quarter_are_due_by_cell_village_and_patch_and_count_once_a_slot(connection):
    a_county(connection)
    # 2026-Q3: thirteen weeks (Thursdays 2 July – 24 September).
    assert kn(figure(connection, "captains.meetings", "village", "2026-Q3", END), VILLAGE) == (0, 1 + 3 + 13 + 3)
    assert kn(figure(connection, "captains.meetings", "patch", "2026-Q3", END), PATCH) == (0, 1 + 13 + 3)
    for held in ("2026-07-06", "2026-07-08", "2026-07-13", "2026-06-29"):
        a_meeting(connection, "weekly", held, PATCH)
    a_meeting(connection, "weekly", "2026-07-20", VILLAGE)  # a village holds no 例会
    a_meeting(connection, "heart_talk", "2026-09-30", CELL)
    a_meeting(connection, "analysis", "2026-07-31", VILLAGE)
    a_meeting(connection, "monthly", "2026-08-01", PATCH)
    a_meeting(connection, "captains", "2026-08-01", PATCH)  # 三长碰头会 is not among those due
    assert kn(figure(connection, "captains.meetings", "village", "2026-Q3", END), VILLAGE) == (6, 20)
    assert kn(figure(connection, "captains.meetings", "cell", "2026-Q3", END), CELL) == (1, 1)
    patch = an_appointment(connection, "patch_captain", PATCH)
    assert kn(figure(connection, "captains.meetings", "person", "2026-Q3", END), f"p:{patch}") == (5, 17)


def test_a_months_meetings_leave_the_quarterly_talk_out(connection):
    a_county(connection)
    a_meeting(connection, "heart_talk", "2026-09-30", CELL)
    # September's Thursdays: 3, 10, 17, 24.
    assert kn(figure(connection, "captains.meetings", "village", "2026-09", END), VILLAGE) == (0, 1 + 4 + 1)
    row = figure(connection, "captains.meetings", "village", "2026-09", "2026-09-20")[VILLAGE]
    assert (row["n"], row["status"], row["rank"]) == (1 + 3 + 1, "running", None)
    complete = figure(connection, "captains.meetings", "village", "2026-09", "2026-09-30")[VILLAGE]
    assert complete["status"] == "low"


def test_certificates_and_cards_are_counted_together(connection):
    a_county(connection)
    a_cell_captain(connection, certificate_on=date(2026, 10, 31))
    a_cell_captain(connection, certificate_on=date(2026, 11, 1))
    a_household(connection, card_on=date(2026, 3, 1))
    a_household(connection)
    an_appointment(connection, "group_captain", GROUP)  # 代表证 is the 邻长's
    assert kn(figure(connection, "captains.cards", "village", "2026-10", END), VILLAGE) == (2, 4)


def test_training_counts_from_january_by_appointment(connection):
    a_county(connection)
    trained, untrained = a_cell_captain(connection), an_appointment(connection, "patch_captain", PATCH)
    a_training(connection, trained, "2026-01-01")
    a_training(connection, trained, "2026-03-01")
    a_training(connection, untrained, "2025-12-31")
    a_training(connection, untrained, "2026-11-01")
    assert kn(figure(connection, "captains.training", "township", "2026-10", END)) == (1, 2)
    assert kn(figure(connection, "captains.training", "township", "2026", END)) == (2, 2)


def test_pseudo_units_count_in_no_figure_of_any_level(connection):
    a_county(connection)
    for code, level in (("149981400", "township"), ("149981400201", "village"), ("14998140020101", "patch")):
        an_area(connection, code, level, ranked=level != "township")
    an_area(connection, "1499814002010101", "group")
    cell = an_area(connection, "1499814002010101001", "cell")
    a_household(connection, "key", area=cell)
    captain = an_appointment(connection, "cell_captain", cell)
    for name in ("key_visits", "cell_size", "coverage", "meetings", "cards", "training"):
        rows = figure(connection, f"captains.{name}", "village", "2026-Q3", END)
        assert set(rows) == {VILLAGE}
        assert kn(figure(connection, f"captains.{name}", "county", "2026-Q3", END), COUNTY) == kn(rows, VILLAGE)
    assert f"p:{captain}" not in figure(connection, "captains.key_visits", "person", "2026-Q3", END)


# --- a random small county, and the slow way of counting it ------------------------------------------------------------


def a_random_county(connection, seed: int) -> random.Random:
    chance = random.Random(seed)
    a_county(connection)
    cells = [CELL]
    for township in range(2):
        code = an_area(connection, f"14998120{township}", "township")
        village = an_area(connection, code + "201", "village")
        patch = an_area(connection, village + "01", "patch")
        group = an_area(connection, patch + "01", "group")
        for cell in range(2):
            ends = date(2026, 8, 31) if chance.random() < 0.2 else None
            cells.append(an_area(connection, f"{group}{cell + 1:03d}", "cell", valid_to=ends))
    people = [an_appointment(connection, "cell_captain", cell) for cell in cells] + [a_person(connection), 987654]
    for _ in range(25):
        area = chance.choice([*cells, cells[-1][:12], "1499819990000000000"])
        since = date(2026, 1, 1) + timedelta(chance.randrange(300))
        until = since + timedelta(chance.randrange(200)) if chance.random() < 0.4 else None
        household = a_household(connection, chance.choice(["key", "ordinary"]), area, str(since), valid_to=until)
        for _ in range(chance.randrange(7)):
            visited = date(2026, 1, 1) + timedelta(chance.randrange(364))
            a_captain_visit(connection, chance.choice(people), household, str(visited))
    for kind in ("heart_talk", "analysis", "weekly", "monthly") * 12:
        units = cells if kind == "heart_talk" else [cell[: 12 if kind == "analysis" else 14] for cell in cells]
        a_meeting(connection, kind, str(date(2026, 1, 1) + timedelta(chance.randrange(364))), chance.choice(units))
    return chance


def visits_on_fingers(connection, code: str, kind: str, parts: list[Period], as_of: date) -> tuple[int, int]:
    """Household by household, month by month: is it on the books on the last day, and did a captain call?"""
    known = set(connection.scalars(select(Area.code)))
    households = connection.execute(
        select(Household.id, Household.area_code, Household.kind, Household.valid_from, Household.valid_to)
    ).all()
    visits = connection.execute(select(CaptainVisit.household_id, CaptainVisit.person_id, CaptainVisit.visited_on)).all()
    captains = set(connection.scalars(select(Appointment.person_id)))
    k = n = 0
    for household, area, of_kind, since, until in households:
        for part in parts:
            last = min(part.last, as_of)
            if of_kind == kind and area in known and area.startswith(code) and since <= last and (until is None or until >= last):
                n += 1
                k += any(h == household and p in captains and part.first <= d <= last for h, p, d in visits)
    return k, n


def meetings_on_fingers(connection, code: str, period: Period, as_of: date, weeks) -> tuple[int, int]:
    """Unit by unit, slot by slot, of a period that is over."""
    areas = connection.execute(select(Area.code, Area.level, Area.valid_to)).all()
    held = connection.execute(select(CaptainMeeting.kind, CaptainMeeting.area_code, CaptainMeeting.held_on)).all()
    months = [(m.first, m.last) for m in period.months()]
    due = {
        ("cell", "heart_talk"): [(q.first, q.last) for q in period.quarters()],
        ("village", "analysis"): months,
        ("patch", "weekly"): [(week.monday, week.sunday) for week in weeks],
        ("patch", "monthly"): months,
    }
    k = n = 0
    for (level, kind), slots in due.items():
        for area, of_level, until in areas:
            if of_level == level and area.startswith(code):
                for first, last in slots:
                    if until is None or until >= last:
                        n += 1
                        k += any(mk == kind and ma == area and first <= d <= last for mk, ma, d in held)
    return k, n


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fast_counts_agree_with_fingers(connection, seed):
    from reports.source import DatabaseSource

    a_random_county(connection, seed)
    as_of = date(2026, 12, 31)
    workdays = DatabaseSource(connection, EVERYTHING).workdays()
    seen = 0
    for text in ("2026-09", "2026-Q3", "2026"):
        period = Period.parse(text)
        for level in LEVELS:
            rows = figure(connection, "captains.key_visits", level, text, END)
            quarterly = figure(connection, "captains.ordinary_visits", level, text, END)
            for code in rows | quarterly:  # a unit that ended has a row in what still counts it
                for shown, kind, parts in ((rows, "key", period.months()), (quarterly, "ordinary", period.quarters())):
                    assert (kn(shown, code) if code in shown else (0, 0)) == visits_on_fingers(connection, code, kind, parts, as_of)
                    seen += shown[code]["k"] if code in shown else 0
            if text != "2026-09":
                held = figure(connection, "captains.meetings", level, text, END)
                weeks = workdays.weeks(period.first, period.last, as_of, 3)
                for code in held:
                    k, n = meetings_on_fingers(connection, code, period, as_of, weeks)
                    assert kn(held, code) == (k, n)
    assert seen > 0


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), period=st.sampled_from(["2026-05", "2026-Q2", "2026"]))
def test_a_parent_is_the_sum_of_its_units_and_a_scope_sees_its_own_part(migrated, seed, period):
    with migrated.connect() as connection:
        a_random_county(connection, seed)
        for name in ("key_visits", "ordinary_visits", "meetings", "coverage", "cards", "training", "cell_size"):
            townships = figure(connection, f"captains.{name}", "township", period, END)
            villages = figure(connection, f"captains.{name}", "village", period, END)
            county = kn(figure(connection, f"captains.{name}", "county", period, END), COUNTY)
            assert county == tuple(map(sum, zip(*(kn(townships, code) for code in townships), strict=True)))
            assert county == tuple(map(sum, zip(*(kn(villages, code) for code in villages), strict=True)))
            narrowed = figure(connection, f"captains.{name}", "township", period, END, Scope.operator(TOWNSHIP))
            assert {code: kn(narrowed, code) for code in narrowed} == {TOWNSHIP: kn(townships)}
        assert figure(connection, "captains.coverage", "township", period, END, Scope()) == {}
        connection.rollback()

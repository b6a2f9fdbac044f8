"""年度评选 from the database: who is a candidate, what counts for whom, the awkward rows, and a year counted on fingers."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from data_access.tables import Appointment, CaptainMeeting, CaptainVisit, Household, Petition, PetitionRating, SurveyResponse
from metrics.period import Period
from metrics.selection.snapshot import digest, recomputed, snapshot_text, verified
from metrics.vocabulary import Role
from reports.selection import configured_rules, records, rows_under, selection_of
from reports.source import DatabaseSource
from tests.builders import (
    CELL,
    EVERYTHING,
    GROUP,
    PATCH,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_county,
    a_household,
    a_leave,
    a_mark,
    a_meeting,
    a_petition,
    a_rating,
    a_survey_answer,
    an_appointment,
    an_area,
    an_event,
    figure,
    kn,
)

END = date(2026, 12, 31)


def made(connection, role: str = "cell_captain", as_of: date = END, year: int = 2026):
    return selection_of(DatabaseSource(connection, EVERYTHING), year, Role(role), as_of)


def term(selection, person: int, item: str) -> tuple[int, int]:
    rows = selection.terms.set_index(["person_id", "item"])
    return tuple(rows.loc[(person, item), ["k", "n"]])


def row(selection, person: int) -> dict:
    return selection.rows.set_index("person_id").loc[person].to_dict()


def a_cell_captain(connection, area: str = CELL, **values) -> int:
    return an_appointment(connection, "cell_captain", area, **values)


def test_candidates_hold_the_role_on_as_of_and_leave_does_not_matter(connection):
    a_county(connection)
    captain, gone = a_cell_captain(connection), a_cell_captain(connection, valid_to=date(2026, 12, 30))
    away = a_cell_captain(connection)
    a_leave(connection, away, "2026-12-01", None)
    an_appointment(connection, "cell_captain", VILLAGE)  # leads no cell
    an_appointment(connection, "cell_captain", CELL, person=987654)  # nobody known
    assert set(made(connection).rows["person_id"]) == {captain, away}
    assert gone in set(made(connection, as_of=date(2026, 12, 30)).rows["person_id"])


def test_an_empty_county_has_an_empty_ranking(connection):
    a_county(connection)
    selection = made(connection)
    assert selection.rows.empty
    assert selection.seats == {}
    assert records(selection) == []


def test_work_items_are_those_of_the_indicators(connection):
    a_county(connection)
    captain, key, ordinary = a_cell_captain(connection), a_household(connection, "key"), a_household(connection)
    for day in ("2026-02-03", "2026-02-04", "2026-05-06"):
        a_captain_visit(connection, captain, key, day, recorded_at=datetime.fromisoformat(f"{day}T20:00:00"))
    a_captain_visit(connection, captain, ordinary, "2026-09-30", recorded_at=datetime(2026, 10, 4))
    a_meeting(connection, "heart_talk", "2026-03-31", CELL, convener_id=captain, recorded_at=datetime(2026, 4, 3, 23, 59, 59))
    selection, person = made(connection), f"p:{captain}"
    assert (
        term(selection, captain, "key_visits")
        == kn(figure(connection, "captains.key_visits", "person", "2026", str(END)), person)
        == (2, 12)
    )
    assert term(selection, captain, "ordinary_visits") == (1, 4)
    assert term(selection, captain, "heart_talks") == (1, 4)
    assert term(selection, captain, "in_time") == (4, 5)  # the visit of 30 September was entered a second too late


def test_a_captain_with_two_cells_answers_for_both_once(connection):
    a_county(connection)
    second = an_area(connection, GROUP + "002", "cell")
    captain = a_cell_captain(connection)
    an_appointment(connection, "cell_captain", second, person=captain)
    an_appointment(connection, "cell_captain", CELL, person=captain)  # the same post entered twice
    for area in (CELL, second):
        a_household(connection, "key", area)
    selection = made(connection)
    assert term(selection, captain, "key_visits") == (0, 24)
    assert row(selection, captain)["units"] == 2
    assert row(selection, captain)["households"] == 2
    assert sum(selection.captains.values()) == 1


def test_a_captain_that_changed_cell_in_june_answers_for_each_cell_in_its_months(connection):
    a_county(connection)
    second = an_area(connection, GROUP + "002", "cell")
    captain = a_cell_captain(connection, valid_to=date(2026, 6, 14))
    an_appointment(connection, "cell_captain", second, person=captain, since="2026-06-15")
    a_household(connection, "key")
    for _ in range(2):
        a_household(connection, "key", second)
    selection = made(connection)
    assert term(selection, captain, "key_visits") == (0, 5 * 1 + 7 * 2)
    assert term(selection, captain, "heart_talks") == (0, 4)
    assert (row(selection, captain)["moved"], row(selection, captain)["days"]) == (True, 365)


def test_a_cell_with_none_to_visit_spreads_the_points_and_fails_the_survey_gate(connection):
    a_county(connection)
    captain = a_cell_captain(connection)
    a_meeting(connection, "heart_talk", "2026-03-31", CELL)
    selection = made(connection)
    assert term(selection, captain, "key_visits") == (0, 0)
    assert row(selection, captain)["work"] == pytest.approx(50 / 4)  # all fifty points lie on the one item there is
    assert row(selection, captain)["gate"].startswith("样本不足:测评0户")


def test_ratings_without_a_handler_are_nobodys_and_counted_apart(connection):
    a_county(connection)
    captain = a_cell_captain(connection)
    own, nobodys = a_petition(connection, "2026-03-02", handler_id=captain), a_petition(connection, "2026-03-02")
    hidden = a_petition(connection, "2026-03-02", handler_id=captain, restricted=True)
    for petition in (own, nobodys, hidden):
        a_rating(connection, petition, "2026-04-01", 5)
    a_rating(connection, own, "2026-04-02", 4, independent=True)
    a_rating(connection, own, "2026-04-02", 9)
    a_rating(connection, own, "2025-12-31 23:59:59", 1)
    a_rating(connection, own, "2027-01-01", 1)
    assert term(made(connection), captain, "ratings") == (9, 2)
    strays = DatabaseSource(connection, EVERYTHING).selection_facts(2026, Role.CELL_CAPTAIN, END)["strays"]
    assert strays.iloc[0].to_dict() == {"ratings_without_handler": 1, "petitions_without_handler": 1}


def test_survey_answers_from_outside_the_cell_enter_no_score_and_no_gate(connection):
    a_county(connection)
    second = an_area(connection, GROUP + "002", "cell")
    captain = a_cell_captain(connection)
    own = [a_household(connection) for _ in range(6)]
    for household in own[:2]:
        a_survey_answer(connection, captain, 5, household_id=household, answered_on="2026-12-01")
    a_survey_answer(connection, captain, 4, household_id=own[0])  # the same household again: an answer, not another household
    a_survey_answer(connection, captain, 1, household_id=a_household(connection, area=second))
    a_survey_answer(connection, captain, 1, household_id=None)
    a_survey_answer(connection, captain, 1, household_id=own[3], year=2025)
    a_survey_answer(connection, captain, 1, household_id=own[4], answered_on="2027-01-02")
    selection = made(connection)
    assert term(selection, captain, "survey") == (14, 3)
    assert row(selection, captain)["gate"] == "样本不足:测评2户,需3户"
    a_survey_answer(connection, captain, 5, household_id=own[5])
    assert row(made(connection), captain)["gate"] == "ok"


def test_a_year_that_has_not_ended_counts_its_complete_months_and_quarters(connection):
    a_county(connection)
    captain = a_cell_captain(connection)
    a_household(connection, "key")
    selection = made(connection, as_of=date(2026, 11, 21))
    assert not selection.complete
    assert (term(selection, captain, "key_visits"), term(selection, captain, "heart_talks")) == ((0, 10), (0, 3))
    with pytest.raises(ValueError, match="尚未开始"):
        made(connection, as_of=date(2025, 12, 31))


@pytest.mark.parametrize(
    ("ended", "outcome", "expected"),
    [
        ("2026-10-13 23:59:59", "resolved", (1, 1)),  # opened Friday the 9th; working days 10 (调休), 12, 13
        ("2026-10-14 00:00:00", "resolved", (0, 1)),
        (None, None, (0, 1)),
        ("2026-10-12 08:00:00", "withdrawn", (0, 0)),
    ],
)
def test_small_matters_are_kept_by_their_deadline(connection, ended, outcome, expected):
    a_county(connection)
    captain = a_cell_captain(connection)
    values = {"ended": datetime.fromisoformat(ended), "outcome": outcome} if ended else {}
    a_petition(connection, "2026-10-09 09:00:00", handler_id=captain, **values)
    a_petition(connection, "2026-10-09 09:00:00", handler_id=captain, size="big")
    assert term(made(connection), captain, "small_on_time") == expected


@pytest.mark.parametrize(("escalated", "kept"), [("2026-10-30 10:00:00", 1), ("2026-11-02 00:00:00", 0), (None, 0)])
def test_a_hard_matter_is_kept_by_resolving_or_escalating_it_in_time(connection, escalated, kept):
    a_county(connection)
    captain = an_appointment(connection, "patch_captain", PATCH)
    petition = a_petition(connection, "2026-10-08", handler_id=captain, size="hard", due=datetime(2026, 11, 1, 23, 59, 59))
    a_petition(connection, "2026-12-30", handler_id=captain, size="hard", due=datetime(2027, 1, 5))  # not due this year
    if escalated:
        an_event(connection, petition, escalated, "escalate")
    assert term(made(connection, "patch_captain"), captain, "hard_resolved") == (kept, 1)


def test_a_patch_captains_meetings_are_the_patchs_own(connection):
    a_county(connection)
    captain = an_appointment(connection, "patch_captain", PATCH)
    a_meeting(connection, "weekly", "2026-10-14", PATCH)
    a_meeting(connection, "weekly", "2026-10-15", PATCH)
    a_meeting(connection, "monthly", "2026-10-15", PATCH)
    a_meeting(connection, "heart_talk", "2026-10-15", CELL)
    workdays = DatabaseSource(connection, EVERYTHING).workdays()
    weeks = workdays.weeks(date(2026, 1, 1), END, END, 3)
    assert term(made(connection, "patch_captain"), captain, "meetings") == (2, 12 + len(weeks))


def test_marks_count_for_their_year_once_decided_and_the_bonus_only_with_evidence(connection):
    a_county(connection)
    captain, other = a_cell_captain(connection), a_cell_captain(connection)
    a_mark(connection, captain, "bonus", points=2, evidence="县级表扬", decided_on="2026-05-01")
    a_mark(connection, captain, "bonus", points=2, evidence=" ", decided_on="2026-05-01")
    a_mark(connection, captain, "bonus", points=2, evidence="下年", decided_on="2027-01-01")
    a_mark(connection, captain, "bonus", year=2025, points=2, evidence="去年", decided_on="2025-05-01")
    a_mark(connection, other, "veto", reason="造假", decided_on="2026-12-31")
    selection = made(connection)
    assert row(selection, captain)["bonus"] == 2
    assert row(selection, other)["gate"].startswith("一票否决:造假")
    assert not row(made(connection, as_of=date(2026, 12, 30)), other)["gate"].startswith("一票否决")


# --- a county of some captains ---------------------------------------------------------------------------------------------


def a_year_in_a_county(connection, seed: int) -> dict[str, list[int]]:
    chance = random.Random(seed)
    a_county(connection)
    cells = [(CELL, TOWNSHIP)]
    for number in range(3):
        township = an_area(connection, f"14998130{number}", "township", f"乡{number}")
        patch = an_area(connection, an_area(connection, township + "201", "village") + "01", "patch")
        group = an_area(connection, patch + "01", "group")
        cells += [(an_area(connection, f"{group}{cell:03d}", "cell"), township) for cell in range(1, 4)]
    people = {"cell_captain": [], "group_captain": [], "patch_captain": []}
    for cell, _ in cells:
        people["cell_captain"].append(a_cell_captain(connection, cell, since=chance.choice(["2025-01-01", "2026-03-20"])))
    for group in sorted({cell[:16] for cell, _ in cells}):
        people["group_captain"].append(an_appointment(connection, "group_captain", group))
        people["patch_captain"].append(an_appointment(connection, "patch_captain", group[:14]))
    everyone = [person for group in people.values() for person in group]
    for (cell, _), captain in zip(cells, people["cell_captain"], strict=True):
        for _ in range(6):
            household = a_household(connection, chance.choice(["key", "ordinary"]), cell)
            if chance.random() < 0.8:
                a_survey_answer(connection, captain, chance.randint(3, 5), household_id=household)
            for _ in range(chance.randrange(9)):
                day = date(2026, 1, 1) + timedelta(chance.randrange(365))
                entered = datetime.combine(day, time(9)) + timedelta(days=chance.choice([0, 2, 5]))
                a_captain_visit(connection, chance.choice([captain, chance.choice(everyone)]), household, str(day), recorded_at=entered)
    for person in everyone:
        for size in ("small", "big", "hard") * 2:
            opened = datetime(2026, 1, 1) + timedelta(hours=chance.randrange(8000))
            took = chance.choice([timedelta(hours=5), timedelta(days=9), timedelta(days=40), None])
            ended = {"ended": opened + took} if took else {}
            accepted = {"accepted": opened + timedelta(hours=chance.randrange(60))}
            petition = a_petition(connection, opened, size=size, handler_id=person, dispatched=opened, **accepted, **ended)
            if took and chance.random() < 0.7:
                a_rating(connection, petition, opened + took, chance.randint(2, 5))
    return people


def key_visits_on_fingers(connection, person: int, prefix: int) -> tuple[int, int]:
    posts = connection.execute(select(Appointment.area_code, Appointment.valid_from).where(Appointment.person_id == person)).all()
    homes = connection.execute(select(Household.id, Household.area_code).where(Household.kind == "key")).all()
    made = select(CaptainVisit.household_id, CaptainVisit.visited_on).join(
        Appointment, (Appointment.person_id == CaptainVisit.person_id) & (Appointment.valid_from <= CaptainVisit.visited_on)
    )
    visits = connection.execute(made).all()
    k = n = 0
    for month in Period.parse("2026").months():
        for unit, since in posts:
            for home, cell in homes:
                if since <= month.last and cell[:prefix] == unit:
                    n += 1
                    k += any(h == home and month.first <= day <= month.last for h, day in visits)
    return k, n


def in_time_on_fingers(connection, person: int) -> tuple[int, int]:
    rows = connection.execute(select(CaptainVisit.visited_on, CaptainVisit.recorded_at).where(CaptainVisit.person_id == person)).all()
    rows += connection.execute(select(CaptainMeeting.held_on, CaptainMeeting.recorded_at).where(CaptainMeeting.convener_id == person)).all()
    late = [at - datetime.combine(day, time()) >= timedelta(days=1, hours=72) for day, at in rows]
    return len(rows) - sum(late), len(rows)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_fast_ranking_agrees_with_fingers(connection, seed):
    people = a_year_in_a_county(connection, seed)
    cells = made(connection)
    stars = connection.execute(
        select(Petition.handler_id, PetitionRating.stars).join(PetitionRating, PetitionRating.petition_id == Petition.id)
    ).all()
    pool = [value for handler, value in stars if handler in people["cell_captain"]]
    answers = connection.execute(select(SurveyResponse.person_id, SurveyResponse.score)).all()
    for person in people["cell_captain"]:
        assert term(cells, person, "key_visits") == key_visits_on_fingers(connection, person, 19)
        assert term(cells, person, "in_time") == in_time_on_fingers(connection, person)
        own = [value for handler, value in stars if handler == person]
        assert row(cells, person)["ratings"] == pytest.approx(30 * ((10 * sum(pool) / len(pool) + sum(own)) / (10 + len(own)) - 1) / 4)
        said = [score for judged, score in answers if judged == person]
        mean = sum(score for _, score in answers) / len(answers)
        assert row(cells, person)["survey"] == pytest.approx(20 * ((5 * mean + sum(said)) / (5 + len(said)) - 1) / 4)
    for role, length in (("group_captain", 16), ("patch_captain", 14)):
        selection = made(connection, role)
        for person in people[role]:
            k, n = key_visits_on_fingers(connection, person, length)
            assert term(selection, person, "visits")[0] >= k
            assert term(selection, person, "visits")[1] > n
    accepted = figure(connection, "petitions.accept_on_time", "person", "2026", str(END))
    groups = made(connection, "group_captain")
    for person in people["group_captain"]:
        assert term(groups, person, "accept_on_time") == kn(accepted, f"p:{person}")


def test_seats_ranks_and_rows_hang_together(connection):
    a_year_in_a_county(connection, 5)
    selection = made(connection)
    ranked = selection.rows[selection.rows["rank"].notna()]
    assert list(ranked["rank"]) == sorted(ranked["rank"])
    assert ranked["score"].is_monotonic_decreasing
    assert set(selection.seats.values()) == {1}
    assert selection.rows["in_quota"].sum() <= 4
    assert selection.rows.loc[selection.rows["rank"].isna(), ["in_quota"]].sum().item() == 0
    narrowed = rows_under(selection, "149981300")
    assert 0 < len(narrowed) < len(selection.rows)
    assert set(narrowed["rank"].dropna()) <= set(ranked["rank"])
    for record in records(selection):
        assert sum(entry["points"] for entry in record["terms"]) == pytest.approx(record["score"], abs=2e-3)


def test_a_frozen_selection_survives_later_changes_and_a_touched_snapshot_is_found_out(connection):
    a_year_in_a_county(connection, 6)
    source = DatabaseSource(connection, EVERYTHING)
    rules = configured_rules(source.rules, 2026, Role.CELL_CAPTAIN, END)
    text = snapshot_text(source.selection_facts(2026, Role.CELL_CAPTAIN, END), rules, 2026, END)
    before = made(connection)
    recorded = digest(text, before)
    for household in connection.scalars(select(Household.id)):
        a_captain_visit(connection, int(before.rows["person_id"].iloc[0]), household, "2026-06-06")
    assert digest(text, recomputed(text)) == recorded
    assert records(recomputed(text)) == records(before)
    assert records(made(connection)) != records(before)
    changed = json.loads(text)
    changed["rules"]["items"]["key_visits"] = 14
    assert not verified(json.dumps(changed), recorded)
    with pytest.raises(ValueError, match="不是评选快照"):
        recomputed("{}")

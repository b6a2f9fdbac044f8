"""What fewer than five citizens have said about one person: told to who may see names, to nobody else, not on a page and not in a file."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import Connection

from data_access.petition_lists import Asked, case_ratings, list_handlers, petition_count, petition_list, petition_neighbours
from data_access.petition_misses import ANSWERED
from metrics.definition import Span
from metrics.period import Period
from metrics.petition_case import known
from metrics.registry import REGISTRY
from metrics.selection.rules import ITEM_NAMES
from metrics.vocabulary import Level, Status
from reports.frames import indicator_frame, question
from reports.source import DatabaseSource
from reports.source import window as window_of
from reports.tables import Table, verdict_of
from reports.views import captain as one
from reports.views import captain_records, petition_case, score_sheet
from tests.builders import CELL, EVERYTHING, a_county, a_petition, a_rating, an_appointment, day
from tests.test_views_captains import OCTOBER, YEAR, a_captain, a_year
from tests.test_views_selection import NAMES, a_ranking, the_candidate

NO_NAMES = replace(EVERYTHING, may_see_names=False)
NOVEMBER = Period.parse("2026-11")
FEW, ENOUGH = 4, 5


def rated(connection: Connection, handler: int, ratings: int) -> None:
    for number in range(ratings):
        petition = a_petition(connection, "2026-10-08 09:00", number=f"{handler}-{number}", handler_id=handler)
        a_rating(connection, petition, "2026-10-10 09:00", 2 if number == 0 else 5)


def by_person(connection: Connection, scope: Any) -> dict[str, dict[str, Any]]:
    entry = REGISTRY["satisfaction.rated"]
    frame = indicator_frame(DatabaseSource(connection, scope), entry, Level.PERSON, Period.parse("2026-10"), day("2026-10-31"))
    return {row["code"]: row for row in frame.to_dict("records")}


def test_a_rate_of_one_person_rests_on_five_answers_or_is_not_told_without_names(connection: Connection) -> None:
    a_county(connection)
    few, enough = (an_appointment(connection, "cell_captain", CELL) for _ in range(2))
    rated(connection, few, FEW)
    rated(connection, enough, ENOUGH)
    whole, masked = by_person(connection, EVERYTHING), by_person(connection, NO_NAMES)
    assert (whole[f"p:{few}"]["k"], whole[f"p:{few}"]["n"]) == (3, FEW)
    told = masked[f"p:{few}"]
    assert (pd.isna(told["k"]), told["n"], pd.isna(told["value"]), told["status"]) == (True, FEW, True, Status.THIN)
    assert str(verdict_of(told)) == "不足5件"
    assert (masked[f"p:{enough}"]["k"], masked[f"p:{enough}"]["n"], masked[f"p:{enough}"]["value"]) == (4, ENOUGH, pytest.approx(0.8))
    assert by_township(connection, NO_NAMES) == by_township(connection, EVERYTHING), "an area's figure names nobody"


def by_township(connection: Connection, scope: Any) -> str:
    return by_unit(connection, scope, Level.TOWNSHIP).to_string()


def by_unit(connection: Connection, scope: Any, level: Level) -> pd.DataFrame:
    entry, october = REGISTRY["satisfaction.rated"], Period.parse("2026-10")
    return indicator_frame(DatabaseSource(connection, scope), entry, level, october, day("2026-10-31"))


@pytest.mark.parametrize("level", [Level.PATCH, Level.GROUP, Level.CELL])
def test_a_unit_that_one_captain_leads_is_as_its_captain(connection: Connection, level: Level) -> None:
    a_county(connection)
    handler = an_appointment(connection, "cell_captain", CELL)
    a_rating(connection, a_petition(connection, "2026-10-08 09:00", area=CELL, handler_id=handler), "2026-10-10 09:00", 2)
    (whole,), (masked,) = (by_unit(connection, scope, level).query("n > 0").to_dict("records") for scope in (EVERYTHING, NO_NAMES))
    assert (whole["k"], whole["n"]) == (0, 1)
    assert (pd.isna(masked["k"]), pd.isna(masked["value"]), masked["n"]) == (True, True, 1)


def a_year_of(ratings: int, answers: tuple[int, int, int], masked: bool) -> Any:
    rows = [{"rated_at": datetime(2026, 11, 6), "stars": 2, "independent": 0, "number": f"K-{number}"} for number in range(ratings)]
    return a_year(ratings=pd.DataFrame(rows), answers=answers, masked=masked)


def told(*tables: Table) -> str:
    return " ".join(cell for table in tables for line in table.texts() for cell in line)


@pytest.mark.parametrize("standing", ANSWERED)
def test_no_list_of_cases_says_without_names_what_was_answered_about_one_person(connection: Connection, standing: str) -> None:
    """By the address of a list narrowed to who handles its cases, by who is offered to narrow it to, and on a case itself."""
    a_county(connection)
    handler = an_appointment(connection, "cell_captain", CELL)
    case = a_petition(connection, "2026-10-08 09:00", number="P-1", handler_id=handler)
    a_rating(connection, case, "2026-10-10 09:00", 1, independent=standing == "unhappy_callback")
    window = window_of(
        question(DatabaseSource(connection, EVERYTHING), Level.COUNTY, Period.parse("2026-10"), day("2026-10-31")), Span.PERIOD
    )
    for asked in (Asked(standing=standing), Asked(standing=standing, handler_id=handler), Asked(standing=standing, words="P-1")):
        told = [
            (
                petition_count(scope, connection, window, asked),
                len(petition_list(scope, connection, window, asked)),
                len(list_handlers(scope, connection, window, asked, 9)),
                petition_neighbours(scope, connection, window, asked, "P-1") is not None,
            )
            for scope in (EVERYTHING, NO_NAMES)
        ]
        assert told == [(1, 1, 1, True), (0, 0, 0, False)]
    (rating,) = case_ratings(NO_NAMES, connection, case).to_dict("records")
    assert known(rating["stars"]) is None
    assert rating["method"] == case_ratings(EVERYTHING, connection, case)["method"].iloc[0], "that somebody has answered is told"
    assert "星" not in petition_case._stars(case_ratings(NO_NAMES, connection, case))
    assert "1 星" in petition_case._stars(case_ratings(EVERYTHING, connection, case))


def test_a_captains_page_and_its_files_tell_no_sum_of_few_answers_without_names() -> None:
    few, whole = a_year_of(FEW, (FEW, 9, 0), masked=True), a_year_of(FEW, (FEW, 9, 0), masked=False)
    assert "评价 4条(不足5条,不列合计)" in one.scored(few).remark.replace("群众评单", "评价")
    assert "4份(不足5份,不列合计)" in one.scored(few).remark
    assert "4条共8星" in one.scored(whole).remark
    assert "4份共9分" in one.scored(whole).remark
    assert one.month_heading(few, NOVEMBER).remark.count("收到评价 4条") == 1
    assert "共8星" not in one.month_heading(few, NOVEMBER).remark
    for year, seen in ((few, {None}), (whole, {8})):
        frame = one.month_table(a_captain(), year, OCTOBER, YEAR).frame
        assert set(frame.loc[frame["ratings"].notna(), "stars"]) == seen
        listed = captain_records.rating_table(a_captain(), year, NOVEMBER)
        assert set(listed.frame["stars"]) == ({None} if year is few else {2})
        assert len(listed.frame) == FEW
        assert ("共 8 星" in listed.remark) == (year is whole)


def test_the_year_is_told_from_five_on_and_no_month_from_which_it_could_be_taken() -> None:
    year = a_year_of(ENOUGH, (ENOUGH, 9, 0), masked=True)
    frame = one.month_table(a_captain(), year, OCTOBER, YEAR).frame
    assert frame["stars"].tolist()[-1] == 10
    assert set(frame["stars"].tolist()[:-1]) == {None}
    assert "5份共9分" in one.scored(year).remark


def test_a_score_stands_without_the_sum_that_few_answers_make() -> None:
    found = the_candidate(a_ranking(NAMES))
    terms = found.terms.assign(n=found.terms["n"].mask(found.terms["item"].isin(score_sheet.ANSWERED), FEW))
    for masked in (False, True):
        sheet = score_sheet.terms_table(replace(found, terms=terms, ranking=replace(found.ranking, masked=masked)))
        lines = {line[0]: line for line in sheet.texts()}
        answered = [ITEM_NAMES[item] for item in found.terms["item"] if item in score_sheet.ANSWERED]
        assert answered
        for name in answered:
            assert (f"不足{ENOUGH}" in lines[name][1]) == masked
            assert ("÷" in lines[name][3]) != masked
        points = [line[-1] for line in sheet.texts()]
        assert points == [line[-1] for line in score_sheet.terms_table(found).texts()], "the score itself stands"

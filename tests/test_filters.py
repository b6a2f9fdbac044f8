"""The period one picks: as far back as the data, the newest first, years with their quarters and months."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.util import calc_hash

from pages.common.filters import MOST_YEARS, periods_to_pick
from tests.builders import CELL, TOWNSHIP, a_county, a_household, a_petition, a_stay, an_appointment
from tests.opened_pages import LAST_NIGHT, TODAY, opened, words

NOVEMBER = date(2026, 11, 26)


def test_the_newest_stand_first_each_year_with_its_quarters_and_months():
    choices = periods_to_pick(date(2025, 6, 1), NOVEMBER)
    assert list(choices)[:5] == ["2026", "2026-Q4", "2026-11", "2026-10", "2026-Q3"]
    assert (choices["2026-Q4"], choices["2026-11"]) == ("2026年四季度", "2026年11月")
    assert "2026-12" not in choices  # not begun


@pytest.mark.parametrize(
    ("first", "oldest"),
    [
        (date(2025, 6, 30), ["2025-Q2", "2025-06"]),
        (date(2025, 7, 1), ["2025-08", "2025-07"]),
        (date(2024, 12, 31), ["2024", "2024-Q4", "2024-12"]),
        (date(2026, 11, 26), ["2026-02", "2026-01"]),  # the running year in any case
        (None, ["2026-02", "2026-01"]),
    ],
)
def test_they_reach_as_far_back_as_the_first_record(first, oldest):
    assert list(periods_to_pick(first, NOVEMBER))[-len(oldest) :] == oldest


def test_in_january_last_month_is_there_without_a_record():
    assert "2026-12" in periods_to_pick(None, date(2027, 1, 3))


def test_a_wrong_row_of_long_ago_does_not_fill_the_list():
    assert len([text for text in periods_to_pick(date(1905, 1, 1), NOVEMBER) if len(text) == 4]) == MOST_YEARS


def test_the_bar_offers_what_there_is_and_an_address_may_name_it(served):
    first = date(TODAY.year - 2, 3, 14)
    with served.begin() as connection:
        a_county(connection)
        a_stay(connection, an_appointment(connection, "township_chief", TOWNSHIP), LAST_NIGHT)
        a_petition(connection, f"{first} 09:00")
    board = opened(served, "petitions", period="指定", which=f"{first:%Y-%m}")
    (picker,) = [box for box in board.selectbox if box.label == "指定时段"]
    assert picker.options[0] == f"{TODAY.year}年"
    assert picker.options[-1] == f"{first.year}年{first.month}月"
    assert f"{first.year}年{first.month}月" in words(board)


def test_the_years_of_captains_and_of_the_selection_reach_back_as_far(served):
    with served.begin() as connection:
        a_county(connection)
        captain = an_appointment(connection, "cell_captain", CELL, since=f"{TODAY.year - 3}-01-01")
        a_household(connection)
        a_petition(connection, f"{TODAY.year - 3}-03-14 09:00")
    years = [f"{TODAY.year - back}年" for back in range(4)]
    for page, query in (("captain", {"person": f"p:{captain}"}), ("selection", {})):
        board = opened(served, page, year=str(TODAY.year - 3), **query)
        (picker,) = [box for box in board.selectbox if box.label == "年度"]
        assert (picker.options, picker.value) == (years, str(TODAY.year - 3)), page


def test_period_and_township_go_along_by_the_menu(served):
    """The menu opens a page with nothing in its address; a link that says what goes along is not overruled."""
    with served.begin() as connection:
        a_county(connection)
        a_stay(connection, an_appointment(connection, "township_chief", TOWNSHIP), LAST_NIGHT)
    board = opened(served, "duty", period="本季", township=TOWNSHIP)

    def by_the_menu(page: str, **query: str) -> dict[str, str]:
        board.query_params.clear()
        for name, value in query.items():
            board.query_params[name] = value
        board._page_hash = calc_hash(page)
        board.run(timeout=60)
        assert not board.exception
        return dict(board.query_params)

    assert by_the_menu("quality") == {"period": "本季", "township": TOWNSHIP}
    assert by_the_menu("overview", period="本年") == {"period": "本年"}
    assert by_the_menu("duty") == {"period": "本年"}

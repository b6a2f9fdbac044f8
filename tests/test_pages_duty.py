"""住夜's page: who is missing in words, the month, chiefs and load, villages by the page; the same numbers as everywhere."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from data_access.accounts import Role
from data_access.clock import beijing_now
from tests.builders import (
    TOWNSHIP,
    VILLAGE,
    a_county,
    a_leave,
    a_person,
    a_stay,
    an_appointment,
    an_area,
    figure,
)
from tests.opened_pages import (
    ITS_YEAR,
    LAST_NIGHT,
    TODAY,
    counted_statements,
    links,
    nothing_counted,
    now,
    opened,
    panels,
    words,
    workdays_before,
)
from tests.signed_in import an_account

NIGHT = LAST_NIGHT.isoformat()
OTHER, PSEUDO = "149981102", "149981400"
MONTH = f"{LAST_NIGHT:%Y-%m}"
PARTS = ("正职住夜", "班子负荷", "各村", "其他指标")


def a_team(connection: Connection, area: str = TOWNSHIP, name: str = "欧阳") -> dict[str, list[int]]:
    """Two chiefs, three leaders and ten staff of a township; two clerks of ten have to stay."""
    posts = {"township_chief": 2, "township_leader": 3, "township_staff": 10}
    return {
        role: [an_appointment(connection, role, area, person=a_person(connection, f"{name}{role[9]}{number}")) for number in range(count)]
        for role, count in posts.items()
    }


def a_county_with_a_short_night(database: Engine) -> dict[str, list[int]]:
    """泥河镇 without a chief and short of one clerk on the last night, 西沟乡 with nothing recorded, a pseudo unit beside them."""
    with database.begin() as connection:
        a_county(connection)
        an_area(connection, OTHER, "township", "西沟乡")
        an_area(connection, f"{OTHER}201", "village", "西沟村")
        an_area(connection, PSEUDO, "township", "中心镇", ranked=False)
        team = a_team(connection)
        a_team(connection, OTHER, "慕容")
        for person in (*team["township_leader"][:2], team["township_staff"][0]):
            a_stay(connection, person, LAST_NIGHT)
        return team


def test_the_sentence_and_the_board_say_who_is_missing(served):
    a_county_with_a_short_night(served)
    page = words(opened(served, "duty", night=NIGHT))
    assert "2 个乡镇中 0 个达标\uff0c泥河镇缺正职、职工差1人\uff1b西沟乡未填报" in page
    assert "中心镇" not in page
    assert re.search(r"泥河镇\s*0/1\s*2/2", page)


def test_a_night_that_is_met_is_met_and_a_second_chief_counts_as_a_leader(served):
    team = a_county_with_a_short_night(served)
    with served.begin() as connection:
        for person in (*team["township_chief"], team["township_staff"][1]):
            a_stay(connection, person, LAST_NIGHT)
    page = words(opened(served, "duty", night=NIGHT))
    assert "2 个乡镇中 1 个达标\uff0c西沟乡未填报" in page
    assert re.search(r"泥河镇\s*2/1[^/]*3/2", page)


def test_a_township_shows_its_people_and_its_villages(served):
    a_county_with_a_short_night(served)
    with served.begin() as connection:
        secretary = an_appointment(connection, "village_chief", VILLAGE, person=a_person(connection, "司徒村"))
        a_stay(connection, secretary, LAST_NIGHT, VILLAGE)
    page = opened(served, "duty", night=NIGHT, township=TOWNSHIP)
    assert "欧阳l0" in words(page)
    assert "慕容" not in words(page)
    assert "干部差2人" in words(page)
    assert {"page": "pages/township/village.py", "query": {"village": VILLAGE, "period": "本月"}} in links(page)


def test_stays_that_do_not_count_are_shown_as_such_and_not_counted(served):
    team = a_county_with_a_short_night(served)
    with served.begin() as connection:
        away = team["township_chief"][0]
        a_leave(connection, away, NIGHT, NIGHT)
        late = an_appointment(connection, "township_chief", person=a_person(connection, "后来人"), since=str(TODAY + timedelta(days=5)))
        for person in (away, late, 987654):
            a_stay(connection, person, LAST_NIGHT)
        a_stay(connection, team["township_chief"][1], LAST_NIGHT, "149981999")
    page = words(opened(served, "duty", night=NIGHT, township=TOWNSHIP))
    assert page.count("不计\uff1a当晚不在任或请假") == 2
    assert "987654" not in page, "whom nobody has registered counts nowhere, and stands under 对不上的记录"
    assert "缺正职、职工差1人" in page


def test_the_month_shows_each_kind_of_shortfall_by_a_sign_and_in_words(served):
    nights = [day for day in workdays_before(8) if f"{day:%Y-%m}" == MONTH][-4:]
    with served.begin() as connection:
        a_county(connection)
        team = a_team(connection)
        complete = [team["township_chief"][0], *team["township_leader"][:2], *team["township_staff"][:2]]
        lacking = [set(), set(team["township_chief"]), set(team["township_leader"]), set(complete)]
        for day, left_out in zip(nights, lacking, strict=False):
            for person in complete:
                if person not in left_out:
                    a_stay(connection, person, day)
    board = opened(served, "duty", period="指定", which=MONTH) if f"{TODAY:%Y-%m}" != MONTH else opened(served, "duty")
    grid = next(panel for panel in panels(board) if "nightmap" in panel)
    said = dict(re.findall(r'aria-label="(\d+月\d+日)[^"]*? ([^" ]+)"', grid))
    expected = ("达标", "缺正职", "班子差2人", "未填报")
    for day, state in zip(nights, expected, strict=False):
        assert said[f"{day.month}月{day.day}日"] == state
    assert "非工作日" in grid


def test_the_leaderboard_says_what_the_command_line_says(served):
    team = a_county_with_a_short_night(served)
    with served.begin() as connection:
        for day in workdays_before(3)[:2]:
            for person in (team["township_chief"][0], *team["township_leader"][:2], *team["township_staff"][:2]):
                a_stay(connection, person, day)
        rows = figure(connection, "duty.night_compliance", "township", str(LAST_NIGHT.year), now())
    page = words(opened(served, "duty", **ITS_YEAR))
    for code in (TOWNSHIP, OTHER):
        assert f"({rows[code]['k']}/{rows[code]['n']})" in page
    assert "最长连缺" in page


def test_chiefs_stand_against_the_prorated_target_with_the_reason(served):
    with served.begin() as connection:
        a_county(connection)
        chief = an_appointment(connection, "township_chief", person=a_person(connection, "欧阳青山"))
        month = [day for day in workdays_before(30) if f"{day:%Y-%m}" == MONTH]
        a_leave(connection, chief, str(month[0]), str(month[0]), "training")
        for day in month[:3]:
            a_stay(connection, chief, day)
        row = figure(connection, "duty.chief_nights", "person", MONTH, now())[f"p:{chief}"]
    where = {"period": "本月"} if f"{TODAY:%Y-%m}" == MONTH else {"period": "指定", "which": MONTH}
    page = words(opened(served, "duty", part="正职住夜", **where))
    assert f"{row['k']}/{row['n']} 夜" in page
    assert "培训" in page


def test_the_load_of_a_team_shows_zeros(served):
    team = a_county_with_a_short_night(served)
    page = opened(served, "duty", part="班子负荷", **ITS_YEAR)
    idle = len(team["township_chief"]) + 1
    assert f"{idle} 人一夜未住" in words(page)


def many_villages(connection: Connection, townships: int, villages: int) -> None:
    for place in range(townships):
        code = f"1499812{place:02d}"
        an_area(connection, code, "township", f"第{place}乡")
        for number in range(villages):
            an_area(connection, f"{code}{200 + number}", "village", f"{place}乡{number}村")


def test_villages_are_drawn_a_page_at_a_time_and_found_by_name(served):
    with served.begin() as connection:
        a_county(connection)
        many_villages(connection, 3, 20)
        a_stay(connection, a_person(connection), LAST_NIGHT)
    table = next(panel for panel in panels(opened(served, "duty", part="各村")) if "村住夜" in panel)
    assert table.count("<tr") == 26  # 25 villages and the heading
    found = words(opened(served, "duty", part="各村", village_words="2乡1村"))
    assert "2乡1村" in found
    assert "2乡3村" not in found
    assert "没有名称含“无此村”的村" in words(opened(served, "duty", part="各村", village_words="无此村"))


@pytest.mark.parametrize("part", PARTS)
def test_more_units_do_not_mean_more_statements(served, part):
    def statements() -> int:

        nothing_counted(served)
        with counted_statements(served) as seen:
            opened(served, "duty", name, part=part, night=NIGHT)
        return len(seen)

    with served.begin() as connection:
        a_county(connection)
        a_stay(connection, a_team(connection)["township_chief"][0], LAST_NIGHT)
    name = an_account(served, Role.ORGANISATION, now=beijing_now())
    few = statements()
    with served.begin() as connection:
        many_villages(connection, 12, 4)
        for place in range(12):
            a_team(connection, f"1499812{place:02d}", f"甲{place}")
    assert statements() <= few


@pytest.mark.parametrize("part", PARTS)
def test_every_part_renders_empty_masked_and_for_a_township(served, part):
    opened(served, "duty", part=part, period="本周")
    a_county_with_a_short_night(served)
    masked = an_account(served, Role.LEADER, now=beijing_now(), rights={"may_see_names": False})
    assert "欧阳" not in words(opened(served, "duty", masked, part=part, night=NIGHT, township=TOWNSHIP, period="本季"))
    own = an_account(served, Role.TOWNSHIP, now=beijing_now(), area=OTHER)
    shown = words(opened(served, "duty", own, part=part, night=NIGHT, period="本年"))
    assert "泥河镇" not in shown
    assert "西沟乡未填报" in shown


def test_addresses_that_make_no_sense_are_read_as_none(served):
    a_county_with_a_short_night(served)
    for query in ({"night": "昨天"}, {"night": "2999-01-01"}, {"township": "999999999"}, {"part": "不存在", "period": "x"}, {"which": "x"}):
        assert "2 个乡镇中" in words(opened(served, "duty", **query))

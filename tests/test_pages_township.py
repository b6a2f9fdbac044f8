"""画像: township, village, person, record: figures as the command line has them, the way down, names, nothing outside the scope."""

from __future__ import annotations

import random
import re
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from data_access import profiles
from data_access.accounts import Role
from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from data_access.scope import Scope
from metrics.definition import Question
from metrics.period import Period, PeriodKind
from metrics.person_months import months_of, why_not_counted
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Level
from metrics.wording import fraction, value_text
from pages.common import loaders
from pages.township import trends
from reports.source import DatabaseSource
from tests.builders import (
    CELL,
    COUNTY,
    EVERYTHING,
    TOWNSHIP,
    VILLAGE,
    a_captain_visit,
    a_county,
    a_household,
    a_leave,
    a_night_visit,
    a_person,
    a_petition,
    a_session,
    a_slot,
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

OTHER, OTHER_VILLAGE, PSEUDO = "149981102", "149981102201", "149981400"
YEAR = {"period": "本年"}
PAGES = "pages/township"


def a_living_county(database: Engine) -> dict[str, int]:
    """Two townships and a pseudo unit; in 泥河镇 a chief, a leader, a village secretary, a 邻长 and what they did on the last night."""
    with database.begin() as connection:
        a_county(connection)
        an_area(connection, OTHER, "township", "西沟乡")
        an_area(connection, OTHER_VILLAGE, "village", "西沟村")
        an_area(connection, PSEUDO, "township", "中心镇", ranked=False)
        chief = an_appointment(connection, "township_chief", person=a_person(connection, "欧阳青山"))
        leader = an_appointment(connection, "township_leader", person=a_person(connection, "上官云"))
        secretary = an_appointment(connection, "village_chief", VILLAGE, person=a_person(connection, "司徒村"))
        captain = an_appointment(connection, "cell_captain", CELL, person=a_person(connection, "端木邻"))
        an_appointment(connection, "township_chief", OTHER, person=a_person(connection, "慕容雪"))
        entered = beijing_now() - timedelta(hours=1)
        stay = a_stay(connection, chief, LAST_NIGHT, note="值班接了两个电话", recorded_at=entered, source="oa", source_ref="OA-77")
        for day in workdays_before(4)[:3]:
            a_stay(connection, chief, day)
            a_stay(connection, secretary, day, VILLAGE)
        visit = a_night_visit(connection, leader, LAST_NIGHT, people=4)
        slot = a_slot(connection, str(LAST_NIGHT), leader, visitors=7)
        a_session(connection, "study", str(LAST_NIGHT), theme="乡村振兴促进法", lecturers=(chief,))
        home = a_household(connection, "key")
        a_captain_visit(connection, captain, home, str(LAST_NIGHT))
        opened_at = f"{LAST_NIGHT - timedelta(days=30)} 09:00:00"
        a_petition(connection, opened_at, number="S-1", handler_id=secretary, title="路灯不亮")
        a_petition(connection, opened_at, number="S-2", handler_id=secretary, title="检举", restricted=True)
        return {"chief": chief, "leader": leader, "secretary": secretary, "captain": captain, "stay": stay, "visit": visit, "slot": slot}


def test_every_indicator_of_the_township_stands_there_as_the_command_line_says_it(served):
    a_living_county(served)
    page = words(opened(served, "township", township=TOWNSHIP, **YEAR))
    with served.connect() as connection:
        for entry in REGISTRY.values():
            if Level.TOWNSHIP in entry.levels and entry.id != "quality.stale":  # the hours go on
                row = figure(connection, entry.id, "township", str(TODAY.year), now())[TOWNSHIP]
                assert f"{entry.name}ⓘ" in page.replace(" ", ""), entry.id
                assert value_text(entry, row["value"]) in page, entry.id
                assert fraction(row["k"], row["n"]) in page, entry.id


def test_the_weakest_stand_on_top_with_their_rows(served):
    a_living_county(served)
    board = opened(served, "township", township=TOWNSHIP, **ITS_YEAR)
    top = next(panel for panel in panels(board) if "最弱" in panel)
    assert any(word in top for word in ("未填报", "缺", "班子差"))
    assert any(target["page"] == "pages/duty/duty.py" and "night" in target["query"] for target in links(board))


def test_trends_are_drawn_once_they_are_there(served, monkeypatch):
    a_living_county(served)
    gate, lines_of = threading.Event(), trends.lines_of
    monkeypatch.setattr(trends, "lines_of", lambda *asked: (gate.wait(60), lines_of(*asked))[-1])
    early = opened(served, "township", township=TOWNSHIP, **YEAR)
    assert "近12期" not in words(early)
    assert trends.COMING.replace(",", "，") in words(early)
    gate.set()
    for key in early.session_state[loaders._RUN].awaited:
        assert loaders.WORKER.within(key, 60)
    shown = opened(served, "township", township=TOWNSHIP, **YEAR)
    assert "近12期" in words(shown)
    assert any('class="spark running"' in panel for panel in panels(shown))
    year = Period.holding(PeriodKind.YEAR, TODAY)
    with served.connect() as connection:
        before = figure(connection, "duty.night_compliance", "township", str(TODAY.year - 1), now())[TOWNSHIP]
    lines = lines_of(Scope(area=""), year, TODAY)
    assert list(lines["duty.night_compliance"][TOWNSHIP]) == [before["value"]]


def test_one_compares_with_a_sibling_and_keeps_it_while_drilling(served):
    a_living_county(served)
    board = opened(served, "township", township=TOWNSHIP, versus=OTHER, **YEAR)
    assert "西沟乡" in next(panel for panel in panels(board) if "住夜" in panel and "<th" in panel)
    onward = [target["query"] for target in links(board) if target["page"] in (f"{PAGES}/village.py", f"{PAGES}/person.py")]
    assert onward
    assert all(query["versus"] == OTHER and query["period"] == "本年" for query in onward)


def test_the_neighbours_are_one_step_away(served):
    a_living_county(served)
    steps = [target["query"].get("township") for target in links(opened(served, "township", township=TOWNSHIP))]
    assert OTHER in steps
    assert PSEUDO not in steps


def test_a_modules_figures_go_with_the_module(served, monkeypatch):
    a_living_county(served)
    monkeypatch.setenv("BOARD_MODULES", "petitions")
    page = words(opened(served, "township", township=TOWNSHIP, **YEAR))
    assert "按期办结率" in page
    assert "住夜达标率" not in page
    assert "重点户月走访率" not in page
    assert "住夜" not in words(opened(served, "village", village=VILLAGE, **YEAR))


def test_the_village_has_its_figures_nights_people_cells_and_petitions(served):
    people = a_living_county(served)
    board = opened(served, "village", village=VILLAGE, **YEAR)
    page = words(board)
    with served.connect() as connection:
        row = figure(connection, "duty.village_compliance", "village", str(TODAY.year), now())[VILLAGE]
    assert fraction(row["k"], row["n"]) in page
    for word in ("司徒村", "端木邻", "在办诉求 1 件", "路灯不亮", "1 片 1 组 1 邻", "超期"):
        assert word in page, word
    assert "S-2" not in page
    assert any(target["query"].get("person") == f"p:{people['secretary']}" for target in links(board))


def test_a_person_shows_months_records_posts_and_petitions(served):
    people = a_living_county(served)
    board = opened(served, "person", person=f"p:{people['chief']}")
    with served.connect() as connection:
        due = figure(connection, "duty.chief_nights", "person", f"{TODAY:%Y-%m}", now()).get(f"p:{people['chief']}")
    page = words(board)
    if due is not None and due["n"]:
        assert f"{due['k']}/{due['n']} 夜" in page
    assert "泥河镇 党政正职" in page
    assert any(target["query"].get("record") == f"stay-{people['stay']}" for target in links(board))
    assert "乡村振兴促进法" in words(opened(served, "person", person=str(people["chief"]), records="授课"))
    assert "在办 1 件" in words(opened(served, "person", person=f"p:{people['secretary']}"))
    assert "重点户" in words(opened(served, "person", person=f"p:{people['captain']}"))


def test_a_record_is_shown_as_it_was_entered(served):
    people = a_living_county(served)
    page = words(opened(served, "person", person=f"p:{people['chief']}", record=f"stay-{people['stay']}"))
    for word in ("原始", "oa", "OA-77", "录入时间", "值班接了两个电话"):
        assert word in page or word == "原始", word
    slot = words(opened(served, "person", person=f"p:{people['leader']}", record=f"slot-{people['slot']}"))
    assert re.search(r"A岗\s*上官云", slot)
    visit = words(opened(served, "person", person=f"p:{people['leader']}", record=f"visit-{people['visit']}"))
    assert re.search(r"人次\s*4", visit)


def test_a_stay_that_does_not_count_says_why(served):
    people = a_living_county(served)
    with served.begin() as connection:
        astray = a_stay(connection, people["chief"], LAST_NIGHT, OTHER)
    page = words(opened(served, "person", person=f"p:{people['chief']}", record=f"stay-{astray}"))
    assert "不计\uff1a不在任职单位" in page
    assert "这条记录不计入指标\uff1a不在任职单位" in page


@pytest.mark.parametrize(
    ("day", "area", "why"),
    [
        ("2026-10-12", TOWNSHIP, ""),
        ("2026-10-10", TOWNSHIP, ""),  # a Saturday worked for the holiday
        ("2026-10-11", TOWNSHIP, "非工作日"),
        ("2026-10-05", TOWNSHIP, "非工作日"),  # a Monday of National Day
        ("2026-10-12", VILLAGE, "不在任职单位"),
        ("2026-10-13", TOWNSHIP, "当日请假、借调或培训"),
        ("2026-09-30", TOWNSHIP, "当日没有任职"),
        ("2026-10-30", TOWNSHIP, "日期在今天之后"),
    ],
)
def test_why_a_stay_does_not_count(connection, day, area, why):
    a_county(connection)
    person = an_appointment(connection, "township_leader", since="2026-10-01")
    a_leave(connection, person, "2026-10-13", "2026-10-13", "secondment")
    posts, leave = (query(EVERYTHING, connection, person) for query in (profiles.posts_of, profiles.leave_of))
    assert why_not_counted(area, date.fromisoformat(day), posts, leave, october(connection, "2026-10-20")) == why


def october(connection: Connection, as_of: str) -> Question:
    source, day = DatabaseSource(connection, EVERYTHING), date.fromisoformat(as_of)
    return Question(Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, day), day, source.workdays(), rulebook().on(day))


def test_a_persons_months_are_those_of_the_indicator(connection):
    """Chiefs who come, go, and are away in October, with nights on and off their township and days of work."""
    chance, everyone = random.Random(7), [TOWNSHIP, OTHER]
    a_county(connection)
    an_area(connection, OTHER, "township", "西沟乡")
    october_days = [date(2026, 10, 1) + timedelta(days=number) for number in range(31)]
    people = []
    for number in range(12):
        since = "2026-01-01" if number % 3 else str(chance.choice(october_days))
        until = chance.choice(october_days) if number % 4 == 0 and number % 3 else None
        person = an_appointment(connection, "township_chief", chance.choice(everyone), since=since, valid_to=until)
        if number % 2:
            first = chance.choice(october_days)
            a_leave(connection, person, str(first), str(first + timedelta(days=chance.randrange(9))))
        for night in chance.sample(october_days, 20):
            a_stay(connection, person, night, chance.choice([*everyone, TOWNSHIP]))
        people.append(person)
    rows = figure(connection, "duty.chief_nights", "person", "2026-10", "2026-10-31")
    for person in people:
        posts, leave = (query(EVERYTHING, connection, person) for query in (profiles.posts_of, profiles.leave_of))
        days = profiles.days_of(EVERYTHING, connection, person, date(2026, 10, 1), date(2026, 10, 31))
        month = months_of(posts, leave, days, october(connection, "2026-10-31"), 1)[0]
        row = rows.get(f"p:{person}", {"k": 0, "n": None})
        assert (month.nights, month.due) == (row["k"], row["n"]), person
    assert len({row["n"] for row in rows.values()}) > 2


def test_names_phones_and_notes_are_masked_without_the_right(served):
    people = a_living_county(served)
    name = an_account(served, Role.LEADER, now=beijing_now(), rights={"may_see_names": False})
    addresses = [("township", {"township": TOWNSHIP}), ("village", {"village": VILLAGE})]
    addresses += [("person", {"person": f"p:{people[who]}"}) for who in ("chief", "leader", "secretary", "captain")]
    addresses += [("person", {"person": f"p:{people['chief']}", "record": f"stay-{people['stay']}"})]
    for page, query in addresses:
        shown = words(opened(served, page, name, **query, **YEAR))
        for secret in ("欧阳青山", "上官云", "司徒村", "端木邻", "13812345678", "值班接了两个电话"):
            assert secret not in shown, (page, query, secret)


def test_a_township_account_sees_itself_beside_the_county_and_nothing_of_its_neighbours(served):
    people = a_living_county(served)
    own = an_account(served, Role.TOWNSHIP, now=beijing_now(), area=OTHER)
    page = opened(served, "township", own, **YEAR)
    assert "西沟乡" in words(page)
    assert "泥河镇" not in words(page)
    with served.connect() as connection:
        county = figure(connection, "duty.night_compliance", "county", str(TODAY.year), now())[COUNTY]
    assert fraction(county["k"], county["n"]) in words(page)
    assert "找不到这个村" in words(opened(served, "village", own, village=VILLAGE))
    assert "找不到这个人" in words(opened(served, "person", own, person=f"p:{people['chief']}"))
    stranger = opened(served, "township", own, township=TOWNSHIP)
    assert "泥河镇" not in words(stranger)


def test_a_record_of_another_unit_is_not_opened_through_a_person_one_may_see(served):
    people = a_living_county(served)
    with served.begin() as connection:
        mine = an_appointment(connection, "township_leader", OTHER)
    own = an_account(served, Role.TOWNSHIP, now=beijing_now(), area=OTHER)
    page = words(opened(served, "person", own, person=f"p:{mine}", record=f"stay-{people['stay']}"))
    assert "OA-77" not in page
    assert "值班接了两个电话" not in page


@pytest.mark.parametrize(
    ("page", "query", "said"),
    [
        ("township", {"township": "999999999"}, "找不到这个乡镇"),
        ("township", {"township": "x'; drop"}, "找不到这个乡镇"),
        ("township", {"township": VILLAGE}, "找不到这个乡镇"),
        ("township", {"township": PSEUDO}, "中心镇不是实有行政单位"),
        ("village", {}, "找不到这个村"),
        ("village", {"village": TOWNSHIP}, "找不到这个村"),
        ("person", {}, "找不到这个人"),
        ("person", {"person": "p:x"}, "找不到这个人"),
        ("person", {"person": "p:99999999999999999999"}, "找不到这个人"),
        ("person", {"person": "p:987654"}, "找不到这个人"),
    ],
)
def test_an_address_of_nothing_is_answered_in_words(served, page, query, said):
    a_living_county(served)
    assert said in words(opened(served, page, **query))


def test_garbled_records_and_people_without_a_name_do_no_harm(served):
    people = a_living_county(served)
    with served.begin() as connection:
        nobody = an_appointment(connection, "township_leader", person=987654)
    for record in ("stay-", "stay-x", "secret-1", "stay-99999", "-", "slot-99999999999999999999"):
        opened(served, "person", person=f"p:{people['chief']}", record=record)
    assert "找不到这个人" in words(opened(served, "person", person=f"p:{nobody}")), "whoever is not registered serves nowhere"


def test_an_empty_database_says_so(served):
    assert "新县起步" in words(opened(served, "township"))


@pytest.mark.parametrize(("page", "query"), [("township", {"township": TOWNSHIP}), ("village", {"village": VILLAGE})])
def test_more_units_do_not_mean_more_statements(served, page, query, monkeypatch):
    monkeypatch.setattr("pages.township.trends.has_lines", lambda *asked: False)  # a thread's statements come when they will

    def statements() -> int:
        nothing_counted(served)
        with counted_statements(served) as seen:
            opened(served, page, name, **query)
        return len(seen)

    a_living_county(served)
    name = an_account(served, Role.ORGANISATION, now=beijing_now())
    few = statements()
    with served.begin() as connection:
        for place in range(10):
            code = f"1499812{place:02d}"
            an_area(connection, code, "township", f"第{place}乡")
            an_appointment(connection, "township_chief", code)
            for number in range(5):
                an_area(connection, f"{code}{200 + number}", "village", f"{place}乡{number}村")
                an_appointment(connection, "village_chief", f"{code}{200 + number}")
        for number in range(5):
            an_area(connection, f"{TOWNSHIP}{300 + number}", "village", f"新{number}村")
    # Sixty units more. Which figures are the weakest may change with the data, and with it the few statements behind them.
    assert statements() < few + 10


def test_nobody_signed_in_has_no_rows(connection):
    a_county(connection)
    person = an_appointment(connection, "township_chief")
    stay = a_stay(connection, person, "2026-10-12")
    assert profiles.known_person(Scope(), connection, person) is None
    assert profiles.posts_of(Scope(), connection, person).empty
    assert profiles.leave_of(Scope(), connection, person).empty
    assert profiles.record_row(Scope(), connection, "stay", stay) is None
    assert profiles.days_of(Scope(), connection, person, date(2026, 1, 1), date(2026, 12, 31)).empty


def test_a_persons_phone_is_shown_whole_for_a_reason_that_goes_on_record(served):
    people = a_living_county(served)
    page = opened(served, "person", person=f"p:{people['chief']}")
    said = " ".join(panels(page))
    assert "138****5678" in said
    assert "13812345678" not in said
    next(each for each in page.text_input if "事由" in each.label).set_value("核实住夜")
    next(each for each in page.button if each.label == "记录并查看").click().run()
    assert 'href="tel:13812345678"' in " ".join(panels(page))
    with served.connect() as connection:
        assert f"人员编号{people['chief']} 联系电话：核实住夜" in list(connection.scalars(select(BoardAudit.detail)))

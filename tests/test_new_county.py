"""A new county: on a database with nothing in it no page praises, each says what is missing, and the first steps tick themselves off."""

from __future__ import annotations

import pytest

from data_access.accounts import Role
from data_access.clock import beijing_now
from metrics.period import Period, PeriodKind
from pages.common import loaders
from pages.common.navigation import existing_entries
from reports.wording import chinese_marks
from tests.builders import TOWNSHIP, a_county, a_household, a_person, a_petition, a_stay, an_appointment, figure, kn
from tests.opened_pages import LAST_NIGHT, links, opened, panels, words, workdays_before
from tests.signed_in import an_account

PRAISE = (
    "全部达标",
    "所有乡镇达标",
    "都已走访",
    "没有明显异常",
    "都对得上",
    "没有超期",
    "都已化解",
    "场场有人",
    "没有差别",
    "没有低于目标",
    "都开了",
    "都去过",
    "都有人",
    "都有包案",
)
SUBJECTS = {
    "duty": "尚未装入住夜台账",
    "nights": "尚未装入夜学夜谈、夜访台账",
    "reception": "尚未装入接待台账",
    "petitions": "尚未装入诉求台账",
    "cases": "尚未装入诉求台账",
    "captains": "尚未装入户和走访台账",
    "selection": "尚未装入户和走访台账",
    "meeting": "尚未装入各项台账",
    "show": "尚未装入各项台账",
    "quality": "尚未装入各项台账",
}
PAGES = [entry.url_path for entry in existing_entries() if entry.url_path != "admin"]


def opened_anew(database, page):
    """As a reader sees it who comes later: the state is read once a second."""
    loaders.forget()
    return words(opened(database, page))


def stands(said, page):
    """Whether the page says it, with the marks of a screen."""
    return chinese_marks(said) in page


def praise_on(page: str) -> list[str]:
    return [said for said in PRAISE if said in page]


@pytest.mark.parametrize("page", PAGES)
def test_a_database_with_nothing_in_it_is_not_praised(served, page):
    assert praise_on(words(opened(served, page))) == []


@pytest.mark.parametrize("page", PAGES)
def test_nor_is_a_county_with_places_and_people_but_no_records(served, page):
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_chief", TOWNSHIP)
    assert praise_on(words(opened(served, page, township=TOWNSHIP, village=f"{TOWNSHIP}201"))) == []


@pytest.mark.parametrize("page", ["overview", "petitions", "quality", "wall"])
def test_a_county_with_petitions_alone_is_praised_for_nothing_else(served, page):
    with served.begin() as connection:
        a_county(connection)
        a_petition(connection, f"{LAST_NIGHT} 09:00")
    assert set(praise_on(words(opened(served, page)))) <= {"没有超期"}, "of the one ledger that is kept"


@pytest.mark.parametrize(("page", "said"), SUBJECTS.items())
def test_a_page_without_its_ledger_says_which_is_missing_and_whom_to_ask(served, page, said):
    there = words(opened(served, page))
    assert said in there
    assert "请本县管理员装入" in there


def test_who_may_load_ledgers_is_led_there(served):
    name = an_account(served, Role.ADMINISTRATOR, now=beijing_now())
    assert {"page": "pages/admin/admin.py", "query": {"section": "台账", "kind": "petition"}} in links(opened(served, "petitions", name))
    shown = opened(served, "overview", name)
    assert "python -m ingest load area" in words(shown)
    assert {"page": "pages/admin/admin.py", "query": {"section": "台账", "kind": "area"}} in links(shown)


def test_the_overview_of_a_new_county_ticks_off_its_first_steps(served):
    page = words(opened(served, "overview"))
    assert stands("新县起步:4 步中已完成 0 步,下一步装入区划", page)
    assert "python" not in page  # a leader is told whom to ask
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_chief", TOWNSHIP)
    assert stands("4 步中已完成 2 步,下一步装入户", opened_anew(served, "overview"))
    with served.begin() as connection:
        a_household(connection)
        a_stay(connection, a_person(connection), LAST_NIGHT)
    page = opened_anew(served, "overview")
    assert "新县起步" not in page
    assert "尚未装入 3 项" in page
    assert "诉求台账" in page


def test_a_county_without_a_township_is_told_the_first_steps_where_one_would_be(served):
    page = words(opened(served, "township"))
    assert stands("新县起步:4 步中已完成 0 步,下一步装入区划", page)
    assert "找不到" not in page


def test_a_page_appears_as_soon_as_there_is_a_record(served):
    with served.begin() as connection:
        a_county(connection)
        a_petition(connection, f"{LAST_NIGHT} 09:00")
    assert "尚未装入" not in words(opened(served, "petitions"))
    assert "没有超期的诉求" in words(opened(served, "petitions"))  # said of a ledger that is kept, this is news


def test_a_wall_without_records_shows_the_first_steps_and_no_verdict(served):
    page = words(opened(served, "wall", an_account(served, Role.WALL, now=beijing_now())))
    assert "新县起步" in page
    assert praise_on(page) == []


# --- nights before the first record ------------------------------------------------------------------------------------


def a_ledger_that_begins(database, first):
    with database.begin() as connection:
        a_county(connection)
        a_stay(connection, an_appointment(connection, "township_chief", TOWNSHIP), first)


def test_nights_before_the_first_record_are_not_left_unreported(served):
    month = Period.holding(PeriodKind.MONTH, LAST_NIGHT).before
    nights = [night for night in workdays_before(60) if month.first <= night <= month.last]
    first, before = nights[-5], nights[:-5]
    a_ledger_that_begins(served, first)
    page = opened(served, "duty", period="指定", which=month.text)
    assert stands(f"{len(nights)} 个乡镇夜中 0 个达标,1 个未达标,4 个未填报,{len(before)} 个在台账启用前", words(page))
    squares = next(panel for panel in panels(page) if "nightmap" in panel)
    assert squares.count("住夜台账启用前") == 2 * len(before)  # said for the eye and for a screen reader
    assert squares.count('class="night blank"') == 4 + 1  # and in the legend


def test_a_night_before_the_first_record_says_that_no_roll_was_kept(served):
    before, first = workdays_before(2)
    a_ledger_that_begins(served, first)
    page = opened(served, "duty", night=before.isoformat())
    assert stands("在住夜台账启用前,没有记录", words(page))
    who = next(panel for panel in panels(page) if "谁住夜" in panel)
    assert "住夜台账启用前" in who
    assert "未填报" not in who


def test_what_indicators_count_stays_as_it_is_defined(served):
    before, first = workdays_before(2)
    a_ledger_that_begins(served, first)
    month = Period.holding(PeriodKind.MONTH, before)
    with served.connect() as connection:
        k, n = kn(figure(connection, "duty.unreported", "township", month.text, first.isoformat()))
    assert k == n - (1 if month.first <= first <= month.last else 0)

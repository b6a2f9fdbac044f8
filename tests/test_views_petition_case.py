"""A case and lists of cases as they are read: how one stands, what lists are called, the same words on screen and in files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from data_access.decisions import Decision
from data_access.petition_lists import LIST_COLUMNS, SORTS, STANDINGS, age_buckets
from data_access.petition_misses import MISSES
from data_access.window import Window
from metrics.decisions import DECISION_NAMES, Kept
from metrics.period import Period
from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.vocabulary import Status
from metrics.workdays import Workdays
from reports.html import HtmlWriter
from reports.links import to_case
from reports.subjects import CASES_BEHIND
from reports.tables import Table
from reports.view import View
from reports.views import open_cases, petition_case, petition_words
from reports.views.petition_cases import cases_table, list_sentence, short_cases_table, standing_names

FRIDAY = date(2026, 10, 16)
DAYS = {date(2026, 10, 1) + timedelta(days=each): each % 7 < 2 or each % 7 > 3 for each in range(61)}
"""1 October 2026 is a Thursday; no feasts."""
WORKDAYS = Workdays(DAYS, {date(2026, 10, 12): "调休上班"})
EDITION = rulebook().editions[0]
OTHER = Edition(
    "other", date(2026, 1, 1), {**EDITION.tables, "petitions": {**EDITION.tables["petitions"], "response_hours": 48, "xinfang_days": 70}}
)
NAMES = {1: "李四海", 2: "王守田"}
VIEW = View(Period.parse("2026-10"), FRIDAY, WORKDAYS)
SEPTEMBER = replace(VIEW, period=Period.parse("2026-09"))
"""Looked at from October."""


def a_case(**changes: Any) -> dict[str, Any]:
    """An open case of the list, due a week from now."""
    row = dict.fromkeys(LIST_COLUMNS) | {
        "number": "1",
        "category": "宅基地",
        "title": "门前积水",
        "area_code": "149981100201",
        "township": "泥河镇",
        "village": "河东村",
        "size": "small",
        "level": "cell",
        "is_xinfang": False,
        "opened_at": datetime(2026, 10, 8, 9, 30),
        "due_day": date(2026, 10, 23),
        "handler_id": 1,
        "lead_id": None,
        "supervised": False,
        "moved_at": datetime(2026, 10, 14, 9),
        "reopened": 0,
    }
    return row | changes


def a_list(*rows: dict[str, Any], **more: Any) -> Table:
    return cases_table("诉求清单", pd.DataFrame(list(rows), columns=LIST_COLUMNS), NAMES, VIEW, **more)


def html(*parts: Any) -> str:
    return str(HtmlWriter(lambda page: True).render(*parts))


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"due_day": None}, Status.NONE, "在办 · 时限未定"),
        ({"due_day": date(2026, 10, 14)}, Status.LOW, "超期 2 天"),
        ({"due_day": FRIDAY}, Status.LOW, "超期不到 1 天"),
        ({"due_day": date(2026, 10, 20)}, Status.NEAR, "还剩 2 个工作日"),
        ({"due_day": date(2026, 10, 21)}, Status.NONE, "还剩 3 个工作日"),
        ({"ended_at": datetime(2026, 10, 16, 23), "outcome": "resolved"}, Status.NONE, "已化解"),
        ({"ended_at": datetime(2026, 10, 17, 0), "outcome": "resolved"}, Status.NONE, "还剩 5 个工作日"),  # not known yet
        ({"ended_at": datetime(2026, 10, 15), "outcome": "resolved", "due_day": date(2026, 10, 14)}, Status.NEAR, "已化解 · 超时"),
        ({"ended_at": datetime(2026, 10, 15), "outcome": "withdrawn", "due_day": date(2026, 10, 14)}, Status.NONE, "撤回"),
        ({"ended_at": datetime(2026, 10, 15), "outcome": None}, Status.NONE, "已结,结果未记录"),
        (
            {
                "ended_at": datetime(2026, 10, 15, 12),
                "outcome": "resolved",
                "due_day": date(2026, 10, 15),
                "due_instant": datetime(2026, 10, 15, 11),
            },
            Status.NEAR,
            "已化解 · 超时",
        ),
    ],
)
def test_how_a_case_stands_at_the_end_of_a_day(changes: dict[str, Any], status: Status, words: str) -> None:
    found = petition_words.case_verdict(a_case(**changes), VIEW)
    assert (found.status, found.words) == (status, words)


@pytest.mark.parametrize(
    ("at", "due_instant", "status", "words"),
    [
        ("00:00:00", None, Status.NEAR, "今天到期"),
        ("23:59:59", None, Status.NEAR, "今天到期"),
        ("11:59:59", "12:00:00", Status.NEAR, "今天12时到期"),
        ("11:59:59", "12:30:00", Status.NEAR, "今天12:30到期"),
        ("11:59:59", "23:59:59", Status.NEAR, "今天到期"),
        ("12:00:00", "12:00:00", Status.LOW, "超期不到 1 天"),
    ],
)
def test_today_is_not_over_before_its_end(at: str, due_instant: str | None, status: Status, words: str) -> None:
    def instant(clock: str) -> datetime:
        return datetime.fromisoformat(f"{FRIDAY} {clock}")

    case = a_case(due_day=FRIDAY, due_instant=due_instant and instant(due_instant))
    found = petition_words.case_verdict(case, replace(VIEW, at=instant(at)))
    assert (found.status, found.words) == (status, words)
    assert open_cases.due_words(case, replace(VIEW, at=instant(at))) == found, "wherever it is listed"
    yesterday = petition_words.case_verdict(a_case(due_day=FRIDAY - timedelta(days=1)), replace(VIEW, at=instant(at)))
    assert yesterday.words == "超期 1 天"


def test_every_list_has_a_name_and_every_order_too() -> None:
    names = set(petition_words.STANDING_NAMES)
    assert names == {*STANDINGS, *MISSES} - {"all_and_open"}, "在办和本期 together is 检举控告 alone, which is named apart"
    assert set(CASES_BEHIND.values()) <= names
    assert set(petition_words.SORT_NAMES) == set(SORTS)
    assert set(DECISION_NAMES) == set(Decision)


def test_a_lists_name_says_the_editions_hours() -> None:
    assert standing_names(VIEW)["unanswered"] == "24小时内未响应"
    assert standing_names(replace(VIEW, rules=Rulebook((OTHER,), rulebook().rules)))["unanswered"] == "48小时内未响应"


def test_no_list_of_a_past_period_is_due_this_week() -> None:
    assert set(standing_names(VIEW)) - set(standing_names(SEPTEMBER)) == {"due_soon"}
    running = replace(VIEW, period=Period.parse("2026-Q4"))
    assert "due_soon" in standing_names(running), "a picked period that runs is as the running one"


@pytest.mark.parametrize(
    ("view", "moved", "said"),
    [
        ("running", datetime(2026, 10, 16, 0, 5), "今天有进展"),
        ("running", datetime(2026, 10, 15, 23, 55), "1 天未动"),
        ("past", datetime(2026, 9, 30, 8), "9月30日有进展"),
        ("past", datetime(2026, 8, 13, 8), "48 天未动"),
        ("past", None, ""),
        ("last year", datetime(2025, 12, 31, 8), "2025年12月31日有进展"),
    ],
)
def test_how_long_a_case_rests_is_reckoned_to_the_views_moment(view: str, moved: datetime | None, said: str) -> None:
    views = {"running": VIEW, "past": SEPTEMBER, "last year": replace(VIEW, period=Period.parse("2025"))}
    assert petition_words.rest_words(moved, views[view]) == said


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 9, 29), "超期 1 天"),
        (date(2026, 9, 30), "超期不到 1 天"),
        (date(2026, 10, 1), "还剩 1 个工作日"),
        (date(2026, 10, 2), "还剩 2 个工作日"),
    ],
)
def test_a_case_of_a_past_period_stands_as_it_stood_at_its_end(due: date, words: str) -> None:
    workdays = Workdays({**DAYS, date(2026, 10, 1): True, date(2026, 10, 2): True})
    assert petition_words.case_verdict(a_case(due_day=due), replace(SEPTEMBER, workdays=workdays)).words == words
    ended_later = a_case(due_day=due, ended_at=datetime(2026, 10, 2, 8), outcome="resolved")
    assert petition_words.case_verdict(ended_later, replace(SEPTEMBER, workdays=workdays)).words == words, "not known then"


def test_a_list_of_a_past_period_says_at_which_day_it_looks_and_of_now_the_bar_does() -> None:
    assert list_sentence("超期在办", "overdue", 1234, SEPTEMBER, "宅基地") == "超期在办 1,234 件(截至9月30日),含“宅基地”"
    assert list_sentence("超期在办", "overdue", 1234, VIEW, "") == "超期在办 1,234 件", "今天 is not over: no day to name"
    assert list_sentence("本期办结", "ended", 3, VIEW, "") == "本期办结 3 件"


def test_the_oldest_bucket_of_days_is_the_editions_backlog() -> None:
    ages = age_buckets(Window("", FRIDAY, FRIDAY, FRIDAY, (("petitions.backlog_days", 120.0),)))
    assert petition_words.age_name(60, ages) == "60–120 天"
    assert petition_words.age_name(ages[-1], ages) == "120 天以上"


def test_a_list_folds_on_screen_what_a_file_holds_in_columns_of_their_own() -> None:
    made = a_list(a_case(is_xinfang=True, reopened=2, lead_id=2))
    shown, (line,) = html(made), made.texts()
    for words in (
        "宅基地 · 门前积水",
        "1 · 泥河镇河东村 · 10月8日点单 · 小事 · 信访件 · 重办",
        "邻 · 李四海 · 包案 王守田",
        "2 天未动",
        "还剩 5 个工作日",
    ):
        assert words in shown, words
    file = dict(zip([column.heading for column in made.file_columns], line, strict=True))
    assert file == {
        "编号": "1",
        "类别": "宅基地",
        "事由": "门前积水",
        "乡镇": "泥河镇",
        "村": "河东村",
        "大小": "小事",
        "级别": "邻",
        "信访件": "是",
        "挂牌督办": "",
        "点单": "2026-10-08 09:30",
        "时限": "2026-10-23",
        "状态": "还剩 5 个工作日",
        "办结": "",
        "经办人": "李四海",
        "包案领导": "王守田",
        "最近进展": "2026-10-14 09:00",
        "未动(天)": "2",
        "重办(次)": "2",
    }
    assert made.links == (to_case("1"),)


def test_a_case_without_title_and_owner_says_so() -> None:
    shown = html(a_list(a_case(title=None, category=None, handler_id=None, township=None, village=None, size=None, level=None)))
    assert "未分类 · 1" in shown
    assert "149981100201" in shown
    assert "未记录 · 无经办人" in shown


def test_an_ended_case_no_longer_waits() -> None:
    made = a_list(a_case(ended_at=datetime(2026, 10, 15), outcome="resolved"))
    assert "未动" not in html(made)
    assert dict(zip([column.key for column in made.file_columns], made.texts()[0], strict=True))["still"] == "—"


def test_the_head_of_a_list_says_who_has_it_and_leaves_in_no_file() -> None:
    rows = pd.DataFrame([a_case()], columns=LIST_COLUMNS)
    made = short_cases_table("积案未包案", rows, NAMES, VIEW, by_age=True)
    shown = html(made)
    assert "泥河镇 宅基地" in shown
    assert "邻 · 李四海 · 2 天未动" in shown
    assert "在办 8 天" in shown
    assert "积案未包案" not in shown, "its group says so"
    assert not made.may_leave


# --- one case ---------------------------------------------------------------------------------------------------------

NO_EVENTS = pd.DataFrame(columns=["at", "kind", "from_level", "to_level", "person_id", "note"])


UNSAID = (
    *("last_progress_at", "accepted_at", "dispatched_at", "contacted_at", "notified_at", "due_at", "extended_to", "followed_up_at"),
    *("is_dispute", "is_group", "skip_level", "channel", "sphere", "returned", "evidence_on_file"),
)


def a_whole_case(**changes: Any) -> dict[str, Any]:
    return {**dict.fromkeys(UNSAID), **a_case(), **changes}


def test_a_case_says_in_a_sentence_how_it_stands_and_who_has_it() -> None:
    events = pd.DataFrame(
        [{**dict.fromkeys(NO_EVENTS.columns), "at": datetime(2026, 10, 9, 8), "kind": "dispatch"}], columns=NO_EVENTS.columns
    )
    assert petition_case.sentence(a_whole_case(), events, NAMES, VIEW) == "还剩 5 个工作日,邻李四海经办 7 天,7 天未动"
    titled = {**NAMES, a_whole_case()["handler_id"]: "河东村一邻邻长 李四海"}
    assert "日,河东村一邻邻长 李四海经办" in petition_case.sentence(a_whole_case(), events, titled, VIEW), "the level is in the title"
    ended = a_whole_case(ended_at=datetime(2026, 10, 15), outcome="resolved")
    assert petition_case.sentence(ended, events, NAMES, VIEW) == "已化解,10月15日办结,未销号"


def test_a_case_without_a_handler_has_none() -> None:
    assert "邻无经办人 8 天" in petition_case.sentence(a_whole_case(handler_id=None), NO_EVENTS, NAMES, VIEW)


def test_the_clock_of_a_case_names_the_days_that_count_otherwise() -> None:
    made, warning = petition_case.clocks(a_whole_case(), VIEW, datetime(2026, 10, 16, 12))
    assert "期间有调休上班" in html(made)
    assert "已超期" in html(made), "never dispatched"
    assert warning is None


@pytest.mark.parametrize(("edition", "days"), [(EDITION, "60日加30日"), (OTHER, "70日加30日")])
def test_an_extension_beyond_the_law_says_the_editions_days(edition: Edition, days: str) -> None:
    case = a_whole_case(is_xinfang=True, extended_to=datetime(2027, 10, 1), due_instant=datetime(2027, 10, 1))
    view = replace(VIEW, rules=Rulebook((edition,), rulebook().rules))
    _, warning = petition_case.clocks(case, view, datetime(2026, 10, 16, 12))
    assert days in html(warning)


def test_a_case_is_closed_out_by_three_things_on_file() -> None:
    ratings = pd.DataFrame(
        [(datetime(2026, 10, 15), 4, "phone", False), (datetime(2026, 10, 16), 2, None, True)],
        columns=["rated_at", "stars", "method", "independent"],
    )
    case, visit = a_whole_case(evidence_on_file=True), {"kind": "visit", "day": FRIDAY, "person_id": 1, "area": "河东村", "place": None}
    shown = html(petition_case.facts(case, ratings, visit, NAMES))
    for words in (
        "佐证在档",
        "未回头看",
        "评单 4 星\uff08电话 10月15日\uff09",
        "2 星\uff08方式未记录 10月16日\uff09",
        "10月16日 河东村夜访 李四海",
    ):
        assert words in shown, words


def test_a_case_that_repeats_nothing_shows_no_kin() -> None:
    columns = ["relation", "number", "category", "title", "opened_at", "ended_at", "outcome"]
    assert petition_case.kin(pd.DataFrame(columns=columns), FRIDAY) is None
    first = {"relation": "first", "number": "0", "category": None, "title": None, "opened_at": datetime(2025, 3, 1), "ended_at": None}
    shown = html(petition_case.kin(pd.DataFrame([first], columns=columns), FRIDAY))
    for words in ("本件重复它", "未分类 · 0", "2025年3月1日点单", "在办", "同一件事前后 2 次"):
        assert words in shown, words


def test_a_decision_says_who_decided_what_until_when_and_whether_it_was_kept() -> None:
    row = {"kind": "lead", "lead_id": 2, "decided_name": None, "decided_by": "shuji", "decided_at": datetime(2026, 10, 9, 8, 5)}
    judged = pd.DataFrame([{**row, "note": "面谈一次", "due_on": date(2026, 10, 15), "kept": Kept.BROKEN}])
    shown = html(petition_case.decisions(judged, NAMES))
    for words in ("领导包案 王守田", "shuji 10月9日 08:05", "面谈一次", "时限 10月15日", "✕ 未兑现"):
        assert words in shown, words
    assert "还没有督办、包案或交办" in html(petition_case.decisions(judged.iloc[:0], NAMES))


def test_a_person_without_a_phone_has_none() -> None:
    phones = {1: ("李四海", "139****1234"), 2: ("王守田", None)}
    line = petition_case.phones_of_case(a_whole_case(lead_id=2), phones)
    assert [(each.words, each.name, each.phone) for each in line.calls] == [("经办", "李四海", "139****1234"), ("包案", "王守田", "")]
    shown = str(HtmlWriter(lambda page: True).render(line))
    assert ("tel:" in shown, "无电话" in shown) == (False, True), "a masked number is no number to call"
    whole = petition_case.phones_of_case(a_whole_case(), {person: (name, "13912341234") for person, (name, _) in phones.items()})
    assert 'href="tel:13912341234"' in str(HtmlWriter(lambda page: True).render(whole))
    assert petition_case.phones_of_case(a_whole_case(handler_id=3), phones).calls == ()

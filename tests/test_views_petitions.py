"""The page of 诉求 as it is read: how things stand, what to act on, two formulas, composition, flow, signals, who leads what."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from metrics.decisions import Kept
from metrics.period import Period
from metrics.petition_forecast import Calibration, CameTrue, HitRate, Learned
from metrics.rulebook import Edition, rulebook
from metrics.vocabulary import Level, Module, Status
from metrics.workdays import Workdays
from pages.common.charts import line_chart
from reports.html import HtmlWriter
from reports.links import CASES, TOWNSHIP, VILLAGE, Link
from reports.palette import LIGHT
from reports.parts import Leaderboard
from reports.subjects import SUBJECTS, rows_behind
from reports.tables import Table, screen_text, small_text
from reports.view import View
from reports.views import overview, petition_composition, petition_signals, petitions

FRIDAY = date(2026, 10, 16)
VIEW = View(Period.parse("2026-10"), FRIDAY, Workdays({FRIDAY: True}, {}))
JUNE = replace(VIEW, period=Period.parse("2026-06"))
"""Looked at from October."""
TOWNS = {"149981100": "泥河镇", "149981102": "西沟乡"}
NAMES = {1: "李四海", 2: "王守田"}
AGES = (0, 3, 7, 15, 30, 60, 90)
FLAGS = ("open", "overdue", "due_soon", "backlog", "supervised", "led", "backlog_unled")
EDITION = rulebook().editions[0]


def standing(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Rows: dimension, value, then the counts of FLAGS as far as given."""
    return pd.DataFrame([[*row, *[0] * (2 + len(FLAGS) - len(row))] for row in rows], columns=["dimension", "value", *FLAGS])


def on_screen(table: Table) -> list[list[str]]:
    """The texts of the shown columns, what is small behind a stroke."""
    known, lines = {column.key: column for column in table.columns}, []
    for row in table.frame.to_dict("records"):
        cells = [(screen_text(row, column), small_text(row, column, known)) for column in table.columns if column.screen]
        lines.append([f"{text} | {small}" if small else text for text, small in cells])
    return lines


def headings(table: Table) -> list[str]:
    return [column.heading for column in table.file_columns]


# --- the sentence ---------------------------------------------------------------------------------------------------


def test_the_title_names_the_township_with_most_overdue_cases():
    rows = standing(
        ("all", None, 221, 91, 30, 61, 0, 0, 14), ("township", "149981100", 120, 21), ("township", "149981102", 101, 70, 0, 0, 0, 0, 0)
    )
    said = petitions.standing_sentence(rows, TOWNS, VIEW)
    assert said == "在办 221 件,超期 91 件(西沟乡 70 件最多),本周到期 30 件;积案 61 件,14 件没有包案领导"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (standing(("all", None)), "没有在办诉求"),
        (standing(("all", None, 3, 1), ("township", "149981100", 3, 1)), "在办 3 件,超期 1 件,本周到期 0 件"),
        (
            standing(("all", None, 3, 0, 2, 1), ("township", "149981100", 2), ("township", "149981102", 1)),
            "在办 3 件,超期 0 件,本周到期 2 件;积案 1 件",
        ),
    ],
)
def test_the_title_says_only_what_there_is(rows: pd.DataFrame, said: str):
    assert petitions.standing_sentence(rows, TOWNS, VIEW) == said


# --- what was decided -----------------------------------------------------------------------------------------------


def a_decision(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "supervise",
        "lead_id": None,
        "note": "本周内面谈",
        "due_on": date(2026, 10, 20),
        "decided_at": datetime(2026, 10, 13, 9),
        "decided_by": "shuji",
        "decided_name": "县委书记",
        "number": "N-1",
        "area_code": "149981100201",
        "category": "宅基地",
        "kept": Kept.PENDING,
        "moved": True,
    } | changes


def test_a_meeting_looks_at_its_last_day_and_at_what_was_not_kept():
    decided = pd.DataFrame(
        [
            a_decision(number="last"),
            a_decision(number="lifted", kept=Kept.LIFTED, decided_at=datetime(2026, 10, 15)),
            a_decision(number="broken", kept=Kept.BROKEN, decided_at=datetime(2026, 9, 1)),
            a_decision(number="kept", kept=Kept.KEPT, decided_at=datetime(2026, 9, 1)),
        ]
    )
    assert list(petitions.to_talk_about(decided)["number"]) == ["last", "broken"]
    assert petitions.to_talk_about(decided[decided["number"] == "lifted"]).empty
    assert petitions.to_talk_about(decided.iloc[:0]).empty


def test_decisions_are_folded_on_screen_and_whole_in_files():
    found = pd.DataFrame([a_decision(kind="lead", lead_id=2, kept=Kept.LATE), a_decision(due_on=None, moved=False, decided_name=None)])
    made = petitions.decisions_table(found, NAMES, TOWNS)
    assert made.conclusion == "上次定的事(10月13日):2 项,已办结 1 项,到期未兑现 0 项"
    assert on_screen(made) == [
        ["泥河镇 宅基地 · 领导包案 王守田 | 本周内面谈", "10月20日前 · 决定后有进展 | 10月13日 县委书记", "超时办结"],
        ["泥河镇 宅基地 · 挂牌督办 | 本周内面谈", "决定后没有进展 | 10月13日 shuji", "未到期"],
    ]
    assert dict(zip(headings(made), made.texts()[0], strict=True)) == {
        "决定日期": "2026-10-13",
        "决定人": "县委书记",
        "编号": "N-1",
        "乡镇": "泥河镇",
        "类别": "宅基地",
        "决定": "领导包案",
        "包案领导": "王守田",
        "要求": "本周内面谈",
        "时限": "2026-10-20",
        "兑现": "超时办结",
        "决定后": "有进展",
    }


# --- what to act on -------------------------------------------------------------------------------------------------


def a_forecast(*chances: float | None, **values: object) -> pd.DataFrame:
    columns = {"id": 0, "category": None, "code": "149981100201", "due_day": FRIDAY, "estimate": 0.9, "alike": 30} | values
    rows = [{**columns, "number": f"N-{n}", "chance": chance} for n, chance in enumerate(chances)]
    return pd.DataFrame(rows, columns=["number", "chance", *columns]).astype({"chance": "float64", "estimate": "float64"})


CAME_TRUE = (CameTrue(0.0, 0.1, 104, 14), CameTrue(0.2, 0.3, 1_234, 308), CameTrue(0.7, 0.8, 12, 9), CameTrue(0.8, 1.0, 4, 4))
TAUGHT = Learned(pd.DataFrame(), Calibration(-0.9, 0.5), HitRate(1_354, 16, 13, 335), CAME_TRUE)


def words_of(group) -> str:
    return str(HtmlWriter(lambda page: True).render(*group.below))


def test_likely_late_cases_are_named_from_the_rulebooks_chance_on():
    late = petitions.likely_late_table(a_forecast(0.95, 0.75, 0.7, 0.6, 0.5, 0.4, float("nan"), estimate=0.1), 0.5, TOWNS, CAME_TRUE)
    group = petitions.likely_late_group(late, TAUGHT)
    assert (group.title, group.count, group.shade) == ("7 天内可能超期", "5 件", Status.NEAR)
    assert group.table is not None
    assert len(group.table.frame) == petitions.MOST_LINES
    assert not group.table.may_leave, "the file is the whole of it"
    same = "以往这样说的 12 件中 9 件超期"
    assert on_screen(late)[1] == [f"泥河镇 未分类 | 10月16日到期 · 依据同类 30 件,{same}", "可能 75%"]
    assert on_screen(late)[3] == ["泥河镇 未分类 | 10月16日到期 · 依据同类 30 件", "可能 60%"], "nothing was said so surely before"
    assert headings(late) == ["编号", "乡镇", "类别", "时限", "可能超期", "依据同类(件)"]
    assert "前 8 周全县提示 16 件\uff0c13 件确实超期\uff0881.3%\uff09\uff1b另有 322 件没提示到" in words_of(group)


def test_what_was_said_stands_beside_what_came_true_of_it():
    shown = petitions.came_true_table(CAME_TRUE)
    assert on_screen(shown) == [
        ["不到 10%", "14/104", "13.5%"],
        ["20%–30%", "308/1,234", "25.0%"],
        ["70%–80%", "9/12", "75.0%"],
        ["80% 以上", "4/4", "—"],  # of so few it is a count, not a share
    ]
    assert headings(shown) == ["说可能", "后来超期(件)", "说过(件)", "实际"]
    group = petitions.likely_late_group(petitions.likely_late_table(a_forecast(), 0.5, TOWNS), TAUGHT)
    assert group.below[-1].frame.equals(shown.frame)
    assert not group.below[-1].may_leave, "the page hands it out once"


def test_with_too_little_past_a_case_is_named_without_a_number():
    unsaid = Learned(pd.DataFrame(), None, HitRate(40, 8, 3, 9), ())
    late = petitions.likely_late_table(a_forecast(float("nan"), float("nan")).assign(estimate=[0.6, 0.4]), 0.5, TOWNS)
    group = petitions.likely_late_group(late, unsaid)
    assert on_screen(late) == [["泥河镇 未分类 | 10月16日到期 · 依据同类 30 件", "可能超期"]]
    assert late.texts()[0][-2:] == ["—", "30"]
    assert words_of(group).count("样本不够\uff0c只提示不给概率") == 1
    assert "%" not in words_of(petitions.likely_late_group(late, replace(unsaid, hits=HitRate(40, 0, 0, 9))))


def test_a_forecast_that_is_still_learned_says_so_and_one_without_cases_is_quiet():
    assert (petitions.likely_late_awaited().count, petitions.likely_late_awaited().quiet) == ("", "正在推算,几秒后显示")
    quiet = petitions.likely_late_group(petitions.likely_late_table(a_forecast(), 0.5, TOWNS), replace(TAUGHT, came_true=()))
    assert (quiet.count, quiet.shade, quiet.quiet) == ("0 件", Status.NONE, "没有大概率超期的诉求")
    assert petitions.hit_words(HitRate(4, 0, 0, 2)) == "前 8 周全县没有提示过"


# --- rankings -------------------------------------------------------------------------------------------------------


def test_every_group_of_rankings_has_its_remark_with_the_editions_numbers():
    assert set(petitions.RANKING_REMARKS) == {*SUBJECTS[Module.PETITIONS].rankings, petitions.DEPARTMENTS}
    petitions_table = {**EDITION.tables["petitions"], "dispatch_workdays": 2, "response_hours": 48}
    targets = {**EDITION.tables["targets"], "satisfaction.gap": 8}
    other = Edition("other", FRIDAY, {**EDITION.tables, "petitions": petitions_table, "targets": targets})
    said = {group: other.filled(remark) for group, remark in petitions.RANKING_REMARKS.items()}
    assert "点单后2个工作日、派单后1个工作日和派单后48小时" in said["按期与及时"]
    assert "相差超过8个百分点" in said["满意"]


def test_a_row_leads_to_its_red_cases_or_to_its_own_page():
    ranked = pd.DataFrame([{"code": "149981100", "name": "泥河镇", "k": 1, "n": 2, "value": 0.5, "rank": 1, "status": Status.LOW}])
    entry = rows_behind(petitions.ON_TIME)
    assert entry == Link(CASES, {"standing": "late"})
    board = Leaderboard(None, ranked, "", "", None, **petitions.row_links(petitions.ON_TIME, Level.TOWNSHIP))  # type: ignore[arg-type]
    assert (board.link, board.parameter) == (entry, "township")
    assert petitions.row_links(petitions.ON_TIME, Level.VILLAGE) == {"link": Link(VILLAGE), "parameter": "village"}
    assert petitions.row_links("petitions.unknown", Level.TOWNSHIP) == {}
    assert Leaderboard(None, ranked, "", "", None).link == Link(TOWNSHIP)  # type: ignore[arg-type]


def formulas(*units: tuple[str, int, int, int, int]) -> tuple[Table, Table]:
    """Units: name, on time, due, on time among the ended, ended."""
    codes = [f"14998110{place}" for place in range(len(units))]
    frame = pd.DataFrame(
        [(code, name, k, n, k / n if n else None) for code, (name, k, n, *_) in zip(codes, units, strict=True)],
        columns=["code", "name", "k", "n", "value"],
    )
    ended = pd.DataFrame([(code, k, n) for code, (*_, k, n) in zip(codes, units, strict=True)], columns=["code", "k", "n"])
    return petitions.two_formulas(frame, ended, pd.DataFrame({"code": codes[:1], "k": [2]}))


def test_the_flattering_formula_stands_beside_the_rate_where_it_flatters_and_everywhere_in_the_file():
    differing, everything = formulas(("泥河镇", 4, 4, 4, 4), ("西沟乡", 8, 10, 8, 8), ("东川镇", 0, 0, 0, 0))
    assert on_screen(differing) == [["西沟乡", "80.0% (8/10)", "100.0% (8/8)", "高 20 个百分点"]]
    assert [row[0] for row in everything.texts()] == ["西沟乡", "泥河镇"]
    assert differing.conclusion == "“只算已结”会把西沟乡抬高 20 个百分点"
    assert "其余 1 个单位两种算法相同" in differing.remark
    assert "共 2 件两种都不计" in differing.remark
    assert differing.links == (Link(CASES, {"standing": "late", "township": "149981101"}),), "the list behind 按期办结率, as everywhere"
    assert headings(everything)[:8] == [
        "单位",
        "按期(件)",
        "应办结(件)",
        "按期办结率",
        "已结按期(件)",
        "已结(件)",
        "只算已结",
        "撤回转送不受理(件)",
    ]


def test_where_no_unit_is_flattered_there_is_a_heading_and_no_row():
    differing, everything = formulas(("泥河镇", 4, 4, 4, 4))
    assert (len(differing.frame), len(everything.frame)) == (0, 1)
    drawn = str(HtmlWriter(lambda page: True).render(differing))
    assert "没有差别" in drawn
    assert "empty" not in drawn


# --- composition and flow -------------------------------------------------------------------------------------------


def test_bars_stand_in_the_order_of_the_office_and_what_is_not_recorded_comes_last():
    rows = standing(("level", None, 9, 0), ("level", "county", 5, 2), ("level", "cell", 1, 1), ("size", "big", 7))
    made = petition_composition.composition(rows, "级别", TOWNS, AGES, VIEW)
    assert (made.names, made.codes) == (["邻", "县", "未记录"], ["cell", "county", ""])
    assert made.texts == ["1 件 · 超期 1", "5 件 · 超期 2", "9 件 · 超期 0"]
    assert (made.title, made.leads) == ("超期最多的是县(2 件)", True)
    assert made.cases("county", "149981100") == Link(CASES, {"standing": "open", "township": "149981100", "level": "county"})
    assert headings(made.table) == ["级别", "在办(件)", "超期(件)", "至10月18日到期(件)", "积案(件)"]


def test_a_long_dimension_is_drawn_for_its_largest_and_whole_in_the_file():
    rows = standing(*(("category", f"类别{n:02d}", n, 1 if n < 2 else 0) for n in range(1, 31)))
    made = petition_composition.composition(rows, "类别", TOWNS, AGES, VIEW)
    assert len(made.names) == petition_composition.MOST_BARS
    assert len(made.table.frame) == 30
    assert made.names[0] == "类别30"
    assert made.title == "没有超期", "the title speaks of the bars that are drawn"
    assert not petition_composition.composition(standing(("sphere", "public", 1)), "领域", TOWNS, AGES, VIEW).leads


def test_ages_are_named_by_their_bounds_in_order():
    rows = standing(("age", "90", 4, 4), ("age", "3", 1), ("age", "0", 2))
    assert petition_composition.composition(rows, "在办天数", TOWNS, AGES, VIEW).names == ["0–3 天", "3–7 天", "90 天以上"]


def test_the_running_week_does_not_decide_whether_more_came_or_went():
    monday = date(2026, 10, 12)
    days = [monday - timedelta(weeks=4), monday - timedelta(days=1), monday, FRIDAY]
    flow = petition_composition.weekly_flow(pd.DataFrame({"day": days, "opened": [3, 2, 0, 0], "ended": [1, 1, 50, 50]}), VIEW)
    assert flow.title == "近四周来 5 件、结 2 件,在办增加"
    assert (flow.opened[-5], flow.opened[-2], flow.ended[-1]) == (3, 2, 100)
    assert (len(flow.weeks), flow.weeks[-1], flow.remarks[-1]) == (petition_composition.FLOW_WEEKS + 1, "10/12", "(本周进行中)")
    assert FRIDAY - timedelta(days=petition_composition.flow_days(FRIDAY) - 1) == monday - timedelta(weeks=petition_composition.FLOW_WEEKS)


@pytest.mark.parametrize(
    ("period", "title", "cut", "subtitle"),
    [
        ("2026-10", "近四周来 4 件、结 0 件,在办增加", "本周进行中", "每周件数 · 虚线:本周进行中"),
        ("2026-09", "至9月27日的四周来 4 件、结 0 件,在办增加", "末周只到9月30日", "每周件数 · 虚线:末周只到9月30日"),
        ("2026-05", "至5月31日的四周来 4 件、结 0 件,在办增加", "", "每周件数"),  # 31 May 2026 is a Sunday: its week is whole
        ("2025-10", "至2025年10月26日的四周来 4 件、结 0 件,在办增加", "末周只到2025年10月31日", "每周件数 · 虚线:末周只到2025年10月31日"),
    ],
)
def test_the_last_week_of_a_past_period_is_cut_by_it_and_never_this_week(period: str, title: str, cut: str, subtitle: str):
    view = replace(VIEW, period=Period.parse(period))
    monday = view.moment - timedelta(days=view.moment.weekday())
    whole = [monday - timedelta(weeks=back) for back in range(0 if not cut else 1, 6)]
    flow = petition_composition.weekly_flow(pd.DataFrame({"day": whole, "opened": 1, "ended": 0}), view)
    assert (flow.title, flow.cut, flow.subtitle) == (title, cut, subtitle)


def test_the_week_that_runs_is_dashed_and_hollow_in_the_chart():
    lines = {"点单": [3, 2, 1], "办结": [1, 1, 0]}
    drawn = [line_chart(LIGHT, ["10/1", "10/8", "10/15"], lines, title="", subtitle="", share=False, running=on) for on in (False, True)]
    assert [len(each["data"]) for each in drawn] == [2, 4]
    solid, end = drawn[1]["data"][:2]
    assert (solid["y"], end["y"]) == ([3, 2, None], [2, 1])
    assert (end["x"], end["line"]["dash"], end["marker"]["symbol"]) == (["10/8", "10/15"], "dot", "circle-open")
    assert drawn[0]["layout"]["annotations"] == drawn[1]["layout"]["annotations"], "named at the right end all the same"


def test_a_flow_without_anything_is_level():
    flow = petition_composition.weekly_flow(pd.DataFrame({"day": [], "opened": [], "ended": []}), VIEW)
    assert flow.title == "近四周来 0 件、结 0 件,进出持平"
    assert set(flow.opened) == {0}


def test_steps_that_nobody_passed_count_none_and_have_no_duration():
    durations = pd.DataFrame({"step": ["dispatch", "dispatch"], "n": [2, 2], "position": [0, 1], "days": [0.125, 3.125]})
    waiting = pd.DataFrame(
        {"step": list(petition_composition.STEP_FROM), "waiting": [1, 2, 7, 900, 0], "oldest": [date(2026, 10, 1), None, None, None, None]}
    )
    made = petition_composition.steps_table(durations, waiting, replace(VIEW, township="149981100"), 60)
    first, second = on_screen(made)[:2]
    assert first == ["派单 | 点单 → 派单", "2 件", "39.0 小时", "2.8 天", "1 件 | 最早 10月1日"]
    assert second == ["接单 | 派单 → 接单", "0 件", "—", "—", "2 件"]
    assert made.conclusion == "四单:在办诉求多数等在“办结”这一步", "rating and closing are no open cases"
    assert "近 60 天" in made.remark
    assert headings(made) == ["步骤", "走完(件)", "用时中位数(天)", "九成不超过(天)", "现在等着(件)", "最早自"]
    assert made.links[0] == Link(CASES, {"standing": "awaits_dispatch", "township": "149981100", "sort": "moved"})


def test_what_waits_in_a_past_period_waited_at_its_end():
    durations = pd.DataFrame({"step": ["dispatch"], "n": [2], "position": [0], "days": [0.125]})
    waiting = pd.DataFrame({"step": list(petition_composition.STEP_FROM), "waiting": [1, 2, 7, 900, 0], "oldest": [None] * 5})
    made = petition_composition.steps_table(durations, waiting, JUNE, 60)
    assert made.conclusion == "四单:截至6月30日在办诉求多数等在“办结”这一步"
    assert "截至6月30日等着(件)" in headings(made)
    assert made.remark.endswith("等在该步的为截至6月30日,评单、销号只看此前 60 天办结的")
    assert "现在" not in str(HtmlWriter(lambda _: True).render(made))


def test_nothing_of_a_past_period_is_due_this_week():
    rows = standing(("all", None, 3, 1, 2), ("level", "cell", 3, 1, 2))
    assert petitions.standing_sentence(rows, TOWNS, JUNE) == "截至6月30日在办 3 件,超期 1 件"
    assert petitions.standing_sentence(standing(("all", None, 0)), TOWNS, JUNE) == "截至6月30日没有在办诉求"
    made = petition_composition.composition(rows, "级别", TOWNS, AGES, JUNE)
    assert headings(made.table) == ["级别", "在办(件)", "超期(件)", "积案(件)"]
    assert made.subtitle.startswith("截至6月30日在办诉求按级别")


# --- signals --------------------------------------------------------------------------------------------------------


def test_what_rises_everywhere_stands_before_what_rises_in_a_township():
    counts = pd.DataFrame(
        {
            "category": ["供暖", "供暖", "噪声"],
            "code": [*TOWNS, "149981100"],
            "recent": [40, 30, 2],
            "past": [12, 0, 6],
            "repeats": [0, 0, 0],
        }
    )
    head, everything = petition_signals.rising_tables(counts, 28, 84, TOWNS, VIEW)
    assert head.conclusion == "供暖明显上升"
    assert on_screen(head)[0] == ["供暖 | 合计", "70 件", "4 件", "平时的 17.5 倍"]
    assert ["供暖 | 西沟乡", "30 件", "0 件", "以前没有"] in on_screen(head)
    assert headings(everything) == ["类别", "范围", "近期(件)", "平时(件)", "是平时的(倍)"]
    assert head.links[0] == Link(CASES, {"standing": "all", "category": "供暖", "sort": "newest"})
    assert "误报不超过5%" in head.remark


def test_a_rise_beyond_the_season_says_what_last_year_had():
    counts = pd.DataFrame(
        {
            "category": ["供暖", "噪声"],
            "code": ["149981100"] * 2,
            "recent": [60, 60],
            "past": [15, 45],
            "repeats": [0, 0],
            "last_recent": [58, 15],
            "last_past": [14, 45],
        }
    )
    head, everything = petition_signals.rising_tables(counts, 28, 84, TOWNS, VIEW, seasonal=True)
    assert head.conclusion == "噪声明显上升"
    assert on_screen(head)[0] == ["噪声 | 合计", "60 件", "15 件", "15 件", "应有的 4.0 倍"]
    assert headings(everything) == ["类别", "范围", "近期(件)", "上年同期(件)", "应有(件)", "是应有的(倍)"]
    assert "上年同一季节" in head.remark
    short = petition_signals.rising_tables(counts, 28, 84, TOWNS, VIEW)[0]
    assert short.remark.endswith("台账不满一年,还不能扣除季节")


def test_only_the_surest_townships_are_on_screen_and_all_in_the_file():
    towns = {f"1499811{place:02d}": f"乡镇{place}" for place in range(12)}
    counts = pd.DataFrame({"category": "供暖", "code": list(towns), "recent": 30, "past": 3, "repeats": 0})
    head, everything = petition_signals.rising_tables(counts, 28, 84, towns, VIEW)
    assert (len(head.frame), len(everything.frame)) == (1 + petition_signals.MOST_UNITS, 13)


def test_nothing_rising_is_a_heading_alone():
    head, _ = petition_signals.rising_tables(pd.DataFrame(columns=["category", "code", "recent", "past", "repeats"]), 28, 84, TOWNS, VIEW)
    assert head.conclusion == "没有明显上升的类别"
    assert head.frame.empty


def test_what_rose_in_the_past_did_so_up_to_the_periods_end():
    counts = pd.DataFrame({"category": ["供暖"], "code": ["149981100"], "recent": [40], "past": [12], "repeats": [0]})
    head, everything = petition_signals.rising_tables(counts, 28, 84, TOWNS, JUNE)
    assert head.remark.startswith(everything.chosen)
    assert head.remark.startswith("至6月30日的 28 天与此前 84 天")
    assert (
        petition_signals.repeated_table(pd.DataFrame(columns=["number", "code"]), TOWNS, JUNE).conclusion
        == "至6月30日的 180 天没有重复诉求"
    )


def test_a_repeated_case_without_a_title_is_named_by_its_number():
    found = pd.DataFrame(
        [
            {
                "number": "N-1",
                "category": None,
                "title": None,
                "code": "149981100201",
                "times": 3,
                "latest": datetime(2026, 10, 2, 8),
                "open": 1,
            }
        ]
    )
    made = petition_signals.repeated_table(found, TOWNS, VIEW)
    assert on_screen(made) == [["未分类 · N-1 | 泥河镇 · N-1", "3 次 | 最近 10月2日", "在办"]]
    assert headings(made) == ["首件编号", "类别", "事由", "乡镇", "又提(次)", "最近一次", "状态"]
    assert petition_signals.repeated_table(found.iloc[:0], TOWNS, VIEW).conclusion == "近 180 天没有重复诉求"


def test_what_climbs_is_told_from_level_to_level_with_the_countys_mass_visits():
    found = pd.DataFrame({"from_level": ["cell", "group"], "to_level": ["group", "patch"], "times": [3, 9], "petitions": [2, 8]})
    made = petition_signals.climbing_table(found, pd.DataFrame({"k": [1, 2]}))
    assert on_screen(made) == [["组 → 片", "8 件", "9 次"], ["邻 → 组", "2 件", "3 次"]]
    assert made.conclusion == "本期逐级上报 10 件次"
    assert made.remark.endswith("集体访、越级访 3 件")
    assert "集体访" not in petition_signals.climbing_table(found.iloc[:0], None).remark


# --- who leads what -------------------------------------------------------------------------------------------------


def test_leaders_stand_with_their_cases_and_the_longest_rest():
    found = pd.DataFrame(
        {"lead_id": [2, 7], "open": [3, 1], "overdue": [2, 0], "backlog": [1, 0], "last_moved": [datetime(2026, 10, 1, 9)] * 2}
    )
    made = petitions.leads_table(found, NAMES, VIEW)
    assert made.conclusion == "2 位领导包案 4 件,其中积案 1 件"
    assert on_screen(made) == [["王守田", "3", "2", "1", "15 天 | 10月1日后"], ["编号7(不明)", "1", "0", "0", "15 天 | 10月1日后"]]
    assert headings(made) == ["包案领导", "在办(件)", "超期(件)", "积案(件)", "最久未动(天)", "自"]
    assert made.links[0] == Link(CASES, {"standing": "open", "lead": "2", "sort": "moved"})


# --- the first page's exceptions --------------------------------------------------------------------------------------------


def test_the_first_page_names_a_captain_with_place_and_post_and_of_anybody_else_the_level() -> None:
    case = {"number": "1", "area_code": "149981101201", "area_name": "石桥镇", "due_on": date(2026, 10, 1), "petitions": 3}
    post = {"role": "patch_captain", "village": "后田村", "unit": "西片", "level": "patch", "handler": "黄小根"}
    nobody = {**dict.fromkeys(post), "level": "village"}
    rows = pd.DataFrame([{**case, **post}, {**case, **nobody, "handler": "蔡美平"}, {**case, **nobody}])
    lines = overview.overdue_group(rows, VIEW).lines
    assert [line.words.split(" · ")[1] for line in lines] == ["后田村西片片长 黄小根", "村民情会 蔡美平", "村民情会 未指定经办人"]

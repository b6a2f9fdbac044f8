"""What the pages of a township, a village and a person say, from values alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from metrics.definition import Question
from metrics.period import Period
from metrics.person_months import Month, months_of
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import Level, Module, SessionKind, Status
from metrics.workdays import Workdays
from reports.csv_file import csv_bytes
from reports.html import HtmlWriter
from reports.links import to_case, to_cases, to_person, to_township, to_village
from reports.parts import Exceptional
from reports.subjects import CASES_BEHIND
from reports.tables import Table
from reports.view import View
from reports.views import open_cases, person, posts, township, village
from reports.views.township import Cause, UnitFigure

TODAY = date(2026, 11, 20)
MONTH = Period.parse("2026-11")
VIEW = View(MONTH, TODAY, Workdays({}))
JUNE = replace(VIEW, period=Period.parse("2026-06"))
RULES = rulebook().on(TODAY)
ASKED = Question(Level.TOWNSHIP, MONTH, TODAY, Workdays({}), RULES)
ON_TIME, VISITS = "petitions.closed_on_time", "nights.village_visits"
WRITER = HtmlWriter(lambda page: True)


def a_row(
    code: str, k: Any, n: Any, value: float | None, rank: Any = 1, status: Status = Status.OK, name: str = "泥河镇"
) -> dict[str, Any]:
    return {"code": code, "name": name, "k": k, "n": n, "value": value, "rank": rank, "status": status}


def a_figure(indicator_id: str, severity: float = 0.0, **row: Any) -> UnitFigure:
    shown = {**a_row("149981100", 40, 50, 0.8), **row}
    return UnitFigure(REGISTRY[indicator_id], shown, a_row("149981", 90, 100, 0.9), None, RULES.target(indicator_id), 9, severity)


def lines(table: Table) -> list[list[str]]:
    return [line.split(",") for line in csv_bytes(table).decode("utf-8-sig").splitlines()]


# --- figures --------------------------------------------------------------------------------------------------------------


def test_a_figure_stands_beside_the_county_and_a_sibling_in_words_of_its_own_and_numbers_of_its_parts() -> None:
    frame = pd.DataFrame([a_row("149981100", 40, 50, 0.8, 2, Status.LOW), a_row("149981101", 50, 50, 1.0)])
    above = pd.DataFrame([a_row("149981", 90, 100, 0.9, None)])
    found = township.unit_figure(REGISTRY[ON_TIME], frame, above, "149981100", "149981101", ASKED)
    assert found is not None
    assert found.ranked == 2
    assert found.severity == pytest.approx(0.15 / RULES.tables["margins"]["rate"])
    shown = township.figure_table("诉求", [found], {"above": "全县", "other": "石桥镇"}, {}, "149981100")
    head, line = lines(shown)
    assert (
        ",".join(head)
        == "模块,指标,另按时段,本单位,分子,分母,全县,全县 分子,全县 分母,石桥镇,石桥镇 分子,石桥镇 分母,目标,名次,参加排名(个),评价"
    )
    assert ",".join(line) == "诉求,按期办结率,,80.0%,40,50,90.0%,90,100,100.0%,50,50,目标 ≥95%,2,2,未达标"
    assert shown.links == (to_cases(CASES_BEHIND[ON_TIME], "149981100"),)
    html = str(WRITER.render(shown))
    assert "2/2" in html
    assert "80.0% (40/50)" in html, "the definition is told what is shown"
    assert 'class="spark' not in html, "one value is no course"


def test_a_unit_without_a_row_has_no_figure_and_one_that_is_not_ranked_no_place() -> None:
    frame = pd.DataFrame([a_row("149981100", 1, 1, 1.0, None, Status.THIN)])
    assert township.unit_figure(REGISTRY[ON_TIME], frame, None, "149981199", None, ASKED) is None
    found = township.unit_figure(REGISTRY[ON_TIME], frame, None, "149981100", None, ASKED)
    assert found is not None
    assert found.severity == 0
    line = dict(zip(*lines(township.figure_table("诉求", [found], {"above": "全县"})), strict=True))
    assert (line["全县"], line["名次"], line["参加排名(个)"], line["评价"]) == ("—", "", "", "样本不足(n=1)")


def test_the_course_of_a_figure_is_drawn_once_it_is_there() -> None:
    columns = [column.title for column in township.figure_columns("全县")]
    assert "近12期" not in columns
    shown = township.figure_table("诉求", [a_figure(ON_TIME)], {"above": "全县"}, {ON_TIME: (0.5, None, 0.7)})
    assert 'class="spark"' in str(WRITER.render(shown))
    assert "近12期" not in lines(shown)[0], "a drawing is no column of a file"


def test_figures_are_counted_by_their_verdicts() -> None:
    found = [a_figure(ON_TIME, status=status) for status in (Status.OK, Status.OK, Status.NEAR, Status.LOW, Status.THIN)]
    assert township.sentence("泥河镇", found, VIEW) == "泥河镇 2026年11月:2 项达标,1 项接近,1 项未达标"
    assert township.sentence("泥河镇", found[4:], VIEW) == "泥河镇 2026年11月还没有可评价的指标"
    assert township.sentence("泥河镇", found[4:], JUNE) == "泥河镇 2026年6月没有可评价的指标"


def test_a_module_that_is_off_has_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Module.CAPTAINS in township.modules_at(Level.VILLAGE)
    monkeypatch.setenv("BOARD_MODULES", "petitions")
    assert township.modules_at(Level.TOWNSHIP) == [Module.PETITIONS, Module.SATISFACTION, Module.QUALITY]


def test_the_neighbours_of_the_last_are_the_one_before_and_the_first() -> None:
    names = {"149981100": "泥河镇", "149981101": "石桥镇", "149981102": "柳泉镇"}
    found = township.neighbours(names, "149981102", to_township)
    assert found is not None
    assert found.steps == (("← 石桥镇", to_township("149981101")), ("泥河镇 →", to_township("149981100")))
    assert township.neighbours(names, "149981400", to_township) is None
    assert township.neighbours({"149981100": "泥河镇"}, "149981100", to_township) is None


# --- the weakest ----------------------------------------------------------------------------------------------------------


def test_the_weakest_are_of_different_modules_and_none_is_met() -> None:
    severities = {"quality.in_time": 9, "duty.chief_cover": 5, "duty.leader_cover": 4, "nights.talk_weeks": 1, "petitions.open": 0}
    found = township.weakest([a_figure(indicator_id, severity) for indicator_id, severity in severities.items()])
    assert [each.entry.id for each in found] == ["duty.chief_cover", "nights.talk_weeks", "quality.in_time"]


def test_more_causes_than_are_listed_are_counted() -> None:
    weak = [a_figure(ON_TIME, 2, status=Status.LOW)]
    heading, groups = township.weakest_parts("149981100", weak, weak, [Cause([Exceptional(f"案{number}") for number in range(5)], 12)])
    assert heading.title == "最弱的几项"
    group = groups.groups[0]
    assert (group.title, group.count, group.shade) == ("按期办结率", "80.0% (40/50)", Status.LOW)
    assert [line.name for line in group.lines][-2:] == ["案4", "共 12 条 →"]
    assert group.lines[-1].link == group.link == to_cases("late", "149981100"), "all of them are one tap away"
    assert township.weakest_parts("149981100", [a_figure(ON_TIME, 0, status=Status.OK)], [], [])[0].title == "没有低于目标的指标"
    assert township.weakest_parts("149981100", [], [], [])[0].title == "没有可评价的指标"


def test_the_nights_behind_a_figure_are_those_its_flag_misses() -> None:
    enough = {"leaders_needed": 2, "leaders_counted": 2, "staff_needed": 1, "staff": 1, "has_leaders": True, "has_staff": True}
    rolls = pd.DataFrame(
        [
            {"night": date(2026, 11, 18), "has_chief": True, "compliant": True, "unreported": False, **enough},
            {"night": date(2026, 11, 19), "has_chief": False, "compliant": False, "unreported": False, **enough},
            {"night": date(2026, 11, 20), "has_chief": False, "compliant": False, "unreported": True, **enough},
        ]
    )
    found = township.night_lines("duty.night_compliance", rolls, "149981100")
    assert [(line.name, line.words) for line in found] == [("11月20日", "未填报"), ("11月19日", "缺正职")]
    assert found[0].link is not None
    assert found[0].link.query == {"township": "149981100", "night": "2026-11-20"}
    assert [line.name for line in township.night_lines("duty.unreported", rolls, "149981100")] == ["11月20日"]


def test_weeks_chiefs_and_teams_behind_a_figure_are_named() -> None:
    held = pd.DataFrame({"monday": [date(2026, 11, 2), date(2026, 11, 9)], "held": [False, False]})
    assert [line.name for line in township.week_lines(held, SessionKind.TALK)] == ["11月9日起的一周", "11月2日起的一周"]
    months = pd.DataFrame(
        [
            {"person_id": 1, "month": "2026-09", "nights": 8, "required": 10, "workdays": 22, "reached": False},
            {"person_id": 2, "month": "2026-09", "nights": 10, "required": 10, "workdays": 22, "reached": True},
        ]
    )
    assert township.chief_lines(months, {1: "王一"}) == [Exceptional("王一", "9月住 8 夜,应住 10 夜(在岗 22 个工作日)", to_person(1))]
    team = pd.DataFrame({"person_id": [1, 2], "nights": [3, 15]})
    assert [(line.name, line.words) for line in township.load_lines(team, {1: "王一"})] == [
        ("编号2(不明)", "住 15 夜"),
        ("王一", "住 3 夜"),
    ]


def test_the_villages_that_are_farthest_off_come_first_and_only_those_of_the_township() -> None:
    frame = pd.DataFrame(
        [
            a_row("149981100201", 9, 10, 0.9, name="甲村"),
            a_row("149981100202", 2, 10, 0.2, name="乙村"),
            a_row("149981101201", 0, 10, 0.0, name="别村"),
            a_row("149981100203", 10, 10, 1.0, name="丙村"),
        ]
    )
    found = township.unit_lines(a_figure(VISITS), frame, Level.VILLAGE, "149981100")
    assert [(line.name, line.words) for line in found] == [("乙村", "差 8 人周,20.0% (2/10)"), ("甲村", "差 1 人周,90.0% (9/10)")]
    assert found[0].link == to_village("149981100202")


def a_case(**change: Any) -> dict[str, Any]:
    row = {"number": "S-1", "category": "环境", "title": "路灯不亮", "village": "河东村", "area_code": "149981100201", "outcome": None}
    days = {"due_day": date(2026, 11, 8), "opened_at": datetime(2026, 11, 1, 9), "ended_at": None, "due_instant": None}
    return {**row, **days, **change}


def test_a_case_behind_a_figure_says_how_it_stands_as_every_list_does() -> None:
    rows = pd.DataFrame([a_case(), a_case(ended_at=datetime(2026, 11, 12), outcome="resolved")])
    found = township.case_lines(rows, VIEW)
    assert [line.words for line in found] == ["超期 12 天", "已化解 · 超时"]
    assert found[0].link == to_case("S-1")


# --- people and villages --------------------------------------------------------------------------------------------------


def test_people_in_post_stand_by_post_and_who_is_away_says_so() -> None:
    row = {"role": "township_chief", "name": "王一", "person_id": 1, "leave": None}
    rows = pd.DataFrame([row, {**row, "person_id": 2, "name": None, "leave": "secondment"}])
    found = township.people_in_post(rows, VIEW)
    assert found.remark == "2 人在任,今天 1 人请假、借调或培训,不计入在岗"
    assert [(each.name, each.shade) for each in found.lines[0].names] == [("王一", ""), ("编号2(不明)(借调)", "quiet")]
    assert township.people_in_post(rows, JUNE).remark == "截至6月30日 2 人在任,6月30日 1 人请假、借调或培训,不计入在岗"
    empty = township.people_in_post(rows.iloc[:0], VIEW)
    assert "请联系组织部补录" in str(WRITER.render(empty))


def test_the_weakest_village_stands_first_and_one_without_a_figure_last() -> None:
    units = pd.DataFrame(
        {"code": ["149981100201", "149981100202", "149981100203"], "name": ["甲", "乙", "丙"], "ranked": [True, True, False]}
    )
    frame = pd.DataFrame([a_row("149981100201", 9, 10, 0.9), a_row("149981100202", 2, 10, 0.2, status=Status.LOW)])
    found = township.village_table(units, {VISITS: frame})
    assert lines(found) == [
        ["村", "参加统计", "村夜访达标率", "村夜访达标率 分子", "村夜访达标率 分母"],
        ["乙", "", "0.2", "2", "10"],
        ["甲", "", "0.9", "9", "10"],
        ["丙", "不参加统计", "", "", ""],
    ]
    assert 'class="number low"' in str(WRITER.render(found))


# --- a village ------------------------------------------------------------------------------------------------------------


def test_a_villages_nights_name_who_was_there_and_what_was_missing() -> None:
    roll = {"code": "149981100201", "unreported": False, "compliant": True, "has_chief": True, "has_others": True}
    counts = {"others_needed": 2, "others_counted": 2}
    rolls = pd.DataFrame(
        [
            {**roll, **counts, "night": date(2026, 11, 18)},
            {**roll, **counts, "night": date(2026, 11, 19), "compliant": False, "has_chief": False},
        ]
    )
    stays = pd.DataFrame(
        [
            {"night": date(2026, 11, 18), "post": 1.0, "name": "主任"},
            {"night": date(2026, 11, 18), "post": 2.0, "name": "干部甲"},
            {"night": date(2026, 11, 18), "post": 2.0, "name": "干部乙"},
            {"night": date(2026, 11, 19), "post": None, "name": "过客"},
        ]
    )
    found = village.night_table("马塘村", MONTH, rolls, stays, ASKED)
    assert lines(found)[1:] == [["2026-11-19", "", "", "缺主干"], ["2026-11-18", "主任", "干部甲、干部乙", "达标"]]
    assert found.conclusion == "2026年11月住夜:2 个工作日夜达标 1 个"
    assert found.remark == "主干至少1人、其他干部至少2人;1 条记录当晚不在任或请假,不计"
    assert "11月19日 周四" in str(WRITER.render(found))


def test_a_grid_names_its_captains_and_the_cells_that_are_too_large_or_without_one() -> None:
    unit = {"person_id": None, "captain": None, "households": 0, "key_households": 0}
    units = pd.DataFrame(
        [
            {**unit, "code": "14998110020101", "level": "patch", "name": "东片", "person_id": 7, "captain": "片长甲"},
            {**unit, "code": "1499811002010101", "level": "group", "name": "一组"},
            {
                **unit,
                "code": "1499811002010101001",
                "level": "cell",
                "name": "第1邻",
                "person_id": 8,
                "captain": "邻长乙",
                "households": 15,
            },
            {**unit, "code": "1499811002010101002", "level": "cell", "name": "第2邻", "households": 16, "key_households": 3},
        ]
    )
    names = village.grid_names(units, RULES)
    assert (names.title, names.remark) == ("三长:1 片 1 组 2 邻", "31 户,其中重点户 3 户;1 个邻不在 5–15 户之间")
    assert [(line.title, line.count, line.names[0].name, line.names[0].shade) for line in names.lines] == [
        ("片长", "1 人", "东片片长 片长甲", ""),
        ("组长", "0 人", "一组缺组长", "low"),
    ]
    cells = village.cell_table("马塘村", units, RULES)
    assert lines(cells)[1:] == [["第1邻", "一组", "邻长乙", "15", "0", "合规"], ["第2邻", "一组", "缺邻长", "16", "3", "应 5–15 户"]]
    assert cells.links[1] is None
    assert village.cell_table("空村", units.iloc[:0], RULES).empty == "这个村还没有划邻"


def test_open_cases_say_their_deadline_and_how_many_are_left_out() -> None:
    rows = pd.DataFrame([a_case(), a_case(title=None, due_day=None), a_case(due_day=date(2026, 11, 25))])
    found = open_cases.of_village(rows, 12, VIEW)
    assert [str(due) for due in found.frame["due"]] == ["超期 12 天", "未定", "11月25日到期"]
    assert found.frame["what"].tolist() == ["环境 · 路灯不亮", "环境 · S-1", "环境 · 路灯不亮"]
    assert found.remark == "按时限从早到晚,先列 10 件"
    held = open_cases.of_person(rows, 2, 3, VIEW)
    assert (held.title, held.remark) == ("经办诉求 在办 2 件", "2026年11月已结 3 件")
    assert not held.may_leave
    past = open_cases.of_village(rows, 0, JUNE), open_cases.of_person(rows, 2, 3, JUNE)
    assert [(each.title, each.empty) for each in past] == [
        ("截至6月30日在办诉求 0 件", "截至6月30日没有在办诉求"),
        ("截至6月30日经办诉求 在办 2 件", "截至6月30日手上没有在办诉求"),
    ]
    assert str(past[0].frame["due"][0]) == "11月8日到期", "it was due later than what is looked at"


# --- a person -------------------------------------------------------------------------------------------------------------


def a_person(*held: dict[str, Any], leave: list[dict[str, Any]] | None = None, view: View | None = None) -> person.Person:
    columns = ["role", "code", "area", "level", "valid_from", "valid_to", "certificate_on"]
    away = pd.DataFrame(leave or [], columns=["kind", "first_day", "last_day"])
    return person.person_of(51, {"name": "曹爱梅", "phone": None}, pd.DataFrame(held, columns=columns), away, view or VIEW)


CHIEF = {"role": "township_chief", "code": "149981101", "area": "石桥镇", "valid_from": date(2022, 3, 26), "valid_to": None}


def a_month(**change: Any) -> Month:
    given = {"period": MONTH, "workdays": 14, "nights": 5, "due": 7, "done": {"stay": 5, "visit": 2}, "changes": ()}
    return Month(**{**given, **change})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "曹爱梅 11月住 5 夜,应住 7 夜,差 2 夜"),
        ({"nights": 7}, "曹爱梅 11月住 7 夜,应住 7 夜,已住满"),
        ({"due": None}, "曹爱梅 11月在岗 14 个工作日,住 5 夜"),
        ({"due": None, "workdays": 0, "nights": 0}, "曹爱梅 11月没有住夜任务"),
    ],
)
def test_a_person_in_a_sentence(change: dict[str, Any], said: str) -> None:
    assert person.sentence(a_person(CHIEF), [a_month(**change)]) == said


def test_a_person_of_a_past_period_is_as_they_were_at_its_end() -> None:
    away = {"kind": "leave", "first_day": date(2026, 6, 29), "last_day": date(2026, 7, 3)}
    now, then = (a_person({**CHIEF, "valid_to": date(2026, 9, 1)}, leave=[away], view=view) for view in (VIEW, JUNE))
    assert [person.subtitle(each) for each in (now, then)] == ["没有任职", "截至6月30日 · 石桥镇党政正职 · 6月30日请假"]
    assert [each.span for each in (now, then)] == ["近12个月", "至2026年6月的12个月"]
    assert person.sentence(then, [a_month(period=JUNE.period)]) == "曹爱梅 2026年6月住 5 夜,应住 7 夜,差 2 夜"
    later = a_person(CHIEF, leave=[{**away, "first_day": date(2026, 8, 1), "last_day": None}], view=JUNE)
    _, leave = person.posts_and_leave(later)
    assert (leave.facts, leave.empty) == ((), "至6月30日的一年没有请假、借调、培训记录"), "that leave was still to come"


def test_a_running_quarters_course_ends_open() -> None:
    frame = pd.DataFrame([a_row("149981100", 40, 50, 0.8, None, Status.RUNNING)])
    running = township.unit_figure(REGISTRY["captains.ordinary_visits"], frame, None, "149981100", None, ASKED)
    assert running is not None
    assert running.unfinished
    drawn = township.figure_table("三长", [running], {"above": "全县"}, {"captains.ordinary_visits": (1.0, 0.9)})
    assert 'class="spark running"' in str(WRITER.render(drawn))
    over = replace(ASKED, period=JUNE.period)
    counts, shares = a_row("149981100", 3, None, 3.0, None, Status.NONE), a_row("149981100", 1, 2, 0.5, None, Status.THIN)
    for indicator, row in (("quality.two_places", counts), ("duty.night_compliance", shares)):
        frame = pd.DataFrame([row])
        ends = [township.unit_figure(REGISTRY[indicator], frame, None, "149981100", None, each) for each in (ASKED, over)]
        assert [each.unfinished for each in ends if each] == [True, False], "a share of three nights is no fall either"


def test_a_months_line_says_what_is_due_what_else_was_done_and_why_it_is_short() -> None:
    changes = (("begin", date(2026, 11, 9), None), ("leave", date(2026, 11, 16), date(2026, 11, 17)))
    found = person.month_table(a_person(CHIEF), [a_month(changes=changes), a_month(done={}, due=None, workdays=0, nights=0)], ASKED)
    assert lines(found) == [
        ["月份", "住夜(夜)", "应住(夜)", "在岗工作日(个)", "夜访", "评价", "说明"],
        ["2026年11月", "5", "7", "14", "2", "差 2 夜", "11月9日到任 · 请假 11月16日至11月17日"],
        ["2026年11月", "", "", "0", "0", "", ""],
    ]
    assert found.remark == "已住/应住;在岗满20个工作日应住10夜,不足的按比例折算、向上取整"
    html = str(WRITER.render(found))
    assert "5/7 夜" in html
    assert 'class="track"' in html


def test_whoever_is_no_chief_has_no_verdict_and_a_county_without_nights_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    months = [a_month(due=None)]
    assert lines(person.month_table(a_person(CHIEF), months, ASKED))[0] == [
        "月份",
        "住夜(夜)",
        "应住(夜)",
        "在岗工作日(个)",
        "夜访",
        "说明",
    ]
    monkeypatch.setenv("BOARD_MODULES", "nights")
    assert lines(person.month_table(a_person(CHIEF), months, ASKED))[0] == ["月份", "夜访", "说明"]
    assert person.sentence(a_person(CHIEF), months) == "曹爱梅 11月"


def test_numbers_of_the_rule_are_those_of_the_edition_in_force() -> None:
    other = replace_rules(duty={"chief_nights": 12, "full_month_workdays": 18, "village_others": 3}, captains={"most_households": 20})
    asked = Question(Level.TOWNSHIP, MONTH, TODAY, Workdays({}), other)
    assert "满18个工作日应住12夜" in person.month_table(a_person(CHIEF), [a_month()], asked).remark
    empty = pd.DataFrame(columns=["code", "night", "compliant", "unreported"])
    stays = pd.DataFrame(columns=["night", "post", "name"])
    assert village.night_table("马塘村", MONTH, empty, stays, asked).remark == "主干至少1人、其他干部至少3人"
    units = pd.DataFrame(columns=["code", "level", "name", "person_id", "captain", "households", "key_households"])
    assert "5–20 户之间" in village.grid_names(units, other).remark


def replace_rules(**tables: dict[str, Any]) -> Any:
    return replace(RULES, tables={**RULES.tables, **{name: {**RULES.tables[name], **more} for name, more in tables.items()}})


def test_a_stay_that_does_not_count_says_why_in_list_and_file_and_a_note_is_hidden_with_the_names() -> None:
    row = {"id": 3, "day": date(2026, 11, 19), "code": "149981100", "area": "泥河镇", "words": None, "count": None, "note": "值班"}
    rows = pd.DataFrame([{**row, "recorded_at": datetime(2026, 11, 20, 8, 30), "backfilled": True}])
    found = person.record_table(a_person(CHIEF), "stay", rows, 191, ASKED, masked=False, chosen={"records": "住夜"})
    assert lines(found)[1] == ["2026-11-19", "泥河镇", "", "值班", "不计:不在任职单位", "2026-11-20 08:30", "以文件补录"]
    html = str(WRITER.render(found))
    assert "2026年11月19日" in html
    assert "11月20日 08:30 录入" in html
    assert "以文件补录" in html
    assert found.links[0] is not None
    assert found.links[0].query == {"person": "p:51", "records": "住夜", "record": "stay-3"}
    assert "值班" not in str(csv_bytes(person.record_table(a_person(CHIEF), "stay", rows, 191, ASKED, masked=True, chosen={})), "utf-8")


@pytest.mark.parametrize(
    ("kind", "row", "words"),
    [
        ("visit", {"count": 4, "words": None}, "4 人次"),
        ("slot", {"count": 7, "words": "outreach"}, "带案下访 接待 7 人次"),
        ("slot", {"count": None, "words": "office"}, "乡镇机关"),
        ("lecture", {"count": 30, "words": "乡村振兴促进法"}, "乡村振兴促进法"),
        ("home", {"count": None, "words": "key"}, "重点户"),
        ("home", {"count": None, "words": "unheard"}, ""),
    ],
)
def test_a_record_in_a_word(kind: str, row: dict[str, Any], words: str) -> None:
    given = {"id": 1, "day": TODAY, "code": "1", "area": None, "note": None, "recorded_at": None, "backfilled": None, **row}
    assert person.record_table(a_person(CHIEF), kind, pd.DataFrame([given], dtype="object"), 1, ASKED, True, {}).frame[
        "words"
    ].tolist() == [words]


def test_a_record_in_full_says_when_it_was_entered_and_whether_that_was_late() -> None:
    row = {
        "person_id": 1,
        "person_id_name": None,
        "area_code": "149981100",
        "area": "泥河镇",
        "night": date(2026, 11, 16),
        "note": "值班",
        "id": 3,
        "backfilled": None,
    }
    late = {**row, "recorded_at": datetime(2026, 11, 20, 6, 0)}
    heading, sentence, facts = person.record_parts("stay", late, "不在任职单位", True, rulebook())
    assert heading.about == "duty.night_compliance"  # type: ignore[union-attr]
    assert sentence.words == "这条记录不计入指标:不在任职单位"  # type: ignore[union-attr]
    said = {fact.name: (fact.text, fact.small) for fact in facts.facts}  # type: ignore[union-attr]
    assert said["人员"] == ("编号1(不明)", "")
    assert said["录入时间"] == ("2026-11-20 06:00:00", "事后 78 小时录入,超过72小时")
    assert "备注" not in said
    html = str(WRITER.render(*person.record_parts("stay", {**late, "backfilled": True}, "", False, rulebook())))
    assert "以文件补录的时刻" in html
    assert "事后" not in html
    html = str(WRITER.render(*person.record_parts("stay", {**row, "recorded_at": None}, "", False, rulebook())))
    assert "没有录入时间" in html
    assert "不计入" not in html


def test_posts_and_leave_say_since_when_and_only_leave_of_the_last_year_is_shown() -> None:
    old = {"kind": "leave", "first_day": date(2025, 3, 1), "last_day": date(2025, 3, 9)}
    somebody = a_person({**CHIEF, "valid_to": date(2026, 1, 31)}, {**CHIEF, "role": "unheard_of"}, leave=[old])
    held, away = person.posts_and_leave(somebody)
    assert [(fact.name, fact.text) for fact in held.facts] == [
        ("石桥镇 党政正职", "2022年3月26日至2026年1月31日"),
        ("石桥镇 unheard_of", "2022年3月26日起"),
    ]
    assert "近一年没有请假、借调、培训记录" in str(WRITER.render(away))
    assert person.subtitle(somebody) == "石桥镇unheard_of"
    assert posts.change_words("elsewhere", TODAY, None) == "离岗 11月20日起"


def test_what_shortened_a_month_is_kept_as_facts() -> None:
    somebody = a_person(
        {**CHIEF, "valid_from": date(2026, 11, 9)}, leave=[{"kind": "training", "first_day": date(2026, 11, 12), "last_day": None}]
    )
    days = pd.DataFrame({"kind": ["stay"], "code": ["149981101"], "day": [date(2026, 11, 10)], "records": [2]})
    month = months_of(somebody.posts, somebody.leave, days, ASKED, 1)[0]
    assert (month.workdays, month.nights, month.done) == (3, 1, {"stay": 2})
    assert month.changes == (("begin", date(2026, 11, 9), None), ("training", date(2026, 11, 12), None))

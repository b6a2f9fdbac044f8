"""The selection as it is read: one table for page, papers, annex and command line; words and numbers of the edition it was made by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from markupsafe import Markup

from data_access.calendar import calendar_days
from metrics.rulebook import RULEBOOK_FILE, Rulebook, parse_rulebook
from metrics.selection.flow import OFF_LIST, Record, Step
from metrics.selection.rules import Weights, trial_rules
from metrics.selection.words import seat_words, span_told, tenths, verdict
from metrics.vocabulary import Status
from metrics.workdays import Workdays
from reports.html import HtmlWriter
from reports.selection_annex import annex
from reports.selection_files import notice_bytes
from reports.tables import Kind, Table, screen_text
from reports.views import score_sheet, selection, selection_certainty, selection_flow
from tests.meeting_worlds import HOSTILE
from tests.test_selection_files import FIRST, LAST, RULES, a_ranking, read, the_candidate, words

NAMES = ["张三", "李四", "王五", "赵六", "钱七"]
OFFICES = {"leader": "县领导", "organisation": "组织部", "petition_office": "信访局", "political_legal": "政法委", "township": "乡镇"}
WORKDAYS = Workdays({row["day"]: bool(row["is_workday"]) for row in calendar_days(2026, 2027)})  # type: ignore[misc]
WRITER = HtmlWriter(lambda page: True)


def headings(table: Table) -> list[str]:
    return [column.heading for column in table.file_columns]


def on_screen(table: Table) -> dict[str, str]:
    """The first row as a screen shows it, by heading."""
    row = table.frame.iloc[0].to_dict()
    return {column.head or column.title: screen_text(row, column) for column in table.columns if column.screen}


def other_rules(**numbers: float) -> Rulebook:
    """The rulebook with another edition for the end of 2026 that has other numbers of the selection, the petitions and the quality."""
    text = RULEBOOK_FILE.read_text(encoding="utf-8") + '\n[[edition]]\nversion = "other"\nvalid_from = 2026-12-31\n'
    for table in ("selection", "petitions", "quality"):
        own = {name.removeprefix(f"{table}_"): number for name, number in numbers.items() if name.startswith(f"{table}_")}
        text += f"[edition.{table}]\n" + "".join(f"{name} = {number}\n" for name, number in own.items())
    return parse_rulebook(text)


def a_record(step: Step, number: int = 1, **more: object) -> Record:
    return Record(number, step, datetime(2026, 12, 1, 9), "one", "部务会", **more)  # type: ignore[arg-type]


# --- the ranking ----------------------------------------------------------------------------------------------------------


def test_a_screen_folds_what_a_file_holds_in_columns_of_its_own() -> None:
    ranking = a_ranking(NAMES)
    table = selection.ranking_table(ranking, ranking.ranked, "名单")
    shown = on_screen(table)
    assert shown["实绩 / 评单 / 测评 / 加分"] == "47.50 / 27.26 / 19.02 / 1.5"
    assert (shown["名次多在"], shown["名额把握"], shown["换权重仍不变"]) == ("1–4 名", "名额线上下 62%", "90%")
    assert headings(table) == [
        *("名次", "乡镇", "岗位", "姓名", "总分", "实绩", "评单", "测评", "加分"),
        *("名次最好", "名次最差", "名额把握", "换权重仍不变", "结果"),
    ]


def test_the_annex_and_the_page_show_the_same_columns_and_points_to_two_decimals() -> None:
    ranking = a_ranking(NAMES)
    made = annex(ranking)
    page = selection.ranking_table(ranking, ranking.ranked, "名单")
    slide, screen = dict(zip(headings(made.table), made.table.texts()[0], strict=True)), on_screen(page)
    assert slide.pop("岗位") == f"{screen.pop('乡镇')}赵坪村第一邻邻长", "place and post before the name"
    assert slide == screen, "a slide is read as the page is"
    assert made.full is not None
    assert headings(made.full) == [*headings(page), "原因"], "the workbook is computed with as the page's files are"
    assert all(column.kind is Kind.SCORE for column in made.full.columns if column.key in ("score", "work", "ratings", "survey", "bonus"))
    assert made.full.texts()[0][:-1] == page.texts()[0]
    assert made.full.texts()[-1][-2:] == ["列出不排名", "样本不足:测评1户,需3户"]
    assert "拟入选 2 人,其中稳在名额内的 0 人" in made.title
    assert dict(made.table.notes)["口径"].startswith("总分=实绩50+群众评单30+满意度测评20+加分(至多5)")
    assert dict(made.table.notes)["名额"] == "泥河镇1;西沟乡1"


def test_the_annex_of_a_township_lists_its_own_with_county_wide_ranks() -> None:
    ranking = a_ranking(NAMES)
    made = annex(ranking.in_township("149981102"))
    assert [line[0] for line in made.full.texts()] == ["2", "4"]  # type: ignore[union-attr]
    assert "够资格的 2 人" in made.subtitle


def test_a_file_says_its_rules_itself_and_nothing_of_another_view() -> None:
    ranking = a_ranking(NAMES, digest=None)
    table = selection.ranking_table(replace(ranking, masked=True), ranking.ranked, "名单")
    assert table.own_notes
    assert dict(table.notes)["状态"] == "试排,尚未冻结"
    assert dict(table.notes)["姓名"].startswith("本账号不看姓名")


def test_who_has_left_the_list_stands_beside_it_on_screen_and_in_its_file() -> None:
    ranking = a_ranking(NAMES)
    ranking.rows.loc[2, "standing"] = OFF_LIST
    table = selection.shortlist_table(ranking)
    assert table.conclusion == "名单 2 人,退出 1 人,拟递补 1 人"
    assert [line[-1] for line in table.texts()] == ["拟入选", "拟递补", "退出"]


def test_a_township_sees_its_seats_and_who_comes_next() -> None:
    ranking = a_ranking(NAMES).in_township("149981101")
    assert ranking.where == "泥河镇"
    assert selection.shortlist_table(ranking).conclusion == "泥河镇:名单 1 人与其后各位"
    front = selection_certainty.front_places(ranking)
    assert [place.label for place in front.places] == ["1 张三", "3 王五"]
    assert [place.seated for place in front.places] == [True, False]


def test_a_seat_that_nobody_takes_is_called_vacant() -> None:
    ranking = a_ranking(["张三", "李四", "王五"])
    ranking.rows.loc[1, "standing"] = ""
    table = selection.quota_table(ranking)
    assert table.texts()[1] == ["西沟乡", "50", "1", "1", "0", "1", "—"]
    assert "空 1" in WRITER.render(table)
    assert "空 0" not in WRITER.render(table)


def test_the_gravest_reason_stands_first() -> None:
    ranking = a_ranking(NAMES)
    ranking.rows["gate"] = ["ok", "样本不足:测评1户,需3户", "任职不足:在岗9天,需182天", "一票否决:造假", "ok"]
    rows = selection.unranked_rows(ranking)
    assert [line[3].split(":")[0] for line in selection.gates_table(ranking, rows).texts()] == ["一票否决", "任职不足", "样本不足"]
    assert selection.gates_table(ranking, rows.head(1)).conclusion == "列出但不排名 3 人"


FROZEN = "一票否决:李某举报;任职不足:在岗3天;抽查未通过:未写明;任职不足:在岗9天,需182天;样本不足:测评1户,本邻9户,需达60%"


@pytest.mark.parametrize("masked", [False, True])
def test_a_reason_that_somebody_wrote_is_read_by_who_may_see_names(masked: bool) -> None:
    """Also in a ranking that was frozen with its words."""
    made = a_ranking(NAMES).made
    frozen = replace(
        made, rows=made.rows.assign(gate=[FROZEN, "已退出:本人申请,张三", "ok", "样本不足:测评1户,需3户", "ok"][: len(made.rows)])
    )
    told = list(selection.ranking_of(frozen, lambda _code: True, masked=masked).rows.sort_values("person_id")["gate"])
    whole = list(frozen.rows.sort_values("person_id")["gate"])
    if not masked:
        assert told == whole
        return
    hidden = "一票否决:(不显示);抽查未通过:(不显示);任职不足:在岗9天,需182天;样本不足:测评1户,本邻9户,需达60%"
    said = {FROZEN: hidden, "已退出:本人申请,张三": "已退出:(不显示)"}
    assert told == [said.get(each, each) for each in whole]


def test_the_page_says_before_any_rank_what_a_rank_is_worth() -> None:
    running = a_ranking(NAMES, digest=None)
    running = replace(running, made=replace(running.made, as_of=date(2026, 11, 20)))
    running.rows["chance_in_quota"] = [0.5, 0.45, 0.2, 0.1, None]
    said = " ".join(selection_certainty.cautions(running))
    assert "2026年还没有结束,只计已结束的月份和季度;名次会变" in said
    assert "名单 2 人中稳在名额内的 0 人,其余 2 人与名单外的 1 人都在名额线上下" in said
    assert "在2026年结束之前冻结" in selection_certainty.cautions(replace(running, digest="ab"))[0]


def test_a_list_whose_places_could_be_anywhere_is_said_to_be_one() -> None:
    ranking = a_ranking(NAMES)
    ranking.rows["rank_low"], ranking.rows["rank_high"] = ranking.rows["rank"], ranking.rows["rank"] + 1
    assert "先后不能当真" not in " ".join(selection_certainty.cautions(ranking))
    wider = replace(ranking, rows=ranking.rows.assign(rank_high=ranking.rows["rank"] + 2))
    assert selection_certainty.cautions(wider)[-1] == "名单 2 人中有 2 人的名次范围宽过全部名次的一半,先后不能当真。"


def test_what_an_interval_means_follows_the_edition_the_ranking_was_made_by() -> None:
    def said(method: str) -> str:
        ranking = a_ranking(NAMES)
        made = replace(ranking.made, rules=replace(ranking.made.rules, interval_method=method))
        return selection_certainty.how_to_read(replace(ranking, made=made)).texts()[0][1]

    assert said("pooled").startswith("扣除碰巧的成分，真实名次至少有九成把握在这一段")
    assert said("resampled") == (
        "把走访、评单、答卷当作碰巧看到的一批，重抽 2,000 次再排，90% 的次数名次落在这一段；名次在段外的，是这次碰巧偏好或偏差。"
    )


@pytest.mark.parametrize(("share", "said"), [(0.4, "四成"), (0.6, "六成"), (0.9, "九成")])
def test_a_share_in_a_sentence_is_said_in_tenths(share: float, said: str) -> None:
    assert tenths(share) == said


# --- a trial --------------------------------------------------------------------------------------------------------------


def test_a_trial_says_who_comes_in_and_who_drops_out_and_leaves_no_file() -> None:
    ranking = a_ranking(NAMES)
    tried = replace(ranking, rows=ranking.rows.assign(in_quota=[True, False, True, False, False], rank=[1, 4, 2, 3, None]))
    weights = Weights(50, 25, 25, {"key_visits": 1.0}, 0, 0)
    table = selection.trial_table(ranking, tried, weights)
    assert not table.may_leave
    assert table.conclusion == "试算:名单 2 人中有 1 人不同"
    assert [line[:2] + line[4:] for line in table.texts()] == [["出", "李四", "第 2 名", "第 4 名"], ["进", "王五", "第 3 名", "第 2 名"]]
    assert table.remark.endswith("折算为 实绩 50 · 评单 25 · 测评 25 分")


def test_the_parts_of_a_trial_are_scaled_to_a_hundred_points() -> None:
    tried = trial_rules(RULES, Weights(100, 60, 40, {"key_visits": 3.0}, 30, 1))
    assert (tried.work_points, tried.ratings_points, tried.survey_points) == (50, 30, 20)
    assert (tried.least_days_in_post, tried.least_surveyed, tried.trial) == (30, 1, True)
    assert not Weights(0, 0, 0, {"key_visits": 1.0}, 0, 0).adds_up
    assert not Weights(1, 0, 0, {"key_visits": 0.0}, 0, 0).adds_up
    assert not Weights(1, 0, 0, {"meetings": 1.0}, 0, 0).fits(RULES)


# --- how sure a place is -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "ranked", "told"),
    [
        (1, 1, 400, "第 1 名"),
        (1, 20, 60, "1–20 名"),
        (1, 40, 400, "1–40 名"),
        (1, 41, 400, "前二成"),
        (1, 80, 400, "前二成"),
        (1, 81, 400, "前三成"),
        (40, 200, 400, "前五成"),
        (41, 200, 400, "前一成到五成之间"),
        (121, 300, 400, "前三成到八成之间"),
        (150, 400, 400, "后七成"),
        (301, 400, 400, "后三成"),
        (40, 361, 400, "前后都可能"),
        (1, 30, 99, "前四成"),
        (1, 29, 99, "前三成"),
    ],
)
def test_a_place_is_told_exactly_where_that_informs_and_else_as_a_part_of_the_list(low: int, high: int, ranked: int, told: str) -> None:
    span = span_told(low, high, ranked)
    assert span.words == told
    assert span.first <= low <= high <= span.last <= ranked, "never narrower than the interval"


@pytest.mark.parametrize(
    ("chance", "listed", "told"),
    [
        (0.9, True, "稳在名额内 90%"),
        (0.899, True, "名额线上下 89%"),
        (0.104, False, "名额线上下 11%"),
        (0.0985, False, "稳在名额外 10%"),
        (0.04, True, "名额线上下 4%"),
        (1.0, True, "稳在名额内 99% 以上"),
        (0.95, False, "名额线上下 95%"),
        (0.11, False, "名额线上下 11%"),
        (0.1, False, "稳在名额外 10%"),
        (0.0, False, "稳在名额外 不到 1%"),
    ],
)
def test_a_seat_is_sure_or_at_the_line_and_never_certain(chance: float, listed: bool, told: str) -> None:
    ranking = a_ranking(NAMES)
    row = ranking.rows.iloc[0 if listed else 2].to_dict() | {"chance_in_quota": chance}
    assert seat_words(ranking.made, row) == told


def test_whoever_is_first_reads_why_no_place_is_certain() -> None:
    ranking = a_ranking(NAMES)
    assert "全县第 1 名,扣除碰巧的成分多在 1–4 名,名额线上下 62%" in verdict(ranking.made, ranking.rows.iloc[0].to_dict())[1]
    assert "排第一的，得分里也有碰巧" in selection_certainty.how_to_read(ranking).texts()[0][1]


# --- the record -----------------------------------------------------------------------------------------------------------


def test_the_course_shows_what_is_taken_what_runs_and_what_is_still_to_come() -> None:
    records = (a_record(Step.DRAFT), a_record(Step.FROZEN, 2), a_record(Step.APPEALS, 3, until=date(2026, 12, 8)))
    ranking = replace(a_ranking(NAMES), records=records)
    shown = selection_flow.milestones(ranking, date(2026, 12, 8)).milestones
    assert [each.status for each in shown[:4]] == [Status.OK, Status.OK, Status.NEAR, Status.NONE]
    assert shown[2].small == "进行中,到12月8日止"
    after = selection_flow.milestones(ranking, date(2026, 12, 9)).milestones
    assert [each.status for each in after[2:4]] == [Status.OK, Status.NEAR]


def test_why_a_step_cannot_be_taken_is_said_with_whose_it_is_and_from_when() -> None:
    ranking = replace(a_ranking(NAMES), records=(a_record(Step.DRAFT), a_record(Step.FROZEN, 2)))
    today = date(2026, 12, 8)
    assert selection_flow.why_not_now(ranking, "organisation", today, OFFICES) == ""
    assert selection_flow.why_not_now(ranking, "leader", today, OFFICES) == "下一步“核对申诉”由组织部办理。"
    running = replace(ranking, records=(*ranking.records, a_record(Step.APPEALS, 3, until=today)))
    assert "核对申诉到 12月8日止" in selection_flow.why_not_now(running, "organisation", today, OFFICES)
    reviewed = replace(running, records=(*running.records, a_record(Step.REVIEW, 4)))
    assert selection_flow.why_not_now(reviewed, "leader", today, OFFICES).endswith("由组织部或乡镇办理。")
    checked = (*reviewed.records, *(a_record(Step.TOWNSHIP, 5 + place, area_code=code) for place, code in enumerate(ranking.made.seats)))
    assert "由组织部或信访局或政法委办理" in selection_flow.why_not_now(replace(reviewed, records=checked), "leader", today, OFFICES)


def test_the_record_names_whoever_an_answer_is_about_only_to_those_who_may_see_names() -> None:
    records = (a_record(Step.WITHDRAW, 1, person_id=2), a_record(Step.CONFIRM, 2, confirms=1))
    ranking = replace(a_ranking(NAMES), records=records)
    assert selection_flow.record_table(ranking).texts()[0][:2] == ["复核同意", "取消资格 赵坪村第一邻邻长 李四"]
    assert selection_flow.record_table(replace(ranking, masked=True)).texts()[0][1] == "取消资格 编号2"


def test_those_on_the_list_are_offered_first_and_the_unranked_too() -> None:
    labels = list(selection_flow.candidate_choices(a_ranking(["张三", "李四", "王五"])).values())
    post = "赵坪村第一邻邻长"
    told = ("张三 · 泥河镇 · 第 1 名 · 名单内", "李四 · 西沟乡 · 第 2 名 · 名单内", "王五 · 泥河镇 · 未排名")
    assert labels == [f"{post} {each}" for each in told]


def test_a_notice_runs_from_the_day_after_it_was_put_up() -> None:
    ranking = a_ranking(NAMES)
    assert selection_flow.notice_days(ranking, WORKDAYS) is None
    record = a_record(Step.NOTICE, until=date(2026, 12, 7))
    assert selection_flow.notice_days(replace(ranking, records=(record,)), WORKDAYS) == (date(2026, 12, 2), date(2026, 12, 7))


# --- words of the edition -------------------------------------------------------------------------------------------------


def test_another_edition_says_other_numbers_everywhere() -> None:
    numbers = {"appeal_workdays": 7, "notice_workdays": 9}
    rules = other_rules(
        **{f"selection_{name}": value for name, value in numbers.items()}, petitions_accept_workdays=3, quality_entry_hours=48
    )
    ranking = replace(a_ranking(NAMES, last=Step.NOTICE), rules=rules)
    assert selection_flow.button(ranking, Step.APPEALS) == "开始核对申诉(7个工作日)"
    assert selection_flow.button(ranking, Step.NOTICE) == "开始公示(9个工作日)"
    assert "\uff089个工作日\uff09" in words(read(notice_bytes(ranking, (FIRST, LAST))))
    terms = ranking.made.terms.assign(item=["in_time", "accept_on_time", "bonus"])
    found = score_sheet.Candidate(ranking, ranking.rows.iloc[0].to_dict(), terms)
    rules_of_item = {"in_time": 1.0, "accept_on_time": 1.0}
    made = replace(ranking.made, rules=replace(RULES, items=rules_of_item))
    shown = str(WRITER.render(score_sheet.terms_table(replace(found, ranking=replace(ranking, made=made)))))
    assert "在48小时内录入的" in shown
    assert "派单后3个工作日内接单的" in shown
    weighed = replace(ranking, made=replace(ranking.made, rules=replace(RULES, work_points=40, bonus_most=3)))
    assert "实绩40" in dict(weighed.notes)["口径"]
    assert "至多3" in dict(weighed.notes)["口径"]


# --- the score sheet ------------------------------------------------------------------------------------------------------


def test_the_cells_of_a_score_sheet_and_the_sum_under_them_round_alike() -> None:
    table = score_sheet.terms_table(the_candidate(a_ranking(NAMES)))
    by_item = {line[0]: line for line in table.texts()}
    assert by_item["群众评单"][-1] == "27.26"
    assert by_item["总分"][3] == "实绩 47.50 + 评单 27.26 + 测评 19.02 + 加分 1.50"


def test_the_evidence_of_a_live_ranking_stands_under_the_sheet_and_that_of_a_frozen_one_in_its_snapshot() -> None:
    found = the_candidate(a_ranking(NAMES, digest=None))
    columns = ["person_id", "kind", "points", "passed", "reason", "evidence", "decided_by", "decided_on"]
    marks = pd.DataFrame(
        [[1, "bonus", 2.0, None, "救人", None, "会议", date(2026, 5, 1)], [2, "veto", None, None, "造假", None, "会议", date(2026, 5, 1)]],
        columns=columns,
        dtype=object,
    )
    survey = pd.DataFrame({"person_id": [1, 1, 2], "own": [0, 1, 0], "n": [3, 9, 4]})
    table = score_sheet.marks_table(found, {"marks": marks})
    assert [line[:4] for line in table.texts()] == [["加分", "2 分", "救人", "没有佐证,不计"]]
    assert "2026年5月1日" in WRITER.render(table)
    assert any("另有 3 份答卷" in said for said in score_sheet.remarks(found, {"survey": survey}))
    assert not any("答卷来自" in said for said in score_sheet.remarks(found))
    assert score_sheet.marks_table(found, None).frame.empty


def test_nobody_answers_to_a_number_outside_the_readers_scope() -> None:
    ranking = a_ranking(NAMES).in_township("149981101")
    assert score_sheet.candidate(ranking, 2) is None
    assert score_sheet.candidate(ranking, 1).name == "张三"  # type: ignore[union-attr]


def every_part(names: list[str | None]) -> Markup:
    """All parts of the selection's pages about a ranking of these names."""
    ranking = replace(a_ranking(names), records=(a_record(Step.WITHDRAW, 1, person_id=1, until=date(2026, 12, 8)),))
    tried = replace(ranking, rows=ranking.rows.assign(in_quota=[False, True, False]))
    return WRITER.render(
        selection.shortlist_table(ranking),
        selection.gates_table(ranking, selection.unranked_rows(ranking)),
        selection.quota_table(ranking),
        selection.trial_table(ranking, tried, Weights(50, 30, 20, {"key_visits": 1.0}, 0, 0)),
        selection_certainty.how_to_read(ranking),
        score_sheet.result(the_candidate(ranking)),
        score_sheet.terms_table(the_candidate(ranking)),
        selection_flow.milestones(ranking, FIRST),
        selection_flow.record_table(ranking),
        score_sheet.SIGN_LINES,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_on_every_part(name: str) -> None:
    assert every_part([name, "李四", name]).count("<") == every_part(["甲", "李四", "甲"]).count("<")

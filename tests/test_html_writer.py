"""Parts as HTML: what a screen folds, what a reader may open, and that a text never becomes markup."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest
from markupsafe import Markup

from metrics.registry import REGISTRY
from metrics.vocabulary import Status
from reports.html import HtmlWriter
from reports.links import Definition, Link, to_case, to_township
from reports.parts import (
    Card,
    Cards,
    Counter,
    Counters,
    Empty,
    Event,
    Exceptional,
    Exceptions,
    ExceptionSection,
    Fact,
    Facts,
    Heading,
    More,
    Sentence,
    Steps,
    Timeline,
)
from reports.tables import Bar, Column, Kind, Layout, Lines, Spark, Table, Team, Verdict, table, verdict_of
from tests.meeting_worlds import UP

HOSTILE = "<script>alert('x')</script>&\""
WHO = (
    Column("name", "正职", small=("town",)),
    Column("town", "乡镇", screen=False),
    Column("k", "已住", Kind.COUNT, "夜", of="n", words="{} 夜", drawing="bar"),
    Column("n", "应住", Kind.COUNT, "夜", screen=False),
    Column("share", "占比", Kind.SHARE, phone=False),
    Column("verdict", "评价", Kind.VERDICT),
)


def everything(page: str) -> bool:
    return True


def nothing(page: str) -> bool:
    return False


def a_table(**change: object) -> Table:
    row = {
        "name": "张三",
        "town": "泥河镇",
        "k": 8,
        "n": 10,
        "share": 0.625,
        "bar": Bar(8, 10, 10),
        "verdict": Verdict(Status.LOW, "未达标"),
    }
    return table("正职月住夜", WHO, [{**row, **change}], links=(to_township("149981101"),), indicators=("duty.chief_nights",))


def written(*parts: object, opens=everything, period: dict[str, str] | None = None) -> str:
    return str(HtmlWriter(opens, period).render(*parts))


def targets(markup: str) -> list[dict]:
    return [json.loads(html.unescape(found)) for found in re.findall(r'data-go="([^"]*)"', markup)]


def test_a_screen_folds_what_a_file_keeps_apart() -> None:
    made = a_table()
    said = re.sub(r"<[^>]+>", "|", written(made))
    assert "8/10 夜" in said
    assert "泥河镇" in said
    assert [column.heading for column in made.file_columns] == ["正职", "乡镇", "已住(夜)", "应住(夜)", "占比", "评价"]
    assert made.texts() == [["张三", "泥河镇", "8", "10", "62.5%", "未达标"]]
    assert '<th class="number aside">占比</th>' in written(made)
    assert '<span class="verdict low">✕ 未达标</span>' in written(made)


def test_a_missing_cell_is_a_dash_and_a_missing_quiet_line_is_nothing() -> None:
    said = written(a_table(k=None, town=None, share=None))
    assert said.count("—") == 2
    assert "<small>" not in said


def test_links_carry_the_period_and_lead_only_where_the_reader_may_go() -> None:
    open_to_all = targets(written(a_table(), period={"period": "本年"}))
    assert {"page": "pages/township/township.py", "query": {"township": "149981101", "period": "本年"}} in open_to_all
    assert {"definition": "duty.chief_nights", "context": {}} in open_to_all
    assert [target for target in targets(written(a_table(), opens=nothing)) if "page" in target] == []
    case = targets(written(More("看", to_case("P-1")), period={"period": "本年"}))
    assert case == [{"page": "pages/petitions/case.py", "query": {"number": "P-1"}}], "a case has no period"
    assert written(More("看", to_case("P-1")), opens=nothing) == ""


def test_an_exception_that_leads_nowhere_is_no_button() -> None:
    group = ExceptionSection("超期", "1 件", (Exceptional("泥河镇", "超期 3 天", to_case("P-1")),), about="petitions.overdue")
    assert "<li><button" in written(Exceptions((group,)))
    assert "<li><span" in written(Exceptions((group,)), opens=nothing)
    quiet = ExceptionSection("超期", "0 件", (), "没有超期")
    assert "没有超期" in written(Exceptions((quiet,)))
    assert 'class="none"' in written(Exceptions((quiet,))), "what needs no action is quiet"


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"status": "none", "n": 0, "value": None}, "无应统计"),
        ({"status": "none", "n": None, "value": None}, "无数据"),
        ({"status": "none", "n": 12, "value": 0.5}, "—"),
        ({"status": "thin", "n": 3, "value": 0.5}, "样本不足(n=3)"),
        ({"status": "ok", "n": 12, "value": 1.0}, "达标"),
    ],
)
def test_there_is_one_verdict_on_a_figure(figure: dict, words: str) -> None:
    assert verdict_of(figure).words == words


def all_parts(text: str) -> list[object]:
    """Every kind of part with a text in every place that takes one."""
    entry, link = REGISTRY[UP], Link("duty/duty", {"township": text})
    row = {"k": 1, "n": 2, "value": 0.5, "status": Status.LOW}
    cases = table(
        text,
        (Column("a", text, small=("b",)), Column("b", text), Column("c", text, Kind.VERDICT)),
        [{"a": text, "b": text, "c": Verdict(Status.LOW, text)}],
        layout=Layout.CASES,
        conclusion=text,
        remark=text,
        links=(link,),
    )
    drawn = (
        Column("a", text, words=f"{text.replace('{', '').replace('}', '')}{{}}", link="info"),
        Column("lines", text),
        Column("team", text, drawing="drawing"),
    )
    row_of_all = {
        "a": text,
        "info": Definition(UP, {"code": text}),
        "lines": Lines(((text, text),)),
        "drawing": Team(((text, 3),)),
        "team": text,
    }
    return [
        Heading(text, text, UP),
        Sentence(text, "quiet", Verdict(Status.OK, text)),
        Empty(text),
        More(text, link),
        Cards((Card(entry, row, 0.4, (0.1, None, 0.5), 1.0, "上月", link),)),
        Counters((Counter(text, 3, text, UP),)),
        Exceptions((ExceptionSection(text, text, (Exceptional(text, text, link),), text, about=UP, below=(Sentence(text),)),)),
        Exceptions((ExceptionSection(text, text, table=cases),)),
        Timeline(text, (Event(text, text, text),), text),
        Facts(text, (Fact(text, text, text, (Verdict(Status.OK, text),)),), text, UP),
        Steps(((text, link),)),
        cases,
        table(text, drawn, [row_of_all], conclusion=text, remark=text, links=(link,)),
    ]


def test_no_text_of_any_part_becomes_markup() -> None:
    quiet, hostile = written(*all_parts("甲")), written(*all_parts(HOSTILE))
    assert "<script" not in hostile
    tags = [re.findall(r"<[a-z1-6]+", said) for said in (quiet, hostile)]
    assert tags[0] == tags[1], "the same elements, whatever the texts"
    assert any(target.get("query", {}).get("township") == HOSTILE for target in targets(hostile)), "and a link still leads where it led"


def test_only_what_the_writer_made_is_markup() -> None:
    assert isinstance(HtmlWriter(everything).render(Empty("无")), Markup)
    assert "&lt;b&gt;" in written(Empty("<b>"))


def test_a_part_without_a_template_is_refused() -> None:
    with pytest.raises(KeyError):
        written(object())


def test_a_running_period_is_drawn_open_and_never_as_a_fall() -> None:
    entry, row = REGISTRY[UP], {"k": 1, "n": 2, "value": 0.5, "status": Status.LOW}
    over, running = (Card(entry, row, 0.9, (0.8, 0.9, 0.5), 1.0, "上月", unfinished=open_end) for open_end in (False, True))
    assert "running" not in written(Cards((over,)))
    drawn = written(Cards((running,)))
    solid, dashed = (re.findall(rf'class="{shade}" points="([^"]*)"', drawn) for shade in ("spark", "spark running"))
    assert [len(line.split()) for line in solid + dashed] == [2, 2]
    assert solid[0].split()[-1] == dashed[0].split()[0], "the dashed way begins where the line ends"
    assert 'class="spark-open"' in drawn
    assert running.change == over.change == "较上月 -40.0个百分点", "a share so far may be compared"
    grows = replace(running, running=True)
    assert grows.change == "进行中", "a count has only begun"
    assert "进行中" in written(Cards((grows,)))
    assert replace(over, last_year=0.4).changes == ("较上月 -40.0个百分点", "同比 +10.0个百分点")
    progress = Card(entry, {**row, "status": Status.RUNNING}, 0.9, (0.9, 0.5), 1.0, "上月", running=True, unfinished=True)
    assert progress.change == "", "the verdict says it already"


def test_a_running_period_without_a_value_leaves_the_line_as_it_is() -> None:
    row = {"k": 0, "n": 0, "value": None, "status": Status.NONE}
    drawn = written(Cards((Card(REGISTRY[UP], row, 0.9, (0.8, 0.9, None), 1.0, "上月", unfinished=True),)))
    assert "running" not in drawn
    assert drawn.count("<polyline") == 1


def test_a_line_of_periods_keeps_its_gaps() -> None:
    entry = REGISTRY[UP]
    card = Card(entry, {"k": 1, "n": 2, "value": 0.5, "status": Status.LOW}, None, (0.1, 0.2, None, 0.4, 0.5), 1.0, "上月")
    assert written(Cards((card,))).count("<polyline") == 2
    assert card.spark == Spark((0.1, 0.2, None, 0.4, 0.5), 1.0)


def test_all_that_is_read_on_a_screen_has_the_marks_of_chinese() -> None:
    heading = Heading("泥河镇 61.9% (13/21),未达到目标", "目标 100%;较上月")
    drawn = str(HtmlWriter(lambda page: True).render(heading, Sentence("今晚:缺正职")))
    for words in ("泥河镇 61.9%\uff0813/21\uff09\uff0c未达到目标", "目标 100%\uff1b较上月", "今晚\uff1a缺正职"):
        assert words in drawn
    listed = table("单位", (Column("name", "单位"),), [{"name": "已化解(11月25日),<b>"}])
    assert "已化解\uff0811月25日\uff09\uff0c&lt;b&gt;" in str(HtmlWriter(lambda page: True).render(listed)), "and stays escaped"

"""The deck: charts hold the frame's numbers, titles the conclusions, nothing leaves the slide, every run names a Chinese face."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from pptx import Presentation
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.oxml.ns import qn

from reports.deck import deck_bytes
from reports.slide_charts import UNRANKED, axis_of
from reports.slide_parts import ACCENT, BODY_BOTTOM, BODY_TOP, Block, fitted, pages_of, row_heights
from reports.wording import clean, display_width
from tests.meeting_worlds import COUNT, DOWN, HOSTILE, UP, a_chapter, a_long_reading, a_pack, a_reading, hostile_pack


def slides_of(pack):
    return list(Presentation(io.BytesIO(deck_bytes(pack))).slides)


def charts_of(slides) -> list:
    return [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]


def tables_of(slides) -> list:
    return [shape.table for slide in slides for shape in slide.shapes if shape.has_table]


def test_the_numbers_behind_a_chart_are_the_frames():
    reading = a_reading(UP, [(13, 21), (20, 20), (7, 9)], whole=[(30, 40), (40, 50)])
    chart = charts_of(slides_of(a_pack(reading)))[0]
    frame = reading.frame
    assert list(chart.plots[0].categories) == list(frame["name"])
    assert list(chart.plots[0].series[0].values) == list(frame["value"])
    page = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    assert [(name, k, n) for name, _, k, n in rows] == list(zip(frame["name"], frame["k"], frame["n"], strict=True))


def test_title_subtitle_and_footer_say_what_is_the_case():
    reading = a_reading(UP, [(13, 21), (20, 20)], whole=[(30, 40), (33, 41)])
    slide = slides_of(a_pack(reading))[2]
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert slide.shapes.title.text_frame.text == "2 个乡镇中 1 个住夜达标率达标\uff0c泥河镇最低 61.9%\uff0813/21\uff09"
    assert any("全县 80.5%\uff0833/41\uff09\uff0c较9月上升 5.5 个百分点" in text for text in texts)
    assert any(text.startswith("口径\uff1a") and text.split(" · ")[1] == "截至2026年11月1日" for text in texts)
    assert "规则手册" in slide.notes_slide.notes_text_frame.text


def test_a_trend_slide_draws_the_whole_and_the_unit_that_is_named():
    months = [(20, 21), (18, 21), (15, 21), (13, 21)]
    reading = a_reading(UP, [(13, 21), (20, 20)], whole=[(30, 40), (31, 40), (32, 40), (33, 41)], runs={"泥河镇": months})
    line = charts_of(slides_of(a_pack(reading)))[1]
    series = {each.name: list(each.values) for each in line.plots[0].series}
    assert series["全县"] == [k / n for k, n in [(30, 40), (31, 40), (32, 40), (33, 41)]]
    assert series["泥河镇"] == [k / n for k, n in months]
    assert series["目标"] == [1.0] * 4


def test_a_running_month_is_dashed_hollow_and_called_so_on_a_trend_slide():
    months = [(20, 21), (18, 21), (15, 21), (13, 21)]
    reading = a_reading(UP, [(13, 21), (20, 20)], whole=[(30, 40), (31, 40), (32, 40), (33, 41)], runs={"泥河镇": months})
    running = replace(reading, whole=(*reading.whole[:-1], replace(reading.whole[-1], unfinished=True)))
    plots = [charts_of(slides_of(a_pack(each)))[1].plots[0] for each in (reading, running)]
    assert [list(plot.categories)[-1] for plot in plots] == ["2026年10月", "2026年10月\uff08进行中\uff09"]
    dashes = [[point.dash_style for point in _last_points(plot)] for plot in plots]
    assert dashes == [[None, None], [MSO_LINE_DASH_STYLE.DASH, MSO_LINE_DASH_STYLE.DASH]]


def _last_points(plot):
    return [each.points[3].format.line for each in plot.series if each.name != "目标"]


def test_slides_are_wide_and_everything_lies_inside_them():
    pack = a_pack(a_reading(UP, [(13, 21), (20, 20)], whole=[(3, 4), (33, 41)]), a_reading(DOWN, [(1, 20)]), a_long_reading())
    deck = Presentation(io.BytesIO(deck_bytes(pack)))
    assert abs(deck.slide_width / deck.slide_height - 16 / 9) < 0.001
    for slide in (*deck.slides, *Presentation(io.BytesIO(deck_bytes(hostile_pack()))).slides):
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            height = sum(row.height for row in shape.table.rows) if shape.has_table else shape.height
            assert shape.top + height <= deck.slide_height


def test_text_is_made_smaller_and_then_cut_but_never_too_long():
    block = Block(0, 0, 6, 1)
    short, large = fitted("短", block, (28, 24, 20))
    assert (short, large) == ("短", 28)
    cut, small = fitted("泥河镇" * 60, block, (28, 24, 20))
    assert small == 20
    assert cut.endswith("…")
    assert display_width(cut) * small / 2 <= 2 * block.width * 72  # two lines of the place


def test_two_hundred_villages_take_pages_with_the_headings_on_each():
    table = a_chapter(a_long_reading(200)).table
    pages = pages_of(table, 12, BODY_BOTTOM - BODY_TOP)
    assert len(pages) > 5
    assert sum(len(page.frame) for page in pages) == 200
    assert all(sum(row_heights(page, 12)) <= BODY_BOTTOM - BODY_TOP for page in pages)
    drawn = [each for each in tables_of(slides_of(a_pack(a_long_reading(200)))) if each.cell(0, 0).text == "名次"]
    assert [each.cell(0, 1).text for each in drawn] == ["乡镇"] * len(drawn)
    names = [each.cell(row, 1).text for each in drawn for row in range(1, len(each.rows))]
    assert sorted(names) == sorted(f"第{i}村" for i in range(200))


def test_hostile_names_are_text_on_slides_and_in_the_charts_workbook():
    slides = slides_of(hostile_pack())
    names = {table.cell(row, 1).text for table in tables_of(slides) for row in range(1, len(table.rows)) if len(table.columns) > 1}
    assert {clean(name) for name in HOSTILE} <= names
    for chart in charts_of(slides):
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        cells = [cell for row in book.active.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert clean(HOSTILE[0]) in [cell.value for cell in cells]


def test_every_run_names_an_east_asian_face():
    reading = a_reading(UP, [(13, 21), (20, 20)], whole=[(3, 4), (33, 41)])
    for slide in slides_of(a_pack(reading, a_reading(COUNT, [(5, None), (9, None)]))):
        runs = list(slide._element.iter(qn("a:rPr")))
        assert runs
        assert all(run.find(qn("a:ea")) is not None for run in runs)
    for chart in charts_of(slides_of(a_pack(reading))):
        faces = [each for each in chart._chartSpace.iter(qn("a:defRPr")) if each.find(qn("a:latin")) is not None]
        assert faces
        assert all(each.find(qn("a:ea")) is not None for each in faces)


def fills_of(chart) -> list[str]:
    series = chart.plots[0].series[0]
    drawn = [series.points[place].format.fill for place in range(len(list(series.values)))]
    return [str((series.format.fill if fill.type is None else fill).fore_color.rgb) for fill in drawn]


def test_bars_of_units_without_a_place_are_grey_and_counts_have_none_to_miss():
    ranked = charts_of(slides_of(a_pack(a_reading(UP, [(13, 21), (20, 20), (7, 9)]))))[0]
    assert list(ranked.plots[0].categories) == ["西沟乡", "泥河镇", "东川镇"]
    assert fills_of(ranked) == [ACCENT, ACCENT, UNRANKED]
    counted = charts_of(slides_of(a_pack(a_reading(COUNT, [(5, None), (9, None)]))))[0]
    assert set(fills_of(counted)) == {ACCENT}


@pytest.mark.parametrize(
    ("shares", "end", "unit"),
    [
        ([0.04, 0.031, 0.05], 0.06, 0.01),
        ([0.283, 0.0], 0.4, 0.1),
        ([0.9, 1.0], 1.0, 0.2),
        ([0.003], 0.004, 0.002),
        ([0.0], 0.002, 0.002),
        ([0.6], 0.8, 0.2),
        ([], 1.0, 0.2),
    ],
)
def test_an_axis_of_shares_ends_a_little_above_its_data_and_target(shares, end, unit):
    assert axis_of(shares) == (pytest.approx(end), unit)


def test_a_course_of_four_percent_fills_its_axis_and_shows_the_target():
    months = [(4, 100), (5, 100), (6, 100), (7, 100)]
    reading = a_reading("petitions.repeat", [(7, 100), (2, 100)], whole=[(3, 100), (4, 100), (4, 100), (4, 100)], runs={"泥河镇": months})
    line = charts_of(slides_of(a_pack(reading)))[1]
    assert (line.value_axis.minimum_scale, line.value_axis.maximum_scale, line.value_axis.major_unit) == (0, 0.1, 0.02)
    assert next(list(each.values) for each in line.plots[0].series if each.name == "目标") == [0.05] * 4


def test_a_slides_table_ends_in_the_whole():
    table = tables_of(slides_of(a_pack(a_reading(UP, [(13, 21), (20, 20)], whole=[(30, 40), (33, 41)]))))[0]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows == [
        ["名次", "乡镇", "值", "分子/分母\uff08夜\uff09", "评价"],
        ["1", "西沟乡", "100.0%", "20/20", "达标"],
        ["2", "泥河镇", "61.9%", "13/21", "未达标"],
        ["—", "全县", "80.5%", "33/41", "未达标"],
    ]


def test_six_numbers_take_their_parts_from_the_reading():
    million = a_reading(
        "petitions.overdue", [(8, 20), (1, 20)], whole=[(1_234_000, 2_000_000), (1_473_000, 1_980_000)], as_of=date(2026, 11, 25)
    )
    slide = slides_of(replace(a_pack(million, a_reading(UP, [(13, 21)], whole=[(30, 40), (33, 41)])), as_of=date(2026, 11, 25)))[1]
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    assert slide.shapes.title.text_frame.text == "2026年10月\uff0c2 项有目标的指标中 2 项有单位未达到目标"
    assert "1,473,000/1,980,000 件 · 目标 0 · 截至10月31日" in texts
    assert "较9月上升 12.7 个百分点" in texts
    assert "33/41 夜 · 目标 100%" in texts
    assert "较9月上升 5.5 个百分点" in texts
    assert not [text for text in texts if "…" in text]

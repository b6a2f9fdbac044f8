"""Native charts: the office can click them, edit the numbers and restyle them."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.util import Inches, Pt

from metrics.definition import Indicator
from metrics.vocabulary import STATUS_NAMES, Direction, Measure, Status
from metrics.wording import is_missing
from reports.conclusions import Point
from reports.pack import Chapter
from reports.slide_parts import ACCENT, FONT, GREY, INK, RULE, Block, east_asian_face
from reports.wording import chinese_marks, clean, shortened

AXIS_NAME = 26
"""Half-width cells of a unit's name on an axis; the table beside it has the whole name."""
TARGET = "目标"
MOSTLY = 0.5
"""Shares that are to be higher than this are drawn as parts of 100%, others by the largest of them."""
HOLLOW, UNRANKED = "FFFFFF", "B4B9C0"
AXIS_IDS = 2**31
"""The standard's are unsigned; LibreOffice reads them as signed, and where it cannot, draws an axis without its names."""
AXIS_UNITS, MOST_STEPS, AXIS_ROOM = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2), 6, 1.15
"""What an axis of shares may count in, and how often; above the highest share there is room for its label."""


def bar_chart(slide: Slide, chapter: Chapter, rows: pd.DataFrame, block: Block) -> None:
    """Horizontal bars, the first row on top, each with its value."""
    entry = chapter.entry
    names = distinct([axis_name(row) for row in rows.to_dict("records")])
    data = CategoryChartData(number_format=number_format(entry, rows["value"]))
    data.categories = names
    data.add_series(clean(entry.name), [float(value) for value in rows["value"]])
    chart = _placed(slide, XL_CHART_TYPE.BAR_CLUSTERED, data, block, chapter.title)
    extras = {"分子": list(rows["k"]), "分母": list(rows["n"])} if entry.measure is Measure.RATE else {}
    _own_workbook(chart, names, {clean(entry.name): list(rows["value"])}, extras)
    _font(chart, 12)
    chart.has_legend = chart.has_title = False
    plot = chart.plots[0]
    plot.gap_width, plot.vary_by_categories = 55, False
    plot.has_data_labels = True
    labels = plot.data_labels
    labels.number_format, labels.number_format_is_linked = number_format(entry, rows["value"]), False
    labels.position, labels.show_value = XL_LABEL_POSITION.OUTSIDE_END, True
    _ink(plot.series[0].format.fill)
    if entry.measure is not Measure.COUNT:  # counts have no places; where there are places, what has none is quiet
        for position, rank in enumerate(rows["rank"]):
            if is_missing(rank):
                _ink(plot.series[0].points[position].format.fill, UNRANKED)
    units, values = chart.category_axis, chart.value_axis
    units.reverse_order = True
    units.major_tick_mark = XL_TICK_MARK.NONE
    units.format.line.color.rgb = RGBColor.from_string(RULE)
    values.visible = values.has_major_gridlines = False
    values.minimum_scale = min(0.0, float(rows["value"].min()) * 1.15)
    of_all = entry.measure is Measure.RATE and entry.direction is Direction.UP and (chapter.reading.target or 1.0) >= MOSTLY
    highest = max(float(rows["value"].max()), chapter.reading.target or 0.0)
    values.maximum_scale = AXIS_ROOM * (1.0 if of_all else highest or 1.0)


def line_chart(slide: Slide, chapter: Chapter, lines: Mapping[str, Sequence[Point]], block: Block) -> None:
    """The course over the periods: the whole in the accent, units in grey, the target dashed; a running period is open, never a fall."""
    entry, target = chapter.entry, chapter.reading.target
    periods = list(dict.fromkeys(point.period for points in lines.values() for point in points))
    periods.sort(key=lambda period: period.first)
    running = {point.period for points in lines.values() for point in points if point.unfinished}
    names = [chinese_marks(f"{period.label}({STATUS_NAMES[Status.RUNNING]})") if period in running else period.label for period in periods]
    series: dict[str, list[Any]] = {}
    for name, points in lines.items():
        values = {point.period: point.value for point in points}
        series[shortened(clean(name), AXIS_NAME)] = [values.get(period) for period in periods]
    if target is not None:
        series[TARGET] = [target] * len(periods)
    data = CategoryChartData(number_format="0.0%" if entry.measure is Measure.RATE else "0.0")
    data.categories = names
    for name, values_ in series.items():
        data.add_series(name, values_)
    chart = _placed(slide, XL_CHART_TYPE.LINE_MARKERS, data, block, chapter.title)
    _own_workbook(chart, names, series, {})
    _font(chart, 12)
    chart.has_title, chart.has_legend = False, len(series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    for position, drawn in enumerate(chart.plots[0].series):
        _line(drawn, series_colour(position, drawn.name), dashed=drawn.name == TARGET)
        if drawn.name != TARGET and periods[-1] in running:
            _open_end(drawn.points[len(periods) - 1], series_colour(position, drawn.name))
        if drawn.name != TARGET and position == 0:
            labels = drawn.data_labels
            labels.show_value, labels.position = True, XL_LABEL_POSITION.ABOVE
            labels.number_format, labels.number_format_is_linked = data.number_format, False
            labels.font.size, labels.font.name = Pt(12), FONT
            _east_asian(labels._element)
    values_axis = chart.value_axis
    values_axis.has_major_gridlines = True
    values_axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("E6E2D8")
    values_axis.format.line.fill.background()
    values_axis.minimum_scale = 0
    if entry.measure is Measure.RATE:
        values_axis.maximum_scale, values_axis.major_unit = axis_of([v for values in series.values() for v in values if v is not None])
        values_axis.tick_labels.number_format = "0%" if values_axis.major_unit >= 0.01 else "0.0%"
        values_axis.tick_labels.number_format_is_linked = False
    chart.category_axis.format.line.color.rgb = RGBColor.from_string(RULE)
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW


def axis_of(shares: Sequence[float]) -> tuple[float, float]:
    """Where an axis of shares ends, and what it counts in: a little above all of them, so that 4% is no line along the bottom."""
    highest = min(1.0, max(shares, default=1.0) * AXIS_ROOM)
    unit = next((unit for unit in AXIS_UNITS if highest <= unit * MOST_STEPS + 1e-9), AXIS_UNITS[-1])
    return min(1.0, round(unit * max(1, math.ceil(highest / unit - 1e-9)), 6)), unit


def series_colour(position: int, name: str) -> str:
    return GREY if name == TARGET else (ACCENT, "8A5A00", "6B4C7A", INK)[position % 4]


def number_format(entry: Indicator, values: pd.Series) -> str:
    if entry.measure is Measure.RATE:
        return "0.0%"
    return "0" if all(float(value).is_integer() for value in values.dropna()) else "0.0"


def axis_name(row: Mapping[str, Any]) -> str:
    return shortened(clean(row["code"] if is_missing(row["name"]) else row["name"]), AXIS_NAME)


def distinct(names: Sequence[str]) -> list[str]:
    """Two units of one name (or one beginning) keep apart on the axis."""
    counts: dict[str, int] = {}
    out = []
    for name in names:
        counts[name] = counts.get(name, 0) + 1
        out.append(name if counts[name] == 1 else f"{name}({counts[name]})")
    return out


def _placed(slide: Slide, kind: Any, data: CategoryChartData, block: Block, description: str) -> Any:
    shapes: Any = slide.shapes
    frame = shapes.add_chart(kind, Inches(block.left), Inches(block.top), Inches(block.width), Inches(block.height), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(description))
    for element in frame.chart._chartSpace.iter(qn("c:axId"), qn("c:crossAx")):  # python-pptx names axes by negative numbers
        element.set("val", str(int(element.get("val")) % AXIS_IDS))
    return frame.chart


def _own_workbook(chart: Any, categories: Sequence[str], series: Mapping[str, Sequence[Any]], extras: Mapping[str, Sequence[Any]]) -> None:
    """The workbook behind "edit data", written by us: python-pptx's own turns a unit named ``=cmd|…`` into a formula.

    The cells the chart refers to stay where python-pptx puts them; numerator and denominator follow in further columns.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("Sheet1")
    page.set_column(0, 0, 24)
    for row, name in enumerate(categories, start=1):
        page.write_string(row, 0, name)
    for position, (name, values) in enumerate([*series.items(), *extras.items()], start=1):
        page.write_string(0, position, name)
        for row, value in enumerate(values, start=1):
            if not is_missing(value):
                page.write_number(row, position, float(value))
    book.close()
    chart.part.chart_workbook.update_from_xlsx_blob(out.getvalue())


def _font(chart: Any, size: int) -> None:
    chart.font.size, chart.font.name = Pt(size), FONT
    chart.font.color.rgb = RGBColor.from_string(INK)
    _east_asian(chart._chartSpace)


def _east_asian(element: Any) -> None:
    for properties in element.iter(qn("a:defRPr")):
        if properties.find(qn("a:latin")) is not None:
            east_asian_face(properties)


def _ink(fill: Any, colour: str = ACCENT) -> None:
    fill.solid()
    fill.fore_color.rgb = RGBColor.from_string(colour)


def _line(drawn: Any, colour: str, *, dashed: bool) -> None:
    drawn.smooth = False
    drawn.format.line.color.rgb = RGBColor.from_string(colour)
    drawn.format.line.width = Pt(1.5 if dashed else 2.5)
    if dashed:
        drawn.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH
        drawn.marker.style = XL_MARKER_STYLE.NONE
        return
    _marker(drawn.marker, colour, colour)


def _open_end(point: Any, colour: str) -> None:
    """The way to a point dashed, the point itself hollow. A point that says anything of its own says all of it."""
    point.format.line.color.rgb = RGBColor.from_string(colour)
    point.format.line.width = Pt(2.5)
    point.format.line.dash_style = MSO_LINE_DASH_STYLE.DASH
    _marker(point.marker, colour, HOLLOW)


def _marker(marker: Any, colour: str, fill: str) -> None:
    marker.style, marker.size = XL_MARKER_STYLE.CIRCLE, 7
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = RGBColor.from_string(fill)
    marker.format.line.color.rgb = RGBColor.from_string(colour)

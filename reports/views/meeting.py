"""会议材料 as it is seen on the board: what will be in it, and its slides for projecting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metrics.registry import REGISTRY
from metrics.rulebook import Edition
from metrics.vocabulary import STATUS_NAMES, Level, Measure, Status
from metrics.wording import fraction, target_text, value_text
from reports.conclusions import Point, Reading
from reports.links import PETITIONS, TOWNSHIP, VILLAGE, Link, in_period
from reports.pack import Annex, Chapter, Pack
from reports.parts import Leaderboard
from reports.screens import Course, CoursePoint, Slide
from reports.subjects import Section, subject_of
from reports.tables import Column, Kind, Table, definition_words, table
from reports.wording import chinese_marks

COVER_LINES = 10
ROWS_LEAD_TO = {Level.TOWNSHIP: (TOWNSHIP, "township"), Level.VILLAGE: (VILLAGE, "village"), Level.CATEGORY: (PETITIONS, "category")}
"""By level, the page behind a row, and its parameter that takes the row's code."""

CONTENTS_COLUMNS = (
    Column("place", "序号", Kind.COUNT),
    Column("name", "内容", small=("drawings",)),
    Column("drawings", "图", screen=False),
    Column("target", "目标"),
    Column("definition", "口径", phone=False),
)


def section_name(section: Section) -> str:
    """As it is read: 在办\uff08按类别\uff09."""
    return chinese_marks(section.name)


def contents_table(sections: Sequence[Section], edition: Edition) -> Table:
    """What the files will hold, in their order; for reading only."""
    rows = [
        {
            "place": place,
            "name": section_name(each),
            "drawings": "排名图、走势图" if each.trend else "排名图",
            "target": target_text(REGISTRY[each.indicator], edition.target(each.indicator)) or "不设目标",
            "definition": definition_words(REGISTRY[each.indicator], edition),
        }
        for place, each in enumerate(sections, start=1)
    ]
    return table("将包含的内容", CONTENTS_COLUMNS, rows, empty="没有选择内容", may_leave=False)


# --- slides -----------------------------------------------------------------------------------------------------------


def slides(pack: Pack) -> list[Slide]:
    """The cover, then a slide a ranking and a slide a course, then the annexes."""
    made, first = list[Slide](), list[int]()
    for chapter in pack.chapters:
        first.append(len(made) + 1)
        made.append(_ranking(pack, chapter))
        if chapter.has_trend:
            made.append(_trend(pack, chapter))
    return [_cover(pack, first), *made, *(_annex(pack, annex) for annex in pack.annexes)]


def _cover(pack: Pack, first: Sequence[int]) -> Slide:
    """What the slides say, each line leading to its slide: ``first`` is how many slides further on a chapter begins."""
    turns = tuple(zip((chapter.title for chapter in pack.chapters[:COVER_LINES]), first, strict=False))
    return Slide(pack.name, f"{pack.meeting} · {pack.as_of_words}", f"规则手册 {pack.rulebook_version}", turns=turns)


def _ranking(pack: Pack, chapter: Chapter) -> Slide:
    reading = chapter.reading
    page, parameter = ROWS_LEAD_TO.get(reading.level, ("", ""))
    link = Link(page) if page else None
    board = Leaderboard(reading.entry, reading.frame, "", "", reading.target, link=link, parameter=parameter)
    return Slide(chapter.title, chapter.subtitle, pack.footer(chapter), (board,))


def _trend(pack: Pack, chapter: Chapter) -> Slide:
    goal = target_text(chapter.entry, chapter.reading.target)
    return Slide(chapter.course_title, goal, pack.footer(chapter), (course(chapter.reading),))


def course(reading: Reading) -> Course:
    """The whole over its periods: every point with its value and k/n; it leads to the subject's page in its period."""
    entry, page = reading.entry, subject_of(reading.entry.id).page
    known = [(place, point, point.value) for place, point in enumerate(reading.whole) if point.value is not None]
    top = 1.0 if entry.measure is Measure.RATE else max([*(value for _, _, value in known), reading.target or 0.0]) or 1.0
    steps = max(1, len(reading.whole) - 1)
    points = tuple(
        CoursePoint(
            point.period.label + (f"({STATUS_NAMES[Status.RUNNING]})" if point.unfinished else ""),
            value_text(entry, value),
            _cases(point),
            place / steps,
            min(1.0, value / top),
            in_period(page, point.period),
        )
        for place, point, value in known
    )
    running = bool(known) and known[-1][1].unfinished
    return Course(points, len(reading.whole), None if reading.target is None else min(1.0, reading.target / top), running)


def _cases(point: Point) -> str:
    cases = fraction(point.k, point.n)
    return f"({cases})" if cases else ""


def _annex(pack: Pack, annex: Annex) -> Slide:
    shown = replace(annex.table, conclusion="")
    return Slide(annex.title, annex.subtitle, pack.footer(annex), (shown,))

"""What a file says as it was understood, before anything is written: days, units, people, the first rows, what will change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ingest.ledgers.checks import Checked, StrangeWord
from ingest.ledgers.correct import PEOPLE, shown
from ingest.ledgers.directory import Directory, PlaceQuestion, Question
from ingest.ledgers.load import Matched
from ingest.ledgers.mappings import Layout
from ingest.ledgers.reading import Form, Record

FIRST_ROWS = 10
MOST_CHANGES = 50
MOST_UNITS = 12
MOST_LEFT_OUT = 40
MAPPED_BY = {"given": "这次给的", "kept": "记住的", "shipped": "看板自带的"}


@dataclass
class Preview:
    """``rows``: the first rows under ``titles``; ``changes``: sentences old → new; ``left_out``: what was not read, by name."""

    sheets: list[tuple[str, int]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    first: date | None = None
    last: date | None = None
    units: list[str] = field(default_factory=list)
    people: int = 0
    titles: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    """Who comes off a roster that is sent again."""
    questions: list[tuple[Question, int, str]] = field(default_factory=list)
    places: list[tuple[PlaceQuestion, int]] = field(default_factory=list)
    words: list[tuple[StrangeWord, int, list[str]]] = field(default_factory=list)
    """What nobody has said yet: which unit is meant, what a word means (of which there may be), with how many rows wait for it."""
    layouts: list[Layout] = field(default_factory=list)
    year_asked: bool = False

    def told(self) -> dict[str, Any]:
        """For the JSON answer."""
        return {
            "sheets": [{"name": name, "rows": rows} for name, rows in self.sheets],
            "left_out": self.left_out,
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "units": self.units,
            "people": self.people,
            "titles": self.titles,
            "rows": self.rows,
            "changes": self.changes,
            "replaced": self.replaced,
            "questions": [
                {"name": one.name, "unit": one.unit, "where": where, "rows": rows, "choices": [list(choice) for choice in one.choices]}
                for one, rows, where in self.questions
            ],
            "places": [{"said": one.said, "rows": rows, "choices": [list(choice) for choice in one.choices]} for one, rows in self.places],
            "words": [
                {"fingerprint": one.fingerprint, "column": one.column, "said": one.said, "rows": rows, "choices": choices}
                for one, rows, choices in self.words
            ],
            "layouts": [layout.told() for layout in self.layouts],
            "year_asked": self.year_asked,
        }

    def lines(self) -> Iterator[str]:
        """For the command line."""
        if self.sheets:
            yield "已读:" + ";".join(f"{name}: {rows} 行" for name, rows in self.sheets)
        for line in self.left_out[:MOST_LEFT_OUT]:
            yield f"未装入:{line}"
        for layout in self.layouts:
            if layout.by:
                yield f"{layout.sheet} 按对应表“{layout.mapping.name}”读({MAPPED_BY[layout.by]})"
        if self.first is not None:
            units = "、".join(self.units[:MOST_UNITS]) + (f" 等 {len(self.units)} 个" if len(self.units) > MOST_UNITS else "")
            yield f"日期 {self.first} 至 {self.last};单位 {units};{self.people} 人"
        for line in self.changes:
            yield f"将更新:{line}"
        yield from self.replaced
        for one, rows, where in self.questions:
            told = "、".join(f"{roles}({who})" for who, roles in one.choices)
            yield f"{where}的“{one.name}”是哪一位({rows} 行):{told}。python -m ingest choose {one.name} {where} 人员编号"
        for place, rows in self.places:
            yield f"“{place.said}”是哪个单位({rows} 行):python -m ingest alias {place.said} 代码"
        for word, rows, choices in self.words:
            yield f"“{word.column}”的“{word.said}”是什么意思({rows} 行),可填:{'、'.join(choices)};写进对应表(--mapping)"
        if self.year_asked:
            yield "有些日期没有年份:加 --year 2026 这样的年份再来一次。"


def preview(found: Checked, plan: Matched | None, known: Directory) -> Preview:
    """``plan``: what loading would do, where it has not been done yet."""
    kind = found.kind
    told_titles = {title for rows in found.tables for title in rows.told} | {title for one in found.records[:1] for title in one.given}
    placed = any(one.values.get("area_code") for one in found.records[:FIRST_ROWS])
    fields = [(name, title) for name, title in kind.field_of().items() if title in told_titles or (name == "area_code" and placed)]
    told = Preview(found.counted(), found.left_out(), year_asked=found.year_asked)
    days = [day for one in found.records for day in _days(kind, one)]
    told.first, told.last = (min(days), max(days)) if days else (None, None)
    told.units = sorted({known.path_of(code[:9]) for one in found.records if (code := _unit(one, known))})
    told.people = len({one.values[name] for one in found.records for name in PEOPLE & one.values.keys() if one.values[name] is not None})
    told.titles = ["位置", *(title for _, title in fields)]
    told.rows = [
        [one.row.place(kind.columns[0].title) or str(one.row.number), *(_cell(found, one, name, known) for name, _ in fields)]
        for one in found.records[:FIRST_ROWS]
    ]
    for one, _, values in plan.changed[:MOST_CHANGES] if plan is not None else ():
        new = ";".join(
            f"{kind.field_of().get(name, name)} → {_hidden(one, shown(kind, name, value, known))}" for name, value in values.items()
        )
        told.changes.append(f"{one.row.place(kind.columns[0].title) or f'第 {one.row.number} 行'} {new}")
    told.questions = [(one, rows, known.path_of(one.unit) if one.unit else "全县") for one, rows in found.questions.most_common()]
    told.places, told.layouts = found.places.most_common(), found.layouts
    told.words = [(one, rows, kind.by_title()[one.column].meanings()) for one, rows in found.words.most_common()]
    return told


def _days(kind: Any, one: Record) -> Iterator[date]:
    """The day a row is about: its first day that must be told."""
    for column in kind.columns:
        if column.form in (Form.DAY, Form.MOMENT) and column.required and column.sets:
            value = one.values.get(column.sets)
            if value is not None:
                yield value.date() if isinstance(value, datetime) else value
            return


def _unit(one: Record, known: Directory) -> str | None:
    code = one.values.get("area_code")
    if code is None and one.values.get("household_id") is not None:
        code = known.household_areas.get(one.values["household_id"])
    if code is None and one.values.get("person_id") is not None:
        posts = known.posts.get(one.values["person_id"], ())
        code = posts[0].area if posts else None
    return code


def _cell(found: Checked, one: Record, name: str, known: Directory) -> str:
    if name == "petitioner_key":
        return "(只存标识)" if one.values.get(name) else ""
    if name == "household_id":
        return (one.row.shown() and dict(one.row.shown()).get("户编号", "")) or ""
    value = one.values.get(name)
    if name == "size" and value is None:
        return "待定"
    if value is None and name == "person_id" and "person" in one.extra:
        return str(one.extra["person"][1])
    return "" if value is None else _hidden(one, shown(found.kind, name, value, known))


def _hidden(one: Record, said: str) -> str:
    return "(限制知悉)" if one.values.get("restricted") else said

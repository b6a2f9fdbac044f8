"""个人履职 as it is read: months against what is due, posts and leave, and every record down to the row as it was entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from metrics.definition import Question
from metrics.period import Period, PeriodKind
from metrics.person_months import Month, covering, on_leave, why_not_counted
from metrics.rulebook import Rulebook
from metrics.vocabulary import (
    CODE_LENGTHS,
    HOUSEHOLD_NAMES,
    PLACE_NAMES,
    SESSION_NAMES,
    HouseholdKind,
    Level,
    Module,
    Place,
    SessionKind,
    Status,
)
from metrics.wording import MISSING, day_of, day_text, is_missing
from reports.calls import Call, CallLine
from reports.links import PERSON, Link
from reports.modules import running_modules
from reports.parts import Fact, Facts, Heading, Sentence
from reports.tables import Bar, Column, Kind, Table, Verdict, table
from reports.view import View
from reports.views.duty import person_name
from reports.views.people import origin
from reports.views.posts import change_words, leave_name, role_name

KIND_NAMES = {"stay": "住夜", "visit": "夜访", "slot": "接待", "lecture": "授课", "home": "入户走访"}
"""The kinds of record a person leaves, in the order shown."""
MODULE_OF = {"stay": Module.DUTY, "visit": Module.NIGHTS, "lecture": Module.NIGHTS, "slot": Module.RECEPTION, "home": Module.CAPTAINS}
MONTHS_BACK, YEAR_DAYS = 12, 366
CHIEF_NIGHTS = "duty.chief_nights"
NOTE = "请假、借调、培训的工作日和到任前、离任后不计入在岗工作日;一夜在同一单位有几条记录只计一夜。"


@dataclass(frozen=True)
class Person:
    """A person with posts and leave (frames of ``data_access.profiles``); at least one post. Looked at as at the view's moment."""

    person_id: int
    name: str
    posts: pd.DataFrame
    leave: pd.DataFrame
    view: View

    @cached_property
    def now(self) -> list[dict[str, Any]]:
        """The posts held at the moment."""
        return covering(self.posts.to_dict("records"), self.view.moment)

    @property
    def span(self) -> str:
        """The months that are shown: 近12个月, 至2026年6月的12个月."""
        last = Period.holding(PeriodKind.MONTH, self.view.moment)
        return f"{f'至{last.label}的' if self.view.is_past else '近'}{MONTHS_BACK}个月"

    @property
    def home(self) -> str:
        """The unit a breadcrumb leads down to: where the latest post lies."""
        return str((self.now or self.posts.to_dict("records"))[0]["code"])

    def why_not_counted(self, code: str, day: date, asked: Question) -> str:
        """Why a stay of theirs counts nowhere; empty where it counts."""
        return why_not_counted(code, day, self.posts, self.leave, asked)


def person_of(person_id: int, known: Mapping[str, Any], posts: pd.DataFrame, leave: pd.DataFrame, view: View) -> Person:
    """``known``: see ``data_access.profiles.known_person``."""
    return Person(person_id, person_name(known["name"], person_id), posts, leave, view)


def sentence(person: Person, found: Sequence[Month]) -> str:
    """杨家兰 11月住 9 夜,应住 8 夜,已住满."""
    month = found[0]
    name = f"{person.name} {month.period.label if person.view.is_past else f'{month.period.first.month}月'}"
    if Module.DUTY not in running_modules() or not (month.workdays or month.nights):
        return name + ("没有住夜任务" if month.workdays == 0 else "")
    if month.due is None:
        return f"{name}在岗 {month.workdays} 个工作日,住 {month.nights} 夜"
    return f"{name}住 {month.nights} 夜,应住 {month.due} 夜,{_due_verdict(month)}"


def subtitle(person: Person) -> str:
    """石桥镇党政正职 · 今天请假."""
    view = person.view
    held = [f"{row['area'] or row['code']}{role_name(row['role'])}" for row in person.now]
    away = [leave_name(row["kind"]) for row in on_leave(person.leave.to_dict("records"), view.moment)]
    parts = [view.until, "、".join(held) or "没有任职", *([view.day_words + "、".join(away)] if away else [])]
    return " · ".join(part for part in parts if part)


def own_phone(phones: Mapping[int, tuple[str, str | None]]) -> CallLine:
    """电话 138****5678; empty where none is on file. ``phones``: name and phone by person, as they may be shown."""
    return CallLine(tuple(Call("", "电话", phone) for _, phone in phones.values() if phone))


# --- months ---------------------------------------------------------------------------------------------------------


def kinds_of(found: Sequence[Month]) -> dict[str, str]:
    """The kinds of record there are, of the modules that run, with their names."""
    on = running_modules()
    return {kind: name for kind, name in KIND_NAMES.items() if MODULE_OF[kind] in on and any(month.done.get(kind) for month in found)}


def month_columns(kinds: Mapping[str, str], duty: bool, chief: bool) -> tuple[Column, ...]:
    """``kinds`` beside the nights; without 住夜 no nights, for whoever is no chief no verdict."""
    nights = (
        Column("nights", "住夜", Kind.COUNT, "夜", of="due", words="{} 夜", drawing="bar"),
        Column("due", "应住", Kind.COUNT, "夜", screen=False),
        Column("workdays", "在岗工作日", Kind.COUNT, "个", head="在岗工作日"),
    )
    return (
        Column("month", "月份", tight=True, small=("because",)),
        *(nights if duty else ()),
        *(Column(kind, name, Kind.COUNT, phone=False) for kind, name in kinds.items() if kind != "stay"),
        *((Column("verdict", "评价", Kind.VERDICT),) if duty and chief else ()),
        Column("because", "说明", screen=False),
    )


def month_table(person: Person, found: Sequence[Month], asked: Question) -> Table:
    """Twelve months: nights against what is due, working days in post, what else was done."""
    kinds, duty = kinds_of(found), Module.DUTY in running_modules()
    chief = duty and any(month.due is not None for month in found)
    rows = [
        {
            "month": month.period.label,
            "nights": month.nights if month.workdays or month.nights else None,
            "due": month.due,
            "bar": None if month.due is None else Bar(month.nights, max(month.due, month.nights, 1), month.due),
            "workdays": month.workdays,
            **{kind: month.done.get(kind, 0) for kind in kinds},
            "verdict": "" if month.due is None else _due_verdict(month),
            "because": " · ".join(change_words(*change) for change in month.changes),
        }
        for month in found
    ]
    rule = "已住/应住;在岗满{duty.full_month_workdays}个工作日应住{duty.chief_nights}夜,不足的按比例折算、向上取整"
    return table(
        f"{person.name} {person.span}",
        month_columns(kinds, duty, chief),
        rows,
        conclusion=person.span,
        remark="" if not duty else asked.rules.filled(rule) if chief else "个人没有住夜定额,只列次数",
        indicators=(CHIEF_NIGHTS,) if chief else (),
    )


def _due_verdict(month: Month) -> Verdict:
    left = (month.due or 0) - month.nights
    return Verdict(Status.OK, "已住满") if left <= 0 else Verdict(Status.LOW, f"差 {left} 夜")


# --- posts and leave ------------------------------------------------------------------------------------------------


def posts_and_leave(person: Person) -> tuple[Facts, Facts]:
    """The posts there were, and the leave of the year up to the moment."""
    moment = person.view.moment
    posts = [
        Fact(f"{row['area'] or row['code']} {role_name(row['role'])}", _span(row["valid_from"], row["valid_to"]))
        for row in person.posts.to_dict("records")
    ]
    away = [
        Fact(leave_name(row["kind"]), _span(row["first_day"], row["last_day"]))
        for row in person.leave.to_dict("records")
        if row["first_day"] <= moment and (moment - row["first_day"]).days <= YEAR_DAYS
    ]
    year = f"至{day_of(moment, person.view.as_of)}的一年" if person.view.is_past else "近一年"
    return Facts("任职", tuple(posts)), Facts("请假、借调、培训", tuple(away), year, empty=f"{year}没有请假、借调、培训记录")


def _span(first: Any, last: Any) -> str:
    start = "" if is_missing(first) else day_words(first)
    return f"{start}起" if is_missing(last) else f"{start}至{day_words(last)}"


def day_words(value: Any) -> str:
    """2026年11月21日."""
    return f"{value.year}年{day_text(value)}" if isinstance(value, date) else str(value)


# --- records --------------------------------------------------------------------------------------------------------

RECORD_COLUMNS = (
    Column("day", "日期", Kind.DATE, year=True),
    Column("place", "地点", small=("words", "note")),
    Column("words", "内容", screen=False),
    Column("note", "备注", screen=False),
    Column("counted", "计入", screen=False),
    Column("recorded_at", "录入", Kind.TIMESTAMP, words="{} 录入", small=("origin", "counted")),
    Column("origin", "录入方式", screen=False),
)


def record_table(
    person: Person, kind: str, rows: pd.DataFrame, total: int, asked: Question, masked: bool, chosen: Mapping[str, str]
) -> Table:
    """Records of a kind, the latest first; a stay that does not count says why, a row opens the record as it was entered.

    ``rows``: see ``data_access.profiles.records_of``; ``total``: how many there are in all; ``masked``: the reader may see no notes;
    ``chosen``: the parameters by which the kind was chosen, so that a record closed leaves the address as it was.
    """
    found = rows.to_dict("records")
    lines = []
    for row in found:
        why = person.why_not_counted(row["code"], row["day"], asked) if kind == "stay" else ""
        lines.append(
            {
                "day": row["day"],
                "place": row["area"] or row["code"],
                "words": _record_words(kind, row),
                "note": None if masked else row["note"],
                "counted": f"不计:{why}" if why else "",
                "recorded_at": row["recorded_at"],
                "origin": origin(row),
            }
        )
    name = KIND_NAMES[kind]
    return table(
        f"{person.name} {name}记录",
        RECORD_COLUMNS,
        lines,
        conclusion=f"{name}记录",
        remark=f"{person.span} {total} 条,最近的在前;点一行看原始记录",
        chosen=person.span,
        links=tuple(Link(PERSON, {"person": f"p:{person.person_id}", **chosen, "record": f"{kind}-{row['id']}"}) for row in found),
    )


def _record_words(kind: str, row: Mapping[Any, Any]) -> str:
    if kind == "visit":
        return "" if is_missing(row["count"]) else f"{int(row['count'])} 人次"
    if kind == "slot":
        place = PLACE_NAMES[Place(row["words"])] if row["words"] in set(Place) else ""
        return place if is_missing(row["count"]) else f"{place} 接待 {int(row['count'])} 人次"
    if kind == "home":
        return HOUSEHOLD_NAMES[HouseholdKind(row["words"])] if row["words"] in set(HouseholdKind) else ""
    return "" if is_missing(row["words"]) else str(row["words"])


# --- one record -----------------------------------------------------------------------------------------------------

DAY_COLUMNS = {"stay": "night", "visit": "visited_on", "slot": "day", "lecture": "held_on", "home": "visited_on"}
PEOPLE_COLUMNS = ("person_id", "leader_id", "backup_id", "received_by")
LABELS = {
    "person_id": "人员",
    "leader_id": "A岗",
    "backup_id": "B岗",
    "received_by": "实际接待人",
    "area_code": "地点",
    "night": "住夜日期",
    "visited_on": "走访日期",
    "day": "接待日期",
    "held_on": "举办日期",
    "kind": "类型",
    "household_kind": "户类型",
    "household_id": "户编号",
    "place": "场所",
    "published": "已公示",
    "people": "人次",
    "batches": "批次",
    "visitors": "接待人次",
    "minutes": "时长(分钟)",
    "theme": "主题",
    "attendees": "到会人数",
    "measures": "举措",
    "measures_done": "已落地举措",
    "needs": "需求",
    "note": "备注",
    "recorded_at": "录入时间",
    "source": "来源",
    "source_ref": "来源编号",
    "id": "记录编号",
}
WORDS: dict[str, dict[str, str]] = {
    "place": {str(each): PLACE_NAMES[each] for each in Place},
    "kind": {str(each): SESSION_NAMES[each] for each in SessionKind},
    "household_kind": {str(each): HOUSEHOLD_NAMES[each] for each in HouseholdKind},
    "published": {"True": "是", "False": "否"},
}


def record_parts(kind: str, row: Mapping[str, Any], why: str, masked: bool, rules: Rulebook) -> tuple[Heading | Sentence | Facts, ...]:
    """A record in full, as it was entered. ``row``: see ``data_access.profiles.record_row``; ``why`` it does not count, or empty."""
    day = row[DAY_COLUMNS[kind]]
    facts = tuple(
        Fact(label, *_entered(name, row, day, rules)) for name, label in LABELS.items() if name in row and not (masked and name == "note")
    )
    heading = Heading(f"{KIND_NAMES[kind]} {day_words(day)}", about=_counted_in(kind, row))
    counted = (Sentence(f"这条记录不计入指标:{why}", "low"),) if why else ()
    return (heading, *counted, Facts("", facts))


def _counted_in(kind: str, row: Mapping[str, Any]) -> str:
    """The indicator that a record counts in."""
    if kind == "stay":
        return "duty.night_compliance" if len(str(row["area_code"])) <= CODE_LENGTHS[Level.TOWNSHIP] else "duty.village_compliance"
    if kind == "home":
        return "captains.key_visits" if row["household_kind"] == HouseholdKind.KEY else "captains.ordinary_visits"
    return {"visit": "nights.township_visits", "slot": "reception.kept", "lecture": "nights.lecturers"}[kind]


def _entered(name: str, row: Mapping[str, Any], day: date, rules: Rulebook) -> tuple[str, str]:
    """The text of a field and its quiet line."""
    value = row[name]
    if name == "recorded_at":
        return _recorded(row, day, rules)
    if name == "area_code":
        return str(row["area"] or value), str(value)
    if is_missing(value):
        return "无人到岗" if name == "received_by" else MISSING, ""
    if name in PEOPLE_COLUMNS:
        return person_name(row.get(f"{name}_name"), value), ""
    return WORDS.get(name, {}).get(str(value), day_words(value)), ""


def _recorded(row: Mapping[str, Any], day: date, rules: Rulebook) -> tuple[str, str]:
    """When it was recorded, and how long after the day it is about."""
    value = row["recorded_at"]
    if is_missing(value):
        return MISSING, "没有录入时间"
    if origin(row):
        return f"{value:%Y-%m-%d %H:%M:%S}", f"{origin(row)}的时刻;文件没有填报时间"
    end = datetime.combine(day, time()) + timedelta(days=1)
    most = rules.on(day).number("quality", "entry_hours")
    hours = (pd.Timestamp(value) - end).total_seconds() / 3600
    late = "当天录入" if hours <= 0 else f"事后 {hours:.0f} 小时录入" + (f",超过{most}小时" if hours > most else "")
    return f"{value:%Y-%m-%d %H:%M:%S}", late

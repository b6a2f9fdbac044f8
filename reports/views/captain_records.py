"""The rows of one month of a captain as they are read: households, visits, petitions, ratings, meetings, and what explains a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from metrics.captain_months import CaptainYear, entered_in_time, month_of
from metrics.period import Period
from metrics.vocabulary import HOUSEHOLD_NAMES, LEAVE_NAMES, MEETING_NAMES, OUTCOME_NAMES, SIZE_NAMES, TRAINING_NAMES, HouseholdKind, Status
from metrics.wording import day_text, is_missing, whole
from reports.links import to_case
from reports.tables import Column, Kind, Table, Verdict, Verdicts, table
from reports.view import View
from reports.views.captain import Captain, mark_words, within
from reports.views.people import name_of, origin

COUNTED_WORDS = {
    "closed_on_time": ("按期办结", "未按期办结"),
    "hard_resolved": ("难事按期化解或上报", "难事未按期"),
    "big_resolved": ("大事化解", "大事未化解"),
    "accept_on_time": ("接单及时", "接单超时"),
}
"""What a petition counts in, as done and as not done."""
NAMED = 6
"""Households named in one cell of a table."""

HOUSEHOLD_COLUMNS = (
    Column("cell", "邻", screen=False),
    Column("household_id", "户号", head="户", words="户号 {}"),
    Column("kind_name", "户别"),
    Column("visits", "当月走访", Kind.COUNT, "次", screen=False),
    Column("visited", "当月走访", files=False),
    Column("seen", "最近一次", Kind.DATE, year=True),
)


def household_table(captain: Captain, homes: pd.DataFrame, month: Period, unit: str = "") -> Table:
    """The households of a unit with the visits of the month. ``homes``: see ``captain_lists.households_of``."""
    key = homes[homes["kind"] == HouseholdKind.KEY]
    rows = [
        {**row, **_home(row), "visited": f"{int(row['visits'])}次" if row["visits"] else "当月未走访"} for row in homes.to_dict("records")
    ]
    return table(
        f"{captain.title} 所辖各户",
        HOUSEHOLD_COLUMNS,
        rows,
        conclusion=f"{unit} {whole(len(homes))} 户,{month.label}重点户走访 {_visited(key)}/{len(key)}",
        remark="任何一名三长上门都算;普通户按季度算,当月没走不等于欠账",
        chosen=captain.title,
        empty="这个邻没有在册的户",
    )


def _home(row: Mapping[Any, Any]) -> dict[str, str]:
    return {"household_id": str(row["household_id"]), "kind_name": HOUSEHOLD_NAMES.get(row["kind"], "")}


def _visited(homes: pd.DataFrame) -> int:
    return int((homes["visits"] > 0).sum())


CELL_COLUMNS = (
    Column("cell", "邻", small=("households",)),
    Column("households", "户数", Kind.COUNT, "户", screen=False),
    Column("key_seen", "重点户走访", Kind.COUNT, "户", of="key", right=True),
    Column("key", "重点户", Kind.COUNT, "户", screen=False),
    Column("ordinary_seen", "普通户走访", Kind.COUNT, "户"),
    Column("missed", "未走访的重点户", screen=False),
    Column("missed_short", "未走访的重点户", files=False),
)


def cell_table(captain: Captain, homes: pd.DataFrame, month: Period, unit: str) -> Table:
    """A group's or patch's cells in the month: key households visited, and the numbers of those nobody came to."""
    rows = []
    for name, own in homes.assign(cell=homes["cell"].fillna("未编邻")).groupby("cell", sort=True):
        key, ordinary = own[own["kind"] == HouseholdKind.KEY], own[own["kind"] != HouseholdKind.KEY]
        missed = [str(number) for number in key.loc[key["visits"] == 0, "household_id"]]
        more = f"等{len(missed)}户" if len(missed) > NAMED else ""
        rows.append(
            {
                "cell": name,
                "households": len(own),
                "key_seen": _visited(key) if len(key) else None,
                "key": len(key) if len(key) else None,
                "ordinary_seen": _visited(ordinary) if len(ordinary) else None,
                "missed": "、".join(missed),
                "missed_short": "户号 " + "、".join(missed[:NAMED]) + more if missed else "都已走访" if len(key) else "没有重点户",
            }
        )
    return table(
        f"{captain.title} {unit}所辖各邻",
        CELL_COLUMNS,
        rows,
        conclusion=f"{unit}所辖 {whole(len(rows))} 个邻,{whole(len(homes))} 户",
        remark=f"{month.label};任何一名三长上门都算,普通户按季度算",
        chosen=captain.title,
        empty="没有在册的户",
    )


ENTRY_COLUMNS = (
    Column("entered_on", "录入", Kind.DATE, files=False, sign="entry", small=("late",)),
    Column("late", "录入情况", screen=False, files=False),
    Column("recorded_at", "录入", Kind.TIMESTAMP, screen=False),
    Column("entry", "录入情况", Kind.VERDICT, screen=False),
)
VISIT_COLUMNS = (
    Column("visited_on", "日期", Kind.DATE),
    Column("household_id", "户号", head="户", words="户号 {}", small=("kind_name",)),
    Column("kind_name", "户别", screen=False),
    Column("cell", "邻", screen=False),
    Column("note", "情况"),
    *ENTRY_COLUMNS,
)


def visit_table(captain: Captain, visits: pd.DataFrame, month: Period, view: View) -> Table:
    """The captain's own visits. ``visits``: see ``captain_lists.visits_of``."""
    hours = float(view.edition.number("quality", "entry_hours"))
    rows = [{**row, **_home(row), **_entry(row["visited_on"], row, hours)} for row in visits.to_dict("records")]
    return table(
        f"{captain.title} 本人走访",
        VISIT_COLUMNS,
        rows,
        conclusion=f"本人走访 {whole(len(visits))} 户次",
        remark=month.label,
        chosen=captain.title,
        empty=f"{month.label}没有本人的走访记录",
    )


def _entry(happened: date, row: Mapping[Any, Any], hours: float) -> dict[str, Any]:
    """When a row was entered, and whether in time; a row without a time of entry is not known to be, one of a file is not judged."""
    recorded = row["recorded_at"]
    if origin(row):
        return {"entered_on": recorded, "late": origin(row), "entry": Verdict(Status.NONE, f"{origin(row)},不计")}
    if is_missing(recorded):
        return {"entered_on": None, "late": "", "entry": Verdict(Status.NONE, "未注明,不算及时")}
    in_time = entered_in_time(happened, recorded, hours)
    late = "" if in_time else f"超过{hours:g}小时"
    return {"entered_on": recorded, "late": late, "entry": Verdict(Status.LOW, late) if late else Verdict(Status.OK, "及时")}


PETITION_COLUMNS = (
    Column("number", "编号", head="诉求", small=("size_name", "category_name")),
    Column("size_name", "大小", screen=False),
    Column("category", "类别", screen=False),
    Column("category_name", "类别", screen=False, files=False),
    Column("opened_on", "收到", Kind.DATE, head="收到 · 期限", files=False, phone=False, small=("until",)),
    Column("opened_at", "收到", Kind.TIMESTAMP, screen=False),
    Column("until", "期限", screen=False, files=False),
    Column("due", "期限", Kind.DATE, screen=False),
    Column("outcome_name", "结果", small=("ended_on",)),
    Column("ended_on", "办结", Kind.DATE, screen=False, files=False),
    Column("ended_at", "办结", Kind.TIMESTAMP, screen=False),
)
COUNTED_COLUMNS = (
    Column("counted", "当月计入", Kind.VERDICT, files=False),
    Column("counted_words", "当月计入", screen=False),
)


def petition_table(captain: Captain, year: CaptainYear, month: Period) -> Table:
    """The petitions a figure of this month counts, or that were opened in it, and which figure each counts in."""
    rows = []
    for row in year.handled.to_dict("records"):
        counted = [(COUNTED_WORDS[item], done) for item, done in year.counted_in(row, month) if item in COUNTED_WORDS]
        if counted or month_of(row["opened_at"]) == month.text:
            said = [Verdict(Status.OK if done else Status.LOW, words[not done]) for words, done in counted]
            verdicts = Verdicts(tuple(said or [Verdict(Status.NONE, "不计入当月")]))
            rows.append({**_petition(row), "counted": verdicts, "counted_words": str(verdicts)})
    return table(
        f"{captain.title} 承办诉求",
        (*PETITION_COLUMNS, *COUNTED_COLUMNS),
        rows,
        conclusion=f"承办诉求 {whole(len(rows))} 件",
        remark=f"{month.label}收到、派单或到期的;点一行看办理过程",
        chosen=captain.title,
        links=tuple(to_case(row["number"]) for row in rows),
        empty=f"{month.label}没有收到、派单或到期的诉求",
    )


def petitions_of_the_year(captain: Captain, year: CaptainYear) -> Table:
    """All petitions the captain handles, for the files."""
    rows = [_petition(row) for row in year.handled.to_dict("records")]
    return table(f"{captain.title} 全年承办诉求", PETITION_COLUMNS, rows, chosen=captain.title)


def _petition(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        **row,
        "size_name": SIZE_NAMES.get(row["size"], ""),
        "category_name": "未分类" if is_missing(row["category"]) else row["category"],
        "opened_on": row["opened_at"],
        "until": "没有期限" if is_missing(row["due"]) else f"限 {day_text(row['due'])}",
        "outcome_name": OUTCOME_NAMES.get(row["outcome"], "办理中"),
        "ended_on": row["ended_at"],
    }


RATING_COLUMNS = (
    Column("rated_on", "日期", Kind.DATE),
    Column("stars", "星级", Kind.COUNT, "星", words="{}星"),
    Column("source", "来源"),
    Column("number", "诉求"),
)


def rating_table(captain: Captain, year: CaptainYear, month: Period) -> Table:
    """The ratings of the month, each with its petition."""
    count, stars = year.told_stars(month)
    rows = [
        {
            **row,
            "rated_on": row["rated_at"].date(),
            "source": "独立回访" if row["independent"] else "评单",
            "stars": None if stars is None else row["stars"],
        }
        for row in year.ratings_of(month)
    ]
    return table(
        f"{captain.title} 收到评价",
        RATING_COLUMNS,
        rows,
        conclusion=f"收到评价 {whole(count)} 条",
        remark=f"共 {whole(stars)} 星,平均 {stars / count:.2f} 星" if count and stars is not None else month.label,
        indicators=("satisfaction.rated",),
        chosen=captain.title,
        links=tuple(to_case(row["number"]) for row in rows),
        empty=f"{month.label}没有收到评价",
    )


MEETING_COLUMNS = (
    Column("held_on", "日期", Kind.DATE),
    Column("kind_name", "会议"),
    Column("attendees", "到会", Kind.COUNT, "人", words="{}人"),
    Column("convener", "主持", phone=False),
    *ENTRY_COLUMNS,
)


def meeting_table(captain: Captain, meetings: pd.DataFrame, names: Mapping[int, str], month: Period, view: View) -> Table:
    """The meetings of the units led; only those the captain convened count as entries of theirs. ``meetings``: see
    ``captain_lists.meetings_of``."""
    hours = float(view.edition.number("quality", "entry_hours"))
    others = {"entered_on": None, "late": "", "entry": Verdict(Status.NONE, "不是本人主持")}
    rows = [
        {
            **row,
            "kind_name": MEETING_NAMES.get(row["kind"], row["kind"]),
            "convener": name_of(names, row["convener_id"]),
            **(_entry(row["held_on"], row, hours) if row["convener_id"] == captain.person_id else others),
        }
        for row in meetings.to_dict("records")
    ]
    return table(
        f"{captain.title} 会议",
        MEETING_COLUMNS,
        rows,
        conclusion=f"召开会议 {len(rows)} 次",
        remark=month.label,
        chosen=captain.title,
        empty=f"{month.label}没有会议记录",
    )


def remarks(year: CaptainYear, month: Period) -> list[str]:
    """Leave in the month, marks of the month and training of the year up to it: what explains a month."""
    last, words = min(month.last, year.last), []
    for row in year.absences.to_dict("records"):
        if row["first_day"] <= last and (is_missing(row["last_day"]) or row["last_day"] >= month.first):
            until = "至今" if is_missing(row["last_day"]) else f"至 {day_text(row['last_day'])}"
            words.append(f"{LEAVE_NAMES.get(row['kind'], '不在岗')}:{day_text(row['first_day'])} {until}。")
    for row in within(year.marks, "decided_on", month):
        reason = "没有写事由" if is_missing(row["reason"]) else row["reason"]
        words.append(f"{day_text(row['decided_on'])}认定{mark_words(row)}:{reason}。")
    held = [row for row in year.trainings.to_dict("records") if row["held_on"] <= last]
    trained = "、".join(f"{day_text(row['held_on'])} {TRAINING_NAMES.get(row['kind'], '培训')}" for row in held)
    return [*words, f"{year.year}年参训:{trained}" if trained else f"{year.year}年到{day_text(last)}没有参训记录。"]

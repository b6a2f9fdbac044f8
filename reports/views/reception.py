"""公示接待 as it is read: what was announced and who came, who has not received yet, the coming week, the 诉求 a slot raised."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from metrics.vocabulary import PLACE_NAMES, Place, Status
from metrics.wording import MISSING, day_text, fraction, is_missing, share, whole
from metrics.workdays import Week, Workdays
from reports.days import day_and_weekday
from reports.links import RECEPTION, Link, to_cases, to_township
from reports.parts import Counter, Counters, Exceptional, ExceptionSection
from reports.tables import Column, Kind, Lines, Table, Verdict, table
from reports.view import View
from reports.views.calendars import week_name
from reports.views.contents import quiet_words
from reports.views.people import every_one, most_by_township, name_of, named_by_township, units_count
from reports.views.raised import raised_columns, raised_values, to_raised

KEPT, DESKS, RESOLVED = "reception.kept", "reception.desk_days", "reception.resolved"
HOW = {
    "all": "全部场次",
    "broken": "公示未兑现",
    "nobody": "公示了没人来",
    "by_b": "B岗顶岗",
    "other": "A、B岗以外的人接待",
    "raised": "带回诉求",
}
"""Which slots a list holds, as in ``data_access.reception_lists.HOW_RECEIVED``."""
MOST_LINES = 4
DAYS_AHEAD = 7
RANKING_REMARK = "班子成员当周有一个工作日请假、借调、培训或不在任,该周不计;A、B岗以外的人代为接待不算兑现。"
VILLAGES_REMARK = "选一个乡镇,可看各村服务中心坐班在岗率。"
NOT_ARRANGED, NOT_ANNOUNCED = "未排", "尚未公示"


def sentence(totals: Mapping[str, int], view: View) -> str:
    """2026年11月公示接待 430 场,A岗或B岗到岗 410 场(95.3%),20 场没有人来."""
    slots, kept, period = totals["slots"], totals["by_a"] + totals["by_b"], view.period
    if not slots:
        return f"{period.label}{'' if view.is_past else '还'}没有公示接待场次"
    missed = f",{totals['nobody']} 场没有人来" if totals["nobody"] else ",场场有人"
    return f"{period.label}公示接待 {whole(slots)} 场,A岗或B岗到岗 {whole(kept)} 场({share(kept / slots)}){missed}"


def slot_counters(totals: Mapping[str, int]) -> Counters:
    """``totals``: see ``data_access.reception_lists.slot_totals``."""
    return Counters(
        (
            Counter("A岗到岗", totals["by_a"], "场", KEPT),
            Counter("B岗顶岗", totals["by_b"], "场", KEPT),
            Counter("无人接待", totals["nobody"], "场", KEPT),
            Counter("接待群众", totals["batches"], "批次", "reception.leader_weeks"),
            Counter("共", totals["visitors"], "人次", "reception.leader_weeks"),
            Counter("受理诉求", totals["raised"], "件", RESOLVED),
            Counter("其中矛盾纠纷", totals["disputes"], "件", RESOLVED),
        )
    )


def place_name(place: Any) -> str:
    return PLACE_NAMES[Place(place)] if place in set(Place) else "地点未写"


def _announced(row: Mapping[Any, Any], names: Mapping[int, str]) -> tuple[str, str]:
    """Who is announced as A and as B."""
    leader, backup = (name_of(names, row[post], NOT_ARRANGED) for post in ("leader_id", "backup_id"))
    return leader, backup


# --- what to act on -------------------------------------------------------------------------------------------------


def nobody_came(
    slots: pd.DataFrame, total: int, names: Mapping[int, str], published: int = 1, township: str | None = None
) -> ExceptionSection:
    """Of the ``published`` slots those nobody received at. ``slots``: the first of them, see ``data_access.reception_lists.slot_list``."""
    everything = Link(RECEPTION, {"view": "场次", "how": "nobody", **({"township": township} if township else {})})
    lines = []
    for row in slots.head(MOST_LINES).to_dict("records"):
        leader, backup = _announced(row, names)
        where = row["code"] if is_missing(row["unit"]) else row["unit"]
        words = f"{place_name(row['place'])} · A岗{leader}、B岗{backup}"
        lines.append(Exceptional(f"{day_text(row['day'])} {where}", words, to_township(row["code"])))
    if total > len(lines):
        lines.append(Exceptional(f"全部 {total} 场 →", link=everything))
    quiet = quiet_words(published, "公示的场次都有人接待", "没有公示的场次")
    return ExceptionSection(HOW["nobody"], f"{whole(total)} 场", tuple(lines), quiet, about=KEPT, link=everything)


def short_named(short: pd.DataFrame) -> pd.DataFrame:
    """Of the leaders who received nobody those whose names are shown."""
    return most_by_township(short, 2 * MOST_LINES)


def received_nobody(
    short: pd.DataFrame, week: Week | None, townships: Mapping[str, str], names: Mapping[int, str], view: View
) -> ExceptionSection:
    """Chiefs and leaders in post all the last counted week without a published slot received in person: person_id, code."""
    when = week_name(week.sunday if week else view.moment, view)
    quiet = f"班子成员{when}都接待过" if week else f"{'' if view.is_past else '还'}没有可统计的完整周"
    lines = named_by_township(short_named(short), townships, names)
    return ExceptionSection(f"{when}没接待的班子成员", f"{len(short)} 人", lines, quiet, Status.NEAR, "reception.leader_weeks")


def nothing_ahead(ahead: pd.DataFrame, townships: Mapping[str, str]) -> ExceptionSection:
    """Townships that have announced nothing for the coming week. ``ahead``: see ``data_access.reception_lists.coming_slots``."""
    missing = {code: name for code, name in townships.items() if code not in set(ahead["code"])}
    lines = tuple(Exceptional(name, NOT_ANNOUNCED, to_township(code)) for code, name in missing.items())
    count, quiet = units_count(len(missing), townships), f"{every_one(townships)}已公示"
    return ExceptionSection("未来一周没有公示场次", count, lines[: 2 * MOST_LINES], quiet, about=KEPT)


def unresolved(frame: pd.DataFrame) -> ExceptionSection:
    """By township: disputes from receptions of the period that are due and not resolved. ``frame``: of 化解率, by township."""
    left = frame.assign(left=frame["n"] - frame["k"])
    left = left[left["left"] > 0].sort_values("left", ascending=False, kind="stable")
    lines = tuple(
        Exceptional(str(row["name"]), f"{row['left']} 件未化解({fraction(row['k'], row['n'])})", to_township(row["code"]))
        for row in left.head(MOST_LINES).to_dict("records")
    )
    quiet = quiet_words(frame["n"].fillna(0).sum(), "到期的都已化解", "没有到期的接待纠纷")
    everything = to_cases("unresolved_at_reception", str(frame["code"].iloc[0]) if len(frame) == 1 else None)
    return ExceptionSection("到期未化解的接待纠纷", f"{int(left['left'].sum())} 件", lines, quiet, Status.NEAR, RESOLVED, link=everything)


# --- the slots ------------------------------------------------------------------------------------------------------

SLOT_COLUMNS = (
    Column("day", "日期", Kind.DATE, tight=True),
    Column("unit_name", "单位", head="地点", small=("place_name", "published_words")),
    Column("place_name", "地点", screen=False),
    Column("published_words", "公示", screen=False),
    Column("received", "谁接待", Kind.VERDICT, small=("announced",), files=False),
    Column("announced", "A岗 · B岗", screen=False, files=False),
    Column("leader", "A岗", screen=False),
    Column("backup", "B岗", screen=False),
    Column("receiver", "接待人", screen=False),
    Column("post", "到岗", screen=False),
    Column("heard", "批次 · 人次", right=True, phone=False, files=False),
    Column("batches", "批次", Kind.COUNT, "批", screen=False),
    Column("visitors", "人次", Kind.COUNT, "人次", screen=False),
    *raised_columns("受理的诉求 · 结果"),
)
NOBODY, BY_A, BY_B, BY_OTHER = "无人接待", "A岗", "B岗顶岗", "代接待"


def slot_table(slots: pd.DataFrame, names: Mapping[int, str], total: int, how: str) -> Table:
    """The slots, newest first; a row that raised a 诉求 leads to it. ``slots``: see ``data_access.reception_lists.slot_list``."""
    found = slots.to_dict("records")
    return table(
        "接待场次",
        SLOT_COLUMNS,
        [_slot(row, names) for row in found],
        conclusion=f"{HOW[how]} {whole(total)} 条",
        remark="从新到旧;有诉求的一行点开看办得怎样",
        indicators=(KEPT,),
        chosen=HOW[how],
        links=tuple(to_raised(row, to_township(row["code"])) for row in found),
        empty="本期没有这类场次",
    )


def _slot(row: Mapping[Any, Any], names: Mapping[int, str]) -> dict[str, Any]:
    (leader, backup), receiver, post = _announced(row, names), name_of(names, row["received_by"]), post_of(row)
    return {
        **row,
        "unit_name": f"{row['code']}(单位不明)" if is_missing(row["unit"]) else row["unit"],
        "place_name": place_name(row["place"]),
        "published_words": "公示" if row["published"] else "未公示",
        "received": Verdict(Status.LOW, NOBODY) if post == NOBODY else f"{receiver} {post}",
        "announced": "" if post == BY_A else f"A岗 {leader} · B岗 {backup}",
        "leader": leader,
        "backup": backup,
        "receiver": receiver,
        "post": post,
        "heard": f"{whole(row['batches'])} · {whole(row['visitors'])}",
        **raised_values(row),
    }


def post_of(row: Mapping[Any, Any]) -> str:
    """In which post whoever received did so."""
    who = row["received_by"]
    if is_missing(who):
        return NOBODY
    return BY_A if who == row["leader_id"] else BY_B if who == row["backup_id"] else BY_OTHER


# --- the coming week ------------------------------------------------------------------------------------------------


def days_ahead(as_of: date) -> tuple[date, date]:
    """The first and the last day of the coming week."""
    return as_of + timedelta(days=1), as_of + timedelta(days=DAYS_AHEAD)


def _ahead(as_of: date) -> str:
    first, last = days_ahead(as_of)
    return f"{day_text(first)}至{day_text(last)}"


def coming_grid(ahead: pd.DataFrame, townships: Mapping[str, str], names: Mapping[int, str], workdays: Workdays, as_of: date) -> Table:
    """The coming week as it will be announced: a township a row, a day with slots a column. Its file is :func:`coming_table`."""
    slots: dict[tuple[str, date], list[tuple[str, str]]] = defaultdict(list)
    for row in ahead.to_dict("records"):
        slots[row["code"], row["day"]].append((" / ".join(_announced(row, names)), place_name(row["place"])))
    days = sorted({day for _, day in slots})
    rows = [
        {
            "name": name,
            "said": "" if any((code, day) in slots for day in days) else NOT_ANNOUNCED,
            **{day.isoformat(): Lines(tuple(slots.get((code, day), ()))) for day in days},
        }
        for code, name in townships.items()
        if days
    ]
    return table(
        "未来一周接待",
        (
            Column("name", "乡镇", tight=True, small=("said",)),
            Column("said", "公示", screen=False),
            *(Column(day.isoformat(), _day_name(day, workdays), tight=True, files=False) for day in days),
        ),
        rows,
        conclusion=f"{_ahead(as_of)}公示 {len(ahead)} 场",
        remark="乡镇本级的场次,每格为 A岗 / B岗",
        indicators=(KEPT,),
        links=tuple(to_township(code) for code in townships) if days else (),
        empty=f"{_ahead(as_of)}还没有公示场次,请各乡镇党政办登记下周安排",
        may_leave=False,
    )


def _day_name(day: date, workdays: Workdays) -> str:
    """11月23日 周一, with 放假日 where it is one."""
    return f"{day_and_weekday(day)}{'' if workdays.is_workday(day) else ' 放假日'}"


COMING_COLUMNS = (
    Column("day", "日期", Kind.DATE),
    Column("township", "乡镇"),
    Column("place_name", "地点"),
    Column("leader", "A岗"),
    Column("backup", "B岗"),
)


def coming_table(ahead: pd.DataFrame, townships: Mapping[str, str], names: Mapping[int, str], as_of: date) -> Table:
    """The same for the files, a slot a row; a township that has announced none is there too and says so."""
    rows: list[dict[str, Any]] = []
    for row in ahead.to_dict("records"):
        leader, backup = _announced(row, names)
        town = townships.get(str(row["code"]), str(row["code"]))
        rows.append({"day": row["day"], "township": town, "place_name": place_name(row["place"]), "leader": leader, "backup": backup})
    rows += [
        {"day": None, "township": name, "place_name": NOT_ANNOUNCED, "leader": MISSING, "backup": MISSING}
        for code, name in townships.items()
        if code not in set(ahead["code"])
    ]
    return table(f"{_ahead(as_of)}公示场次", COMING_COLUMNS, rows, indicators=(KEPT,), chosen=f"{_ahead(as_of)}公示 {len(ahead)} 场")


def villages_ahead(slots: int) -> str:
    """How many more the villages have announced; empty where none."""
    return f"另有村服务中心公示 {whole(slots)} 场。" if slots else ""

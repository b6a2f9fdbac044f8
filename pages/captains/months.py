"""A captain's year by month: what was due, what was done, and the sums 年度评选 scores. Each line leads to the month's rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.captain_lists import CAPTAIN_TABLES, absences_of, captain_due, trainings_of
from data_access.captain_year import YEAR_TABLES, answers_of, entries_of, handled_of, marks_of, ratings_of
from data_access.scope import Scope
from data_access.slots import Slot, month_slots, quarter_slots
from metrics.captain_months import days_away, month_figures, month_of, stars_by_month
from metrics.definition import Span
from metrics.period import Period
from metrics.selection.rules import ITEM_NAMES, WORK_ITEMS
from metrics.vocabulary import LEAVE_NAMES, MARK_NAMES, TRAINING_NAMES, Level, MarkKind, Role
from metrics.wording import MISSING, fraction, is_missing, whole
from pages.captains.person import CAPTAIN_PAGE, Captain
from pages.common import loaders
from pages.common.address import from_address
from pages.common.layout import note
from pages.common.markup import SIGNS
from pages.common.panel import go_to, panel
from pages.common.sheets import Column, cell, heading, sheet
from reports.source import window

DUE = {
    "key_visits": "重点户走访",
    "ordinary_visits": "普通户走访",
    "heart_talks": "恳谈会",
    "weekly": "例会",
    "monthly": "碰头会",
}
DONE = {
    "closed_on_time": "按期办结",
    "big_resolved": "大事化解",
    "hard_resolved": "难事按期或上报",
    "accept_on_time": "接单及时",
    "in_time": "及时录入",
}
QUARTERLY = ("ordinary_visits", "heart_talks")
VISITS = ("key_visits", "ordinary_visits")
WORK = ("accept_on_time", "in_time")
ON_PHONES = ("key_visits", "weekly", "heart_talks", "closed_on_time")
"""What a narrow table keeps; the line over a month's rows names all of them."""
OF_ROLE = {
    Role.CELL_CAPTAIN: (*VISITS, "heart_talks", "closed_on_time", *WORK),
    Role.GROUP_CAPTAIN: (*VISITS, "closed_on_time", "big_resolved", *WORK),
    Role.PATCH_CAPTAIN: (*VISITS, "weekly", "monthly", "closed_on_time", "hard_resolved", *WORK),
}
SCORED = {
    "key_visits": ("key_visits",),
    "ordinary_visits": ("ordinary_visits",),
    "visits": ("key_visits", "ordinary_visits"),
    "heart_talks": ("heart_talks",),
    "meetings": ("weekly", "monthly"),
}
"""Items of the score that are sums of columns; the others are a column of their own."""


@dataclass(frozen=True)
class Year:
    """A captain's year as of a day. ``due``: item, slot, month, k, n, running; ``done``: item, month, k, n."""

    year: int
    role: Role
    due: pd.DataFrame
    done: pd.DataFrame
    handled: pd.DataFrame
    ratings: pd.DataFrame
    absences: pd.DataFrame
    trainings: pd.DataFrame
    marks: pd.DataFrame
    answers: tuple[int, int, int]
    last: date

    def total(self, item: str) -> tuple[int, int]:
        """k and n of the year as the score counts them: complete months, quarters and weeks; petitions and entries up to as-of."""
        parts = SCORED.get(item, (item,))
        due = self.due[self.due["item"].isin(parts) & ~self.due["running"].astype(bool)]
        done = self.done[self.done["item"].isin(parts)]
        return int(due["k"].sum() + done["k"].sum()), int(due["n"].sum() + done["n"].sum())

    def figure(self, item: str, month: Period) -> dict[str, Any] | None:
        """k, n, running of a column's month; what is due by quarter stands in the quarter's last month, or the running one."""
        rows = self.due[(self.due["item"] == item) & (self.due["month"] == month.text)]
        if rows.empty:
            rows = self.done[(self.done["item"] == item) & (self.done["month"] == month.text)].assign(running=False)
        counted = rows[~rows["running"].astype(bool)]
        shown = rows if counted.empty else counted
        return None if shown.empty else {"k": shown["k"].sum(), "n": shown["n"].sum(), "running": counted.empty}


def held(captain: Captain, slot: Slot) -> list[dict[Any, Any]]:
    """The posts held on a slot's last day, each unit once."""
    found: dict[str, dict[Any, Any]] = {}
    for post in captain.posts.to_dict("records"):
        begun = is_missing(post["valid_from"]) or post["valid_from"] <= slot.last
        if begun and (is_missing(post["valid_to"]) or post["valid_to"] >= slot.last):
            found.setdefault(str(post["code"]), post)
    return list(found.values())


def _codes(captain: Captain, slot: Slot) -> set[str]:
    return {str(post["code"]) for post in held(captain, slot)}


def year_of(scope: Scope, captain: Captain, year: int, as_of: date) -> Year:
    """Everything the page shows of a year."""
    first, last = date(year, 1, 1), min(date(year, 12, 31), as_of)
    asked = loaders.question_for(scope, Level.PERSON, Period.parse(str(year)), as_of)
    seen, own = window(asked, Span.PERIOD), {"person_id": captain.person_id}
    days = {"first": first, "last": last}
    handled = loaders.answer(handled_of, scope, YEAR_TABLES, window=seen, **own)
    entries = loaders.answer(entries_of, scope, YEAR_TABLES, **own, **days)
    codes = tuple(sorted(_codes(captain, Slot("", last, last))))
    weeks = tuple(Slot(week.monday.isoformat(), week.monday, week.sunday) for week in asked.weeks)
    return Year(
        year,
        Role(captain.current["role"]),
        _due(scope, captain, first, last, weeks, as_of),
        month_figures(handled, entries, first, last, seen.number("quality.entry_hours")),
        handled,
        loaders.answer(ratings_of, scope, YEAR_TABLES, window=seen, **own),
        loaders.answer(absences_of, scope, CAPTAIN_TABLES, **own, **days),
        loaders.answer(trainings_of, scope, CAPTAIN_TABLES, **own, **days),
        loaders.answer(marks_of, scope, YEAR_TABLES, year=year, as_of=as_of, **own),
        loaders.answer(answers_of, scope, YEAR_TABLES, codes=codes, year=year, as_of=as_of, **own),
        last,
    )


def _due(scope: Scope, captain: Captain, first: date, last: date, weeks: tuple[Slot, ...], as_of: date) -> pd.DataFrame:
    """Due and done by slot in the unit held on its last day."""
    slots = {"months": month_slots(first, last), "quarters": quarter_slots(first, last), "weeks": list(weeks)}
    every = [slot for part in slots.values() for slot in part]
    parts = []
    for code, post in {str(post["code"]): post for slot in every for post in held(captain, slot)}.items():
        mine = {name: tuple(slot for slot in part if code in _codes(captain, slot)) for name, part in slots.items()}
        parts.append(loaders.answer(captain_due, scope, CAPTAIN_TABLES, code=code, role=str(post["role"]), **mine))
    due = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["item", "slot", "k", "n"])
    sums = due.groupby(["item", "slot"], sort=False)[["k", "n"]].sum().reset_index()
    weekly = {slot.text: month_of(slot.first + (slot.last - slot.first) / 2) for slot in weeks}  # a week is its Thursday's
    ends = {slot.text: month_of(slot.last) for slot in slots["months"] + slots["quarters"]}
    sums["month"] = [weekly.get(slot) or ends[slot] for slot in sums["slot"]]
    sums["running"] = [slot not in weekly and Period.parse(slot).last > as_of for slot in sums["slot"]]
    return sums


def _share(row: dict[str, Any] | None, small: str = "") -> str:
    """5/6 △, 6/6 ✓, 2/6 进行中; a dash where nothing was due."""
    if row is None or not row["n"]:
        return f'<span class="quiet">{MISSING}</span>'
    text = fraction(row["k"], row["n"])
    below = f"<small>{small}</small>" if small else ""
    if row["running"]:
        return f'{text} <span class="running">进行中</span>{below}'
    status = "ok" if row["k"] >= row["n"] else "near" if row["k"] >= 0.9 * row["n"] else "low"
    return f'{text} <span class="{status}">{SIGNS[status]}</span>{below}'  # type: ignore[index]


def summary(found: Year) -> None:
    """The year in one line: what is complete, added up."""
    totals = {item: found.total(item) for item in OF_ROLE[found.role]}
    words = [f"{(DUE | DONE)[item]} {fraction(k, n)}" for item, (k, n) in totals.items() if n]
    told = " · ".join(words) if words else "还没有满一个月的任职"
    panel(
        heading(f"{found.year}年应做与已做", f"{told}(只加已结束的月、季、周;诉求和录入计到今天)", "captains.key_visits"),
        key="captain-year",
    )


def month_table(captain: Captain, found: Year, shown: Period) -> None:
    """One line a month, newest first; what is due by quarter stands in the quarter's last month. The last line is what is scored."""
    items, stars = OF_ROLE[found.role], stars_by_month(found.ratings)
    columns = [Column("月份", tight=True)]
    for item in items:
        name = (DUE | DONE)[item] + ("(季)" if item in QUARTERLY else "")
        columns.append(Column(name, number=True, aside=item not in ON_PHONES))
    columns += [Column("收到评价", number=True), Column("请假 · 参训 · 认定", aside=True)]
    lines, links = [], []
    for number in range(found.last.month, 0, -1):
        month = Period.parse(f"{found.year}-{number:02d}")
        cells = [_share(found.figure(item, month), _of_size(found, item, month)) for item in items]
        here = "<small>见下方</small>" if month == shown else ""
        lines.append([f"{number}月{here}", *cells, _stars(stars.get(month.text)), cell(besides(found, month))])
        links.append(go_to(CAPTAIN_PAGE, {"person": f"p:{captain.person_id}", "year": str(found.year), "rows": month.text}))
    counted = [_share({"k": k, "n": n, "running": False}) for k, n in (found.total(item) for item in items)]
    count, total = len(found.ratings), int(found.ratings["stars"].sum()) if len(found.ratings) else 0
    lines.append(["<b>全年</b>", *counted, _stars((count, total)), cell("")])
    title = heading("逐月应做与已做", "点一个月份,下面列出这个月的每一条")
    panel(title + sheet(columns, lines, links), key="captain-months")
    note("诉求按到期的月份计,接单按派单的月份计,大事按收到的月份计;“—”是这个月没有应做的。")


def _of_size(found: Year, item: str, month: Period) -> str:
    """Of the petitions due in a month, the 小事: what 邻长 are scored by."""
    if item != "closed_on_time" or found.role is not Role.CELL_CAPTAIN:
        return ""
    both = found.figure(item, month), found.figure("small_on_time", month)
    if both[0] is None or (both[1] is not None and both[0]["n"] == both[1]["n"]):
        return ""
    return "其中小事 " + ("0/0" if both[1] is None else fraction(both[1]["k"], both[1]["n"]))


def _stars(found: tuple[int, int] | None) -> str:
    """3条 · 平均4.67星; a dash where nobody rated."""
    if found is None or not found[0]:
        return f'<span class="quiet">{MISSING}</span>'
    count, total = found
    return f"{whole(count)}条<small>平均{total / count:.2f}星</small>"


def besides(found: Year, month: Period) -> str:
    """请假 12天、集中培训、加分 2分: what explains a month."""
    last = min(month.last, found.last)
    words = []
    for kind, name in LEAVE_NAMES.items():
        own = found.absences[found.absences["kind"] == str(kind)]
        days = days_away(own, month.first, last)
        words += [f"{name} {days}天"] if days else []
    words += [_name(TRAINING_NAMES, row["kind"], "培训") for row in _within(found.trainings, "held_on", month)]
    for row in _within(found.marks, "decided_on", month):
        words.append(mark_words(row))
    return "、".join(words)


def is_proven_bonus(row: dict[Any, Any]) -> bool:
    """Only a bonus with evidence counts."""
    proven = isinstance(row["evidence"], str) and bool(row["evidence"].strip())
    return row["kind"] == MarkKind.BONUS and not is_missing(row["points"]) and proven


def mark_words(row: dict[Any, Any]) -> str:
    """加分 2分, 抽查 未通过, 一票否决."""
    name = MARK_NAMES[MarkKind(row["kind"])] if row["kind"] in set(MarkKind) else str(row["kind"])
    if row["kind"] == MarkKind.BONUS and not is_missing(row["points"]):
        return f"{name} {float(row['points']):g}分{'' if is_proven_bonus(row) else '(没有佐证,不计)'}"
    passed = "" if is_missing(row["passed"]) else " 通过" if row["passed"] else " 未通过"
    return f"{name}{passed if row['kind'] == MarkKind.SPOT_CHECK else ''}"


def _name(names: Any, kind: Any, otherwise: str) -> str:
    return {str(each): name for each, name in names.items()}.get(str(kind), otherwise)


def _within(rows: pd.DataFrame, column: str, month: Period) -> list[dict[Any, Any]]:
    return [row for row in rows.to_dict("records") if month.first <= row[column] <= month.last]


def scored(found: Year) -> None:
    """The sums that go into the score, named as on the score sheet, so that it can be redone by hand."""
    words = []
    for item in WORK_ITEMS[found.role]:
        k, n = found.total(item)
        words.append(f"{ITEM_NAMES[item]} {fraction(k, n)}" if n else f"{ITEM_NAMES[item]} 没有应做的")
    count, total = len(found.ratings), int(found.ratings["stars"].sum()) if len(found.ratings) else 0
    words.append(f"{ITEM_NAMES['ratings']} {whole(count)}条共{whole(total)}星")
    answers, sum_, outside = found.answers
    elsewhere = f"(另有{whole(outside)}份来自所辖以外,不计)" if outside else ""
    words.append(f"{ITEM_NAMES['survey']} {whole(answers)}份共{whole(sum_)}分{elsewhere}")
    bonus = sum(float(row["points"]) for row in found.marks.to_dict("records") if is_proven_bonus(row))
    words.append(f"{ITEM_NAMES['bonus']} {bonus:g}分")
    panel(heading("计入年度评选的合计", " · ".join(words)), key="captain-scored")
    note("每项得分 = 做了 ÷ 应做 × 分值;评单和测评先向全县平均靠拢再折算。分值和算式逐项列在评分表“怎么算”一列。")


def month_line(found: Year, part: Period) -> None:
    """All figures of the month whose rows follow, in one line."""
    words = []
    for item in OF_ROLE[found.role]:
        row = found.figure(item, part)
        if row is not None and row["n"]:
            small = _of_size(found, item, part)
            running = "(进行中)" if row["running"] else ""
            words.append(f"{(DUE | DONE)[item]} {fraction(row['k'], row['n'])}{running}" + (f"({small})" if small else ""))
    stars = stars_by_month(found.ratings).get(part.text)
    words += [f"收到评价 {stars[0]}条共{stars[1]}星"] if stars else []
    words += [besides(found, part)] if besides(found, part) else []
    panel(heading(f"{part.label}的每一条", " · ".join(words) or "这个月没有应做的,也没有记录"), key="month-line")


def month_filter(found: Year) -> Period:
    """Whose rows are shown below."""
    names = [f"{found.year}-{number:02d}" for number in range(found.last.month, 0, -1)]
    picked = st.selectbox(
        "看哪个月的记录", names, format_func=lambda text: Period.parse(text).label, width=220, **from_address("rows", names, names[0])
    )
    return Period.parse(picked or names[0])

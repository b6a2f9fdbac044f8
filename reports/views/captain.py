"""One captain's year as it is read: what was due and what was done, month by month. Fair enough to show to the captain."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from metrics.captain_months import QUARTERLY, SUMS, CaptainYear, Share, days_away, is_proven_bonus
from metrics.period import Period
from metrics.selection.rules import ITEM_NAMES, WORK_ITEMS
from metrics.small_cells import few_words
from metrics.vocabulary import LEAVE_NAMES, MARK_NAMES, STATUS_NAMES, TRAINING_NAMES, MarkKind, Role, Status
from metrics.wording import day_text, fraction, is_missing, whole
from reports.links import CAPTAIN, SCORE_SHEET, Link
from reports.parts import Heading, More
from reports.tables import Column, Kind, Table, Verdict, table
from reports.view import View
from reports.views.posts import captain_title

ITEM_HEADS = {
    "key_visits": "重点户走访",
    "ordinary_visits": "普通户走访",
    "heart_talks": "恳谈会",
    "weekly": "例会",
    "monthly": "碰头会",
    "closed_on_time": "按期办结",
    "big_resolved": "大事化解",
    "hard_resolved": "难事按期或上报",
    "accept_on_time": "接单及时",
    "in_time": "及时录入",
}
ON_PHONES = ("key_visits", "weekly", "heart_talks", "closed_on_time")
"""What a narrow table keeps; the line over a month's rows names all of them."""
CERTIFIED = Role.CELL_CAPTAIN
"""Whose certificate is said to be missing."""


@dataclass(frozen=True)
class Captain:
    """Who a page is about. ``posts``, newest first: role, code, name, village, valid_from, valid_to, certificate_on."""

    person_id: int
    name: str
    posts: pd.DataFrame

    @property
    def current(self) -> dict[Hashable, Any]:
        newest: dict[Hashable, Any] = self.posts.iloc[0].to_dict()
        return newest

    @property
    def role(self) -> Role:
        return Role(self.current["role"])

    @property
    def title(self) -> str:
        return f"{captain_title(self.current['village'], self.current['name'], self.role)} {self.name}"

    @property
    def subtitle(self) -> str:
        post = self.current
        since = "" if is_missing(post["valid_from"]) else f"{_full(post['valid_from'])}起任职"
        until = "" if is_missing(post["valid_to"]) else f"{_full(post['valid_to'])}离任"
        certificate = "已发代表证" if not is_missing(post["certificate_on"]) else "未发代表证" if self.role is CERTIFIED else ""
        others = len(self.posts) - 1
        more = f"另有 {others} 段任职" if others else ""
        return " · ".join(word for word in (since, until, certificate, more) if word)


def _full(day: date) -> str:
    return f"{day.year}年{day_text(day)}"


# --- the year -------------------------------------------------------------------------------------------------------


def year_heading(year: CaptainYear) -> Heading:
    """The year in one line: what is complete, added up."""
    totals = [(ITEM_HEADS[item], year.total(item)) for item in year.items]
    words = [f"{head} {fraction(total.k, total.n)}" for head, total in totals if total.n]
    told = " · ".join(words) if words else "没有满一个月的任职"
    until = day_text(year.last) if year.last == date(year.year, 12, 31) else "截至时刻"
    return Heading(f"{year.year}年应做与已做", f"{told}(只加已结束的月、季、周;诉求和录入计到{until})", "captains.key_visits")


def month_table(captain: Captain, year: CaptainYear, shown: Period, view: View) -> Table:
    """One line a month, newest first, then the year as it is scored. A month leads to its rows; ``shown``: the one whose rows follow."""
    near = 1 - view.edition.number("margins", "rate")
    rows = [
        {
            "label": f"{month.first.month}月",
            "month": month.text,
            "here": "见下方" if month == shown else "",
            **_cells({item: year.of_month(item, month) for item in year.items}, near),
            **_stars(*year.told_stars(month)),
            "small_matters": _small_matters(year, month),
            "besides": besides(year, month),
            "besides_shade": None if besides(year, month) else Status.NONE,
        }
        for month in year.months
    ]
    total = {
        "label": "全年",
        "month": "全年(计分)",
        **_cells({item: year.total(item) for item in year.items}, near),
        **_stars(*year.told_stars()),
        "besides_shade": Status.NONE,
    }
    return table(
        f"{captain.title} 逐月应做与已做",
        month_columns(year.items),
        [*rows, total],
        conclusion="逐月应做与已做",
        remark="点一个月份,下面列出这个月的每一条",
        indicators=("captains.key_visits",),
        chosen=captain.title,
        links=tuple(
            Link(CAPTAIN, {"person": f"p:{captain.person_id}", "year": str(year.year), "rows": month.text}, keeps_period=False)
            for month in year.months
        ),
        ends_in_sum=True,
    )


def month_columns(items: tuple[str, ...]) -> tuple[Column, ...]:
    """k of n of each item; a screen writes both in one cell with a sign."""
    columns = [
        Column("label", "月份", tight=True, files=False, small=("here",)),
        Column("here", "正在看", screen=False, files=False),
        Column("month", "月份", screen=False),
        Column("small_matters", "其中小事", screen=False, files=False),
    ]
    for item in items:
        head = f"{ITEM_HEADS[item]}{'(季)' if item in QUARTERLY else ''}"
        small = ("small_matters",) if item == "closed_on_time" else ()
        due, shade, phone = f"{item}_due", f"{item}_shade", item in ON_PHONES
        shape = Column(item, f"{head} 做了", Kind.COUNT, of=due, head=head, small=small, sign=f"{item}_sign", shade=shade, right=True)
        columns += [replace(shape, phone=phone), Column(due, f"{head} 应做", Kind.COUNT, screen=False)]
    return (
        *columns,
        Column("ratings", "收到评价", Kind.COUNT, "条", words="{}条", small=("mean",), shade="ratings_shade"),
        Column("stars", "评价合计", Kind.COUNT, "星", screen=False),
        Column("mean", "评价平均", Kind.SCORE, "星", words="平均{}星", screen=False, files=False),
        Column("besides", "请假、参训、认定", shade="besides_shade", phone=False),
    )


def _cells(shares: Mapping[str, Share], near: float) -> dict[str, Any]:
    """k, n and the sign of each item; a quiet dash where nothing was due."""
    cells: dict[str, Any] = {}
    for item, share in shares.items():
        k, n, sign, shade = (share.k, share.n, _sign(share, near), None) if share.n else (None, None, None, Status.NONE)
        cells |= {item: k, f"{item}_due": n, f"{item}_sign": sign, f"{item}_shade": shade}
    return cells


def _sign(share: Share, near: float) -> Verdict:
    """All of it is due; amber reaches as far below as for any share of the board."""
    if share.running:
        status = Status.RUNNING
    else:
        status = Status.OK if share.k >= share.n else Status.NEAR if share.k >= near * share.n else Status.LOW
    return Verdict(status, STATUS_NAMES[status])


def _stars(count: int, stars: int | None) -> dict[str, Any]:
    if not count:
        return {"ratings": None, "stars": None, "mean": None, "ratings_shade": Status.NONE}
    return {"ratings": count, "stars": stars, "mean": None if stars is None else stars / count, "ratings_shade": None}


def _sum_words(count: int, unit: str, total: int | None, of: str) -> str:
    """6条共28星; 3条(不足5条,不列合计)."""
    return f"{whole(count)}{unit}" + (f"({few_words(unit)},不列合计)" if total is None else f"共{whole(total)}{of}")


def _small_matters(year: CaptainYear, month: Period) -> str:
    """Of the petitions due in a month, the 小事: what 邻长 are scored by."""
    closed, small = year.of_month("closed_on_time", month), year.of_month("small_on_time", month)
    return f"其中小事 {fraction(small.k, small.n)}" if year.role is Role.CELL_CAPTAIN and closed.n != small.n else ""


def besides(year: CaptainYear, month: Period) -> str:
    """请假 12天、集中培训、加分 2分: what explains a month."""
    last = min(month.last, year.last)
    words = []
    for kind, name in LEAVE_NAMES.items():
        days = days_away(year.absences[year.absences["kind"] == str(kind)], month.first, last)
        words += [f"{name} {days}天"] if days else []
    words += [TRAINING_NAMES.get(row["kind"], "培训") for row in within(year.trainings, "held_on", month)]
    words += [mark_words(row) for row in within(year.marks, "decided_on", month)]
    return "、".join(words)


def mark_words(row: Mapping[Any, Any]) -> str:
    """加分 2分, 抽查 未通过, 一票否决."""
    name = str(MARK_NAMES.get(row["kind"], row["kind"]))
    if row["kind"] == MarkKind.BONUS and not is_missing(row["points"]):
        return f"{name} {float(row['points']):g}分{'' if is_proven_bonus(dict(row)) else '(没有佐证,不计)'}"
    passed = "" if is_missing(row["passed"]) else " 通过" if row["passed"] else " 未通过"
    return f"{name}{passed if row['kind'] == MarkKind.SPOT_CHECK else ''}"


def within(rows: pd.DataFrame, column: str, month: Period) -> list[dict[Hashable, Any]]:
    """The rows whose day in ``column`` lies in a month."""
    return [row for row in rows.to_dict("records") if month.first <= row[column] <= month.last]


def scored(year: CaptainYear) -> Heading:
    """The sums that go into the score, named as on the score sheet, so that it can be redone by hand."""
    totals = [(ITEM_NAMES[item], year.total(item)) for item in WORK_ITEMS[year.role]]
    words = [f"{name} {fraction(total.k, total.n) if total.n else '没有应做的'}" for name, total in totals]
    count, stars = year.told_stars()
    answers, points, outside = year.told_answers()
    elsewhere = f"(另有{whole(outside)}份来自所辖以外,不计)" if outside else ""
    words += [
        f"{ITEM_NAMES['ratings']} {_sum_words(count, '条', stars, '星')}",
        f"{ITEM_NAMES['survey']} {_sum_words(answers, '份', points, '分')}{elsewhere}",
        f"{ITEM_NAMES['bonus']} {year.bonus:g}分",
    ]
    return Heading("计入年度评选的合计", " · ".join(words))


def shortest_month(year: CaptainYear, item: str) -> str:
    """The month in which most of a scored item was left undone, the newest of several; empty where none was, or it is no month's."""
    left = {
        month.text: sum(share.n - share.k for part in SUMS.get(item, (item,)) for share in [year.of_month(part, month)])
        for month in year.months
    }
    worst = max(left, key=left.__getitem__, default="")
    return worst if left.get(worst) else ""


def score_sheet(captain: Captain, year: CaptainYear) -> More:
    """The way to the year's score sheet."""
    query = {"person": f"p:{captain.person_id}", "role": str(captain.role), "year": str(year.year)}
    return More(f"{year.year}年评分表 →", Link(SCORE_SHEET, query, keeps_period=False))


# --- the line over a month's rows -----------------------------------------------------------------------------------------


def month_heading(year: CaptainYear, month: Period) -> Heading:
    """All figures of the month whose rows follow, in one line."""
    words = []
    for item in year.items:
        share = year.of_month(item, month)
        if share.n:
            small = _small_matters(year, month) if item == "closed_on_time" else ""
            text = f"{ITEM_HEADS[item]} {fraction(share.k, share.n)}{'(进行中)' if share.running else ''}"
            words.append(text + (f"({small})" if small else ""))
    count, stars = year.told_stars(month)
    words += [f"收到评价 {count}条" + ("" if stars is None else f"共{stars}星")] if count else []
    words += [more] if (more := besides(year, month)) else []
    return Heading(f"{month.label}的每一条", " · ".join(words) or "这个月没有应做的,也没有记录")

"""One captain's year as it is read: what was due and done by month, and the rows of a month. Fair enough to show to the captain."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from metrics.captain_months import (
    QUARTERLY,
    CaptainYear,
    Share,
    days_away,
    entered_in_time,
    is_proven_bonus,
    month_of,
)
from metrics.period import Period
from metrics.selection.rules import ITEM_NAMES, WORK_ITEMS
from metrics.vocabulary import (
    HOUSEHOLD_NAMES,
    LEAVE_NAMES,
    MARK_NAMES,
    MEETING_NAMES,
    OUTCOME_NAMES,
    ROLE_NAMES,
    SIZE_NAMES,
    STATUS_NAMES,
    TRAINING_NAMES,
    HouseholdKind,
    MarkKind,
    Role,
    Status,
)
from metrics.wording import day_text, fraction, is_missing, whole
from reports.links import CAPTAIN, SCORE_SHEET, Link, to_case
from reports.parts import Heading, More
from reports.tables import Column, Kind, Table, Verdict, Verdicts, table
from reports.view import View
from reports.views.people import name_of

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
COUNTED_WORDS = {
    "closed_on_time": ("按期办结", "未按期办结"),
    "hard_resolved": ("难事按期化解或上报", "难事未按期"),
    "big_resolved": ("大事化解", "大事未化解"),
    "accept_on_time": ("接单及时", "接单超时"),
}
"""What a petition counts in, as done and as not done."""
ON_PHONES = ("key_visits", "weekly", "heart_talks", "closed_on_time")
"""What a narrow table keeps; the line over a month's rows names all of them."""
NAMED = 6
"""Households named in one cell of a table."""
CERTIFIED = Role.CELL_CAPTAIN
"""Whose certificate is said to be missing."""


@dataclass(frozen=True)
class Captain:
    """Who a page is about. ``posts``, newest first: role, code, name, valid_from, valid_to, certificate_on."""

    person_id: int
    name: str
    phone: str
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
        return f"{self.name} · {self.current['name']}{ROLE_NAMES[self.role]}"

    @property
    def subtitle(self) -> str:
        post = self.current
        since = "" if is_missing(post["valid_from"]) else f"{_full(post['valid_from'])}起任职"
        until = "" if is_missing(post["valid_to"]) else f"{_full(post['valid_to'])}离任"
        certificate = "已发代表证" if not is_missing(post["certificate_on"]) else "未发代表证" if self.role is CERTIFIED else ""
        others = len(self.posts) - 1
        more = f"另有 {others} 段任职" if others else ""
        return " · ".join(word for word in (since, until, certificate, more, self.phone) if word)


def _full(day: date) -> str:
    return f"{day.year}年{day_text(day)}"


# --- the year -------------------------------------------------------------------------------------------------------


def year_heading(year: CaptainYear) -> Heading:
    """The year in one line: what is complete, added up."""
    totals = [(ITEM_HEADS[item], year.total(item)) for item in year.items]
    words = [f"{head} {fraction(total.k, total.n)}" for head, total in totals if total.n]
    told = " · ".join(words) if words else "还没有满一个月的任职"
    return Heading(f"{year.year}年应做与已做", f"{told}(只加已结束的月、季、周;诉求和录入计到今天)", "captains.key_visits")


def month_table(captain: Captain, year: CaptainYear, shown: Period, view: View) -> Table:
    """One line a month, newest first, then the year as it is scored. A month leads to its rows; ``shown``: the one whose rows follow."""
    near = 1 - view.edition.number("margins", "rate")
    rows = [
        {
            "label": f"{month.first.month}月",
            "month": month.text,
            "here": "见下方" if month == shown else "",
            **_cells({item: year.of_month(item, month) for item in year.items}, near),
            **_stars(*year.stars(month)),
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
        **_stars(*year.stars()),
        "besides_shade": Status.NONE,
    }
    return table(
        f"{captain.name} 逐月应做与已做",
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


def _stars(count: int, stars: int) -> dict[str, Any]:
    if not count:
        return {"ratings": None, "stars": None, "mean": None, "ratings_shade": Status.NONE}
    return {"ratings": count, "stars": stars, "mean": stars / count, "ratings_shade": None}


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
    words += [TRAINING_NAMES.get(row["kind"], "培训") for row in _within(year.trainings, "held_on", month)]
    words += [mark_words(row) for row in _within(year.marks, "decided_on", month)]
    return "、".join(words)


def mark_words(row: Mapping[Any, Any]) -> str:
    """加分 2分, 抽查 未通过, 一票否决."""
    name = str(MARK_NAMES.get(row["kind"], row["kind"]))
    if row["kind"] == MarkKind.BONUS and not is_missing(row["points"]):
        return f"{name} {float(row['points']):g}分{'' if is_proven_bonus(dict(row)) else '(没有佐证,不计)'}"
    passed = "" if is_missing(row["passed"]) else " 通过" if row["passed"] else " 未通过"
    return f"{name}{passed if row['kind'] == MarkKind.SPOT_CHECK else ''}"


def _within(rows: pd.DataFrame, column: str, month: Period) -> list[dict[Hashable, Any]]:
    return [row for row in rows.to_dict("records") if month.first <= row[column] <= month.last]


def scored(year: CaptainYear) -> Heading:
    """The sums that go into the score, named as on the score sheet, so that it can be redone by hand."""
    totals = [(ITEM_NAMES[item], year.total(item)) for item in WORK_ITEMS[year.role]]
    words = [f"{name} {fraction(total.k, total.n) if total.n else '没有应做的'}" for name, total in totals]
    count, stars = year.stars()
    answers, points, outside = year.answers
    elsewhere = f"(另有{whole(outside)}份来自所辖以外,不计)" if outside else ""
    words += [
        f"{ITEM_NAMES['ratings']} {whole(count)}条共{whole(stars)}星",
        f"{ITEM_NAMES['survey']} {whole(answers)}份共{whole(points)}分{elsewhere}",
        f"{ITEM_NAMES['bonus']} {year.bonus:g}分",
    ]
    return Heading("计入年度评选的合计", " · ".join(words))


def score_sheet(captain: Captain, year: CaptainYear) -> More:
    """The way to the year's score sheet."""
    query = {"person": f"p:{captain.person_id}", "role": str(captain.role), "year": str(year.year)}
    return More(f"{year.year}年评分表 →", Link(SCORE_SHEET, query, keeps_period=False))


# --- the rows of a month ----------------------------------------------------------------------------------------------


def month_heading(year: CaptainYear, month: Period) -> Heading:
    """All figures of the month whose rows follow, in one line."""
    words = []
    for item in year.items:
        share = year.of_month(item, month)
        if share.n:
            small = _small_matters(year, month) if item == "closed_on_time" else ""
            text = f"{ITEM_HEADS[item]} {fraction(share.k, share.n)}{'(进行中)' if share.running else ''}"
            words.append(text + (f"({small})" if small else ""))
    count, stars = year.stars(month)
    words += [f"收到评价 {count}条共{stars}星"] if count else []
    words += [more] if (more := besides(year, month)) else []
    return Heading(f"{month.label}的每一条", " · ".join(words) or "这个月没有应做的,也没有记录")


HOUSEHOLD_COLUMNS = (
    Column("cell", "邻", screen=False),
    Column("household_id", "户号", head="户", words="户号 {}"),
    Column("kind_name", "户别"),
    Column("visits", "本月走访", Kind.COUNT, "次", screen=False),
    Column("visited", "本月走访", files=False),
    Column("seen", "最近一次", Kind.DATE, year=True),
)


def household_table(captain: Captain, homes: pd.DataFrame, month: Period, unit: str = "") -> Table:
    """The households of a unit with the visits of the month. ``homes``: see ``captain_lists.households_of``."""
    key = homes[homes["kind"] == HouseholdKind.KEY]
    rows = [
        {**row, **_home(row), "visited": f"{int(row['visits'])}次" if row["visits"] else "本月未走访"} for row in homes.to_dict("records")
    ]
    return table(
        f"{captain.name} 所辖各户",
        HOUSEHOLD_COLUMNS,
        rows,
        conclusion=f"{unit} {whole(len(homes))} 户,{month.label}重点户走访 {_visited(key)}/{len(key)}",
        remark="任何一名三长上门都算;普通户按季度算,本月没走不等于欠账",
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
        f"{captain.name} {unit}所辖各邻",
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
    rows = [{**row, **_home(row), **_entry(row["visited_on"], row["recorded_at"], hours)} for row in visits.to_dict("records")]
    return table(
        f"{captain.name} 本人走访",
        VISIT_COLUMNS,
        rows,
        conclusion=f"本人走访 {whole(len(visits))} 户次",
        remark=month.label,
        chosen=captain.title,
        empty=f"{month.label}没有本人的走访记录",
    )


def _entry(happened: date, recorded: Any, hours: float) -> dict[str, Any]:
    """When a row was entered, and whether in time; a row without a time of entry is not known to be."""
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
    Column("counted", "本月计入", Kind.VERDICT, files=False),
    Column("counted_words", "本月计入", screen=False),
)


def petition_table(captain: Captain, year: CaptainYear, month: Period) -> Table:
    """The petitions a figure of this month counts, or that were opened in it, and which figure each counts in."""
    rows = []
    for row in year.handled.to_dict("records"):
        counted = [(COUNTED_WORDS[item], done) for item, done in year.counted_in(row, month) if item in COUNTED_WORDS]
        if counted or month_of(row["opened_at"]) == month.text:
            said = [Verdict(Status.OK if done else Status.LOW, words[not done]) for words, done in counted]
            verdicts = Verdicts(tuple(said or [Verdict(Status.NONE, "不计入本月")]))
            rows.append({**_petition(row), "counted": verdicts, "counted_words": str(verdicts)})
    return table(
        f"{captain.name} 承办诉求",
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
    return table(f"{captain.name} 全年承办诉求", PETITION_COLUMNS, rows, chosen=captain.title)


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
    rows = [
        {**row, "rated_on": row["rated_at"].date(), "source": "独立回访" if row["independent"] else "评单"}
        for row in year.ratings_of(month)
    ]
    count, stars = year.stars(month)
    return table(
        f"{captain.name} 收到评价",
        RATING_COLUMNS,
        rows,
        conclusion=f"收到评价 {whole(count)} 条",
        remark=f"共 {whole(stars)} 星,平均 {stars / count:.2f} 星" if count else month.label,
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
            **(_entry(row["held_on"], row["recorded_at"], hours) if row["convener_id"] == captain.person_id else others),
        }
        for row in meetings.to_dict("records")
    ]
    return table(
        f"{captain.name} 会议",
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
    for row in _within(year.marks, "decided_on", month):
        reason = "没有写事由" if is_missing(row["reason"]) else row["reason"]
        words.append(f"{day_text(row['decided_on'])}认定{mark_words(row)}:{reason}。")
    held = [row for row in year.trainings.to_dict("records") if row["held_on"] <= last]
    trained = "、".join(f"{day_text(row['held_on'])} {TRAINING_NAMES.get(row['kind'], '培训')}" for row in held)
    return [*words, f"本年参训:{trained}" if trained else "本年还没有参训记录。"]

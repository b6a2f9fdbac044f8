"""The parts of a captain's page: who, the months with what was due and done, the rows of one month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access import areas
from data_access.captain_lists import (
    CAPTAIN_TABLES,
    absences_of,
    captain_due,
    captain_posts_of,
    households_of,
    meetings_of,
    petitions_of,
    trainings_of,
    visits_of,
)
from data_access.scope import Scope
from data_access.slots import Slot, month_slots, quarter_slots
from metrics.period import Period, PeriodKind
from metrics.vocabulary import (
    HOUSEHOLD_NAMES,
    LEAVE_NAMES,
    MEETING_NAMES,
    OUTCOME_NAMES,
    ROLE_NAMES,
    SIZE_NAMES,
    TRAINING_NAMES,
    HouseholdKind,
    MeetingKind,
    Outcome,
    Role,
    Size,
)
from metrics.wording import MISSING, day_text, fraction, is_missing, whole
from pages.common import loaders
from pages.common.layout import Crumb, note
from pages.common.markup import SIGNS
from pages.common.navigation import can_open
from pages.common.panel import go_to, panel
from pages.common.selections import year_choices
from pages.common.sheets import CASE_PAGE, Column, cell, heading, names_of, sheet

SHEET_PAGE = "pages/selection/sheet.py"
ITEMS = {"key_visits": "重点户走访", "ordinary_visits": "普通户走访", "heart_talks": "恳谈会", "monthly": "民情碰头会"}
QUARTERLY = ("ordinary_visits", "heart_talks")


@dataclass(frozen=True)
class Captain:
    person_id: int
    name: str
    phone: str
    posts: pd.DataFrame
    """Newest first: role, code, name, valid_from, valid_to, certificate_on."""
    crumbs: list[Crumb]

    @property
    def current(self) -> dict[Any, Any]:
        return self.posts.iloc[0].to_dict()

    @property
    def title(self) -> str:
        return f"{self.name} · {self.current['name']}{ROLE_NAMES[Role(self.current['role'])]}"

    @property
    def subtitle(self) -> str:
        post = self.current
        since = "" if is_missing(post["valid_from"]) else f"{post['valid_from']:%Y年%-m月%-d日}起任职"
        until = "" if is_missing(post["valid_to"]) else f"{post['valid_to']:%Y年%-m月%-d日}离任"
        certificate = "已发代表证" if not is_missing(post["certificate_on"]) else "未发代表证" if post["role"] == "cell_captain" else ""
        others = len(self.posts) - 1
        more = f"另有 {others} 段任职" if others else ""
        return " · ".join(word for word in (since, until, certificate, more, self.phone) if word)


def asked_for(scope: Scope, as_of: date) -> Captain | None:
    """The captain the address names (``?person=p:17``), if a post of theirs lies in the reader's scope."""
    text = st.query_params.get("person", "")
    number = text.removeprefix("p:")
    if not number.isdecimal() or len(number) > 17:
        return None
    person_id = int(number)
    posts = loaders.asked(captain_posts_of, scope, CAPTAIN_TABLES, person_id=person_id)
    known = loaders.asked(areas.people, scope, ("person",), person_ids=(person_id,))
    if posts.empty or known.empty:
        return None
    above = loaders.asked(areas.ancestors, scope, ("area",), code=str(posts["code"].iloc[0]))
    crumbs: list[Crumb] = [("三长", "pages/captains/captains.py", None)]
    for row in above.to_dict("records"):
        if row["level"] == "township":
            crumbs.append((str(row["name"]), "pages/township/township.py", {"township": str(row["code"])}))
        elif row["level"] == "village":
            crumbs.append((str(row["name"]), "pages/township/village.py", {"village": str(row["code"])}))
    person = known.iloc[0]
    return Captain(person_id, str(person["name"]), "" if is_missing(person["phone"]) else str(person["phone"]), posts, crumbs)


def year_filter(as_of: date) -> int:
    return int(
        st.selectbox("年度", year_choices(as_of), format_func=lambda year: f"{year}年", key="year", label_visibility="collapsed", width=130)
    )


def _held(captain: Captain, slot: Slot) -> list[dict[Any, Any]]:
    """The posts held on a slot's last day, each unit once."""
    found: dict[str, dict[Any, Any]] = {}
    for post in captain.posts.to_dict("records"):
        begun = is_missing(post["valid_from"]) or post["valid_from"] <= slot.last
        if begun and (is_missing(post["valid_to"]) or post["valid_to"] >= slot.last):
            found.setdefault(str(post["code"]), post)
    return list(found.values())


def months(scope: Scope, captain: Captain, year: int, as_of: date) -> pd.DataFrame:
    """Due and done by slot in the unit held on its last day. Columns: item, slot, k, n, running."""
    last = min(date(year, 12, 31), as_of)
    month_parts, quarter_parts = month_slots(date(year, 1, 1), last), quarter_slots(date(year, 1, 1), last)
    parts = []
    for code, post in {str(post["code"]): post for slot in month_parts + quarter_parts for post in _held(captain, slot)}.items():
        held_months = tuple(slot for slot in month_parts if code in {str(each["code"]) for each in _held(captain, slot)})
        held_quarters = tuple(slot for slot in quarter_parts if code in {str(each["code"]) for each in _held(captain, slot)})
        parts.append(
            loaders.asked(captain_due, scope, CAPTAIN_TABLES, code=code, role=str(post["role"]), months=held_months, quarters=held_quarters)
        )
    due = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["item", "slot", "k", "n"])
    sums = due.groupby(["item", "slot"], sort=False)[["k", "n"]].sum().reset_index()
    sums["running"] = [Period.parse(slot).last > as_of for slot in sums["slot"]]
    return sums


def _share(row: dict[Any, Any] | None) -> str:
    """5/6 △, 6/6 ✓, 2/6 进行中; a dash where nothing was due."""
    if row is None or not row["n"]:
        return f'<span class="quiet">{MISSING}</span>'
    text = fraction(row["k"], row["n"])
    if row["running"]:
        return f'{text} <span class="running">进行中</span>'
    status = "ok" if row["k"] >= row["n"] else "near" if row["k"] >= 0.9 * row["n"] else "low"
    return f'{text} <span class="{status}">{SIGNS[status]}</span>'  # type: ignore[index]


def summary(captain: Captain, found: pd.DataFrame, year: int, as_of: date) -> None:
    """The year in one line: what is complete, added up."""
    done = found[~found["running"].astype(bool)].groupby("item")[["k", "n"]].sum()
    words = [f"{ITEMS[item]} {fraction(row['k'], row['n'])}" for item, row in done.iterrows() if row["n"]]
    told = " · ".join(words) if words else "还没有满一个月的任职"
    panel(heading(f"{year}年应做与已做", f"{told}(只加已结束的月份和季度)", "captains.key_visits"), key="captain-year")


def month_table(found: pd.DataFrame) -> None:
    """One line a month; what is due by quarter stands in the quarter's last month."""
    items = [item for item in ITEMS if item in set(found["item"])]
    by_slot = {(row["item"], row["slot"]): row for row in found.to_dict("records")}
    slots = sorted({row["slot"] for row in by_slot.values() if "Q" not in row["slot"]}, reverse=True)
    columns = [Column("月份"), *(Column(ITEMS[item] + ("(季)" if item in QUARTERLY else ""), number=True) for item in items)]
    lines = []
    for slot in slots:
        month = Period.parse(slot)
        quarter = Period.holding(PeriodKind.QUARTER, month.first)
        ends = month.last == quarter.last or slot == slots[0]
        cells = [cell(f"{month.first.month}月")]
        for item in items:
            asked = by_slot.get((item, quarter.text if item in QUARTERLY else slot))
            cells.append(_share(asked) if item not in QUARTERLY or ends else "")
        lines.append(cells)
    panel(sheet(columns, lines, empty="这一年没有任职满一个月"), key="captain-months")


def month_filter(found: pd.DataFrame, year: int, as_of: date) -> Period:
    """Whose rows are shown below."""
    choices = [Period.parse(f"{year}-{month:02d}") for month in range(12, 0, -1) if date(year, month, 1) <= as_of]
    names = [part.text for part in choices]
    picked = st.selectbox(
        "看哪个月的记录", names, format_func=lambda text: Period.parse(text).label, key="rows", width=220, label_visibility="visible"
    )
    return Period.parse(picked or names[0])


def rows_of(scope: Scope, captain: Captain, part: Period, as_of: date) -> None:
    """Households and visits, meetings, petitions, leave and training of one month."""
    last = min(part.last, as_of)
    days = {"first": part.first, "last": last}
    held = _held(captain, Slot(part.text, part.first, last))
    if held and held[0]["role"] == "cell_captain":
        for post in held:
            homes = loaders.asked(households_of, scope, CAPTAIN_TABLES, code=str(post["code"]), **days)
            panel(_households(homes, part, str(post["name"])), key=f"homes-{post['code']}")
    columns = st.columns(2, gap="medium")
    visits = loaders.asked(visits_of, scope, CAPTAIN_TABLES, person_id=captain.person_id, **days)
    petitions = loaders.asked(petitions_of, scope, CAPTAIN_TABLES, person_id=captain.person_id, **days)
    held_meetings = [loaders.asked(meetings_of, scope, CAPTAIN_TABLES, code=str(post["code"]), **days) for post in held]
    with columns[0]:
        panel(_visits(visits, part), key="visits")
    with columns[1]:
        panel(_petitions(petitions, part), key="petitions")
        panel(_meetings(pd.concat(held_meetings) if held_meetings else None, part, scope), key="meetings")
    _remarks(scope, captain, part, last)


def _households(homes: pd.DataFrame, part: Period, unit: str) -> str:
    key = homes[homes["kind"] == "key"]
    seen = int((key["visits"] > 0).sum())
    rows = [
        [
            cell(f"户号 {row['household_id']}"),
            cell(HOUSEHOLD_NAMES[HouseholdKind(row["kind"])]),
            cell(f"{int(row['visits'])}次" if row["visits"] else "本月未走访"),
            cell(MISSING if is_missing(row["seen"]) else f"{row['seen']:%Y年%-m月%-d日}"),
        ]
        for row in homes.to_dict("records")
    ]
    columns = [Column("户"), Column("户别"), Column("本月走访"), Column("最近一次")]
    title = f"{unit} {whole(len(homes))} 户,{part.label}重点户走访 {seen}/{len(key)}"
    return heading(title, "任何一名三长上门都算;普通户按季度算,本月没走不等于欠账") + sheet(columns, rows, empty="这个邻没有在册的户")


def _visits(visits: pd.DataFrame, part: Period) -> str:
    rows = [
        [
            cell(day_text(row["visited_on"])),
            cell(f"户号 {row['household_id']}", HOUSEHOLD_NAMES[HouseholdKind(row["kind"])]),
            cell("" if is_missing(row["note"]) else row["note"]),
            cell("未注明" if is_missing(row["recorded_at"]) else f"{row['recorded_at']:%-m月%-d日}"),
        ]
        for row in visits.to_dict("records")
    ]
    columns = [Column("日期"), Column("户"), Column("情况"), Column("录入", aside=True)]
    return heading(f"本人走访 {whole(len(visits))} 户次", part.label) + sheet(columns, rows, empty=f"{part.label}没有本人的走访记录")


def _petitions(petitions: pd.DataFrame, part: Period) -> str:
    rows, links = [], []
    for row in petitions.to_dict("records"):
        outcome = OUTCOME_NAMES[Outcome(row["outcome"])] if row["outcome"] in set(Outcome) else "办理中"
        size = SIZE_NAMES[Size(row["size"])] if row["size"] in set(Size) else ""
        category = "未分类" if is_missing(row["category"]) else row["category"]
        stars = "" if is_missing(row["stars"]) else f"评单 {float(row['stars']):.1f} 星"
        rows.append([cell(row["number"], f"{size} · {category}"), cell(outcome, stars)])
        links.append(go_to(CASE_PAGE, {"number": str(row["number"])}))
    title = heading(f"承办诉求 {whole(len(petitions))} 件", f"{part.label}新收;点一行看办理过程")
    return title + sheet([Column("诉求"), Column("结果")], rows, links, f"{part.label}没有新承办的诉求")


def _meetings(meetings: pd.DataFrame | None, part: Period, scope: Scope) -> str:
    found = [] if meetings is None else meetings.to_dict("records")
    names = names_of(scope, [row["convener_id"] for row in found])
    rows = [
        [
            cell(day_text(row["held_on"])),
            cell(MEETING_NAMES[MeetingKind(row["kind"])] if row["kind"] in set(MeetingKind) else row["kind"]),
            cell("" if is_missing(row["attendees"]) else f"{int(row['attendees'])}人"),
            cell("" if is_missing(row["convener_id"]) else names.get(int(row["convener_id"]), "")),
        ]
        for row in found
    ]
    columns = [Column("日期"), Column("会议"), Column("到会", number=True), Column("主持", aside=True)]
    return heading(f"召开会议 {len(rows)} 次", part.label) + sheet(columns, rows, empty=f"{part.label}没有会议记录")


def _remarks(scope: Scope, captain: Captain, part: Period, last: date) -> None:
    """Leave in the month and training of the year: what explains a month."""
    days = {"first": part.first, "last": last}
    leave = loaders.asked(absences_of, scope, CAPTAIN_TABLES, person_id=captain.person_id, **days).to_dict("records")
    trained = loaders.asked(trainings_of, scope, CAPTAIN_TABLES, person_id=captain.person_id, first=date(part.first.year, 1, 1), last=last)
    kinds = {str(kind): name for names in (LEAVE_NAMES, TRAINING_NAMES) for kind, name in names.items()}
    for row in leave:
        until = "至今" if is_missing(row["last_day"]) else f"至 {day_text(row['last_day'])}"
        note(f"{kinds.get(row['kind'], '不在岗')}:{day_text(row['first_day'])} {until}。")
    words = "、".join(f"{day_text(row['held_on'])} {kinds.get(row['kind'], '培训')}" for row in trained.to_dict("records"))
    note(f"本年参训:{words}" if words else "本年还没有参训记录。")


def to_sheet(captain: Captain, year: int) -> None:
    """The way to the year's score sheet."""
    if can_open(SHEET_PAGE):
        query = {"person": f"p:{captain.person_id}", "role": str(captain.current["role"]), "year": str(year)}
        st.page_link(SHEET_PAGE, label=f"{year}年评分表 →", query_params=query)

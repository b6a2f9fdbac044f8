"""The parts of a person's page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.profiles import KINDS, PROFILE_TABLES, days_of, known_person, leave_of, posts_of, record_row, records_of
from data_access.scope import Scope
from metrics.definition import Question
from metrics.period import Period, PeriodKind
from metrics.vocabulary import HOUSEHOLD_NAMES, LEAVE_NAMES, PLACE_NAMES, ROLE_NAMES, HouseholdKind, LeaveKind, Level, Place, Role, Status
from metrics.wording import day_text, is_missing, moment_text
from pages.common import loaders
from pages.common.address import from_address
from pages.common.filters import Filters
from pages.common.markup import SIGNS
from pages.common.navigation import enabled_modules
from pages.common.panel import go_to, panel
from pages.common.sheets import CASE_PAGE, PERSON_PAGE, Column, cell, heading, page_number, period_window, sheet
from pages.township import record
from pages.township.handouts import offer_months, offer_records
from pages.township.months import Month, covering, months_of, why_not_counted
from pages.township.reasons import TABLES
from pages.township.units import kept

ROWS, MONTHS_BACK, MOST_PETITIONS = 20, 12, 6
MODULE_OF = {"stay": "duty", "visit": "nights", "lecture": "nights", "slot": "reception", "home": "captains"}


@dataclass(frozen=True)
class Person:
    """``home``: the unit a breadcrumb leads down to, where the latest post lies; empty without one."""

    person_id: int
    name: str
    phone: str
    posts: pd.DataFrame
    leave: pd.DataFrame
    home: str
    as_of: date

    @property
    def now(self) -> list[dict[str, Any]]:
        """The posts held as of the day."""
        return covering(self.posts, "valid_from", "valid_to", self.as_of)


def asked_for(scope: Scope, as_of: date) -> Person | None:
    """The person in the address (``?person=p:17``), if a post of theirs lies in the scope."""
    number = st.query_params.get("person", "").removeprefix("p:")
    if not number.isdecimal() or len(number) > 17:
        return None
    person_id = int(number)
    known = loaders.answer(known_person, scope, PROFILE_TABLES, person_id=person_id)
    if known is None:
        return None
    posts = loaders.answer(posts_of, scope, PROFILE_TABLES, person_id=person_id)
    leave = loaders.answer(leave_of, scope, PROFILE_TABLES, person_id=person_id)
    name = known["name"] if isinstance(known["name"], str) else f"编号{person_id}(不明)"
    phone = known["phone"] if isinstance(known["phone"], str) else ""
    now = covering(posts, "valid_from", "valid_to", as_of)
    home = str((now or posts.to_dict("records"))[0]["code"])
    return Person(person_id, name, phone, posts, leave, home, as_of)


def question(scope: Scope, as_of: date) -> Question:
    return loaders.question_for(scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, as_of), as_of)


def months(scope: Scope, person: Person, as_of: date) -> list[Month]:
    asked = question(scope, as_of)
    first = asked.period.trailing(MONTHS_BACK)[0].first
    days = loaders.answer(days_of, scope, PROFILE_TABLES, person_id=person.person_id, first=first, last=as_of)
    return months_of(person.posts, person.leave, days, asked, MONTHS_BACK)


def sentence(person: Person, found: Sequence[Month]) -> str:
    """杨家兰 11月住 9 夜,应住 8 夜,已住满."""
    month = found[0]
    name = f"{month.period.first.month}月"
    if "duty" not in enabled_modules() or not (month.workdays or month.nights):
        return f"{person.name} {name}" + ("没有住夜任务" if month.workdays == 0 else "")
    if month.due is None:
        return f"{person.name} {name}在岗 {month.workdays} 个工作日,住 {month.nights} 夜"
    left = month.due - month.nights
    return f"{person.name} {name}住 {month.nights} 夜,应住 {month.due} 夜,{'已住满' if left <= 0 else f'差 {left} 夜'}"


def subtitle(person: Person) -> str:
    held = [f"{row['area'] or row['code']}{_role(row['role'])}" for row in person.now]
    away = [_leave(row["kind"]) for row in covering(person.leave, "first_day", "last_day", person.as_of)]
    parts = ["、".join(held) or "目前没有任职", *(["今天" + "、".join(away)] if away else []), person.phone]
    return " · ".join(part for part in parts if part)


def _role(role: Any) -> str:
    return ROLE_NAMES[Role(role)] if role in set(Role) else str(role)


def _leave(kind: Any) -> str:
    return LEAVE_NAMES[LeaveKind(kind)] if kind in set(LeaveKind) else "离岗"


def month_table(person: Person, found: Sequence[Month]) -> str:
    """Twelve months: nights against what is due, working days in post, what else was done."""
    kinds = [kind for kind in _kinds(found) if kind != "stay"]
    duty = "duty" in enabled_modules()
    heads = [Column("月份")] + ([Column("住夜"), Column("在岗工作日", number=True)] if duty else [])
    heads += [Column(record.KIND_NAMES[kind], number=True, aside=True) for kind in kinds] + ([Column("")] if duty else [])
    rows = []
    for each in found:
        because = f"<small>{escape(each.because)}</small>" if each.because else ""
        cells = [f'<span class="unit">{each.period.first.year}年{each.period.first.month}月</span>{because}']
        if duty:
            cells += [_nights(each), cell(each.workdays)]
        cells += [cell(each.done.get(kind, 0) or "—") for kind in kinds]
        rows.append([*cells, *([_verdict(each)] if duty else [])])
    chief = any(each.due is not None for each in found)
    sub = "已住/应住;在岗满20个工作日应住10夜,不足的按比例进位" if chief else "个人没有住夜定额,只列次数"
    return heading("近12个月", sub if duty else "", "duty.chief_nights" if chief and duty else None) + sheet(heads, rows)


def _kinds(found: Sequence[Month]) -> list[str]:
    """The kinds of record there are, of the modules that run."""
    on = enabled_modules()
    return [kind for kind in KINDS if MODULE_OF[kind] in on and any(each.done.get(kind) for each in found)]


def _nights(month: Month) -> str:
    if month.due is None:
        return cell(f"{month.nights} 夜" if month.workdays or month.nights else "—")
    width, top = 100 * min(1.0, month.nights / max(month.due, month.nights, 1)), max(month.due, month.nights, 1)
    goal = f'<span class="goal" style="left:{100 * month.due / top:.1f}%"></span>'
    return f'{cell(f"{month.nights}/{month.due} 夜")}<span class="track"><span class="fill" style="width:{width:.1f}%"></span>{goal}</span>'


def _verdict(month: Month) -> str:
    if month.due is None:
        return ""
    status = Status.OK if month.nights >= month.due else Status.LOW
    words = "已住满" if status is Status.OK else f"差 {month.due - month.nights} 夜"
    return f'<span class="verdict {status}">{SIGNS[status]} {words}</span>'


def posts_and_leave(person: Person) -> str:
    posts = [
        [cell(f"{row['area'] or row['code']} {_role(row['role'])}"), cell(_span(row["valid_from"], row["valid_to"]))]
        for row in person.posts.to_dict("records")
    ]
    away = [
        [cell(_leave(row["kind"])), cell(_span(row["first_day"], row["last_day"]))]
        for row in person.leave.to_dict("records")
        if (person.as_of - row["first_day"]).days <= 366
    ]
    none = "近一年没有请假、借调、培训记录"
    two = [Column(""), Column("")]
    return f"{heading('任职')}{sheet(two, posts)}{heading('请假、借调、培训', '近一年')}{sheet(two, away, empty=none)}"


def _span(first: Any, last: Any) -> str:
    start = "" if is_missing(first) else record.day_words(first)
    return f"{start}起" if is_missing(last) else f"{start}至{record.day_words(last)}"


def petitions(scope: Scope, person: Person, filters: Filters) -> str:
    """What the person has in hand, by deadline."""
    if "petitions" not in enabled_modules():
        return ""
    window = period_window(filters)
    open_, ended = (Asked(standing=standing, sort="due", handler_id=person.person_id) for standing in ("open", "ended"))
    total, done = (int(loaders.answer(petition_count, scope, TABLES, window=window, asked=asked)) for asked in (open_, ended))
    found = loaders.answer(petition_list, scope, TABLES, window=window, asked=open_, rows=MOST_PETITIONS)
    rows, links = [], []
    for row in found.to_dict("records"):
        rows.append([cell(row["category"] or "未分类", f"{row['number']} · {row['village'] or ''}"), _due(row["due_day"], window.last)])
        links.append(go_to(CASE_PAGE, {"number": str(row["number"])}))
    more = f",先列 {MOST_PETITIONS} 件" if total > MOST_PETITIONS else ""
    head = heading(f"经办诉求 在办 {total} 件", f"{filters.period.label}已结 {done} 件{more}")
    return head + sheet([Column("诉求"), Column("时限")], rows, links, empty="手上没有在办诉求")


def _due(due: Any, moment: date) -> str:
    if is_missing(due):
        return cell("—")
    late = (moment - due).days
    return f'<span class="verdict low">✕ 超期 {late} 天</span>' if late > 0 else cell(f"{day_text(due)}到期")


def records(scope: Scope, person: Person, found: Sequence[Month], filters: Filters) -> None:
    """The records of one kind, the latest first, a page at a time; a row opens the record as it was entered."""
    kinds = _kinds(found)
    if not kinds:
        panel(heading("记录") + '<div class="empty">近12个月没有任何记录</div>', key="record-rows")
        return
    names = {record.KIND_NAMES[kind]: kind for kind in kinds}
    offer_months(filters, person.name, found, {kind: name for name, kind in names.items() if kind != "stay"})
    chosen = st.segmented_control(
        "记录",
        list(names),
        required=True,
        label_visibility="collapsed",
        wrap=True,
        **from_address("records", names, next(iter(names)), restarts="person_records"),
    )
    kind = names[chosen or next(iter(names))]
    total = sum(each.done.get(kind, 0) for each in found)
    offer_records(scope, filters, person, kind, found[-1].period.first, lambda row: _words(kind, row), question(scope, filters.as_of))
    above = st.container()
    page = page_number(total, ROWS, "person_records")
    rows = loaders.answer(
        records_of,
        scope,
        PROFILE_TABLES,
        person_id=person.person_id,
        kind=kind,
        first=found[-1].period.first,
        last=filters.as_of,
        page=page,
        rows=ROWS,
    )
    asked, lines, links = question(scope, filters.as_of), [], []
    for row in rows.to_dict("records"):
        why = why_not_counted(row["code"], row["day"], person.posts, person.leave, asked) if kind == "stay" else ""
        note = "" if is_missing(row["note"]) or not scope.may_see_names else str(row["note"])
        words = " · ".join(part for part in (_words(kind, row), note) if part)
        counted = f'<span class="quiet">不计:{escape(why)}</span>' if why else ""
        entered = "—" if is_missing(row["recorded_at"]) else f"{moment_text(row['recorded_at'])} 录入"
        lines.append([cell(record.day_words(row["day"])), cell(row["area"] or row["code"], words), counted or cell(entered)])
        links.append(go_to(PERSON_PAGE, _place(person, filters, record=f"{kind}-{row['id']}")))
    with above:
        sub = f"近12个月 {total} 条,最近的在前;点一行看原始记录"
        panel(
            heading(f"{record.KIND_NAMES[kind]}记录", sub) + sheet([Column("日期"), Column("地点"), Column("")], lines, links),
            key="record-rows",
        )


def _place(person: Person, filters: Filters, **more: str) -> dict[str, str]:
    """The address of this person's page as it stands, with more."""
    shown = {name: st.query_params[name] for name in ("records",) if name in st.query_params}
    return {"person": f"p:{person.person_id}", **kept(filters), **shown, **more}


def _words(kind: str, row: dict[str, Any]) -> str:
    if kind == "visit":
        return "" if is_missing(row["count"]) else f"{int(row['count'])} 人次"
    if kind == "slot":
        place = PLACE_NAMES[Place(row["words"])] if row["words"] in set(Place) else ""
        return place if is_missing(row["count"]) else f"{place} 接待 {int(row['count'])} 人次"
    if kind == "home":
        return HOUSEHOLD_NAMES[HouseholdKind(row["words"])] if row["words"] in set(HouseholdKind) else ""
    return "" if is_missing(row["words"]) else str(row["words"])


def remark(scope: Scope, person: Person, as_of: date) -> str:
    """Why the stay that the address asks for does not count; empty where it does or where it is no stay."""
    asked = record.asked_for()
    if asked is None or asked[0] != "stay":
        return ""
    row = loaders.answer(record_row, scope, PROFILE_TABLES, kind="stay", record_id=asked[1])
    if row is None or row["person_id"] != person.person_id:
        return ""
    return why_not_counted(row["area_code"], row["night"], person.posts, person.leave, question(scope, as_of))

"""The coming week's slots as they will be announced: day by day, township by township, A and B."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from data_access.reception_lists import LIST_TABLES, coming_slots, village_slots_ahead
from metrics.vocabulary import PLACE_NAMES, Place
from metrics.wording import day_text, whole
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.layout import note
from pages.common.months import WEEKDAYS
from pages.common.panel import panel
from pages.common.sheets import Column, cell, heading, name_of, names_of, sheet, to_township, township_names
from pages.reception.handouts import offer_coming

DAYS = 7


def show(filters: Filters) -> None:
    scope, first = filters.narrowed, filters.as_of + timedelta(days=1)
    last = first + timedelta(days=DAYS - 1)
    rows = loaders.answer(coming_slots, scope, LIST_TABLES, first=first, last=last)
    names, townships = names_of(filters.scope, [*rows["leader_id"], *rows["backup_id"]]), township_names(scope, filters.as_of)
    cells: dict[tuple[str, date], list[str]] = defaultdict(list)
    for row in rows.to_dict("records"):
        place = PLACE_NAMES[Place(row["place"])] if row["place"] in set(Place) else "地点未写"
        pair = f"{name_of(names, row['leader_id'], '未排')} / {name_of(names, row['backup_id'], '未排')}"
        cells[row["code"], row["day"]].append(f"<div>{cell(pair, place)}</div>")
    days = sorted({day for _, day in cells})
    columns = [
        Column("乡镇", tight=True),
        *(Column(_named(day), tight=True) for day in days),
    ]
    lines, links = [], []
    for code, name in townships.items() if days else ():
        own = ["".join(cells[code, day]) for day in days]
        lines.append([cell(name, "" if any(own) else "尚未公示"), *own])
        links.append(to_township(str(code), filters))
    title = f"{day_text(first)}至{day_text(last)}公示 {len(rows)} 场"
    offer_coming(filters, rows, names, townships, title)
    empty = f"{day_text(first)}至{day_text(last)}还没有公示场次,请各乡镇党政办登记下周安排"
    panel(
        heading(title, "乡镇本级的场次,每格为 A岗 / B岗", "reception.kept") + sheet(columns, lines, links, empty),
        key="coming",
        picture="未来一周接待",
        about="reception.kept",
    )
    villages = loaders.answer(village_slots_ahead, scope, LIST_TABLES, first=first, last=last)
    if villages:
        note(f"另有村服务中心公示 {whole(villages)} 场。")


def _named(day: date) -> str:
    """11月23日 周一, with 放假日 where it is one."""
    rest = "" if loaders.workdays().is_workday(day) else " 放假日"
    return f"{day_text(day)} 周{WEEKDAYS[day.weekday()]}{rest}"

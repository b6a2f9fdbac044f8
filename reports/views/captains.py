"""三长 as they are read: who has not been visited, where the grid has holes, rankings of one role."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.period import Period, PeriodKind
from metrics.rulebook import Edition
from metrics.vocabulary import HOUSEHOLD_NAMES, LEVEL_NAMES, ROLE_NAMES, Direction, HouseholdKind, Level, Role, Status
from metrics.wording import day_text, is_missing, whole
from reports.links import CAPTAIN, CAPTAINS, Link
from reports.parts import Exceptional, ExceptionSection
from reports.subjects import rows_behind
from reports.tables import Column, Kind, Table, table
from reports.view import View
from reports.views.contents import quiet_words
from reports.views.people import name_of
from reports.views.posts import captain_titles

MOST_LINES = 5
MOST_UPPER = 2
"""Lines of a group, and how many of them are patches and groups."""
VISITED_EVERY = {HouseholdKind.KEY: PeriodKind.MONTH, HouseholdKind.ORDINARY: PeriodKind.QUARTER}
COVERAGE, CELL_SIZE = "captains.coverage", "captains.cell_size"
OF_PEOPLE = "本人"
ROLES = {ROLE_NAMES[role]: role for role in (Role.CELL_CAPTAIN, Role.GROUP_CAPTAIN, Role.PATCH_CAPTAIN)}
OWN_LEVEL = {Role.GROUP_CAPTAIN: Level.GROUP, Role.PATCH_CAPTAIN: Level.PATCH}


def levels_of(role: Role) -> dict[str, Level]:
    """What a role's figures are ranked by, in words."""
    own = (OWN_LEVEL[role],) if role in OWN_LEVEL else ()
    return {**{LEVEL_NAMES[level]: level for level in (Level.TOWNSHIP, Level.VILLAGE, *own)}, OF_PEOPLE: Level.PERSON}


SEARCH_COLUMNS = (
    Column("who", "姓名"),
    Column("post", "岗位", small=("village",)),
    Column("village", "村", screen=False),
)


def search_table(rows: pd.DataFrame, names: Mapping[int, str], words: str, total: int) -> Table:
    """Captains that were looked for; a row leads to the captain. ``rows``: see ``data_access.captain_lists.captain_search``."""
    found = rows.to_dict("records")
    lines = [
        {"who": name_of(names, row["person_id"]), "post": f"{row['unit']} {ROLE_NAMES[Role(row['role'])]}", "village": row["village"]}
        for row in found
    ]
    return table(
        "三长查找",
        SEARCH_COLUMNS,
        lines,
        conclusion=f"“{words}” {whole(total)} 人",
        chosen=f"查找“{words}”",
        links=tuple(Link(CAPTAIN, {"person": f"p:{int(row['person_id'])}"}, keeps_period=False) for row in found),
        empty="没有找到这个人，可换名字里的一两个字，或用村、网格的名称查",
    )


# --- what to act on ---------------------------------------------------------------------------------------------------


def due_period(kind: HouseholdKind, view: View) -> Period:
    """The month (key households) or quarter (ordinary) that holds the end of the period shown."""
    return Period.holding(VISITED_EVERY[kind], view.moment)


def due_periods(kind: HouseholdKind, view: View) -> list[Period]:
    """The months (or quarters) of the period shown that have begun, the latest first: a figure of several of them adds them up."""
    parts = view.period.months() if kind is HouseholdKind.KEY else view.period.quarters()
    begun = [part for part in parts if part.first <= view.moment]
    return begun[::-1] if len(begun) > 1 else [due_period(kind, view)]


def visits_id(kind: HouseholdKind) -> str:
    """The indicator that counts the visits to a kind of household."""
    return f"captains.{kind}_visits"


def households_due(figures: pd.DataFrame) -> int:
    """How many households are to be visited. ``figures``: of the visits by township."""
    return int(figures["n"].fillna(0).sum())


def sentence(unvisited: int, gaps: pd.DataFrame, view: View, due: int = 1) -> str:
    """本月还有 2,953 户重点户没有走访,14 个邻没有邻长.

    ``unvisited``: key households, of those ``due``; ``gaps``: see ``captain_lists.grid_gaps``.
    """
    when, left = ("本月", "还有") if not view.is_past else (due_period(HouseholdKind.KEY, view).label, "有")
    empty = int((~gaps["appointed"].astype(bool)).sum())
    visits = (
        f"{when}{left} {whole(unvisited)} 户重点户没有走访"
        if unvisited
        else quiet_words(due, f"{when}重点户都已走访", f"{when}没有应走访的重点户")
    )
    posts = f"{view.until} {whole(empty)} 个邻没有邻长".strip() if empty else f"{view.until}邻长没有空缺"
    return f"{visits},{posts}"


def unvisited_group(kind: HouseholdKind, figures: pd.DataFrame, view: View) -> ExceptionSection:
    """By township: households not visited yet, most first. ``figures``: of the visits by township."""
    part, name = due_period(kind, view), HOUSEHOLD_NAMES[kind]
    left = (figures["n"] - figures["k"]).astype("int64")
    rows = figures.assign(left=left)[left > 0].sort_values("left", ascending=False).head(MOST_LINES).to_dict("records")
    lines = tuple(
        Exceptional(
            str(row["name"]),
            f"{whole(row['left'])} 户 / {whole(row['n'])}",
            Link(CAPTAINS, {"view": "未走访", "kind": name, "township": str(row["code"])}),
        )
        for row in rows
    )
    runs = view.is_running(part)
    count = f"{whole(int(left.sum()))} 户 · {f'{day_text(part.last)}止' if runs else part.label}"
    quiet = quiet_words(households_due(figures), "本期都已走访", f"没有应走访的{name}")
    everything = rows_behind(visits_id(kind), view.township)
    return ExceptionSection(f"{name}未走访", count, lines, quiet, Status.NEAR if runs else Status.LOW, visits_id(kind), link=everything)


def vacancy_group(gaps: pd.DataFrame, upper: pd.DataFrame) -> ExceptionSection:
    """Patches, groups and cells without anyone in post. ``upper``: see ``captain_lists.vacant_posts``."""
    appointed = gaps["appointed"].astype(bool)
    empty, away = gaps[~appointed], gaps[appointed & ~gaps["in_post"].astype(bool)]
    words = [(row, f"{LEVEL_NAMES[Level(row['level'])]}长空缺") for row in upper.head(MOST_UPPER).to_dict("records")]
    for rows, said in ((empty, "邻长空缺"), (away, "邻长请假")):
        words += [(row, f"{said} · {whole(row['households'])} 户") for row in rows.head(MOST_LINES - len(words)).to_dict("records")]
    count = f"空缺 {whole(len(empty) + len(upper))} · 请假 {whole(len(away))}"
    lines = tuple(Exceptional(_unit(row), said, _to_grid()) for row, said in words)
    return ExceptionSection("无人在岗", count, lines, "没有无人在岗的片、组、邻", about=COVERAGE, link=_to_grid())


def size_group(gaps: pd.DataFrame, homeless: int, edition: Edition) -> ExceptionSection:
    """Cells too large or small, and households that no cell covers (``homeless``)."""
    least, most = sizes(edition)
    outside = gaps[~gaps["households"].between(least, most)]
    lines = [Exceptional("未编邻的户", f"{whole(homeless)} 户", _to_grid())] if homeless else []
    lines += [
        Exceptional(_unit(row), f"{whole(row['households'])} 户", _to_grid())
        for row in outside.head(MOST_LINES - len(lines)).to_dict("records")
    ]
    title, count = f"不在 {least}–{most} 户的邻", f"{whole(len(outside))} 个"
    return ExceptionSection(title, count, tuple(lines), "没有规模不合规的邻,没有未编邻的户", Status.NEAR, CELL_SIZE, link=_to_grid())


def sizes(edition: Edition) -> tuple[int, int]:
    """The least and most households of a cell."""
    least, most = (int(edition.number("captains", name)) for name in ("least_households", "most_households"))
    return least, most


def _to_grid() -> Link:
    return Link(CAPTAINS, {"view": "网格"})


def _unit(row: Mapping[Any, Any]) -> str:
    """A patch, group or cell with its village: 第2邻 alone is in every village."""
    return str(row["name"]) if is_missing(row["village"]) else f"{row['village']}{row['name']}"


# --- lists ----------------------------------------------------------------------------------------------------------

UNVISITED_COLUMNS = (
    Column("place", "乡镇 · 村", files=False),
    Column("township", "乡镇", screen=False),
    Column("village", "村", screen=False),
    Column("cell_name", "邻", head="邻 · 户号", small=("household_id",)),
    Column("household_id", "户号", words="户号 {}", screen=False),
    Column("seen_words", "上次走访", files=False),
    Column("seen_on", "上次走访", Kind.DATE, screen=False),
    Column("days", "已隔", Kind.COUNT, "天", words="{}天"),
    Column("captain", "邻长"),
)


def unvisited_table(
    rows: pd.DataFrame, kind: HouseholdKind, part: Period, total: int, towns: Mapping[str, str], names: Mapping[int, str], view: View
) -> Table:
    """Households that nobody visited in a month or quarter (``part``), longest first; a row leads to the captain.

    ``rows``: see ``captain_lists.unvisited``; ``total``: how many there are.
    """
    name = HOUSEHOLD_NAMES[kind]
    last, found = min(part.last, view.as_of), rows.to_dict("records")
    lines = [
        {
            **row,
            **_place(row, towns),
            "cell_name": "未编邻" if is_missing(row["cell"]) else row["cell"],
            "household_id": str(row["household_id"]),
            "seen_words": "从未走访" if is_missing(row["seen"]) else _seen(row["seen"], view.as_of),
            "seen_on": "从未走访" if is_missing(row["seen"]) else row["seen"],
            "days": None if is_missing(row["seen"]) else (last - row["seen"]).days,
            "captain": name_of(names, row["captain_id"], "空缺"),
        }
        for row in found
    ]
    return table(
        f"未走访的{name}",
        UNVISITED_COLUMNS,
        lines,
        conclusion=f"{part.label}未走访的{name} {whole(total)} 户",
        remark="隔得最久的在前;点一行看邻长",
        indicators=(visits_id(kind),),
        chosen=f"{part.first} 至 {last} 没有走访",
        links=tuple(None if is_missing(row["captain_id"]) else Link(CAPTAIN, {"person": f"p:{int(row['captain_id'])}"}) for row in found),
        empty=f"{part.label}都已走访",
    )


def _seen(day: date, as_of: date) -> str:
    """10月6日, with the year where it is not this one."""
    return day_text(day) if day.year == as_of.year else f"{day.year}年{day_text(day)}"


def _place(row: Mapping[Any, Any], towns: Mapping[str, str]) -> dict[str, str]:
    code = str(row["code"])
    town, village = towns.get(code[:9], ""), "" if is_missing(row["village"]) else str(row["village"])
    return {"township": town or code[:9], "village": village, "place": " ".join(part for part in (town, village) if part) or code}


GAP_COLUMNS = (
    Column("place", "乡镇 · 村", files=False),
    Column("township", "乡镇", screen=False),
    Column("village", "村", screen=False),
    Column("name", "邻"),
    Column("households", "户数", Kind.COUNT, "户", head="户数"),
    Column("lacks", "需要补上的"),
)


def gap_table(gaps: pd.DataFrame, towns: Mapping[str, str], edition: Edition) -> Table:
    """Cells without anyone in post, or too large or small."""
    least, most = sizes(edition)
    return table(
        "需要补上的邻",
        GAP_COLUMNS,
        [{**row, **_place(row, towns), "lacks": _lacks(row, least, most)} for row in gaps.to_dict("records")],
        conclusion=f"需要补上的邻 {whole(len(gaps))} 个",
        remark=f"没有邻长在岗,或不在 {least}–{most} 户",
        indicators=(COVERAGE, CELL_SIZE),
        empty="没有需要补上的邻",
    )


def _lacks(row: Mapping[Any, Any], least: int, most: int) -> str:
    post = "邻长空缺" if not row["appointed"] else "邻长请假" if not row["in_post"] else ""
    homes = row["households"]
    size = "没有住户" if not homes else "户数不足" if homes < least else "户数过多" if homes > most else ""
    return "、".join(word for word in (post, size) if word)


# --- rankings of people ---------------------------------------------------------------------------------------------


def people_of(frame: pd.DataFrame, entry: Indicator, posts: pd.DataFrame, role: Role) -> pd.DataFrame:
    """The people of one role of a frame by person, each with place and post. ``posts``: see ``captain_lists.captain_posts``."""
    titles = {f"p:{person}": title for person, title in captain_titles(posts[posts["role"] == str(role)]).items()}
    own = frame[frame["code"].isin(titles)]
    own = own.assign(name=[f"{titles[code]} {name}" for code, name in zip(own["code"], own["name"], strict=True)])
    if own["rank"].isna().all():  # nobody is ranked while a month or quarter runs: the furthest first all the same
        own = own.sort_values(["value", "n"], ascending=[entry.direction is Direction.DOWN, False], kind="stable")
    return own.reset_index(drop=True)


def people_remarks(view: View) -> list[str]:
    """What a ranking of people is for, and why it may have no ranks."""
    runs = "这个月(季)还没有结束,走访只看进度、不排名;要看名次,请在上面选已结束的月份或季度。"
    return [*([runs] if view.is_running(view.period) else []), "任何一名三长上门都算走访到;名次只作提醒,评先以“评选”页为准。"]

"""乡镇画像 as it is read: figures of a unit beside its neighbours, the weakest with what is behind them, people in post, villages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from metrics.definition import Indicator, Question
from metrics.duty import shortfall_words
from metrics.ranking import margin
from metrics.registry import REGISTRY
from metrics.vocabulary import CODE_LENGTHS, MODULE_NAMES, Direction, Level, Measure, Module, SessionKind, Status
from metrics.wording import MISSING, day_text, fraction, is_missing, share, target_text, value_text
from reports.links import DUTY, Definition, Link, to_case, to_person, to_village
from reports.modules import runs
from reports.parts import Exceptional, Exceptions, ExceptionSection, Heading, Named, NameLine, Names, Steps
from reports.subjects import TOWNSHIP_NIGHTS, rows_behind
from reports.tables import Column, Kind, Spark, Table, table, verdict_of
from reports.view import View
from reports.views.duty import person_name
from reports.views.people import name_of
from reports.views.petition_words import case_verdict, category_name
from reports.views.posts import leave_name, role_name
from reports.wording import counted_words

ABOVE = {Level.TOWNSHIP: Level.COUNTY, Level.VILLAGE: Level.TOWNSHIP}
WEAKEST, MOST_LINES, PHONE_FIGURES = 3, 5, 3
NOTE = "样本不足(分母不到{samples.least_ranked})的指标灰显、不排名;“—”是没有可算的数,不是零"
COUNTY_NOTE = f"{NOTE};季度指标在月中是进度,不评价。"


# --- the figures of a unit ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitFigure:
    """One indicator of one unit. ``above``, ``other``: the rows of the unit above and of the sibling compared with, or None."""

    entry: Indicator
    row: Mapping[str, Any]
    above: Mapping[str, Any] | None
    other: Mapping[str, Any] | None
    target: float | None
    ranked: int
    severity: float
    """How far below the target, in the widths of amber; 0 where it is met or not judged."""
    unfinished: bool = False
    """Its period runs: the end of its course is drawn open."""
    period: str = ""
    """What it is of, where that is another period than the page's."""

    @property
    def shown(self) -> str:
        """61.9% (13/21)."""
        value, counts = value_text(self.entry, self.row["value"]), fraction(self.row["k"], self.row["n"])
        return f"{value} ({counts})" if counts else value


def modules_at(level: Level, modules: frozenset[Module] | None = None) -> list[Module]:
    """Of ``modules`` (those this county runs) the ones that have indicators at the level, in the registry's order."""
    return list(dict.fromkeys(entry.module for entry in REGISTRY.values() if level in entry.levels and runs(entry, modules)))


def unit_figure(
    entry: Indicator, frame: pd.DataFrame, above: pd.DataFrame | None, code: str, versus: str | None, asked: Question
) -> UnitFigure | None:
    """A unit's figure from the frames of its level and of the level above; None where the unit has none."""
    row = _row_of(frame, code)
    if row is None:
        return None
    target = asked.rules.target(entry.id)
    return UnitFigure(
        entry,
        row,
        None if above is None else _row_of(above, code[: CODE_LENGTHS[ABOVE[asked.level]]]),
        None if versus is None else _row_of(frame, versus),
        target,
        int(frame["rank"].notna().sum()),
        _severity(row, target, margin(entry, asked), entry),
        row["status"] == Status.RUNNING or asked.running([asked.period]),
        counted_words(entry, asked.period, asked.as_of),
    )


def _row_of(frame: pd.DataFrame, code: str) -> dict[str, Any] | None:
    """A unit's row. By position, for a hundred frames a page: comparing a column of texts costs pandas more than the rest together."""
    codes = frame["code"].tolist()
    if code not in codes:
        return None
    at = codes.index(code)
    return {str(name): frame[name].iat[at] for name in frame.columns}


def _severity(row: Mapping[str, Any], target: float | None, width: float, entry: Indicator) -> float:
    if target is None or row["status"] not in (Status.NEAR, Status.LOW):
        return 0.0
    short = target - row["value"] if entry.direction is Direction.UP else row["value"] - target
    return float(short) / (width or 1.0)


def figure_columns(above: str, other: str = "", lines: bool = False) -> tuple[Column, ...]:
    """``above``, ``other``: names of the unit above and of the sibling compared with; ``lines``: with the course of twelve periods."""
    return (
        Column("module", "模块", screen=False),
        Column("name", "指标", small=("period", "goal"), link="about"),
        Column("period", "另按时段", screen=False),
        *_unit_columns("own", "本单位", "", strong=True),
        *_unit_columns("above", above, f"{above} "),
        *(_unit_columns("other", other, f"{other} ", phone=False) if other else ()),
        Column("goal", "目标", screen=False),
        Column("rank", "名次", Kind.COUNT, of="ranked", right=True),
        Column("ranked", "参加排名", Kind.COUNT, "个", screen=False),
        *((Column("course", "近12期", words="", drawing="course", files=False, phone=False),) if lines else ()),
        Column("verdict", "评价", Kind.VERDICT),
    )


def _unit_columns(key: str, title: str, prefix: str, *, strong: bool = False, phone: bool = True) -> tuple[Column, ...]:
    """Figures of many units stand in one column, so a value is text, in its indicator's own form; k and n of the rates are numbers."""
    return (
        Column(key, title, small=(f"{key}_k",), right=True, strong=strong, phone=phone),
        Column(f"{key}_k", f"{prefix}分子", Kind.COUNT, of=f"{key}_n", screen=False),
        Column(f"{key}_n", f"{prefix}分母", Kind.COUNT, screen=False),
    )


def figure_table(
    title: str,
    found: Sequence[UnitFigure],
    names: Mapping[str, str],
    lines: Mapping[str, Sequence[float | None]] | None = None,
    unit: str = "",
    level: Level = Level.TOWNSHIP,
    **more: Any,
) -> Table:
    """Figures of a unit. ``names``: of the unit above (``above``) and of the sibling (``other``); ``lines``: by indicator the periods
    before, oldest first, None while they are being computed. With the ``unit``'s code a row leads to the records behind it."""
    rows = [
        {
            "module": MODULE_NAMES[each.entry.module],
            "name": each.entry.name,
            "period": each.period,
            "about": Definition(each.entry.id, {"shown": each.shown}),
            **_unit_cells("own", each.entry, each.row),
            **_unit_cells("above", each.entry, each.above),
            **_unit_cells("other", each.entry, each.other),
            "goal": target_text(each.entry, each.target),
            "rank": each.row["rank"],
            "ranked": None if is_missing(each.row["rank"]) else each.ranked,
            "course": Spark((*(lines or {}).get(each.entry.id, ()), each.row["value"]), each.target, each.unfinished),
            "verdict": verdict_of(each.row),
        }
        for each in found
    ]
    links = tuple(rows_behind(each.entry.id, unit, level) for each in found) if unit else ()
    return table(title, figure_columns(**names, lines=lines is not None), rows, links=links, empty="这个时段没有数据", **more)


def _unit_cells(key: str, entry: Indicator, row: Mapping[str, Any] | None) -> dict[str, Any]:
    k, n = (row["k"], row["n"]) if row is not None and entry.measure is Measure.RATE else (None, None)
    return {key: MISSING if row is None else value_text(entry, row["value"]), f"{key}_k": k, f"{key}_n": n}


def sentence(name: str, found: Sequence[UnitFigure], view: View) -> str:
    """泥河镇 2026年11月:18 项达标,4 项接近,6 项未达标."""
    count = {status: sum(each.row["status"] == status for each in found) for status in (Status.OK, Status.NEAR, Status.LOW)}
    if not any(count.values()):
        return f"{name} {view.period.label}{'' if view.is_past else '还'}没有可评价的指标"
    words = [f"{count[Status.OK]} 项达标", f"{count[Status.NEAR]} 项接近", f"{count[Status.LOW]} 项未达标"]
    return f"{name} {view.period.label}:{','.join(words)}"


def neighbours(names: Mapping[str, str], code: str, to: Callable[[str], Link]) -> Steps | None:
    """The units before and after as links; None where there are none. ``names``: all siblings by code, in order."""
    codes = list(names)
    if code not in codes or len(codes) < 2:
        return None
    at = codes.index(code)
    before, after = codes[at - 1], codes[(at + 1) % len(codes)]
    return Steps(((f"← {names[before]}", to(before)), (f"{names[after]} →", to(after))))


# --- the weakest ----------------------------------------------------------------------------------------------------

WEEKS = {"nights.study_weeks": SessionKind.STUDY, "nights.talk_weeks": SessionKind.TALK}
"""By indicator: the kind of meeting whose missing weeks are listed."""
WEEK_WORDS = {SessionKind.STUDY: "未开夜学", SessionKind.TALK: "未开夜谈"}


def weakest(found: Sequence[UnitFigure]) -> list[UnitFigure]:
    """The farthest below target, at most one of each module: three of one module would often be the same nights or cases.

    数据质量 comes last: its figures ask for a check, they do not say that work was left undone.
    """
    chosen: dict[Module, UnitFigure] = {}
    for each in sorted(found, key=lambda figure: (figure.entry.module is Module.QUALITY, -figure.severity)):
        if each.severity > 0:
            chosen.setdefault(each.entry.module, each)
    return list(chosen.values())[:WEAKEST]


@dataclass(frozen=True)
class Cause:
    """What is behind a weak figure: the first lines, and how many there are in all."""

    lines: Sequence[Exceptional] = ()
    total: int = 0


def cause(lines: Sequence[Exceptional]) -> Cause:
    return Cause(lines, len(lines))


def weakest_parts(
    code: str, found: Sequence[UnitFigure], weak: Sequence[UnitFigure], causes: Sequence[Cause]
) -> tuple[Heading, Exceptions]:
    """The weakest of the figures as groups of what to act on, each with its cause. Where none is judged, none is above its target."""
    judged = any(each.row["status"] in (Status.OK, Status.NEAR, Status.LOW) for each in found)
    title = "没有可评价的指标" if not judged else "没有低于目标的指标" if not weak else "最弱三项" if len(weak) == WEAKEST else "最弱的几项"
    remark = "每个模块至多取一项,按离目标的远近" if weak else ""
    groups = tuple(
        ExceptionSection(
            each.entry.name,
            each.shown,
            _first(behind, rows_behind(each.entry.id, code)),
            quiet="没有可列出的记录",
            severity=each.row["status"],
            about=each.entry.id,
            link=rows_behind(each.entry.id, code),
        )
        for each, behind in zip(weak, causes, strict=True)
    )
    return Heading(title, remark), Exceptions(groups)


def _first(behind: Cause, all_of_it: Link | None) -> tuple[Exceptional, ...]:
    more = (Exceptional(f"共 {behind.total} 条{' →' if all_of_it else ''}", link=all_of_it),) if behind.total > MOST_LINES else ()
    return (*behind.lines[:MOST_LINES], *more)


def night_lines(indicator_id: str, rolls: pd.DataFrame, code: str) -> list[Exceptional]:
    """The nights that miss an indicator of ``TOWNSHIP_NIGHTS``, the latest first. ``rolls``: ``metrics.duty.township_nights``."""
    flag = TOWNSHIP_NIGHTS[indicator_id]
    failing = rolls[rolls[flag].astype(bool) == (flag == "unreported")].sort_values("night", ascending=False)
    return [
        Exceptional(day_text(row["night"]), shortfall_words(row), Link(DUTY, {"township": code, "night": row["night"].isoformat()}))
        for row in failing.to_dict("records")
    ]


def chief_lines(months: pd.DataFrame, names: Mapping[int, str]) -> list[Exceptional]:
    """The months in which a chief stayed too few nights. ``months``: ``metrics.duty.chief_month_nights``."""
    return [
        Exceptional(
            name_of(names, row["person_id"]),
            f"{row['month'][5:].lstrip('0')}月住 {row['nights']} 夜,应住 {row['required']} 夜(在岗 {row['workdays']} 个工作日)",
            to_person(row["person_id"]),
        )
        for row in months[~months["reached"].astype(bool)].to_dict("records")
    ]


def load_lines(team: pd.DataFrame, names: Mapping[int, str]) -> list[Exceptional]:
    """Who of the leadership team stayed how often, the most first."""
    return [
        Exceptional(name_of(names, row["person_id"]), f"住 {row['nights']} 夜", to_person(row["person_id"]))
        for row in team.sort_values("nights", ascending=False).to_dict("records")
    ]


def week_lines(held: pd.DataFrame, kind: SessionKind) -> list[Exceptional]:
    """The weeks without a meeting, the latest first. ``held``: ``metrics.nights.held_weeks``."""
    missing = sorted(held[~held["held"].astype(bool)]["monday"], reverse=True)
    return [Exceptional(f"{day_text(monday)}起的一周", WEEK_WORDS[kind]) for monday in missing]


def case_lines(rows: pd.DataFrame, view: View) -> list[Exceptional]:
    """Petitions as they stand at the view's moment. ``rows``: ``data_access.petition_lists.petition_list``."""
    return [
        Exceptional(
            f"{row['village'] or row['area_code']} {category_name(row['category'])}",
            case_verdict(row, view).words,
            to_case(row["number"]),
        )
        for row in rows.to_dict("records")
    ]


def unit_lines(figure: UnitFigure, frame: pd.DataFrame, level: Level, code: str) -> list[Exceptional]:
    """The villages of a township (``code``), or the people, that are farthest off, by how many are missing."""
    if level is Level.VILLAGE:
        frame = frame[frame["code"].str.startswith(code)]
    up, to = figure.entry.direction is Direction.UP, to_village if level is Level.VILLAGE else to_person
    missing = (frame["n"] - frame["k"] if up else frame["k"]).astype("float64").fillna(0)
    found = frame.assign(missing=missing)[missing > 0].sort_values("missing", ascending=False, kind="stable")
    return [
        Exceptional(row["name"] if isinstance(row["name"], str) else row["code"], _off(row, figure.entry.unit, up), to(row["code"]))
        for row in found.to_dict("records")
    ]


def _off(row: Mapping[Any, Any], unit: str, up: bool) -> str:
    """差 8 人周,61.9% (13/21); a count says itself."""
    counts = fraction(row["k"], row["n"])
    words = f"{'差 ' if up else ''}{int(row['missing'])} {unit}"
    return f"{words},{share(row['value'])} ({counts})" if counts else words


# --- people in post -------------------------------------------------------------------------------------------------


def people_in_post(rows: pd.DataFrame, view: View) -> Names:
    """The people of the unit itself by post, each leading on; who is away says so. ``rows``: see ``data_access.rolls.people_in_post``."""
    away = sum(isinstance(kind, str) for kind in rows["leave"])
    absent = f",{view.day_words} {away} 人请假、借调或培训,不计入在岗" if away else ""
    remark = f"{view.until} {rows['person_id'].nunique()} 人在任{absent}".strip()
    lines = [
        NameLine(role_name(role), f"{len(part)} 人", tuple(_in_post(row) for row in part.to_dict("records")))
        for role, part in rows.groupby("role", sort=False)
    ]
    return Names("在任人员", tuple(lines), remark if lines else "", empty="没有任职记录,请联系组织部补录")


def _in_post(row: Mapping[Any, Any]) -> Named:
    leave = f"({leave_name(row['leave'])})" if isinstance(row["leave"], str) else ""
    return Named(f"{person_name(row['name'], row['person_id'])}{leave}", to_person(row["person_id"]), "quiet" if leave else "")


# --- the villages ---------------------------------------------------------------------------------------------------


def village_table(units: pd.DataFrame, frames: Mapping[str, pd.DataFrame]) -> Table:
    """One row a village with its figures, the weakest in the first of them first.

    ``units``: see ``data_access.rolls.named_areas``; ``frames``: by indicator, judged, of villages.
    """
    shown = [REGISTRY[each] for each in frames]
    known = {
        each: {row["code"]: row for row in frame[frame["code"].isin(units["code"])].to_dict("records")} for each, frame in frames.items()
    }
    first = known[shown[0].id] if shown else {}
    order = sorted(units.to_dict("records"), key=lambda unit: (_low(first.get(unit["code"])), unit["code"]))
    rows = []
    for unit in order:
        row = {"name": unit["name"], "counted": "" if unit["ranked"] else "不参加统计"}
        for entry in shown:
            figure = known[entry.id].get(unit["code"], {})
            row |= {f"{entry.id} {name}": figure.get(name) for name in ("value", "k", "n", "status")}
        rows.append(row)
    columns = [column for place, entry in enumerate(shown) for column in _village_columns(entry, phone=place < PHONE_FIGURES)]
    remark = f"{len(rows)} 个村" + (f",{shown[0].name}低的在前;点一行看该村" if shown else "")
    return table(
        "各村",
        (Column("name", "村", small=("counted",)), Column("counted", "参加统计", screen=False), *columns),
        rows,
        remark=remark,
        links=tuple(to_village(unit["code"]) for unit in order),
        empty="没有村",
    )


def _village_columns(entry: Indicator, phone: bool) -> tuple[Column, ...]:
    value, k, n, status = (f"{entry.id} {name}" for name in ("value", "k", "n", "status"))
    kind = Kind.SHARE if entry.measure is Measure.RATE else Kind.NUMBER
    return (
        Column(value, entry.name, kind, small=(k,), shade=status, phone=phone),
        Column(k, f"{entry.name} 分子", Kind.COUNT, of=n, screen=False),
        Column(n, f"{entry.name} 分母", Kind.COUNT, screen=False),
    )


def _low(row: Mapping[Any, Any] | None) -> float:
    return 2.0 if row is None or is_missing(row["value"]) else float(row["value"])

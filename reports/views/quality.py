"""数据 as it is read: which ledgers to look at, whose entries, who is perfect on many cases, which rows count nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from metrics.definition import Indicator
from metrics.period import Period
from metrics.registry import indicator
from metrics.rulebook import Edition
from metrics.vocabulary import LEVEL_NAMES, ROLE_NAMES, Direction, Level, Measure, Role, Status
from metrics.wording import fraction, is_missing, value_text, whole
from reports.links import QUALITY, Definition, Link, to_person, to_township, to_village
from reports.parts import Exceptional, ExceptionSection
from reports.tables import Column, Kind, Table, table
from reports.views.contents import quiet_words

MOST_LINES = 4
PROBLEMS_VIEW = "对不上的记录"
NOT_COUNTED = "没有计入"
WATCHED = {
    "quality.bulk": "批量录入偏多",
    "quality.same_text": "备注雷同偏多",
    "quality.in_time": "录入不及时",
    "quality.stale": "多日没有新数据",
    "quality.two_places": "同一夜在两处",
}
"""What the page looks for first, by what it is called when a township misses the target."""
BY_PERSON = {"quality.bulk": "批量录入", "quality.same_text": "备注雷同", "quality.two_places": "同一夜在两处"}

Frames = Mapping[str, pd.DataFrame]
"""By id of WATCHED, the judged frame of the townships."""


# --- what to look at --------------------------------------------------------------------------------------------------


def off_target(frame: pd.DataFrame, entry: Indicator) -> pd.DataFrame:
    """The units that miss an indicator's target, worst first. The frame's columns."""
    missed = frame[frame["status"].isin([Status.NEAR, Status.LOW])]
    return missed.sort_values("value", ascending=entry.direction is Direction.UP, kind="stable")


def sentence(period: Period, frames: Frames) -> str:
    """石桥镇批量录入占比6.6%、雷同文本率46.3%,先核实;另有 2 个乡镇各有一两项要看. Counts are no measure of a township and stay out."""
    found: dict[str, list[str]] = {}
    for entry in map(indicator, WATCHED):
        if entry.measure is not Measure.COUNT:
            for row in off_target(frames[entry.id], entry).to_dict("records"):
                found.setdefault(str(row["name"]), []).append(f"{entry.name}{value_text(entry, row['value'])}")
    if not found:
        names = {str(name) for frame in frames.values() for name in frame["name"]}
        who = next(iter(names)) if len(names) == 1 else "各乡镇"
        return f"{period.label}{quiet_words(_looked_at(frames), f'{who}台账及时、没有明显异常', '没有可核实的记录')}"
    worst = max(found, key=lambda name: len(found[name]))
    others = len(found) - 1
    rest = f";另有 {others} 个乡镇各有一两项要看" if others else ""
    return f"{worst}{'、'.join(found[worst][:2])},先核实{rest}"


def _looked_at(frames: Frames) -> float:
    """How many records the figures are told from."""
    return sum(float(frame["n"].fillna(0).sum()) for frame in frames.values())


def groups(frames: Frames, problems: pd.DataFrame) -> list[ExceptionSection]:
    """Who misses what, and the rows that fit nowhere (``problems``: see ``data_access.problems.problem_counts``)."""
    return [
        *(group for entry in map(indicator, WATCHED) if (group := _missed(frames[entry.id], entry))),
        _problems(problems, _looked_at(frames)),
    ]


def _missed(frame: pd.DataFrame, entry: Indicator) -> ExceptionSection | None:
    """None where nobody misses the target: what needs no action is quiet."""
    missed = off_target(frame, entry)
    lines = []
    for row in missed.head(MOST_LINES).to_dict("records"):
        value, kn = value_text(entry, row["value"]), fraction(row["k"], row["n"])
        lines.append(Exceptional(str(row["name"]), f"{value} ({kn})" if kn else value, to_township(row["code"])))
    group = ExceptionSection(WATCHED[entry.id], f"{len(missed)} 个乡镇", tuple(lines), severity=Status.NEAR, about=entry.id)
    return group if lines else None


def _problems(problems: pd.DataFrame, looked_at: float) -> ExceptionSection:
    to_list = Link(QUALITY, {"view": PROBLEMS_VIEW})
    lines = [Exceptional(f"{row['rows']} 条", str(row["reason"]), to_list) for row in problems.head(MOST_LINES).to_dict("records")]
    count = f"{int(problems['rows'].sum())} 条"
    return ExceptionSection(
        PROBLEMS_VIEW,
        count,
        tuple(lines),
        quiet_words(looked_at, "每条记录都对得上", "没有可核实的记录"),
        Status.NEAR,
        "quality.in_time",
        link=to_list,
    )


# --- people -----------------------------------------------------------------------------------------------------------


def people_to_ask(frame: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """Those with enough rows for a share to say something about them, most first; listed, not ranked (减负). The frame's columns."""
    enough = frame["n"].isna() | (frame["n"] >= edition.number("samples", "least_people_rows"))
    return frame[(frame["k"] > 0) & enough].sort_values(["k", "value"], ascending=False, kind="stable")


def person_ids(rows: pd.DataFrame) -> tuple[int, ...]:
    """The people of a frame by person."""
    return tuple(int(str(code)[2:]) for code in rows["code"])


def post_words(posts: pd.DataFrame) -> dict[int, str]:
    """泥河镇 班子成员: where each person works, the highest post held. ``posts``: see ``data_access.posts.posts_on``."""
    words: dict[int, str] = {}
    for row in posts.to_dict("records"):
        role = ROLE_NAMES[Role(row["role"])] if row["role"] in set(Role) else ""
        words.setdefault(int(row["person_id"]), f"{row['area_name']} {role}".strip())
    return words


def people_table(entry: Indicator, rows: pd.DataFrame, posts: Mapping[int, str], everyone: int) -> Table:
    """People of an indicator. ``rows``: those to list, of :func:`people_to_ask`; ``everyone``: how many there are in all."""
    is_share = entry.measure is Measure.RATE
    columns = (
        Column("who", "人员", small=("post",)),
        Column("post", "单位职务", screen=False),
        Column("k", "条数", Kind.COUNT, of="n", screen=False),
        Column("n", "总条数", Kind.COUNT, screen=False),
        Column("value", entry.name, Kind.SHARE, small=("k",))
        if is_share
        else Column("value", entry.name, Kind.NUMBER, words=f"{{}}{entry.unit}"),
    )
    lines = [
        {**row, "who": f"编号{person}" if is_missing(row["name"]) else row["name"], "post": posts.get(person, "")}
        for person, row in zip(person_ids(rows), rows.to_dict("records"), strict=True)
    ]
    return table(
        f"{entry.name} 按人员",
        columns,
        lines,
        conclusion=BY_PERSON[entry.id],
        remark=f"{everyone} 人" + (f",列出前 {len(rows)} 人" if everyone > len(rows) else ""),
        indicators=(entry.id,),
        links=tuple(to_person(code) for code in rows["code"]),
        empty="本期没有",
    )


# --- full marks -------------------------------------------------------------------------------------------------------

PERFECT_LEVELS = {LEVEL_NAMES[level]: level for level in (Level.TOWNSHIP, Level.VILLAGE)}
PERFECT_COLUMNS = (
    Column("name", "单位"),
    Column("indicator", "指标", link="definition"),
    Column("k", "分子", Kind.COUNT, screen=False),
    Column("n", "分母", Kind.COUNT, screen=False),
    Column("figure", "数值", files=False),
)


def perfect_table(rows: pd.DataFrame, level: Level, edition: Edition, most: int | None = None) -> Table:
    """满分异常: a list to look at, not a verdict. ``rows``: see ``reports.frames.perfect_figures``; of them the first ``most``."""
    ordered = rows.sort_values("n", ascending=False, kind="stable")
    shown = ordered if most is None else ordered.head(most)
    to_unit, name = to_township if level is Level.TOWNSHIP else to_village, LEVEL_NAMES[level]
    lines = [
        {**row, "definition": Definition(str(row["id"]), {"code": str(row["code"])}), "figure": f"100% ({fraction(row['k'], row['n'])})"}
        for row in shown.to_dict("records")
    ]
    who = rows["name"].iloc[0] if rows["code"].nunique() == 1 else f"{rows['code'].nunique()} 个{name}共"
    rule = edition.filled("分母不少于{quality.perfect_least_n}、一次不差;按分母从大到小")
    return table(
        f"满分异常 按{name}",
        PERFECT_COLUMNS,
        lines,
        conclusion=f"{who} {len(rows)} 项恰为 100%",
        remark=rule + (f",列出前 {len(shown)} 项" if len(rows) > len(shown) else ""),
        indicators=("quality.perfect",),
        links=tuple(to_unit(str(code)) for code in shown["code"]),
        empty=edition.filled("本期没有恰为100%且分母≥{quality.perfect_least_n}的指标"),
    )


# --- rows that count nowhere --------------------------------------------------------------------------------------------

PROBLEM_COLUMNS = (
    Column("ledger", "台账"),
    Column("reason", "问题", small=("remedy",)),
    Column("remedy", "怎么改", screen=False),
    Column("rows", "条数", Kind.COUNT, "条", small=("counted",)),
    Column("counted", "是否计入", screen=False),
)
PROBLEM_ROW_COLUMNS = (
    Column("row_id", "记录号"),
    Column("day", "日期", Kind.DATE, year=True),
    Column("place", "地点"),
    Column("area_code", "地点代码", screen=False),
    Column("person", "人员"),
    Column("person_id", "人员编号", screen=False),
    Column("source", "来源", small=("source_ref",), phone=False),
    Column("source_ref", "来源编号", screen=False),
    Column("recorded_at", "录入", Kind.TIMESTAMP, phone=False),
)


def problem_table(counts: pd.DataFrame, period: Period) -> Table:
    """Why rows count nowhere, and what to do about it; a row leads to the records. ``counts``: ``data_access.problems.problem_counts``."""
    return table(
        PROBLEMS_VIEW,
        PROBLEM_COLUMNS,
        [{**row, "counted": NOT_COUNTED if is_missing(row["counted"]) else row["counted"]} for row in counts.to_dict("records")],
        conclusion=f"{period.label}有 {whole(int(counts['rows'][counts['counted'].isna()].sum()))} 条记录{NOT_COUNTED}",
        remark="看板不改、不删外来的记录,由填报单位在源头改正",
        indicators=("quality.in_time",),
        links=tuple(Link(QUALITY, {"view": PROBLEMS_VIEW, "problem": str(problem)}) for problem in counts["id"]),
        empty="每条记录都对得上",
    )


def problem_row_table(rows: pd.DataFrame, reason: str) -> Table:
    """The records themselves. ``rows``: see ``data_access.problems.problem_rows``."""
    lines = [
        {
            **row,
            "row_id": str(row["row_id"]),
            "place": _known(row["area_name"], row["area_code"]),
            "person": _known(row["person_name"], row["person_id"]),
            "person_id": None if is_missing(row["person_id"]) else str(int(row["person_id"])),
        }
        for row in rows.to_dict("records")
    ]
    return table(PROBLEMS_VIEW, PROBLEM_ROW_COLUMNS, lines, conclusion="", chosen=reason)


def _known(name: Any, code: Any) -> str | None:
    """The name, else the code that names nothing."""
    if not is_missing(name):
        return str(name)
    return None if is_missing(code) else f"{code}(不明)"

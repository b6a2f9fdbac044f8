"""住夜 below the month: chiefs against their nights, how a team's nights are shared out, the villages."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from metrics.definition import Question
from metrics.period import Period
from metrics.vocabulary import Status
from reports.links import to_person, to_township, to_village
from reports.tables import Bar, Column, Kind, Table, Team, table, verdict_of
from reports.views.duty import VILLAGES, person_name
from reports.views.posts import change_words

# --- chiefs ---------------------------------------------------------------------------------------------------------

CHIEF_COLUMNS = (
    Column("who", "正职", tight=True, small=("town",)),
    Column("town", "乡镇", screen=False),
    Column("k", "已住", Kind.COUNT, "夜", of="n", words="{} 夜", drawing="bar"),
    Column("n", "应住", Kind.COUNT, "夜", screen=False),
    Column("workdays", "在岗工作日", Kind.COUNT, "个", small=("because",)),
    Column("because", "说明", screen=False),
    Column("verdict", "评价", Kind.VERDICT),
)


def chief_table(frame: pd.DataFrame, months: pd.DataFrame, changes: pd.DataFrame, towns: Mapping[str, str], asked: Question) -> Table:
    """Each chief's nights against the prorated target, with what made the month shorter; the furthest behind first.

    ``frame``: duty.chief_nights by person; ``months``: ``metrics.duty.chief_month_nights``; ``changes``: of post and leave.
    """
    summed = months.groupby("person_id").agg(code=("code", "last"), workdays=("workdays", "sum"))
    reasons, top = _reasons(changes), float(max([*frame["k"].dropna(), *frame["n"].dropna(), 1]))
    gap = frame["n"].astype("float64") - frame["k"].astype("float64")
    found = frame.assign(gap=gap).sort_values("gap", ascending=False, kind="stable").to_dict("records")
    rows = []
    for row in found:
        person = int(row["code"][2:])
        own = summed.loc[person]
        rows.append(
            {
                "who": person_name(row["name"], person),
                "town": towns.get(str(own["code"]), str(own["code"])),
                "k": row["k"],
                "n": row["n"],
                "bar": Bar(float(row["k"]), top, float(row["n"])),
                "workdays": int(own["workdays"]),
                "because": reasons.get(person, ""),
                "verdict": verdict_of(row),
            }
        )
    met = int((frame["status"] == Status.OK).sum())
    nights, full = (asked.rules.number("duty", name) for name in ("chief_nights", "full_month_workdays"))
    rule = f"已住/应住,竖线为应住数:在岗满{full:g}个工作日住{nights:g}夜,不足的按比例折算、向上取整"
    return table(
        "正职月住夜",
        CHIEF_COLUMNS,
        rows,
        remark=f"{len(frame)} 名正职中 {met} 名住满 · {rule}",
        indicators=("duty.chief_nights",),
        links=tuple(to_person(row["code"]) for row in found),
        empty="这个时段没有在任正职",
    )


def chief_remark(asked: Question) -> str:
    """What made a month shorter, and which months count."""
    full = asked.rules.number("duty", "full_month_workdays")
    fair = f"请假、借调、培训和到任前、离任后的工作日不计入应住数;在岗不足{full:g}个工作日的月份按比例折算。"
    months = asked.period.months()
    return fair + ("季、年只计已结束的月份。" if len(months) > 1 and asked.running(months) else "")


def _reasons(changes: pd.DataFrame) -> dict[int, str]:
    """11月9日到任 · 请假 11月4日至11月10日, by person."""
    words: dict[int, list[str]] = {}
    for row in changes.to_dict("records"):
        words.setdefault(int(row["person_id"]), []).append(change_words(row["kind"], row["first"], row["last"]))
    return {person: " · ".join(dict.fromkeys(each)) for person, each in words.items()}


# --- load -----------------------------------------------------------------------------------------------------------

LOAD_COLUMNS = (
    Column("name", "乡镇", small=("most",)),
    Column("most", "最多和未住", screen=False),
    Column("each", "班子成员各住几夜", words="", drawing="team"),
    Column("value", "负荷比", Kind.NUMBER, "倍", small=("median",)),
    Column("median", "中位数", Kind.NUMBER, "夜", words="中位数 {} 夜", screen=False),
    Column("verdict", "评价", Kind.VERDICT),
)
MEMBER_COLUMNS = (
    Column("town", "乡镇"),
    Column("who", "班子成员"),
    Column("nights", "住夜", Kind.COUNT, "夜"),
)


def load_table(frame: pd.DataFrame, team: pd.DataFrame, names: Mapping[int, str], asked: Question) -> Table:
    """How the nights of a leadership team are shared out: one column a member, zeros included; the most uneven first."""
    frame = frame.sort_values("value", ascending=False, na_position="last", kind="stable")
    rows = []
    for row in frame.to_dict("records"):
        own = team[team["code"] == row["code"]].sort_values("nights", ascending=False, kind="stable")
        members = tuple((names.get(int(each["person_id"]), "不明"), int(each["nights"])) for each in own.to_dict("records"))
        idle = sum(nights == 0 for _, nights in members)
        words = [f"最多 {members[0][0]} {members[0][1]} 夜" if members else "", f"{idle} 人一夜未住" if idle else ""]
        rows.append(
            {
                "name": row["name"],
                "most": " · ".join(part for part in words if part),
                "each": "、".join(f"{name} {nights}" for name, nights in members),
                "team": Team(members),
                "value": row["value"],
                "median": float(own["nights"].median()) if len(own) else None,
                "verdict": verdict_of(row),
            }
        )
    most = asked.rules.target("duty.load_ratio")
    return table(
        "班子负荷",
        LOAD_COLUMNS,
        rows,
        remark=f"最多者 ÷ 中位数,目标不超过 {most:g} 倍;一柱一人,含一夜未住者",
        indicators=("duty.load_ratio",),
        links=tuple(to_township(code) for code in frame["code"]),
    )


def member_table(frame: pd.DataFrame, team: pd.DataFrame, names: Mapping[int, str]) -> Table:
    """Every member of a leadership team with their nights, those with none too; for the files."""
    towns = dict(zip(frame["code"], frame["name"], strict=True))
    ordered = team.sort_values(["code", "nights"], ascending=[True, False], kind="stable")
    rows = [
        {"town": towns.get(row["code"], row["code"]), "who": names.get(int(row["person_id"]), "不明"), "nights": row["nights"]}
        for row in ordered.to_dict("records")
    ]
    return table("班子成员住夜", MEMBER_COLUMNS, rows, indicators=("duty.load_ratio",))


# --- villages -------------------------------------------------------------------------------------------------------

RANKED_COLUMNS = (
    Column("rank", "名次", Kind.COUNT),
    Column("name", "村", small=("township",)),
    Column("township", "乡镇", screen=False),
    Column("k", "达标", Kind.COUNT, "夜", of="n", words="({})", screen=False),
    Column("n", "应住", Kind.COUNT, "夜", screen=False),
    Column("value", "达标率", Kind.SHARE, small=("k",)),
    Column("blank", "未填报", Kind.COUNT, "夜"),
    Column("streak", "最长连缺", Kind.COUNT, "夜", phone=False),
    Column("verdict", "评价", Kind.VERDICT),
)


def village_figures(compliance: pd.DataFrame, unreported: pd.DataFrame, streaks: pd.DataFrame, towns: Mapping[str, str]) -> pd.DataFrame:
    """The judged villages with 未填报 (``blank``), the longest run of misses (``streak``) and their township's name."""
    blank, streak = unreported.set_index("code")["k"], streaks.set_index("code")["value"]
    return compliance.assign(
        blank=compliance["code"].map(blank).astype("float64").fillna(0),
        streak=compliance["code"].map(streak),
        township=compliance["code"].str.slice(0, 9).map(towns).fillna(""),
    )


def ranked_villages(figures: pd.DataFrame, words: str, whole_county: bool, period: Period) -> Table:
    """The villages whose or whose township's name holds ``words``, the lowest share first."""
    named = (figures["name"].astype("str") + " " + figures["township"].astype("str")).str.contains(words, regex=False)
    found = figures[named].sort_values(["value", "code"], na_position="last", kind="stable")
    rows = [{**row, "verdict": verdict_of(row)} for row in found.to_dict("records")]
    where = "全县" if whole_county else "本乡镇"
    return table(
        "村住夜",
        RANKED_COLUMNS,
        rows,
        remark=f"{period.label} · {len(found)} 个村 · 名次在{where}各村中排",
        indicators=(VILLAGES,),
        chosen=f"含“{words}”" if words else "",
        links=tuple(to_village(code) for code in found["code"]),
        empty=f"没有名称含“{words}”的村" if words else "这个范围内没有应住夜的村",
    )

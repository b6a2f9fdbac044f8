"""年度最佳三长 for the 评选会: who would be chosen and how sure that is, role by role, from the ranking the page shows."""

from __future__ import annotations

import pandas as pd

from metrics.selection.result import Selection
from metrics.vocabulary import CAPTAINS, ROLE_NAMES, Module
from reports.pack import Annex, Pack
from reports.selection import SelectionSource, rows_under, selection_of
from reports.subjects import Audience
from reports.tables import Column, Kind, Table
from reports.wording import as_of_words

SURE = 0.9
"""A chance of being inside the quota that a sentence calls sure."""
BEYOND = 1.5
"""The slide lists the shortlist and half as many again, so that the meeting sees whom it passes over."""

COLUMNS = (
    Column("rank", "名次", Kind.COUNT),
    Column("name", "姓名"),
    Column("township", "乡镇"),
    Column("score", "总分", Kind.NUMBER),
    Column("work", "实绩", Kind.NUMBER),
    Column("ratings", "评单", Kind.NUMBER),
    Column("survey", "测评", Kind.NUMBER),
    Column("bonus", "加分", Kind.NUMBER),
    Column("interval", "名次区间"),
    Column("chance_in_quota", "入选把握", Kind.SHARE),
    Column("weight_stability", "换权重仍入选", Kind.SHARE),
    Column("chosen", "建议"),
    Column("reason", "资格"),
)


def with_selection(pack: Pack, source: SelectionSource, area: str, modules: frozenset[str]) -> Pack:
    """The pack with one annex a role, for the 评选会 of a county that has 三长; any other pack as it is."""
    if pack.audience is not Audience.SELECTION or Module.CAPTAINS not in modules or pack.as_of.year < pack.period.first.year:
        return pack
    selections = [selection_of(source, pack.period.first.year, role, pack.as_of) for role in CAPTAINS]
    return pack.with_annexes(annex(made, area) for made in selections if len(made.rows))


def annex(made: Selection, area: str = "") -> Annex:
    role, seats = ROLE_NAMES[made.rules.role], sum(made.seats.values())
    rows = candidates(made, area)
    chosen = rows[rows["in_quota"]]
    sure = int((chosen["chance_in_quota"] >= SURE).sum())
    provisional = "" if made.complete else "(年度未结束,仅供参考)"
    title = (
        f"最佳{role}名额 {seats} 个,建议人选中把握在九成以上的 {sure} 人{provisional}"
        if len(chosen)
        else f"最佳{role}暂无建议人选{provisional}"
    )
    subtitle = f"全县{role} {sum(made.captains.values())} 人,够资格的 {int(rows['rank'].notna().sum())} 人 · 供会议研究,不是结论"
    notes = (
        ("口径", "实绩50+评单30+测评20,加分不超过5;评单和测评向同角色均值收缩;名次区间与把握由重抽样得出"),
        ("截至", as_of_words(made.as_of).removeprefix("截至")),
        ("规则手册", made.rules.version),
        ("名额", "、".join(f"{made.townships.get(code, code)}{count}" for code, count in made.seats.items())),
    )
    full = Table(f"{made.year}年度最佳{role}", COLUMNS, rows, f"{as_of_words(made.as_of)}{provisional}", notes)
    listed = max(1, round(max(seats, len(chosen)) * BEYOND))
    short = Table(f"{made.year}年度最佳{role}建议人选", COLUMNS[:-1], _shortlist(rows, listed), full.subtitle, notes)
    return Annex(title, subtitle, short, full)


def candidates(made: Selection, area: str = "") -> pd.DataFrame:
    """The page's rows with the words a table shows: township's name, interval, 建议, why not ranked."""
    rows = rows_under(made, area)
    spans = zip(rows["rank_low"], rows["rank_high"], strict=True)
    return rows.assign(
        township=[made.townships.get(code, code) for code in rows["township_code"]],
        interval=["" if pd.isna(low) or pd.isna(high) else f"{int(low)}—{int(high)}" for low, high in spans],
        chosen=["建议" if each else "" for each in rows["in_quota"]],
        reason=["" if gate == "ok" else gate for gate in rows["gate"]],
    )


def _shortlist(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Everyone proposed, and the next in rank up to ``most`` rows."""
    ranked = rows[rows["rank"].notna()]
    others = ranked[~ranked["in_quota"]].head(max(0, most - int(ranked["in_quota"].sum())))
    return pd.concat([ranked[ranked["in_quota"]], others]).sort_values("rank", kind="stable")

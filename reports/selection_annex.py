"""年度最佳三长 for the 评选会: who would be chosen and how sure that is, role by role, from the ranking the page shows."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from metrics.selection.result import Selection
from metrics.selection.words import SURE, tenths
from metrics.vocabulary import CAPTAINS, Module
from metrics.wording import whole
from reports.pack import Annex, Pack
from reports.selection import SelectionSource, selection_of
from reports.subjects import Audience
from reports.tables import Table
from reports.views.selection import Ranking, eligible, provisional, ranking_of, ranking_table, seats_words

BEYOND = 1.5
"""The slide lists the shortlist and half as many again, so that the meeting sees whom it passes over."""


def with_selection(pack: Pack, source: SelectionSource, area: str, modules: frozenset[Module]) -> Pack:
    """The pack with one annex a role, for the 评选会 of a county that has 三长; any other pack as it is."""
    if pack.audience is not Audience.SELECTION or Module.CAPTAINS not in modules or pack.as_of.year < pack.period.first.year:
        return pack
    selections = [selection_of(source, pack.period.first.year, role, pack.as_of) for role in CAPTAINS]
    return pack.with_annexes(annex(made, area) for made in selections if len(made.rows))


def annex(made: Selection, area: str = "") -> Annex:
    """The candidates under ``area``: a slide of those proposed and who comes next, all of them for the workbook."""
    ranking = ranking_of(made, lambda code: code.startswith(area))
    chosen = ranking.listed
    sure = int((chosen["chance_in_quota"] >= SURE).sum())
    early = f"({provisional(made)})" if provisional(made) else ""
    title = (
        f"最佳{ranking.role_name}名额 {ranking.seats} 个,建议人选中把握在{tenths(SURE)}以上的 {sure} 人{early}"
        if len(chosen)
        else f"最佳{ranking.role_name}暂无建议人选{early}"
    )
    everyone, fit = whole(sum(made.captains.values())), whole(eligible(ranking.rows))
    subtitle = f"全县{ranking.role_name} {everyone} 人,够资格的 {fit} 人;供会议研究,不是结论"
    notes = (*ranking.notes, ("名额", seats_words(made)))
    short = ranking_table(ranking, _shortlist(ranking), "建议人选", notes=notes)
    full = ranking_table(ranking, ranking.rows, "全部人选", reasons=True, notes=notes)
    return Annex(title, subtitle, _as_read(short), full)


def _as_read(table: Table) -> Table:
    """As the page shows it: a slide and a circular are read, the numbers to compute with stand in the workbook. It leads nowhere."""
    return replace(table, links=(), columns=tuple(replace(column, files=True) for column in table.columns if column.screen))


def _shortlist(ranking: Ranking) -> pd.DataFrame:
    """Everyone proposed, and the next in rank."""
    chosen, most = ranking.listed, max(1, round(max(ranking.seats, len(ranking.listed)) * BEYOND))
    others = ranking.ranked[~ranking.ranked["person_id"].isin(chosen["person_id"])].head(max(0, most - len(chosen)))
    return pd.concat([chosen, others]).sort_values("rank", kind="stable")

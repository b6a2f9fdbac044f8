"""年度最佳三长 for the 评选会: who would be chosen and how sure that is, role by role, from the ranking the page shows."""

from __future__ import annotations

import pandas as pd

from metrics.selection.flow import DECIDED, PROPOSED
from metrics.selection.words import IN_SEATS
from metrics.vocabulary import CAPTAINS, Module
from metrics.wording import whole
from reports.pack import Annex, Pack
from reports.selection import SelectionSource, ranking_on_record
from reports.subjects import Audience
from reports.views.selection import Ranking, as_read, eligible, provisional, ranking_table, seats_words
from reports.views.selection_certainty import GROUPS, meanings

BEYOND = 1.5
"""The slide lists the shortlist and half as many again, so that the meeting sees whom it passes over."""


def with_selection(pack: Pack, source: SelectionSource, area: str, modules: frozenset[Module]) -> Pack:
    """The pack with one annex a role, for the 评选会 of a county that has 三长; any other pack as it is."""
    if pack.audience is not Audience.SELECTION or Module.CAPTAINS not in modules or pack.as_of.year < pack.period.first.year:
        return pack
    year, at = pack.period.first.year, pack.at
    rankings = [ranking_on_record(source, role, year, pack.as_of, at, lambda code: code.startswith(area)) for role in CAPTAINS]
    return pack.with_annexes(annex(ranking) for ranking in rankings if len(ranking.made.rows))


def annex(ranking: Ranking) -> Annex:
    """A slide of those proposed and who comes next, all of the reader's candidates for the workbook."""
    made, chosen = ranking.made, ranking.listed
    proposed = DECIDED[PROPOSED] if ranking.decided else PROPOSED
    sure = ranking.seat_bands(chosen).count(IN_SEATS)
    early = f"({provisional(made)})" if provisional(made) else ""
    title = (
        f"最佳{ranking.role_name}名额 {ranking.seats} 个,{proposed} {whole(len(chosen))} 人,其中{IN_SEATS}的 {whole(sure)} 人{early}"
        if len(chosen)
        else f"最佳{ranking.role_name}暂无{proposed}的人{early}"
    )
    everyone, fit = whole(sum(made.captains.values())), whole(eligible(ranking.rows))
    subtitle = f"全县{ranking.role_name} {everyone} 人,够资格的 {fit} 人;{ranking.worth}"
    said = tuple((name, words) for name, words in meanings(ranking).items() if name != GROUPS)
    notes = (*ranking.notes, *said, ("名额", seats_words(made)))
    short = ranking_table(ranking, _shortlist(ranking), f"{proposed}和其后人选", notes=notes)
    full = ranking_table(ranking, ranking.rows, "全部人选", reasons=True, notes=notes)
    return Annex(title, subtitle, as_read(short), full)


def _shortlist(ranking: Ranking) -> pd.DataFrame:
    """Everyone proposed, and the next in rank."""
    chosen, most = ranking.listed, max(1, round(max(ranking.seats, len(ranking.listed)) * BEYOND))
    others = ranking.ranked[~ranking.ranked["person_id"].isin(chosen["person_id"])].head(max(0, most - len(chosen)))
    return pd.concat([chosen, others]).sort_values("rank", kind="stable")

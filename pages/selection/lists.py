"""The views of the ranking: shortlist with ranges, the whole ranking, who is not ranked and why, quotas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from pages.common.address import page_from_address
from pages.common.downloads import file_button
from pages.common.layout import note
from pages.common.page import Page
from pages.common.selection_rankings import facts
from pages.common.theme import palette
from pages.selection import charts
from reports.meeting_files import DOCX
from reports.selection_files import notice_bytes, shortlist_bytes
from reports.tables import Table
from reports.views import selection as views
from reports.views import selection_certainty as certainty
from reports.views.selection import Ranking
from reports.views.selection_flow import notice_days, why_no_notice

ROWS = 50


def shortlist(p: Page, ranking: Ranking) -> None:
    """Who would be on the list and who comes next, drawn with how sure each place is."""
    if not ranking.of_one_township:
        names = {code: f"{ranking.township(code)}（{ranking.made.seats.get(code, 0)} 个名额）" for code in ranking.townships}
        ranking = ranking.in_township(p.pick("乡镇", names, "selection-township", width=230, empty="全县"))
    if ranking.ranked.empty:
        note("没有符合条件的人选；原因见“资格”。")
        return
    front = certainty.front_places(ranking)
    p.figure(charts.rank_ranges(palette(), front), key="intervals", alt=front.said, name=f"评选-{ranking.role_name}")
    p.show(certainty.how_to_read(ranking), key="how-to-read")
    table = views.shortlist_table(ranking)
    _papers(p, ranking, table)
    p.show(table, key="shortlist")


def _papers(p: Page, ranking: Ranking, table: Table) -> None:
    """The shortlist for Word, and the notice from the joint check on."""
    papers = {"名单（Word）": (f"{ranking.title}{ranking.list_name} {ranking.where}", partial(shortlist_bytes, ranking, table))}
    if not (reason := why_no_notice(ranking)):
        notice = partial(notice_bytes, ranking, notice_days(ranking, p.view.workdays))
        papers["公示稿（Word）"] = (f"{ranking.title}公示 {ranking.where}", notice)
    with st.container(horizontal=True, key="selection-papers"):
        for label, (name, content) in papers.items():
            file_button(label, f"{name}.docx", DOCX, content, key=f"paper-{label}", what=f"{name} · docx", icon=":material/draft:")
    if reason:
        note(reason)


def everyone(p: Page, ranking: Ranking) -> None:
    """Everyone who is ranked, county-wide ranks."""
    _page_by_page(p, ranking.ranked, partial(views.everyone_table, ranking), key="ranking", parameter="ranking_page")
    p.show(certainty.how_to_read(ranking), key="how-to-read")


def unranked(p: Page, ranking: Ranking) -> None:
    """Who is listed but not ranked, and why: the gates and the veto."""
    _page_by_page(p, views.unranked_rows(ranking), partial(views.gates_table, ranking), key="gates", parameter="gates_page")
    note(views.conditions(ranking))
    for said in [] if ranking.digest else views.nobodys(ranking, facts(p.scope, ranking.made)):
        note(said)
    if moved := views.moved_words(ranking):
        note(moved)


def _page_by_page(p: Page, rows: pd.DataFrame, make: Callable[[pd.DataFrame], Table], *, key: str, parameter: str) -> None:
    """Only the rows of a page are worded; the files hold all of them."""
    above = st.container()
    number = page_from_address(parameter, len(rows), ROWS)
    with above:
        p.show(make(rows.iloc[(number - 1) * ROWS : number * ROWS]), key=key, whole=partial(make, rows))


def quotas(p: Page, ranking: Ranking) -> None:
    """Seats by township: how they were shared out, who takes them."""
    p.show(views.quota_table(ranking), key="quotas")

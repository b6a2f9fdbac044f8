"""评选: what is taken to the meeting and posted, as files: score sheet, shortlist and 公示 notice for Word, every table for Excel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pandas as pd
import streamlit as st

from metrics.rulebook import rulebook
from metrics.selection.flow import Step
from pages.common import loaders
from pages.common.downloads import file_button, offer_table
from pages.common.handouts import masked
from pages.selection.asking import Asked
from pages.selection.score_sheet import Found, remarks
from reports.meeting_files import DOCX
from reports.selection_files import (
    Paper,
    gates_table,
    notice_bytes,
    quota_table,
    ranking_table,
    score_sheet_bytes,
    shortlist_bytes,
    terms_table,
)
from reports.tables import Table


def paper_of(asked: Asked, rows: pd.DataFrame | None = None) -> Paper:
    return Paper(asked.made, asked.rows if rows is None else rows, asked.digest, masked(asked.scope))


def offer_ranking(asked: Asked, rows: pd.DataFrame, title: str) -> None:
    _offer(asked, title, lambda: ranking_table(paper_of(asked), rows, f"{asked.year}年度最佳{asked.role_name} {title}"))


def offer_gates(asked: Asked, rows: pd.DataFrame) -> None:
    _offer(asked, "列出不排名", lambda: gates_table(paper_of(asked), rows))


def offer_quotas(asked: Asked) -> None:
    _offer(asked, "名额", lambda: quota_table(paper_of(asked)))


def _offer(asked: Asked, title: str, make: Callable[[], Table]) -> None:
    offer_table(f"{asked.year}年最佳{asked.role_name} {title}", make)


def paper_buttons(asked: Asked, rows: pd.DataFrame, table: pd.DataFrame, place: str) -> None:
    """The shortlist and the notice for Word. ``rows``: everyone of the place; ``table``: the rows on screen."""
    stem = f"{asked.year}年度最佳{asked.role_name}"
    paper = paper_of(asked, rows)
    with st.container(horizontal=True, key="selection-papers"):
        for label, name, content in (
            ("名单(Word)", f"{stem}建议名单 {place}", partial(shortlist_bytes, paper, table, place)),
            ("公示稿(Word)", f"{stem}公示 {place}", partial(notice_bytes, paper, *notice_days(asked))),
        ):
            file_button(label, f"{name}.docx", DOCX, content, key=f"paper-{label}", what=f"{name} · docx", icon=":material/draft:")


def notice_days(asked: Asked) -> tuple[date, date]:
    """The first and the last of the notice's working days: those on record, else those of a notice that begins today."""
    record = next((each for each in reversed(asked.records) if each.step is Step.NOTICE), None)
    workdays = loaders.workdays()
    if record is not None and record.until is not None:
        return workdays.after(record.at.date(), 1), record.until
    days = int(rulebook().on(asked.as_of).tables["selection"]["notice_workdays"])
    return workdays.after(loaders.today(), 1), workdays.after(loaders.today(), days)


def score_sheet_files(found: Found) -> None:
    """The score sheet for Word, and its terms among the page's tables."""
    paper = paper_of(found.asked)
    title = f"{found.name} {paper.title}评分表"
    _offer(found.asked, f"{found.name} 评分表", lambda: terms_table(paper, found.row, found.terms))
    content = partial(score_sheet_bytes, paper, found.row, found.terms, remarks(found))
    file_button("评分表(Word)", f"{title}.docx", DOCX, content, key="paper-sheet", what=f"{title} · docx", icon=":material/draft:")

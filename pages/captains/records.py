"""The rows behind one month of a captain's page: households, visits, petitions, ratings, meetings, leave, training, marks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.captain_lists import CAPTAIN_TABLES, households_of, meetings_of, visits_of
from metrics.captain_months import CaptainYear, posts_held
from metrics.period import Period
from metrics.vocabulary import Role
from pages.common import loaders
from pages.common.page import Page
from pages.common.people import titled_names
from reports.views import captain_records as views
from reports.views.captain import Captain


def records(p: Page, captain: Captain, year: CaptainYear, month: Period) -> None:
    """Households and visits, meetings, petitions and ratings, leave, training and marks of one month."""
    view, days = replace(p.view, period=month), {"first": month.first, "last": min(month.last, p.filters.as_of)}
    posts = posts_held(captain.posts, days["last"])
    _households(p, captain, posts, month, days)
    visits = loaders.answer(visits_of, p.scope, CAPTAIN_TABLES, person_id=captain.person_id, **days)
    held = [loaders.answer(meetings_of, p.scope, CAPTAIN_TABLES, code=str(post["code"]), **days) for post in posts]
    meetings = pd.concat(held) if held else pd.DataFrame(columns=["convener_id"])
    left, right = st.columns(2, gap="medium")
    with left:
        p.show(views.visit_table(captain, visits, month, view), key="visits", view=view)
    with right:
        p.show(views.petition_table(captain, year, month), key="petitions", view=view)
        p.show(views.rating_table(captain, year, month), key="ratings", view=view)
        conveners = titled_names(p.scope, meetings["convener_id"], days["last"])
        p.show(views.meeting_table(captain, meetings, conveners, month, view), key="meetings", view=view)
    whole_year = views.petitions_of_the_year(captain, year)
    p.offer(lambda: whole_year, whole_year)
    for remark in views.remarks(year, month):
        p.note(remark)


def _households(p: Page, captain: Captain, posts: list[dict[Any, Any]], month: Period, days: dict[str, date]) -> None:
    """Each household of a 邻长, the cells of the others; the file of households holds those of all posts."""
    view = replace(p.view, period=month)
    homes = [loaders.answer(households_of, p.scope, CAPTAIN_TABLES, code=str(post["code"]), **days) for post in posts]
    for post, own in zip(posts, homes, strict=True):
        made = views.household_table if posts[0]["role"] == Role.CELL_CAPTAIN else views.cell_table
        p.show(made(captain, own, month, str(post["name"])), key=f"homes-{post['code']}", view=view)
    if homes:
        everything = views.household_table(captain, pd.concat(homes), month)
        p.offer(lambda: everything, everything, view)

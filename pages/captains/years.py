"""Who a captain's page is about, and everything it shows of a year."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data_access import areas
from data_access.captain_lists import CAPTAIN_TABLES, absences_of, captain_due, captain_posts_of, trainings_of
from data_access.captain_year import YEAR_TABLES, answers_of, entries_of, handled_of, marks_of, ratings_of
from data_access.scope import Scope
from data_access.slots import Slot, month_slots, quarter_slots
from metrics.captain_months import CaptainYear, due_by_month, month_figures, posts_held
from metrics.definition import Span
from metrics.period import Period
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.address import from_address
from pages.common.filters import Filters
from pages.common.layout import Crumb
from pages.common.navigation import file_of
from pages.common.page import Page
from pages.common.years import year_choices
from reports.links import CAPTAINS, TOWNSHIP, VILLAGE
from reports.source import window
from reports.views.captain import Captain


def filters_of_year(scope: Scope) -> Filters:
    """The year to look at, picked in the bar."""
    as_of = loaders.today()
    years = {str(year): f"{year}年" for year in year_choices(scope, as_of)}
    kept = from_address("year", years, str(as_of.year))
    picked = st.selectbox("年度", list(years), format_func=years.__getitem__, label_visibility="collapsed", width=130, **kept)
    return Filters(Period.parse(picked), as_of, None, scope)


def month_filter(year: CaptainYear) -> Period:
    """Whose rows are shown."""
    labels = {month.text: month.label for month in year.months}
    kept = from_address("rows", list(labels), next(iter(labels)))
    return Period.parse(st.selectbox("看哪个月的记录", list(labels), format_func=labels.__getitem__, width=220, **kept))


def captain_of(filters: Filters) -> Captain | None:
    """The captain the address names (``?person=p:17``), if a post of theirs lies in the reader's scope."""
    # No database has a longer number than that.
    number = st.query_params.get("person", "").removeprefix("p:")
    if not number.isdecimal() or len(number) > 17:
        return None
    person = int(number)
    posts = loaders.answer(captain_posts_of, filters.scope, CAPTAIN_TABLES, person_id=person)
    known = loaders.answer(areas.people, filters.scope, ("person",), person_ids=(person,))
    if posts.empty or known.empty:
        return None
    return Captain(person, str(known.iloc[0]["name"]), posts)


def crumbs(p: Page, captain: Captain | None) -> list[Crumb]:
    """三长 › 乡镇 › 村."""
    way: list[Crumb] = [("三长", file_of(CAPTAINS), None)]
    if captain is not None:
        above = loaders.answer(areas.ancestors, p.scope, ("area",), code=str(captain.current["code"])).to_dict("records")
        files = {Level.TOWNSHIP: file_of(TOWNSHIP), Level.VILLAGE: file_of(VILLAGE)}
        way += [(str(row["name"]), files[row["level"]], {row["level"]: str(row["code"])}) for row in above if row["level"] in files]
    return way


def year_of(filters: Filters, captain: Captain) -> CaptainYear:
    """Everything the page shows of a year."""
    scope, as_of, own = filters.scope, filters.as_of, {"person_id": captain.person_id}
    asked = loaders.question_for(scope, Level.PERSON, filters.period, as_of)
    seen, first, last = window(asked, Span.PERIOD), asked.first, asked.last
    days = {"first": first, "last": last}
    handled = loaders.answer(handled_of, scope, YEAR_TABLES, window=seen, **own)
    entries = loaders.answer(entries_of, scope, YEAR_TABLES, **own, **days)
    codes = tuple(sorted(str(post["code"]) for post in posts_held(captain.posts, last)))
    weeks = [Slot(week.monday.isoformat(), week.monday, week.sunday) for week in asked.weeks]
    return CaptainYear(
        year=first.year,
        role=captain.role,
        due=due_by_month(_due(scope, captain, first, last, weeks), last, min(last, asked.day_over)),
        done=month_figures(handled, entries, first, last, seen.number("quality.entry_hours")),
        handled=handled,
        ratings=loaders.answer(ratings_of, scope, YEAR_TABLES, window=seen, **own),
        absences=loaders.answer(absences_of, scope, CAPTAIN_TABLES, **own, **days),
        trainings=loaders.answer(trainings_of, scope, CAPTAIN_TABLES, **own, **days),
        marks=loaders.answer(marks_of, scope, YEAR_TABLES, year=first.year, as_of=as_of, **own),
        answers=loaders.answer(answers_of, scope, YEAR_TABLES, codes=codes, year=first.year, as_of=as_of, **own),
        last=last,
        masked=not scope.may_see_names,
    )


def _due(scope: Scope, captain: Captain, first: date, last: date, weeks: list[Slot]) -> pd.DataFrame:
    """Due and done by slot in each unit that was held on the slot's last day."""
    slots = {"months": month_slots(first, last), "quarters": quarter_slots(first, last), "weeks": weeks}
    held = {slot: {str(post["code"]): post for post in posts_held(captain.posts, slot.last)} for part in slots.values() for slot in part}
    parts = []
    for code, post in {code: post for posts in held.values() for code, post in posts.items()}.items():
        mine = {name: tuple(slot for slot in part if code in held[slot]) for name, part in slots.items()}
        parts.append(loaders.answer(captain_due, scope, CAPTAIN_TABLES, code=code, role=str(post["role"]), **mine))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["item", "slot", "k", "n"])

"""The parts of a person's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from data_access.petition_lists import Asked, petition_count, petition_list
from data_access.profiles import PROFILE_TABLES, days_of, known_person, leave_of, posts_of, records_of
from metrics.definition import Question
from metrics.period import Period, PeriodKind
from metrics.person_months import Month, months_of
from metrics.vocabulary import Level
from pages.common import loaders
from pages.common.page import Page
from pages.township.reasons import PETITION_TABLES
from reports.parts import Empty, Heading
from reports.tables import Table
from reports.views import open_cases
from reports.views import person as view
from reports.views.person import Person

ROWS, MOST_DIGITS = 20, 17


def person_on(p: Page) -> Person:
    """The person in the address (``?person=p:17``), if a post of theirs lies in the scope. Else the page says so, and ends."""
    number = st.query_params.get("person", "").removeprefix("p:")
    person_id = int(number) if number.isdecimal() and len(number) <= MOST_DIGITS else 0
    known, posts, leave = (
        loaders.answer(query, p.scope, PROFILE_TABLES, person_id=person_id) for query in (known_person, posts_of, leave_of)
    )
    if known is None:
        p.title("找不到这个人", subtitle="地址中的编号不存在，或此人没有在您的账号范围内任过职。请从乡镇或村的“在任人员”进入。")
        p.stop()
    return view.person_of(person_id, known, posts, leave, p.view)


def month_of_moment(p: Page) -> Question:
    """The question about the month of the view's moment, whose rules judge the months shown."""
    return loaders.question_for(p.scope, Level.TOWNSHIP, Period.holding(PeriodKind.MONTH, p.view.moment), p.filters.as_of)


def months(p: Page, person: Person, asked: Question) -> list[Month]:
    """The last twelve months, the latest first."""
    first = asked.period.trailing(view.MONTHS_BACK)[0].first
    days = loaders.answer(days_of, p.scope, PROFILE_TABLES, person_id=person.person_id, first=first, last=p.view.moment)
    return months_of(person.posts, person.leave, days, asked, view.MONTHS_BACK)


def petitions(p: Page, person: Person) -> None:
    """What the person has in hand, by deadline."""
    window = p.filters.window
    in_hand, ended = (Asked(standing=standing, sort="due", handler_id=person.person_id) for standing in ("open", "ended"))
    total, done = (int(loaders.answer(petition_count, p.scope, PETITION_TABLES, window=window, asked=each)) for each in (in_hand, ended))
    found = loaders.answer(petition_list, p.scope, PETITION_TABLES, window=window, asked=in_hand, rows=open_cases.PERSON_CASES)
    p.show(open_cases.of_person(found, total, done, p.view), key="handled")


def records(p: Page, person: Person, found: Sequence[Month], asked: Question) -> None:
    """The records of one kind, the latest first, a page at a time; a row opens the record as it was entered."""
    names = {name: kind for kind, name in view.kinds_of(found).items()}
    if not names:
        p.show(Heading("记录"), Empty(f"{person.span}没有任何记录"), key="record-rows")
        return
    kind = names[p.choose("记录", list(names), "records", next(iter(names)), restarts="person_records")]
    total = sum(month.done.get(kind, 0) for month in found)
    query = {"person_id": person.person_id, "kind": kind, "first": found[-1].period.first, "last": p.view.moment}
    scope, masked = p.scope, p.view.masked
    chosen = {name: st.query_params[name] for name in ("records",) if name in st.query_params}

    def of_kind(answer: Any, **part: int) -> Table:
        rows = answer(records_of, scope, **query, **{"rows": ROWS, **part})
        return view.record_table(person, kind, rows, total, asked, masked, chosen)

    p.pages_of_query(of_kind, PROFILE_TABLES, total, ROWS, "record-rows", parameter="person_records")

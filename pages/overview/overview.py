"""总览: the page a 书记 opens. Exceptions first, then six numbers, then three leaderboards."""

import streamlit as st

from metrics.registry import REGISTRY
from metrics.vocabulary import ROLE_NAMES, Module
from pages.common.changes import since_yesterday
from pages.common.duty_nights import tonight
from pages.common.exceptions import exceptions
from pages.common.page import page
from pages.common.petition_words import overdue_words
from reports.parts import Exceptions
from reports.subjects import OF_THE_YEAR, OVERVIEW_CAPTAINS, OVERVIEW_RANKINGS, overview_numbers, shown_here
from reports.views import contents, overview

KEYS = {Module.DUTY: "duty-board", Module.PETITIONS: "petition-board", Module.CAPTAINS: "captain-board"}

with page("overview/overview") as p:
    todo, numbers, changed = p.place(170), p.place(150), p.place(40)
    ranked, steps = shown_here(OVERVIEW_RANKINGS, p.modules), contents.first_steps_table(p.contents, p.may_load)
    columns = dict(zip(ranked, st.columns(max(1, len(ranked)), gap="medium"), strict=False))
    boards = {}
    for indicator_id, column in columns.items():
        with column:
            boards[indicator_id] = p.place(330)

    has_tonight = Module.DUTY in p.modules and not p.view.is_past
    night = None
    if has_tonight:
        with p.titled():
            night = tonight(p.filters.narrowed, p.filters.as_of)
    if night:
        p.title(night.sentence)
    with todo.alone():
        groups = [*exceptions(p.filters, p.modules), *contents.lacking_groups(p.contents, p.may_load)]
        with todo:
            p.show(*([steps] if steps else []), *([Exceptions(tuple(groups))] if groups else []), key="exceptions")
    with numbers.alone():
        headlines = p.cards_of(overview_numbers(p.modules))
        if not night:
            p.title(contents.first_steps_title(p.contents) if steps else overview.sentence(headlines.cards, p.view))
        with numbers:
            p.show(headlines, key="headlines")
    with changed.alone(), changed:
        since_yesterday(p)

    for indicator_id, place in boards.items():
        module, shown, beside = REGISTRY[indicator_id].module, indicator_id, dict[str, str]()
        if module is Module.CAPTAINS:
            roles = {ROLE_NAMES[role]: each for role, each in OVERVIEW_CAPTAINS.items()}
            with columns[indicator_id]:
                shown = roles[p.choose("三长", list(roles), "role", next(iter(roles)))]
        with place.alone():
            if module is Module.PETITIONS:
                beside = overdue_words(p.filters)
            board = p.leaderboard(shown, filters=p.filters.of_year() if module in OF_THE_YEAR else None, beside=beside)
            with place:
                p.show_ranking(board, key=KEYS[module])

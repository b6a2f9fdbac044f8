"""个人履职: one person's posts, nights by month against what is due, and every record down to the row as entered."""

import streamlit as st

from metrics.vocabulary import Module
from pages.common.downloads import is_about
from pages.common.page import page
from pages.common.phones import phone_block
from pages.township import person_parts as parts
from pages.township.record import record_dialog
from pages.township.units import crumbs
from reports.views import person as view

with page("township/person", keeps=("versus",), townships=False) as p:
    person, asked = parts.person_on(p), parts.month_of_moment(p)
    is_about(person.name, person.person_id)
    months = parts.months(p, person, asked)
    p.title(view.sentence(person, months), crumbs=crumbs(p, person.home, person.name), subtitle=view.subtitle(person))
    phone_block(p, f"人员编号{person.person_id}", [person.person_id], view.own_phone)
    left, right = st.columns([3, 2], gap="large")
    with left:
        p.show(view.month_table(person, months, asked), key="months")
    with right:
        p.show(*view.posts_and_leave(person), key="posts")
        if Module.PETITIONS in p.modules:
            parts.petitions(p, person)
    parts.records(p, person, months, asked)
    p.note(view.NOTE)
    p.dialog(lambda: record_dialog(p, person, asked))

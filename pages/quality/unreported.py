"""未填报: the nights nobody has told of, by unit, with whom to call."""

from __future__ import annotations

from data_access.contacts import contacts
from metrics.duty import since_first_record, township_nights, village_nights
from metrics.registry import indicator
from metrics.vocabulary import LEVEL_NAMES, Level, Module
from pages.common import loaders
from pages.common.page import Page
from pages.common.phones import ask_for_phones, phones_of
from reports.views import unreported as views

ROWS = 30
CONTACT_TABLES = ("appointment", "person", "leave_period", "area")


def unreported(p: Page) -> None:
    filters = p.filters
    words = list(views.LEVELS)
    level = views.LEVELS[p.choose("级别", words, "unreported_by", words[0], restarts="unreported_page")]
    asked = loaders.question_for(filters.narrowed, level, filters.period, filters.as_of)
    needs = indicator(views.UNREPORTED).needs_at(level)
    facts = {name: loaders.fact(filters.narrowed, name, asked, span) for name, span in needs.items()}
    roll = (village_nights if level is Level.VILLAGE else township_nights)(facts, asked)
    units = facts["villages" if level is Level.VILLAGE else "townships"]
    found = views.unreported_nights(since_first_record(roll, p.contents.first.get(Module.DUTY)))

    whom = loaders.answer(contacts, filters.narrowed, CONTACT_TABLES, level=str(level), day=filters.as_of)
    about = f"未填报 {filters.period.text} {filters.view.where} 按{LEVEL_NAMES[level]}"
    phones = {person: phone for person, (_, phone) in phones_of(p.scope, about, map(int, whom["person_id"])).items()}
    names = filters.townships | dict(zip(units["code"], units["name"], strict=True))
    if len(found):
        ask_for_phones(p.scope, about, "请各单位补报 11 月住夜")
    p.pages_of(views.unreported_table(found, level, names, whom, phones, filters.period), ROWS, "unreported", parameter="unreported_page")
    p.note("联系人是在岗、留有电话的人里职务最高的一位。")

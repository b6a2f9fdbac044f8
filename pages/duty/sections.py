"""The parts of the 住夜 page below the month: only the chosen one is computed."""

from __future__ import annotations

from data_access.rolls import changes_of_post
from metrics.definition import Span
from metrics.duty import chief_month_nights
from metrics.registry import indicator
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.page import Page
from pages.common.people import names_of
from pages.duty.planned import planned
from reports.subjects import SUBJECTS
from reports.views import duty, duty_sections

OTHERS = SUBJECTS[Module.DUTY].rankings["其他指标"]
ROWS = 25


def chiefs(p: Page) -> None:
    """Each chief's nights against the prorated target, with what made the month shorter."""
    filters, scope = p.filters, p.filters.narrowed
    asked = loaders.question_for(scope, Level.TOWNSHIP, filters.period, filters.as_of)
    months = chief_month_nights({"chief_months": loaders.fact(scope, "chief_months", asked, Span.NIGHT_MONTHS)}, asked)
    frame = loaders.frame(scope, "duty.chief_nights", Level.PERSON, filters.period, filters.as_of)
    first, last = asked.span(Span.NIGHT_MONTHS)
    days = {"first": first, "last": max(first, last)}
    changes = loaders.answer(changes_of_post, scope, ("appointment", "leave_period"), role="township_chief", **days)
    p.show(duty_sections.chief_table(frame, months, changes, filters.townships, asked), key="chiefs", picture_name="正职月住夜")
    p.note(duty_sections.chief_remark(asked))


def load(p: Page) -> None:
    """How the nights of a leadership team are shared out."""
    filters, scope = p.filters, p.filters.narrowed
    asked = loaders.question_for(scope, Level.TOWNSHIP, filters.period, filters.as_of)
    team = loaders.fact(scope, "team_nights", asked, Span.NIGHTS)
    frame = loaders.frame(scope, "duty.load_ratio", Level.TOWNSHIP, filters.period, filters.as_of)
    names = names_of(scope, team["person_id"])
    p.show(duty_sections.load_table(frame, team, names, asked), key="load", picture_name="班子负荷")
    members = duty_sections.member_table(frame, team, names)
    p.offer(lambda: members, members)


def villages(p: Page) -> None:
    """All villages with search and paging: the figures are computed once for all, only one page is drawn."""
    filters = p.filters
    compliance, unreported, streaks = (
        loaders.frame(filters.narrowed, each, Level.VILLAGE, filters.period, filters.as_of)
        for each in (duty.VILLAGES, "duty.unreported", "duty.miss_streak")
    )
    words = p.search("查找村", "村名或乡镇名", "village_words", restarts="villages_page")
    figures = duty_sections.village_figures(compliance, unreported, streaks, filters.townships)
    found = duty_sections.ranked_villages(figures, words, filters.township is None, filters.period)
    p.pages_of(found, ROWS, "villages", parameter="villages_page")


def others(p: Page) -> None:
    """The other indicators of 住夜 as leaderboards, one at a time."""
    chosen = p.pick("指标", {each: indicator(each).name for each in OTHERS}, "duty_figure", OTHERS[0], width=220)
    p.ranking(chosen or OTHERS[0], key="other-board")


SECTIONS = {"今晚与本周排班": planned, "正职住夜": chiefs, "班子负荷": load, "各村": villages, "其他指标": others}

"""晨报: what a leader reads at 08:10, last night by name and what has changed since yesterday; of any morning that the address names."""

from datetime import datetime, timedelta

import streamlit as st

from data_access.engine import reading_engine
from data_access.freshness import MARKED
from data_access.scope import Scope
from data_access.state import CLOCK, HOURS
from metrics.rulebook import rulebook
from metrics.wording import moment_text
from pages.common import live, loaders
from pages.common.page import page
from reports.links import MORNING, Link
from reports.notices import Addressee, morning
from reports.parts import Empty, Exceptions, Steps
from reports.views.notices import COMPARED

DAY, LONGEST = timedelta(days=1), timedelta(days=366)


def asked_moment(asked: str, now: datetime) -> datetime:
    """The minute that the address names, not later than now and no year before; else this morning's, before it has come yesterday's."""
    try:
        at = datetime.fromisoformat(asked).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        at = datetime.max
    hour = datetime.strptime(rulebook().on(now.date()).number("notices", "morning_at"), "%H:%M").time()
    today = datetime.combine(now.date(), hour)
    return at if now - LONGEST <= at <= now else today if today <= now else today - DAY


def made(scope: Scope, at: datetime) -> Exceptions:
    with reading_engine().connect() as connection:
        return morning(connection, Addressee(scope, scope.may_see_names, ""), at)


def to_morning(at: datetime) -> Link:
    return Link(MORNING, {"at": f"{at:%Y-%m-%dT%H:%M}"}, keeps_period=False)


with page("overview/morning", with_bar=False) as p:
    now, shown = loaders.moment(), loaders.state()
    at = asked_moment(st.query_params.get("at", ""), now)
    found = loaders.made_once(made, (*MARKED, HOURS, CLOCK), p.scope, at)
    p.title(found.title, subtitle=COMPARED)
    with p.left:
        live.live_note(f"截至 {moment_text(at)}", shown)
    p.show(found if found.groups else Empty("昨日以来没有要说的变化"), key="morning", picture_name="晨报")
    around = (("‹ 前一天", at - DAY), ("后一天 ›", at + DAY))
    p.show(Steps(tuple((words, to_morning(each)) for words, each in around if each <= now)), key="days")

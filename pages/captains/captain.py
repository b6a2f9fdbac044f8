"""One captain's page: what was due and what was done, month by month, each with its rows. Fair enough to show to the captain."""

from functools import partial

import streamlit as st

from pages.captains import records, years
from pages.captains.placed import placed
from pages.common.downloads import is_about
from pages.common.page import Page, page
from pages.common.phones import phone_block
from reports.views import captain as views
from reports.views.captain import Captain
from reports.views.person import own_phone


def months(captain: Captain, p: Page) -> None:
    """逐月记录: the year by month, what of it is scored, and the rows of one month."""
    year = years.year_of(p.filters, captain)
    p.show(views.year_heading(year), key="captain-year")
    above = st.container()
    month = years.month_filter(year)
    with above:
        p.show(views.month_table(captain, year, month, p.view), key="captain-months")
        p.note("诉求按到期的月份计，接单按派单的月份计，大事按收到的月份计；“—”是这个月没有应做的。")
        p.show(views.scored(year), key="captain-scored")
        p.note("每项得分 = 做了 ÷ 应做 × 分值；评单和测评先向全县平均靠拢再折算。分值和算式逐项列在评分表“怎么算”一列。")
        p.show(views.score_sheet(captain, year), key="captain-sheet")
    p.show(views.month_heading(year, month), key="month-line")
    records.records(p, captain, year, month)


with page("captains/captain", filters=years.filters_of_year) as p:
    p.answers(st.query_params.get("person"))
    captain = years.captain_of(p.filters)
    if captain is None:
        p.title("没有找到这位三长", crumbs=years.crumbs(p, None))
        p.note("地址里没有编号，或此人不在您的辖区内、没有担任过三长。请从“三长”页点姓名进入。")
        p.stop()
    is_about(captain.name, captain.person_id)
    p.title(captain.title, crumbs=years.crumbs(p, captain), subtitle=captain.subtitle)
    phone_block(p, f"人员编号{captain.person_id}", [captain.person_id], own_phone)
    p.views({"逐月记录": partial(months, captain), "评选位次": partial(placed, captain)}, "逐月记录")

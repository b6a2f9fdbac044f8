"""三夜: the page a 组织部长 opens. What last week lacked, what to go back to, six numbers, then 夜访, 夜学 or 夜谈."""

from metrics.vocabulary import Module
from pages.common.changes import since_yesterday
from pages.common.page import page
from pages.nights import sections
from reports.subjects import SUBJECTS

with page("nights/nights") as p:
    p.needs(Module.NIGHTS)
    todo, numbers, changed = p.place(170), p.place(150), p.place(40)
    with p.titled():
        p.title(sections.last_week(p.filters).sentence)
        with todo.alone():
            lacking = sections.to_act_on(p.filters)
            with todo:
                p.show(lacking, key="attention")
    with numbers.alone():
        headlines = p.cards_of(SUBJECTS[Module.NIGHTS].headlines, lambda _: None)
        with numbers:
            p.show(headlines, key="headlines")
    with changed.alone(), changed:
        since_yesterday(p, Module.NIGHTS)
    p.views({"夜访": sections.visits, "夜学": sections.studies, "夜谈": sections.talks}, "夜访")

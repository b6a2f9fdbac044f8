"""三长: the page 组织部 and the townships work with. Who has not been visited, where the grid has holes, the rankings by role."""

from metrics.vocabulary import Module
from pages.captains import sections
from pages.captains.deeds import good_deeds
from pages.common.changes import since_yesterday
from pages.common.page import page
from reports.subjects import SUBJECTS

with page("captains/captains") as p:
    p.needs(Module.CAPTAINS)
    todo, numbers, changed = p.place(170), p.place(150), p.place(40)
    with p.titled():
        p.title(sections.sentence(p.filters))
    with todo.alone():
        groups = sections.to_act_on(p.filters)
        with todo:
            p.show(groups, key="attention")
    with numbers.alone():
        headlines = p.cards_of(SUBJECTS[Module.CAPTAINS].headlines, lambda _: None)
        with numbers:
            p.show(headlines, key="headlines")
    with changed.alone(), changed:
        since_yesterday(p, Module.CAPTAINS)
    p.views({"排名": sections.rankings, "未走访": sections.unvisited_households, "网格": sections.grid, "善事": good_deeds}, "排名")

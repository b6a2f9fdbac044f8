"""公示接待: what was announced and who came, who has not received yet, the coming week, the disputes and their outcome."""

from metrics.vocabulary import Module
from pages.common.changes import since_yesterday
from pages.common.page import page
from pages.reception import sections
from reports.subjects import SUBJECTS
from reports.views import reception

with page("reception/reception") as p:
    p.needs(Module.RECEPTION)
    todo, numbers, changed = p.place(170), p.place(150), p.place(40)
    with todo.alone():
        missing = sections.to_act_on(p.filters)
        with todo:
            p.show(missing, key="attention")
    with p.titled():
        totals = sections.totals(p.filters)
        p.title(reception.sentence(totals, p.view))
        with numbers.alone():
            headlines = p.cards_of(SUBJECTS[Module.RECEPTION].headlines, lambda _: None)
            with numbers:
                p.show(headlines, reception.slot_counters(totals), key="headlines")
    with changed.alone(), changed:
        since_yesterday(p, Module.RECEPTION)
    ahead = {} if p.view.is_past else {"未来一周": sections.coming}
    p.views({"排名": sections.rankings, "场次": sections.slots, **ahead}, "排名")

"""诉求: the page of a 信访局长 and a 政法委书记. What was decided, what to act on, six numbers, then one of four views."""

from metrics.vocabulary import Module
from pages.common.changes import since_yesterday
from pages.common.page import page
from pages.petitions import attention, composition, rankings, signals, supervision
from reports.parts import Exceptions
from reports.subjects import SUBJECTS, rows_behind

VIEWS = {
    "排名": rankings.rankings,
    "构成与流转": composition.composition,
    "苗头": signals.signals,
    "包案与督办": supervision.supervision,
}

with page("petitions/petitions") as p:
    p.needs(Module.PETITIONS)
    todo, numbers, changed = p.place(170), p.place(150), p.place(40)

    with p.titled():
        p.title(composition.sentence(p))
    with todo.alone():
        groups = attention.groups(p)
        with todo:
            attention.last_meeting(p)
            p.show(Exceptions(groups), key="attention")
    with numbers:
        p.cards(SUBJECTS[Module.PETITIONS].headlines, link=lambda each: rows_behind(each, p.filters.township))
    with changed.alone(), changed:
        since_yesterday(p, Module.PETITIONS)
    p.views(VIEWS, "排名")

"""数据质量: which figures to trust today. What looks wrong, the numbers, then units, people, full marks, rows that fit nowhere."""

from data_access.problems import PROBLEM_TABLES, problem_counts
from metrics.vocabulary import Level, Module
from pages.common import loaders
from pages.common.changes import since_yesterday
from pages.common.page import page
from pages.quality import sections
from reports.parts import Exceptions
from reports.subjects import SUBJECTS
from reports.views import quality

with page("quality/quality") as p:
    p.needs(Module.QUALITY)
    p.answers()
    todo, numbers, changed = p.place(170), p.place(150), p.place(40)
    filters = p.filters
    asked = Level.TOWNSHIP, filters.period, filters.as_of
    with p.titled():
        frames = {each: loaders.frame(filters.narrowed, each, *asked) for each in quality.WATCHED}
        problems = loaders.answer(problem_counts, filters.narrowed, PROBLEM_TABLES, window=filters.window)
        p.title(quality.sentence(filters.period, frames), subtitle="以下是需要核实的线索，不是对人对事的结论")
        with todo:
            p.show(Exceptions(tuple(quality.groups(frames, problems))), key="attention")
    with numbers:
        p.cards(SUBJECTS[Module.QUALITY].headlines)
    with changed.alone(), changed:
        since_yesterday(p, Module.QUALITY)
    p.views(sections.VIEWS, "按单位")

"""对比: one figure of two townships over time, of every township with 环比 and 同比, beside last year, and on the county's map."""

from metrics.vocabulary import Level
from pages.common.page import page
from pages.compare import sections
from reports.views import compare as views
from reports.wording import previous

with page("compare/compare", townships=False, keeps=("figure",)) as p:
    names = p.filters.townships
    entry = sections.figure_asked(p)
    one, other = sections.pair_asked(p, names)
    frame = sections.frame(p, entry, Level.TOWNSHIP)
    chosen = [code for code in (one, other) if code]
    values = dict(zip(frame["code"], frame["value"], strict=True))
    p.title(views.sentence(entry, [names[code] for code in chosen], [values.get(code) for code in chosen], p.view))
    sections.over_time(p, entry, chosen, names)
    before, year = sections.values_before(p, entry), sections.values_a_year_ago(p, entry)
    p.show(views.unit_table(entry, frame, before, year, previous(p.view.period, p.view.as_of), p.view), key="units")
    sections.last_year(p, entry, one, names)
    sections.county_map(p, entry, frame)

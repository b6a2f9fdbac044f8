"""填报: a township or village tells of tonight itself, on one form, from a phone."""

from pages.common.filters import this_month
from pages.common.page import page
from pages.tonight import entry_form

with page("tonight/enter", filters=this_month) as p:
    p.answers()
    state, form = p.place(60), p.place(420)
    with p.titled():
        told = entry_form.asked(p.scope)
        p.title(told.title)
    with form:
        entry_form.form(p.scope, told)
    with state:
        entry_form.state(p, told)

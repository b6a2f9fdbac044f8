"""``with page("petitions/petitions") as p:`` begins a page and ends it, however it is left.

It begins with room for the title sentence and one line with the filters and 截至, and starts to account for the run. It ends with the
tables to take away, the watch for what is still being computed, and the definition that was asked for; a page that has no more to say
(``p.stop()``) or that raises ends so too. What fails in one part (a panel, a ranking, a place) is told in it and the others are shown
(``pages.common.fault``). One that is overtaken by a newer run only closes its account: Streamlit draws nothing more then, nor after
``st.stop()``, which is why no page calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, NoReturn, cast

import pandas as pd
import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from data_access.scope import Scope
from metrics.definition import Indicator
from metrics.vocabulary import LEVEL_NAMES, Level, Module
from pages.common import leaderboards, live, loaders, navigation
from pages.common.address import from_address, orders, page_from_address, words_from_address
from pages.common.auth import signed_in_scope, watch_session
from pages.common.charts import Figure, chosen_points, without_markup
from pages.common.contents import contents_for
from pages.common.definition import definition_asked, definition_dialog
from pages.common.downloads import offer_chart, offer_picture, offer_table, page_downloads
from pages.common.fault import contained
from pages.common.filters import Filters, bar_filters, this_month
from pages.common.layout import Crumb, Place, Places, bar, note, page_header, provisional_calendar_notice
from pages.common.markup import KEPT_MARKUP, digest
from pages.common.panel import panel, panel_of
from reports import readings
from reports.conclusions import Reading
from reports.definitions import definition_line
from reports.html import HtmlWriter
from reports.links import Definition, Link, in_period
from reports.order import Order, Sorts, in_order
from reports.parts import Cards, Leaderboard, Pair, tables_among
from reports.subjects import rows_behind, subject_of
from reports.svg import can_draw, picture
from reports.tables import ALL_ROWS, Table, view_as_of
from reports.view import View
from reports.views.contents import Contents, lacking_notice, lacking_title
from reports.wording import counted_words

PLOTLY = {
    "displaylogo": False,
    "displayModeBar": False,  # its camera leaves no audit row and no footer; the board's own buttons do
    "locale": "zh-CN",
    "scrollZoom": False,
}


CHARTS_ON_PAPER = "<style>@media print { .stPlotlyChart { filter: invert(1) hue-rotate(180deg); } }</style>"
"""A chart's colours are in its figure: what was drawn for the dark theme is turned light for the paper, hues kept."""


class PageStopped(BaseException):
    """The page has no more to say; its frame ends it. No error, as Streamlit's own ways out of a run are none."""


Choices = Mapping[str, str] | Sequence[str]
"""Keys in their order, or keys with the words that are shown for them."""
Rows = Callable[[pd.DataFrame, Indicator], pd.DataFrame]
"""Some rows of an indicator's judged frame, in the order they are shown in."""
ListTable = Callable[..., Table]
"""``make(answer, **part)``; see :meth:`Page.pages_of_query`."""


class Page:
    """A page while it is being drawn: what the bar says, and everything that is put on it."""

    def __init__(
        self, name: str, scope: Scope, header: DeltaGenerator, left: DeltaGenerator, right: DeltaGenerator, filters: Filters
    ) -> None:
        self.name, self.scope, self.filters = name, scope, filters
        self.left, self.right = left, right
        """The two ends of the bar, for what a page puts there of its own."""
        self._header = header
        self._places: Places | None = None
        self._title: Place | None = None
        self._dialog: Callable[[], None] | None = None
        self.keeps: Sequence[str] = ()
        """Parameters of the address that go along to other pages beside the period."""

    @property
    def view(self) -> View:
        return self.filters.view

    @cached_property
    def query(self) -> dict[str, str]:
        """What goes along to another page: the period, and what this page :attr:`keeps`."""
        return {**self.filters.query, **{name: st.query_params[name] for name in self.keeps if name in st.query_params}}

    @cached_property
    def writer(self) -> HtmlWriter:
        """Writes HTML for this reader: links only to pages the account may open, with what goes along to them."""
        return HtmlWriter(navigation.opens, self.query)

    @cached_property
    def _reader(self) -> Hashable:
        """Whom the writer's HTML is for."""
        return navigation.open_files(), tuple(self.query.items())

    @property
    def whole_name(self) -> str:
        """What all that this reader sees is called: 全县, 全市, a township by its name."""
        seen = self.filters
        return readings.whole_name(loaders.source(seen.scope), seen.period, seen.as_of, seen.scope.area or "")

    # --- what there is ----------------------------------------------------------------------------------------------

    @cached_property
    def contents(self) -> Contents:
        """What the county's database holds so far."""
        return contents_for(self.scope)

    @property
    def modules(self) -> frozenset[Module]:
        """The modules to speak of: the county runs them, and there is something of them."""
        return self.contents.in_use

    @property
    def may_load(self) -> bool:
        """Whether this reader may load ledgers."""
        return self.scope.may_administer

    def needs(self, module: Module) -> None:
        """Where there is nothing of ``module`` yet, the page says so and how the first record comes in, and ends."""
        if module not in self.modules:
            self.title(lacking_title(module))
            self.show(*lacking_notice(module, self.may_load), key="lacking")
            self.stop()

    # --- where things stand -----------------------------------------------------------------------------------------

    def answers(self, *question: object, title_height: int = 40) -> Places:
        """What the page answers beyond what the bar says: for a new question skeletons are shown in the shape of what comes, for a
        live update none. The title's place is held too. Call it before the first place; without it the bar is the question."""
        self._places = Places(self.name, (self.filters.period, self.filters.township, self.filters.as_of, *question))
        self._title = self._places.place(title_height, within=self._header)
        return self._places

    def place(self, height: int) -> Place:
        """Where a part will stand, about ``height`` px high; fill it with ``with place:``."""
        return (self._places or self.answers()).place(height)

    def rest(self, height: int = 500) -> AbstractContextManager[None]:
        """The last part of a page, which draws itself piece by piece: the skeleton stands below the pieces until all are there."""
        return (self._places or self.answers()).last(height)

    def titled(self) -> AbstractContextManager[None]:
        """Around what the title says is worked out from: where that fails it is told in its place, and the page goes on."""
        if self._title is None:
            self.answers()
        return cast(Place, self._title).alone()

    def title(self, sentence: str, *, crumbs: Sequence[Crumb] = (), subtitle: str | None = None) -> None:
        """One sentence that says what is the case, the way down to here over it, a quiet line under it."""
        with self._title or self._header:
            page_header(sentence, crumbs=crumbs, subtitle=subtitle)

    # --- in which order ---------------------------------------------------------------------------------------------

    @cached_property
    def _orders(self) -> dict[str, Order]:
        return orders()

    def sorts(self, name: str, restarts: str = "") -> Sorts:
        """The order that the reader has asked for by a heading, of what is called ``name`` on this page."""
        return Sorts(name, self._orders.get(name), restarts)

    # --- what is shown ----------------------------------------------------------------------------------------------

    @contained()
    def show(
        self,
        *parts: Any,
        key: str,
        picture_name: str = "",
        about: str = "",
        whole: Callable[[], Table] | None = None,
        view: View | None = None,
    ) -> None:
        """Parts one under the other in one panel; each table among them is handed out at the page's end.

        ``picture_name``: the first drawable part can be saved as a picture, with the 口径 of ``about`` (else of the
        table's first indicator). ``whole``: makes the table with all its rows for the files where the panel shows some of them. It
        is called after the run: it must not read widgets or the address.
        """
        shown = view or self.view
        if whole is None:  # else a part of its rows is shown
            parts = tuple(self._in_order(part, f"{key}.{at}" if at else key) for at, part in enumerate(parts))
        for table in tables_among(parts):
            self.offer(whole if whole is not None else partial(_same, table), table, shown)
        if picture_name and (drawn := next((part for part in parts if can_draw(part)), None)):
            self._offer_picture(picture_name, drawn, about, shown)
        st.html(KEPT_MARKUP.of((digest(parts), self._reader, key), lambda: panel_of(self.writer.render(*parts), key)))

    def _in_order(self, part: Any, name: str) -> Any:
        return in_order(part, self.sorts(name)) if isinstance(part, Table) and part.sorts is None else part

    def offer(self, make: Callable[[], Table], table: Table, view: View | None = None) -> None:
        """Hands a table out at the page's end without showing it. ``table`` gives its title; ``make`` is called on the click."""
        shown = view or self.view
        if table.may_leave:
            title = table.title if table.own_notes else f"{table.title} {shown.period.text}"
            offer_table(title, lambda: make().described(shown))

    @contained()
    def pages_of(self, table: Table, rows: int, key: str, *, parameter: str) -> None:
        """A long table page by page; the files hold all of it. The page numbers stand under it."""
        above = st.container()
        number = page_from_address(parameter, len(table.frame), rows)
        table = in_order(table, self.sorts(key, parameter))
        with above:
            self.show(table.page(number, rows), key=key, whole=partial(_same, table))

    @contained()
    def pages_of_query(self, make: ListTable, tables: Sequence[str], total: int, rows: int, key: str, *, parameter: str) -> None:
        """A list of ``total`` records that the database pages, ``rows`` to a page; the page numbers stand under it.

        ``make(answer, **part)`` makes its table of what ``answer(query, scope, …, **part)`` returns: a page (``page``) for the screen, kept
        while ``tables`` stand still, all of it (``rows``) for the files. It must not read widgets or the address.
        """
        above = st.container()
        number = page_from_address(parameter, total, rows)
        with above:
            shown = make(partial(loaders.answer, tables=tables), page=number)
            self.show(shown, key=key, whole=partial(make, loaders.answer_once, rows=ALL_ROWS))

    @contained()
    def cards(self, indicator_ids: Sequence[str], *, key: str = "headlines", link: Callable[[str], Link | None] | None = None) -> None:
        """Headline numbers side by side; each leads to its subject's page unless ``link`` says where."""
        self.show(self.cards_of(indicator_ids, link), key=key)

    def cards_of(self, indicator_ids: Sequence[str], link: Callable[[str], Link | None] | None = None) -> Cards:
        """The headline numbers that there are, for a panel of more than these."""
        filters, to = self.filters, link or to_subject
        found = (leaderboards.card(filters.narrowed, each, filters.period, filters.as_of, to(each)) for each in indicator_ids)
        return Cards(tuple(replace(each, rows=rows_behind(each.entry.id, filters.narrowed.area)) for each in found if each is not None))

    def leaderboard(
        self,
        indicator_id: str,
        *,
        level: Level = Level.TOWNSHIP,
        filters: Filters | None = None,
        scope: Scope | None = None,
        rows: Rows | None = None,
        named: str = "",
        key: str = "",
        **change: Any,
    ) -> Leaderboard:
        """The leaderboard of an indicator for this view, its table handed out; ``change`` replaces fields (link, parameter, beside).
        ``key``: what it will be shown under, so that another order begins at the first page.

        ``rows`` leaves some of the people: the table handed out holds the same, and both are ``named`` so.
        """
        seen = filters or self.filters
        asked = (scope or seen.narrowed, indicator_id, level, seen.period, seen.as_of)
        read, board = leaderboards.read_and_ranked(*asked)
        if rows is not None:
            read = replace(read, frame=rows(read.frame, read.entry))
            board = board.of_people(read.frame, named)
        name = f"{indicator_id}-{level}"
        sorts = self.sorts(name, _page_of(key))
        board = board.in_order(sorts)
        self.offer_figures(read, seen, named, sorts)
        of = counted_words(board.entry, seen.period, seen.as_of, self.filters.period)
        if seen.period != self.filters.period:
            change = {"rows": {code: to and in_period(to.page, seen.period, to.query) for code, to in board.rows.items()}, **change}
        return replace(board, **{"period": of, **change})

    def offer_figures(self, read: Reading, filters: Filters | None = None, named: str = "", sorts: Sorts | None = None) -> None:
        """Hands out the rows a leaderboard is made of, with 口径, 截至 and filters; ``named``: which of the people they are, ``sorts``: in
        which order."""
        seen = filters or self.filters
        title = " ".join(part for part in (f"{read.entry.name} 按{LEVEL_NAMES[read.level]}", named) if part)
        offer_table(f"{title} {seen.period.text}", partial(_figures, seen, read, title if named else read.entry.name, sorts))

    @contained()
    def ranking(self, indicator_id: str, *, key: str = "", page_rows: int = 0, **more: Any) -> None:
        """Shows a leaderboard (see :meth:`leaderboard`); it can be taken along as a picture with its 口径."""
        key = key or f"board-{indicator_id}"
        self.show_ranking(self.leaderboard(indicator_id, key=key, **more), key=key, page_rows=page_rows)

    @contained()
    def show_ranking(self, board: Leaderboard, *, key: str, page_rows: int = 0) -> None:
        """``page_rows``: so many units to a page where there are more, the page numbers under it."""
        shown, above = board, cast(AbstractContextManager[Any], nullcontext())
        if 0 < page_rows < len(board.frame):
            above = st.container()  # the page numbers are asked first and stand under it
            shown = board.page(page_from_address(_page_of(key), len(board.frame), page_rows), page_rows)
        with above:
            self.show(shown, key=key, picture_name=board.entry.name, about=board.entry.id)

    def rankings(self, indicator_ids: Sequence[str], *, columns: int = 2, yearly: Collection[str] = (), **more: Any) -> None:
        """Leaderboards beside each other, ``columns`` to a line; those of ``yearly`` over the year of the period."""
        for start in range(0, len(indicator_ids), columns):
            line = indicator_ids[start : start + columns]
            for column, indicator_id in zip(st.columns(columns, gap="medium"), line, strict=False):
                with column:
                    self.ranking(indicator_id, **({**more, "filters": self.filters.of_year()} if indicator_id in yearly else more))

    def figure(self, figure: Figure, *, key: str, alt: str, name: str = "chart", selectable: bool = False, about: str = "") -> list[Any]:
        """A Plotly chart with what a screen reader says. With ``selectable`` it returns the selected points' ``customdata``."""
        event: Any = st.plotly_chart(
            without_markup(figure),
            key=key,
            theme=None,
            config=PLOTLY,
            alt=alt,
            on_select="rerun" if selectable else "ignore",
            selection_mode=("points",),
        )
        if st.context.theme.type == "dark":
            st.html(CHARTS_ON_PAPER)
        offer_chart(key, name, self.picture_footer(about, self.view))
        return chosen_points(event) if selectable else []

    def terms(self, terms: Sequence[tuple[str, Definition]], *, key: str) -> None:
        """Words that lead to their definition, one after the other."""
        links = (Markup('<span class="board-term" {}>{} ⓘ</span>').format(self.writer.go(to), name) for name, to in terms)
        panel(Markup('<p class="board-note">用语：{}</p>').format(Markup("　").join(links)), key)

    def note(self, text: str) -> None:
        """A small grey remark, with ``{table.name}`` filled in from the edition in force."""
        note(self.view.edition.filled(text))

    # --- what is chosen ---------------------------------------------------------------------------------------------

    def choose(self, label: str, choices: Choices, name: str, default: str, *, restarts: str = "", labelled: bool = False) -> str:
        """One of a few words beside each other (keys, or a mapping of keys to their words), kept in the address under ``name``.

        ``restarts`` names the page number that a new choice takes back to the first page; ``labelled``: the label is seen, not only heard.
        """
        words = _words(choices)
        chosen = st.segmented_control(
            label,
            list(words),
            format_func=lambda each: navigation.plain(str(words.get(each, each))),
            required=True,
            label_visibility="visible" if labelled else "collapsed",
            wrap=True,
            **from_address(name, list(words), default, restarts=restarts),
        )
        return str(chosen or default)

    def pick(
        self, label: str, choices: Choices, name: str, default: str | None = None, *, width: int = 180, empty: str = "", restarts: str = ""
    ) -> str | None:
        """One of many from a list to open, kept in the address. Without a ``default`` nothing may be picked: ``empty`` says so."""
        words = _words(choices)
        return st.selectbox(
            label,
            list(words),
            index=None if default is None else 0,  # with a first choice there is nothing to clear
            format_func=lambda each: words.get(each, each),
            placeholder=empty or None,
            label_visibility="collapsed",
            width=width,
            **from_address(name, list(words), default, restarts=restarts),
        )

    def search(self, label: str, hint: str, name: str, *, width: int = 220, restarts: str = "") -> str:
        """Words to look for, kept in the address."""
        given = st.text_input(
            label,
            type="search",
            placeholder=hint,
            label_visibility="collapsed",
            width=width,
            **words_from_address(name, restarts=restarts),
        )
        return (given or "").strip()

    def views(self, views: Mapping[str, Callable[[Page], None]], default: str, *, name: str = "view") -> None:
        """One of the page's views; only the chosen one is computed."""
        chosen = self.choose("看什么", list(views), name, default)
        with self.rest():
            views[chosen](self)

    def dialog(self, open_dialog: Callable[[], None]) -> None:
        """What the page opens over itself at its end, unless a definition is asked for: Streamlit shows one dialog at a time."""
        self._dialog = open_dialog

    def stop(self) -> NoReturn:
        """No more on this page: it ends here as a whole one does. Raises :class:`PageStopped`, which ``page`` takes."""
        raise PageStopped

    # --- the end ----------------------------------------------------------------------------------------------------

    def picture_footer(self, about: str, view: View, period: str = "") -> list[str]:
        """口径, 截至 and filters, as the lines under a picture; ``period`` where it is of another than the view's."""
        until = view_as_of(view, [about] if about else [])
        definition = f"口径：{definition_line(about, view.edition)}" if about else ""
        return [line for line in (definition, f"{until} · 筛选 {period or view.period.label} · {view.where}") if line]

    def _offer_picture(self, name: str, part: Any, about: str, view: View) -> None:
        table = part.left if isinstance(part, Pair) else part
        subject = about or (next(iter(table.indicators), "") if isinstance(table, Table) else getattr(table, "about", ""))
        period = table.period if isinstance(table, Leaderboard) else ""
        offer_picture(name, lambda mark: picture(part, self.picture_footer(subject, view, period), mark))

    def end(self) -> None:
        """The page's last elements. Definition before dialog: one asked for from a dialog stands in its place until it is closed."""
        if self._places is not None:
            self._places.none_waits()
        page_downloads(self.name)
        live.draw_again_when_all_is_there()
        if definition_asked():
            definition_dialog(self.view.edition, self.filters.narrowed.area, self.filters.query)
        elif self._dialog is not None:
            self._dialog()


def _words(choices: Choices) -> dict[str, str]:
    return {str(key): str(words) for key, words in choices.items()} if isinstance(choices, Mapping) else {key: key for key in choices}


def to_subject(indicator_id: str) -> Link:
    """The page of an indicator's subject."""
    return Link(subject_of(indicator_id).page)


def _same(table: Table) -> Table:
    return table


def _page_of(key: str) -> str:
    """The parameter of a ranking's page number."""
    return f"page-{key}" if key else ""


def _figures(filters: Filters, read: Reading, title: str, sorts: Sorts | None) -> Table:
    """The leaderboard's rows as a table to take away, with 口径, 截至 and filters in its notes."""
    said = f"{read.period.label} · {filters.view.where}"
    made = replace(readings.reading_table(loaders.source(filters.narrowed), read, said), title=title)
    return made if sorts is None else in_order(made, sorts)


@contextmanager
def page(
    name: str,
    *,
    filters: Filters | Callable[[Scope], Filters] | None = None,
    with_bar: bool = True,
    is_live: bool = True,
    keeps: Sequence[str] = (),
    **choices: Any,
) -> Iterator[Page]:
    """The frame of the page ``area/page``. ``choices`` go to ``bar_filters`` (``townships``, ``default_period``); with ``filters`` given
    the bar offers none and shows 截至 alone, or what ``filters(scope)`` draws there. A page about no period has no bar (``with_bar``) and
    looks at the running month; one that is not live shows no 截至 and is not drawn anew when data come.
    ``keeps``: see :attr:`Page.keeps`."""
    scope = signed_in_scope()
    live.run_begins()
    header = st.container()
    left, right = bar() if with_bar else (header, header)
    with left:
        if callable(filters):
            filters = filters(scope)
        seen = filters or (bar_filters(scope, **choices) if with_bar else this_month(scope))
    if with_bar and is_live:
        with right:
            live.live_note(seen.view.until)
    else:
        watch_session()
    if with_bar:
        provisional_calendar_notice(loaders.unofficial_years(), seen.period.first, seen.period.last)
    drawn = Page(name, scope, header, left, right, seen)
    drawn.keeps = keeps
    try:
        with suppress(PageStopped), contained():
            yield drawn
        drawn.end()
    finally:
        loaders.run_ended()

"""口径: how a number is counted, one click beside it. The words come from the registry and the rulebook, never from a page."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from metrics.definition import Indicator
from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import LEVEL_NAMES, MODULE_NAMES, Direction
from metrics.wording import target_text
from pages.common import loaders, navigation
from pages.common.address import page_shown
from pages.common.downloads import page_downloads
from pages.common.live import draw_again_when_all_is_there
from reports.tables import definition_words

_ASKED, _ASKED_AT = "board_definition", "board_definition_page"


def ask_definition(indicator_id: str, context: Mapping[str, str] | None = None) -> None:
    """Remember which definition is open; :func:`open_definition` shows it, also after a live refresh of the page."""
    st.session_state[_ASKED] = (indicator_id, dict(context or {}))
    st.session_state[_ASKED_AT] = page_shown()


def definition_asked() -> bool:
    """Whether a definition is to be shown on this page; one that the reader has left by Back or a link is forgotten."""
    if _ASKED in st.session_state and st.session_state.get(_ASKED_AT) != page_shown():
        _closed()
    return _ASKED in st.session_state


def definition_button(indicator_id: str, label: str = "ⓘ 怎么算的", *, key: str | None = None, **context: str) -> None:
    """A native button that opens the definition, for places outside a panel."""
    st.button(label, key=key or f"definition-{indicator_id}", type="tertiary", on_click=ask_definition, args=(indicator_id, context))


def open_definition() -> bool:
    """The last line of a page: its tables to take away, and the definition that was asked for; whether one was.

    Streamlit shows one dialog at a time: a page with dialogs of its own opens them only where this is False. A definition
    asked for from such a dialog stands in its place until it is closed.
    """
    page_downloads()
    draw_again_when_all_is_there()
    loaders.run_ended()
    asked = definition_asked()
    if asked:
        _dialog()
    return asked


def _closed() -> None:
    st.session_state.pop(_ASKED, None)


@st.dialog("怎么算的", width="medium", on_dismiss=_closed)
def _dialog() -> None:
    asked = st.session_state.get(_ASKED)
    if asked is None:
        return
    indicator_id, context = asked
    entry = REGISTRY[indicator_id]
    st.markdown(definition_text(entry))
    if context.get("shown"):
        st.markdown(f"**这里显示的** {navigation.plain(context['shown'])}")
    if context.get("code") and navigation.can_open("pages/township/township.py"):
        query = {name: context[name] for name in ("period", "which") if name in context}
        st.page_link(
            "pages/township/township.py", label="看这个单位的每一条记录 →", query_params={"township": context["code"][:9], **query}
        )
    if navigation.can_open("pages/definitions/definitions.py"):
        st.page_link("pages/definitions/definitions.py", label="全部口径 →", query_params={"id": entry.id})


def definition_line(indicator_id: str) -> str:
    """An indicator's 口径 on one line, as it stands under a picture: name, k over n, rulebook version."""
    entry = REGISTRY[indicator_id]
    return f"{entry.name} = {definition_words(entry)}(规则手册 {rulebook().on(loaders.today()).version})"


def definition_text(entry: Indicator) -> str:
    """An entry of the registry in Chinese Markdown: what, of what, target, rule with its words, rulebook version."""
    edition = rulebook().on(loaders.today())
    texts = entry.texts(edition)
    goal = target_text(entry, edition.target(entry.id)) or "不设目标,只看"
    direction = {Direction.UP: "越高越好", Direction.DOWN: "越低越好", Direction.WATCH: "供研判,不排名"}[entry.direction]
    lines = [
        f"#### {entry.name}",
        f"{MODULE_NAMES[entry.module]} · `{entry.id}` · {direction} · {goal}",
        "",
        f"**为什么看它** {texts.why}",
        "",
        f"**分子 k** {texts.numerator}",
    ]
    if texts.denominator:
        lines += ["", f"**分母 n** {texts.denominator}"]
    if texts.notes:
        lines += ["", f"**说明** {texts.notes}"]
    for rule_id in entry.basis:
        rule = rulebook().rules[rule_id]
        lines += ["", f"**依据 {rule.id}** “{rule.words}”——{rule.source}"]
    levels = "、".join(LEVEL_NAMES[level] for level in entry.levels)
    lines += ["", f"单位 {entry.unit} · 统计到 {levels} · 归口 {entry.owner} · 规则手册 {edition.version}(自 {edition.valid_from} 起)"]
    return "\n".join(lines)

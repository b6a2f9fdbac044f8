"""What if: other weights and gates tried out. Nothing here is kept; the rulebook stays as it is, and the page says so."""

from __future__ import annotations

import streamlit as st

from metrics.selection.rules import ITEM_NAMES, SelectionRules, Weights, trial_rules
from pages.common.layout import note
from pages.common.page import Page
from pages.common.selection_rankings import trial_ranking
from reports.views.selection import TRIAL, Ranking, trial_table

CHOSEN = "trial_weights"
"""Session state: the weights of the last trial."""


def trial(p: Page, ranking: Ranking) -> None:
    """Sliders beside the configured numbers, and who would come in or drop out."""
    rules = ranking.made.rules
    p.show(TRIAL, key="trial-mark")
    _sliders(rules)
    weights: Weights | None = st.session_state.get(CHOSEN)
    if weights is None or not weights.fits(rules):
        note("拖动后按“试算”，看谁会进、谁会出。")
        return
    if not weights.adds_up:
        st.error("三部分不能都是 0 分，实绩的各项也不能都是 0。")
        return
    with st.spinner("正在试算，约几秒…"):
        tried = trial_ranking(p.scope, ranking, trial_rules(rules, weights))
    p.show(trial_table(ranking, tried, weights), key="trial-result")


def _sliders(rules: SelectionRules) -> None:
    with st.form("trial-form", border=True):
        columns = st.columns(3)
        work = columns[0].slider("实绩", 0, 100, int(rules.work_points), 5, format="%d 分")
        ratings = columns[1].slider("群众评单", 0, 100, int(rules.ratings_points), 5, format="%d 分")
        survey = columns[2].slider("满意度测评", 0, 100, int(rules.survey_points), 5, format="%d 分")
        items = {
            item: float(column.slider(ITEM_NAMES[item], 0, 30, int(points), 1))
            for column, (item, points) in zip(st.columns(len(rules.items)), rules.items.items(), strict=True)
        }
        gates = st.columns(2)
        days = gates[0].slider("在岗至少", 0, 365, rules.least_days_in_post, 1, format="%d 天")
        surveyed = gates[1].slider("测评至少", 0, 10, rules.least_surveyed, 1, format="%d 户")
        if st.form_submit_button("试算", type="primary"):
            st.session_state[CHOSEN] = Weights(work, ratings, survey, items, days, surveyed)

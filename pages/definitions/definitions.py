"""口径: the whole registry, readable and searchable; every ⓘ on any page leads here."""

import streamlit as st

from metrics.registry import REGISTRY
from metrics.vocabulary import MODULE_NAMES
from pages.common.address import from_address, words_from_address
from pages.common.page import page
from reports.definitions import definition_summary, definition_text, definitions_found
from reports.modules import runs
from reports.wording import day

with page("definitions/definitions", with_bar=False) as p:
    edition, entries = p.view.edition, [entry for entry in REGISTRY.values() if runs(entry)]
    begins = f"规则手册 {edition.version}，自 {day(edition.valid_from)} 起执行。"
    how = edition.filled("比率同时显示 k/n；分母为零显示“—”；n<{samples.least_ranked} 不排名。")
    p.title(f"{len(entries)} 项指标，每个数字都能问“怎么算的”", subtitle=begins + how)

    left, right = st.columns([1, 3])
    modules = {str(module): name for module, name in MODULE_NAMES.items() if any(entry.module is module for entry in entries)}
    module = left.selectbox(
        "模块",
        list(modules),
        index=None,
        format_func=lambda each: modules.get(each, each),
        placeholder="全部模块",
        **from_address("family", modules, None),
    )
    words = right.text_input("查找", placeholder="名称、编号、分子、分母或依据中的字", **words_from_address("words")).strip()

    wanted = REGISTRY.get(st.query_params.get("id", ""))
    if wanted is not None and not words and module is None:
        with st.container(border=True):
            st.markdown(definition_text(wanted, edition))
    found = definitions_found(entries, words, edition, module)
    if not found:
        st.info("没有符合的指标。换个词，或清空查找。")
    for each, of_module in found.items():
        st.subheader(MODULE_NAMES[each], anchor=False)
        for entry in of_module:
            with st.expander(definition_summary(entry, edition)):
                st.markdown(definition_text(entry, edition))

"""口径: the whole registry, readable and searchable; every ⓘ on any page leads here."""

import streamlit as st

from metrics.registry import REGISTRY
from metrics.rulebook import rulebook
from metrics.vocabulary import LEVEL_NAMES, MODULE_NAMES
from metrics.wording import target_text
from pages.common import loaders
from pages.common.address import from_address, words_from_address
from pages.common.boards import module_page
from pages.common.definition import definition_text
from pages.common.layout import page_header
from pages.common.navigation import enabled_modules

SHORT_KINDS = {"rate": "比率 k/n", "count": "计数", "value": "数值"}

edition = rulebook().on(loaders.today())
least = edition.number("samples", "least_ranked")
modules = {*enabled_modules(), "quality"}
entries = [entry for entry in REGISTRY.values() if module_page(entry.id)[0] in modules]
page_header(
    f"{len(entries)} 项指标,每个数字都能问“怎么算的”",
    subtitle=f"规则手册 {edition.version},自 {edition.valid_from} 起执行。比率同时显示 k/n;分母为零显示“—”;n<{least} 不排名。",
)

left, right = st.columns([1, 3])
families = {str(module): name for module, name in MODULE_NAMES.items() if any(entry.module is module for entry in entries)}
family = left.selectbox(
    "模块", list(families), index=None, format_func=families.get, placeholder="全部模块", **from_address("family", families, None)
)
words = right.text_input("查找", placeholder="名称、编号、分子、分母或依据中的字", **words_from_address("words"))
wanted = st.query_params.get("id")


def matches(text: str) -> bool:
    return not words or words.strip().lower() in text.lower()


shown = [entry for entry in entries if (family is None or entry.module == family) and matches(definition_text(entry))]
if wanted in REGISTRY and not words and family is None:
    with st.container(border=True):
        st.markdown(definition_text(REGISTRY[wanted]))
if not shown:
    st.info("没有符合的指标。换个词,或清空查找。")
for module, title in families.items():
    of_module = [entry for entry in shown if entry.module == module]
    if not of_module:
        continue
    st.subheader(title, anchor=False)
    for entry in of_module:
        goal = target_text(entry, edition.target(entry.id)) or "不设目标"
        levels = "、".join(LEVEL_NAMES[level] for level in entry.levels)
        with st.expander(f"{entry.name} · {goal} · {SHORT_KINDS[entry.measure]} · {levels}"):
            st.markdown(definition_text(entry))

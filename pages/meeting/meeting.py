"""会议材料: pick meeting, period and contents, see what will be in it, get deck, circular and annex, or project it from here."""

from functools import partial
from html import escape

import streamlit as st

from metrics.registry import REGISTRY
from metrics.wording import target_text
from pages.common import loaders
from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.downloads import file_button, may_export
from pages.common.filters import bar_filters
from pages.common.layout import bar, note, page_header, provisional_calendar_notice
from pages.common.live import live_note
from pages.common.panel import panel
from pages.common.sheets import Column, cell, sheet
from pages.meeting import making
from reports.pack import available_sections
from reports.tables import definition_words

ICONS = {"演示": ":material/slideshow:", "通报": ":material/description:", "附表": ":material/table_view:"}
CONTENTS = {"演示": "PPT,图表可编辑", "通报": "Word,按公文格式", "附表": "Excel,每榜一张表"}

scope = signed_in_scope()
page_header("会议材料", subtitle="选会议、时段和内容,一次生成演示、通报和附表,三份数字一致。")
left, right = bar()
with left:
    filters = bar_filters(scope, default_period="指定")
with right:
    live_note()
provisional_calendar_notice(loaders.unofficial_years(), filters.period.first, filters.period.last)

names = making.meetings()
chosen = st.segmented_control("会议", names, required=True, **from_address("meeting", names, names[0]))
audience = making.MEETINGS[chosen or names[0]]
available = available_sections(audience, making.modules())
every = [making.section_name(each) for each in available]
picked = st.pills("内容", every, selection_mode="multi", default=every, key=f"sections-{audience}")
sections = [each for each in available if making.section_name(each) in picked]
key = making.key_of(filters, audience, sections)

if not sections:
    note("至少选一项内容。")
elif not may_export():
    note("您的账号没有导出权限,可以放映,不能生成文件。需要时请联系管理员。")
elif st.button("生成会议材料", type="primary", icon=":material/draft:"):
    making.forget()
    bar_ = st.progress(0.0, "读取数据…")
    pack = making.made_pack(filters, audience, sections, lambda done, of, name: bar_.progress(0.7 * done / of, f"计算 {name}…"))
    making.made_files(pack, key, lambda done, of, name: bar_.progress(0.7 + 0.3 * done / of, f"{name}…"))
    bar_.empty()

files = making.kept_files(key)
if files and may_export():
    st.html(f'<p class="board-note" role="status">{escape(chosen or "")}材料已生成({filters.period.label}),点击下载:</p>')
    with st.container(horizontal=True, key="meeting-files"):
        for file in files:
            label, what = f"下载{file.kind}({CONTENTS[file.kind]})", f"会议材料 {file.name}"
            content = partial(bytes, file.content)
            file_button(label, file.name, file.mime, content, key=f"meeting-{file.kind}", what=what, icon=ICONS[file.kind], type="primary")
if sections:
    st.page_link(
        "pages/meeting/show.py",
        label="放映 →",
        icon=":material/present_to_all:",
        query_params={**filters.query, "meeting": chosen or names[0]} | ({"of": filters.township} if filters.township else {}),
    )

edition = loaders.rules_on(filters.period, filters.as_of)
rows = [
    [
        cell(place),
        cell(making.section_name(each), "排名图、走势图" if each.trend else "排名图"),
        cell(target_text(REGISTRY[each.indicator], edition.target(each.indicator)) or "不设目标"),
        cell(definition_words(REGISTRY[each.indicator])),
    ]
    for place, each in enumerate(sections, start=1)
]
columns = [Column("序号", number=True), Column("内容"), Column("目标"), Column("口径", aside=True)]
panel(f"<h2>将包含的内容</h2>{sheet(columns, rows, empty='没有选择内容')}", key="meeting-contents")

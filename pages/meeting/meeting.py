"""会议材料: pick meeting, period and contents, see what will be in it, get deck, circular and annex, or project it from here."""

from functools import partial

import streamlit as st
from markupsafe import Markup

from metrics.vocabulary import Module
from pages.common.downloads import exporter, file_button
from pages.common.navigation import file_of, plain
from pages.common.page import page
from pages.meeting import materials
from pages.meeting.materials import Choices
from reports import subjects
from reports.meeting_files import PaperError
from reports.views import meeting

ICONS = {"演示": ":material/slideshow:", "通报": ":material/description:", "附表": ":material/table_view:"}
CONTENTS = {"演示": "PPT，图表可编辑", "通报": "Word，按公文格式", "附表": "Excel，每榜一张表"}

with page("meeting/meeting", default_period="指定") as p:
    p.needs(Module.QUALITY)
    p.title("会议材料", subtitle="选会议、时段和内容，一次生成演示、通报和附表，三份数字一致。")
    meetings = {subjects.meeting_name(each, p.filters.narrowed.area or ""): each for each in subjects.meetings(p.modules)}
    chosen = p.choose("会议", list(meetings), "meeting", next(iter(meetings)), labelled=True)
    audience = meetings[chosen]
    every = {meeting.section_name(each): each for each in materials.agenda_of(p.filters, audience, p.modules)}
    picked = st.pills("内容", list(every), selection_mode="multi", default=list(every), key=f"sections-{audience}")
    choices = Choices(p.filters, audience, tuple(section for name, section in every.items() if name in picked))

    if p.contents.lacking:
        p.note(f"{p.contents.lacking_words}尚未装入，不列入。")
    if not choices.sections:
        p.note("至少选一项内容。")
    elif exporter() is None:
        p.note("您的账号没有导出权限，可以放映，不能生成文件。需要时请联系安全管理员。")
    elif st.button("生成会议材料", type="primary", icon=":material/draft:"):
        materials.forget()
        waiting = st.progress(0.0, "读取数据…")
        pack = materials.pack_of(choices, lambda done, of, name: waiting.progress(0.7 * done / of, f"计算 {name}…"))
        try:
            materials.write_files(choices, pack, lambda done, of, name: waiting.progress(0.7 + 0.3 * done / of, f"{name}…"))
        except PaperError as problem:
            st.error(f"本单位的模板用不了，没有生成：{plain(str(problem))}。请交给运维处理（python -m reports papers）。")
        waiting.empty()

    files = materials.files_in_session(choices)
    if files and exporter() is not None:
        made = Markup('<p class="board-note" role="status">{}材料已生成（{}），点击下载：</p>')
        st.html(made.format(chosen, p.filters.period.label))
        with st.container(horizontal=True, key="meeting-files"):
            for file in files:
                label, what, icon = f"下载{file.kind}（{CONTENTS[file.kind]}）", f"会议材料 {file.name}", ICONS[file.kind]
                content = partial(bytes, file.content)
                file_button(label, file.name, file.mime, content, key=f"meeting-{file.kind}", what=what, icon=icon, type="primary")
    if choices.sections:
        query = {**p.filters.query, "meeting": chosen} | ({"of": p.filters.township} if p.filters.township else {})
        st.page_link(file_of("meeting/show"), label="放映 →", icon=":material/present_to_all:", query_params=query)
    p.show(meeting.contents_table(choices.sections, p.view.edition), key="meeting-contents")

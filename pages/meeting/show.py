"""会议演示: the deck as pages for a projector. Arrows or space turn, F fills the screen, a row opens its unit."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from pages.common import loaders, panel
from pages.common.address import from_address
from pages.common.auth import signed_in_scope
from pages.common.filters import bar_filters
from pages.common.layout import bar, note, page_header
from pages.meeting import making
from pages.meeting.slides import slides
from reports.pack import available_sections

HERE, COMMON = Path(__file__).parent, Path(panel.__file__).parent


@st.cache_resource(show_spinner=False)
def player():
    css = (COMMON / "panel.css").read_text(encoding="utf-8") + (HERE / "show.css").read_text(encoding="utf-8")
    return st.components.v2.component("board_show", css=css, js=(HERE / "show.js").read_text(encoding="utf-8"))


scope = signed_in_scope()
page_header("会议演示", crumbs=[("会议材料", "pages/meeting/meeting.py", None)], subtitle="← → 或空格翻页,F 全屏,点一行看明细。")
left, right = bar()
with left:
    filters = bar_filters(scope, default_period="指定", townships=False)
# Its own parameter: the township a row was opened for must not narrow the show on the way back.
filters = replace(filters, township=st.query_params.get("of"))
names = making.meetings()
with left:
    chosen = st.selectbox("会议", names, label_visibility="collapsed", width=150, **from_address("meeting", names, names[0]))
audience = making.MEETINGS[chosen or names[0]]
with right:
    if st.button("更新数据", icon=":material/refresh:", type="tertiary"):
        making.forget()

pack = making.kept_pack(filters, audience)
if pack is None:
    waiting = st.progress(0.0, "读取数据…")
    sections = available_sections(audience, making.modules())
    pack = making.made_pack(filters, audience, sections, lambda done, of, name: waiting.progress(done / of, f"计算 {name}…"))
    waiting.empty()
if not pack.chapters and not pack.annexes:
    note("这个会议在所选时段和范围内没有可放映的内容,请换一个时段或乡镇。")
else:
    query = filters.query
    name = f"{audience}-{filters.period.text}-{filters.township or ''}-{loaders.today()}"
    panel.panel("", key="show-places")  # with a panel comes what keeps Back to one step, and the show to its own period
    result = player()(key="show", data={"slides": slides(pack, query), "name": name}, on_go_change=lambda: None)
    if result.go:
        panel.follow(str(result.go))

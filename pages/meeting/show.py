"""会议演示: the deck as pages for a projector. Arrows or space turn, F fills the screen, a row opens its unit."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from metrics.vocabulary import Module
from pages.common import loaders, panel
from pages.common.navigation import file_of
from pages.common.page import page
from pages.meeting import materials
from pages.meeting.materials import Choices
from reports import subjects
from reports.views import meeting

HERE, COMMON = Path(__file__).parent, Path(panel.__file__).parent


@st.cache_resource(show_spinner=False)
def player() -> Any:
    css = (COMMON / "panel.css").read_text(encoding="utf-8") + (HERE / "show.css").read_text(encoding="utf-8")
    return st.components.v2.component("board_show", css=css, js=(HERE / "show.js").read_text(encoding="utf-8"))


with page("meeting/show", default_period="指定", townships=False, is_live=False) as p:
    p.needs(Module.QUALITY)
    p.title(
        "会议演示",
        crumbs=[("会议材料", file_of("meeting/meeting"), None)],
        subtitle="← → 或空格翻页，F 全屏，点一行看明细。",
    )
    # Its own parameter: the township a row was opened for must not narrow the show on the way back.
    p.filters = filters = replace(p.filters, township=st.query_params.get("of"))
    meetings = {subjects.meeting_name(each, filters.narrowed.area or ""): each for each in subjects.meetings(p.modules)}
    with p.left:
        audience = meetings[p.pick("会议", list(meetings), "meeting", next(iter(meetings)), width=150) or next(iter(meetings))]
    with p.right:
        if st.button("更新数据", icon=":material/refresh:", type="tertiary"):
            materials.forget()

    pack = materials.pack_in_session(filters, audience)
    if pack is None:
        waiting = st.progress(0.0, "读取数据…")
        choices = Choices(filters, audience, materials.agenda_of(filters, audience, p.modules))
        pack = materials.pack_of(choices, lambda done, of, name: waiting.progress(done / of, f"计算 {name}…"))
        waiting.empty()
    if not pack.chapters and not pack.annexes:
        p.note("这个会议在所选时段和范围内没有可放映的内容，请换一个时段或乡镇。")
    else:
        name = f"{audience}-{filters.period.text}-{filters.township or ''}-{loaders.today()}"
        slides = [str(p.writer.slide(each)) for each in meeting.slides(pack)]
        player()(key="show", data={"slides": slides, "name": name}, on_go_change=partial(panel.clicked, "show"))

"""帮助: the manual, at the chapter and section that tell of the page the reader came from; no network is asked."""

import streamlit as st

from pages.common.auth import known_account
from pages.common.help_way import own_chapter
from pages.common.page import page
from reports.links import Definition
from reports.manual import CHAPTERS, Picture, chapter

PICTURE_WIDTH = 760
"""Pixels: a page in the page should not be taken for the page."""

with page("help/help", with_bar=False) as p:
    name = p.choose("手册", CHAPTERS, "chapter", own_chapter(known_account()))
    shown, wanted = chapter(name), st.query_params.get("section", "")
    p.title(shown.title)
    for section in sorted(shown.sections, key=lambda each: each.title != wanted):
        st.subheader(section.title, anchor=False)
        for block in section.blocks:
            if isinstance(block, Picture):
                with st.container(key=f"board-picture-{block.file.stem}"):
                    st.image(block.file.read_bytes(), alt=block.words, width=PICTURE_WIDTH)
                    st.markdown(block.words)
            else:
                st.markdown(block)
        if section.terms:
            p.terms([(term.name, Definition(term.indicator)) for term in section.terms], key=f"terms-{name}-{section.title}")

"""What a meeting is made from on the board: the choices in the address, the pack, the files of this session."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from data_access.engine import engine
from data_access.scope import Scope
from metrics.registry import REGISTRY
from metrics.vocabulary import LEVEL_NAMES, Module
from pages.common import loaders
from pages.common.filters import Filters
from pages.common.navigation import enabled_modules
from reports.meeting_files import MeetingFile, meeting_files
from reports.pack import AUDIENCE_NAMES, Audience, Pack, Progress, Section, available_sections, meeting_pack
from reports.selection_annex import with_selection
from reports.source import DatabaseSource

MEETINGS = {name: audience for audience, name in AUDIENCE_NAMES.items()}
_PACK, _FILES = "board_meeting_pack", "board_meeting_files"

Key = tuple[object, ...]


def modules() -> frozenset[str]:
    """What this county runs, in the words of the registry."""
    on = {Module(name) for name in enabled_modules()}
    return frozenset(on | {Module.QUALITY, *([Module.SATISFACTION] if Module.PETITIONS in on else [])})


def meetings() -> list[str]:
    """The meetings there is something to show at; the 评选会 where the county has 三长."""
    names = [name for name, audience in MEETINGS.items() if available_sections(audience, modules())]
    return [name for name in names if MEETINGS[name] is not Audience.SELECTION or Module.CAPTAINS in modules()]


def section_name(section: Section) -> str:
    by = f"(按{LEVEL_NAMES[section.level]})" if section.level else ""
    return f"{REGISTRY[section.indicator].name}{by}"


def key_of(filters: Filters, audience: Audience, sections: Iterable[Section]) -> Key:
    """What makes two packs the same one: period, day, area and rights, meeting, sections."""
    return (filters.period, filters.as_of, filters.narrowed, audience, tuple(sections))


def filter_words(filters: Filters) -> str:
    """The filters as the files write them."""
    area = filters.narrowed.area or ""
    return "全部" if area == (filters.scope.area or "") else f"区划 {area}"


def made_pack(filters: Filters, audience: Audience, sections: list[Section], progress: Progress | None = None) -> Pack:
    """The pack of these choices: kept for the session, so that what is projected does not change under the speaker."""
    key = key_of(filters, audience, sections)
    kept = st.session_state.get(_PACK)
    if kept is not None and kept[0] == key:
        return kept[1]
    scope = filters.narrowed
    pack = meeting_pack(
        loaders.source(scope),
        audience,
        filters.period,
        filters.as_of,
        area=scope.area or "",
        modules=modules(),
        sections=sections,
        filters=filter_words(filters),
        progress=progress,
    )
    pack = _with_selection(pack, filters.scope, scope.area or "")
    st.session_state[_PACK] = (key, pack)
    return pack


def kept_pack(filters: Filters, audience: Audience) -> Pack | None:
    """The pack of this session for the same meeting, period and area, with whatever sections it was made of."""
    kept = st.session_state.get(_PACK)
    same = (filters.period, filters.as_of, filters.narrowed, audience)
    return kept[1] if kept is not None and kept[0][:4] == same else None


def _with_selection(pack: Pack, scope: Scope, area: str) -> Pack:
    """The ranking is county-wide: only an account that sees the county gets it."""
    if pack.audience is not Audience.SELECTION or len(scope.area or "") > 6:
        return pack
    with engine().connect() as connection:
        return with_selection(pack, DatabaseSource(connection, scope), area, modules())


def forget() -> None:
    """Before making anew: today's data, not what was kept."""
    st.session_state.pop(_PACK, None)
    st.session_state.pop(_FILES, None)


def kept_files(key: Key) -> list[MeetingFile]:
    """The files made for these very choices, if there are any."""
    kept = st.session_state.get(_FILES)
    return kept[1] if kept is not None and kept[0] == key else []


def made_files(pack: Pack, key: Key, progress: Progress) -> list[MeetingFile]:
    """Writes the three files, telling which comes, and keeps them for the session."""
    files: list[MeetingFile] = []
    for step, kind in enumerate(("演示", "通报", "附表")):
        progress(step, 3, f"写{kind}")
        if step == 0:
            waiting = meeting_files(pack)
        files.append(next(waiting))
    st.session_state[_FILES] = (key, files)
    return files

"""The materials of a meeting in this session: the pack of what is chosen, and the files made of it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from data_access.engine import reading_engine
from data_access.scope import CODE_LENGTHS
from metrics.vocabulary import Module
from pages.common import loaders
from pages.common.contents import contents_for
from pages.common.filters import Filters
from pages.common.leaderboards import ranked_in
from reports.meeting_files import WRITERS, MeetingFile, meeting_files
from reports.pack import Pack, Progress, has_departments, meeting_pack
from reports.readings import whole_level
from reports.selection_annex import with_selection
from reports.source import DatabaseSource
from reports.subjects import Audience, Section, agenda

_PACK, _FILES = "board_meeting_pack", "board_meeting_files"


@dataclass(frozen=True)
class Choices:
    """What makes two packs the same one."""

    filters: Filters
    audience: Audience
    sections: tuple[Section, ...]

    @property
    def words(self) -> str:
        """The filters as the files write them."""
        area = self.filters.narrowed.area or ""
        return "全部" if area == (self.filters.scope.area or "") else self.filters.view.where


def agenda_of(filters: Filters, audience: Audience, modules: frozenset[Module]) -> tuple[Section, ...]:
    """What the meeting looks at in the area that is chosen."""
    departments = has_departments(loaders.source(filters.narrowed), filters.period, filters.as_of, filters.narrowed.area or "")
    return tuple(agenda(audience, modules, departments=departments))


def pack_of(choices: Choices, progress: Progress) -> Pack:
    """The pack of these choices: kept for the session, so that what is projected does not change under the speaker."""
    known: tuple[Choices, Pack] | None = st.session_state.get(_PACK)
    if known is not None and known[0] == choices:
        return known[1]
    pack = _made(choices, progress)
    st.session_state[_PACK] = (choices, pack)
    return pack


def pack_in_session(filters: Filters, audience: Audience) -> Pack | None:
    """The pack of this session for the same meeting, period and area, with whatever sections it was made of."""
    known: tuple[Choices, Pack] | None = st.session_state.get(_PACK)
    return known[1] if known is not None and (known[0].filters, known[0].audience) == (filters, audience) else None


def _made(choices: Choices, progress: Progress) -> Pack:
    filters, area = choices.filters, choices.filters.narrowed.area or ""
    there = contents_for(filters.scope)
    pack = meeting_pack(
        loaders.source(filters.narrowed),
        choices.audience,
        filters.period,
        filters.as_of,
        area=area,
        sections=choices.sections,
        modules=there.in_use,
        lacking=there.lacking_words,
        filters=choices.words,
        progress=progress,
        around=loaders.source(ranked_in(filters.narrowed, whole_level(area))[0]),
    )
    # The ranking of 三长 is county-wide: only an account that sees the county gets it.
    if choices.audience is not Audience.SELECTION or len(filters.scope.area or "") > CODE_LENGTHS["county"]:
        return pack
    with reading_engine().connect() as connection:
        return with_selection(pack, DatabaseSource(connection, filters.scope, at=pack.at), area, there.in_use)


def forget() -> None:
    """Before making anew: today's data, not what was kept."""
    st.session_state.pop(_PACK, None)
    st.session_state.pop(_FILES, None)


def files_in_session(choices: Choices) -> list[MeetingFile]:
    """The files made for these very choices, if there are any."""
    known: tuple[Choices, list[MeetingFile]] | None = st.session_state.get(_FILES)
    return known[1] if known is not None and known[0] == choices else []


def write_files(choices: Choices, pack: Pack, progress: Progress) -> None:
    """Writes the three files, telling which comes, and keeps them for the session."""
    files, waiting = [], meeting_files(pack)
    for done, (kind, *_) in enumerate(WRITERS):
        progress(done, len(WRITERS), f"写{kind}")
        files.append(next(waiting))
    st.session_state[_FILES] = (choices, files)

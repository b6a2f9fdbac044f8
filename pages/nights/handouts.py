"""The 三夜 page's records to take away: all of the period, not one page of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from data_access.night_lists import lecturers_of, session_list, visit_list
from data_access.window import Window
from metrics.vocabulary import SESSION_NAMES, SessionKind
from metrics.wording import is_missing
from pages.common.filters import Filters
from pages.common.handouts import ALL_ROWS, COUNT, DATE, RAISED, TEXT, Rows, asked_once, offer_rows, raised_cells
from pages.common.sheets import name_of, names_of

VISITS = {"日期": DATE, "乡镇": TEXT, "村": TEXT, "干部": TEXT, "见到群众(人次)": COUNT, "走访情况": TEXT, **RAISED}
STUDIES = {"日期": DATE, "形式": TEXT, "乡镇": TEXT, "主题": TEXT, "人数(人)": COUNT, "授课人": TEXT, "时长(分钟)": COUNT}
TALKS = {"日期": DATE, "乡镇": TEXT, "主题": TEXT, "人数(人)": COUNT, "需求(件)": COUNT, "举措(项)": COUNT, "已落实(项)": COUNT}
SESSIONS_AT_ONCE = 500


def offer_visits(filters: Filters, window: Window, raised_only: bool) -> None:
    def lines() -> Rows:
        rows = asked_once(visit_list, filters.narrowed, window=window, raised_only=raised_only, rows=ALL_ROWS)
        names = names_of(filters.scope, rows["person_id"].unique())
        return [
            [
                row["visited_on"],
                row["township"],
                row["code"] if is_missing(row["village"]) else row["village"],
                name_of(names, row["person_id"]),
                row["people"],
                row["note"],
                *raised_cells(row),
            ]
            for row in rows.to_dict("records")
        ]

    chosen = "只含带回诉求的" if raised_only else "全部夜访"
    offer_rows("夜访记录", VISITS, lines, filters, "nights.township_visits", "nights.on_the_spot", chosen=chosen)


def offer_sessions(filters: Filters, window: Window, kinds: tuple[SessionKind, ...]) -> None:
    """夜谈 with needs and measures; 夜学 and 述学评学考学 with who lectured."""
    talks = kinds == (SessionKind.TALK,)

    def lines() -> Rows:
        rows = asked_once(session_list, filters.narrowed, window=window, kinds=kinds, rows=ALL_ROWS).to_dict("records")
        if talks:
            return [
                [row["held_on"], *_place(row), *(row[name] for name in ("attendees", "needs", "measures", "measures_done"))] for row in rows
            ]
        lecturers = _lecturers(filters, [int(row["id"]) for row in rows])
        return [
            [
                row["held_on"],
                SESSION_NAMES[SessionKind(row["kind"])],
                *_place(row),
                row["attendees"],
                "、".join(lecturers[int(row["id"])]),
                row["minutes"],
            ]
            for row in rows
        ]

    title = f"{'、'.join(SESSION_NAMES[kind] for kind in kinds)}记录"
    offer_rows(title, TALKS if talks else STUDIES, lines, filters, "nights.measures_done" if talks else "nights.study_weeks")


def _place(row: Mapping[Any, Any]) -> list[object]:
    return [row["code"] if is_missing(row["township"]) else row["township"], row["theme"]]


def _lecturers(filters: Filters, ids: list[int]) -> dict[int, list[str]]:
    """Names by session; asked in parts, so that no statement is longer than a database takes."""
    spoke: dict[int, list[int]] = defaultdict(list)
    for start in range(0, len(ids), SESSIONS_AT_ONCE):
        part = asked_once(lecturers_of, filters.narrowed, session_ids=tuple(ids[start : start + SESSIONS_AT_ONCE]))
        for session, person in zip(part["session_id"], part["person_id"], strict=True):
            spoke[int(session)].append(int(person))
    names = names_of(filters.scope, {person for people in spoke.values() for person in people})
    return defaultdict(list, {session: [name_of(names, person) for person in people] for session, people in spoke.items()})

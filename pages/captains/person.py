"""Who a captain's page is about: the person the address names, the year asked for, the way to the score sheet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access import areas
from data_access.captain_lists import (
    CAPTAIN_TABLES,
    captain_posts_of,
)
from data_access.scope import Scope
from metrics.vocabulary import (
    ROLE_NAMES,
    Role,
)
from metrics.wording import is_missing
from pages.common import loaders
from pages.common.address import from_address
from pages.common.layout import Crumb
from pages.common.navigation import can_open
from pages.common.selections import year_choices

CAPTAIN_PAGE, SHEET_PAGE = "pages/captains/captain.py", "pages/selection/sheet.py"


@dataclass(frozen=True)
class Captain:
    person_id: int
    name: str
    phone: str
    posts: pd.DataFrame
    """Newest first: role, code, name, valid_from, valid_to, certificate_on."""
    crumbs: list[Crumb]

    @property
    def current(self) -> dict[Any, Any]:
        return self.posts.iloc[0].to_dict()

    @property
    def title(self) -> str:
        return f"{self.name} · {self.current['name']}{ROLE_NAMES[Role(self.current['role'])]}"

    @property
    def subtitle(self) -> str:
        post = self.current
        since = "" if is_missing(post["valid_from"]) else f"{post['valid_from']:%Y年%-m月%-d日}起任职"
        until = "" if is_missing(post["valid_to"]) else f"{post['valid_to']:%Y年%-m月%-d日}离任"
        certificate = "已发代表证" if not is_missing(post["certificate_on"]) else "未发代表证" if post["role"] == "cell_captain" else ""
        others = len(self.posts) - 1
        more = f"另有 {others} 段任职" if others else ""
        return " · ".join(word for word in (since, until, certificate, more, self.phone) if word)


def asked_for(scope: Scope, as_of: date) -> Captain | None:
    """The captain the address names (``?person=p:17``), if a post of theirs lies in the reader's scope."""
    text = st.query_params.get("person", "")
    number = text.removeprefix("p:")
    if not number.isdecimal() or len(number) > 17:
        return None
    person_id = int(number)
    posts = loaders.answer(captain_posts_of, scope, CAPTAIN_TABLES, person_id=person_id)
    known = loaders.answer(areas.people, scope, ("person",), person_ids=(person_id,))
    if posts.empty or known.empty:
        return None
    above = loaders.answer(areas.ancestors, scope, ("area",), code=str(posts["code"].iloc[0]))
    crumbs: list[Crumb] = [("三长", "pages/captains/captains.py", None)]
    for row in above.to_dict("records"):
        if row["level"] == "township":
            crumbs.append((str(row["name"]), "pages/township/township.py", {"township": str(row["code"])}))
        elif row["level"] == "village":
            crumbs.append((str(row["name"]), "pages/township/village.py", {"village": str(row["code"])}))
    person = known.iloc[0]
    return Captain(person_id, str(person["name"]), "" if is_missing(person["phone"]) else str(person["phone"]), posts, crumbs)


def year_filter(as_of: date) -> int:
    years = {str(year): f"{year}年" for year in year_choices(as_of)}
    kept = from_address("year", years, str(as_of.year))
    picked = st.selectbox("年度", list(years), format_func=years.__getitem__, label_visibility="collapsed", width=130, **kept)
    return int(picked or as_of.year)


def to_sheet(captain: Captain, year: int) -> None:
    """The way to the year's score sheet."""
    if can_open(SHEET_PAGE):
        query = {"person": f"p:{captain.person_id}", "role": str(captain.current["role"]), "year": str(year)}
        st.page_link(SHEET_PAGE, label=f"{year}年评分表 →", query_params=query)

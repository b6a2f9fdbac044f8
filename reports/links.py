"""Where a part of a page leads, as a value: a page with its parameters, or the definition of a number.

A link is only drawn for a reader whose account may open the page (the writer asks); a file has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from metrics.period import Period

OVERVIEW, MORNING, TONIGHT = "overview/overview", "overview/morning", "tonight/tonight"
TOWNSHIP, VILLAGE, PERSON = "township/township", "township/village", "township/person"
CASE, CASES, PETITIONS = "petitions/case", "petitions/cases", "petitions/petitions"
CAPTAIN, CAPTAINS, SCORE_SHEET = "captains/captain", "captains/captains", "selection/sheet"
SELECTION = "selection/selection"
ADMIN = "admin/admin"
DUTY, RECEPTION, QUALITY, DEFINITIONS = "duty/duty", "reception/reception", "quality/quality", "definitions/definitions"
NIGHTS, ROWS = "nights/nights", "figures/rows"


@dataclass(frozen=True)
class Link:
    """``page`` is ``area/page`` as in ``pages/area/page.py``; ``query`` its parameters. The view's period goes along unless not."""

    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    keeps_period: bool = True


@dataclass(frozen=True)
class Definition:
    """How a number is counted (怎么算的). ``context``: what is shown there, the unit's code."""

    indicator: str
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reordered:
    """The same page with a table in another order (``order``, as the address writes it; empty: as it was made)."""

    name: str
    order: str
    restarts: str = ""


Target = Link | Definition | Reordered


PICKED = "指定"
"""The value of ``period`` that says the period is picked in ``which``."""


def in_period(page: str, period: Period, query: Mapping[str, str] | None = None) -> Link:
    """A page in a period of its own, whatever the view's is."""
    return Link(page, {**(query or {}), "period": PICKED, "which": period.text}, keeps_period=False)


def to_township(code: str) -> Link:
    """The page of the township a code lies in."""
    return Link(TOWNSHIP, {"township": str(code)[:9]})


def to_tonight(night: date, township: str | None = None) -> Link:
    """A night by name, of one township where one is given."""
    return Link(TONIGHT, {"night": night.isoformat(), **({"township": str(township)[:9]} if township else {})}, keeps_period=False)


def to_village(code: str) -> Link:
    return Link(VILLAGE, {"village": str(code)})


def to_person(person_id: object) -> Link:
    """``person_id``: the number, or the code ``p:<number>`` of a figure by person."""
    text = str(person_id)
    return Link(PERSON, {"person": text if text.startswith("p:") else f"p:{int(text)}"})


def to_case(number: object) -> Link:
    return Link(CASE, {"number": str(number)}, keeps_period=False)


def to_score_sheet(person_id: int, role: str, year: int) -> Link:
    """The score sheet of a captain in a selection."""
    return Link(SCORE_SHEET, {"person": f"p:{int(person_id)}", "role": str(role), "year": str(year)}, keeps_period=False)


def to_cases(standing: str, township: str | None = None, **more: str) -> Link:
    """The list of cases of a standing, of one township where one is given."""
    return Link(CASES, {"standing": standing, **({"township": township[:9]} if township else {}), **more})

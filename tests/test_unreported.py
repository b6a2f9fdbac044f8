"""未填报: which nights, told in a few words, and whom to call."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import Connection

from data_access.contacts import contacts
from metrics.period import Period
from metrics.vocabulary import Level
from reports.csv_file import csv_bytes
from reports.html import HtmlWriter
from reports.views.unreported import days_told, unreported_nights, unreported_table
from tests.builders import EVERYTHING, TOWNSHIP, VILLAGE, a_county, a_leave, a_person, an_appointment

DAY = date(2026, 10, 12)
NOVEMBER = Period.parse("2026-11")


def nights(*days: tuple[str, int, bool, bool]) -> pd.DataFrame:
    rows = [(code, date(2026, 11, day), unreported, before) for code, day, unreported, before in days]
    return pd.DataFrame(rows, columns=["code", "night", "unreported", "before"])


def test_units_with_most_nights_untold_come_first_and_nights_before_the_first_record_are_nobodys() -> None:
    roll = nights(
        ("A", 2, False, True),
        ("A", 3, True, False),
        ("A", 4, False, False),
        ("B", 3, True, False),
        ("B", 4, True, False),
        ("C", 3, False, False),
    )
    found = unreported_nights(roll)
    assert [(row.code, row.k, row.n, len(row.nights)) for row in found.itertuples()] == [("B", 2, 2, 2), ("A", 1, 2, 1)]
    assert unreported_nights(nights(("C", 3, False, False))).empty


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([date(2026, 11, 3)], "11月3日"),
        ([date(2026, 11, 3), date(2026, 11, 4), date(2026, 12, 1)], "11月3日、4日;12月1日"),
        ([date(2025, 12, 31), date(2026, 12, 31)], "12月31日;12月31日"),
    ],
)
def test_days_are_told_with_their_month_once(days: list[date], said: str) -> None:
    assert days_told(days) == said


def test_whoever_answers_is_in_post_has_a_phone_and_stands_highest(connection: Connection) -> None:
    a_county(connection)
    on_leave = an_appointment(connection, "township_chief", person=a_person(connection, "王一", "13900000001"))
    a_leave(connection, on_leave, "2026-10-01", "2026-10-31")
    an_appointment(connection, "township_leader", person=a_person(connection, "李二", ""))
    called = an_appointment(connection, "township_leader", person=a_person(connection, "赵三", "13900000003"))
    an_appointment(connection, "township_staff", person=a_person(connection, "周五", "13900000005"))
    an_appointment(connection, "village_chief", VILLAGE, person=a_person(connection, "孙四", None))
    found = contacts(EVERYTHING, connection, "township", DAY)
    assert found.to_dict("records") == [
        {"code": TOWNSHIP, "person_id": called, "role": "township_leader", "name": "赵三", "phone": "139****0003"}
    ]
    assert list(contacts(EVERYTHING, connection, "township", date(2026, 11, 2))["name"]) == ["王一"]
    silent = contacts(EVERYTHING, connection, "village", DAY).iloc[0]
    assert (silent["name"], silent["phone"]) == ("孙四", None)
    masked = contacts(replace(EVERYTHING, may_see_names=False), connection, "township", DAY).iloc[0]
    assert (masked["name"], masked["phone"]) == ("赵*", "139****0003")
    assert contacts(EVERYTHING.narrowed("149981199"), connection, "township", DAY).empty


def test_a_number_that_is_shown_is_called_and_none_goes_into_a_file() -> None:
    found = unreported_nights(nights(("149981101", 3, True, False), ("149981102", 3, True, False), ("149981103", 3, True, False)))
    whom = pd.DataFrame(
        [("149981101", 1, "township_chief", "王一", "x"), ("149981102", 2, "township_staff", "赵三", "x")],
        columns=["code", "person_id", "role", "name", "phone"],
    )
    made = unreported_table(found, Level.TOWNSHIP, {"149981101": "泥河镇"}, whom, {1: "13900000001", 2: "139****0002"}, NOVEMBER)
    html = HtmlWriter(lambda page: True).render(made)
    assert html.count("tel:") == html.count('href="tel:13900000001"') == 1
    assert "没有在岗人员" in html
    said = csv_bytes(made).decode("utf-8-sig")
    assert "王一" in said
    assert "1390" not in said
    assert made.conclusion == "2026年11月,3 个乡镇有 3 个工作日夜没有任何住夜记录"

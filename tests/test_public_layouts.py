"""Layouts of files that offices publish go in as they are, on the page 管理 › 台账, after at most one mapping that is remembered."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from data_access.scope import Scope
from data_access.tables import NightStay, Petition, PetitionRating
from pages.admin import process
from tests.builders import a_petition, an_area
from tests.small_county import NIHE, yunping
from tests.test_ledger_files import FILES

MATANG = f"{NIHE}201"
WORKED_OUT = {"渠道": "其他", "大小": "待定"}
"""What a clerk tells of P10, whose headings tell neither; the end is the only day there is."""
LAYOUTS: list[tuple[str, str, str, type, int]] = [
    ("night_stay", "rosters/P4上芬式分组值班表.xlsx", "", NightStay, 10),
    ("night_stay", "rosters/P5duty.csv", NIHE, NightStay, 4),
    ("petition", "public_layouts/P7热线导出2024.xlsx", "", Petition, 1),
    ("petition", "public_layouts/P7热线导出2026.xlsx", "", Petition, 1),
    ("petition", "public_layouts/P10信访矛盾纠纷台账.xlsx", MATANG, Petition, 1),
    ("petition_step", "public_layouts/P17满意度回访.xlsx", "", PetitionRating, 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "file", "area", "table", "rows"), LAYOUTS, ids=[each[1].partition("/")[2] for each in LAYOUTS])
def test_a_published_layout_goes_in_after_at_most_one_mapping(
    served: Engine, kind: str, file: str, area: str, table: Any, rows: int
) -> None:
    with served.begin() as connection:
        yunping(connection)
        an_area(connection, f"{MATANG}01", "patch", "东片")
        an_area(connection, f"{MATANG}0101", "group", "一组")
        if kind == "petition_step":
            ended = {"ended_at": "2026-10-15 09:00:00", "outcome": "resolved"}
            a_petition(connection, "2026-10-08 09:00:00", number="NH-1", area=MATANG, **ended)

    def there() -> int:
        with served.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(table)) or 0)

    before, (path, content) = there(), (FILES / file, (FILES / file).read_bytes())

    def page(task: str) -> process.Answer:
        return process.ledger(task, kind, path.name, content, area=area, by="guanli")

    checked = page("check")
    if checked.layouts and checked.error:
        said = told_by_a_clerk(checked.layouts[0])
        assert process.keep_mapping(said, "guanli", Scope.operator().area or "", area) is None
        checked = page("check")
    assert (checked.error, checked.faults) == (None, [])
    loaded = page("load")
    assert (loaded.error, loaded.faults, there() - before) == (None, [], rows)
    assert page("load").counts["added"] == 0
    assert there() - before == rows


def told_by_a_clerk(layout: dict[str, Any]) -> dict[str, Any]:
    """What the form of the page gives back: what was guessed, and what is missing."""
    columns = {**layout["columns"], "点单时间": ["办结日期"]}
    named = {name: layout[name] for name in ("kind", "name", "words")}
    return {
        **named,
        "headings": [heading for heading, _ in layout["headings"]],
        "columns": columns,
        "defaults": {**layout["defaults"], **WORKED_OUT},
    }

"""Rows from outside that cannot count, each with the reason in words (对不上的记录): counted in one pass a table, listed by page.

What is listed is what :mod:`data_access.valid` leaves out: the rows that break one of :mod:`data_access.rules`, each under the first that
it breaks, and those that lie in the future or at a unit that counts nowhere. Nothing here is deleted or corrected: the office that sent a
row mends it at its source. 检举控告 are not listed, not even to who holds them: they count nowhere anyhow.
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, Text, func, null, select
from sqlalchemy.orm import aliased

from data_access.areas import masked_name
from data_access.frames import frame
from data_access.problem_ledgers import ledgers
from data_access.rules import RULES
from data_access.scope import Scope
from data_access.tables import Area, Person
from data_access.window import Window

PROBLEM_TABLES = (*(table.__tablename__ for table in RULES), "person")
"""What the answers below depend on."""
COLUMNS = ["row_id", "area_code", "area_name", "day", "person_id", "person_name", "detail", "source", "source_ref", "recorded_at"]
STILL_COUNTED = {
    "住夜.post": "算已填报,不算达标",
    "夜访.pseudo": "算本人夜访,不算当地",
    "接待.pseudo": "算本人接待,不算当地",
    "三长走访.post": "算已录入,不算走访",
    "诉求.repeat": "照常计入,查不到原件",
}
"""What is said of rows that count all the same, wholly or in part."""


def problem_counts(scope: Scope, connection: Connection, window: Window) -> pd.DataFrame:
    """How many rows of the window (and beyond as-of) cannot count, by reason; one statement a table, however many units.

    A row is told once, by the first reason. Grain: reason with at least one row. Columns: id, ledger (台账), reason, remedy,
    counted (None: not at all; else in what way), rows; most first.
    """
    found = []
    for ledger in ledgers(scope, window):
        each = ledger.rows.with_only_columns(ledger.problem.label("problem")).where(ledger.within).subquery()
        counts = select(each.c.problem, func.count()).where(each.c.problem.is_not(None)).group_by(each.c.problem)
        rows = {str(problem): int(count) for problem, count in connection.execute(counts)}
        for check in ledger.checks:
            problem = f"{ledger.name}.{check.name}"
            if problem in rows:
                found.append((problem, ledger.name, check.reason, check.remedy, STILL_COUNTED.get(problem), rows[problem]))
    result = pd.DataFrame(found, columns=["id", "ledger", "reason", "remedy", "counted", "rows"])
    return result.sort_values("rows", ascending=False, kind="stable").reset_index(drop=True)


def problem_rows(scope: Scope, connection: Connection, window: Window, problem_id: str, limit: int = 50, offset: int = 0) -> pd.DataFrame:
    """One page of the rows behind a reason, newest first. Raises ``LookupError`` for an id that :func:`problem_counts` does not name.

    Grain: row. Columns: row_id, area_code, area_name, day, person_id, person_name (both None where unknown; masked unless the
    scope may see names), detail, source, source_ref, recorded_at.
    """
    for ledger in ledgers(scope, window):
        if problem_id not in {f"{ledger.name}.{check.name}" for check in ledger.checks}:
            continue
        area, person = aliased(Area), aliased(Person)
        statement = (
            ledger.rows.outerjoin(area, area.code == ledger.area)
            .outerjoin(person, person.id == ledger.person)
            .with_only_columns(
                ledger.key,
                func.coalesce(ledger.area, null(), type_=Text),
                area.name,
                ledger.day,
                ledger.person,
                person.name,
                ledger.detail,
                *ledger.origin,
            )
            .where(ledger.within, ledger.problem == problem_id)
            .order_by(ledger.key.desc())
            .limit(limit)
            .offset(offset)
        )
        rows = frame(connection, statement, COLUMNS)
        return rows if scope.may_see_names else rows.assign(person_name=rows["person_name"].map(masked_name))
    raise LookupError(f"没有“{problem_id}”这类问题")

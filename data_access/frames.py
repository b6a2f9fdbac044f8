"""From a statement to a small frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Executable, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

AnySelect = Select[*tuple[Any, ...]]
"""A select whatever its columns are."""

# Arrow's strings pay off from ten thousands of rows; ours are a few dozen, and each step on them took a third longer.
pd.set_option("mode.string_storage", "python")
ROWS_AT_ONCE = 2000


def frame(connection: Connection, statement: Executable, columns: Sequence[str], dtypes: dict[str, Any] | None = None) -> pd.DataFrame:
    """Run a statement; columns in the order selected, ``dtypes`` enforced also where there are no rows."""
    cells: list[list[Any]] = [[] for _ in columns]
    texts: dict[str, str] = {}
    # Column by column: pandas asks every Row for attributes it does not have, which costs more than the query. A part at a time, and a text
    # that comes again as the one that is there: a year of notes as whole rows took 56 MB, and left holes of it that nothing else fills.
    for rows in connection.execute(statement).partitions(ROWS_AT_ONCE):
        for name, held, values in zip(columns, cells, zip(*rows, strict=True), strict=True):
            held.extend((texts.setdefault(value, value) for value in values) if (dtypes or {}).get(name) == "str" else values)
    # No rows: objects, not the floats pandas takes them for, or a merge with dates would be refused.
    kinds = dict.fromkeys(columns, None if cells[0] else object) | (dtypes or {})
    # Each array of its type at once: ``astype`` afterwards takes three times as long.
    return pd.DataFrame({name: _array(values, kinds[name]) for name, values in zip(columns, cells, strict=True)})


@contextmanager
def by_hashing(connection: Connection) -> Iterator[None]:
    """Statements inside group by hashing. PostgreSQL expects of an expression as many groups as its columns have values, and sorts
    hundreds of thousands of rows into a few hundred groups: three times the work."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql("SET LOCAL enable_sort = off")
    yield
    connection.exec_driver_sql("SET LOCAL enable_sort = on")


class by_another_index(FunctionElement[Any]):
    """A column as it is, in a condition that nearly every row meets: the rows are found by what else is asked. SQLite knows no number of
    rows below a value, and would read every petition that was ever opened to find those that are open. PostgreSQL knows better."""

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(by_another_index)
def _as_it_is(element: by_another_index, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


@compiles(by_another_index, "sqlite")
def _without_index(element: by_another_index, compiler: Any, **options: Any) -> str:
    return f"+{_as_it_is(element, compiler, **options)}"


def _array(values: list[Any], kind: Any) -> Any:
    return values if kind is None else pd.array(values, dtype=kind)

"""A city's database over its counties' own: one table for all, a partition a county, each a foreign table (PostgreSQL's ``postgres_fdw``).

The city runs the same program. Its tables of the contract hold no rows: they are partitioned by county, along the code of the area where
a row has one, else along the ids, which begin with the county's code (``own_ids``). So no column is added, an area prefix reads the
counties under it and no other, and a join by id finds the one county that the id is from. The board's own tables (accounts, decisions,
selections) stay the city's. The counties' change marks are inherited by the city's: its pages notice what is committed in a county.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, SQLColumnExpression, column, func, inspect, or_, select, table, text

from data_access.board_tables import BoardChangeMark
from data_access.scope import CODE_LENGTHS, prefix_end
from data_access.tables import CONTRACT, CalendarDay, Table, own_ids

PARTITIONED = tuple(name for name in CONTRACT if name != CalendarDay.__tablename__)
"""The calendar is the country's: the city has its own."""
KEYS = ("area_code", "code", "petition_id", "session_id", "person_id", "id")
"""What says which county a row is from; the first that a table has."""
MARKS = BoardChangeMark.__tablename__


class FederationError(ValueError):
    """The database cannot be put over its counties'; the text (Chinese) says why."""


def server_of(county: str) -> str:
    """The name of a county's foreign server, and of the schema that holds its tables."""
    return f"county_{county}"


def number_from_own_range(connection: Connection, county: str) -> None:
    """From now on a county's own database gives new rows ids from the county's range. Raises :class:`FederationError`.

    Before data are loaded: rows that have an id already keep it, and one outside the range is refused.
    """
    _require_county(county)
    _require_postgresql(connection)
    own = own_ids(county)
    for name in CONTRACT:
        row_id = Table.metadata.tables[name].columns.get("id")
        if row_id is None:
            continue
        if _any_outside(connection, row_id, own[0], own[-1] + 1):
            raise FederationError(f"表 {name} 里已有不在本县号段的编号;请在空库上设定号段,再装入数据")
        newest = select(func.coalesce(func.max(row_id), own[0] - 1)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), newest)))


def federate(connection: Connection, counties: Iterable[str]) -> None:
    """Put a migrated city's database over its counties', whose servers (:func:`server_of`) it knows. Raises :class:`FederationError`.

    In the caller's transaction. Counties that are there already stay as they are, so that one more can be added later.
    """
    _require_postgresql(connection)
    for name in PARTITIONED:
        _partition(connection, name)
    for county in counties:
        _require_county(county)
        if server_of(county) not in inspect(connection).get_schema_names():
            _add(connection, county)


def _partition(connection: Connection, name: str) -> None:
    """The city's own empty table becomes one that is only its counties' partitions, with the same columns."""
    if connection.scalar(text("SELECT relkind FROM pg_class WHERE oid = to_regclass(:name)"), {"name": name}) == "p":
        return
    if connection.execute(select(Table.metadata.tables[name]).limit(1)).first() is not None:
        raise FederationError(f"表 {name} 里已有数据;市级库的业务表须是空的,数据留在各县")
    for statement in (
        f"CREATE TABLE over_counties (LIKE {name}) PARTITION BY RANGE ({_key(name)})",
        f"DROP TABLE {name}",
        f"ALTER TABLE over_counties RENAME TO {name}",
    ):
        connection.execute(text(statement))


def _add(connection: Connection, county: str) -> None:
    schema = server_of(county)
    there = f"SERVER {schema} OPTIONS (schema_name 'public')"
    connection.execute(text(f"CREATE SCHEMA {schema}"))
    for name in PARTITIONED:
        first, end = _bounds(_key(name), county)
        bounds = f"FOR VALUES FROM ('{first}') TO ('{end}')"
        connection.execute(text(f"CREATE FOREIGN TABLE {schema}.{name} PARTITION OF {name} {bounds} {there}"))
        columns = Table.metadata.tables[name].columns
        for key in {_key(name), "id"} & set(columns.keys()):
            found = table(name, column(key, columns[key].type), schema=schema).columns[key]
            if _any_outside(connection, found, *_bounds(key, county)):
                raise FederationError(f"{county} 的表 {name} 里有不在本县代码或号段内的行,不能并入")
    connection.execute(text(f"CREATE FOREIGN TABLE {schema}.{MARKS} () INHERITS ({MARKS}) {there}"))


def _key(name: str) -> str:
    columns = Table.metadata.tables[name].columns
    return next(key for key in KEYS if key in columns)


def _bounds(key: str, county: str) -> tuple[Any, Any]:
    """The first value of a column that is the county's, and the first that is no more."""
    if key in ("area_code", "code"):
        return county, prefix_end(county)
    own = own_ids(county)
    return own[0], own[-1] + 1


def _any_outside(connection: Connection, key: SQLColumnExpression[Any], first: Any, end: Any) -> bool:
    """Whether a row lies outside a county's bounds."""
    return connection.execute(select(key).where(or_(key < first, key >= end)).limit(1)).first() is not None


def _require_postgresql(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        raise FederationError("县库并入市级须用 PostgreSQL")


def _require_county(county: str) -> None:
    if len(county) != CODE_LENGTHS["county"] or not county.isdigit():
        raise FederationError(f"“{county}”不是六位县级代码")

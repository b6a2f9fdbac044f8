"""Wrong passwords, counted in the database, so that any tab, browser or process counts.

Three counts, each of half an hour from its first failure: of a name from one address (after 5 that address waits half an hour for that
name), of all names from one address (after 30 it waits for all), and of a name from all addresses (after 50 only addresses from which that
account has signed in before may try it). So strangers lock nobody out who works where he always does, and many addresses together try no
more than 50 passwords of a name in half an hour, beside five from each of its own.

An attempt is counted before its password is looked at and taken back when it was right: no more are tried than counted, also when they
arrive at the same moment in different processes. A name without an account is counted like one with: all of this looks at no account.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.board_tables import BoardAccount, BoardAttempt
from data_access.kept_secret import kept_secret
from data_access.scope import Scope

LOCK = timedelta(minutes=30)
MOST = 5
"""Wrong passwords of a name from one address."""
MOST_OF_ADDRESS = 30
MOST_OF_NAME = 50
ALL = "*"
IPV6_SITE = 64
"""Bits of an IPv6 address that tell a place from another: the rest a machine chooses for itself, as often as it likes."""


def known_address(text: str | None) -> str:
    """A client's address as it is kept; '' for one that is not known: none, this machine's own, or no address at all."""
    try:
        address = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return "" if address.is_loopback else str(address)


def _counted_address(address: str) -> str:
    return address if ":" not in address else str(ipaddress.ip_network(f"{address}/{IPV6_SITE}", strict=False).network_address)


def _digest(connection: Connection, name: str) -> str:
    key = kept_secret(connection, "attempt_key")
    return hmac.new(key.encode(), name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Attempt:
    """What the counts say of one attempt.

    ``failed``: the how many-eth of this name from this address, should it be wrong. ``locked_until``: its password is not looked at.
    ``is_first``: the first that met this lock (the audit need not say it of each). ``stopped_until``: too many have tried this name from
    everywhere; only an address that the account knows may.
    """

    failed: int = 0
    locked_until: datetime | None = None
    is_first: bool = False
    stopped_until: datetime | None = None

    @property
    def left(self) -> int:
        return max(0, MOST - self.failed)


def counted(connection: Connection, name: str, address: str, now: datetime) -> Attempt:
    """Counts one attempt in the caller's transaction. ``address`` '' is known to nobody and so counted for no address."""
    digest, place = _digest(connection, name), _counted_address(address)
    whole = (ALL, place)
    if place and _is_full(connection, whole, MOST_OF_ADDRESS, now):
        failed, until = _one_more(connection, whole, MOST_OF_ADDRESS, now)
        return Attempt(locked_until=until, is_first=failed == MOST_OF_ADDRESS + 1)
    failed, until = _one_more(connection, (digest, place), MOST, now)
    if failed > MOST:
        return Attempt(locked_until=until, is_first=failed == MOST + 1)
    if place:
        of_address, until_of_address = _one_more(connection, whole, MOST_OF_ADDRESS, now)
        if of_address > MOST_OF_ADDRESS:  # others of this address came at the same moment
            return Attempt(locked_until=until_of_address)
    of_name, until_of_name = _one_more(connection, (digest, ALL), MOST_OF_NAME, now)
    return Attempt(failed, stopped_until=until_of_name if of_name > MOST_OF_NAME else None)


def _row(key: tuple[str, str]) -> ColumnElement[bool]:
    return and_(BoardAttempt.name_digest == key[0], BoardAttempt.address == key[1])


def _is_full(connection: Connection, key: tuple[str, str], most: int, now: datetime) -> bool:
    full = select(BoardAttempt.failed).where(_row(key), BoardAttempt.failed >= most, BoardAttempt.until > now)
    return connection.scalar(full) is not None


def _one_more(connection: Connection, key: tuple[str, str], most: int, now: datetime) -> tuple[int, datetime]:
    """One statement, so that two that arrive together get two numbers. The one that reaches ``most`` begins the lock, later ones leave its
    end alone; after the end the next counts from one."""
    end = literal(now + LOCK, BoardAttempt.until.type)  # to the second, as SQLite compares it
    is_over = BoardAttempt.until <= literal(now, BoardAttempt.until.type)
    changed = {
        "failed": case((is_over, 1), else_=BoardAttempt.failed + 1),
        "until": case((or_(is_over, BoardAttempt.failed == most - 1), end), else_=BoardAttempt.until),
    }
    new = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(BoardAttempt)
    values = {"name_digest": key[0], "address": key[1], "failed": 1, "until": now + LOCK}
    statement = new.values(values).on_conflict_do_update(index_elements=["name_digest", "address"], set_=changed)
    row = connection.execute(statement.returning(BoardAttempt.failed, BoardAttempt.until)).one()
    return int(row[0]), row[1]


def taken_back(connection: Connection, name: str, address: str) -> None:
    """The password was right: the name's failures from here are forgotten, of the other counts this one attempt."""
    digest, place = _digest(connection, name), _counted_address(address)
    connection.execute(delete(BoardAttempt).where(_row((digest, place))))
    for key in ((ALL, place), (digest, ALL)):
        fewer = update(BoardAttempt).where(_row(key), BoardAttempt.failed > 0)
        connection.execute(fewer.values(failed=BoardAttempt.failed - 1))


def forget_name(connection: Connection, name: str) -> None:
    """Unlocks a name wherever it was tried from."""
    connection.execute(delete(BoardAttempt).where(BoardAttempt.name_digest == _digest(connection, name)))


def forget_address(connection: Connection, address: str) -> None:
    """Unlocks an address for all names."""
    connection.execute(delete(BoardAttempt).where(_row((ALL, _counted_address(address)))))


def pruned(database: Engine, now: datetime) -> None:
    """Drops what counts no more."""
    with database.begin() as connection:
        connection.execute(delete(BoardAttempt).where(BoardAttempt.until <= now))


LOCK_COLUMNS = ("username", "address", "failed", "is_locked", "until")


def attempts_now(scope: Scope, connection: Connection, now: datetime) -> pd.DataFrame:
    """Names and addresses that failures count against, the locked ones first, for whoever may unlock them; nothing without that right.

    Grain: account and address. Columns: username (ALL for every name of an address; names without an account are left out), address (ALL
    for every address of a name), failed, is_locked, until. An address is shown only to who may unlock the whole county's.
    """
    if not scope.may_grant:
        return pd.DataFrame(columns=list(LOCK_COLUMNS))
    rows = connection.execute(select(BoardAttempt).where(BoardAttempt.until > now, BoardAttempt.failed > 0)).all()
    names = {_digest(connection, name): name for name, area in _accounts(connection) if scope.covers(area)}
    if scope.area == "":
        names[ALL] = ALL
    found = [
        (names[row.name_digest], row.address, row.failed, row.failed >= _most(row.name_digest, row.address), row.until)
        for row in rows
        if row.name_digest in names
    ]
    table = pd.DataFrame(found, columns=list(LOCK_COLUMNS))
    return table.sort_values(["is_locked", "until"], ascending=False, kind="stable").reset_index(drop=True)


def _accounts(connection: Connection) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(select(BoardAccount.username, BoardAccount.area_prefix))]


def _most(name_digest: str, address: str) -> int:
    return MOST_OF_ADDRESS if name_digest == ALL else MOST_OF_NAME if address == ALL else MOST

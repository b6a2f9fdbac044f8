"""Who may sign in, with which rights: the account table and the rules for its passwords.

Roles and their rights. A role gives the defaults; an account can be given other rights one by one, but for the last three roles.

================ ============ ===== ========== ====== ============================================
role             名称         names restricted export duty
================ ============ ===== ========== ====== ============================================
leader           县领导       yes   no         yes
organisation     组织部       yes   no         yes
petition_office  信访局       yes   yes        yes
political_legal  政法委       yes   no         yes
township         乡镇         yes   no         yes
administrator    系统管理员   no    no         no     accounts, ledgers, the database
security         安全管理员   no    no         no     grants role, area and rights; locks, sessions
auditor          审计员       no    no         yes    reads, searches and exports the audit
wall             大屏         no    no         no
reporter         填报         yes   no         no     tells of the nights of its own township or village, nothing else
================ ============ ===== ========== ====== ============================================

检举控告 petitions are held by the petition office alone (信访工作条例 art. 30); whoever keeps accounts sees no names.

三员分立: a duty belongs to a role and is never given singly. A new account, a password that somebody else has set and a new name for the
single sign-on open nothing until a security administrator has granted (again) what the account may do, so that who makes the key and who
says what it opens are two; nobody changes the grant of his own account. The audit is append-only for all of them. Who has the server's
command line (``python -m data_access account``) stands above the three: what he does is granted at once, and in the audit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import bcrypt
import pandas as pd
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access.attempts import forget_address, forget_name
from data_access.audit import Action, hold_the_end, record
from data_access.board_tables import BoardAccount, BoardProperty, BoardSession
from data_access.kept_secret import kept_secret
from data_access.scope import CODE_LENGTHS, Scope
from data_access.tables import Area

SHORTEST_PASSWORD, LEAST_CLASSES = 10, 3
PASSWORD_RULE = f"至少 {SHORTEST_PASSWORD} 个字符,含大写、小写、数字、其他字符中的三类"
LONGEST_PASSWORD_BYTES = 72
"""bcrypt reads no further, and bcrypt 5 raises; so a longer password is refused, never cut."""
ROUNDS = 12
"""bcrypt's work: 2^12, about a quarter of a second."""

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")


class Role(StrEnum):
    LEADER = "leader"
    ORGANISATION = "organisation"
    PETITION_OFFICE = "petition_office"
    POLITICAL_LEGAL = "political_legal"
    TOWNSHIP = "township"
    ADMINISTRATOR = "administrator"
    SECURITY = "security"
    AUDITOR = "auditor"
    WALL = "wall"
    REPORTER = "reporter"


ROLE_NAMES = {
    Role.LEADER: "县领导",
    Role.ORGANISATION: "组织部",
    Role.PETITION_OFFICE: "信访局",
    Role.POLITICAL_LEGAL: "政法委",
    Role.TOWNSHIP: "乡镇",
    Role.ADMINISTRATOR: "系统管理员",
    Role.SECURITY: "安全管理员",
    Role.AUDITOR: "审计员",
    Role.WALL: "大屏",
    Role.REPORTER: "填报",
}

_OFFICE = {"may_see_names": True, "may_see_restricted": False, "may_export": True}
_NOTHING = dict.fromkeys(_OFFICE, False)
DEFAULT_RIGHTS: Mapping[Role, Mapping[str, bool]] = {
    Role.LEADER: _OFFICE,
    Role.ORGANISATION: _OFFICE,
    Role.PETITION_OFFICE: _OFFICE | {"may_see_restricted": True},
    Role.POLITICAL_LEGAL: _OFFICE,
    Role.TOWNSHIP: _OFFICE,
    Role.ADMINISTRATOR: _NOTHING,
    Role.SECURITY: _NOTHING,
    Role.AUDITOR: _NOTHING | {"may_export": True},
    Role.WALL: _NOTHING,
    Role.REPORTER: _NOTHING | {"may_see_names": True},
}
CALLERS = frozenset({Role.LEADER, Role.ORGANISATION, Role.TOWNSHIP})
"""Roles that call whoever is on duty tonight, and see these numbers without asking for each; every number seen is in the audit."""
RIGHTS = tuple(_OFFICE)
RIGHT_NAMES = {"may_see_names": "看姓名", "may_see_restricted": "看检举控告", "may_export": "导出"}
FIXED = frozenset({Role.SECURITY, Role.AUDITOR, Role.WALL, Role.REPORTER})
"""Roles that no right is added to or taken from."""
DUTIES: Mapping[Role, Mapping[str, bool]] = {
    Role.ADMINISTRATOR: {"may_administer": True},
    Role.SECURITY: {"may_grant": True},
    Role.AUDITOR: {"may_audit": True},
}


class AccountError(ValueError):
    """Something about an account cannot be done; the text (Chinese) says what and what to do."""


@dataclass(frozen=True)
class Account:
    """One account as the table has it now. Until it ``is_granted`` its scope is nobody's, whatever role is meant for it."""

    username: str
    display_name: str
    role: Role
    scope: Scope
    password_changed_at: datetime
    disabled_at: datetime | None = None
    is_granted: bool = True


# --- passwords ----------------------------------------------------------------------------------------------------

_CLASSES = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^a-zA-Z0-9]"))


def password_fault(password: str) -> str | None:
    """What is wrong with a new password, in words; None where it satisfies the rule (≥10 characters of 3 classes, 等保)."""
    if password != password.strip():
        return "密码首尾不能有空格"
    if len(password) < SHORTEST_PASSWORD:
        return f"密码至少 {SHORTEST_PASSWORD} 个字符"
    if len(password.encode()) > LONGEST_PASSWORD_BYTES:
        return f"密码过长,最多 {LONGEST_PASSWORD_BYTES} 字节(一个汉字占 3 字节)"
    if "\x00" in password:
        return "密码含有不能使用的字符"
    if sum(bool(kind.search(password)) for kind in _CLASSES) < LEAST_CLASSES:
        return "密码须含小写字母、大写字母、数字、其他字符中的至少三类"
    return None


def hash_of(password: str) -> str:
    """The bcrypt hash to keep. Raises :class:`AccountError` where the password breaks the rule."""
    fault = password_fault(password)
    if fault:
        raise AccountError(fault)
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


def password_matches(password: str, password_hash: str) -> bool:
    """Whether the password belongs to the hash. Takes bcrypt's time for any input, also one too long to be right."""
    entered = password.encode("utf-8", "replace")
    matches = bcrypt.checkpw(entered[:LONGEST_PASSWORD_BYTES].replace(b"\x00", b"?"), password_hash.encode())
    return matches and len(entered) <= LONGEST_PASSWORD_BYTES and b"\x00" not in entered


# --- the table ----------------------------------------------------------------------------------------------------

ACCOUNT_COLUMNS = (
    BoardAccount.username,
    BoardAccount.display_name,
    BoardAccount.role,
    BoardAccount.area_prefix,
    BoardAccount.may_see_names,
    BoardAccount.may_see_restricted,
    BoardAccount.may_export,
    BoardAccount.password_changed_at,
    BoardAccount.disabled_at,
    BoardAccount.granted_at,
    BoardAccount.sign_on,
)


def normal_username(username: str) -> str:
    return username.strip().lower()


UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Categories of signs that nobody sees: they turn what follows round, and make two names look alike."""


def seen(text: str) -> str:
    """What somebody gives as a name, on one line. Raises :class:`AccountError` where it has signs that nobody sees."""
    name = " ".join(text.split())
    if any(unicodedata.category(sign) in UNSEEN for sign in name):
        raise AccountError("填写的内容里有看不见的字符,请重新输入")
    return name


def account_in(row: Any) -> Account:
    """Of a row of :data:`ACCOUNT_COLUMNS`. Raises ValueError for a role this program does not know."""
    role = Role(row.role)
    granted = Scope(row.area_prefix, row.may_see_names, row.may_see_restricted, row.may_export, **DUTIES.get(role, {}))
    return Account(
        username=row.username,
        display_name=row.display_name,
        role=role,
        scope=Scope() if row.granted_at is None else granted,
        password_changed_at=row.password_changed_at,
        disabled_at=row.disabled_at,
        is_granted=row.granted_at is not None,
    )


def account_named(connection: Connection, username: str) -> Account | None:
    """The account as the table has it now; None where there is none. Raises ValueError for a role this program does not know."""
    row = connection.execute(select(*ACCOUNT_COLUMNS).where(BoardAccount.username == normal_username(username))).one_or_none()
    return None if row is None else account_in(row)


def accounts(scope: Scope, connection: Connection) -> pd.DataFrame:
    """All accounts, one row each, for whoever keeps, grants or audits them; no rows for anybody else.

    Columns: username, display_name, role, area_prefix, the three rights, password_changed_at, disabled_at, granted_at, sign_on. Password
    hashes never leave the table.
    """
    query = select(*ACCOUNT_COLUMNS).order_by(BoardAccount.username)
    rows = connection.execute(query).all() if scope.may_administer or scope.may_grant or scope.may_audit else []
    return pd.DataFrame(rows, columns=[column.key for column in ACCOUNT_COLUMNS])


def _existing(connection: Connection, username: str) -> Account:
    account = account_named(connection, username)
    if account is None:
        raise AccountError(f"没有账号“{normal_username(username)}”")
    return account


def _checked_area(connection: Connection, role: Role, area: str) -> str:
    if area and connection.scalar(select(Area.code).where(Area.code == area)) is None:
        raise AccountError(f"没有代码为“{area}”的地区")
    if role is Role.TOWNSHIP and not area:
        raise AccountError("乡镇账号须指定地区代码(--area)")
    if role is Role.REPORTER and len(area) not in (CODE_LENGTHS["township"], CODE_LENGTHS["village"]):
        raise AccountError("填报账号的范围须是一个乡镇或村")
    return area


def _checked_rights(role: Role, rights: Mapping[str, bool] | None) -> dict[str, bool]:
    given = dict(DEFAULT_RIGHTS[role]) | dict(rights or {})
    unknown = set(given) - set(RIGHTS)
    if unknown:
        raise AccountError(f"没有权限“{'、'.join(sorted(unknown))}”,可用:{'、'.join(RIGHTS)}")
    if role in FIXED and given != dict(DEFAULT_RIGHTS[role]):
        raise AccountError(f"{ROLE_NAMES[role]}的权限是固定的,不能另外增减")
    return given


def hold_duty(connection: Connection, known: Account) -> None:
    """Before an administrator's act, in its transaction: those who act follow one another, and each may still what he might when he was
    last asked about. Else two could take each other's duty in one moment, and nobody would be left. What others record waits meanwhile, a
    quarter of a second where a password is made. Raises :class:`AccountError`."""
    hold_the_end(connection)
    now = account_named(connection, known.username)
    if now is None or now.disabled_at is not None or (now.role, now.scope) != (known.role, known.scope):
        raise AccountError("您的账号刚刚被停用或改了权限,请刷新页面")


def add_account(
    connection: Connection,
    username: str,
    display_name: str,
    role: Role,
    password: str,
    *,
    now: datetime,
    area: str = "",
    rights: Mapping[str, bool] | None = None,
    by: str,
    granted: bool = True,
) -> Account:
    """Adds an account. ``rights`` changes single defaults of the role; ``by`` stands in the audit. Without ``granted`` role, area and
    rights are what a security administrator is asked for. Raises :class:`AccountError`."""
    name = normal_username(username)
    if not USERNAME.fullmatch(name):
        raise AccountError("账号名须为 2–32 个小写字母、数字或 . _ -,以字母或数字开头")
    if account_named(connection, name) is not None:
        raise AccountError(f"账号“{name}”已存在")
    values = {
        "username": name,
        "display_name": seen(display_name) or name,
        "role": role.value,
        "area_prefix": _checked_area(connection, role, area),
        "password_hash": hash_of(password),
        "password_changed_at": now,
        "created_at": now,
        "granted_at": now if granted else None,
        **_checked_rights(role, rights),
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(BoardAccount), values)
    except IntegrityError as error:  # another process was quicker
        raise AccountError(f"账号“{name}”已存在") from error
    record(connection, by, Action.ACCOUNT, now, f"新增 {name}({ROLE_NAMES[role]},{area or '全部'}{'' if granted else ',待授权'})")
    return _existing(connection, name)


def _change(connection: Connection, username: str, values: dict[str, Any], *, now: datetime, by: str, what: str) -> Account:
    account = _existing(connection, username)
    connection.execute(update(BoardAccount).where(BoardAccount.username == account.username).values(values))
    record(connection, by, Action.ACCOUNT, now, f"{what} {account.username}")
    return _existing(connection, username)


def set_password(connection: Connection, username: str, password: str, *, now: datetime, by: str, granted: bool = True) -> Account:
    """A new password; every session and cookie from before it ends. Also opens locks. Without ``granted`` the grant waits to be given
    again: who sets another's password could sign in with it."""
    name = normal_username(username)
    if not granted and by == name:
        raise AccountError("自己的密码请用右上角账号菜单里的“修改密码”")
    values = {"password_hash": hash_of(password), "password_changed_at": now, **({} if granted else {"granted_at": None})}
    changed = _change(connection, name, values, now=now, by=by, what="改密码" if granted else "改密码(待重新授权)")
    forget_name(connection, name)
    return changed


def set_sign_on(connection: Connection, username: str, sign_on: str, *, now: datetime, by: str, granted: bool = True) -> Account:
    """Which person of the county's single sign-on this account is; empty: none. It is a way in as a password is: what was open ends."""
    name, found = normal_username(username), sign_on.strip() or None
    seen(found or "")
    other = found and connection.scalar(select(BoardAccount.username).where(BoardAccount.sign_on == found, BoardAccount.username != name))
    if other:
        raise AccountError(f"这个统一登录标识已属于账号“{other}”")
    if not granted and by == name:
        raise AccountError("自己的统一登录标识请由另一位系统管理员设置")
    values = {"sign_on": found, **({} if granted or found is None else {"granted_at": None})}
    open_before = update(BoardSession).where(BoardSession.username == name, BoardSession.ended_at.is_(None))
    connection.execute(open_before.values(ended_at=now, ended_by=by))
    what = "清除统一登录标识" if found is None else "设统一登录标识" if granted else "设统一登录标识(待重新授权)"
    return _change(connection, name, values, now=now, by=by, what=what)


def set_role(
    connection: Connection,
    username: str,
    *,
    now: datetime,
    by: str,
    role: Role | None = None,
    area: str | None = None,
    rights: Mapping[str, bool] | None = None,
) -> Account:
    """Grants role, area and single rights, those it has where none are given; in force at the account's next rerun. A new role starts from
    its own defaults."""
    account = _existing(connection, username)
    if by == account.username:
        raise AccountError("自己的角色和权限请由另一位安全管理员更改")
    row = connection.execute(select(*ACCOUNT_COLUMNS).where(BoardAccount.username == account.username)).one()
    new_role = role or account.role
    kept = {name: getattr(row, name) for name in RIGHTS} if new_role is account.role else {}
    values: dict[str, Any] = {
        "role": new_role.value,
        "area_prefix": _checked_area(connection, new_role, row.area_prefix if area is None else area),
        **_checked_rights(new_role, kept | dict(rights or {})),
    }
    said = ",".join(f"{key}={value}" for key, value in values.items())
    return _change(connection, username, values | {"granted_at": now}, now=now, by=by, what=f"授权({said})")


def disable(connection: Connection, username: str, *, now: datetime, by: str) -> Account:
    """No further sign-in, and what is open closes at its next rerun."""
    if by == normal_username(username):
        raise AccountError("不能停用自己")
    return _change(connection, username, {"disabled_at": now}, now=now, by=by, what="停用")


def enable(connection: Connection, username: str, *, now: datetime, by: str) -> Account:
    return _change(connection, username, {"disabled_at": None}, now=now, by=by, what="启用")


def unlock(connection: Connection, username: str, *, now: datetime, by: str) -> Account:
    """Forgets the wrong passwords of an account, wherever they were tried."""
    account = _existing(connection, username)
    forget_name(connection, account.username)
    record(connection, by, Action.ACCOUNT, now, f"解锁 {account.username}")
    return account


def unlock_address(connection: Connection, address: str, *, now: datetime, by: str) -> None:
    """Forgets the wrong passwords that were tried from an address, of all names."""
    forget_address(connection, address)
    record(connection, by, Action.ACCOUNT, now, f"解锁地址 {address}")


# --- the demo county's accounts -----------------------------------------------------------------------------------

DEMO_PASSWORD = "Kanban-2026"  # noqa: S105
"""Documented on the login page of a demo database, and refused by the rule nowhere: 11 characters of 4 classes."""

DEMO_ACCOUNTS = (
    ("shuji", "县委书记", Role.LEADER),
    ("zuzhibu", "组织部", Role.ORGANISATION),
    ("xinfangju", "信访局", Role.PETITION_OFFICE),
    ("zhengfawei", "政法委", Role.POLITICAL_LEGAL),
    ("xiangzhen", "乡镇书记", Role.TOWNSHIP),
    ("guanli", "系统管理员", Role.ADMINISTRATOR),
    ("anquan", "安全管理员", Role.SECURITY),
    ("shenji", "审计员", Role.AUDITOR),
    ("daping", "大屏", Role.WALL),
    ("tianbao", "乡镇填报", Role.REPORTER),
)
OF_A_TOWNSHIP = frozenset({Role.TOWNSHIP, Role.REPORTER})


def county_name(connection: Connection) -> str | None:
    """The county's name for the login page and the header; None where the database holds none or several (a city)."""
    names = connection.scalars(select(Area.name).where(Area.level == "county", Area.ranked.is_not(False)).limit(2)).all()
    return names[0] if len(names) == 1 else None


def is_demo(connection: Connection) -> bool:
    """Whether this database holds the fictional county (``board_property`` name ``demo``)."""
    return connection.scalar(select(BoardProperty.value).where(BoardProperty.name == "demo")) is not None


def add_demo_accounts(connection: Connection, *, now: datetime) -> list[str]:
    """Adds the demo accounts that are missing; returns their names. Raises :class:`AccountError` outside a demo database."""
    if not is_demo(connection):
        raise AccountError("演示账号只能建在演示库里(python -m ingest demo)")
    first_township = connection.scalar(select(func.min(Area.code)).where(Area.level == "township", Area.ranked.is_not(False)))
    added = []
    for username, display_name, role in DEMO_ACCOUNTS:
        if account_named(connection, username) is None and not (role in OF_A_TOWNSHIP and first_township is None):
            area = first_township or "" if role in OF_A_TOWNSHIP else ""
            add_account(connection, username, display_name, role, DEMO_PASSWORD, now=now, area=area, by="演示库")
            added.append(username)
    return added


def cookie_key(connection: Connection) -> str:
    """The key that signs the sign-in cookies."""
    return kept_secret(connection, "cookie_key")

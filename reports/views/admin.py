"""管理 as it is read: accounts, what was done, what was loaded and refused, how full the database is. None of it leaves the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd

from metrics.wording import is_missing, moment_text, whole
from reports.tables import Column, Kind, Table, table

Names = Mapping[Any, str]
"""Words by what stands in the database; of an unknown word the word itself is shown."""

_reading_table = partial(table, conclusion="", may_leave=False)


# --- accounts ---------------------------------------------------------------------------------------------------------

ACCOUNT_COLUMNS = (
    Column("username", "账号", tight=True),
    Column("display_name", "名称", tight=True),
    Column("role_name", "角色", tight=True),
    Column("place", "范围", tight=True),
    Column("state", "状态", tight=True),
    Column("rights", "权限"),
    Column("password_changed_at", "密码更改于", Kind.TIMESTAMP, tight=True),
)


def is_locked(account: Mapping[Any, Any], now: datetime) -> bool:
    """Whether an account may not sign in for a while, after too many wrong passwords."""
    return not is_missing(account["locked_until"]) and bool(now < account["locked_until"])


def account_state(account: Mapping[Any, Any], now: datetime) -> str:
    """停用(11月3日 09:00), 锁定至 09:15, 正常,失败 2 次, 正常."""
    if not is_missing(account["disabled_at"]):
        return f"停用({moment_text(account['disabled_at'])})"
    if is_locked(account, now):
        return f"锁定至 {account['locked_until']:%H:%M}"
    return f"正常,失败 {account['failed_attempts']} 次" if account["failed_attempts"] else "正常"


def account_table(accounts: pd.DataFrame, places: Names, roles: Names, rights: Names, now: datetime) -> Table:
    """``accounts``: see ``data_access.accounts.accounts``; ``rights``: the words of its columns of rights."""
    rows = [
        {
            **row,
            "role_name": roles.get(row["role"], row["role"]),
            "place": places.get(row["area_prefix"], row["area_prefix"]),
            "state": account_state(row, now),
            "rights": "、".join(words for name, words in rights.items() if row[name]) or "只看",
        }
        for row in accounts.to_dict("records")
    ]
    return _reading_table("账号", ACCOUNT_COLUMNS, rows, empty="还没有账号")


# --- the audit --------------------------------------------------------------------------------------------------------

AUDIT_COLUMNS = (
    Column("moment", "时间", tight=True),
    Column("username", "账号", tight=True),
    Column("action_name", "动作", tight=True),
    Column("detail", "内容"),
)


def audit_table(entries: pd.DataFrame, actions: Names) -> Table:
    """``entries``: see ``data_access.administration.audit_page``."""
    rows = [
        {**row, "moment": f"{row['at']:%Y-%m-%d %H:%M:%S}", "action_name": actions.get(row["action"], row["action"])}
        for row in entries.to_dict("records")
    ]
    return _reading_table("审计", AUDIT_COLUMNS, rows, empty="这段时间没有符合的记录")


# --- ledgers ----------------------------------------------------------------------------------------------------------

FAULT_COLUMNS = (
    Column("place", "位置", tight=True),
    Column("column", "列", tight=True),
    Column("value", "填的内容"),
    Column("reason", "问题"),
)
IMPORT_COLUMNS = (
    Column("id", "编号", tight=True),
    Column("loaded_at", "装入时间", Kind.TIMESTAMP, tight=True),
    Column("ledger", "台账", tight=True),
    Column("file_name", "文件"),
    Column("loaded_by", "装入人", tight=True),
    Column("rows_total", "共", Kind.COUNT),
    Column("rows_added", "新增", Kind.COUNT),
    Column("rows_changed", "更新", Kind.COUNT),
    Column("rows_same", "已有", Kind.COUNT),
    Column("rows_refused", "退回", Kind.COUNT),
    Column("state", "撤销", tight=True),
)
MOST_UNITS = 12


def fault_table(faults: Sequence[Mapping[str, Any]]) -> Table:
    """What is wrong with a file that was checked: place (sheet and cell), row, column, value, reason of each fault."""
    return _reading_table("有问题的行", FAULT_COLUMNS, [{**fault, "place": _place(fault)} for fault in faults])


def _place(fault: Mapping[Any, Any]) -> str:
    return str(fault["row"] if is_missing(fault["place"]) or not fault["place"] else fault["place"])


def understood_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """The first rows of a file as they were understood."""
    columns = tuple(Column(f"c{place}", title, tight=True) for place, title in enumerate(titles))
    listed = [{f"c{place}": value for place, value in enumerate(row)} for row in rows]
    return _reading_table("读懂的前几行", columns, listed, empty="没有读懂的行")


def reading_sentences(told: Mapping[str, Any]) -> list[str]:
    """What was read of a file and what was not. ``told``: the preview of the answer."""
    found = ["已读:" + ";".join(f"{each['name']} {whole(each['rows'])} 行" for each in told["sheets"])] if told["sheets"] else []
    if told["first"]:
        days = told["first"] if told["first"] == told["last"] else f"{told['first']} 至 {told['last']}"
        units = "、".join(told["units"][:MOST_UNITS]) + (f" 等 {len(told['units'])} 个" if len(told["units"]) > MOST_UNITS else "")
        found.append(f"日期 {days};单位 {units or '—'};涉及 {whole(told['people'])} 人")
    return found


def refused_table(rows: pd.DataFrame) -> Table:
    """The refused rows of a load. ``rows``: see ``data_access.imports.refused_rows``."""
    listed = rows.rename(columns={"row_number": "row", "column_title": "column"}).to_dict("records")
    faults = [{**fault, "place": _place(fault)} for fault in listed]
    return _reading_table("退回的行", FAULT_COLUMNS, faults, empty="这次退回的行涉及检举控告,本账号不显示")


def import_table(log: pd.DataFrame, ledgers: Names) -> Table:
    """``log``: see ``data_access.imports.imports``."""
    rows = [
        {
            **row,
            "ledger": ledgers.get(row["kind"], row["kind"]),
            "state": _undone(row),
        }
        for row in log.to_dict("records")
    ]
    return _reading_table("装入记录", IMPORT_COLUMNS, rows, empty="还没有装入过台账")


def wrote(row: Mapping[Any, Any]) -> bool:
    return bool(row["rows_added"] + row["rows_changed"])


def _undone(row: Mapping[Any, Any]) -> str:
    """管理员 10月8日 09:00 where it has been taken back; 不能撤销 where what stood before was not kept."""
    if not is_missing(row["undone_at"]):
        return f"{row['undone_by']} {moment_text(row['undone_at'])}"
    return NOT_UNDOABLE if wrote(row) and not row["has_journal"] else ""


NOT_UNDOABLE = "不能撤销"


def loads_with_refused(log: pd.DataFrame, ledgers: Names) -> dict[int, str]:
    """By id: 12 · 住夜 · 10月.xlsx · 退回 3 行."""
    return {int(row["id"]): _named(row, ledgers, f"退回 {row['rows_refused']} 行") for row in log.to_dict("records") if row["rows_refused"]}


def loads_to_undo(log: pd.DataFrame, ledgers: Names) -> dict[int, str]:
    """By id, those that stand, wrote something and kept what stood before: 12 · 住夜 · 10月.xlsx · 新增 30,更新 2."""
    return {
        int(row["id"]): _named(row, ledgers, f"新增 {row['rows_added']},更新 {row['rows_changed']}")
        for row in log.to_dict("records")
        if is_missing(row["undone_at"]) and wrote(row) and row["has_journal"]
    }


def _named(row: Mapping[Any, Any], ledgers: Names, what: str) -> str:
    return f"{row['id']} · {ledgers.get(row['kind'], row['kind'])} · {row['file_name']} · {what}"


def loads_without_journal(log: pd.DataFrame) -> str:
    """A sentence about the loadings that cannot be taken back; empty where there is none."""
    older = [str(row["id"]) for row in log.to_dict("records") if is_missing(row["undone_at"]) and wrote(row) and not row["has_journal"]]
    if not older:
        return ""
    return f"编号 {'、'.join(older)} 装入时还没有保留原值,不能撤销;个别行装错了,用上面的“更正”逐项改。"


CORRECTION_COLUMNS = (Column("correction", "旧值 → 新值"),)


def correction_table(changes: Sequence[str]) -> Table:
    """What a file would correct, row by row."""
    return _reading_table("要更正的行", CORRECTION_COLUMNS, [{"correction": each} for each in changes], empty="没有与库里不同的行")


# --- the database -----------------------------------------------------------------------------------------------------

DATABASE_COLUMNS = (
    Column("content", "内容", tight=True),
    Column("table_name", "数据表", tight=True),
    Column("rows", "行数", Kind.COUNT),
    Column("newest", "最新录入", Kind.TIMESTAMP, tight=True),
    Column("age", "距今", tight=True),
)


def database_table(facts: pd.DataFrame, names: Names, now: datetime) -> Table:
    """``facts``: see ``data_access.administration.table_facts``."""
    rows = [{**row, "content": names.get(row["table_name"], ""), "age": _age(row["newest"], now)} for row in facts.to_dict("records")]
    return _reading_table("数据表", DATABASE_COLUMNS, rows)


def _age(newest: Any, now: datetime) -> str:
    """40 分钟, 30 小时, 5 天; empty where a table does not say."""
    if is_missing(newest):
        return ""
    hours = max(0.0, (now - newest).total_seconds() / 3600)
    return f"{hours * 60:.0f} 分钟" if hours < 1 else f"{hours:.0f} 小时" if hours < 72 else f"{hours / 24:.0f} 天"

"""管理 as it is read: accounts, what was done, what was loaded and refused, how full the database is. None of it leaves the board
but the audit."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

import pandas as pd

from metrics.wording import is_missing, moment_text, whole
from reports.tables import Column, Kind, Table, table

Names = Mapping[Any, str]
"""Words by what stands in the database; of an unknown word the word itself is shown."""

reading_table = partial(table, conclusion="", may_leave=False)
"""A table of the administration: no conclusion, and it leaves in no file."""


# --- accounts ---------------------------------------------------------------------------------------------------------

ACCOUNT_COLUMNS = (
    Column("username", "账号", head="账号 · 名称", small=("display_name",)),
    Column("display_name", "名称", screen=False),
    Column("role_name", "角色", head="角色 · 范围", small=("place",)),
    Column("place", "范围", screen=False),
    Column("state", "状态", tight=True),
    Column("rights", "权限"),
    Column("password_changed_at", "密码更改于", Kind.TIMESTAMP, tight=True, phone=False),
)


def account_state(account: Mapping[Any, Any]) -> str:
    """停用(11月3日 09:00), 待授权, 正常."""
    if not is_missing(account["disabled_at"]):
        return f"停用({moment_text(account['disabled_at'])})"
    return "待授权" if is_missing(account["granted_at"]) else "正常"


def account_table(accounts: pd.DataFrame, places: Names, roles: Names, rights: Names) -> Table:
    """``accounts``: see ``data_access.accounts.accounts``; ``rights``: the words of its columns of rights."""
    rows = [
        {
            **row,
            "role_name": roles.get(row["role"], row["role"]),
            "place": places.get(row["area_prefix"], row["area_prefix"]),
            "state": account_state(row),
            "rights": "、".join(words for name, words in rights.items() if row[name]) or "无",
        }
        for row in accounts.to_dict("records")
    ]
    return reading_table("账号", ACCOUNT_COLUMNS, rows, empty="还没有账号")


# --- sessions ---------------------------------------------------------------------------------------------------------

SESSION_COLUMNS = (
    Column("username", "账号", head="账号 · 名称", small=("display_name",)),
    Column("display_name", "名称", screen=False),
    Column("place", "来自", head="来自 · 设备", small=("machine",)),
    Column("machine", "设备", screen=False),
    Column("seen_at", "最近操作", Kind.TIMESTAMP, small=("started_at",)),
    Column("started_at", "登录", Kind.TIMESTAMP, words="{} 登录", screen=False),
)
HERE = "本机或不明"
"""Where an address is not known."""


def session_table(sessions: pd.DataFrame) -> Table:
    """``sessions``: see ``data_access.sessions.open_sessions``."""
    rows = [{**row, "place": row["address"] or HERE, "machine": device_words(row["device"])} for row in sessions.to_dict("records")]
    return reading_table("会话", SESSION_COLUMNS, rows, empty="现在没有人登录")


def sessions_to_end(sessions: pd.DataFrame) -> dict[str, str]:
    """By token digest: shuji · 10.1.2.3 · 11月3日 09:00 登录 · Windows · Chrome."""
    return {
        str(row["token_digest"]): " · ".join(
            [row["username"], row["address"] or HERE, f"{moment_text(row['started_at'])} 登录", device_words(row["device"])]
        )
        for row in sessions.to_dict("records")
    }


SYSTEMS = {
    "HarmonyOS": "鸿蒙",
    "Android": "安卓",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
BROWSERS = {
    "MicroMessenger": "微信",
    "DingTalk": "钉钉",
    "QQBrowser": "QQ浏览器",
    "360SE": "360浏览器",
    "QIHU": "360浏览器",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""What a browser calls itself; the first that is found says most: nearly all also call themselves Chrome and Safari."""


def device_words(user_agent: str) -> str:
    """Windows · Edge; 不明 where a browser does not say."""
    found = [next((words for sign, words in signs.items() if sign in user_agent), "") for signs in (SYSTEMS, BROWSERS)]
    return " · ".join(word for word in found if word) or "不明"


ATTEMPT_COLUMNS = (
    Column("name", "账号", tight=True),
    Column("place", "来自", tight=True),
    Column("failed", "密码不对", Kind.COUNT, "次"),
    Column("state", "状态"),
)


def attempt_table(attempts: pd.DataFrame, everyone: str) -> Table:
    """``attempts``: see ``data_access.attempts.attempts_now``; ``everyone`` stands in it for all names or all addresses."""
    rows = [
        {
            **row,
            "name": "所有账号" if row["username"] == everyone else row["username"],
            "place": "所有地址" if row["address"] == everyone else row["address"] or HERE,
            "state": f"锁定至 {row['until']:%H:%M}" if row["is_locked"] else f"计到 {row['until']:%H:%M}",
        }
        for row in attempts.to_dict("records")
    ]
    return reading_table("试错和锁定", ATTEMPT_COLUMNS, rows, empty="最近半小时没有输错的密码")


def locks_to_open(attempts: pd.DataFrame, everyone: str) -> dict[tuple[str, str], str]:
    """What can be unlocked: an account wherever it was tried, or an address for all names."""
    found: dict[tuple[str, str], str] = {}
    for row in attempts.to_dict("records"):
        if row["username"] == everyone:
            found[everyone, row["address"]] = f"地址 {row['address']}(所有账号)"
        else:
            found[row["username"], everyone] = f"账号 {row['username']}(所有地址)"
    return found


# --- the audit --------------------------------------------------------------------------------------------------------

AUDIT_COLUMNS = (
    Column("moment", "时间", screen=False),
    Column("username", "账号", head="账号 · 时间", small=("moment",)),
    Column("action_name", "动作", tight=True),
    Column("detail", "内容"),
)


def search_words(first: date, last: date, username: str | None, action: str | None, text: str) -> str:
    """2026-11-20 至 2026-11-26,账号 shuji,动作 登录,含“10.1”: what was looked for, as a title says it."""
    days = f"{first}" if first == last else f"{first} 至 {last}"
    asked = (f"账号 {username}" if username else "", f"动作 {action}" if action else "", f"含“{text}”" if text else "")
    return ",".join(part for part in (days, *asked) if part)


def audit_table(entries: pd.DataFrame, actions: Names, asked: str) -> Table:
    """``entries``: see ``data_access.administration.audit_page``; ``asked``: see :func:`search_words`. It may leave: that is on record."""
    rows = [
        {**row, "moment": f"{row['at']:%Y-%m-%d %H:%M:%S}", "action_name": actions.get(row["action"], row["action"])}
        for row in entries.to_dict("records")
    ]
    return table(f"审计 {asked}", AUDIT_COLUMNS, rows, conclusion="", empty="这段时间没有符合的记录", own_notes=True)


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
    return reading_table("有问题的行", FAULT_COLUMNS, [{**fault, "place": _place(fault)} for fault in faults])


def _place(fault: Mapping[Any, Any]) -> str:
    return str(fault["row"] if is_missing(fault["place"]) or not fault["place"] else fault["place"])


def understood_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """The first rows of a file as they were understood."""
    columns = tuple(Column(f"c{place}", title, tight=True) for place, title in enumerate(titles))
    listed = [{f"c{place}": value for place, value in enumerate(row)} for row in rows]
    return reading_table("读懂的前几行", columns, listed, empty="没有读懂的行")


def reading_sentences(told: Mapping[str, Any]) -> list[str]:
    """What was read of a file and what was not. ``told``: the preview of the answer."""
    found = ["已读:" + ";".join(f"{each['name']} {whole(each['rows'])} 行" for each in told["sheets"])] if told["sheets"] else []
    if told["first"]:
        days = told["first"] if told["first"] == told["last"] else f"{told['first']} 至 {told['last']}"
        units = "、".join(told["units"][:MOST_UNITS]) + (f" 等 {len(told['units'])} 个" if len(told["units"]) > MOST_UNITS else "")
        found.append(f"日期 {days};单位 {units or '—'};涉及 {whole(told['people'])} 人")
    return found


def layout_sentence(layout: Mapping[str, Any]) -> str:
    """What a layout lacks, or how it is read: above the form in which a clerk points at columns."""
    sheet = f"工作表“{layout['sheet']}”的" if layout["sheet"] not in ("", "表") else ""
    if layout["missing"]:
        lacking = "、".join(layout["missing"])
        return f"{sheet}列名第一次见到,还缺:{lacking}。请指一下哪一列是什么;表里没有的,选都是什么。记住后同样的表格不再问。"
    by = {"kept": "按记住的对应读", "shipped": f"按看板自带的“{layout['name']}”读"}.get(layout["by"], "按列名读")
    return f"{sheet}列{by};要改的在这里改,改后同样的表格都照此。"


MAPPING_COLUMNS = (
    Column("name", "名称", tight=True),
    Column("ledger", "台账", tight=True),
    Column("headings", "列名"),
    Column("where", "用于", tight=True),
    Column("kept_by", "记下的人", tight=True),
    Column("kept_at", "时间", Kind.TIMESTAMP, tight=True),
)
ALIAS_COLUMNS = (
    Column("name", "台账里写的", tight=True),
    Column("code", "指的单位", tight=True),
    Column("where", "用于", tight=True),
    Column("chosen_by", "记下的人", tight=True),
    Column("chosen_at", "时间", Kind.TIMESTAMP, tight=True),
)


def said_for(area: str, places: Names) -> str:
    """Whose ledgers something said of headings or names is for."""
    return places.get(area, area) if area else "全县"


def mapping_table(kept: pd.DataFrame, ledgers: Names, places: Names) -> Table:
    """``kept``: see ``data_access.imports.ledger_mappings``; ``places``: names of units by code."""
    rows = [
        {
            **row,
            "ledger": ledgers.get(row["kind"], row["kind"]),
            "headings": "、".join(tomllib.loads(row["content"]).get("headings", [])),
            "where": said_for(row["area_code"], places),
        }
        for row in kept.to_dict("records")
    ]
    return reading_table("列名对应", MAPPING_COLUMNS, rows, empty="还没有记住过列名对应;第一次装入列名不认识的表格时会问")


def alias_table(aliases: pd.DataFrame, places: Names) -> Table:
    """``aliases``: see ``data_access.imports.unit_aliases``; ``places``: names of units by code."""
    rows = [{**row, "where": said_for(row["area_code"], places)} for row in aliases.to_dict("records")]
    return reading_table("单位别名", ALIAS_COLUMNS, rows)


def refused_table(rows: pd.DataFrame) -> Table:
    """The refused rows of a load. ``rows``: see ``data_access.imports.refused_rows``."""
    listed = rows.rename(columns={"row_number": "row", "column_title": "column"}).to_dict("records")
    faults = [{**fault, "place": _place(fault)} for fault in listed]
    return reading_table("退回的行", FAULT_COLUMNS, faults, empty="这次退回的行涉及检举控告,本账号不显示")


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
    return reading_table("装入记录", IMPORT_COLUMNS, rows, empty="还没有装入过台账")


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


UNDO_COLUMNS = (
    Column("content", "内容", tight=True),
    Column("removed", "删去", Kind.COUNT, "行"),
    Column("restored", "恢复原值", Kind.COUNT, "行"),
)


def undo_table(tables: Sequence[Mapping[str, Any]], names: Names) -> Table:
    """What taking a loading back would do. ``tables``: table_name, removed, restored of each."""
    rows = [{**each, "content": names.get(each["table_name"], each["table_name"])} for each in tables]
    return reading_table("撤销会怎样", UNDO_COLUMNS, rows, empty="这次装入没有留下改动")


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
    return reading_table("要更正的行", CORRECTION_COLUMNS, [{"correction": each} for each in changes], empty="没有与库里不同的行")


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
    return reading_table("数据表", DATABASE_COLUMNS, rows)


def _age(newest: Any, now: datetime) -> str:
    """40 分钟, 30 小时, 5 天; empty where a table does not say."""
    if is_missing(newest):
        return ""
    hours = max(0.0, (now - newest).total_seconds() / 3600)
    return f"{hours * 60:.0f} 分钟" if hours < 1 else f"{hours:.0f} 小时" if hours < 72 else f"{hours / 24:.0f} 天"

"""账号: who may sign in with which rights, and everything that can be done to an account."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access import accounts
from data_access.accounts import DEFAULT_RIGHTS, PASSWORD_RULE, RIGHT_NAMES, RIGHTS, ROLE_NAMES, Role
from data_access.areas import units
from data_access.clock import beijing_now
from data_access.scope import Scope
from data_access.window import Window
from metrics.wording import is_missing
from pages.admin.acts import act, fresh, signed_in
from pages.common import loaders
from pages.common.navigation import plain
from pages.common.page import Page
from reports.views import admin


def accounts_section(p: Page) -> None:
    scope, listed = p.scope, fresh(accounts.accounts, p.scope)
    # An administrator of one area keeps the accounts of that area.
    mine = listed[[scope.covers(area) for area in listed["area_prefix"]]] if len(listed) else listed
    places = places_of(scope)
    rights = {name: RIGHT_NAMES[name] for name in RIGHTS}
    p.show(admin.account_table(mine, places, ROLE_NAMES, rights, beijing_now()), key="accounts-table")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("更改账号", anchor=False)
        _change(mine, places)
    with right:
        st.subheader("新增账号", anchor=False)
        _add(places)


def places_of(scope: Scope) -> dict[str, str]:
    """Areas an account can be given: the whole, then townships."""
    today = loaders.today()
    found = loaders.answer(units, scope, ("area",), window=Window("township", today, today, today))
    whole = {scope.area or "": "全部" if not scope.area else scope.area}
    return whole | dict(zip(found["code"], found["name"], strict=True))


def _change(listed: pd.DataFrame, places: Mapping[str, str]) -> None:
    names = {row["username"]: f"{row['username']} · {row['display_name']}" for row in listed.to_dict("records")}
    chosen = st.selectbox(
        "账号", list(names), index=None, format_func=lambda name: names.get(name, name), placeholder="选择账号", key="account"
    )
    if chosen is None or chosen not in names:
        st.caption("选一个账号，可停用、启用、解锁、设密码、改角色和范围。每一步都记入审计。")
        return
    row = listed[listed["username"] == chosen].iloc[0].to_dict()
    own = chosen == signed_in().username
    with st.container(horizontal=True):
        if not is_missing(row["disabled_at"]):
            if st.button("启用", key="enable"):
                act(partial(accounts.enable, username=chosen), f"已启用 {chosen}。")
        elif st.button("停用", key="disable", disabled=own, help="不能停用自己" if own else "立即退出，不能再登录"):
            act(partial(accounts.disable, username=chosen), f"已停用 {chosen}，其已打开的页面随即退出。")
        stuck = admin.is_locked(row, beijing_now()) or row["failed_attempts"] > 0
        if st.button("解锁", key="unlock", disabled=not stuck, help=None if stuck else "没有锁定"):
            act(partial(accounts.unlock, username=chosen), f"已解锁 {chosen}。")
    with st.expander("设新密码"), st.form("new-password", clear_on_submit=True, border=False):
        first = st.text_input("新密码", type="password", autocomplete="new-password", help=PASSWORD_RULE)
        second = st.text_input("再输入一次", type="password", autocomplete="new-password")
        if st.form_submit_button("设为新密码"):
            if first != second:
                st.error("两次输入不一致。")
            else:
                act(partial(accounts.set_password, username=chosen, password=first), f"已更改 {chosen} 的密码，此前的登录全部失效。")
    with st.expander("改角色、范围和权限"):
        if own:
            st.caption("自己的角色和权限请由另一位管理员更改。")
        else:
            _role_form(chosen, row, places)


def _role_form(chosen: str, row: Mapping[Any, Any], places: Mapping[str, str]) -> None:
    roles, areas = list(ROLE_NAMES), list(dict.fromkeys([*places, row["area_prefix"]]))
    role = st.selectbox(
        "角色",
        roles,
        index=roles.index(Role(row["role"])) if row["role"] in roles else 0,
        format_func=lambda each: ROLE_NAMES[each],
        key=f"role-{chosen}",
    )
    with st.form(f"role-form-{chosen}", border=False):
        area = st.selectbox("范围", areas, index=areas.index(row["area_prefix"]), format_func=lambda code: places.get(code, code))
        is_same = role == row["role"]
        defaults = {name: bool(row[name]) if is_same else DEFAULT_RIGHTS[role][name] for name in RIGHTS}
        rights = {name: st.checkbox(RIGHT_NAMES[name], value=defaults[name], key=f"{chosen}-{role}-{name}") for name in RIGHTS}
        if st.form_submit_button("保存"):
            change = partial(accounts.set_role, username=chosen, role=role, area=area, rights=rights)
            act(change, f"已更改 {chosen}：{ROLE_NAMES[role]}，下一次点击即生效。")


def _add(places: Mapping[str, str]) -> None:
    with st.form("add-account", border=False):
        username = st.text_input("账号名", max_chars=32, placeholder="小写字母、数字、. _ -", autocomplete="off")
        name = st.text_input("名称", max_chars=40, placeholder="科室或姓名")
        role = st.selectbox("角色", list(ROLE_NAMES), format_func=lambda each: ROLE_NAMES[each], key="new-role")
        area = st.selectbox("范围", list(places), format_func=lambda code: places.get(code, plain(code)), key="new-area")
        password = st.text_input("初始密码", type="password", autocomplete="new-password", help=PASSWORD_RULE)
        if st.form_submit_button("新增"):
            change = partial(accounts.add_account, username=username, display_name=name, role=role, password=password, area=area)
            act(change, f"已新增账号 {accounts.normal_username(username)}（{ROLE_NAMES[role]}）。")

"""账号, by the system administrator: who has one and how he gets in. What it opens is granted in the section 授权."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd
import streamlit as st

from data_access import accounts
from data_access.accounts import PASSWORD_RULE, RIGHT_NAMES, RIGHTS, ROLE_NAMES, Role
from data_access.areas import units
from data_access.scope import Scope
from data_access.window import Window
from metrics.wording import is_missing
from pages.admin.acts import act, fresh, signed_in
from pages.common import loaders, sign_on
from pages.common.navigation import plain
from pages.common.page import Page
from reports.views import admin

WAITS = "待安全管理员授权后生效"


def accounts_section(p: Page) -> None:
    listed, places = listed_accounts(p), places_of(p.scope)
    if Role.SECURITY not in set(fresh(accounts.accounts, p.scope)["role"]):
        st.warning(
            "本县还没有安全管理员，新账号和重设的密码都无法授权。请在服务器上运行："
            "python -m data_access account add 账号名 --name 名称 --role security"
        )
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("更改账号", anchor=False)
        _change(listed)
    with right:
        st.subheader("新增账号", anchor=False)
        _add(places)


def listed_accounts(p: Page) -> pd.DataFrame:
    """Shows the accounts of this administrator's area and returns them."""
    listed = fresh(accounts.accounts, p.scope)
    mine = listed[[p.scope.covers(area) for area in listed["area_prefix"]]] if len(listed) else listed
    rights = {name: RIGHT_NAMES[name] for name in RIGHTS}
    p.show(admin.account_table(mine, places_of(p.scope), ROLE_NAMES, rights), key="accounts-table")
    return mine


def places_of(scope: Scope) -> dict[str, str]:
    """Areas an account can be given: the whole, then each township, with its villages behind it (for 填报)."""
    today = loaders.today()
    townships, villages = (
        dict(zip(found["code"], found["name"], strict=True))
        for found in (
            loaders.answer(units, scope, ("area",), window=Window(level, today, today, today)) for level in ("township", "village")
        )
    )
    whole = {scope.area or "": "全部" if not scope.area else scope.area}
    named = townships | {code: f"{townships.get(code[:9], '')}{name}" for code, name in villages.items()}
    return whole | dict(sorted(named.items()))


def picked_account(listed: pd.DataFrame, hint: str) -> dict[str, object] | None:
    """The account that is picked from a list; without one a line says what can be done."""
    names = {row["username"]: f"{row['username']} · {row['display_name']}" for row in listed.to_dict("records")}
    chosen = st.selectbox(
        "账号", list(names), index=None, format_func=lambda name: names.get(name, name), placeholder="选择账号", key="account"
    )
    if chosen is None or chosen not in names:
        st.caption(hint)
        return None
    return {str(key): value for key, value in listed[listed["username"] == chosen].iloc[0].to_dict().items()}


def _change(listed: pd.DataFrame) -> None:
    row = picked_account(listed, "选一个账号，可停用、启用、重设密码。每一步都记入审计。")
    if row is None:
        return
    chosen = str(row["username"])
    own = chosen == signed_in("may_administer").username
    if not is_missing(row["disabled_at"]):
        if st.button("启用", key="enable"):
            act("may_administer", partial(accounts.enable, username=chosen), f"已启用 {chosen}。")
    elif st.button("停用", key="disable", disabled=own, help="不能停用自己" if own else "立即退出，不能再登录"):
        act("may_administer", partial(accounts.disable, username=chosen), f"已停用 {chosen}，其已打开的页面随即退出。")
    if own:
        st.caption("自己的密码请用右上角账号菜单里的“修改密码”。")
        return
    with st.expander("重设密码"), st.form("new-password", clear_on_submit=True, border=False):
        first = st.text_input("新密码", type="password", autocomplete="new-password", help=PASSWORD_RULE)
        second = st.text_input("再输入一次", type="password", autocomplete="new-password")
        st.caption(f"重设后此前的登录全部失效，账号{WAITS}。")
        if st.form_submit_button("设为新密码"):
            if first != second:
                st.error("两次输入不一致。")
            else:
                change = partial(accounts.set_password, username=chosen, password=first, granted=False)
                act("may_administer", change, f"已重设 {chosen} 的密码，{WAITS}。")
    if sign_on.is_configured():
        _sign_on(chosen, row["sign_on"])


def _sign_on(chosen: str, known: object) -> None:
    with st.expander("统一登录标识"), st.form(f"sign-on-{chosen}", border=False):
        subject = st.text_input("标识", value="" if is_missing(known) else str(known), placeholder="统一身份登录时显示的标识；留空为清除")
        st.caption(f"此前的登录全部失效；设了新的标识后账号{WAITS}。")
        if st.form_submit_button("保存标识"):
            change = partial(accounts.set_sign_on, username=chosen, sign_on=subject, granted=False)
            act("may_administer", change, f"已更改 {chosen} 的统一登录标识。")


def _add(places: Mapping[str, str]) -> None:
    with st.form("add-account", border=False):
        username = st.text_input("账号名", max_chars=32, placeholder="小写字母、数字、. _ -", autocomplete="off")
        name = st.text_input("名称", max_chars=40, placeholder="科室或姓名")
        role = st.selectbox("拟授角色", list(ROLE_NAMES), format_func=lambda each: ROLE_NAMES[each], key="new-role")
        area = st.selectbox("范围", list(places), format_func=lambda code: places.get(code, plain(code)), key="new-area")
        password = st.text_input("初始密码", type="password", autocomplete="new-password", help=PASSWORD_RULE)
        if st.form_submit_button("新增"):
            who = partial(accounts.add_account, username=username, display_name=name, password=password)
            change = partial(who, role=role, area=area, granted=False)
            act("may_administer", change, f"已新增账号 {accounts.normal_username(username)}（{ROLE_NAMES[role]}），{WAITS}。")

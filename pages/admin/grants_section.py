"""授权, by the security administrator: which role, area and rights an account has. He makes none and sets no password."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from data_access import accounts
from data_access.accounts import DEFAULT_RIGHTS, FIXED, RIGHT_NAMES, RIGHTS, ROLE_NAMES, Role
from metrics.wording import is_missing
from pages.admin.accounts_section import listed_accounts, picked_account, places_of
from pages.admin.acts import act, signed_in
from pages.common.page import Page


def grants_section(p: Page) -> None:
    listed = listed_accounts(p)
    waiting = list(listed.loc[listed["granted_at"].isna(), "username"])
    if waiting:
        st.info(f"{len(waiting)} 个账号等待授权：{'、'.join(waiting)}。")
    row = picked_account(listed, "选一个账号，可授予角色、范围和权限。新账号和别人重设过密码的账号，授权后才生效。")
    if row is None:
        return
    if row["username"] == signed_in("may_grant").username:
        st.caption("自己的角色和权限请由另一位安全管理员更改。")
        return
    _grant(str(row["username"]), row, places_of(p.scope))


def _grant(chosen: str, row: Mapping[str, object], places: Mapping[str, str]) -> None:
    roles, areas = list(ROLE_NAMES), list(dict.fromkeys([*places, str(row["area_prefix"])]))
    role = st.selectbox(
        "角色",
        roles,
        index=roles.index(Role(str(row["role"]))) if row["role"] in roles else 0,
        format_func=lambda each: ROLE_NAMES[each],
        key=f"role-{chosen}",
        width=320,
    )
    with st.form(f"role-form-{chosen}", border=False):
        at = areas.index(str(row["area_prefix"]))
        area = st.selectbox("范围", areas, index=at, format_func=lambda code: places.get(code, code), width=320)
        is_same = role == row["role"]
        given = {name: bool(row[name]) if is_same else DEFAULT_RIGHTS[role][name] for name in RIGHTS}
        with st.container(horizontal=True):
            fixed = role in FIXED  # its rights are the role's
            rights = {
                name: st.checkbox(RIGHT_NAMES[name], value=given[name], key=f"{chosen}-{role}-{name}", disabled=fixed) for name in RIGHTS
            }
        if st.form_submit_button("授权" if is_missing(row["granted_at"]) else "保存", type="primary"):
            change = partial(accounts.set_role, username=chosen, role=role, area=area, rights=rights)
            act("may_grant", change, f"已授权 {chosen}：{ROLE_NAMES[role]}，下一次点击即生效。")

"""The login page, and what stands at an address that is not this account's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from data_access import accounts
from data_access.audit import Action
from data_access.engine import DATABASE_AWAY, database_url, engine
from data_access.revisions import is_made
from pages.common import auth, loaders, navigation, sign_on
from pages.common.layout import note, page_header
from pages.common.navigation import PRODUCT
from reports.html import templates


def login_page() -> None:
    """The first impression: whose board this is, what it is, and the way in."""
    if not _is_made():
        _to_be_made()
        return
    county, demo = _about_this_database()
    parts: Any = templates().get_template("login.html").module
    with st.container(key="board-login"):
        st.html(parts.title(county, PRODUCT))
        said = st.empty()
        auth.login_form()
        sign_on.button()
        words = auth.said_at_login()
        if words:
            said.html(parts.said(words))
        if demo:
            st.html(parts.demo(accounts.DEMO_ACCOUNTS, accounts.DEMO_PASSWORD))
        else:
            note("忘记密码或账号停用，请联系本县系统管理员。")


def _is_made() -> bool:
    try:
        with engine().connect() as connection:
            return is_made(connection)
    except DATABASE_AWAY:
        return True  # the form says that the database is away


def _to_be_made() -> None:
    """For who has installed the board and not made its database yet: what to run. The page goes on by itself when that was done."""
    parts: Any = templates().get_template("login.html").module
    with st.container(key="board-login"):
        st.html(parts.title(None, PRODUCT) + parts.to_be_made(database_url().set(username=None, password=None).render_as_string()))
    _made_meanwhile()


@st.fragment(run_every=3)
def _made_meanwhile() -> None:
    if loaders.by_itself() and _is_made():
        st.rerun(scope="app")


def _about_this_database() -> tuple[str | None, bool]:
    try:
        with engine().connect() as connection:
            return accounts.county_name(connection), accounts.is_demo(connection)
    except DATABASE_AWAY:
        return None, False


def refused_page() -> None:
    """An address of the board that this account may not open; asking for it stands in the audit, once a session and address."""
    auth.watch_session()
    address, home = urlsplit(st.context.url or "").path, navigation.home()
    if address in ("", "/") and home is not None:  # signed in at the board's own address, which is not this account's first page
        st.switch_page(home)
    account = auth.known_account()
    if account is not None and not account.is_granted:
        page_header("账号还没有授权", subtitle="账号已经建好或重设了密码，要等本县安全管理员授权；授权后这里自动打开。")
        return
    page_header("这个页面不在您的账号权限内", subtitle="需要查看时，请联系安全管理员调整账号权限。")
    _way_home()
    seen = st.session_state.setdefault("board_refused_addresses", set())
    if address not in seen:
        auth.audited(Action.PAGE_REFUSED, address)
        seen.add(address)


def unknown_page() -> None:
    """An address the board does not have, or whose module this county has switched off."""
    auth.watch_session()
    page_header("没有这个页面", subtitle="地址可能有误，或者本县没有启用这项功能。")
    _way_home()


def _way_home() -> None:
    home = navigation.home()
    if home is not None:
        st.page_link(home, label="回到首页", icon=":material/arrow_back:")

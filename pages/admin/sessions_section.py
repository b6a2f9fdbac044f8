"""会话, by the security administrator: who is signed in from where, and which wrong passwords lock what."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from data_access import accounts
from data_access.attempts import ALL, attempts_now
from data_access.clock import beijing_now
from data_access.sessions import end_session_of, open_sessions
from pages.admin.acts import act, fresh
from pages.common.live_sessions import idle_limit
from pages.common.page import Page
from reports.views import admin


def sessions_section(p: Page) -> None:
    now = beijing_now()
    found = fresh(open_sessions, p.scope, now=now, idle=idle_limit())
    p.show(admin.session_table(found), key="sessions")
    choices = admin.sessions_to_end(found)
    chosen = st.selectbox(
        "结束一个会话",
        list(choices),
        index=None,
        format_func=lambda each: choices.get(each, each),
        placeholder="选择会话：其页面随即退出",
        key="session",
    )
    if chosen in choices and st.button("结束这个会话", key="end-session"):
        act("may_grant", partial(end_session_of, token_digest=chosen), f"已结束会话：{choices[chosen]}。")
    st.subheader("试错和锁定", anchor=False)
    tried = fresh(attempts_now, p.scope, now=now)
    p.show(admin.attempt_table(tried, ALL), key="attempts")
    _unlock(tried)


def _unlock(tried: pd.DataFrame) -> None:
    choices = admin.locks_to_open(tried, ALL)
    if not choices:
        return
    chosen = st.selectbox(
        "解锁", list(choices), index=None, format_func=lambda each: choices.get(each, str(each)), placeholder="选择账号或地址", key="lock"
    )
    if chosen not in choices or not st.button("解锁", key="unlock"):
        return
    username, address = chosen
    if username == ALL:
        act("may_grant", partial(accounts.unlock_address, address=address), f"已解锁地址 {address}。")
    else:
        act("may_grant", partial(accounts.unlock, username=username), f"已解锁 {username}。")

"""Who gets which notice by which channel: kept by the system administrator, an account's granted by a security administrator."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data_access import notices
from data_access.accounts import accounts
from metrics.notices import NOTICE_NAMES, Notice
from metrics.registry import REGISTRY
from metrics.wording import is_missing
from pages.admin.accounts_section import places_of
from pages.admin.acts import Duty, act, fresh
from pages.common.page import Page
from reports.notify_command import checked_rule
from reports.views import subscriptions

GROUP = ""


def subscriptions_of(p: Page) -> pd.DataFrame:
    """Shows the subscriptions that stand and returns them."""
    held: pd.DataFrame = fresh(notices.subscriptions, p.scope)
    p.show(subscriptions.subscription_table(held, places_of(p.scope)), key="subscriptions")
    return held


def _picked(held: pd.DataFrame, label: str, key: str) -> int | None:
    choices = subscriptions.subscriptions_by_number(held)
    words = partial(_words, choices)
    chosen = st.selectbox(label, list(choices), index=None, format_func=words, placeholder="选择订阅", key=key)
    return chosen if chosen in choices else None


def _words(choices: Mapping[int, str], number: int) -> str:
    return choices.get(number, str(number))


def _plainly(words: Mapping[str, str], key: str | None) -> str:
    return words.get(key or "", key or "")


def end_one(held: pd.DataFrame, duty: Duty) -> None:
    if held.empty:
        return
    number = _picked(held, "取消一个订阅", "end-subscription")
    if number is not None and st.button("取消这个订阅", key="unsubscribe"):
        act(duty, partial(notices.unsubscribe, subscription_id=number), f"已取消订阅 {number}。")


def add_one(p: Page, channels: pd.DataFrame) -> None:
    """What is sent, to whom, by which channel; an account's waits for a security administrator."""
    places, names = places_of(p.scope), {int(number): str(name) for number, name in zip(channels["id"], channels["name"], strict=True)}
    listed = fresh(accounts, p.scope)
    people = {GROUP: "群组（不出现姓名）"} | dict(zip(listed["username"], listed["username"] + " · " + listed["display_name"], strict=True))
    what = st.selectbox("推送什么", list(Notice), format_func=lambda each: NOTICE_NAMES[each], key="notice-what") or Notice.MORNING
    with st.form("subscribe", border=False):
        channel = st.selectbox("通道", list(names), format_func=partial(_words, names), key="notice-channel")
        whose = st.selectbox("给谁", list(people), format_func=partial(_plainly, people), key="notice-account")
        area = st.selectbox("群组看的范围", list(places), format_func=partial(_plainly, places), key="notice-area")
        indicator, threshold = None, None
        if what is Notice.RULE:
            indicator = st.selectbox("指标", list(REGISTRY), format_func=lambda each: REGISTRY[each].name, key="notice-indicator")
            threshold = st.number_input("界限（率写作 0.9，不填为目标值）", value=None, key="notice-threshold")
        if st.form_submit_button("订阅", type="primary"):
            try:
                checked_rule(what, indicator, threshold)
            except ValueError as problem:
                st.error(f"{problem}。")
                return
            wanted: dict[str, Any] = {"channel_id": channel, "what": str(what), "username": whose or None, "area": "" if whose else area}
            rule: dict[str, Any] = {"indicator": indicator, "threshold": threshold, "granted": False}
            waits = "，待安全管理员授权后生效" if whose else ""
            act("may_administer", partial(notices.subscribe, **wanted, **rule), f"已订阅{NOTICE_NAMES[what]}{waits}。")


def granting_section(p: Page) -> None:
    """For a security administrator: which accounts' notices go where, and what waits for him."""
    held = subscriptions_of(p)
    waiting = held[[is_missing(at) for at in held["granted_at"]]] if len(held) else held
    if waiting.empty:
        st.caption("没有等待授权的订阅。给账号的推送含其范围内的内容，能看姓名的账号还含姓名：授权前请核对通道是他本人的。")
        return
    st.info(f"{len(waiting)} 个给账号的订阅等待授权：请核对通道是他本人的，推送按该账号的范围和权限。")
    number = _picked(waiting, "授权一个订阅", "grant-subscription")
    if number is not None and st.button("授权这个订阅", key="grant", type="primary"):
        act("may_grant", partial(notices.grant_subscription, subscription_id=number), f"已授权订阅 {number}。")

"""推送, by the system administrator: the channels, who gets what, and what has not been sent."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from data_access import notices
from data_access.accounts import AccountError
from data_access.clock import beijing_now
from data_access.engine import engine
from pages.admin.acts import act, fresh, said_next, signed_in
from pages.admin.subscriptions import add_one, end_one, subscriptions_of
from pages.common.navigation import plain
from pages.common.page import Page
from reports.channels import SCHEME_NAMES
from reports.notify_command import new_channel, try_channel
from reports.outward import ChannelError
from reports.views import subscriptions


def notices_section(p: Page) -> None:
    sent = fresh(notices.outbox, p.scope)
    if trouble := subscriptions.notice_trouble(sent):
        st.warning(f"{trouble}。")
    held = subscriptions_of(p)
    channels = fresh(notices.channels, p.scope)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("订阅", anchor=False)
        if channels.empty:
            st.caption("先新增一个通道，再订阅。")
        else:
            add_one(p, channels)
        end_one(held, "may_administer")
    with right:
        st.subheader("通道", anchor=False)
        p.show(subscriptions.channel_table(channels, SCHEME_NAMES), key="channels")
        _change(channels)
        _add()
    st.subheader("发件箱", anchor=False)
    p.show(subscriptions.outbox_table(sent), key="outbox")
    _again(sent)


def _change(channels: pd.DataFrame) -> None:
    names = {int(number): str(name) for number, name in zip(channels["id"], channels["name"], strict=True)}
    if not names:
        return
    words = partial(_named, names)
    chosen = st.selectbox("测试或删除一个通道", list(names), index=None, format_func=words, placeholder="选择通道", key="channel")
    if chosen is None or chosen not in names:
        return
    with st.container(horizontal=True):
        if st.button("发一条测试消息", key="try-channel"):
            _try(chosen)
        if st.button("删除这个通道", key="remove-channel", help="它的订阅随之取消"):
            act("may_administer", partial(notices.remove_channel, channel_id=chosen), f"已删除通道 {names[chosen]}。")


def _named(names: dict[int, str], number: int) -> str:
    return names.get(number, str(number))


def _try(channel: int) -> None:
    by = signed_in("may_administer").username
    try:
        name = try_channel(engine(), channel, beijing_now(), by)
    except (AccountError, ChannelError) as problem:
        st.error(f"没有送到：{plain(str(problem))}。")
        return
    st.success(f"测试消息已由“{plain(name)}”收下。")


def _add() -> None:
    with st.form("add-channel", border=False, clear_on_submit=True):
        name = st.text_input("名称", max_chars=notices.LONGEST_NAME, placeholder="例如：书记工作群")
        address = st.text_input("地址", type="password", placeholder="网关、群机器人或邮箱的地址", autocomplete="off")
        secret = st.text_input("签名密钥", type="password", placeholder="网关用；不填则生成，只显示一次", autocomplete="off")
        st.caption("地址和密钥保存后不再显示。写法见右上角“帮助”的“推送”。")
        if not st.form_submit_button("新增通道"):
            return
        by = signed_in("may_administer").username
        try:
            with engine().begin() as connection:
                _, made = new_channel(connection, address, name, secret, beijing_now(), by)
        except (AccountError, ChannelError) as problem:
            st.error(f"没有做成：{plain(str(problem))}。")
            return
        said_next(f"已新增通道 {name}。{f'签名密钥（只显示这一次）：{made}' if made else ''}")


def _again(sent: pd.DataFrame) -> None:
    choices = subscriptions.notices_given_up(sent)
    if not choices:
        return
    words = partial(_named, choices)
    chosen = st.selectbox("重发一条", list(choices), index=None, format_func=words, placeholder="选择已放弃的推送", key="given-up")
    if chosen is not None and chosen in choices and st.button("重发", key="send-again"):
        act("may_administer", partial(notices.start_again, notice_id=chosen), "已放回发件箱，一分钟内再发。")

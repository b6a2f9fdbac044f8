"""The way to the manual: whose chapter is whose, and which part tells of the page that is open."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urlsplit

import streamlit as st

from data_access.accounts import DUTIES, Account, Role
from pages.common import navigation
from pages.common.address import go_to
from reports.manual import where

HELP = "pages/help/help.py"


def own_chapter(account: Account | None) -> str:
    if account is not None and account.role in DUTIES:
        return "管理员"
    return "台账员" if account is not None and account.role in (Role.TOWNSHIP, Role.REPORTER) else "领导"


def go_to_help(account: Account) -> NoReturn:
    """To what tells of the page that is open."""
    address = urlsplit(st.context.url or "").path.strip("/").rsplit("/", 1)[-1]
    home = navigation.home()
    page = address or (home.rsplit("/", 1)[-1].removesuffix(".py") if home else "")
    part = st.query_params.get("section", "台账" if account.role is Role.ADMINISTRATOR else "")  # of 管理, which begins with 台账
    name, section = where(page, part, own_chapter(account))
    go_to(HELP, {"chapter": name, "section": section})

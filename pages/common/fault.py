"""An error that no page foresaw: a number for its reader, the same number with the traceback in the server's log."""

from __future__ import annotations

import logging
import secrets

import streamlit as st
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from data_access.engine import DATABASE_AWAY
from pages.common.freshness import DatabaseAway
from pages.common.headers import EVERYWHERE, NOTHING, POLICY
from reports.wording import chinese_marks

LOG = logging.getLogger(__name__)

_TOLD = Markup('<div class="board-said" role="alert"><p>{meaning}</p><p>{advice}</p><p>出错编号 <b>{number}</b></p></div>')
_AWAY = "数据库没有应答，这里没有显示完。", "已显示的内容不受影响。请过一分钟刷新页面；仍然如此，请联系管理员。"
_UNFORESEEN = (
    "程序出错，这里没有显示完。",
    "已显示的内容不受影响。请刷新页面；仍然如此，请把出错编号告诉管理员，日志里有它的原因。",
)


def told(problem: Exception) -> bool:
    """Says it where the page broke off, and that it has been said (``st.App``'s ``on_script_error``)."""
    number = secrets.token_hex(3).upper()
    LOG.error("出错编号 %s", number, exc_info=problem)
    meaning, advice = _AWAY if isinstance(problem, (DatabaseAway, *DATABASE_AWAY)) else _UNFORESEEN
    st.html(_TOLD.format(meaning=chinese_marks(meaning), advice=chinese_marks(advice), number=number))
    return True


def unanswered(_request: Request, problem: Exception) -> PlainTextResponse:
    """The answer to a request that failed outside any page (``st.App``'s ``exception_handlers``), around which no middleware stands."""
    headers = {**EVERYWHERE, POLICY: NOTHING, "cache-control": "no-store"}
    return PlainTextResponse(f"服务器出错，没有完成。出错编号 {_logged(problem)}", 500, headers)


def _logged(problem: Exception) -> str:
    number = secrets.token_hex(3).upper()
    LOG.error("出错编号 %s", number, exc_info=problem)
    return number


class SaidOnce(logging.Filter):
    """Keeps Streamlit's own account of such an error out of the log, where :func:`told` has put it with its number."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.getMessage() != "Uncaught app execution"

"""What a browser must not get to see: 检举控告 by their number, phones without a reason; and what goes on record."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.tables import Petition
from tests.builders import a_petition
from tests.e2e.board import Board, opened, title

Reader = Callable[..., Page]
MASKED, WHOLE = re.compile(r"\d{3}\*{4}\d{4}"), re.compile(r"1\d{10}")


def on_record(board: Board) -> list[str]:
    with engine(board.database).connect() as connection:
        return list(connection.scalars(select(BoardAudit.detail)))


def test_a_restricted_petition_is_nowhere_but_with_its_holder(board: Board, reader: Reader) -> None:
    number = "E2E-RESTRICTED"
    with engine(board.database).begin() as connection:
        a_petition(connection, str(beijing_now()), number=number, restricted=True)
    page = opened(reader(), board, f"/case?number={number}")
    expect(page.get_by_text("找不到这件诉求")).to_be_visible()
    opened(page, board, f"/cases?standing=restricted&words={number}")
    expect(title(page)).to_contain_text(" 0 件")
    assert f"打开检举控告 {number}" not in on_record(board)
    holder = opened(reader("xinfangju"), board, f"/case?number={number}")
    expect(holder.get_by_text("办理经过")).to_be_visible()
    assert f"打开检举控告 {number}" in on_record(board)
    opened(holder, board, f"/cases?standing=restricted&words={number}")
    expect(title(holder)).to_contain_text(" 1 件")


def test_a_phone_is_whole_only_after_a_reason(board: Board, reader: Reader) -> None:
    handled = select(Petition.number).where(Petition.restricted.is_not(True), Petition.ended_at.is_(None), Petition.handler_id.is_not(None))
    with engine(board.database).connect() as connection:
        number = connection.scalars(handled.order_by(Petition.id)).first()
    page = opened(reader("xinfangju"), board, f"/case?number={number}")
    phones = page.locator(".st-key-phones")
    expect(phones).to_contain_text(MASKED)
    expect(phones).not_to_contain_text(WHOLE)
    page.get_by_role("button", name="查看电话").click()
    reason = page.get_by_label("事由（记入审计）")
    reason.fill("看")
    page.get_by_role("button", name="记录并查看").click()
    expect(page.get_by_text("请写明事由")).to_be_visible()
    expect(phones).not_to_contain_text(WHOLE)
    reason.fill("核实办理情况")
    page.get_by_role("button", name="记录并查看").click()
    expect(phones).to_contain_text(WHOLE)
    assert f"诉求 {number} 联系电话：核实办理情况" in on_record(board)

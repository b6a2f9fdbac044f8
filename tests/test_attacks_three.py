"""三员分立 in the app: whoever of the three works together, none makes an account, says what it opens and leaves no trace of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import chain, combinations
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from streamlit.testing.v1 import AppTest

from data_access import accounts, sessions
from data_access.accounts import DUTIES, Role
from data_access.audit import Action, verified_chain
from data_access.board_tables import BoardAudit
from data_access.clock import beijing_now
from pages.common.page import PageStopped
from tests.attackers import audit_of, last_entry
from tests.builders import COUNTY, a_county
from tests.opened_pages import opened, words
from tests.signed_in import NOW, RIGHT, an_account
from tests.test_pages_admin import labelled, submit

TOGETHER = list(chain.from_iterable(combinations(DUTIES, number) for number in range(4)))
PUPPET = "kuilei"


def at_work(database: Engine, together: tuple[Role, ...], section: str) -> list[AppTest]:
    """The section as each of these administrators opens it by its address."""
    return [opened(database, "admin", an_account(database, role, now=beijing_now()), section=section) for role in together]


def makes(board: AppTest) -> None:
    labelled(board.text_input, "账号名").input(PUPPET)  # type: ignore[attr-defined]
    labelled(board.text_input, "初始密码").input(RIGHT)  # type: ignore[attr-defined]
    submit(board, "新增")


def grants(board: AppTest) -> None:
    board.selectbox(key="account").select(PUPPET).run(timeout=60)
    submit(board, "授权")


def attempted(boards: list[AppTest], act: Callable[[AppTest], None]) -> None:
    """Whoever finds the form on his page uses it."""
    for board in boards:
        try:
            act(board)
        except (StopIteration, KeyError, ValueError):
            continue  # nothing of the kind stands on his page


ERASING = (
    "DELETE FROM board_audit",
    "DELETE FROM board_audit WHERE detail LIKE '%kuilei%'",
    "UPDATE board_audit SET detail = '' WHERE detail LIKE '%kuilei%'",
    "UPDATE board_audit SET username = 'somebody'",
)


def erases(database: Engine) -> None:
    """What a page could ask of the database if one did: the audit takes nothing back."""
    before = audit_of(database)
    for statement in ERASING:
        with suppress(DBAPIError), database.begin() as connection:  # without a row that it finds it is no mistake either
            connection.execute(text(statement))
    assert audit_of(database) == before


@pytest.mark.parametrize("together", TOGETHER, ids=["+".join(each) or "nobody" for each in TOGETHER])
def test_only_two_of_them_let_somebody_in_and_all_of_them_leave_the_trace(served: Engine, together: tuple[Role, ...]) -> None:
    with served.begin() as connection:
        a_county(connection)
    before = last_entry(served)
    attempted(at_work(served, together, "账号"), makes)
    attempted(at_work(served, together, "授权"), grants)
    erases(served)
    with served.connect() as connection:
        puppet = accounts.account_named(connection, PUPPET)
        chain_now = verified_chain(connection)
    assert (puppet is not None) is (Role.ADMINISTRATOR in together)
    opens = puppet is not None and puppet.scope.area is not None
    assert opens is {Role.ADMINISTRATOR, Role.SECURITY}.issubset(together)
    if puppet is not None:
        assert sessions.sign_in(served, PUPPET, RIGHT, beijing_now()).token
        assert ("账号还没有授权" in words(opened(served, "overview", PUPPET))) is not opens
    said = [(action, detail) for _, action, detail in audit_of(served, before) if action == Action.ACCOUNT and PUPPET in (detail or "")]
    assert len(said) == (puppet is not None) + opens, "each step by him who took it"
    assert chain_now.broken is None


FORMS = {"新增": "账号", "设为新密码": "账号", "授权": "授权", "保存": "授权"}


@pytest.mark.parametrize("role", [role for role in Role if role not in accounts.OF_A_TOWNSHIP])
def test_no_section_has_a_way_to_change_the_audit(served: Engine, role: Role) -> None:
    """Of all sections, as each role is shown them: an auditor has no button that changes anything, and the audit has none at all."""
    name = an_account(served, role, now=beijing_now())
    for section in ("台账", "账号", "推送", "数据库", "授权", "会话", "审计"):
        board = opened(served, "admin", name, section=section)
        buttons = {each.label for each in board.button}
        if role not in (Role.ADMINISTRATOR, Role.SECURITY):
            assert buttons & {*FORMS, "停用", "启用", "结束", "解锁", "新增通道", "授权订阅"} == set(), (section, buttons)
        if section == "审计" and role is Role.AUDITOR:
            assert not [label for label in buttons if "删" in label or "清" in label or "改" in label]


@pytest.mark.parametrize("role", list(DUTIES))
def test_an_administrator_without_the_duty_of_another_does_not_do_it_by_its_function(served: Engine, role: Role) -> None:
    """The acts behind the buttons ask for the duty anew: a button that was left on a page of before opens nothing."""
    from pages.admin import acts

    done: list[str] = []

    def change(_connection: Any, *, now: object, by: str) -> None:
        done.append(by)

    for duty in ("may_administer", "may_grant"):
        with pytest.MonkeyPatch.context() as patched:
            with served.connect() as connection:
                mine = accounts.account_named(connection, an_account(served, role, now=beijing_now()))
            patched.setattr(acts, "known_account", lambda mine=mine: mine)
            patched.setattr(acts, "said_next", lambda _said: None)
            before = len(done)
            with suppress(PageStopped):
                acts.act(duty, change, "x")  # type: ignore[arg-type]
            assert (len(done) > before) is DUTIES[role].get(duty, False)


@pytest.mark.parametrize(
    ("role", "act"),
    [(Role.ADMINISTRATOR, accounts.disable), (Role.SECURITY, partial(accounts.set_role, role=Role.AUDITOR))],
    ids=["disabled", "another role"],
)
def test_two_who_take_each_others_duty_at_once_do_not_both_succeed(database: Engine, role: Role, act: Callable[..., Any]) -> None:
    """Of two who are the last ones nobody would be left to give it back."""
    names = [an_account(database, role) for _ in range(2)]
    with database.connect() as connection:
        known = {name: accounts.account_named(connection, name) for name in names}
    together, refused = threading.Barrier(2), []

    def attempt(mine: str, others: str) -> None:
        try:
            with database.begin() as connection:
                together.wait(20)
                accounts.hold_duty(connection, known[mine])  # type: ignore[arg-type]
                act(connection, username=others, now=NOW, by=mine)
        except accounts.AccountError as problem:
            refused.append(str(problem))

    threads = [threading.Thread(target=attempt, args=pair) for pair in (names, names[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.connect() as connection:
        after = [accounts.account_named(connection, name) for name in names]
    assert len(refused) == 1
    assert "刚刚被停用或改了权限" in refused[0]
    assert sorted(now == known[name] for now, name in zip(after, names, strict=True)) == [False, True]


@pytest.mark.parametrize("taken", [{"disabled": True}, {"role": Role.AUDITOR}, {"area": COUNTY}])
def test_an_act_asks_for_the_duty_in_its_own_transaction(served: Engine, monkeypatch: pytest.MonkeyPatch, taken: dict[str, Any]) -> None:
    """What the page knew a second ago does no act."""
    from pages.admin import acts

    name = an_account(served, Role.SECURITY)
    with served.begin() as connection:
        a_county(connection)
        mine = accounts.account_named(connection, name)
        monkeypatch.setattr(acts, "known_account", lambda: mine)
        said: list[str] = []
        monkeypatch.setattr(acts.st, "error", said.append)
        assert mine is not None
        if "disabled" in taken:
            accounts.disable(connection, mine.username, now=NOW, by="x")
        else:
            accounts.set_role(connection, mine.username, now=NOW, by="x", **taken)
    acts.act("may_grant", lambda *_, **__: pytest.fail("it was done"), "x")
    assert "刚刚被停用或改了权限" in said[0]


def test_a_grant_that_was_looked_at_before_a_password_was_reset_does_not_confirm_it(served: Engine) -> None:
    """Else a system administrator would wait for any 保存 of an account whose password he has just set, and be it."""
    with served.begin() as connection:
        a_county(connection)
    other, me = an_account(served, now=beijing_now()), an_account(served, Role.SECURITY, now=beijing_now())
    board = opened(served, "admin", me, section="授权")
    board.selectbox(key="account").select(other).run(timeout=60)
    with served.begin() as connection:
        accounts.set_password(connection, other, "Another-2027", now=beijing_now(), by="xitong", granted=False)
    submit(board, "保存")
    with served.connect() as connection:
        assert accounts.account_named(connection, other).is_granted is False  # type: ignore[union-attr]
    assert "等待授权" in " ".join(each.value for each in board.info)


def test_the_audit_is_the_same_for_whoever_reads_it_at_the_database(served: Engine) -> None:
    """What an auditor is shown is what stands there: as many entries as rows."""
    from data_access.administration import AuditSearch, audit_count
    from data_access.scope import Scope

    an_account(served, now=beijing_now())
    asked = AuditSearch(beijing_now().replace(year=2000), beijing_now().replace(year=2100))
    with served.connect() as connection:
        rows = len(connection.execute(select(BoardAudit.id)).all())
        assert audit_count(Scope("", may_audit=True), connection, asked) == rows > 0

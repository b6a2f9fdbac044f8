"""管理 as an administrator's browser sees it: accounts, ledgers, audit, database; and as nobody else does."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, func, select
from streamlit.testing.v1 import AppTest

from data_access import sessions
from data_access.accounts import OF_A_TOWNSHIP, Role, account_named
from data_access.audit import Action
from data_access.board_tables import BoardAudit, BoardImportRow
from data_access.clock import beijing_now
from data_access.tables import NightStay
from pages.admin import process
from pages.common.navigation import plain
from tests.builders import a_county, a_person, an_appointment
from tests.opened_pages import files_offered, opened, words
from tests.signed_in import RIGHT, a_board, an_account

STRONGER = "Xin-Mima-2026"


@pytest.fixture
def county(served: Engine) -> Engine:
    with served.begin() as connection:
        a_county(connection)
        an_appointment(connection, "township_leader", person=a_person(connection, "张三"))
    return served


SECTIONS = {
    **dict.fromkeys(("台账", "账号", "数据库"), Role.ADMINISTRATOR),
    **dict.fromkeys(("授权", "会话"), Role.SECURITY),
    "审计": Role.AUDITOR,
}


def admin(database: Engine, section: str, name: str | None = None) -> AppTest:
    name = name or an_account(database, SECTIONS[section], now=beijing_now())
    return opened(database, "admin", name, section=section)


def click(board: AppTest, key: str) -> AppTest:
    return board.button(key=key).click().run(timeout=60)


def submit(board: AppTest, label: str) -> AppTest:
    next(button for button in board.button if button.label == label).click()
    return board.run(timeout=60)


def labelled(elements: object, label: str) -> object:
    return next(each for each in elements if each.label == label)  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [role for role in Role if role not in {*SECTIONS.values(), Role.WALL}])
def test_only_an_administrator_opens_the_page(county: Engine, role: Role) -> None:
    name = an_account(county, role, now=beijing_now(), **({"area": "149981101"} if role in OF_A_TOWNSHIP else {}))
    said = words(opened(county, "admin", name, section="账号"))
    assert name not in said
    assert "装入台账" not in said


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens_also_in_an_empty_county(served: Engine, section: str) -> None:
    assert "管理" in words(admin(served, section))


def test_an_account_is_disabled_and_enabled_again(county: Engine) -> None:
    name = an_account(county, now=beijing_now())
    board = admin(county, "账号")
    board.selectbox(key="account").select(name).run(timeout=60)
    click(board, "disable")
    with county.connect() as connection:
        assert account_named(connection, name).disabled_at is not None  # type: ignore[union-attr]
    click(board, "enable")
    with county.connect() as connection:
        assert account_named(connection, name).disabled_at is None  # type: ignore[union-attr]
        said = connection.scalars(select(BoardAudit.detail).where(BoardAudit.detail.in_([f"停用 {name}", f"启用 {name}"]))).all()
    assert sorted(said) == sorted([f"停用 {name}", f"启用 {name}"])


def test_an_administrator_cannot_disable_himself(county: Engine) -> None:
    name = an_account(county, Role.ADMINISTRATOR, now=beijing_now())
    board = admin(county, "账号", name)
    board.selectbox(key="account").select(name).run(timeout=60)
    assert board.button(key="disable").disabled


def test_a_locked_account_is_unlocked(county: Engine) -> None:
    name = an_account(county, now=beijing_now())
    for _ in range(5):
        sessions.sign_in(county, name, "Kanban-2025", beijing_now(), address="10.1.2.3")
    board = admin(county, "会话")
    assert re.search(f"{name} 10.1.2.3 5 次? ?锁定至", words(board))
    board.selectbox(key="lock").select((name, "*")).run(timeout=60)
    click(board, "unlock")
    assert sessions.sign_in(county, name, RIGHT, beijing_now(), address="10.1.2.3").token is not None


@pytest.mark.parametrize(("second", "is_set"), [(STRONGER, True), ("Anders-2026", False)])
def test_a_new_password_is_set_when_both_entries_agree(county: Engine, second: str, is_set: bool) -> None:
    name = an_account(county, now=beijing_now())
    board = admin(county, "账号")
    board.selectbox(key="account").select(name).run(timeout=60)
    labelled(board.text_input, "新密码").input(STRONGER)  # type: ignore[attr-defined]
    labelled(board.text_input, "再输入一次").input(second)  # type: ignore[attr-defined]
    submit(board, "设为新密码")
    assert (sessions.sign_in(county, name, STRONGER if is_set else RIGHT, beijing_now()).token) is not None


def test_a_weak_password_is_refused_in_words(county: Engine) -> None:
    board = admin(county, "账号")
    labelled(board.text_input, "账号名").input("xinren")  # type: ignore[attr-defined]
    labelled(board.text_input, "初始密码").input("short")  # type: ignore[attr-defined]
    submit(board, "新增")
    assert "密码至少 10 个字符" in board.error[0].value
    with county.connect() as connection:
        assert account_named(connection, "xinren") is None


def test_an_account_is_added_by_one_administrator_and_granted_by_another(county: Engine) -> None:
    board = admin(county, "账号")
    labelled(board.text_input, "账号名").input("xinren2")  # type: ignore[attr-defined]
    labelled(board.text_input, "初始密码").input(STRONGER)  # type: ignore[attr-defined]
    submit(board, "新增")
    assert "xinren2（县领导），待安全管理员授权后生效" in board.success[0].value
    board = admin(county, "授权")
    assert "1 个账号等待授权：xinren2。" in board.info[0].value
    board.selectbox(key="account").select("xinren2").run(timeout=60)
    board.selectbox(key="role-xinren2").select(Role.PETITION_OFFICE).run(timeout=60)
    submit(board, "授权")
    with county.connect() as connection:
        account = account_named(connection, "xinren2")
    assert account is not None
    assert (account.role, account.scope.may_see_restricted) == (Role.PETITION_OFFICE, True)


def test_the_audit_is_searched_by_who_what_and_text(county: Engine) -> None:
    name, other = (an_account(county, role, now=beijing_now()) for role in (Role.AUDITOR, Role.LEADER))
    sessions.sign_in(county, other, RIGHT, beijing_now(), address="10.9.8.7")
    board = admin(county, "审计", name)
    board.selectbox(key="audit-account").select(name).run(timeout=60)
    assert "登录" in words(board)
    board.selectbox(key="audit-action").select(str(Action.EXPORT)).run(timeout=60)
    assert "这段时间没有符合的记录" in words(board)
    board.selectbox(key="audit-account").select(None)
    board.selectbox(key="audit-action").select(None)
    board.text_input(key="audit-text").input("10.9.8.7").run(timeout=60)
    assert re.search(f"{other} [-0-9]+ [:0-9]+ 登录 来自 10.9.8.7", words(board))
    board.text_input(key="audit-text").input("10%9").run(timeout=60)
    assert "这段时间没有符合的记录" in words(board)


def test_what_was_found_in_the_audit_is_taken_along_and_that_is_on_record(county: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    name = an_account(county, Role.AUDITOR, now=beijing_now())
    made = files_offered(monkeypatch)
    admin(county, "审计", name)
    day, before = beijing_now().date(), beijing_now().date() - timedelta(days=6)
    text = made[f"审计 {before} 至 {day}.csv"]().decode("utf-8-sig")
    assert text.splitlines()[0].startswith("时间,账号,动作,内容")
    assert f"{name},登录" in text
    with county.connect() as connection:
        rows = connection.execute(select(BoardAudit.action, BoardAudit.detail).where(BoardAudit.username == name)).all()
    assert rows[-1] == (Action.EXPORT, f"审计 {before} 至 {day} · csv")


def test_a_session_is_seen_and_ended(county: Engine) -> None:
    name = an_account(county, now=beijing_now())
    reader = a_board(county, name).run(timeout=60)
    board = admin(county, "会话")
    assert f"{name} {name}" in words(board)
    choice = next(each for each in board.selectbox(key="session").options if each.startswith(name))
    board.selectbox(key="session").select_index(board.selectbox(key="session").options.index(choice)).run(timeout=60)
    click(board, "end-session")
    assert "已结束会话" in board.success[0].value
    reader.run(timeout=60)
    assert "本次登录已由管理员结束" in words(reader)


def test_the_database_facts_count_rows(county: Engine) -> None:
    said = words(admin(county, "数据库"))
    assert "人员 person 1 —" in said


def a_ledger(folder: Path) -> bytes:
    book = openpyxl.Workbook()
    for line in (("日期", "姓名", "单位"), ("2026-10-08", "张三", "泥河镇"), ("2026-10-08", "李不在", "泥河镇")):
        book.active.append(line)
    book.save(folder / "l.xlsx")
    return (folder / "l.xlsx").read_bytes()


def test_a_ledger_is_checked_then_loaded_in_the_browser(county: Engine, tmp_path: Path) -> None:
    name = an_account(county, Role.ADMINISTRATOR, now=beijing_now())
    board = admin(county, "台账", name)
    board.selectbox(key="kind").select("night_stay").run(timeout=60)
    board.file_uploader[0].upload("10月.xlsx", a_ledger(tmp_path), "application/octet-stream").run(timeout=120)
    assert "泥河镇没有叫“李不在”的在任人员" in words(board)
    with county.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NightStay)) == 0
    board.button(key="load-ledger").click().run(timeout=120)
    with county.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NightStay)) == 1
        assert connection.scalars(select(BoardImportRow.value)).all() == ["李不在"]
        assert "住夜 10月.xlsx:共 2 行" in str(
            connection.scalar(select(BoardAudit.detail).where(BoardAudit.username == name, BoardAudit.action == "import"))
        )
    assert "装入编号" in board.success[0].value


def test_a_year_is_asked_for_and_a_loading_taken_back_in_the_browser(county: Engine, tmp_path: Path) -> None:
    name = an_account(county, Role.ADMINISTRATOR, now=beijing_now())
    board, year = admin(county, "台账", name), beijing_now().year - 1
    board.selectbox(key="kind").select("night_stay").run(timeout=60)
    book = openpyxl.Workbook()
    for line in (("日期", "姓名", "单位"), ("1月8日", "张三", "泥河镇")):
        book.active.append(line)
    book.save(tmp_path / "l.xlsx")
    board.file_uploader[0].upload("住夜.xlsx", (tmp_path / "l.xlsx").read_bytes(), "application/octet-stream").run(timeout=120)
    assert "“1月8日”没有年份" in words(board)
    labelled(board.selectbox, "日期没有写年份，是哪一年？").select(year).run(timeout=120)  # type: ignore[attr-defined]
    assert f"Sheet!A2 {year}-01-08 张三" in words(board)
    board.button(key="load-ledger").click().run(timeout=120)
    assert "装入编号" in board.success[0].value
    labelled(board.selectbox, "撤销一次装入").select_index(0).run(timeout=60)  # type: ignore[attr-defined]
    assert re.search("住夜 1 行 0 行", words(board)), "what it would do stands before the button"
    assert board.button(key="undo").disabled, "without a reason"
    board.text_input(key="undo-why").input("装错了").run(timeout=60)
    board.button(key="undo").click().run(timeout=120)
    assert "删去 1 行" in board.success[0].value
    with county.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(NightStay)) == 0
        assert "原因:装错了" in str(
            connection.scalar(select(BoardAudit.detail).where(BoardAudit.action == "undo", BoardAudit.username == name))
        )


def uploaded(board: AppTest, folder: Path, kind: str, *lines: tuple[str, ...], name: str = "台账.xlsx") -> AppTest:
    board.selectbox(key="kind").select(kind).run(timeout=60)
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    book.save(folder / "l.xlsx")
    return board.file_uploader[0].upload(name, (folder / "l.xlsx").read_bytes(), "application/octet-stream").run(timeout=120)


def test_headings_nobody_knows_are_pointed_at_once_shown_and_forgotten_in_the_browser(county: Engine, tmp_path: Path) -> None:
    lines = (("何日", "何人", "何处"), ("2026-10-08", "张三", "泥河镇"))
    board = uploaded(admin(county, "台账"), tmp_path, "night_stay", *lines, name="老台账.xlsx")
    for heading, column in (("何日（2026-10-08）", "日期"), ("何人（张三）", "姓名"), ("何处（泥河镇）", "单位")):
        labelled(board.selectbox, plain(heading)).select(column)  # type: ignore[attr-defined]
    submit(board, "记住，再检查一次")
    assert "没有问题，可以装入" in board.info[0].value
    again = uploaded(admin(county, "台账"), tmp_path, "night_stay", *lines)
    assert "没有问题，可以装入" in again.info[0].value
    again.selectbox(key="mapping-of").select_index(0).run(timeout=60)
    assert 'name = "老台账"' in again.text_area[0].value
    click(again, "mapping-delete")
    assert "已删去" in again.success[0].value
    asked = uploaded(admin(county, "台账"), tmp_path, "night_stay", *lines)
    assert "没有找到表头" in asked.warning[0].value


def test_a_word_and_a_unit_nobody_knows_are_asked_about_in_the_browser(county: Engine, tmp_path: Path) -> None:
    head = ("姓名", "职务", "单位", "任职日期")
    board = uploaded(admin(county, "台账"), tmp_path, "person", head, ("王五", "镇长助理", "泥河公社", "2026-01-01"))
    labelled(board.selectbox, "“职务”里的“镇长助理”是什么意思？（1 行）").select("班子成员").run(timeout=120)  # type: ignore[attr-defined]
    labelled(board.selectbox, "“泥河公社”是哪个单位？（1 行）").select_index(0).run(timeout=120)  # type: ignore[attr-defined]
    assert "没有问题，可以装入" in board.info[0].value
    assert "泥河公社" in words(board)


def a_numbered_ledger(folder: Path, *line: str) -> bytes:
    book = openpyxl.Workbook()
    for each in (("日期", "姓名", "单位", "台账编号"), line):
        book.active.append(each)
    book.save(folder / "n.xlsx")
    return (folder / "n.xlsx").read_bytes()


@pytest.mark.parametrize("sees_names", [True, False])
def test_a_row_loaded_wrong_is_corrected_in_the_browser(county: Engine, tmp_path: Path, sees_names: bool) -> None:
    with county.begin() as connection:
        an_appointment(connection, "township_leader", person=a_person(connection, "李四", "13900000002"))
    wrong = a_numbered_ledger(tmp_path, "2026-10-08", "李四", "泥河镇", "7")
    assert process.ledger("load", "night_stay", "错.xlsx", wrong, area="", by="test").number("added") == 1
    name = an_account(county, Role.ADMINISTRATOR, now=beijing_now())
    if sees_names:
        with county.begin() as connection:
            connection.exec_driver_sql(f"UPDATE board_account SET may_see_names = 1 WHERE username = '{name}'")
    board = opened(county, "admin", name, section="台账", kind="night_stay", task="更正")
    right = a_numbered_ledger(tmp_path, "2026-10-09", "张三", "泥河镇", "7")
    board.file_uploader[0].upload("改.xlsx", right, "application/octet-stream").run(timeout=120)
    said = words(board)
    assert "2026-10-08 → 2026-10-09" in said
    assert ("李四 → 张三" in said) is sees_names
    assert ("李四" in said) is sees_names
    assert board.button(key="correct-ledger").disabled
    board.text_input(key="correct-why").input("抄错一行").run(timeout=60)
    board.button(key="correct-ledger").click().run(timeout=120)
    assert "已更正 1 行" in board.success[0].value
    with county.connect() as connection:
        assert str(connection.scalar(select(NightStay.night))) == "2026-10-09"
        details = connection.scalars(select(BoardAudit.detail).where(BoardAudit.action == "correction", BoardAudit.username == name))
        assert any("抄错一行" in str(detail) for detail in details)


@pytest.mark.parametrize(("kind", "offered"), [("petition", True), ("training_attendance", False)])
def test_only_kinds_with_something_to_correct_offer_it(county: Engine, kind: str, offered: bool) -> None:
    name = an_account(county, Role.ADMINISTRATOR, now=beijing_now())
    board = opened(county, "admin", name, section="台账", kind=kind, task="更正")
    assert any("写明原因后才改" in each.value for each in board.caption) is offered


def test_a_loading_from_before_journals_says_that_it_cannot_be_taken_back(county: Engine, tmp_path: Path) -> None:
    loaded = process.ledger("load", "night_stay", "10月.xlsx", a_ledger(tmp_path), area="", by="test").counts["import_id"]
    with county.begin() as connection:
        connection.exec_driver_sql("DELETE FROM board_import_change")
    board = admin(county, "台账")
    assert any(f"编号 {loaded} 装入时还没有保留原值，不能撤销" in each.value for each in board.caption)
    assert "撤销一次装入" not in [each.label for each in board.selectbox]


def test_the_log_masks_names_for_an_administrator(county: Engine, tmp_path: Path) -> None:
    answer = process.ledger("load", "night_stay", "10月.xlsx", a_ledger(tmp_path), area="", by="test")
    board = admin(county, "台账")
    labelled(board.selectbox, "查看退回的行").select(answer.counts["import_id"]).run(timeout=60)  # type: ignore[attr-defined]
    said = words(board)
    assert "泥河镇没有叫“李**”的在任人员" in said
    assert "李不在" not in said


@pytest.mark.parametrize(("make", "why"), [(lambda: b"not a workbook", "没有找到表头"), (lambda: b"", "文件是空的")])
def test_an_unreadable_upload_is_answered_in_words(county: Engine, make: Callable[[], bytes], why: str) -> None:
    answer = process.ledger("check", "night_stay", "坏.xlsx", make(), area="", by="test")
    assert answer.error is not None
    assert why in answer.error
    assert answer.error.startswith("“坏.xlsx”")


def test_what_stands_in_a_file_is_no_markdown_on_the_page(county: Engine, tmp_path: Path) -> None:
    board = admin(county, "台账")
    board.selectbox(key="kind").select("night_stay").run(timeout=60)
    board.file_uploader[0].upload("**点** http://evil.example.csv", b"", "text/csv").run(timeout=120)
    assert plain("“**点** http://evil.example.csv”") in board.error[0].value
    book = openpyxl.Workbook()
    for line in (("日期", "姓名", "单位"), ("2026-10-08", "张三", "泥河镇")):
        book.active.append(line)
    book.active.title = "__住夜__ www.evil.example"
    book.save(tmp_path / "l.xlsx")
    board.file_uploader[0].upload("住夜.xlsx", (tmp_path / "l.xlsx").read_bytes(), "application/octet-stream").run(timeout=120)
    read = " ".join(each.value for each in board.markdown)
    assert plain("__住夜__ www.evil.example") in read


# Streamlit makes a link of an address and a sign of :material/…: even where Markdown has none (looked at in a browser).
WRITTEN = [
    ("**粗** _斜_ `码`", r"\*\*粗\*\* \_斜\_ \`码\`"),
    ("[点](http://evil.example)", r"\[点\]\(http\:~\/\/evil\.example\)"),
    ("www.evil.example a@evil.example", r"www~\.evil\.example a\@~evil\.example"),
    (":material/home: :red[x]", r"\:~material\/home\: \:~red\[x\]"),
    ("&lt;b&gt; $x$", r"\&lt\;b\&gt\; \$x\$"),
    ("1. 甲\n\n    乙", r"1\. 甲 乙"),
    ("20:15 张三（一组）", r"20\:15 张三（一组）"),
]


@pytest.mark.parametrize(("written", "sent"), WRITTEN)
def test_words_that_somebody_else_has_written_are_only_words(written: str, sent: str) -> None:
    assert plain(written) == sent.replace("~", "\N{WORD JOINER}")


def test_a_template_comes_from_the_page(county: Engine, tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(process.template("petition"))
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames == ["诉求", "说明"]

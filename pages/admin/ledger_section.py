"""台账: take a template, check a file, see how it was understood, load it or correct rows by it, take a loading back, look at what was
refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from data_access.accounts import is_demo
from data_access.engine import engine
from data_access.imports import LEDGER_NAMES, NOT_CORRECTED, import_count, imports, refused_count, refused_rows
from metrics.wording import whole
from pages.admin import process
from pages.admin.accounts_section import places_of
from pages.admin.acts import PAGE_ROWS, fresh, picked_page, said_next, signed_in
from pages.admin.database_section import TABLE_NAMES
from pages.admin.mapping_section import asked_places, asked_words, layout_form, remembered
from pages.common import loaders
from pages.common.address import from_address
from pages.common.downloads import file_button
from pages.common.navigation import plain
from pages.common.page import Page, PageStopped
from pages.common.uploads import file_uploader
from reports.meeting_files import XLSX
from reports.views import admin
from reports.wording import chinese_marks

CHECKED = "admin_ledger_checked"
PLANNED = "admin_undo_planned"
YEAR = "admin_ledger_year"
"""By file: the year that was answered; the question itself is gone after loading, and a widget that is gone forgets."""
SHOWN = 200
YEARS_BACK = 3
LOADING, CORRECTING = "装入", "更正"
DOING = {"check": "检查", "load": "装入", "correct": "更正"}


@dataclass(frozen=True)
class Given:
    """A file and what the clerk said with it: which ledger, whose, which year."""

    kind: str
    file: UploadedFile
    area: str
    year: int | None

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.kind, self.file.file_id, self.area, self.year)

    @property
    def called(self) -> str:
        """The file's name without what says its format."""
        return self.file.name.rsplit(".", 1)[0]

    def ask(self, task: str, *more: str) -> process.Answer:
        doing = f"正在{DOING[task]} {plain(self.file.name)} …"
        bar = st.progress(0.0, text=f"正在读取 {plain(self.file.name)} …")  # before its rows can be counted

        def told(share: float) -> None:
            bar.progress(min(1.0, share), text=doing)

        account = signed_in("may_administer")
        if not account.scope.covers(self.area):
            raise PageStopped
        answer = process.ledger(
            task,
            self.kind,
            self.file.name,
            self.file.getvalue(),
            area=self.area,
            by=account.username,
            year=self.year,
            more=more,
            progress=told,
        )
        bar.empty()
        return answer


def _told(words: str) -> str:
    """What the reader of files says: it holds names of sheets and words of cells."""
    return plain(chinese_marks(words))


def ledger_section(p: Page) -> None:
    with engine().connect() as connection:
        if is_demo(connection):
            st.info("这是虚构的演示库：台账可以检查，不能装入。真实的县请用自己的库，先建第一个系统管理员账号。")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "台账",
            list(LEDGER_NAMES),
            format_func=lambda each: LEDGER_NAMES.get(each, each),
            width=200,
            **from_address("kind", LEDGER_NAMES, next(iter(LEDGER_NAMES))),
        ) or next(iter(LEDGER_NAMES))
        whose = places_of(p.scope)
        area = st.selectbox("来自", list(whose), format_func=lambda code: whose.get(code, code), width=200, key="ledger-from") or ""
        name = f"{LEDGER_NAMES[kind]}台账模板"
        made = partial(process.template, kind)
        button = partial(file_button, right="may_administer", icon=":material/download:")
        button(f"下载{LEDGER_NAMES[kind]}模板", f"{name}.xlsx", XLSX, made, key=f"template-{kind}", what=name)
    tasks = [LOADING] if kind in NOT_CORRECTED else [LOADING, CORRECTING]
    task = p.choose("做什么", tasks, "task", LOADING) if len(tasks) > 1 else LOADING
    if task == CORRECTING:
        st.caption("已装入的行有错时用：文件里写对的行，按编号认出库里的那一行；先逐项列出旧值和新值，写明原因后才改。不新增，也不删除。")
    file = file_uploader("上传 Excel、WPS 表格或 CSV", type=None, key=f"ledger-{kind}", max_upload_size=20)
    if file is not None:
        given = Given(kind, file, area or p.scope.area or "", st.session_state.get(YEAR, {}).get(file.file_id))
        (_corrected if task == CORRECTING else _checked)(p, given)
    st.subheader("装入记录", anchor=False)
    _log(p)
    st.subheader("记住的对应", anchor=False)
    remembered(p)


def _checked(p: Page, given: Given) -> None:
    """First the check; only what was checked can be loaded, and once."""
    answer, loaded = _asked(given, "check")
    if answer.error:
        if not answer.layouts:
            st.error(_told(answer.error))
            return
        st.warning(_told(f"{answer.error.partition('。')[0]}。"))
        _remember(layout_form(answer.layouts[0], given.file.file_id, given.called), given.area)
        return
    _preview(p, answer, loaded)
    if not loaded:
        _questions(given, answer)
        _mapped(given, answer)
    good = answer.number("added") + answer.number("changed")
    if answer.refused_file:
        rows = partial(bytes, answer.refused_file)
        what = f"台账退回行 {LEDGER_NAMES[given.kind]} {given.file.name}"
        file_button(
            "下载有问题的行（附原因）", f"{given.called}.退回.xlsx", XLSX, rows, key="refused-rows", what=what, right="may_administer"
        )
    if loaded:
        return
    bad = f"退回 {whole(answer.number('refused'))} 行" if answer.number("refused") else ""
    label = "，".join(part for part in (f"装入 {whole(good)} 行" if good or not bad else "", bad) if part)
    if st.button(label, type="primary", disabled=good + answer.number("refused") == 0, key="load-ledger"):
        result = given.ask("load")
        if result.error:
            st.error(_told(result.error))
            return
        st.session_state[CHECKED] = (("check", *given.key), result, True)
        st.rerun()


def _asked(given: Given, task: str, *more: str) -> tuple[process.Answer, bool]:
    """What the check of this file said, asked once; and whether it has been written since."""
    known = st.session_state.get(CHECKED)
    if known is None or known[0] != (task, *given.key):
        known = st.session_state[CHECKED] = ((task, *given.key), given.ask(task, *more), False)
    return known[1], known[2]


def _corrected(p: Page, given: Given) -> None:
    """First what would be corrected, old → new; written with a reason, and once."""
    masked = [] if p.scope.may_see_names else ["--masked"]
    answer, done = _asked(given, "correct", *masked)
    if answer.error:
        st.error(_told(answer.error))
        return
    differ, bad = answer.number("differ"), answer.number("refused")
    said = f"{'已更正' if done else '要更正'} {whole(differ)} 行，相同 {whole(answer.number('same'))} 行，不能更正 {whole(bad)} 行。"
    (st.success if done else st.info)(chinese_marks(said))
    if differ:
        p.show(admin.correction_table([chinese_marks(each) for each in answer.counts["changes"][:SHOWN]]), key="ledger-corrections")
    if bad:
        p.show(admin.fault_table(answer.faults[:SHOWN]), key="ledger-faults")
    if done:
        return
    _questions(given, answer)
    why = st.text_input("更正的原因", key="correct-why", placeholder="与新旧值、更正人、时间一起记入审计")
    if st.button(f"更正 {whole(differ)} 行", type="primary", disabled=not differ or not why.strip(), key="correct-ledger"):
        result = given.ask("correct", "--yes", "--why", why, *masked)
        if result.error:
            st.error(_told(result.error))
            return
        st.session_state[CHECKED] = (("correct", *given.key), result, True)
        st.rerun()


def _preview(p: Page, answer: process.Answer, loaded: bool) -> None:
    bad = answer.number("refused")
    verbs = ("已新增", "已更新", "退回") if loaded else ("可新增", "可更新", "有问题")
    said = (
        f"共 {whole(answer.number('rows'))} 行：{verbs[0]} {whole(answer.number('added'))}，{verbs[1]} {whole(answer.number('changed'))}，"
        f"早已在库 {whole(answer.number('same'))}，{verbs[2]} {whole(bad)}。"
    )
    if loaded:
        st.success(f"{chinese_marks(said)}装入编号 {answer.counts['import_id']}。", icon=":material/check:")
    elif bad:
        st.warning(chinese_marks(f"{said}有问题的行不会装入，会原样留存并写明原因。"))
    else:
        st.info(chinese_marks(f"{said}没有问题，可以装入。") if answer.number("rows") else "文件里没有可装入的行。")
    told = answer.counts["preview"]
    for line in admin.reading_sentences(told):
        st.markdown(_told(line))
    if told["left_out"]:
        st.warning(_told("没有装入的：" + ";".join(told["left_out"][:SHOWN])))
    if bad:
        faults = answer.faults[:SHOWN]
        p.show(admin.fault_table(faults), key="ledger-faults")
        if bad > len(faults):
            st.caption(f"只列出前 {len(faults)} 行，全部见下载的文件。")
    if told["rows"]:
        p.show(admin.understood_table(told["titles"], told["rows"]), key="ledger-understood")
    if told["changes"]:
        st.caption(_told("将更新：" + ";".join(told["changes"])))


def _questions(given: Given, answer: process.Answer) -> None:
    """What the file does not tell: the year, and who is meant by a name that several bear."""
    told = answer.counts["preview"]
    if told["year_asked"] or given.year is not None:
        this_year = loaders.today().year
        years = list(range(this_year, this_year - YEARS_BACK, -1))
        year = st.selectbox(
            "日期没有写年份，是哪一年？",
            years,
            index=None,
            placeholder="选择年份",
            key=f"year-{given.file.file_id}",
            width=260,
        )
        if year is not None and year != given.year:
            st.session_state[YEAR] = {given.file.file_id: year}
            st.rerun()
    for place, one in enumerate(told["questions"]):
        choices = {int(who): f"{roles}（人员编号 {who}）" for who, roles in one["choices"]}
        chosen = st.selectbox(
            f"{plain(one['where'])}的“{plain(one['name'])}”是哪一位？（{whole(one['rows'])} 行）",
            list(choices),
            index=None,
            format_func=choices.__getitem__,
            placeholder="选定后记住，以后照此",
            key=f"who-{given.file.file_id}-{place}",
        )
        if chosen is not None:
            account = signed_in("may_administer")
            _again(process.choose(one["name"], one["unit"], chosen, account.username, account.scope.area or ""))


def _mapped(given: Given, answer: process.Answer) -> None:
    """What words and units of the file mean that nobody knows yet, and how its columns are read."""
    told, key = answer.counts["preview"], given.file.file_id
    _remember(asked_words(told, key), given.area)
    place = asked_places(told, key)
    if place is not None:
        account = signed_in("may_administer")
        _again(process.alias(*place, account.username, account.scope.area or "", given.area))
    for layout in told["layouts"]:
        sheet = f"（{plain(layout['sheet'])}）" if len(told["layouts"]) > 1 else ""
        with st.expander(f"各列是怎么读的{sheet}", expanded=bool(layout["missing"])):
            _remember(layout_form(layout, key, given.called), given.area)


def _remember(mapping: dict[str, Any] | None, of: str) -> None:
    """For the files of whoever says it; ``of``: the area of the file in hand."""
    if mapping is not None:
        account = signed_in("may_administer")
        _again(process.keep_mapping(mapping, account.username, account.scope.area or "", of))


def _again(problem: str | None) -> None:
    """Checks the file anew, now that more is known."""
    if problem:
        st.error(_told(problem))
        return
    st.session_state.pop(CHECKED, None)
    st.rerun()


def _log(p: Page) -> None:
    page = picked_page(fresh(import_count, p.scope), "imports-page")
    log = fresh(imports, p.scope, limit=PAGE_ROWS, offset=page * PAGE_ROWS)
    p.show(admin.import_table(log, LEDGER_NAMES), key="imports")
    older = admin.loads_without_journal(log)
    if older:
        st.caption(chinese_marks(older))
    _undo(p, _picked("撤销一次装入", admin.loads_to_undo(log, LEDGER_NAMES), "选择一次装入：新增的删去，改动的恢复原值"))
    _refused(p, _picked("查看退回的行", admin.loads_with_refused(log, LEDGER_NAMES), "选择一次装入"))


def _picked(label: str, loads: dict[int, str], placeholder: str) -> int | None:
    """One of the loadings, where there are any."""
    if not loads:
        return None
    return st.selectbox(label, list(loads), index=None, format_func=lambda each: loads.get(each, str(each)), placeholder=placeholder)


def _planned(import_id: int) -> process.Answer:
    """What taking the loading back would do, asked once while it is chosen; what stands in its way by then is asked again by the act."""
    known = st.session_state.get(PLANNED)
    if known is None or known[0] != import_id:
        known = st.session_state[PLANNED] = (import_id, process.undo(import_id, signed_in("may_administer").scope.area or ""))
    planned: process.Answer = known[1]
    return planned


def _undo(p: Page, chosen: int | None) -> None:
    if chosen is None:
        return
    planned = _planned(chosen)
    if planned.error:
        st.error(_told(planned.error))
        return
    p.show(admin.undo_table(planned.counts["tables"], TABLE_NAMES), key="undo-plan")
    if planned.counts["obstacles"]:
        st.error(_told("不能撤销：" + "".join(planned.counts["obstacles"])))
        return
    why = st.text_input("撤销的原因", key="undo-why", placeholder="与撤销人、时间一起记入审计")
    if st.button("撤销这次装入", disabled=not why.strip(), key="undo"):
        account = signed_in("may_administer")
        answer = process.undo(chosen, account.scope.area or "", why, account.username)
        if answer.error or not answer.counts["undone"]:
            st.error(_told(answer.error or "没有撤销：" + "".join(answer.counts["obstacles"])))
            return
        st.session_state.pop(CHECKED, None)
        st.session_state.pop(PLANNED, None)
        removed, restored = whole(answer.number("removed")), whole(answer.number("restored"))
        said_next(chinese_marks(f"已撤销装入编号 {chosen}：删去 {removed} 行，恢复 {restored} 行。"))


def _refused(p: Page, chosen: int | None) -> None:
    if chosen is None:
        return
    first = picked_page(fresh(refused_count, p.scope, import_id=chosen), f"refused-{chosen}") * PAGE_ROWS
    refused = fresh(refused_rows, p.scope, import_id=chosen, limit=PAGE_ROWS, offset=first)
    p.show(admin.refused_table(refused), key="refused")
    st.caption(f"整行原样留存；在服务器上用 python -m ingest refused {chosen} --out 文件.xlsx 取出，改好后照常装入。")

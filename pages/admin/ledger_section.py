"""台账: take a template, check a file, see how it was understood, load it or correct rows by it, take a loading back, look at what was
refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from data_access.audit import Action
from data_access.imports import LEDGER_NAMES, NOT_CORRECTED, import_count, imports, refused_count, refused_rows
from metrics.wording import whole
from pages.admin import process
from pages.admin.accounts_section import places_of
from pages.admin.acts import PAGE_ROWS, fresh, picked_page, said_next, signed_in
from pages.common import loaders
from pages.common.address import from_address
from pages.common.auth import audited
from pages.common.page import Page
from reports.meeting_files import XLSX
from reports.views import admin
from reports.wording import chinese_marks

CHECKED = "admin_ledger_checked"
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

    def ask(self, task: str, *more: str) -> process.Answer:
        doing = f"正在{DOING[task]} {self.file.name} …"
        bar = st.progress(0.0, text=f"正在读取 {self.file.name} …")  # a large file is opened for a while before its rows can be counted

        def told(share: float) -> None:
            bar.progress(min(1.0, share), text=doing)

        answer = process.ledger(
            task,
            self.kind,
            self.file.name,
            self.file.getvalue(),
            area=self.area,
            by=signed_in().username,
            year=self.year,
            more=more,
            progress=told,
        )
        bar.empty()
        return answer


def ledger_section(p: Page) -> None:
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
        st.download_button(
            f"下载{LEDGER_NAMES[kind]}模板",
            data=lambda: process.template(kind),
            file_name=f"{LEDGER_NAMES[kind]}台账模板.xlsx",
            mime=XLSX,
            icon=":material/download:",
        )
    tasks = [LOADING] if kind in NOT_CORRECTED else [LOADING, CORRECTING]
    task = p.choose("做什么", tasks, "task", LOADING) if len(tasks) > 1 else LOADING
    if task == CORRECTING:
        st.caption("已装入的行有错时用：文件里写对的行，按编号认出库里的那一行；先逐项列出旧值和新值，写明原因后才改。不新增，也不删除。")
    file = st.file_uploader("上传 Excel、WPS 表格或 CSV", type=None, key=f"ledger-{kind}", max_upload_size=20)
    if file is not None:
        given = Given(kind, file, area or p.scope.area or "", st.session_state.get(YEAR, {}).get(file.file_id))
        (_corrected if task == CORRECTING else _checked)(p, given)
    st.subheader("装入记录", anchor=False)
    _log(p)


def _checked(p: Page, given: Given) -> None:
    """First the check; only what was checked can be loaded, and once."""
    answer, loaded = _asked(given, "check")
    if answer.error:
        st.error(chinese_marks(answer.error))
        return
    _preview(p, answer, loaded)
    if not loaded:
        _questions(given, answer)
    good = answer.number("added") + answer.number("changed")
    if answer.refused_file:
        st.download_button(
            "下载有问题的行（附原因）",
            data=answer.refused_file,
            file_name=f"{given.file.name.rsplit('.', 1)[0]}.退回.xlsx",
            mime=XLSX,
            on_click=lambda: audited(Action.EXPORT, f"台账退回行 {LEDGER_NAMES[given.kind]} {given.file.name}"),
        )
    if loaded:
        return
    bad = f"退回 {whole(answer.number('refused'))} 行" if answer.number("refused") else ""
    label = ",".join(part for part in (f"装入 {whole(good)} 行" if good or not bad else "", bad) if part)
    if st.button(label, type="primary", disabled=good + answer.number("refused") == 0, key="load-ledger"):
        result = given.ask("load")
        if result.error:
            st.error(result.error)
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
        st.error(chinese_marks(answer.error))
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
            st.error(chinese_marks(result.error))
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
        st.markdown(chinese_marks(line))
    if told["left_out"]:
        st.warning(chinese_marks("没有装入的：" + ";".join(told["left_out"][:SHOWN])))
    if bad:
        faults = answer.faults[:SHOWN]
        p.show(admin.fault_table(faults), key="ledger-faults")
        if bad > len(faults):
            st.caption(f"只列出前 {len(faults)} 行，全部见下载的文件。")
    if told["rows"]:
        p.show(admin.understood_table(told["titles"], told["rows"]), key="ledger-understood")
    if told["changes"]:
        st.caption(chinese_marks("将更新：" + ";".join(told["changes"])))


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
            f"{one['where']}的“{one['name']}”是哪一位？（{whole(one['rows'])} 行）",
            list(choices),
            index=None,
            format_func=choices.__getitem__,
            placeholder="选定后记住，以后照此",
            key=f"who-{given.file.file_id}-{place}",
        )
        if chosen is not None:
            problem = process.choose(one["name"], one["unit"], chosen, signed_in().username)
            if problem:
                st.error(problem)
                return
            st.session_state.pop(CHECKED)
            st.rerun()


def _log(p: Page) -> None:
    page = picked_page(fresh(import_count, p.scope), "imports-page")
    log = fresh(imports, p.scope, limit=PAGE_ROWS, offset=page * PAGE_ROWS)
    p.show(admin.import_table(log, LEDGER_NAMES), key="imports")
    older = admin.loads_without_journal(log)
    if older:
        st.caption(chinese_marks(older))
    _undo(_picked("撤销一次装入", admin.loads_to_undo(log, LEDGER_NAMES), "选择一次装入：新增的删去，改动的恢复原值"))
    _refused(p, _picked("查看退回的行", admin.loads_with_refused(log, LEDGER_NAMES), "选择一次装入"))


def _picked(label: str, loads: dict[int, str], placeholder: str) -> int | None:
    """One of the loadings, where there are any."""
    if not loads:
        return None
    return st.selectbox(label, list(loads), index=None, format_func=lambda each: loads.get(each, str(each)), placeholder=placeholder)


def _undo(chosen: int | None) -> None:
    if chosen is None:
        return
    why = st.text_input("撤销的原因", key="undo-why", placeholder="与撤销人、时间一起记入审计")
    if st.button("撤销这次装入", disabled=not why.strip(), key="undo"):
        answer = process.undo(chosen, why, signed_in().username)
        if answer.error or not answer.counts["undone"]:
            st.error(chinese_marks(answer.error or "没有撤销：" + "".join(answer.counts["obstacles"])))
            return
        st.session_state.pop(CHECKED, None)
        removed, restored = whole(answer.number("removed")), whole(answer.number("restored"))
        said_next(chinese_marks(f"已撤销装入编号 {chosen}：删去 {removed} 行，恢复 {restored} 行。"))


def _refused(p: Page, chosen: int | None) -> None:
    if chosen is None:
        return
    first = picked_page(fresh(refused_count, p.scope, import_id=chosen), f"refused-{chosen}") * PAGE_ROWS
    refused = fresh(refused_rows, p.scope, import_id=chosen, limit=PAGE_ROWS, offset=first)
    p.show(admin.refused_table(refused), key="refused")
    st.caption(f"整行原样留存；在服务器上用 python -m ingest refused {chosen} --out 文件.xlsx 取出，改好后照常装入。")

"""台账: take a template, check a file, load it, and look back at what was loaded and refused."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from data_access.audit import Action
from data_access.imports import LEDGER_NAMES, import_count, imports, refused_count, refused_rows
from metrics.wording import whole
from pages.admin import process
from pages.admin.acts import PAGE_ROWS, fresh, picked_page, signed_in
from pages.common.address import from_address
from pages.common.auth import audited
from pages.common.page import Page
from reports.meeting_files import XLSX
from reports.views import admin

CHECKED = "admin_ledger_checked"
SHOWN = 200


def ledger_section(p: Page) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "台账",
            list(LEDGER_NAMES),
            format_func=lambda each: LEDGER_NAMES.get(each, each),
            width=200,
            **from_address("kind", LEDGER_NAMES, next(iter(LEDGER_NAMES))),
        ) or next(iter(LEDGER_NAMES))
        st.download_button(
            f"下载{LEDGER_NAMES[kind]}模板",
            data=lambda: process.template(kind),
            file_name=f"{LEDGER_NAMES[kind]}台账模板.xlsx",
            mime=XLSX,
            icon=":material/download:",
        )
    given = st.file_uploader("上传 .xlsx 或 .csv", type=["xlsx", "xlsm", "csv"], key=f"ledger-{kind}", max_upload_size=20)
    if given is not None:
        _checked(p, kind, given)
    st.subheader("装入记录", anchor=False)
    _log(p)


def _checked(p: Page, kind: str, given: UploadedFile) -> None:
    """First the check; only what was checked can be loaded, and once."""
    name, file_id = given.name, given.file_id
    known = st.session_state.get(CHECKED)
    if known is None or known[0] != (kind, file_id):
        with st.spinner(f"正在检查 {name} …"):
            answer = process.ledger("check", kind, name, given.getvalue(), area=p.scope.area or "", by=signed_in().username)
        known = st.session_state[CHECKED] = ((kind, file_id), answer, False)
    _, answer, loaded = known
    if answer.error:
        st.error(answer.error)
        return
    _preview(p, answer, loaded)
    good = answer.number("added") + answer.number("changed")
    if answer.refused_file:
        st.download_button(
            "下载有问题的行（附原因）",
            data=answer.refused_file,
            file_name=f"{name.rsplit('.', 1)[0]}.退回.xlsx",
            mime=XLSX,
            on_click=lambda: audited(Action.EXPORT, f"台账退回行 {LEDGER_NAMES[kind]} {name}"),
        )
    if loaded:
        return
    bad = f"退回 {whole(answer.number('refused'))} 行" if answer.number("refused") else ""
    label = ",".join(part for part in (f"装入 {whole(good)} 行" if good or not bad else "", bad) if part)
    if st.button(label, type="primary", disabled=good + answer.number("refused") == 0, key="load-ledger"):
        with st.spinner(f"正在装入 {name} …"):
            result = process.ledger("load", kind, name, given.getvalue(), area=p.scope.area or "", by=signed_in().username)
        if result.error:
            st.error(result.error)
            return
        st.session_state[CHECKED] = ((kind, file_id), result, True)
        st.rerun()


def _preview(p: Page, answer: process.Answer, loaded: bool) -> None:
    bad = answer.number("refused")
    verbs = ("已新增", "已更新", "退回") if loaded else ("可新增", "可更新", "有问题")
    said = (
        f"共 {whole(answer.number('rows'))} 行：{verbs[0]} {whole(answer.number('added'))}，{verbs[1]} {whole(answer.number('changed'))}，"
        f"早已在库 {whole(answer.number('same'))}，{verbs[2]} {whole(bad)}。"
    )
    if loaded:
        st.success(f"{said}装入编号 {answer.counts['import_id']}。", icon=":material/check:")
    elif bad:
        st.warning(f"{said}有问题的行不会装入，会原样留存并写明原因。")
    else:
        st.info(f"{said}没有问题，可以装入。" if answer.number("rows") else "文件里没有可装入的行。")
    if bad:
        faults = answer.faults[:SHOWN]
        p.show(admin.fault_table(faults), key="ledger-faults")
        if bad > len(faults):
            st.caption(f"只列出前 {len(faults)} 行，全部见下载的文件。")


def _log(p: Page) -> None:
    page = picked_page(fresh(import_count, p.scope), "imports-page")
    log = fresh(imports, p.scope, limit=PAGE_ROWS, offset=page * PAGE_ROWS)
    p.show(admin.import_table(log, LEDGER_NAMES), key="imports")
    with_refused = admin.loads_with_refused(log, LEDGER_NAMES)
    if not with_refused:
        return
    chosen = st.selectbox(
        "查看退回的行",
        list(with_refused),
        index=None,
        format_func=lambda each: with_refused.get(each, str(each)),
        placeholder="选择一次装入",
    )
    if chosen is None:
        return
    first = picked_page(fresh(refused_count, p.scope, import_id=chosen), f"refused-{chosen}") * PAGE_ROWS
    refused = fresh(refused_rows, p.scope, import_id=chosen, limit=PAGE_ROWS, offset=first)
    p.show(admin.refused_table(refused), key="refused")
    st.caption(f"整行原样留存；在服务器上用 python -m ingest refused {chosen} --out 文件.xlsx 取出。")

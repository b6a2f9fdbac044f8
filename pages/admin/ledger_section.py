"""台账: take a template, check a file, load it, and look back at what was loaded and refused."""

from __future__ import annotations

import streamlit as st

from data_access.audit import Action
from data_access.imports import LEDGER_NAMES, import_count, imports, refused_count, refused_rows
from data_access.scope import Scope
from metrics.wording import moment_text, whole
from pages.admin import process
from pages.admin.parts import PAGE_ROWS, fresh, last_said, picked_page, signed_in, table
from pages.common.address import from_address
from pages.common.auth import audited

CHECKED = "admin_ledger_checked"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


def ledger_section(scope: Scope) -> None:
    last_said()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "台账",
            list(LEDGER_NAMES),
            format_func=LEDGER_NAMES.get,
            width=200,
            **from_address("kind", LEDGER_NAMES, next(iter(LEDGER_NAMES))),
        )
        st.download_button(
            f"下载{LEDGER_NAMES[kind]}模板",
            data=lambda: process.template(kind),
            file_name=f"{LEDGER_NAMES[kind]}台账模板.xlsx",
            mime=XLSX,
            icon=":material/download:",
        )
    given = st.file_uploader("上传 .xlsx 或 .csv", type=["xlsx", "xlsm", "csv"], key=f"ledger-{kind}", max_upload_size=20)
    if given is not None:
        _checked(scope, kind, given)
    st.subheader("装入记录", anchor=False)
    _log(scope)


def _checked(scope: Scope, kind: str, given: object) -> None:
    """First the check; only what was checked can be loaded, and once."""
    name, file_id = str(given.name), str(given.file_id)  # type: ignore[attr-defined]
    kept = st.session_state.get(CHECKED)
    if kept is None or kept[0] != (kind, file_id):
        with st.spinner(f"正在检查 {name} …"):
            answer = process.ledger("check", kind, name, given.getvalue(), area=scope.area or "", by=signed_in().username)  # type: ignore[attr-defined]
        kept = st.session_state[CHECKED] = ((kind, file_id), answer, False)
    _, answer, loaded = kept
    if answer.error:
        st.error(answer.error)
        return
    _preview(answer, loaded)
    good = answer.number("added") + answer.number("changed")
    if answer.refused_file:
        st.download_button(
            "下载有问题的行(附原因)",
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
            result = process.ledger("load", kind, name, given.getvalue(), area=scope.area or "", by=signed_in().username)  # type: ignore[attr-defined]
        if result.error:
            st.error(result.error)
            return
        st.session_state[CHECKED] = ((kind, file_id), result, True)
        st.rerun()


def _preview(answer: process.Answer, loaded: bool) -> None:
    bad = answer.number("refused")
    verbs = ("已新增", "已更新", "退回") if loaded else ("可新增", "可更新", "有问题")
    said = (
        f"共 {whole(answer.number('rows'))} 行:{verbs[0]} {whole(answer.number('added'))},{verbs[1]} {whole(answer.number('changed'))},"
        f"早已在库 {whole(answer.number('same'))},{verbs[2]} {whole(bad)}。"
    )
    if loaded:
        st.success(f"{said}装入编号 {answer.counts['import_id']}。", icon=":material/check:")
    elif bad:
        st.warning(f"{said}有问题的行不会装入,会原样留存并写明原因。")
    else:
        st.info(f"{said}没有问题,可以装入。" if answer.number("rows") else "文件里没有可装入的行。")
    if bad:
        rows = [(fault["row"], fault["column"], fault["value"], fault["reason"]) for fault in answer.faults[:SHOWN]]
        table(("行", "列", "填的内容", "问题"), rows, "ledger-faults", numbers=(0,))
        if bad > len(rows):
            st.caption(f"只列出前 {len(rows)} 行,全部见下载的文件。")


def _log(scope: Scope) -> None:
    page = picked_page(fresh(import_count, scope), "imports-page")
    log = fresh(imports, scope, limit=PAGE_ROWS, offset=page * PAGE_ROWS)
    rows = [
        (
            row["id"],
            moment_text(row["loaded_at"]),
            LEDGER_NAMES.get(row["kind"], row["kind"]),
            row["file_name"],
            row["loaded_by"],
            *(whole(row[f"rows_{name}"]) for name in ("total", "added", "changed", "same", "refused")),
        )
        for row in log.to_dict("records")
    ]
    headers = ("编号", "装入时间", "台账", "文件", "装入人", "共", "新增", "更新", "已有", "退回")
    table(headers, rows, "imports", numbers=(0, 5, 6, 7, 8, 9), empty="还没有装入过台账")
    with_refused = {
        int(row["id"]): f"{row['id']} · {LEDGER_NAMES.get(row['kind'], row['kind'])} · {row['file_name']} · 退回 {row['rows_refused']} 行"
        for row in log.to_dict("records")
        if row["rows_refused"]
    }
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
    total = fresh(refused_count, scope, import_id=chosen)
    first = picked_page(total, f"refused-{chosen}") * PAGE_ROWS
    refused = fresh(refused_rows, scope, import_id=chosen, limit=PAGE_ROWS, offset=first)
    shown = [(row["row_number"], row["column_title"], row["value"] or "", row["reason"]) for row in refused.to_dict("records")]
    table(("行", "列", "填的内容", "问题"), shown, "refused", numbers=(0,), empty="这次退回的行涉及检举控告,本账号不显示")
    st.caption(f"整行原样留存;在服务器上用 python -m ingest refused {chosen} --out 文件.xlsx 取出。")

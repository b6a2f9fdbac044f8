"""What an office's headings, words and units mean: asked at the first file of a layout, remembered, shown, changed, taken along."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import streamlit as st

from data_access.imports import LEDGER_NAMES, ledger_mappings, unit_aliases
from metrics.wording import whole
from pages.admin import process
from pages.admin.accounts_section import places_of
from pages.admin.acts import fresh, said_next, signed_in
from pages.common.downloads import file_button
from pages.common.navigation import plain
from pages.common.page import Page
from pages.common.uploads import file_uploader
from reports.views import admin
from reports.wording import chinese_marks

UNREAD, SERIAL = "不读", "序号"
EVERY_ROW = "都是"
TOML = "application/toml"
Layout = dict[str, Any]
"""What is known of a file's headings (the answer's ``layouts``)."""


def layout_form(layout: Layout, key: str, called: str) -> dict[str, Any] | None:
    """Which heading is which column, and what no heading tells; the mapping to keep, once the clerk says so.

    ``called``: the file's name, and so the mapping's until somebody gives it another.
    """
    headings, fields = [heading for heading, _ in layout["headings"] if heading != SERIAL], [each["title"] for each in layout["fields"]]
    examples = dict(layout["headings"])
    first_of = {heading: field for field, pointed in reversed(layout["columns"].items()) for heading in pointed}
    with st.form(f"layout-{key}-{layout['fingerprint']}"):
        st.markdown(plain(chinese_marks(admin.layout_sentence(layout))))
        lacking = dict(_lacking(layout, key, examples))
        chosen = {}
        places = st.columns(3)
        for at, heading in enumerate(headings):
            options = [UNREAD, *fields]
            chosen[heading] = places[at % 3].selectbox(
                plain(f"{heading}（{examples[heading]}）" if examples[heading] else heading),
                options,
                index=options.index(first_of.get(heading, UNREAD)),
                key=f"column-{key}-{layout['fingerprint']}-{at}",
            )
        if not st.form_submit_button("记住，再检查一次", type="primary"):
            return None
    said = _said(layout, first_of, chosen, lacking)
    return said if layout["by"] else said | {"name": called}


def _lacking(layout: Layout, key: str, examples: dict[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Columns that must be told: by a heading, or for every row alike. Yields column → (heading, '') or ('', word)."""
    told_alike = {*layout["missing"], *layout["defaults"]}
    wanted = [each for each in layout["fields"] if each["required"] or each["title"] in told_alike]
    untold = [each for each in wanted if not layout["columns"].get(each["title"])]
    places = st.columns(3)
    for at, each in enumerate(untold):
        options = [("", ""), *(("", word) for word in each["choices"]), *((heading, "") for heading in examples)]
        default = ("", layout["defaults"].get(each["title"], ""))
        picked = places[at % 3].selectbox(
            f"{each['title']}（必填）" if each["title"] in layout["missing"] else each["title"],
            options,
            index=options.index(default) if default in options else 0,
            format_func=_option,
            key=f"lacking-{key}-{layout['fingerprint']}-{at}",
            help=chinese_marks(each["hint"]) or None,
        )
        yield each["title"], picked


def _option(option: tuple[str, str]) -> str:
    heading, word = option
    return f"看“{heading}”这一列" if heading else f"{EVERY_ROW}“{word}”" if word else "选一列，或选都是什么"


def _said(layout: Layout, first_of: dict[str, str], chosen: dict[str, str], lacking: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """The mapping as it was chosen; a column that is read no more says so, or its own name would bring it back."""
    columns: dict[str, list[str]] = {}
    for heading, field in chosen.items():
        if field != UNREAD:
            columns.setdefault(field, []).append(heading)
    for field, pointed in layout["columns"].items():
        shown = any(first_of.get(heading) == field for heading in pointed)
        columns.setdefault(field, [] if shown else pointed)
    columns |= {field: [heading] for field, (heading, _) in lacking.items() if heading}
    defaults = {field: word for field, word in layout["defaults"].items() if field not in lacking}
    defaults |= {field: word for field, (_, word) in lacking.items() if word}
    return _mapping(layout) | {"columns": columns, "defaults": defaults}


def _mapping(layout: Layout) -> dict[str, Any]:
    """The layout as the file that is kept."""
    parts = {name: layout[name] for name in ("name", "kind", "columns", "words", "defaults")}
    return parts | {"headings": [heading for heading, _ in layout["headings"]]}


def asked_words(told: dict[str, Any], key: str) -> dict[str, Any] | None:
    """What a word means that the ledger does not know; the mapping to keep, once somebody has said it of one."""
    by_fingerprint = {layout["fingerprint"]: layout for layout in told["layouts"]}
    for at, one in enumerate(told["words"]):
        meant = st.selectbox(
            f"“{one['column']}”里的“{plain(one['said'])}”是什么意思？（{whole(one['rows'])} 行）",
            [*one["choices"], ""],
            index=None,
            format_func=lambda each: each or "等于没有填",
            placeholder="选定后记住，以后照此",
            key=f"word-{key}-{at}-{one['said']}",
        )
        if meant is not None:
            layout = by_fingerprint[one["fingerprint"]]
            words = {column: dict(pairs) for column, pairs in layout["words"].items()}
            words.setdefault(one["column"], {})[one["said"]] = meant
            return _mapping(layout) | {"words": words}
    return None


def asked_places(told: dict[str, Any], key: str) -> tuple[str, str] | None:
    """Which unit or department a name means that none bears; name and code, once somebody has said it of one."""
    for at, one in enumerate(told["places"]):
        names = dict(one["choices"])
        code = st.selectbox(
            f"“{plain(one['said'])}”是哪个单位？（{whole(one['rows'])} 行）",
            list(names),
            index=None,
            format_func=names.__getitem__,
            placeholder="选定后记住，以后照此",
            key=f"place-{key}-{at}-{one['said']}",
        )
        if code is not None:
            return one["said"], code
    return None


def remembered(p: Page) -> None:
    """记住的对应: mappings and other names of units, to look at, change, take along and delete."""
    _mappings(p)
    _aliases(p)


def _mappings(p: Page) -> None:
    kept, places = fresh(ledger_mappings, p.scope), places_of(p.scope)
    p.show(admin.mapping_table(kept, LEDGER_NAMES, places), key="mappings")
    rows = {f"{row['fingerprint']} {row['kind']} {row['area_code']}": row for row in kept.to_dict("records")}
    words = {
        of: " · ".join(
            (row["name"], LEDGER_NAMES.get(row["kind"], row["kind"]), admin.said_for(row["area_code"], places), row["fingerprint"][:6])
        )
        for of, row in rows.items()
    }
    of = None
    if words:
        asked = "看、改或删去一份列名对应"
        of = st.selectbox(asked, list(words), index=None, format_func=words.__getitem__, placeholder="选择一份", key="mapping-of")
    if of is not None:
        _one_mapping(rows[of], st.text_area("对应的内容", rows[of]["content"], height=260, key=f"mapping-text-{of}"))
    given = file_uploader("装入别处给的列名对应文件", type=None, key="mapping-given", max_upload_size=1)
    if given is not None and st.button("记住这一份", key="mapping-keep"):
        _act(process.keep_mapping(given.getvalue().decode("utf-8", "replace"), *_signed_in()), "已记住。")


def _one_mapping(row: dict[str, Any], text: str) -> None:
    """What may be done with a mapping: one said for a wider area is changed for the own area only, and not deleted."""
    by, area = _signed_in()
    with st.container(horizontal=True):
        if st.button("保存", key="mapping-save"):
            _act(process.keep_mapping(text, by, area, row["area_code"]), "已保存。")
        name, content = row["name"], partial(text.encode, "utf-8")
        file_button("下载", f"{name}.toml", TOML, content, key="mapping-file", what=f"列名对应 {name}", right="may_administer")
        if row["area_code"].startswith(area) and st.button("删去", key="mapping-delete"):
            _act(process.forget_mapping(row["fingerprint"], by, row["area_code"]), "已删去，以后遇到这种表格再问。")


def _signed_in() -> tuple[str, str]:
    """Who asks, and the area that what is said is kept for."""
    account = signed_in("may_administer")
    return account.username, account.scope.area or ""


def _aliases(p: Page) -> None:
    aliases, places = fresh(unit_aliases, p.scope), places_of(p.scope)
    if aliases.empty:
        return
    p.show(admin.alias_table(aliases, places), key="aliases")
    by, area = _signed_in()
    own = [(row["name"], row["area_code"]) for row in aliases.to_dict("records") if row["area_code"].startswith(area)]
    words = [f"{name}（{admin.said_for(where, places)}）" for name, where in own]
    at = st.selectbox(
        "删去一个单位别名", range(len(own)), index=None, format_func=words.__getitem__, placeholder="选择一个", key="alias-of"
    )
    if at is not None and st.button("删去这个别名", key="alias-delete"):
        _act(process.alias(own[at][0], None, by, own[at][1]), "已删去。")


def _act(problem: str | None, said: str) -> None:
    if problem:
        st.error(plain(chinese_marks(problem)))
    else:
        said_next(said)

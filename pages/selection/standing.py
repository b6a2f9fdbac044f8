"""The views of the ranking: shortlist with intervals, the whole ranking, who is not ranked and why, quotas."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from metrics.selection.flow import MOVED_UP, OFF_LIST, ON_LIST
from metrics.selection.gates import OK
from metrics.selection.words import chance_word, name_of, percent, place_words, result_of
from metrics.wording import MISSING, is_missing, whole
from pages.common.figures import show_figure
from pages.common.layout import note
from pages.common.panel import go_to, panel
from pages.common.selection_charts import rank_intervals
from pages.common.selections import selection_facts
from pages.common.sheets import Column, cell, heading, page_number, sheet
from pages.common.theme import palette
from pages.selection.asking import Asked
from pages.selection.papers import offer_gates, offer_quotas, offer_ranking, paper_buttons
from pages.selection.words import how_to_read, listed

SHEET_PAGE = "pages/selection/sheet.py"
ROWS = 50
NEAR = 2
"""Histories the seats, this many times as many who come next are drawn."""
GRAVEST = ("一票否决", "抽查未通过", "已退出", "任职不足", "样本不足")
"""The order in which reasons are listed."""
RANKING = (
    Column("名次", number=True),
    Column("姓名"),
    Column("乡镇", aside=True),
    Column("总分", number=True),
    Column("实绩 / 评单 / 测评 / 加分", aside=True),
    Column("名次多在", aside=True),
    Column("入选把握"),
    Column("换权重仍不变", number=True, aside=True),
    Column("结果"),
)


def _township(asked: Asked) -> str | None:
    here = sorted(set(asked.rows["township_code"]))
    if len(here) == 1:
        return str(here[0])
    names = asked.made.townships
    return st.selectbox(
        "乡镇",
        here,
        index=None,
        format_func=lambda code: f"{names.get(code, code)}({asked.made.seats.get(code, 0)} 个名额)",
        placeholder="全县",
        key="selection-township",
        label_visibility="collapsed",
        width=230,
    )


def shortlist(asked: Asked) -> None:
    """Who would be on the list and who comes next, drawn with how sure each place is."""
    township = _township(asked)
    rows = asked.rows if township is None else asked.rows[asked.rows["township_code"] == township]
    ranked = rows[rows["rank"].notna()]
    seats = len(listed(rows))
    if ranked.empty:
        note("没有符合条件的人选;原因见“资格”。")
        return
    limit = min(len(ranked), 40) if township is None else min(len(ranked), max(8, seats * (1 + NEAR)))
    shown = ranked.head(limit)
    where = "全县前列" if township is None else asked.made.townships.get(township, township)
    _intervals(asked, shown, where, seats)
    table = listed(rows) if township is None else shown
    offer_ranking(asked, table, f"名单 {where if township else '全县'}")
    paper_buttons(asked, rows, table, where if township else "全县")
    with_withdrawn = rows[rows["standing"].isin([ON_LIST, MOVED_UP, OFF_LIST])] if township is None else shown
    title = f"名单 {whole(seats)} 人" if township is None else f"{where}:名单 {seats} 人与其后各位"
    _ranking(asked, with_withdrawn, title + _moved(rows), "shortlist")


def _moved(rows: pd.DataFrame) -> str:
    """,退出 1 人,递补 1 人: who left the list and who came in stands beside it, not in a footnote."""
    words = [(name, int((rows["standing"] == name).sum())) for name in (OFF_LIST, MOVED_UP)]
    return "".join(f",{name} {whole(count)} 人" for name, count in words if count)


def _intervals(asked: Asked, rows: pd.DataFrame, where: str, seats: int) -> None:
    drawn = []
    for row in rows.to_dict("records"):
        mark = {MOVED_UP: " ↑递补", OFF_LIST: " ×退出"}.get(row["standing"], "")
        label = f"{int(row['rank'])} {name_of(row)}{mark}"
        drawn.append(
            {
                "label": label,
                "rank": int(row["rank"]),
                "rank_low": int(row["rank_low"]),
                "rank_high": int(row["rank_high"]),
                "seated": bool(row["standing"] in (ON_LIST, MOVED_UP)),
                "group": row["group"],
                "words": place_words(row),
            }
        )
    overlap = int(((rows["rank_low"] <= seats) & ~rows["standing"].isin([ON_LIST, MOVED_UP])).sum())
    title = f"{where}:横线越长,名次越不能当真"
    subtitle = "全县名次;实心=在名额内,横线=多在的范围"
    figure = rank_intervals(palette(), drawn, title=title, subtitle=subtitle)
    alt = f"{where}{len(drawn)}名人选的名次和区间;名额外有{overlap}人的区间伸进名额线内"
    show_figure(figure, key="intervals", alt=alt, name=f"评选-{asked.role_name}")
    _how_to_read(asked)


def _how_to_read(asked: Asked) -> None:
    """The four words of the tables, each in one sentence."""
    lines = [[whole_line(name), cell(said)] for name, said in how_to_read(asked.made.rules)]
    panel(heading("这几栏怎么读") + sheet((Column("栏目", tight=True), Column("意思")), lines), key="how-to-read")


def ranking(asked: Asked) -> None:
    """Everyone who is ranked, county-wide ranks."""
    ranked = asked.rows[asked.rows["rank"].notna()]
    offer_ranking(asked, ranked, "全部名次")
    page = page_number(len(ranked), ROWS, "ranking_page")
    part = ranked.iloc[(page - 1) * ROWS : page * ROWS]
    _ranking(asked, part, f"全部名次 {whole(len(ranked))} 人", "ranking")
    _how_to_read(asked)


def _ranking(asked: Asked, rows: pd.DataFrame, title: str, key: str) -> None:
    lines, links = [], []
    for row in rows.to_dict("records"):
        lines.append(
            [
                cell(int(row["rank"])),
                whole_line(name_of(row)),
                cell(asked.made.townships.get(row["township_code"], row["township_code"])),
                cell(f"{row['score']:.2f}"),
                cell(f"{row['work']:.2f} / {row['ratings']:.2f} / {row['survey']:.2f} / {row['bonus']:g}"),
                cell(f"{int(row['rank_low'])}–{int(row['rank_high'])} 名"),
                whole_line(f"{chance_word(row['chance_in_quota'])} {percent(row['chance_in_quota'])}"),
                cell(percent(row["weight_stability"])),
                whole_line(result_of(row)),
            ]
        )
        links.append(sheet_link(asked, row))
    panel(heading(title, "名次为全县名次,名额按乡镇;点一行看评分表") + sheet(RANKING, lines, links, "没有可排名的人选"), key=key)


def whole_line(text: str) -> str:
    """A cell that is not broken on a phone: names stay whole."""
    return f'<span class="nowrap">{cell(text)}</span>'


def sheet_link(asked: Asked, row: dict[Any, Any]) -> str:
    return go_to(SHEET_PAGE, {"person": f"p:{int(row['person_id'])}", "role": str(asked.role), "year": str(asked.year)})


def eligibility(asked: Asked) -> None:
    """Who is listed but not ranked, and why: the gates and the veto."""
    rules = asked.made.rules
    out = asked.rows[asked.rows["gate"] != OK]
    out = out.assign(weight=[next((p for p, word in enumerate(GRAVEST) if word in gate), len(GRAVEST)) for gate in out["gate"]])
    out = out.sort_values(["weight", "township_code", "person_id"], kind="stable")
    words = out["gate"].str.split(":").str[0].value_counts()
    told = " · ".join(f"{reason} {whole(count)} 人" for reason, count in words.items())
    share = "" if rules.least_surveyed_share is None else f"、且不少于本邻的 {rules.least_surveyed_share:.0%}"
    asked_for = f"条件:本年在岗 ≥{rules.least_days_in_post} 天;测评 ≥{rules.least_surveyed} 户{share}"
    gates = f"{asked_for};抽查未发现不实;没有一票否决。诉求多少不是条件。"
    offer_gates(asked, out)
    page = page_number(len(out), ROWS, "gates_page")
    lines, links = [], []
    for row in out.iloc[(page - 1) * ROWS : page * ROWS].to_dict("records"):
        town = asked.made.townships.get(row["township_code"], row["township_code"])
        surveyed = f"{row['surveyed']}/{row['households']}"
        lines.append([cell(name_of(row), town), cell(row["gate"]), cell(f"{row['days']}天"), cell(surveyed)])
        links.append(sheet_link(asked, row))
    columns = (Column("姓名"), Column("原因"), Column("在岗", number=True), Column("测评户/户数", number=True))
    title = f"列出但不排名 {whole(len(out))} 人"
    panel(heading(title, told or gates) + sheet(columns, lines, links, "都符合条件"), key="gates")
    note(gates)
    _strays(asked)
    moved, double = int(asked.rows["moved"].sum()), int((asked.rows["units"] > 1).sum())
    if moved or double:
        note(f"年内换过邻(组、片)的 {whole(moved)} 人,各按月末、季末所在计;现任两处以上的 {whole(double)} 人,合并计一次。")


def _strays(asked: Asked) -> None:
    """Rows that can be nobody's, so that nobody wonders where they went."""
    if asked.frozen:
        return
    facts = selection_facts(asked.scope, asked.year, asked.role, asked.as_of)
    rated = int(facts["strays"]["ratings_without_handler"].iloc[0])
    outside = int(facts["survey"].loc[facts["survey"]["own"] == 0, "n"].sum())
    if rated:
        note(f"本年有 {whole(rated)} 条评价的诉求没有登记承办人,不计给任何人;请信访局补登承办人。")
    if outside:
        note(f"有 {whole(outside)} 份答卷来自{asked.role_name}所辖以外的户或没有写明户号,不计分也不计户数。")


def quotas(asked: Asked) -> None:
    """Seats by township: how they were shared out, who takes them."""
    offer_quotas(asked)
    rows, made = asked.rows, asked.made
    total, seats = sum(made.captains.values()), sum(made.seats.values())
    lines = []
    for code in sorted(set(rows["township_code"])):
        here = rows[rows["township_code"] == code]
        eligible = int((here["gate"] == OK).sum())
        taken = len(listed(here))
        left = made.seats.get(code, 0) - taken
        cut = listed(here)["score"].min() if taken else None
        lines.append(
            [
                cell(made.townships.get(code, code)),
                cell(whole(made.captains.get(code, 0))),
                cell(whole(eligible)),
                cell(whole(made.seats.get(code, 0))),
                cell(whole(taken), f"空 {left}" if left > 0 else ""),
                cell(MISSING if is_missing(cut) else f"{cut:.2f}"),
            ]
        )
    columns = [
        Column(name, number=place > 0) for place, name in enumerate(("乡镇", f"{asked.role_name}数", "符合条件", "名额", "名单", "入线分"))
    ]
    shared = f"按人数用最大余数法分到乡镇,每个乡镇至少 {made.rules.quota_township_least} 个"
    told = f"全县 {whole(total)} 人 × {made.rules.quota:.0%},向上取整,{shared}"
    panel(heading(f"名额 {whole(seats)} 个", told) + sheet(columns, lines), key="quotas")

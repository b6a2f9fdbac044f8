"""The selection's papers for Word: one captain's score sheet, the shortlist for the meeting, the 公示 notice to post.

After the office's page (GB/T 9704). Tables, figures and words are those of the page (``reports.views.selection``).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

from docx.document import Document as Docx

from metrics.selection.flow import FlowError
from metrics.selection.words import verdict
from metrics.wording import whole
from reports.document import FIVE, SMALL_FIVE, body, heading, laid_across, official_page, official_table, page_break, small
from reports.tables import Notes, Table
from reports.views.score_sheet import SIGNERS, Candidate, advice, terms_table
from reports.views.selection import Ranking, as_read, eligible, quota_table
from reports.views.selection_flow import course_words, notice_table, why_no_notice
from reports.views.standing import Explained, as_printed, items_table, result
from reports.wording import clean, day

BLANK, BLANK_DAY = "____________________", "____年__月__日"
"""Places to fill in by hand."""
PAPER_NOTES = ("口径", "截至", "规则手册", "年度", "状态")
"""Of a ranking's notes those that a paper about one person needs."""
OFFICE = "中共县委组织部"


def score_sheet_bytes(found: Candidate, remarks: Sequence[str] = ()) -> bytes:
    """评分表: verdict, every term with its sum, remarks, lines to sign on."""
    document, ranking, table = official_page(), found.ranking, terms_table(found)
    heading(document, f"{ranking.title}评分表", 0)
    small(document, f"{found.township} {found.titled} · {ranking.subtitle}")
    body(document, ":".join(verdict(ranking.made, found.row)))
    official_table(document, table, size=FIVE)
    for remark in remarks:
        small(document, remark)
    _notes(document, table.notes)
    body(document, "")
    for who in SIGNERS:
        body(document, f"{who}:{BLANK}", indent=False)
    return _bytes(document, table.title)


def standing_bytes(it: Explained) -> bytes:
    """评选说明, one page to hand to the captain: place, line, gap and what it consists of; nobody else is named."""
    document, found, table = official_page(), it.found, as_printed(items_table(it))
    heading(document, it.title, 0)
    small(document, f"姓名 {found.name} · {found.subtitle}")
    said = result(it)
    body(document, f"{said.title}:{said.words}")
    official_table(document, table, size=SMALL_FIVE)
    small(document, f"{table.conclusion}:{table.remark.split(';')[0]}。“{it.other}”只列分数,不列姓名。")
    _notes(document, tuple(note for note in table.notes if note[0] in PAPER_NOTES))
    small(document, advice(found))
    body(document, f"本人已看过:{BLANK}", indent=False)
    body(document, f"日期:{BLANK_DAY}", indent=False)
    return _bytes(document, table.title)


def shortlist_bytes(ranking: Ranking, table: Table) -> bytes:
    """The shortlist for the meeting on a page laid across: the rows of ``table``, with how sure each place is, then the seats."""
    document = official_page()
    width = laid_across(document)
    title = f"{ranking.title}{ranking.list_name}"
    heading(document, title, 0)
    small(document, f"{ranking.where} · {ranking.subtitle}")
    body(
        document,
        f"{ranking.where}{ranking.role_name} {whole(len(ranking.rows))} 人,符合条件 {whole(eligible(ranking.rows))} 人,"
        f"列入名单 {whole(len(ranking.listed))} 人(全县名额 {ranking.seats} 个)。{ranking.worth}。",
    )
    official_table(document, as_read(table), size=SMALL_FIVE, width=width)
    _notes(document, table.notes)
    page_break(document)
    quotas = quota_table(ranking)
    heading(document, quotas.title, 0)
    official_table(document, quotas, size=FIVE, width=width)
    return _bytes(document, title)


def notice_bytes(ranking: Ranking, days: tuple[date, date] | None, office: str = OFFICE) -> bytes:
    """公示: who is proposed, by which steps on record, for which working days, whom to tell. No scores, no ranks, no phone numbers.

    ``days``: the first and the last, left to be filled in until the notice is on record.
    Raises :class:`FlowError` where there can be no notice yet, whoever asks.
    """
    if reason := why_no_notice(ranking):
        raise FlowError(reason)
    document = official_page()
    title = f"关于{ranking.title}拟表彰人选的公示"
    heading(document, title, 0)
    body(document, "", indent=False)
    body(
        document,
        f"根据年度评选办法,{course_words(ranking)},拟确定以下 {len(ranking.listed)} 名同志为{ranking.title}人选,现予公示。",
    )
    span = "至".join(map(day, days)) if days else f"{BLANK_DAY}至{BLANK_DAY}"
    body(document, ranking.edition.filled(f"公示时间:{span}({{selection.notice_workdays}}个工作日)。"))
    body(
        document,
        "公示期间,对公示对象有异议的,可通过来信、来电、来访等形式反映。反映情况要客观真实;以个人名义反映的提倡署真实姓名,以便核实。",
    )
    for label in ("受理单位", "联系人", "联系电话", "通讯地址"):
        body(document, f"{label}:{BLANK}")
    official_table(document, notice_table(ranking), size=FIVE)
    body(document, "", indent=False)
    body(document, f"{office}(盖章)", right=True)
    body(document, day(days[0]) if days else BLANK_DAY, right=True)
    return _bytes(document, title)


def _notes(document: Docx, notes: Notes) -> None:
    for label, text in notes:
        small(document, f"{label}:{text}")


def _bytes(document: Docx, title: str) -> bytes:
    document.core_properties.title, document.core_properties.author = clean(title), ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()

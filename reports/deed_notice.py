"""The public notice of captains' good deeds (善事公示) for Word, to post as it is."""

from __future__ import annotations

import io
from datetime import date

from reports.document import FIVE, body, heading, official_page, official_table, small
from reports.tables import Table
from reports.wording import clean, day, days_words

BLANK, BLANK_DAY = "____________________", "____年__月__日"
"""Places to fill in by hand."""


def deed_notice_bytes(where: str, span: tuple[date, date], table: Table) -> bytes:
    """``where``: whose captains, in words; ``span``: the days the deeds were done in; ``table``: see ``views.deeds.notice_table``."""
    document, title = official_page(), f"关于{where}三长善事的公示"
    heading(document, title, 0)
    body(document, "", indent=0)
    body(
        document,
        f"{span[0].year}年{days_words(*span)},{where}片长、组长、邻长为群众做善事 {len(table.frame)} 件,"
        "现予公示,供大家学习和监督。公示只作表扬,不计分、不排名。",
    )
    official_table(document, table, size=FIVE)
    body(document, "")
    body(document, "对公示内容有异议的,请向以下单位反映:")
    for label in ("受理单位", "联系电话"):
        body(document, f"{label}:{BLANK}")
    body(document, "公示单位(盖章)", right=True)
    body(document, BLANK_DAY, right=True)
    small(document, f"名单取自善事台账,截至{day(span[1])};受助人的姓名不公示。")
    document.core_properties.title, document.core_properties.author = clean(title), ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()

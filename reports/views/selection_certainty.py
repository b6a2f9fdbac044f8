"""How sure a selection is, as it is read: what must be said before anyone reads a rank, what each word means, places with their ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from metrics.selection.flow import DECIDED, LISTED, MOVED_UP, OFF_LIST
from metrics.selection.rules import POOLED
from metrics.selection.words import AT_THE_LINE, EXACT_PLACES, EXACT_SHARE, IN_SEATS, OUT_OF_SEATS, name_of, place_words, tenths
from metrics.wording import whole
from reports.tables import Column, Table, table
from reports.views.selection import Ranking, eligible, front_rows, unfinished
from reports.wording import as_of_words, chinese_marks

GROUPS = "分不出高下"
"""The bands behind the places drawn; no column of a table."""


def cautions(ranking: Ranking) -> list[str]:
    """What a page must say before anyone reads a rank."""
    made, said = ranking.made, []
    if not made.complete and ranking.digest:
        said.append(f"这份名单在{made.year}年结束之前冻结,只含{as_of_words(made.moment)}的数据,此后的走访、诉求和评价都不计。")
    elif not made.complete:
        said.append(f"{unfinished(made)};名次会变,不能据此公布。")
    unsettled = int(made.rows["to_settle"].sum())
    if unsettled:
        said.append(f"有 {unsettled} 人在名额线上完全同分,由会议裁定并记录在案。")
    on_list = ranking.seat_bands(ranking.listed)
    close, outside = on_list.count(AT_THE_LINE), ranking.seat_bands(ranking.ranked).count(AT_THE_LINE) - on_list.count(AT_THE_LINE)
    if close and outside and not ranking.decided:
        sure = f"名单 {whole(len(on_list))} 人中{IN_SEATS}的 {whole(on_list.count(IN_SEATS))} 人,其余 {whole(close)} 人"
        said.append(f"{sure}与名单外的 {whole(outside)} 人都在{AT_THE_LINE},凭这一年的数据分不出高下,请会议结合了解的情况议定。")
    wide = _wide(ranking)
    if wide:
        said.append(f"名单 {whole(len(ranking.listed))} 人中有 {whole(wide)} 人的名次范围宽过全部名次的一半,先后不能当真。")
    return said


def _wide(ranking: Ranking) -> int:
    """Of those on the list, whose places could be anywhere in half of all: too little was seen of them to tell."""
    spans = pd.to_numeric(ranking.listed["rank_high"]) - pd.to_numeric(ranking.listed["rank_low"]) + 1
    return int((spans > eligible(ranking.made.rows) / 2).sum())


def how_to_read(ranking: Ranking) -> Table:
    """The meanings of a ranking's columns, as a table."""
    columns = (Column("name", "栏目", tight=True), Column("said", "意思"))
    lines = [{"name": name, "said": chinese_marks(words)} for name, words in meanings(ranking).items()]
    return table("这几栏怎么读", columns, lines, may_leave=False)


def meanings(ranking: Ranking) -> dict[str, str]:
    """Each word of the ranking in one sentence for somebody who has never heard of statistics, by the column's name."""
    rules = ranking.made.rules
    most, least, spread = (f"{share:.0%}" for share in (rules.interval, 1 - rules.interval, rules.weight_spread))
    times, count = whole(rules.resamples), eligible(ranking.made.rows)
    drawn = f"把走访、评单、答卷当作碰巧看到的一批,重抽 {times} 次再排"
    place = f"{drawn},{most} 的次数名次落在这一段;名次在段外的,是这次碰巧偏好或偏差"
    seat = f"{drawn},有多少次排进本乡镇的名额"
    ahead = f"领头的对其余各人赢不到 {rules.apart:.0%} 的次数"
    if rules.interval_method == POOLED:
        place = f"扣除碰巧的成分,真实名次至少有{tenths(rules.interval)}把握在这一段;排第一的,得分里也有碰巧,只能说多在前几名"
        seat = "扣除碰巧的成分,真该在本乡镇名额之内的可能"
        ahead = f"说领头的真比其余各人强,都没有{tenths(rules.apart)}把握"
    if (exact := math.ceil(max(EXACT_PLACES, count * EXACT_SHARE))) < count:
        third = f"{whole(count)} 人排名,前三成即前 {whole(math.ceil(count * 3 / 10))} 名"
        place += f"。宽过 {whole(exact)} 个名次的只说在全部名次的哪几成({third}),这样说的,先后不能当真"
    return {
        "名次多在": f"{place}。",
        "名额把握": f"{seat}:{most} 以上{IN_SEATS},{least} 以下{OUT_OF_SEATS},其间{AT_THE_LINE},与线那边的人分不出高下。",
        "换权重仍不变": f"各项分值上下浮动 {spread} 以内,试 {rules.weightings} 种,在不在名额内不变的占多少;低的,靠的是分值怎么定。",
        GROUPS: f"底色相同、紧挨着的人,{ahead};先后可由会议结合了解的情况议定。",
    }


@dataclass(frozen=True)
class Place:
    """A candidate's place with the range it would lie in; neighbours of one ``group`` cannot be told apart."""

    label: str
    rank: int
    rank_low: int
    rank_high: int
    seated: bool
    group: int
    words: str


@dataclass(frozen=True)
class Places:
    """Places under each other, best on top. ``said``: what a screen reader says."""

    title: str
    subtitle: str
    said: str
    places: tuple[Place, ...]


def front_places(ranking: Ranking) -> Places:
    """How sure each place at the front is."""
    marks = {**dict.fromkeys((MOVED_UP, DECIDED[MOVED_UP]), " ↑递补"), OFF_LIST: " ×退出"}
    rows = front_rows(ranking)
    outside = ranking.seat_bands(rows[~rows["standing"].isin(LISTED)]).count(AT_THE_LINE)
    where = ranking.where if ranking.of_one_township else "全县前列"
    return Places(
        f"{where}:横线越长,名次越不能当真",
        "全县名次;实心=在名单上,横线=扣除碰巧的成分多在的范围",
        f"{where}{len(rows)}名人选的名次和区间;名单外有{outside}人在{AT_THE_LINE}",
        tuple(
            Place(
                label=f"{int(row['rank'])} {name_of(row)}{marks.get(row['standing'], '')}",
                rank=int(row["rank"]),
                rank_low=int(row["rank_low"]),
                rank_high=int(row["rank_high"]),
                seated=row["standing"] in LISTED,
                group=int(row["group"]),
                words=f"{ranking.post(row)} {name_of(row)}:{place_words(ranking.made, row)}",
            )
            for row in rows.to_dict("records")
        ),
    )

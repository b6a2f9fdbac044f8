"""年度最佳三长 as it is read: the ranking, who is not ranked and why, the seats, a trial. How sure it is stands in selection_certainty.

The tables are declared once: the page, the Word papers, the meeting's annex and the command line leave columns out, none restates them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from metrics.rulebook import Edition, Rulebook, rulebook
from metrics.selection.flow import DECIDED, LISTED, MOVED_UP, OFF_LIST, STEP_NAMES, Record, Step, final_list, stage
from metrics.selection.gates import OK, reasons_without_words
from metrics.selection.result import Selection
from metrics.selection.rules import Weights
from metrics.selection.words import (
    PARTS,
    name_of,
    percent,
    points_text,
    result_of,
    seat_band,
    seat_words,
    span_words,
)
from metrics.vocabulary import CODE_LENGTHS, ROLE_NAMES, Level
from metrics.wording import is_missing, whole
from reports.conclusions import listed
from reports.links import Link, to_score_sheet
from reports.parts import Callout
from reports.tables import MASKED_NOTE, Column, Kind, Notes, Table, table
from reports.views.posts import captain_title
from reports.wording import as_of_words

UNRANKED = "列出不排名"
GRAVEST = ("一票否决", "抽查未通过", "已退出", "任职不足", "样本不足")
"""The order in which reasons are listed."""
NEAR, FEWEST, MOST_DRAWN, MOST_CHANGES = 2, 8, 40, 40
"""Beside a township's seats, this many times as many who come next are drawn, and not fewer than eight; of the county the first forty."""


@dataclass(frozen=True)
class Ranking:
    """A ranking as a reader sees it, live or frozen.

    ``rows``: the candidates in the reader's scope with their ``standing`` after overrides; ``digest`` is there once it is frozen.
    """

    made: Selection
    rows: pd.DataFrame
    digest: str | None = None
    records: tuple[Record, ...] = ()
    """All of them: by these it is judged what comes next. What a reader is told of are those ``told``."""
    number: int | None = None
    """Its number on record; None before the draft."""
    masked: bool = False
    rules: Rulebook | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    """Code → name of the county's units of all levels, as they are called now: of which of them somebody is captain."""

    @property
    def role_name(self) -> str:
        return ROLE_NAMES[self.made.rules.role]

    @property
    def title(self) -> str:
        return f"{self.made.year}年度最佳{self.role_name}"

    @property
    def subtitle(self) -> str:
        state = f"已冻结,摘要 {self.digest[:12]}" if self.digest else "试排,尚未冻结,不作为正式名单"
        return f"{as_of_words(self.made.moment)} · 规则 {self.made.rules.version} · {state}"

    @property
    def moment(self) -> str:
        """As the page's bar says it."""
        return f"{as_of_words(self.made.moment)}{' · 已冻结' if self.digest else ''} · 规则 {self.made.rules.version}"

    @property
    def edition(self) -> Edition:
        """The rulebook it is made by: in force at the end of the year, or on as-of while the year runs."""
        return (self.rules or rulebook()).on(min(date(self.made.year, 12, 31), self.made.as_of))

    @property
    def stage(self) -> Step | None:
        return stage(self.records)

    @property
    def decided(self) -> bool:
        """Whether the final step is on record; until then a list is a proposal to a meeting."""
        return self.stage is Step.FINAL

    @property
    def list_name(self) -> str:
        return "名单" if self.decided else "建议名单"

    @property
    def worth(self) -> str:
        """What the list is worth, to stand beside it."""
        return "名单已终定" if self.decided else "供会议研究,不是结论"

    @cached_property
    def ranked(self) -> pd.DataFrame:
        return self.rows[self.rows["rank"].notna()]

    @cached_property
    def listed(self) -> pd.DataFrame:
        return self.rows[self.rows["standing"].isin(LISTED)]

    def seat_bands(self, rows: pd.DataFrame) -> list[str]:
        """What can be said of the seat of each of ``rows``."""
        return [seat_band(self.made, row) for row in rows[["chance_in_quota", "in_quota", "standing"]].to_dict("records")]

    @property
    def seats(self) -> int:
        return sum(self.made.seats.values())

    @cached_property
    def townships(self) -> list[str]:
        """The codes of those whose candidates the reader sees."""
        return sorted(set(self.rows["township_code"]))

    @property
    def of_one_township(self) -> bool:
        return len(self.townships) == 1

    @property
    def where(self) -> str:
        return self.township(self.townships[0]) if self.of_one_township else "全县"

    def township(self, code: object) -> str:
        return self.made.townships.get(str(code), str(code))

    @property
    def told(self) -> tuple[Record, ...]:
        """The records whose who and why the reader is told: of a part of the county not what other townships have decided, nor what was
        asked and answered about anybody else's people."""
        if len(self.rows) == len(self.made.rows):
            return self.records
        known, people, places = {record.id: record for record in self.records}, set(self.rows["person_id"]), set(self.townships)
        about = {record.id: known.get(record.confirms or 0, record) for record in self.records}
        told = {
            number
            for number, each in about.items()
            if (each.person_id is None or each.person_id in people) and (each.area_code is None or each.area_code in places)
        }
        return tuple(record for record in self.records if record.id in told)

    def post(self, row: Mapping[Any, Any]) -> str:
        """赵坪村第一邻邻长: a candidate's place and post, as they stand before the name; of several posts the first."""
        code, several = str(row["area_code"]), int(row["units"])
        village = self.units.get(code[: CODE_LENGTHS[Level.VILLAGE]])
        return captain_title(village, self.units.get(code, ""), self.made.rules.role) + (f"等{several}处" if several > 1 else "")

    def person(self, person_id: int | None) -> str:
        """Place, post and name where the reader may see it and the person is in his scope; empty for nobody."""
        if person_id is None:
            return ""
        own = self.rows[self.rows["person_id"] == person_id].to_dict("records")
        return f"编号{person_id}" if self.masked or not own else f"{self.post(own[0])} {own[0]['name']}"

    def in_township(self, code: str | None) -> Ranking:
        """The same with the candidates of one township; ranks stay county-wide."""
        return self if code is None else replace(self, rows=self.rows[self.rows["township_code"] == code])

    @property
    def notes(self) -> Notes:
        """What every table and paper says about itself."""
        rules = self.made.rules
        return (
            (
                "口径",
                f"总分=实绩{rules.work_points:g}+群众评单{rules.ratings_points:g}+满意度测评{rules.survey_points:g}"
                f"+加分(至多{rules.bonus_most:g});评单、测评样本少的向全县{self.role_name}平均靠拢",
            ),
            ("名次", "全县名次;名额按乡镇分配,乡镇内依名次取;名次区间与名额把握是估计,供会议参考"),
            ("截至", as_of_words(self.made.moment).removeprefix("截至")),
            ("规则手册", rules.version),
            ("状态", f"已冻结,摘要 {self.digest}" if self.digest else "试排,尚未冻结"),
            *((("年度", f"{unfinished(self.made)},名次会变"),) if not self.made.complete else ()),
            *((MASKED_NOTE,) if self.masked else ()),
        )


def ranking_of(made: Selection, covers: Callable[[str], bool], records: Sequence[Record] = (), **more: Any) -> Ranking:
    """A ranking narrowed to the units a reader sees (``covers`` by area code), after the overrides on record."""
    rows = final_list(made.rows, made.seats, records)
    if more.get("masked"):
        rows = rows.assign(gate=rows["gate"].map(reasons_without_words))
    return Ranking(made, rows[rows["area_code"].map(covers).astype(bool)].reset_index(drop=True), records=tuple(records), **more)


def eligible(rows: pd.DataFrame) -> int:
    return int((rows["gate"] == OK).sum())


def place_text(rank: object) -> str:
    """第 3 名, 未排名."""
    return "未排名" if is_missing(rank) else f"第 {int(rank)} 名"  # type: ignore[call-overload]


def unfinished(made: Selection) -> str:
    return f"{made.year}年还没有结束,只计已结束的月份和季度"


def provisional(made: Selection) -> str:
    """For a heading; empty once the year is over."""
    return "" if made.complete else "年度未结束,仅供参考"


# --- sentences ------------------------------------------------------------------------------------------------------


def sentence(ranking: Ranking) -> str:
    """2026年度最佳邻长:2,986 人参评,2,701 人符合条件,60 个名额;试排,尚未立项."""
    rows, where = ranking.made.rows, "试排,尚未立项"
    if ranking.stage is not None:
        where = "草案,尚未冻结" if ranking.stage is Step.DRAFT else STEP_NAMES[ranking.stage]
    judged = f"{whole(len(rows))} 人参评,{whole(eligible(rows))} 人符合条件,{whole(ranking.seats)} 个名额"
    return f"{ranking.title}:{judged};{where}"


# --- the ranking ----------------------------------------------------------------------------------------------------

RANKING = (
    Column("rank", "名次", Kind.COUNT),
    Column("township", "乡镇", phone=False),
    Column("post", "岗位", screen=False),
    Column("whole_post", "岗位", screen=False, files=False),
    Column("name", "姓名", small=("post",)),
    Column("score", "总分", Kind.SCORE),
    *(Column(key, name, Kind.SCORE, screen=False) for name, key in PARTS),
    Column("parts", " / ".join(name for name, _ in PARTS), files=False, phone=False),
    Column("rank_low", "名次最好", Kind.COUNT, screen=False),
    Column("rank_high", "名次最差", Kind.COUNT, screen=False),
    Column("span", "名次多在", files=False, phone=False),
    Column("chance_in_quota", "名额把握", Kind.SHARE, screen=False),
    Column("chance", "名额把握", files=False, tight=True),
    Column("weight_stability", "换权重仍不变", Kind.SHARE, screen=False),
    Column("stability", "换权重仍不变", files=False, phone=False, right=True),
    Column("result", "结果", tight=True),
    Column("reason", "原因"),
)
"""On screen the four parts stand in one column, and what is an estimate is written without decimals."""


def ranking_table(ranking: Ranking, rows: pd.DataFrame, title: str, *, reasons: bool = False, **more: Any) -> Table:
    """Candidates in the order of ``rows``; with ``reasons`` also why someone is not ranked."""
    found = rows.to_dict("records")
    lines = [
        {
            **row,
            "name": name_of(row),
            "post": ranking.post(row),
            "township": ranking.township(row["township_code"]),
            "whole_post": f"{ranking.township(row['township_code'])}{ranking.post(row)}",
            "parts": " / ".join(f"{row[key]:g}" if key == "bonus" else points_text(row[key]) for _, key in PARTS),
            "span": span_words(ranking.made, row),
            "chance": seat_words(ranking.made, row),
            "stability": percent(row["weight_stability"]),
            "result": result_of(row) if row["gate"] == OK else UNRANKED,
            "reason": "" if row["gate"] == OK else row["gate"],
        }
        for row in found
    ]
    columns = RANKING if reasons else tuple(column for column in RANKING if column.key != "reason")
    remark = "名次为全县名次,名额按乡镇;点一行看评分表"
    return _table(ranking, title, columns, lines, remark=remark, links=_links(ranking, found), empty="没有可排名的人选", **more)


def _table(ranking: Ranking, title: str, columns: tuple[Column, ...], lines: Sequence[Mapping[str, Any]], **more: Any) -> Table:
    """A table of this ranking: it says itself what it is about, and by which rules."""
    return table(
        f"{ranking.title} {title}", columns, lines, **{"subtitle": ranking.subtitle, "notes": ranking.notes, "own_notes": True, **more}
    )


def _links(ranking: Ranking, rows: Sequence[Mapping[Any, Any]]) -> tuple[Link, ...]:
    return tuple(to_score_sheet(row["person_id"], ranking.made.rules.role, ranking.made.year) for row in rows)


def as_read(table: Table) -> Table:
    """As the page shows it: slides and papers are read, the numbers to compute with stand in the workbook. It leads nowhere.

    The post stands before the name, with its township: there is no room for a quiet line under it.
    """
    shown = [column for column in table.columns if column.screen or column.key == "whole_post"]
    folded = "township" if any(column.key == "whole_post" for column in shown) else ""
    columns = tuple(replace(column, files=True) for column in shown if column.key != folded)
    return replace(table, links=(), columns=columns)


def everyone_table(ranking: Ranking, rows: pd.DataFrame) -> Table:
    """Some of the ranks, of all that there are."""
    return ranking_table(ranking, rows, "全部名次", conclusion=f"全部名次 {whole(len(ranking.ranked))} 人")


def front_rows(ranking: Ranking) -> pd.DataFrame:
    """Whose places are drawn: the first of the county, or a township's seats and who comes next."""
    return ranking.ranked.head(max(FEWEST, len(ranking.listed) * (1 + NEAR)) if ranking.of_one_township else MOST_DRAWN)


def shortlist_table(ranking: Ranking) -> Table:
    """Who is on the list and who has left it; of one township also who comes next."""
    on_or_off = ranking.rows[ranking.rows["standing"].isin([*LISTED, OFF_LIST])]
    counts = [(name, int((ranking.rows["standing"] == name).sum())) for name in (OFF_LIST, MOVED_UP, DECIDED[MOVED_UP])]
    # Who left the list and who came in stands beside it, not in a footnote.
    moved = "".join(f",{name} {whole(count)} 人" for name, count in counts if count)
    seats = whole(len(ranking.listed))
    said = f"{ranking.where}:名单 {seats} 人与其后各位" if ranking.of_one_township else f"名单 {seats} 人"
    rows = front_rows(ranking) if ranking.of_one_township else on_or_off
    return ranking_table(ranking, rows, f"名单 {ranking.where}", conclusion=said + moved)


# --- who is not ranked ----------------------------------------------------------------------------------------------

GATES = (
    Column("township", "乡镇", screen=False),
    Column("post", "岗位", screen=False),
    Column("name", "姓名", small=("township", "post")),
    Column("gate", "原因"),
    Column("days", "在岗", Kind.COUNT, "天"),
    Column("surveyed", "测评", Kind.COUNT, "户", of="households", head="测评户/户数", right=True),
    Column("households", "户数", Kind.COUNT, "户", screen=False),
)


def unranked_rows(ranking: Ranking) -> pd.DataFrame:
    """Those with a reason against being ranked, the gravest first."""
    out = ranking.rows[ranking.rows["gate"] != OK]
    weight = [next((place for place, word in enumerate(GRAVEST) if word in gate), len(GRAVEST)) for gate in out["gate"]]
    return out.assign(weight=weight).sort_values(["weight", "township_code", "person_id"], kind="stable")


def gates_table(ranking: Ranking, rows: pd.DataFrame) -> Table:
    """Some of :func:`unranked_rows`, under how many there are and for which reasons."""
    out = ranking.rows.loc[ranking.rows["gate"] != OK, "gate"]
    told = " · ".join(f"{reason} {whole(count)} 人" for reason, count in out.str.split(":").str[0].value_counts().items())
    found = rows.to_dict("records")
    where = [{"township": ranking.township(row["township_code"]), "post": ranking.post(row)} for row in found]
    lines = [{**row, "name": name_of(row), **place} for row, place in zip(found, where, strict=True)]
    return _table(
        ranking,
        UNRANKED,
        GATES,
        lines,
        conclusion=f"列出但不排名 {whole(len(out))} 人",
        remark=told or conditions(ranking),
        links=_links(ranking, found),
        empty="都符合条件",
    )


def conditions(ranking: Ranking) -> str:
    rules = ranking.made.rules
    share = "" if rules.least_surveyed_share is None else f"、且不少于本邻的 {rules.least_surveyed_share:.0%}"
    asked = f"当年在岗 ≥{rules.least_days_in_post} 天;测评 ≥{rules.least_surveyed} 户{share}"
    return f"条件:{asked};抽查未发现不实;没有一票否决。诉求多少不是条件。"


def stray_answers(survey: pd.DataFrame) -> int:
    """Answers from outside the captain's unit, or without a household: nobody's."""
    return int(survey.loc[survey["own"] == 0, "n"].sum())


def nobodys(ranking: Ranking, facts: Mapping[str, pd.DataFrame]) -> list[str]:
    """Rows that count for nobody, so that nobody wonders where they went; ``facts``: what the ranking is made from."""
    rated, outside = int(facts["strays"]["ratings_without_handler"].iloc[0]), stray_answers(facts["survey"])
    said = [f"当年有 {whole(rated)} 条评价的诉求没有登记承办人,不计给任何人;请信访局补登承办人。"] if rated else []
    unknown = f"有 {whole(outside)} 份答卷来自{ranking.role_name}所辖以外的户或没有写明户号,不计分也不计户数。"
    return [*said, unknown] if outside else said


def moved_words(ranking: Ranking) -> str:
    """How those are counted who led several units; empty where there are none."""
    moved, double = int(ranking.rows["moved"].sum()), int((ranking.rows["units"] > 1).sum())
    if not moved and not double:
        return ""
    return f"年内换过邻(组、片)的 {whole(moved)} 人,各按月末、季末所在计;现任两处以上的 {whole(double)} 人,合并计一次。"


# --- seats ----------------------------------------------------------------------------------------------------------


def quota_table(ranking: Ranking) -> Table:
    """Seats by township: how they were shared out, who takes them."""
    made, lines = ranking.made, []
    for code in ranking.townships:
        here = ranking.in_township(code)
        seats, taken = made.seats.get(code, 0), len(here.listed)
        lines.append(
            {
                "township": ranking.township(code),
                "captains": made.captains.get(code, 0),
                "able": eligible(here.rows),
                "seats": seats,
                "taken": taken,
                "vacant": max(0, seats - taken),
                "gap": f"空 {seats - taken}" if seats > taken else "",
                "least": here.listed["score"].min() if taken else None,
            }
        )
    head = f"{ranking.role_name}数"
    columns = (
        Column("township", "乡镇"),
        Column("captains", head, Kind.COUNT, "人", head=head),
        Column("able", "符合条件", Kind.COUNT, "人", head="符合条件"),
        Column("seats", "名额", Kind.COUNT, "个", head="名额"),
        Column("taken", "名单", Kind.COUNT, "人", head="名单", small=("gap",)),
        Column("vacant", "空缺", Kind.COUNT, "个", screen=False),
        Column("gap", "空缺", screen=False, files=False),
        Column("least", "入线分", Kind.SCORE),
    )
    shared = f"按人数用最大余数法分到乡镇,每个乡镇至少 {made.rules.quota_township_least} 个"
    told = f"全县 {whole(sum(made.captains.values()))} 人 × {made.rules.quota:.0%},向上取整,{shared}"
    return _table(ranking, "名额", columns, lines, conclusion=f"名额 {whole(ranking.seats)} 个", remark=told)


def seats_words(made: Selection) -> str:
    """泥河镇5;西沟乡8."""
    return listed(f"{made.townships.get(code, code)}{count}" for code, count in made.seats.items())


# --- a trial --------------------------------------------------------------------------------------------------------

TRIAL = Callout("试算", "只看不存,不改规则手册,不产生名单。正式权重以规则手册为准。")
CHANGES = (
    Column("change", "变化"),
    Column("name", "姓名", small=("township", "post")),
    Column("township", "乡镇", screen=False),
    Column("post", "岗位", screen=False),
    Column("now", "规则手册"),
    Column("tried", "试算"),
)


def trial_table(ranking: Ranking, tried: Ranking, weights: Weights) -> Table:
    """Who would come in or drop out under other weights and gates. Nothing of it leaves: it is no list."""
    places = dict(zip(ranking.rows["person_id"], ranking.rows["rank"], strict=True))
    before, inside = (set(each.rows.loc[each.rows["in_quota"].astype(bool), "person_id"]) for each in (ranking, tried))
    changed = tried.rows[tried.rows["person_id"].isin(before ^ inside)].head(MOST_CHANGES).to_dict("records")
    lines = [
        {
            "change": "进" if row["person_id"] in inside else "出",
            "name": name_of(row),
            "township": tried.township(row["township_code"]),
            "post": tried.post(row),
            "now": place_text(places.get(row["person_id"])),
            "tried": place_text(row["rank"]),
        }
        for row in changed
    ]
    parts = [("实绩", weights.work), ("评单", weights.ratings), ("测评", weights.survey)]
    scaled = " · ".join(f"{name} {points * weights.scale:.0f}" for name, points in parts)
    return table(
        "试算",
        CHANGES,
        lines,
        conclusion=f"试算:名单 {whole(len(inside))} 人中有 {whole(len(inside - before))} 人不同",
        remark=f"符合条件 {whole(eligible(tried.rows))} 人;折算为 {scaled} 分",
        links=_links(ranking, changed),
        empty="名单没有变化",
        may_leave=False,
    )

"""通报: the monthly circular after the office's habits, its paragraphs written from the figures, its tables from the same frames."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from metrics.vocabulary import CODE_LENGTHS, LEVEL_NAMES, MODULE_NAMES, Level, Measure, Module, Status
from metrics.wording import moment_text, share
from reports import papers
from reports.conclusions import (
    Reading,
    fastest_rising,
    getting_worse,
    hot_categories,
    listed,
    own_place,
    summary,
    title,
    units_below_words,
    whole_and_change,
    year_words,
)
from reports.document import (
    TEXT_WIDTH,
    body,
    fitting_size,
    heading,
    needs_a_page_across,
    official_page,
    official_table,
    page_across,
    page_break,
    small,
)
from reports.pack import DEPARTMENTS, Chapter, Pack
from reports.subjects import Audience
from reports.tables import Column, Kind, Table, definition_words
from reports.views.outcomes import NEVER_ADDED, as_printed, groups, outcome_table, paragraph
from reports.wording import as_of_words, clean, counted_words, day, of, official, spoken

NUMERALS = "一二三四五六七八九十"
FIGURES_A_TABLE = 5
MOST_NAMED = 3

REQUIREMENTS = {
    Module.DUTY: "压实住夜责任。未达标单位要逐夜核对值班安排,正职带头、班子轮值,未填报的及时补录说明。",
    Module.NIGHTS: "用好夜间时间。夜学、夜谈按周开展,夜访收集的事项逐件明确责任人和时限,办结后按期回头看。",
    Module.RECEPTION: "兑现公示接待。公示的班次由A岗或B岗到岗接待,调整班次提前重新公示。",
    Module.PETITIONS: "紧盯时限办理。超期在办事项由承办单位逐件说明原因、明确办结时间,积案落实包案领导。",
    Module.CAPTAINS: "做实三长走访。重点户每月、普通户每季走访到位,会议按期召开,不以次数论高低。",
    Module.SATISFACTION: "提高办理质量。回访不满意的事项逐件复核,该重办的重办。",
    Module.QUALITY: "如实及时填报。事后{quality.entry_hours}小时内录入,不得批量补录、照抄照搬。",
}
"""What the circular asks for, a sentence a module, with the edition's numbers; it appears only where a unit of that module misses its
target."""


def bulletin_bytes(pack: Pack) -> bytes:
    """The DOCX of a meeting, in the office's own form where it has given one."""
    whom = f"{_whom(pack)}:"
    said = {"标题": title_of(pack), "主送": whom, "成文日期": day(pack.as_of), "县": pack.place, "时段": pack.period.label}
    form = papers.circular({name: official(clean(text)) for name, text in said.items()})
    document, named = (form.document, form.named) if form else (official_page(), set[str]())
    document.core_properties.title = clean(title_of(pack))
    document.core_properties.author = ""
    if "标题" not in named:
        heading(document, title_of(pack), 0)
        body(document, "", indent=0)
    if "主送" not in named:
        body(document, whom, indent=0)
    besides = f",{pack.looking_back}" if pack.looking_back else ""
    counted = f"数据{pack.as_of_words}{besides},按规则手册 {pack.rulebook_version}统计"
    body(document, f"现将{subject_of(pack)}通报如下。{counted}。")
    for number, (name, paragraphs) in enumerate(parts(pack)):
        heading(document, f"{NUMERALS[number]}、{name}", 1)
        for level, text in paragraphs:
            heading(document, text, level) if level else body(document, text)
    tables = annexed_tables(pack)
    if tables:
        body(document, "")
        for number, table in enumerate(tables, start=1):  # GB/T 9704: the names stand under each other, each behind its number
            name = f"{number}. {table.title}" if len(tables) > 1 else table.title
            body(document, f"附件:{name}" if number == 1 else name, indent=2 if number == 1 else 5)
    if "成文日期" not in named:
        body(document, day(pack.as_of), right=True)
    if form:
        form.annexes_begin()
    width: float = TEXT_WIDTH
    for number, table in enumerate(tables, start=1):
        if width == TEXT_WIDTH and needs_a_page_across(table):
            width = page_across(document)
        else:
            page_break(document)
        body(document, f"附件{number if len(tables) > 1 else ''}", indent=0)
        heading(document, table.title, 0)
        small(document, table.subtitle)
        official_table(document, table, size=fitting_size(table, width), width=width)
        for label, text in table.notes:
            small(document, f"{label}:{text}")
    out = io.BytesIO()
    (form.finished() if form else document).save(out)
    return out.getvalue()


def title_of(pack: Pack) -> str:
    return f"关于{subject_of(pack)}的通报"


def subject_of(pack: Pack) -> str:
    if pack.audience is Audience.SELECTION:
        return f"{pack.place}{pack.period.first.year}年度最佳三长评选情况"
    return f"{pack.place}{pack.period.label}{'诉求办理情况' if pack.audience is Audience.PETITIONS else '基层治理工作情况'}"


def _whom(pack: Pack) -> str:
    """Whom it goes to: a county's to its townships, a township's to its villages."""
    levels = {chapter.reading.level for chapter in pack.chapters}
    if len(pack.area) >= CODE_LENGTHS[Level.TOWNSHIP]:
        return "各村(社区)" if Level.VILLAGE in levels else "各有关单位"
    return "各乡镇党委、政府" if pack.place and Level.TOWNSHIP in levels else "各有关单位"


Paragraph = tuple[int, str]
"""0 for running text, 2 for a second-level heading; the text."""


def parts(pack: Pack) -> list[tuple[str, list[Paragraph]]]:
    """The parts that have something to say, in the office's order; the numbers follow what is there."""
    candidates = [
        ("基本情况", situation(pack)),
        ("工作成效", effects(pack)),
        ("回访满意", callbacks(pack)),
        ("热点类别", categories(pack)),
        ("评选情况", selection(pack)),
        ("问题与要求", problems(pack)),
    ]
    return [(name, paragraphs) for name, paragraphs in candidates if paragraphs]


def situation(pack: Pack) -> list[Paragraph]:
    """总量, 环比, 同比, 派单, 按期 for petitions; whole, change and named units for every other subject."""
    out: list[Paragraph] = []
    for module in (Module.PETITIONS, Module.DUTY, Module.NIGHTS, Module.RECEPTION, Module.CAPTAINS, Module.QUALITY):
        chapters = [c for c in pack.chapters if c.entry.module is module and c.reading.level is not Level.CATEGORY]
        sentences = [*(volumes(pack) if module is Module.PETITIONS else []), *(_of_whom(chapter) for chapter in chapters)]
        text = "".join(f"{each}。" for each in sentences if each)
        if text:
            count = sum(level == 2 for level, _ in out)
            out += [(2, f"({NUMERALS[count]}){MODULE_NAMES[module]}"), (0, text)]
    return out


def _of_whom(chapter: Chapter) -> str:
    """Departments have no whole that a sentence could begin with."""
    read = chapter.reading
    if read.level is not Level.DEPARTMENT:
        return sentence(read)
    when = f"截至{read.moment_words}," if read.moment_words else counted_words(read.entry, read.period, read.as_of)
    return f"{when}{DEPARTMENTS}中,{title(read)}"


def volumes(pack: Pack) -> list[str]:
    """How much came in and was sent out."""
    sentences = []
    for indicator, words in (("petitions.repeat", "受理诉求"), ("petitions.returned", "派单")):
        chapter = pack.chapter(indicator)
        if chapter is None or not chapter.reading.whole or chapter.reading.whole[-1].n is None:
            continue
        reading = chapter.reading
        now = reading.whole[-1].n or 0
        steps = (("环比", reading.previous), ("同比", reading.year_ago)) if reading.period_over else ()
        change = "".join(_more_or_fewer(name, now, before.n) for name, before in steps if before is not None and before.n)
        sentences.append(f"{reading.now}{reading.whole_name}{words} {spoken(now)} 件{change}")
    return sentences


def _more_or_fewer(name: str, now: int, before: int) -> str:
    """,环比增加 12 件."""
    difference = now - before
    return f",{name}{'增加' if difference > 0 else '减少'} {spoken(abs(difference))} 件" if difference else f",{name}持平"


def sentence(reading: Reading) -> str:
    """One indicator in running text: the whole with its change, then the units that miss the target; of one unit alone its figure and
    its place among all."""
    whole, named = whole_and_change(reading), units_below_words(reading, MOST_NAMED)
    own = own_place(reading)
    if not whole and not named and not own:
        return ""
    when = f"{until_words(reading)}," if reading.moment_words else counted_words(reading.entry, reading.period, reading.as_of)
    return f"{when}{own or whole or reading.entry.name}{f',其中{named}' if named and not own else ''}"


def until_words(reading: Reading) -> str:
    """截至10月31日, 截至11月26日 00:01: what a sentence about a moment begins with."""
    return f"截至{reading.moment_words if reading.at is None or reading.period_over else moment_text(reading.at)}"


def effects(pack: Pack) -> list[Paragraph]:
    """成效 in the office's words: the paragraph that the page gives to copy."""
    return [] if pack.outcomes is None or not pack.outcomes.totals else [(0, paragraph(pack.outcomes))]


def callbacks(pack: Pack) -> list[Paragraph]:
    """The floor, who is below it by name, who has too few call-backs to be judged."""
    chapter = pack.chapter("satisfaction.callback")
    if chapter is None or not summary(chapter.reading):
        return []
    reading = chapter.reading
    floor = f",要求不低于 {reading.target * 100:g}%" if reading.target is not None else ""
    text = f"{whole_and_change(reading)}{floor}。"
    named = units_below_words(reading, MOST_NAMED)
    text += f"其中{named}。" if named else ""
    thin = reading.frame[reading.frame["status"] == Status.THIN]
    if len(thin):
        cases = listed(f"{name}{of(k, n)}" for name, k, n in zip(thin["name"], thin["k"], thin["n"], strict=True))
        text += f"{len(thin)} 个{LEVEL_NAMES[reading.level]}回访样本不足,不作评价:{cases}。"
    return [(0, text)]


def categories(pack: Pack) -> list[Paragraph]:
    """The largest categories of open petitions, and the one that grows."""
    chapter = pack.chapter("petitions.open", Level.CATEGORY)
    hot = hot_categories(chapter.reading) if chapter else []
    if chapter is None or not hot:
        return []
    unit = chapter.entry.unit
    shares = [f"占 {share(each.cases / each.of_all)} {of(each.cases, each.of_all)}" for each in hot]
    named = ";".join(f"{each.name} {spoken(each.cases)} {unit},{part}" for each, part in zip(hot, shares, strict=True))
    text = f"{until_words(chapter.reading)},在办诉求 {spoken(hot[0].of_all)} {unit},较多的类别:{named}。"
    rising = fastest_rising(chapter.reading)
    if rising:
        grown = f"增加 {spoken(rising.more)} {unit},为 {spoken(rising.cases)} {unit}"
        text += f"较{chapter.reading.before}增加最多的是{rising.name},{grown}{year_words(chapter.reading, rising)}。"
    return [(0, text)]


def selection(pack: Pack) -> list[Paragraph]:
    return [(0, f"{annex.title}。{annex.subtitle}。" if annex.subtitle else f"{annex.title}。") for annex in pack.annexes]


def problems(pack: Pack) -> list[Paragraph]:
    """What is getting worse by rule, which subjects miss targets, and what is asked of them."""
    out: list[Paragraph] = []
    worse = [text for text in (getting_worse(chapter.reading) for chapter in pack.chapters) if text]
    if worse:
        out.append((0, f"需要关注的情况:{';'.join(worse)}。"))
    short = list(dict.fromkeys(c.entry.module for c in pack.chapters if (c.reading.frame["status"] == Status.LOW).any()))
    for number, module in enumerate(short):
        out.append((0, f"{NUMERALS[number] if len(short) > 1 else ''}要{pack.edition.filled(REQUIREMENTS[module])}"))
    return out


# --- annexed tables -----------------------------------------------------------------------------------------------


def annexed_tables(pack: Pack) -> list[Table]:
    tables = [petitions_table(pack), *figure_tables(pack), *outcome_tables(pack), *(annex.table for annex in pack.annexes)]
    return [table for table in tables if table is not None and len(table.frame)]


def petitions_table(pack: Pack) -> Table | None:
    """序号, 单位, 派单, 按时, 超时, 未结, 结案率, 按时率, 不满意数, 满意率: each from an indicator's frame, the whole below."""
    ids = ("petitions.returned", "petitions.closed_on_time", "petitions.open", "petitions.resolved", "satisfaction.callback")
    found: list[Chapter | None] = []
    for each in ids:
        chapter = pack.chapter(each, Level.TOWNSHIP) or pack.chapter(each, Level.VILLAGE)
        found.append(chapter)
    if found[0] is None or found[1] is None:
        return None
    sent, timely, pending, settled, called = ((None if chapter is None else _with_whole(chapter)) for chapter in found)
    assert sent is not None
    assert timely is not None
    rows = sent[["code", "name"]].copy()
    rows["number"] = [str(place) if code else "" for place, code in enumerate(rows["code"], start=1)]

    def column(frame: pd.DataFrame | None, key: str) -> pd.Series:
        if frame is None:
            return pd.Series([None] * len(rows), index=rows.index, dtype="object")
        return rows["code"].map(dict(zip(frame["code"], frame[key], strict=True))).astype("object")

    rows["dispatched"] = column(sent, "n")
    rows["in_time"], rows["due"] = column(timely, "k"), column(timely, "n")
    rows["late"] = [_minus(n, k) for k, n in zip(rows["in_time"], rows["due"], strict=True)]
    rows["open"] = column(pending, "k")
    rows["settled"] = _with_cases(column(settled, "value"), column(settled, "k"), column(settled, "n"))
    rows["timely"] = [share(value) for value in column(timely, "value")]
    rows["unhappy"] = [_minus(n, k) for k, n in zip(column(called, "k"), column(called, "n"), strict=True)]
    rows["happy"] = _with_cases(column(called, "value"), column(called, "k"), column(called, "n"))
    columns = (
        Column("number", "序号"),
        Column("name", "单位"),
        Column("dispatched", "派单", Kind.COUNT),
        Column("in_time", "按时", Kind.COUNT),
        Column("late", "超时", Kind.COUNT),
        Column("open", "未结", Kind.COUNT),
        Column("settled", "结案率"),
        Column("timely", "按时率"),
        Column("unhappy", "不满意数", Kind.COUNT),
        Column("happy", "满意率"),
    )
    notes = (
        ("注", "按时率=按时÷(按时+超时),为时限落在本期且已到期的件数,未结超期的计入超时;"
               "结案率为本期受理且到期或已办结的化解率;满意率为独立回访。"),
    )  # fmt: skip
    pending_at = f"未结{as_of_words(pack.period.last)}" if found[2] is not None and pack.looks_back(found[2]) else ""
    line = " · ".join(part for part in (pack.as_of_words, pending_at, "单位:件") if part)
    return Table(f"{pack.period.label}诉求办理情况表", columns, rows, line, notes)


def _with_whole(chapter: Chapter) -> pd.DataFrame:
    """The units by code, then the whole (code empty)."""
    frame = chapter.reading.frame.sort_values("code", kind="stable")[["code", "name", "k", "n", "value"]]
    if not chapter.reading.whole:
        return frame.astype({"k": "object", "n": "object"})
    last = chapter.reading.whole[-1]
    whole = pd.DataFrame([{"code": "", "name": chapter.reading.whole_name, "k": last.k, "n": last.n, "value": last.value}])
    return pd.concat([frame.astype({"k": "object", "n": "object"}), whole.astype({"k": "object", "n": "object"})], ignore_index=True)


def _minus(n: object, k: object) -> object:
    return None if pd.isna(n) or pd.isna(k) else int(n) - int(k)  # type: ignore[call-overload]


def _with_cases(values: Sequence[Any], ks: Sequence[Any], ns: Sequence[Any]) -> list[str]:
    return [f"{share(value)} {of(k, n)}" for value, k, n in zip(values, ks, ns, strict=True)]


def figure_tables(pack: Pack) -> list[Table]:
    """Units × rates of one moment, at most five to a table so that an upright page holds them, k/n in every cell."""
    rates = [c for c in pack.chapters if c.entry.measure is Measure.RATE and c.reading.level is not Level.CATEGORY]
    tables = []
    for level in dict.fromkeys(chapter.reading.level for chapter in rates):
        groups: list[list[Chapter]] = []
        for looks_back in (False, True):
            same = [chapter for chapter in rates if chapter.reading.level is level and pack.looks_back(chapter) is looks_back]
            groups += [same[start : start + FIGURES_A_TABLE] for start in range(0, len(same), FIGURES_A_TABLE)]
        for number, group in enumerate(groups, start=1):
            count = f"({NUMERALS[number - 1]})" if len(groups) > 1 else ""
            tables.append(_figures(pack, group, f"{pack.period.label}{LEVEL_NAMES[level]}主要指标情况表{count}"))
    return tables


def outcome_tables(pack: Pack) -> list[Table]:
    """成效 by unit, a table a group."""
    if pack.outcomes is None or not pack.outcomes.of_units:
        return []
    found = pack.outcomes
    line = f"{as_of_words(found.moment)} · {NEVER_ADDED}"
    tables = {group: as_printed(outcome_table(found, group)) for group in groups(found)}
    return [replace(table, title=f"{pack.period.label}{group}成效", subtitle=line) for group, table in tables.items()]


def _figures(pack: Pack, chapters: list[Chapter], title: str) -> Table:
    rows = _with_whole(chapters[0])[["code", "name"]]
    columns = [Column("name", "单位")]
    for position, chapter in enumerate(chapters):
        frame = _with_whole(chapter)
        cells = dict(zip(frame["code"], _with_cases(frame["value"], frame["k"], frame["n"]), strict=True))
        rows[f"figure{position}"] = [cells.get(code, "—") for code in rows["code"]]
        columns.append(Column(f"figure{position}", chapter.entry.name))
    notes = tuple((chapter.entry.name, definition_words(chapter.entry, pack.edition)) for chapter in chapters)
    return Table(title, tuple(columns), rows, f"{as_of_words(pack.counted_at(chapters[0]))} · {pack.meeting}", notes)

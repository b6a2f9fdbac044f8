"""Every sentence that leaves the board is read back: numbers, brackets, units, dates, and nothing that only a screen may say.

The files of the four meetings are made of a small demo county (a past month and the running one) and of readings with names and counts of
four and seven digits; each paragraph, cell and title goes through the same reader.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

import openpyxl
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from data_access.clock import beijing_now
from data_access.engine import engine
from data_access.scope import Scope
from metrics.definition import Indicator
from metrics.period import Period, PeriodKind
from metrics.registry import REGISTRY
from metrics.vocabulary import LEVEL_NAMES, Level, Measure
from metrics.wording import share, share_points
from reports.bulletin import bulletin_bytes, parts
from reports.conclusions import Point, Reading, subtitle, summary, title, units_below_words, whole_and_change
from reports.meeting_files import meeting_files
from reports.modules import running_modules
from reports.pack import Pack, meeting_pack
from reports.selection_annex import with_selection
from reports.source import DatabaseSource
from reports.subjects import Audience
from reports.wording import chinese_marks, official, spoken
from tests.demo_county import a_small_county
from tests.meeting_worlds import COUNT, DOWN, NO_TARGET, UP, a_pack, a_reading
from tests.opened_pages import LAST_NIGHT

TODAY = beijing_now().date()
NOW = Period.holding(PeriodKind.MONTH, TODAY)

# --- reading a file back ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """A text of a file. ``is_sentence``: it speaks of the figures, so that every number in it stands in a frame; ``is_datum``: a cell or a
    heading of a workbook, a name in a chart: it keeps the marks it has."""

    where: str
    text: str
    is_sentence: bool = False
    is_datum: bool = False


def texts_of(kind: str, content: bytes) -> Iterator[Said]:
    return {"pptx": slide_texts, "docx": circular_texts, "xlsx": workbook_texts}[kind](content)


def slide_texts(content: bytes) -> Iterator[Said]:
    for number, slide in enumerate(Presentation(io.BytesIO(content)).slides, start=1):
        for shape in slide.shapes:
            if shape.has_text_frame:
                is_sentence = (
                    number > 2 and (shape == slide.shapes.title or shape.top < 1_900_000) and "口径与目标" not in shape.text_frame.text
                )
                yield Said(f"slide {number}", shape.text_frame.text, is_sentence)
            if shape.has_table:
                yield from (Said(f"slide {number} table", cell.text) for row in shape.table.rows for cell in row.cells)
            if shape.has_chart:
                plot = shape.chart.plots[0]
                names = (*plot.categories, *(each.name for each in plot.series))
                yield from (Said(f"slide {number} chart", str(name), is_datum=True) for name in names)
        if slide.has_notes_slide:
            yield from (Said(f"slide {number} notes", each.text) for each in slide.notes_slide.notes_text_frame.paragraphs)


def circular_texts(content: bytes) -> Iterator[Said]:
    document, is_sentence = Document(io.BytesIO(content)), False
    for paragraph in document.paragraphs:
        if paragraph.text.startswith("附件"):
            is_sentence = False
        yield Said("circular", paragraph.text, is_sentence and paragraph.style.name == "Normal")
        is_sentence = is_sentence or paragraph.text.startswith("一、")
    for table in document.tables:
        yield from (Said("circular table", cell.text) for row in table.rows for cell in row.cells)


def workbook_texts(content: bytes) -> Iterator[Said]:
    for page in openpyxl.load_workbook(io.BytesIO(content)):
        for place, row in enumerate(page.iter_rows(), start=1):
            is_datum = page.title not in ("目录", "说明") and place > 2
            yield from (Said(page.title, cell.value, is_datum=is_datum) for cell in row if isinstance(cell.value, str))


# --- what holds of every text -------------------------------------------------------------------------------------------

HAN = r"[\u4e00-\u9fff]"
MARKS = "\uff0c\uff1b\uff1a、。"
CALL = re.compile(r"[A-Za-z]\([\x20-\x7e][^()]*\)")
"""min(1,在岗工作日/20): arithmetic, not a remark."""
ONLY_ON_A_SCREEN = ("本月", "本周", "本季", "本年以来", "上月", "上周", "上季", "今天", "昨天", "今晚", "昨晚", "明天", "目前", "24时")
IDS = re.compile(r"[a-z]+\.[a-z_]{3,}|(?<![A-Za-z])R\d\d|LAW\d+|LEDGER|JIANFU|(?<![A-Za-z])(?:nan|None|NaT)(?![A-Za-z])")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CASES = re.compile(r"(?:(\d+\.\d)% ?)?[(\uff08]([\d,]+)/([\d,]+)[)\uff09]")


def faults(said: Said) -> list[str]:
    """What is wrong with a text by its form alone."""
    text, found = said.text, list[str]()
    found += [f"says {word}" for word in ONLY_ON_A_SCREEN if word in text]
    found += [f"shows {match}" for match in IDS.findall(text)]
    found += [f"writes {day} as a machine does" for day in ISO_DAY.findall(text)]
    if not said.is_datum:
        found += [*mark_faults(text), *spacing_faults(text)]
    found += [f"{run} is a month" for run in re.findall(r"连续[二三四五]月", text)]
    found += [f"quotes inside quotes: {quoted}" for quoted in re.findall(r"“[^”]*“[^”]*”", text)]
    if re.fullmatch(r".+\uff1a\d{4}年.*情况", text):
        found.append("a title that concludes nothing")
    if said.is_sentence and said.where == "circular" and " · " in text:
        found.append("a list in running text")
    for percent, *cases in CASES.findall(text):
        k, n = (int(each.replace(",", "")) for each in cases)
        if k > n:
            found.append(f"{k} of {n}")
        if percent and (n == 0 or f"{share_points(k / n)}" != percent):
            found.append(f"{percent}% is not {k}/{n}")
    return found


def mark_faults(text: str) -> list[str]:
    if not re.search(HAN, text):
        return []
    found, depth, plain = [], 0, CALL.sub("", text)
    for sign in plain:
        depth += {"\uff08": 1, "\uff09": -1}.get(sign, 0)
        if depth < 0:
            break
    if depth:
        found.append("brackets do not close")
    found += [f"half-width {sign}" for sign in re.findall(rf"[()]|(?<={HAN})[,;:]|[,;:](?={HAN})|(?<=[%\uff09])[,;]", plain)]
    found += [f"unpaired {left}{right}" for left, right in ("“”", "「」", "《》") if text.count(left) != text.count(right)]
    return found


def spacing_faults(text: str) -> list[str]:
    found = [] if "  " not in text else ["two blanks"]
    if re.search(rf"[{MARKS}]{{2}}|^[{MARKS}\uff09·]|[\uff0c\uff1b、·\uff08]$|· ·|[{MARKS}\uff08] | [{MARKS}\uff09\uff08]", text):
        found.append("a mark hangs")
    if text != text.strip():
        found.append("a blank at an end")
    return found


# --- what holds of a sentence -------------------------------------------------------------------------------------------

DATES = re.compile(r"\d{4}年|\d{1,2}月(?!均)|\d{1,2}日|\d{1,2}:\d\d|\d\.? ?(?=\d{4}年)")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
UNITS = "".join(LEVEL_NAMES.values())


def numbers_of(pack: Pack) -> set[str]:
    """Every number a sentence of the pack may hold."""
    held: set[str] = set()
    for chapter in (*pack.chapters, *pack.background):
        held |= numbers_of_reading(chapter.reading)
    if pack.outcomes is not None:
        told = pack.outcomes.whole.values()
        held |= {f"{count:,}" for kn in told for count in kn if count is not None}
        held |= {share(k / n).rstrip("%") for k, n in told if k is not None and n}
    for annex in pack.annexes:
        held |= {number for text in (annex.title, annex.subtitle) for number in NUMBER.findall(text)}
    return held


def numbers_of_reading(reading: Reading) -> set[str]:
    entry, frame = reading.entry, reading.frame
    points = [
        Point(reading.period, row["k"], row["n"], row["value"])
        for row in frame.astype(object).where(frame.notna(), None).to_dict("records")
    ]
    held = {
        number
        for point in (*points, *reading.whole, *(each for run in reading.runs.values() for each in run))
        for number in written(entry, point)
    }
    year = () if reading.year_ago is None else (reading.year_ago, reading.whole[-1])
    for points_of in (reading.whole, year, *reading.runs.values()):
        for before, after in pairwise(points_of):
            held |= moved(entry, before, after)
    for row in frame.astype(object).to_dict("records"):
        if row["code"] in reading.years_ago:
            held |= moved(entry, reading.years_ago[row["code"]], Point(reading.period, row["k"], None, row["value"]))
    ties = frame.groupby(frame["value"])[["k", "n"]].sum() if entry.measure is Measure.RATE else frame.iloc[:0]
    held |= {spoken(value) for value in ties.to_numpy().ravel()}
    held |= {f"{reading.target * 100:g}", f"{reading.target * 100:.1f}", f"{reading.target:g}"} if reading.target is not None else set()
    held |= {f"{count:,}" for count in range(len(frame) + 1)}  # how many units
    held |= {number for name in frame["name"].dropna() for number in NUMBER.findall(name)}
    if reading.level is Level.CATEGORY:
        total = int(frame["k"].sum())
        held |= {spoken(total), *(share(k / total).rstrip("%") for k in frame["k"] if total)}
    return held


def written(entry: Indicator, point: Point) -> set[str]:
    rate = {share(point.value).rstrip("%")} if entry.measure is Measure.RATE and point.value is not None else set()
    return {spoken(each) for each in (point.k, point.n, point.value) if each is not None} | rate


def moved(entry: Indicator, before: Point, after: Point) -> set[str]:
    found = set()
    if entry.measure is Measure.RATE and None not in (before.value, after.value):
        found.add(str(abs(share_points(after.value) - share_points(before.value))))
    for one, other in ((before.k, after.k), (before.n, after.n)):
        if one is not None and other is not None:
            found.add(spoken(abs(other - one)))
    if entry.measure is not Measure.RATE and None not in (before.value, after.value):
        found.add(spoken(abs(after.value - before.value)))
    return found


def sentence_faults(text: str, held: set[str]) -> list[str]:
    """Numbers that stand in no frame, and numbers without what they count."""
    found = (
        []
        if text.endswith((*UNITS, "\u3002", "%", "\uff09", "分点")) or re.search(HAN, text[-1:]) or text[-1:].isdigit()
        else [f"ends in {text[-1:]}"]
    )
    plain = DATES.sub("", text)
    for match in NUMBER.finditer(plain):
        rest = plain[match.end() :].lstrip(" ")
        if match[0] not in held:
            found.append(f"{match[0]} stands in no frame")
        if not re.match(rf"{HAN}|[%/\uff09…]", rest) and not plain[: match.start()].rstrip().endswith("目标"):
            found.append(f"{match[0]} of what?")
    return found


# --- the four meetings ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    return a_small_county(tmp_path_factory.mktemp("sentences"))


@pytest.fixture(scope="module")
def source(county: str) -> Iterator[DatabaseSource]:
    """Of the whole county: what one meeting has asked it is not asked again by the next."""
    with engine(county).connect() as connection:
        yield DatabaseSource(connection, Scope.operator())


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("period", [NOW.before, NOW, Period.holding(PeriodKind.QUARTER, TODAY)], ids=["past", "running", "quarter"])
def test_every_sentence_of_the_demo_countys_files_reads_back(source: DatabaseSource, audience: Audience, period: Period) -> None:
    pack = with_selection(meeting_pack(source, audience, period, TODAY), source, "", running_modules())
    assert_reads_back(pack)


def test_every_sentence_of_a_townships_files_reads_back(county: str) -> None:
    with engine(county).connect() as connection:
        code = str(connection.exec_driver_sql("select min(code) from area where level = 'township' and ranked = 1").scalar())
        pack = meeting_pack(DatabaseSource(connection, Scope.operator().narrowed(code)), Audience.COMMITTEE, NOW.before, TODAY, area=code)
    assert pack.meeting == "党委会"
    assert_reads_back(pack)


@pytest.mark.parametrize("period", [NOW.before, NOW], ids=["past", "running"])
def test_a_township_among_all_of_them_reads_back_with_its_place(county: str, period: Period) -> None:
    """As the command makes it: never 1 of 1, no figure of "among them" without a whole before it, and sent to its villages."""
    now = beijing_now()
    with engine(county).connect() as connection:
        code = str(connection.exec_driver_sql("select min(code) from area where level = 'township' and ranked = 1").scalar())
        own, around = (DatabaseSource(connection, Scope.operator().narrowed(each), at=now) for each in (code, ""))
        pack = meeting_pack(own, Audience.MONTHLY, period, now.date(), area=code, around=around)
    told = [said for file in meeting_files(pack) for said in texts_of(file.name.rpartition(".")[2], file.content)]
    assert not [(said, found) for said in told if (found := faults(said))]
    said = "".join(text for _, paragraphs in parts(pack) for _, text in paragraphs)
    if period.first <= LAST_NIGHT:
        assert re.search(rf"{pack.place}住夜达标率 [\d.]+% \(\d+/\d+\),(未?达到目标),并?列全县 4 个乡镇第 \d 位", said)
    else:
        assert f"{pack.place}住夜达标率:{period.label}无应统计的数据。" in said, "no night of a month is over on its first day"
    assert not re.search(r"(?:^|。)[^0-9。]*,其中", said)
    assert "各村（社区）：" in [each.text for each in circular_texts(bulletin_bytes(pack))]


def assert_reads_back(pack: Pack) -> None:
    held, wrong = numbers_of(pack), []
    for file in meeting_files(pack):
        kind = file.name.rpartition(".")[2]
        for said in texts_of(kind, file.content):
            found = faults(said) + (sentence_faults(said.text, held) if said.is_sentence and said.text else [])
            wrong += [f"{kind} {said.where}: {each}: {said.text}" for each in found]
    assert not wrong, "\n".join(wrong[:20])


NAMES = ["云屏经济技术开发区1473号街道(筹)", "第1234567网格", "泥河镇(城关)", "西沟乡"]


@pytest.mark.parametrize(
    ("as_of", "audience"), [*zip((date(2026, 10, 15), date(2026, 10, 31), date(2026, 11, 25), date(2027, 1, 2)), Audience, strict=True)]
)
@pytest.mark.parametrize("times", [1, 1_000, 1_000_000])
def test_names_and_counts_of_four_and_seven_digits_read_back(as_of: date, audience: Audience, times: int) -> None:
    def of(k: int, n: int | None) -> tuple[int, int | None]:
        return k * times + (times > 1) * 473, None if n is None else n * times + (times > 1) * 980

    below, whole = [of(13, 21), of(20, 20), of(15, 20), of(19, 21)], [of(60, 80), of(67, 82)]
    falling = [[of(20, 21), of(18, 21), of(15, 21), of(13, 21)], [], [of(20, 20), of(19, 20), of(17, 20), of(15, 20)]]
    runs = {name: run for name, run in zip(NAMES, falling, strict=False) if run}
    counts = [of(9, None), of(5, None), of(3, None), of(2, None)]
    more = {"names": NAMES, "as_of": as_of, "dated": True}
    pack = a_pack(
        a_reading(UP, below, whole=[*whole, *whole], runs=runs, **more),
        a_reading(DOWN, [of(0, 20), of(3, 20), of(3, 20), of(1, 20)], whole=whole, **more),
        a_reading(NO_TARGET, below, whole=whole, **more),
        a_reading("petitions.overdue", below, whole=whole, **more),
        a_reading("petitions.repeat", below, whole=[*whole, *whole, *whole], **more),
        a_reading("petitions.returned", below, whole=whole, **more),
        a_reading("petitions.closed_on_time", below, whole=whole, **more),
        a_reading("petitions.resolved", [of(0, 0), *below[1:]], whole=whole, **more),
        a_reading(COUNT, counts, whole=[of(22, None), of(19, None)], **more),
        a_reading(
            COUNT,
            counts,
            level=Level.CATEGORY,
            runs={name: [of(4, None), count] for name, count in zip(NAMES, counts, strict=True)},
            **more,
        ),
        a_reading("satisfaction.callback", [(3, 4), (8, 9), of(9, 10), (0, 0)], whole=[(11, 16), (12, 23)], **more),
        audience=audience,
        place=NAMES[0],
    )
    pack = replace(pack, as_of=as_of)
    assert_reads_back(pack)
    assert_reads_back(replace(pack, at=datetime(as_of.year, as_of.month, as_of.day, 0, 10)))


# --- sentences whatever the numbers ---------------------------------------------------------------------------------------

big_cases = st.integers(0, 9_999_999).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
a_few = settings(deadline=None, max_examples=60)


@a_few
@given(
    st.sampled_from([each for each, entry in REGISTRY.items() if entry.measure is Measure.RATE and Level.TOWNSHIP in entry.levels]),
    st.lists(big_cases, min_size=1, max_size=4),
    st.lists(big_cases, min_size=0, max_size=6),
    st.lists(big_cases, min_size=4, max_size=4),
    st.sampled_from([date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 25), date(2027, 1, 2)]),
)
def test_whatever_the_numbers_a_sentence_reads_back(indicator: str, units: list, whole: list, run: list, as_of: date) -> None:
    units = [run[-1], *units[1:]]
    reading = a_reading(indicator, units, names=NAMES[: len(units)], whole=whole, runs={NAMES[0]: run}, as_of=as_of, dated=True)
    held = numbers_of_reading(reading)
    for text in (title(reading), summary(reading), whole_and_change(reading), subtitle(reading), units_below_words(reading)):
        for written_as in (chinese_marks(text), official(text)):
            found = faults(Said("sentence", written_as)) + (sentence_faults(written_as, held) if text else [])
            assert not found, (written_as, found)


@a_few
@given(st.lists(big_cases, min_size=2, max_size=4), st.lists(big_cases, min_size=2, max_size=6))
def test_whatever_the_numbers_a_circular_reads_back(units: list, whole: list) -> None:
    more = {"names": NAMES[: len(units)], "whole": whole, "dated": True}
    ids = (UP, "petitions.repeat", "petitions.returned", "petitions.overdue", "petitions.closed_on_time", "satisfaction.callback")
    pack = a_pack(*(a_reading(each, units, **more) for each in ids))
    held = numbers_of(pack)
    for name, paragraphs in parts(pack):
        for level, text in paragraphs:
            said = official(text)
            found = faults(Said(name, said)) + ([] if level else sentence_faults(said, held))
            assert not found, (said, found)


# --- the reader itself ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("全县72.1%\uff081,427/1,980\uff09\uff0c427/1,980)\uff0c较9月下降", "half-width )"),
        ("全县80.0%\uff0885/82\uff09", "85 of 82"),
        ("全县80.1%\uff088/10\uff09", "80.1% is not 8/10"),
        ("全县\uff0880.0%", "brackets do not close"),
        ("全县80.0%,较9月上升", "half-width ,"),
        ("本月全县受理诉求", "says 本月"),
        ("数据截至2026-11-25", "writes 2026-11-25 as a machine does"),
        ("依据R27", "shows R27"),
        ("按期办结率\uff08petitions.closed_on_time\uff09", "shows petitions.closed_on_time"),
        ("全县80.0%\uff0c\uff0c较9月上升", "a mark hangs"),
        ("泥河镇住夜达标率连续三月下降", "连续三月 is a month"),
        ("依据“在乡镇机关“住夜””", "quotes inside quotes: “在乡镇机关“住夜”"),
        ("集体访、越级访\uff1a2026年10月情况", "a title that concludes nothing"),
        ("全县  80.0%", "two blanks"),
    ],
)
def test_the_reader_finds_what_it_is_for(text: str, fault: str) -> None:
    assert fault in faults(Said("here", text))


def test_the_reader_finds_a_number_from_nowhere_and_one_without_a_unit() -> None:
    assert sentence_faults("全县受理诉求563件\uff0c环比减少69件", {"563"}) == ["69 stands in no frame"]
    assert sentence_faults("全县受理诉求563\uff0c环比持平", {"563"}) == ["563 of what?"]

"""Ledgers as offices keep them (``tests/ledgers``) come out right: every row read, or refused in words, or named as not read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from data_access.engine import engine
from data_access.migrate import upgrade
from data_access.tables import Appointment, NightLecturer, NightStay, Person, Petition
from ingest.ledgers.checks import Checked, checked, kind_named
from ingest.ledgers.directory import directory
from ingest.ledgers.formats import Unreadable
from ingest.ledgers.load import Loaded, load
from tests.builders import EVERYTHING
from tests.small_county import NIHE, qinghe, yunping

FILES = Path(__file__).parent / "ledgers"
NOW = datetime(2026, 11, 25, 20, 0)


@pytest.fixture
def connection(sqlite_url: str) -> Iterator[Connection]:
    """What files say is the same on every database: SQLite alone."""
    database = engine(sqlite_url)
    upgrade(database)
    with database.connect() as opened:
        yield opened
        opened.rollback()


@pytest.fixture
def small(connection: Connection) -> Connection:
    qinghe(connection)
    return connection


@pytest.fixture
def demo(connection: Connection) -> Connection:
    yunping(connection)
    return connection


def read(connection: Connection, kind: str, file: str, year: int | None = None, area: str = "") -> Checked:
    known = kind_named(kind)
    return checked(known, FILES / file, directory(EVERYTHING, connection, households=known.households), NOW, year, area=area)


def put(connection: Connection, kind: str, file: str, **more: object) -> Loaded:
    found = read(connection, kind, file, **more)  # type: ignore[arg-type]
    return load(connection, found, file_name=file, digest="d", now=NOW, by="test")


def nights(connection: Connection) -> list[date]:
    return list(connection.scalars(select(NightStay.night).order_by(NightStay.night)))


@dataclass(frozen=True)
class Case:
    """``first``, ``last``: October 2026 unless a date is given."""

    file: str
    added: int
    first: int
    last: int
    refused: int = 0


OF_NIHE = [
    Case("title_rows/泥河镇2026年10月住夜台账.xlsx", 5, 8, 9),
    Case("two_row_header/住夜.xlsx", 3, 8, 9),
    Case("unit_only_in_title/泥河镇10月住夜.xlsx", 3, 8, 9),
    Case("roster_days_x_posts/泥河镇10月值班表.xlsx", 17, 8, 10),
    Case("names_in_one_cell/住夜.xlsx", 18, 8, 15),
    Case("merged_date_cells/2026中岗村式值班表.xlsx", 9, 8, 12),
    Case("name_forms/住夜.xlsx", 13, 8, 20),
    Case("unit_forms_township/住夜.xlsx", 14, 1, 14),
    Case("unit_forms_village/住夜.xlsx", 10, 1, 10),
    Case("template_example_overwritten/住夜.xlsx", 2, 8, 9),
    Case("person_x_day_matrix/泥河镇2026年10月住夜签到表.xlsx", 52, 1, 31),
    Case("side_by_side/住夜.xlsx", 14, 1, 22),
    Case("wrong_year/泥河镇2026年10月住夜.xlsx", 3, 8, 12),
    Case("wrong_year/泥河镇2026年10月住夜(电话).xlsx", 3, 8, 12),
    Case("rosters/P4上芬式分组值班表.xlsx", 10, 1, 18),
    Case("formulas/公式有缓存值.xlsx", 2, 8, 9, refused=1),
    Case("formulas/公式无缓存值.xlsx", 1, 8, 8, refused=2),
    Case("csv/坏引号.csv", 3, 1, 3),
    Case("csv/坏字节.csv", 5, 1, 5, refused=1),
    Case("csv/换行引号.csv", 2, 1, 2, refused=1),
    *(
        Case(f"csv/{name}.csv", 6, 1, 6)
        for name in [
            "gb18030",
            "gbk",
            "tab",
            "utf16be_nobom",
            "utf16le_bom",
            "utf16tab",
            "utf8",
            "utf8bom",
            "中文逗号",
            "分号",
            "带标题",
            "竖线",
            "苹果分隔标题",
        ]
    ),
    *(
        Case(f"xls_et_html/{name}", 6, 1, 6)
        for name in ["住夜.xls", "住夜.et", "住夜(xls改名).xlsx", "住夜.xlsx.download", "导出.xls", "导出.xlsx", "导出.XLSX", "没有后缀"]
    ),
    Case("broken_files/明文.xlsx", 6, 1, 6),
    Case("broken_files/无限数.xlsx", 6, 1, 6, refused=1),
]


@pytest.mark.parametrize("case", OF_NIHE, ids=lambda case: case.file)
def test_a_ledger_of_nights_goes_in_as_it_is(demo: Connection, case: Case) -> None:
    result = put(demo, "住夜", case.file)
    assert (result.added, len(result.refused)) == (case.added, case.refused), [one.sentence() for one in result.refused]
    found = nights(demo)
    assert (found[0], found[-1]) == (date(2026, 10, case.first), date(2026, 10, case.last))
    assert {each[:9] for each in demo.scalars(select(NightStay.area_code))} == {NIHE}
    again = put(demo, "住夜", case.file)
    assert (again.added, again.changed, again.same) == (0, 0, case.added)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("broken_files/word.xlsx", "这是Word 文档"),
        ("broken_files/加密.xlsx", "文件有密码"),
        ("broken_files/图.csv", "这是图片"),
        ("broken_files/坏单元格.xlsx", "工作表“Sheet1”已损坏"),
        ("broken_files/截断.xlsx", "文件已损坏"),
        ("broken_files/样式损坏.xlsx", "文件已损坏"),
        ("broken_files/照片.xlsx", "这是图片"),
        ("broken_files/空.csv", "文件是空的"),
        ("broken_files/空.xlsx", "文件是空的"),
        ("broken_files/表内XML损坏.xlsx", "工作表“Sheet1”已损坏"),
        ("csv_quotes/big5.csv", "没有找到表头"),
        ("rosters/P5duty.csv", "缺少列:单位"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(demo: Connection, file: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as problem:
        read(demo, "住夜", file)
    assert str(problem.value).startswith(f"“{Path(file).name}”")


def test_a_roster_that_names_no_unit_is_the_units_it_comes_from(demo: Connection) -> None:
    assert put(demo, "住夜", "rosters/P5duty.csv", area=NIHE).added == 4


def test_days_that_are_none_are_refused_one_by_one(demo: Connection) -> None:
    result = put(demo, "住夜", "broken_files/坏日期值.xlsx")
    assert (result.added, len(result.refused)) == (0, 5)


def test_every_sheet_of_a_year_is_read_and_an_empty_one_is_named(demo: Connection) -> None:
    found = read(demo, "住夜", "month_sheets/泥河镇2026年住夜台账.xlsx")
    assert found.counted() == [(f"{month}月", 5) for month in range(1, 12)]
    assert found.left_out() == ["12月: 1 行,没有表头,未读"]
    assert len(found.records) == 55


def test_the_many_ways_to_write_a_day(demo: Connection) -> None:
    found = read(demo, "住夜", "date_forms/住夜.xlsx")
    refused = [one.value for one in found.refused if "重复" not in one.reason]
    assert refused == ["10月8-9日", "2026-10-08至2026-10-09", "10.8", "Oct 8, 2026", "8-Oct-26"]
    assert {one.values["night"] for one in found.records} == {date(2026, 10, 8)}


@pytest.mark.parametrize("file", ["wrong_year/2025-2026年度住夜(10月).xlsx", "wrong_year/泥河镇10月住夜.xlsx"])
def test_a_year_that_is_not_certain_is_asked_for(demo: Connection, file: str) -> None:
    found = read(demo, "住夜", file)
    assert found.year_asked
    assert (len(found.records), len(found.refused)) == (0, 3)
    assert put(demo, "住夜", file, year=2026).added == 3
    assert nights(demo) == [date(2026, 10, 8), date(2026, 10, 9), date(2026, 10, 12)]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("year_of_the_title/住夜台账.xlsx", [date(2026, 10, 12), date(2026, 10, 13)]),
        ("year_of_the_title/2025年12月住夜(跨年周).xlsx", [date(2025, 12, 31), date(2026, 1, 4)]),
        ("year_in_the_file_name/小库-住夜登记表(2025版).xlsx", [date(2026, 10, 17)]),
    ],
)
def test_a_year_comes_from_a_titles_own_year(small: Connection, file: str, expected: list[date]) -> None:
    put(small, "住夜", file)
    assert nights(small) == expected


def test_two_sheets_of_two_townships_are_both_read(small: Connection) -> None:
    assert put(small, "住夜", "two_townships_two_sheets/住夜2026年10月.xlsx").added == 6


def test_a_name_with_a_dot_is_one_person_however_the_dot_is_written(small: Connection) -> None:
    for _ in range(3):
        put(small, "人员任职", "dotted_names/人员.xlsx")
        put(small, "人员任职", "dotted_names/人员带电话.xlsx")
    assert small.scalar(select(func.count()).select_from(Person).where(Person.name.contains("·"))) == 2
    assert put(small, "住夜", "dotted_names/住夜.xlsx").added == 4


def test_a_new_phone_makes_nobody_another_person(small: Connection) -> None:
    before = small.scalar(select(func.count()).select_from(Appointment))
    result = put(small, "人员任职", "new_phone/人员.xlsx")
    assert (result.added, result.changed) == (0, 1)
    assert small.scalar(select(func.count()).select_from(Appointment)) == before
    assert small.scalar(select(Person.phone).where(Person.name == "云职子")) == "13811112222"
    assert put(small, "住夜", "new_phone/住夜.xlsx").added == 1


def test_a_column_that_is_not_there_changes_nothing(small: Connection) -> None:
    put(small, "夜学夜谈", "lecturers_stay/夜学.xlsx")
    assert put(small, "夜学夜谈", "lecturers_stay/夜学补已落实.xlsx").changed == 1
    assert small.scalar(select(func.count()).select_from(NightLecturer)) == 2


def test_an_accusation_is_restricted_however_its_category_is_written(small: Connection) -> None:
    assert put(small, "诉求", "accusations/诉求.xlsx").added == 7
    assert set(small.scalars(select(Petition.restricted))) == {True}


def test_a_mark_of_restriction_that_is_neither_yes_nor_no_is_refused_and_kept_from_sight(small: Connection) -> None:
    result = put(small, "诉求", "accusations/诉求标记.xlsx")
    assert [one.value for one in result.refused] == ["涉及", "/", "—"]
    assert all(one.restricted for one in result.refused)
    put(small, "诉求", "accusations/诉求改类.xlsx")
    assert small.scalar(select(Petition.restricted).where(Petition.number == "JB-0")) is True


def test_codes_that_excel_has_cut_are_refused(small: Connection) -> None:
    result = put(small, "区划", "long_codes/区划.xlsx")
    assert (result.added, [one.column for one in result.refused]) == (0, ["代码"] * 3)
    assert "被 Excel 改写" in result.refused[0].reason


@pytest.mark.parametrize(
    ("name", "added", "refused"),
    [
        *((name, 1, 0) for name in ["bom", "eqtext", "gb", "semi", "semi_note", "sep", "tab", "tabsep_notes", "u16", "u16le_nobom"]),
        ("quoted", 1, 1),
        ("unbal", 5, 0),
    ],
)
def test_separators_and_quotes_of_csv(small: Connection, name: str, added: int, refused: int) -> None:
    result = put(small, "住夜", f"csv_quotes/{name}.csv")
    assert (result.added, len(result.refused)) == (added, refused)


def test_one_number_in_five_spellings_is_one_petition(small: Connection) -> None:
    result = put(small, "诉求", "one_number_five_spellings/诉求.xlsx")
    assert (result.added, len(result.refused)) == (1, 4)
    assert small.scalars(select(Petition.number)).all() == ["YL-2026-001"]


def test_another_townships_first_petition_is_another_petition(demo: Connection) -> None:
    files = ("same_number_two_townships/泥河镇诉求.xlsx", "same_number_two_townships/石桥镇诉求.xlsx")
    assert [put(demo, "诉求", file).added for file in files] == [2, 2]
    assert [(again.added, again.same) for again in (put(demo, "诉求", file) for file in files)] == [(0, 2), (0, 2)]
    assert demo.scalars(select(Petition.title).order_by(Petition.id)).all() == [
        "马塘村路灯不亮",
        "王峁村水渠",
        "石桥镇垃圾清运",
        "石桥另一件",
    ]


def test_a_count_that_was_never_computed_is_refused(small: Connection) -> None:
    result = put(small, "夜访", "formula_count/夜访.xlsx")
    assert result.added == 1
    assert result.refused[0].sentence() == "Sheet!E2 第 2 行“人次”:公式没有值,请用 Excel 或 WPS 打开保存一次"

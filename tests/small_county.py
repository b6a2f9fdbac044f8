"""青禾县: two townships, three villages, everybody's name made of what they are. The county of the ledgers in ``tests/ledgers``."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from data_access.board_tables import BoardImportKey
from tests.builders import a_calendar, a_household, a_person, an_appointment, an_area

QINGHE, YUNLING, SHAWAN = "990101", "990101101", "990101102"
SHANGTANG, XIATANG, LIUBA = f"{YUNLING}201", f"{YUNLING}202", f"{SHAWAN}201"
PATCH, GROUP, CELL = f"{SHANGTANG}01", f"{SHANGTANG}0101", f"{SHANGTANG}0101001"
AREAS = (
    (QINGHE, "county", "青禾县"),
    (YUNLING, "township", "云岭镇"),
    (SHAWAN, "township", "沙湾镇"),
    (SHANGTANG, "village", "上塘村"),
    (XIATANG, "village", "下塘村"),
    (LIUBA, "village", "柳坝村"),
    (PATCH, "patch", "东片"),
    (GROUP, "group", "一组"),
    (CELL, "cell", "第1邻"),
)
TOWNSHIP_POSTS = (
    ("township_chief", ("正一", "正二")),
    ("township_leader", ("班甲", "班乙", "班丙", "班丁")),
    ("township_staff", tuple(f"职{sign}" for sign in "子丑寅卯辰巳午未申酉")),
)
VILLAGE_POSTS = (("village_chief", ("主任",)), ("village_committee", ("委甲", "委乙", "委丙")))
CAPTAINS = (("patch_captain", PATCH, "东片长"), ("group_captain", GROUP, "一组长"), ("cell_captain", CELL, "邻长一"))


def qinghe(connection: Connection) -> None:
    a_calendar(connection)
    for code, level, name in AREAS:
        an_area(connection, code, level, name)
    for township, sign in ((YUNLING, "云"), (SHAWAN, "沙")):
        for role, names in TOWNSHIP_POSTS:
            for name in names:
                _appointed(connection, role, township, sign + name)
    for village, sign in ((SHANGTANG, "上塘"), (XIATANG, "下塘"), (LIUBA, "柳坝")):
        for role, names in VILLAGE_POSTS:
            for name in names:
                _appointed(connection, role, village, sign + name)
    for role, area, name in CAPTAINS:
        _appointed(connection, role, area, name)
    for number in range(1, 9):
        household = a_household(connection, area=CELL, kind="key" if number <= 3 else "ordinary")
        connection.execute(insert(BoardImportKey).values(kind="household", ref=f"QH-{number:03}", row_id=household))


def _appointed(connection: Connection, role: str, area: str, name: str) -> None:
    an_appointment(connection, role, area, person=a_person(connection, name, None), since="2024-01-01")


NIHE, SHIQIAO = "149981100", "149981101"
NIHE_PEOPLE = [
    "杨家兰",
    "苏丽义",
    "黎金萍",
    "苏桂民",
    "萧秀林",
    "贾晓祥",
    "梁海义",
    "邵宝贵",
    "赵雪兰",
    "胡玉祥",
    "胡春超",
    "邱云斌",
    "袁淑林",
    "雷兴霞",
    "周静",
    "江清华",
    "段振刚",
    "苏金华",
    "卢金祥",
    "刘来生",
    "侯红柱",
    "黄琴",
]


def yunping(connection: Connection) -> None:
    """云屏县: 泥河镇 with all who stand in its ledgers, 石桥镇 beside it."""
    a_calendar(connection)
    for code, level, name in (
        ("149981", "county", "云屏县"),
        (NIHE, "township", "泥河镇"),
        (SHIQIAO, "township", "石桥镇"),
        (f"{NIHE}201", "village", "马塘村"),
        (f"{NIHE}202", "village", "王峁村"),
        (f"{SHIQIAO}201", "village", "赵坪村"),
    ):
        an_area(connection, code, level, name)
    for name in NIHE_PEOPLE:
        _appointed(connection, "township_staff", NIHE, name)
    _appointed(connection, "village_chief", f"{NIHE}201", "石金军")

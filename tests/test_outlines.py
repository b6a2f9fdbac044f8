"""乡镇边界: what a county may give as its map, what is refused and in which words, and what is drawn of it."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd
import pytest

from data_access import __main__ as command
from data_access.outlines import OutlineError, keep_outlines, outlines, read_outlines
from data_access.scope import Scope
from metrics.registry import REGISTRY
from metrics.vocabulary import Status
from reports.county_map import TILE_WIDTH, WIDTH, shapes_of
from reports.svg import picture
from reports.views.compare import NO_OUTLINES, county_map
from tests.builders import EVERYTHING, an_area
from tests.test_views_township import VIEW

NIHE, SHIQIAO = "149981100", "149981101"
TOWNSHIPS = {NIHE: "泥河镇", SHIQIAO: "石桥镇"}
SQUARE = [[112.0, 37.0], [112.1, 37.0], [112.1, 37.1], [112.0, 37.1], [112.0, 37.0]]


def a_feature(code: object = NIHE, ring: object = SQUARE, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    coordinates = [ring] if kind == "Polygon" else [[ring]]
    return {"type": "Feature", "properties": {"code": code, **properties}, "geometry": {"type": kind, "coordinates": coordinates}}


def a_file(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_rings_are_read_by_code_however_it_is_called():
    second = a_feature(None, kind="MultiPolygon", 代码=f"{SHIQIAO}000")
    found = read_outlines(a_file(a_feature(), second), TOWNSHIPS)
    assert {code: rings[0] for code, rings in found.items()} == {code: [tuple(point) for point in SQUARE] for code in TOWNSHIPS}


def test_what_no_picture_shows_is_left_out_and_a_ring_stays_a_ring():
    circle = [[112 + 0.1 * math.cos(angle / 1000 * math.tau), 37 + 0.1 * math.sin(angle / 1000 * math.tau)] for angle in range(1000)]
    (ring,) = read_outlines(a_file(a_feature(ring=[*circle, circle[0]])), TOWNSHIPS)[NIHE]
    assert 12 < len(ring) < 200
    assert ring[0] == ring[-1]
    assert all(abs(math.dist(point, (112, 37)) - 0.1) < 0.001 for point in ring)


BAD = {
    "不是 GeoJSON": [b"\xff\xfe", b"[]", b"{", a_file()],
    "第 1 项:properties 里没有乡镇代码": [a_file({"type": "Feature"}), a_file(a_feature("")), a_file(7)],
    "第 1 项:代码“999999999”不是本县的乡镇": [a_file(a_feature("999999999"))],
    "第 2 项:泥河镇(149981100)重复": [a_file(a_feature(), a_feature())],
    "第 1 项 泥河镇:geometry 应是 Polygon": [a_file({**a_feature(), "geometry": {"type": "Point", "coordinates": [1, 2]}})],
    "第 1 项 泥河镇:coordinates 的层数不对": [a_file({**a_feature(), "geometry": {"type": "Polygon", "coordinates": 5}})],
    "第 1 项 泥河镇:每一圈至少 4 个点": [a_file(a_feature(ring=SQUARE[:3])), a_file(a_feature(ring=SQUARE[:4]))],
    "不是经纬度": [
        a_file(a_feature(ring=[[37000, 4.0]] * 4)),
        a_file(a_feature(ring=[["112", "37"]] * 4)),
        a_file(a_feature(ring=[[float("nan"), 37]] * 4)),
        a_file(a_feature(ring=[[True, 37]] * 4)),
    ],
}


@pytest.mark.parametrize(("said", "data"), [(said, data) for said, files in BAD.items() for data in files])
def test_a_wrong_file_is_refused_as_a_whole_with_its_place(said: str, data: bytes):
    with pytest.raises(OutlineError) as problem:
        read_outlines(data, TOWNSHIPS)
    assert said in str(problem.value)


def test_each_reader_has_the_outlines_of_the_own_area(connection):
    keep_outlines(connection, read_outlines(a_file(a_feature(), a_feature(SHIQIAO)), TOWNSHIPS))
    assert list(outlines(EVERYTHING, connection)["code"]) == [NIHE, SHIQIAO]
    assert list(outlines(Scope(SHIQIAO), connection)["code"]) == [SHIQIAO]
    assert outlines(Scope(), connection).empty
    keep_outlines(connection, read_outlines(a_file(a_feature()), TOWNSHIPS))
    assert list(outlines(EVERYTHING, connection)["code"]) == [NIHE], "a new file takes the place of the old"
    keep_outlines(connection, {})
    assert outlines(EVERYTHING, connection).empty


def test_the_command_takes_a_file_and_says_what_is_missing(served, tmp_path, capsys):
    with served.begin() as connection:
        for code, name in TOWNSHIPS.items():
            an_area(connection, code, "township", name)
    file = tmp_path / "towns.geojson"
    file.write_bytes(a_file(a_feature()))
    assert command.main(["outlines", str(file)]) == 0
    assert "已装入 1 个乡镇的边界;还缺 石桥镇" in capsys.readouterr().out
    file.write_bytes(b"{}")
    assert command.main(["outlines", str(file)]) == 1
    assert "不是 GeoJSON" in capsys.readouterr().err
    assert command.main(["outlines", str(tmp_path / "nowhere")]) == 1
    with served.connect() as connection:
        assert len(outlines(EVERYTHING, connection)) == 1, "a refused file changes nothing"
    assert command.main(["outlines"]) == 0
    with served.connect() as connection:
        assert outlines(EVERYTHING, connection).empty


FRAME = pd.DataFrame(
    [
        {"code": NIHE, "name": "泥河镇", "k": 9, "n": 10, "value": 0.9, "rank": 1, "status": Status.OK},
        {"code": SHIQIAO, "name": "石桥镇<b>", "k": 1, "n": 2, "value": 0.5, "rank": 2, "status": Status.LOW},
    ]
)


def test_without_outlines_of_every_township_the_map_is_tiles():
    shapes, width, _ = shapes_of([NIHE, SHIQIAO], {NIHE: json.dumps([SQUARE])})
    assert {len(rings[0]) for rings in shapes.values()} == {4}
    assert width > 2 * TILE_WIDTH
    assert NO_OUTLINES in county_map(REGISTRY["petitions.resolved"], FRAME, {}, VIEW).remark


def test_north_is_up_and_a_degree_keeps_its_shape():
    east = [[x + 0.1, y + 0.1] for x, y in SQUARE]
    shapes, width, height = shapes_of([NIHE, SHIQIAO], {NIHE: json.dumps([SQUARE]), SHIQIAO: json.dumps([east])})
    assert min(x for x, _ in shapes[SHIQIAO][0]) > min(x for x, _ in shapes[NIHE][0])
    assert min(y for _, y in shapes[SHIQIAO][0]) < min(y for _, y in shapes[NIHE][0]), "north lies above"
    assert width <= WIDTH
    assert width / height == pytest.approx(math.cos(math.radians(37.1)), rel=1e-3)


def test_a_map_is_a_picture_with_names_figures_and_signs():
    drawn = picture(county_map(REGISTRY["petitions.resolved"], FRAME, {}, VIEW), ["截至 11月20日"])
    for words in ("泥河镇", "✓ 90.0%", "石桥镇&lt;b&gt;", "✕ 50.0%", "截至 11月20日"):
        assert f">{words}</text>" in drawn

"""The townships' outlines for the county's map: given once by the county as GeoJSON, checked, thinned and kept on the board.

They are drawings, not survey data: a ring keeps the points that a picture of a few hundred pixels shows. Where there are none, or not
of every township, a map is drawn as tiles.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from sqlalchemy import Connection, delete, insert, select

from data_access.board_tables import BoardProperty
from data_access.frames import frame
from data_access.scope import Scope

PREFIX = "outline:"
MOST_BYTES = 20 * 2**20
CODE_NAMES = ("code", "adcode", "代码", "行政区划代码")
"""The properties of a feature that may hold its township's code of nine digits (twelve with three zeros)."""
VILLAGE_DIGITS, LEAST_POINTS, BOTH = 12, 4, 2
EAST, NORTH = 180, 90
FINENESS = 1 / 400
"""Of the county's width: a point nearer than that to the line between its neighbours is left out."""

Point = tuple[float, float]
Rings = list[list[Point]]


class OutlineError(ValueError):
    """A file that cannot be used; the text (Chinese) says where and why."""


def read_outlines(data: bytes, townships: Mapping[str, str]) -> dict[str, Rings]:
    """The rings of each township in a GeoJSON file, by code, in degrees. ``townships``: names by code.

    Raises :class:`OutlineError`, which names the feature: a wrong file is refused as a whole.
    """
    if len(data) > MOST_BYTES:
        raise OutlineError(f"文件超过 {MOST_BYTES // 2**20} MB,请先简化边界")
    try:
        given = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise OutlineError("不是 GeoJSON:文件不是 UTF-8 的 JSON 文本") from None
    features = given.get("features") if isinstance(given, dict) and given.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise OutlineError("不是 GeoJSON:最外层应是 FeatureCollection,其中 features 每个乡镇一项")
    found: dict[str, Rings] = {}
    for number, feature in enumerate(features, 1):
        code = _code(feature, number, townships)
        if code in found:
            raise OutlineError(f"第 {number} 项:{townships[code]}({code})重复")
        found[code] = _rings(feature, f"第 {number} 项 {townships[code]}")
    return _thinned(found)


def _code(feature: Any, number: int, townships: Mapping[str, str]) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    properties = properties if isinstance(properties, dict) else {}
    given = next((str(properties[name]).strip() for name in CODE_NAMES if properties.get(name) not in (None, "")), "")
    code = given.removesuffix("000") if len(given) == VILLAGE_DIGITS else given
    if not code:
        raise OutlineError(f"第 {number} 项:properties 里没有乡镇代码({'、'.join(CODE_NAMES)} 之一)")
    if code not in townships:
        raise OutlineError(f"第 {number} 项:代码“{given[:40]}”不是本县的乡镇")
    return code


def _rings(feature: Mapping[str, Any], where: str) -> Rings:
    geometry = feature.get("geometry")
    kind, coordinates = (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, None)
    if kind not in ("Polygon", "MultiPolygon"):
        raise OutlineError(f"{where}:geometry 应是 Polygon 或 MultiPolygon,现在是“{str(kind)[:40]}”")
    polygons: Any = [coordinates] if kind == "Polygon" else coordinates
    try:
        rings = [[_point(each, where) for each in ring] for polygon in polygons for ring in polygon]
    except TypeError:
        raise OutlineError(f"{where}:coordinates 的层数不对") from None
    if not rings or any(len(ring) < LEAST_POINTS or ring[0] != ring[-1] for ring in rings):
        raise OutlineError(f"{where}:每一圈至少 {LEAST_POINTS} 个点,首尾相同")
    return rings


def _point(given: Any, where: str) -> Point:
    fits = isinstance(given, list) and len(given) >= BOTH and all(type(each) in (int, float) for each in given[:BOTH])
    if not fits or not (abs(given[0]) <= EAST and abs(given[1]) <= NORTH):  # neither holds of what is no number (NaN)
        raise OutlineError(f"{where}:坐标“{str(given)[:40]}”不是经纬度(经度在前,单位为度)")
    return float(given[0]), float(given[1])


def _thinned(found: Mapping[str, Rings]) -> dict[str, Rings]:
    points = [point for rings in found.values() for ring in rings for point in ring]
    width = max(each[0] for each in points) - min(each[0] for each in points)
    height = max(each[1] for each in points) - min(each[1] for each in points)
    near = max(width, height) * FINENESS
    return {code: [_kept_points(ring, near) for ring in rings] for code, rings in found.items()}


def _kept_points(ring: list[Point], near: float) -> list[Point]:
    """Douglas and Peucker's way, from the point farthest from the first, so that a closed ring has two ends; four points always stay."""
    far = max(range(len(ring)), key=lambda at: math.dist(ring[0], ring[at]))
    kept, spans = {0, far, len(ring) - 1}, [(0, far), (far, len(ring) - 1)]
    while spans:
        start, end = spans.pop()
        apart = [(_distance(ring[at], ring[start], ring[end]), at) for at in range(start + 1, end)]
        most, at = max(apart, default=(0.0, start))
        if most > near:
            kept.add(at)
            spans += [(start, at), (at, end)]
    if len(kept) < LEAST_POINTS:
        kept |= {far // 2, (far + len(ring) - 1) // 2}
    return [(round(x, 5), round(y, 5)) for x, y in (ring[at] for at in sorted(kept))]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the line through two others; to the first where both are one."""
    along, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(along, up)
    if length == 0:
        return math.dist(point, start)
    return abs(along * (start[1] - point[1]) - (start[0] - point[0]) * up) / length


def keep_outlines(connection: Connection, found: Mapping[str, Rings]) -> None:
    """Puts these in the place of all there were, in the caller's transaction; an empty mapping takes them away."""
    connection.execute(delete(BoardProperty).where(BoardProperty.name.startswith(PREFIX, autoescape=True)))
    rows = [{"name": f"{PREFIX}{code}", "value": json.dumps(rings, separators=(",", ":"))} for code, rings in found.items()]
    if rows:
        connection.execute(insert(BoardProperty), rows)


def outlines(scope: Scope, connection: Connection) -> pd.DataFrame:
    """What is kept of the scope's townships. Columns: code, rings (JSON: rings of [longitude, latitude])."""
    if scope.area is None:
        return pd.DataFrame({"code": [], "rings": []}, dtype="object")
    own = BoardProperty.name.startswith(f"{PREFIX}{scope.area}", autoescape=True)
    statement = select(BoardProperty.name, BoardProperty.value).where(own).order_by(BoardProperty.name)
    rows = frame(connection, statement, ["code", "rings"])
    return rows.assign(code=[name.removeprefix(PREFIX) for name in rows["code"]])

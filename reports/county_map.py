"""The county's map as a value: each township as its outline, or as a tile of a grid where none were given."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.links import Link
from reports.tables import Verdict

WIDTH, HEIGHT = 720.0, 520.0
TILE_WIDTH, TILE_HEIGHT, TILE_GAP = 168.0, 92.0, 8.0

Shape = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class MapUnit:
    """A township: its rings in pixels, where its name stands, its value with the verdict, where it leads."""

    name: str
    value: str
    verdict: Verdict
    rings: tuple[Shape, ...]
    centre: tuple[float, float]
    link: Link | None = None

    @property
    def path(self) -> str:
        """The rings as the ``d`` of a path; with evenodd a ring inside another is a hole."""
        return " ".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "Z" for ring in self.rings)

    @property
    def said(self) -> str:
        return f"{self.name} {self.value} {self.verdict.words}"


@dataclass(frozen=True)
class CountyMap:
    title: str
    remark: str
    about: str
    units: tuple[MapUnit, ...]
    width: float
    height: float


def shapes_of(codes: Sequence[str], outlines: Mapping[str, str]) -> tuple[dict[str, tuple[Shape, ...]], float, float]:
    """Rings in pixels by code, and how large the picture is. ``outlines``: rings in degrees (JSON) by code; tiles where one is missing."""
    if codes and all(code in outlines for code in codes):
        return _projected({code: json.loads(outlines[code]) for code in codes})
    across = max(1, math.ceil(math.sqrt(len(codes))))
    shapes: dict[str, tuple[Shape, ...]] = {code: (_tile(place % across, place // across),) for place, code in enumerate(codes)}
    down = math.ceil(len(codes) / across)
    return shapes, across * (TILE_WIDTH + TILE_GAP) - TILE_GAP, max(1, down) * (TILE_HEIGHT + TILE_GAP) - TILE_GAP


def _tile(column: int, row: int) -> Shape:
    x, y = column * (TILE_WIDTH + TILE_GAP), row * (TILE_HEIGHT + TILE_GAP)
    return (x, y), (x + TILE_WIDTH, y), (x + TILE_WIDTH, y + TILE_HEIGHT), (x, y + TILE_HEIGHT)


def _projected(rings: Mapping[str, list[list[tuple[float, float]]]]) -> tuple[dict[str, tuple[Shape, ...]], float, float]:
    """Degrees as pixels: a degree of longitude is shorter than one of latitude by the cosine of where the county lies."""
    points = [point for each in rings.values() for ring in each for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2))
    scale = min(WIDTH / max((east - west) * narrow, 1e-9), HEIGHT / max(north - south, 1e-9))
    shapes = {
        code: tuple(tuple(((x - west) * narrow * scale, (north - y) * scale) for x, y in ring) for ring in each)
        for code, each in rings.items()
    }
    return shapes, (east - west) * narrow * scale, (north - south) * scale


def centre_of(rings: Sequence[Shape]) -> tuple[float, float]:
    """The middle of the largest ring: where a name stands."""

    def area(ring: Shape) -> float:
        pairs = zip(ring, ring[1:] + ring[:1], strict=True)
        return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairs)) / 2

    ring = max(rings, key=area)
    twice, along, down = 0.0, 0.0, 0.0
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        twice, along, down = twice + cross, along + (x1 + x2) * cross, down + (y1 + y2) * cross
    return (along / (3 * twice), down / (3 * twice)) if twice else ring[0]

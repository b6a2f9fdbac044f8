"""What is shown on a projector and on a wall: slides, the course of a figure, the wall's frame; values as in ``reports.parts``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reports.links import Link


@dataclass(frozen=True)
class CoursePoint:
    """One period of a course, what is written at its dot, and where that lies: ``along`` and ``height`` are 0–1 of the drawing."""

    label: str
    value: str
    cases: str
    along: float
    height: float
    link: Link | None = None


@dataclass(frozen=True)
class Course:
    """A figure over so many equally spaced ``periods``, oldest first; one without a value has no point. ``goal``: the target, 0–1;
    ``running``: the last point's period is not over, so it is drawn open and never as a fall."""

    points: tuple[CoursePoint, ...]
    periods: int
    goal: float | None = None
    running: bool = False

    @property
    def solid(self) -> tuple[CoursePoint, ...]:
        """The points of periods that are over."""
        return self.points[:-1] if self.running else self.points


@dataclass(frozen=True)
class Slide:
    """One page of a show. ``turns``: lines that lead so many slides further on; the footer says how it is counted."""

    title: str
    subtitle: str
    footer: str
    parts: tuple[Any, ...] = ()
    turns: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Wall:
    """What hangs on a wall: one sentence, how old it is (``is_old``: the database is away), and the panel whose turn it is."""

    sentence: str
    age: str
    is_old: bool
    parts: tuple[Any, ...]
    place: str = ""
    """Whose wall it is: the county's name."""

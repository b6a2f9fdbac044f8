"""The colours of everything drawn: ink, quiet, rule, paper, accent and three verdicts, the same as in the style sheet."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.vocabulary import Status


@dataclass(frozen=True)
class Palette:
    ink: str
    quiet: str
    rule: str
    paper: str
    accent: str
    ok: str
    near: str
    low: str
    faint: str
    """Nothing to judge: a day off, a gap."""

    def of(self, status: Status | str) -> str:
        """A verdict's ink; quiet where there is none."""
        return {Status.OK: self.ok, Status.NEAR: self.near, Status.LOW: self.low}.get(Status(status), self.quiet)

    def mixed(self, colour: str, part: float) -> str:
        """So much of a colour on the paper, 0–1."""
        pairs = zip(_rgb(colour), _rgb(self.paper), strict=True)
        return "#" + "".join(f"{round(over * part + under * (1 - part)):02x}" for over, under in pairs)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


LIGHT = Palette("#1d2329", "#62655f", "#dedbd2", "#fbfaf7", "#1f4e79", "#1b6b3a", "#8a5300", "#a8322a", "#efece5")
DARK = Palette("#e8e6e0", "#a5a9a4", "#343a40", "#14171a", "#8fb8dd", "#74c690", "#e0ab5c", "#f0918a", "#1e2226")

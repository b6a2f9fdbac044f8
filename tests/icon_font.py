"""``python -m tests.icon_font``: makes ``pages/common/icons.woff2``, the signs that Streamlit and the pages can show, of its 4,000.

A name counts as used wherever it stands as a word in Streamlit's scripts: rather too many are kept than one too few.
"""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st
from fontTools import subset
from fontTools.ttLib import TTFont

PAGES = Path(__file__).parents[1] / "pages"
OURS = PAGES / "common" / "icons.woff2"
STREAMLIT = Path(st.__file__).parent
THEIRS = next((STREAMLIT / "static/static/media").glob("MaterialSymbols-Rounded.*.woff2"))

NAME_IN_SCRIPT = re.compile(r"\b[a-z0-9_]{2,40}\b")
NAME_IN_PYTHON = re.compile(r":material/([a-z0-9_]+):")


def ligatures(font: TTFont) -> dict[str, str]:
    """The names under which a font draws signs, and the glyph of each."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    tables = [getattr(table, "ExtSubTable", table) for lookup in font["GSUB"].table.LookupList.Lookup for table in lookup.SubTable]
    return {
        "".join(letters[glyph] for glyph in (first, *ligature.Component)): ligature.LigGlyph
        for table in tables
        for first, found in getattr(table, "ligatures", {}).items()
        for ligature in found
    }


def used() -> set[str]:
    """Words of scripts and pages that may be names of signs."""
    scripts = (STREAMLIT / "static/static/js").glob("*.js")
    python = (*STREAMLIT.rglob("*.py"), *PAGES.rglob("*.py"))
    words = {name for file in scripts for name in NAME_IN_SCRIPT.findall(file.read_text(encoding="utf-8"))}
    return words | {name for file in python for name in NAME_IN_PYTHON.findall(file.read_text(encoding="utf-8"))}


def make() -> None:
    font = TTFont(THEIRS, recalcTimestamp=False)
    signs = ligatures(font)
    wanted = sorted(used() & set(signs))
    options = subset.Options(flavor="woff2", layout_features=["*"], layout_closure=False)
    smaller = subset.Subsetter(options)
    smaller.populate(text="".join(wanted), glyphs=[signs[name] for name in wanted])
    smaller.subset(font)
    font.flavor = "woff2"
    font.save(OURS)


if __name__ == "__main__":
    make()

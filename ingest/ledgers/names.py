"""Names as people write them into a cell: several, spaced, glued, with a post, a star or a phone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache

SHORTEST_GLUED = 4
LONGEST_NAME = 4
_BRACKETS = re.compile(r"[(\[【〔<〈《][^)\]】〕>〉》]*[)\]】〕>〉》]")
_PHONE = re.compile(r"(?<!\d)1\d{10}(?!\d)")
_POSTS = (
    "(?:党委|纪委)?(?:副?书记|委员)|(?:政法|组织|宣传|统战)委员|武装部长|(?:人大)?副?主席|(?:常务)?副?[镇乡]长"
    "|村?副?主任|副?[所站部]长|支书|委员|[组片邻]长|组员|会计|文书|干部|同志|带班|值班|领导"
)
"""What stands before or after a name."""
_LEADING = re.compile(f"^(?:{_POSTS}):?")
_TRAILING = re.compile(f"(?:{_POSTS})$")
_APART = re.compile(r"[、,;/\\|\n\r]+|(?<=[\u4e00-\u9fff])[.。](?=[\u4e00-\u9fff]{2})")
_JOINED = re.compile(r"(.{2,})[和与及](.{2,})")
_NUMBERED = re.compile("[①-⑳]")
_IS_POST = re.compile(_POSTS)


@lru_cache(maxsize=65536)
def normal_name(text: str) -> str:
    """A name for comparing: half-width, without spaces, separators and the dots of longer names (阿依·古丽, 泥河镇 / 河东村)."""
    return re.sub(r"[\s/\\>›»_,·•・∙‧.。\-–—\u200b-\u200f\ufeff]+", "", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=65536)
def forms_of(said: str) -> tuple[str, ...]:
    """What the name itself may be, likeliest first: as written, without brackets, numbers and stars, without a post before or after it."""
    whole = normal_name(said)
    bare = normal_name(re.sub(r"[\d*#★☆※△▲()]+", "", _BRACKETS.sub("", unicodedata.normalize("NFKC", said))))
    trailing = _TRAILING.sub("", bare)
    leading = _LEADING.sub("", bare)
    return tuple(dict.fromkeys(form for form in (whole, bare, trailing, leading, _TRAILING.sub("", leading)) if form))


def phone_in(said: str) -> str | None:
    """A mobile number written beside the name."""
    found = _PHONE.search(unicodedata.normalize("NFKC", said))
    return found[0] if found else None


def people_in(text: str, known: Container[str]) -> list[str]:
    """Each person a cell names, as it names them. ``known``: names (as :func:`normal_name` gives them) that somebody bears.

    Spaces part names (张三 李四), or stand inside one (张 三), or before a post or phone (张三 副镇长): what follows a space is a person
    only if it can be one.
    """
    if any(form in known for form in forms_of(text)):
        return [text]
    half = unicodedata.normalize("NFKC", _NUMBERED.sub("、", text))
    held = _BRACKETS.sub(lambda found: re.sub(r"[、,;/\s]", "\x00", found[0]), half)
    found: list[str] = []
    parts = [part.strip() for part in _APART.split(held) if part.strip()]
    if len(parts) > 1 and not all(re.search("[\u4e00-\u9fff]", part) for part in parts):
        return [text]  # no list of names
    for part in parts:
        found += _spaced(part, known)
    return [name.replace("\x00", "、") for name in found]


def _spaced(part: str, known: Container[str]) -> list[str]:
    tokens = re.split(r"[\s\u3000\xa0]+", part)
    if len(tokens) == 1 or any(form in known for form in forms_of(part)):
        return _glued(part, known)
    found: list[str] = []
    single = ""
    for token in tokens:
        bare = normal_name(token)
        if len(bare) == 1 and bare.isalpha():
            single += token
            continue
        if single:
            found += _glued(single, known)
            single = ""
        if found and (not bare or not re.search(r"[\u4e00-\u9fffA-Za-z]", bare) or _IS_POST.fullmatch(bare) or bare[0] == "("):
            found[-1] += " " + token
        else:
            found += _glued(token, known)
    return [*found, *_glued(single, known)] if single else found


def _glued(part: str, known: Container[str]) -> list[str]:
    """苏桂民萧秀林 → two people, where names that are borne can make it up in one way only."""
    bare = normal_name(part)
    joined = _JOINED.fullmatch(part)
    if joined and all(any(form in known for form in forms_of(one)) for one in joined.groups()):
        return [joined[1], joined[2]]
    if len(bare) < SHORTEST_GLUED or not re.fullmatch(r"[\u4e00-\u9fff]+", bare) or any(form in known for form in forms_of(part)):
        return [part]
    ways = _ways(bare, known)
    return ways[0] if len(ways) == 1 else [part]


def _ways(rest: str, known: Container[str]) -> list[list[str]]:
    if not rest:
        return [[]]
    return [
        [rest[:length], *more]
        for length in range(2, min(LONGEST_NAME, len(rest)) + 1)
        if rest[:length] in known
        for more in _ways(rest[length:], known)
    ][:2]
